#include "measure.hpp"
#include "plain.hpp"
#include "synthetic.hpp"

#include <array>
#include <benchmark/benchmark.h>
#include <map>
#include <memory>

namespace flopwise::bench {

namespace {

struct Case {
    std::string name;
    Market market;
    Request request;
};

constexpr Place kHanoi{.latitude = 21.0, .longitude = 105.8};

} // namespace

/// The request of the README: 2,000 USD for a year at two hours a day, on a machine with a GPU.
static Request readme() {
    return {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}}};
}

static Request with(void (*change)(Request&)) {
    Request request = readme();
    change(request);
    return request;
}

static std::vector<Case> cases() {
    return {
        {"readme", Market::on_demand, readme()},
        {"any_machine", Market::on_demand, with([](Request& r) { r.constraints.min_gpus = 0; })},
        {"one_region", Market::on_demand, with([](Request& r) {
             r.constraints.region = {"east-0000"};
         })},
        {"half_the_regions", Market::on_demand, with([](Request& r) {
             r.constraints.region = {"east-*"};
         })},
        {"any_in_one_region", Market::on_demand, with([](Request& r) {
             r.constraints.min_gpus = 0;
             r.constraints.region = {"east-0000"};
         })},
        {"any_in_half_the_regions", Market::on_demand, with([](Request& r) {
             r.constraints.min_gpus = 0;
             r.constraints.region = {"east-*"};
         })},
        {"near", Market::on_demand, with([](Request& r) {
             r.constraints.near = kHanoi;
             r.constraints.any_region = true;
             r.constraints.max_rtt = Milliseconds{100};
         })},
        {"names", Market::on_demand, with([](Request& r) {
             r.constraints.gpu = {"T4", "a10*", "nvidia-l*"};
             r.constraints.family = {"g*", "p?"};
             r.constraints.exclude = {"*.metal", "g4ad"};
             r.constraints.arch = {"x86_64"};
             r.constraints.max_price = UsdPerHour{1};
         })},
        {"spot_too", Market::with_spot, with([](Request& r) {
             r.constraints.purchase = {Purchase::on_demand, Purchase::spot};
             r.budget = {}; // else spot has its lost work, which plans_benchmark.cpp verifies
             r.sort = Sort::score;
         })},
        {"gaps", Market::with_gaps, readme()},
        {"nothing_affordable", Market::on_demand, with([](Request& r) {
             r.budget.total = Usd{10};
         })},
    };
}

/// Copies of a catalog share its tables, so each is made once.
static Catalog cached(Market market, std::size_t offers) {
    static std::map<std::pair<Market, std::size_t>, Catalog> made;
    const auto found = made.find({market, offers});
    return found != made.end()
               ? found->second
               : made.emplace(std::pair{market, offers}, synthetic(market, offers)).first->second;
}

static void add(const Case& what, std::size_t offers) {
    constexpr std::size_t kLimited = 100'000;
    constexpr double kLimitMs = 0.2;
    const auto catalog = std::make_shared<std::optional<Catalog>>();
    const std::string name = fmt::format("{}/{}", what.name, offers);
    add({.name = name,
         .prepare =
             [=] {
                 *catalog = cached(what.market, offers);
                 must((*catalog)->size() == offers, name + ": the catalog has another size");
                 verify(name, **catalog, what.request);
             },
         .timed = [=] { benchmark::DoNotOptimize(recommend(**catalog, what.request)); },
         .offers = static_cast<std::int64_t>(offers),
         .bytes = static_cast<std::int64_t>(offers * kBytesOfOffer),
         .limit_ms = offers == kLimited ? kLimitMs : 0});
}

static void add_bundled() {
    const auto catalog = std::make_shared<std::optional<Catalog>>();
    const Request request = readme();
    add({.name = "readme/bundled",
         .prepare =
             [=] {
                 *catalog = Catalog::bundled();
                 verify("readme/bundled", **catalog, request);
             },
         .timed = [=] { benchmark::DoNotOptimize(recommend(**catalog, request)); }});
}

void add_recommend() {
    add_bundled();
    constexpr std::array<std::size_t, 4> kSizes{100, 10'000, 100'000, 1'000'000};
    for (const Case& one : cases())
        for (const std::size_t offers : kSizes)
            add(one, offers);
    constexpr std::size_t kMost = 10'000'000; // 100 times the 100,000 that have a limit
    for (const Case& one : cases())
        if (one.name == "readme" || one.name == "any_machine")
            add(one, kMost);
}

} // namespace flopwise::bench
