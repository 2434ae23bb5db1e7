#include <flopwise/flopwise.hpp>

#include "measure.hpp"
#include "synthetic.hpp"
#include "training/step_time.hpp"

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

/// The least cost over all offers, each estimated on its own.
static double plain_least(const Catalog& catalog, const Request& request) {
    const Work work = work_of(job_of(request));
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        const bool trains =
            o.gpu != nullptr &&
            std::find(o.gpu->not_for.begin(), o.gpu->not_for.end(), Purpose::training) ==
                o.gpu->not_for.end();
        if (!trains || !o.offered || o.instance.retired || o.purchase != Purchase::on_demand)
            continue;
        const GpuSet on{.gpu = o.gpu, .gpus = o.instance.gpu_count};
        const auto e = estimate(work, on, Precision::mixed);
        if (!e || e->quantile(0.9) > *job_of(request).deadline)
            continue;
        const GiB nominal = o.gpu->memory * std::min(1.0, o.instance.gpu_count);
        const GiB memory = std::min(nominal, o.instance.reported_gpu_memory.value_or(nominal));
        const Precision p = precision_used(work, *o.gpu, Precision::mixed);
        const auto fit = memory_fit(
            work.net, training_of(job_of(request)), p, std::nullopt, memory, o.instance.gpu_count);
        if (fit && !fit->fits)
            continue;
        if ((o.price * e->quantile(0.9)) <= *request.budget.total)
            least = std::min(least, (o.price * e->median).value());
    }
    return least;
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
                 const double least = plain_least(**catalog, request);
                 must(!r.choices.empty(), name + ": nothing was found");
                 const double found = r.choices.front().cost->total.value();
                 must(std::abs(found / least - 1) < 1e-9, name + ": another cost is the least");
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
