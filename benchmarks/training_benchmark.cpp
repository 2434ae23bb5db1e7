#include <flopwise/flopwise.hpp>

#include "measure.hpp"
#include "synthetic.hpp"

#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <memory>

namespace flopwise::bench {

static Request job(const char* model, std::optional<double> tokens, std::optional<double> epochs) {
    Request out{.budget = {.total = Usd{500}}};
    out.usage.startup = Hours{}; // the plain costs are those of the work
    out.goal = Job{.model = model, .tokens = tokens, .epochs = epochs, .deadline = Hours{48}};
    return out;
}

/// That no offer would do the job for less than `found`, but those that are refused, and that one
/// does it for as much. Each is estimated on its own.
static void
verify(const std::string& name, const Catalog& catalog, const Request& request, double found) {
    bool exists = false;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        if (o.gpu == nullptr || o.purchase != Purchase::on_demand)
            continue;
        const GpuSet on{.gpu = o.gpu, .gpus = o.instance.gpu_count};
        const auto time = job_estimate(job_of(request), request.today, on, Precision::mixed);
        const double cost = time ? (o.price * time->median).value() : found;
        exists = exists || (time && std::abs(cost / found - 1) < 1e-9);
        must(cost >= found * (1 - 1e-9) || why_not(catalog, request, i).has_value(),
             fmt::format("{}: {} costs {}, less than {}", name, o.instance.name, cost, found));
    }
    must(exists, fmt::format("{}: nothing costs {}", name, found));
}

static void add(const std::string& what, const Request& request, std::size_t offers) {
    constexpr std::size_t kLimited = 100'000;
    constexpr double kLimitMs = 2;
    const auto catalog = std::make_shared<std::optional<Catalog>>();
    const std::string name = fmt::format("{}/{}", what, offers);
    add({.name = name,
         .prepare =
             [=] {
                 *catalog = synthetic(Market::on_demand, offers);
                 const Recommendation r = recommend(**catalog, request);
                 must(!r.choices.empty(), name + ": nothing was found");
                 verify(name, **catalog, request, r.choices.front().cost->total.value());
             },
         .timed = [=] { benchmark::DoNotOptimize(recommend(**catalog, request)); },
         .offers = static_cast<std::int64_t>(offers),
         .limit_ms = offers == kLimited ? kLimitMs : 0});
}

void add_training() {
    constexpr std::array<std::size_t, 2> kSizes{10'000, 100'000};
    for (const std::size_t offers : kSizes) {
        add("llama_2_7b", job("llama-2-7b", 1e8, std::nullopt), offers);
        add("resnet_50", job("resnet-50", std::nullopt, 90), offers);
    }
}

} // namespace flopwise::bench
