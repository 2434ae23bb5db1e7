#include <flopwise/recommend.hpp>

#include "measure.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <map>
#include <memory>
#include <set>

namespace flopwise::bench {

namespace {

/// A machine in a region, and the cheapest of all purchase options for it.
struct Found {
    std::string_view instance;
    std::string_view region;
    PurchaseKind paid = PurchaseKind::on_demand;
    Usd total{};
    double score = 0;
};

} // namespace

// Regions of which all charges are known.
static const std::vector<std::string> kCharged{
    "us-*", "eu-west-*", "eu-central-1", "eu-north-1", "ap-southeast-1", "ap-northeast-*"};

static Request best_way() {
    Request out{
        .budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
        .usage = {.storage = GiB{200}, .egress_per_month = GiB{50}},
    };
    out.constraints.region = kCharged;
    for (std::size_t k = 0; k < kPurchaseKinds; ++k)
        out.ways.push_back(static_cast<PurchaseKind>(k));
    return out;
}

/// The prices of each machine in each region, for offers that qualify whatever they cost.
static std::map<std::pair<std::string_view, std::string_view>, std::pair<Offer, Machine>>
machines(const Catalog& catalog) {
    Request open;
    open.constraints.purchase = {Purchase::on_demand, Purchase::spot};
    open.constraints.region = kCharged;
    std::map<std::pair<std::string_view, std::string_view>, std::pair<Offer, Machine>> out;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        if (why_not(catalog, open, i))
            continue;
        Machine& m = out.try_emplace({o.instance.name, o.region.code},
                                     o,
                                     Machine{o.instance.provider, o.region.code, o.instance.name})
                         .first->second.second;
        (o.purchase == Purchase::spot ? m.spot : m.on_demand) = o.price;
    }
    return out;
}

namespace {

/// What a plain search can price of machine and region, best first, and what it cannot.
struct Plain {
    std::vector<Found> found{};
    std::set<std::pair<std::string_view, std::string_view>> unknown{};
};

} // namespace

/// By looking at every purchase option for every machine. Spot alone, whose interruptions are not
/// known, is priced by the library as at the highest rate known.
static Plain plain(const Catalog& catalog, const Request& q) {
    const Charges charges = Charges::bundled();
    const Precision precision = precision_of(q.profile);
    const auto weights = normalised(weights_of(q.profile));
    Plain out;
    for (const auto& [names, entry] : machines(catalog)) {
        const auto& [o, machine] = entry;
        const auto options = purchase_options(q.budget, q.usage, q.recovery, machine, charges);
        if (!options.front().total) {
            out.unknown.insert(names);
            continue;
        }
        const Bill all = bill(q.budget, q.usage, options.front(), machine, charges);
        must(complete(all), "best: a charge is not known");
        if (!affordable(q.budget, all.total))
            continue;
        const Figures figures{
            .price = all.total / rented_hours(q.budget),
            .rate = predicted_tflops(*o.gpu, o.instance.gpu_count, precision)->value(),
            .gpu_memory = o.gpu->memory * std::min(1.0, o.instance.gpu_count),
            .memory = o.instance.memory.value_or(kAssumedMemory),
            .vcpus = o.instance.vcpus.value_or(kAssumedVcpus),
            .network = o.instance.network.value_or(kAssumedNetwork)};
        out.found.push_back(
            {names.first,
             names.second,
             options.front().kind,
             all.total,
             score(figures, reference(precision, Speed::predicted), weights).value});
    }
    std::stable_sort(out.found.begin(), out.found.end(), [](const auto& a, const auto& b) {
        return a.score > b.score;
    });
    return out;
}

static void verify_best(const Catalog& catalog, Request request) {
    constexpr double kRounding = 1e-12;
    request.top = 1'000; // more than there are
    Recommendation got = recommend(catalog, request);
    const auto& [expected, unknown] = plain(catalog, request);
    std::erase_if(got.choices, [&unknown = unknown](const Choice& c) {
        return unknown.contains({c.instance, c.region});
    });
    must(got.choices.size() == expected.size(), "best: another number of machines qualifies");
    must(!got.choices.empty(), "best: nothing is found");
    for (std::size_t i = 0; i < got.choices.size(); ++i) {
        const Choice& c = got.choices[i];
        const Found& e = expected[i];
        must(c.instance == e.instance && c.region == e.region && c.purchase == e.paid,
             "best: the choices differ from those of a plain search");
        must(std::abs(c.cost->total / e.total - 1) < kRounding &&
                 std::abs(c.score.value / e.score - 1) < kRounding,
             "best: costs or scores differ from those of a plain search");
    }
}

void add_plans() {
    const auto catalog = std::make_shared<std::optional<Catalog>>();
    const Request request = best_way();
    add({.name = "best/bundled",
         .prepare =
             [=] {
                 *catalog = Catalog::bundled();
                 verify_best(**catalog, request);
             },
         .timed = [=] { benchmark::DoNotOptimize(recommend(**catalog, request)); }});
}

} // namespace flopwise::bench
