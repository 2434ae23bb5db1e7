// The part of JobTimes that is about rates that were measured.

#include "catalog/offer_columns.hpp"
#include "solve/job_times.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

/// The machine that a rate names: itself, or the first that has one GPU of that name.
static std::optional<std::size_t> type_named(const Catalog& catalog, const std::string& name) {
    const auto all = catalog.instances();
    const auto at = [&](auto found) {
        return found == all.end() ? std::nullopt
                                  : std::optional{static_cast<std::size_t>(found - all.begin())};
    };
    if (const auto own = at(std::ranges::find(all, name, &Instance::name)))
        return own;
    const Gpu* gpu = catalog.find_gpu(name);
    if (gpu == nullptr)
        return std::nullopt;
    return at(std::ranges::find_if(
        all, [&](const Instance& i) { return i.gpu == gpu->name && i.gpu_count == 1; }));
}

SeenOn JobTimes::seen_on(const Measured& rate) {
    const auto type = type_named(catalog_, rate.instance);
    if (!type) {
        std::vector<std::string_view> names;
        for (const Instance& i : catalog_.instances())
            names.emplace_back(i.name);
        request_.refuse("measured",
                        fmt::format("must name a machine of the catalog, got {}{}",
                                    text::quoted(rate.instance),
                                    text::did_you_mean(rate.instance, names)));
    }
    if (catalog_.instances()[*type].gpu.empty() || !timed(*type).time)
        request_.refuse("measured",
                        fmt::format("must name a machine with a GPU that has {} arithmetic, got {}",
                                    to_string(*request_.precision),
                                    rate.instance));
    if (!is_whole(*type, 1))
        request_.refuse("measured",
                        fmt::format("must name a machine whose GPUs are a multiple of "
                                    "`tensor_parallel` * `pipeline_parallel`, {}, got {} with {:g}",
                                    model_parallel(work_).gpus(),
                                    rate.instance,
                                    devices(*type, 1)));
    return {.model = with(*type, 1).model, .seconds = 1 / rate.per_second};
}

/// What the model says comes first: with() goes by the rates from then on.
void JobTimes::find_measured() {
    std::vector<SeenOn> found;
    for (const Measured& rate : job_of(request_).measured)
        found.push_back(seen_on(rate));
    seen_ = std::move(found);
    if (!seen_.empty())
        find_order();
}

/// A machine is no longer slower than one that it beats only because less is known of it.
void JobTimes::find_order() {
    const auto gpus = catalog_.gpus();
    std::vector<double> moved(gpus.size(), 1);
    for (std::size_t g = 0; g < gpus.size(); ++g) {
        if (!timed_[g].looked_up)
            timed_[g] = timed(gpus[g]);
        constexpr double kNoSetting = -1; // that any rate was seen in
        const Predicted one{.on = {.instance = "", .gpus = {.gpu = &gpus[g], .gpus = kNoSetting}},
                            .seconds = 1};
        if (timed_[g].time)
            moved[g] = with_rates(one).seconds;
    }
    beaten_.resize(gpus.size());
    for (std::size_t g = 0; g < gpus.size(); ++g)
        for (std::size_t h = 0; h < gpus.size(); ++h)
            if (timed_[g].time && timed_[h].time && moved[h] < moved[g] &&
                beats(gpus[g], gpus[h].name, timed_[g].precision))
                beaten_[g].push_back(h);
}

Updated JobTimes::with_rates(const Predicted& model) const {
    return updated(work_, seen_, model, *request_.precision);
}

/// Whether some GPUs are not worse than others of which a rate may have been seen.
bool JobTimes::covers(const Predicted& more, const Predicted& less) const {
    const Gpu& gpu = *more.on.gpus.gpu;
    const auto at = static_cast<std::size_t>(&gpu - catalog_.gpus().data());
    return more.on.gpus.gpus >= less.on.gpus.gpus && more.seconds <= less.seconds &&
           (&gpu == less.on.gpus.gpu || beats(gpu, less.on.gpus.gpu->name, timed_[at].precision));
}

/// No faster than what was seen of a machine that beats it.
double JobTimes::not_below(const Predicted& model) const {
    double out = with_rates(model).seconds;
    for (const SeenOn& seen : seen_)
        if (covers(seen.model, model))
            out = std::max(out, with_rates(seen.model).seconds);
    return out;
}

/// No slower than a machine of the same size would be with a GPU that it beats, and than one that
/// was seen and is part of it. What was seen stays as it is.
Updated JobTimes::in_order(const UnitTime& time, const Predicted& model) const {
    Updated out = with_rates(model);
    const GpuSet& on = model.on.gpus;
    const bool itself = std::ranges::any_of(seen_, [&on](const SeenOn& seen) {
        const GpuSet& there = seen.model.on.gpus;
        return there.gpu == on.gpu && there.gpus == on.gpus && there.machines == on.machines;
    });
    if (itself || out.by_steps) // by step times, a better machine was measured to launch slower
        return out;
    out.seconds = not_below(model);
    for (const std::size_t h : beaten_[static_cast<std::size_t>(on.gpu - catalog_.gpus().data())]) {
        UnitTime slower = on.gpus < 1 ? of_share(*timed_[h].time, on.gpus) : *timed_[h].time;
        slower.pass_units = time.pass_units;
        GpuSet other = on;
        other.gpu = &catalog_.gpus()[h];
        out.seconds = std::min(
            out.seconds, not_below(predicted_of("", other, slower, least_seconds(slower, other))));
    }
    for (const SeenOn& seen : seen_)
        if (covers(model, seen.model))
            out.seconds = std::min(out.seconds, with_rates(seen.model).seconds);
    return out;
}

std::vector<Factor> JobTimes::rates(std::size_t type) const {
    std::vector<Factor> out;
    if (seen_.empty())
        return out;
    const Type& t = types_[type];
    const Updated there = with_rates(t.model);
    const auto& given = job_of(request_).measured;
    for (std::size_t i = 0; i < seen_.size(); ++i)
        out.push_back({.name = fmt::format("seen {}", to_string(given[i])),
                       .value = seen_[i].seconds / seen_[i].model.seconds,
                       .unit = "x",
                       .source = fmt::format("of the time predicted there; counts here with a "
                                             "weight of {:.2f}",
                                             there.weights[i])});
    out.push_back({.name = "all that was seen",
                   .value = there.seconds / t.model.seconds,
                   .unit = "x",
                   .source = "docs/calibration.md, Measured mode"});
    return out;
}

} // namespace flopwise
