#include <flopwise/estimate.hpp>

#include "text/doubles.hpp"
#include "text/durations.hpp"
#include "training/memory_fit.hpp"
#include "training/step_time.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>

namespace flopwise {

using StudentsT = boost::math::students_t_distribution<double, Doubles>;

using bundled::utilisation;

Hours Estimate::quantile(double p) const {
    if (!(p > 0 && p < 1))
        throw ArgumentError{"p", fmt::format("must be above 0 and below 1, got {}", p)};
    if (p == 0.5)
        return median;
    const StudentsT t{degrees_of_freedom};
    return median * std::exp(scale * boost::math::quantile(t, p));
}

double Estimate::probability(Hours within) const {
    if (!(within > Hours{}))
        return 0;
    const StudentsT t{degrees_of_freedom};
    return boost::math::cdf(t, std::log(within / median) / scale);
}

static void require_gpu(const GpuSet& on) {
    if (on.gpu == nullptr)
        throw ArgumentError{"gpu", "must be given, got none"};
}

/// What programs see as GPUs, of all machines.
static double gpus_of(const GpuSet& on) {
    return on.gpus * on.machines * std::max(1, on.gpu->devices);
}

static double whole_gpu(const GpuSet& on) {
    return std::min(1.0, on.gpus);
}

// ---- the median --------------------------------------------------------------------

std::optional<double> seconds_per_unit(const Work& work, const GpuSet& on, Precision precision) {
    require_gpu(on);
    const auto time = unit_time(work, *on.gpu, precision, whole_gpu(on));
    if (!time)
        return std::nullopt;
    return time->seconds(std::max(1.0, on.gpus), on.machines, wire_of(on));
}

Precision precision_used(const Work& work, const Gpu& gpu, Precision precision) {
    Precision best = precision;
    double least = std::numeric_limits<double>::infinity();
    for (const Precision p : precisions_for(precision)) {
        if (!is_choice(gpu, precision, p))
            continue;
        const auto time = unit_time(work, gpu, p, 1);
        if (time && time->seconds(1, 1, {}) < least) {
            least = time->seconds(1, 1, {});
            best = p;
        }
    }
    return best;
}

std::optional<Estimate> estimate(const Work& work, const GpuSet& on, Precision precision) {
    require_gpu(on);
    require_whole_replicas(model_parallel(work), gpus_of(on));
    std::optional<double> least;
    for (const Precision p : precisions_for(precision)) {
        if (!is_choice(*on.gpu, precision, p))
            continue;
        if (const auto time = unit_time(work, *on.gpu, p, whole_gpu(on)))
            least = std::min(least.value_or(std::numeric_limits<double>::infinity()),
                             least_seconds(*time, on));
    }
    if (!least)
        return std::nullopt;
    return Estimate{.median = Hours{work.units / kSecondsPerHour * *least},
                    .scale = scale_of(work, on),
                    .degrees_of_freedom = utilisation().degrees_of_freedom};
}

std::optional<Estimate> job_estimate(const Job& job, Date today, GpuSet on, Precision precision) {
    require_gpu(on);
    Work work = work_of(job, today);
    const auto fit =
        job_fit(job,
                work.net,
                precision_used(work, *on.gpu, precision),
                on.gpu->usable_memory.value_or(on.gpu->memory) / std::max(1, on.gpu->devices),
                gpus_of(on));
    if (fit) {
        work.micro_batch = samples_of_pass(fit->memory);
        work.paged = paged_of(job, fit->memory);
        on.split_weights = splits_weights(fit->memory.sharding, job.fine_tune);
    }
    auto out = estimate(work, on, precision);
    if (!out || !fit || fit->recompute == training_of(job).recompute)
        return out;
    work.recompute = Recompute::full; // it fits only so
    const auto longer = estimate(work, on, precision);
    return longer->median > out->median ? longer : out;
}

bool distinguishable(double a, double b) {
    constexpr double kBothSides = 0.9; // 80 % between the two quantiles
    const bundled::Utilisation& u = utilisation();
    const StudentsT t{u.ratio_degrees_of_freedom};
    return std::abs(std::log(a / b)) > u.ratio_scale * boost::math::quantile(t, kBothSides);
}

} // namespace flopwise
