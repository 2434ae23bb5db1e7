#include <flopwise/estimate.hpp>

#include "text/doubles.hpp"
#include "text/durations.hpp"
#include "training/step_time.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>

namespace flopwise {

using StudentsT = boost::math::students_t_distribution<double, Doubles>;

using bundled::utilisation;

constexpr double kRecentYear = 2024; // programs since then differ more

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

static double whole_gpu(const GpuSet& on) {
    return std::min(1.0, on.gpus);
}

// ---- how wide -----------------------------------------------------------------------

/// Kinds of which programs differ in more than the GPU: decoding, augmentation, frozen encoders.
static bool waits_for_input(ModelKind kind) {
    return kind == ModelKind::diffusion || kind == ModelKind::detector;
}

double scale_of(const Work& work, const GpuSet& on) {
    const bundled::Utilisation& u = utilisation();
    const auto sources = [](std::span<const bundled::FactorRow> rows, std::string_view name) {
        const bundled::FactorRow* row = find_factor(rows, name);
        return row == nullptr ? 0.0 : row->sources;
    };
    const auto square = [](double x) { return x * x; };
    double sum = square(u.scale) +
                 square(u.kind_sd) / (1 + sources(u.kinds, to_string(work.net.kind))) +
                 square(u.generation_sd) / (1 + sources(u.generations, on.gpu->architecture)) +
                 square(u.gpu_sd) / (1 + sources_of_gpu(on.gpu->name));
    if (work.run)
        sum += square(u.run_sd);
    if (software_year(work) >= kRecentYear)
        sum += square(u.recent_sd);
    if (is_text(work.net.kind) && work.fine_tune != FineTune::none)
        sum += square(u.finetune_sd);
    if (!is_text(work.net.kind))
        sum += square(u.sample_sd);
    if (waits_for_input(work.net.kind))
        sum += square(u.input_sd);
    const double gpus = std::max(1.0, on.gpus) * on.machines;
    if (gpus > u.seen_gpu_count)
        sum += square(u.unseen_count * std::log(gpus / u.seen_gpu_count));
    if (on.machines > 1) // networks are not in the fit
        sum += square(u.network_sd) + square(u.unseen_count * std::log(on.machines));
    return std::sqrt(sum);
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
    const int devices = std::max(1, on.gpu->devices); // that programs see in one
    const auto fit = job_fit(job,
                             work.net,
                             precision_used(work, *on.gpu, precision),
                             on.gpu->usable_memory.value_or(on.gpu->memory) / devices,
                             on.gpus * on.machines * devices);
    if (fit) {
        work.micro_batch = fit->memory.micro_batch;
        on.split_weights = splits_weights(fit->memory.sharding, job.fine_tune);
    }
    auto out = estimate(work, on, precision);
    if (!out || !fit || fit->recompute == training_of(job).recompute)
        return out;
    work.recompute = Recompute::full; // it fits only so
    const auto longer = estimate(work, on, precision);
    return longer->median > out->median ? longer : out;
}

// ---- measured mode ------------------------------------------------------------------

static const bundled::MeasuredMachine* find_machine(std::string_view name) {
    for (const bundled::MeasuredMachine& machine : utilisation().machines)
        if (machine.name == name)
            return &machine;
    return nullptr;
}

std::optional<double> measured_step_ms(std::string_view seen,
                                       std::string_view asked,
                                       double step_ms,
                                       double operations,
                                       double flops_per_activation) {
    const auto* a = find_machine(seen);
    const auto* b = find_machine(asked);
    if (a == nullptr || b == nullptr)
        return std::nullopt;
    const bundled::Utilisation& u = utilisation();
    const double q = u.exponent;
    const auto host = [&](const bundled::MeasuredMachine& m) {
        return m.host * (operations + u.host_base);
    };
    const auto device = [&](const bundled::MeasuredMachine& m) {
        return m.compute + m.memory * std::pow(1000 / flops_per_activation, u.intensity_power);
    };
    const double left = std::max(0.0, 1 - std::pow(host(*a) / step_ms, q));
    const double total = step_ms * std::max(u.floor, std::pow(left, 1 / q));
    const double work = std::max(u.floor * total, total - a->latency * operations);
    const double there = work * device(*b) / device(*a) + b->latency * operations;
    return std::pow(std::pow(there, q) + std::pow(host(*b), q), 1 / q);
}

/// FLOPs of training for each activation; a usual value where one of them is not known.
static double intensity(const Model& net) {
    return net.forward_gmacs && net.activations_m ? 6e3 * *net.forward_gmacs / *net.activations_m
                                                  : utilisation().default_flops_per_activation;
}

/// Hours by step times, if the two machines and the work are those of PROFET.
static std::optional<Hours> by_steps(const Work& work,
                                     double per_second,
                                     const MeasuredOn& seen,
                                     const MeasuredOn& asked,
                                     Precision precision) {
    constexpr double kMilliseconds = 1000;
    const bool images = work.net.kind == ModelKind::cnn || work.net.kind == ModelKind::other;
    if (!images || precision != Precision::fp32 || !work.batch)
        return std::nullopt;
    const auto there =
        measured_step_ms(seen.instance,
                         asked.instance,
                         *work.batch / per_second * kMilliseconds,
                         work.net.operations.value_or(utilisation().default_operations),
                         intensity(work.net));
    if (!there)
        return std::nullopt;
    return Hours{work.units / *work.batch * *there / kMilliseconds / kSecondsPerHour};
}

std::optional<Estimate> measured_estimate(const Work& work,
                                          double per_second,
                                          const MeasuredOn& seen,
                                          const MeasuredOn& asked,
                                          Precision precision) {
    require_gpu(seen.gpus);
    require_gpu(asked.gpus);
    const bundled::Utilisation& u = utilisation();
    const Hours here{work.units / per_second / kSecondsPerHour};
    const Estimate close{.median = here,
                         .scale = u.measured_scale,
                         .degrees_of_freedom = u.measured_degrees_of_freedom};
    if (seen.instance == asked.instance && asked.gpus.machines == 1)
        return close;
    if (const auto hours = by_steps(work, per_second, seen, asked, precision);
        hours && asked.gpus.machines == 1) {
        Estimate out = close;
        out.median = *hours;
        return out;
    }
    const auto from = estimate(work, seen.gpus, precision);
    const auto to = estimate(work, asked.gpus, precision);
    if (!from || !to)
        return std::nullopt;
    return Estimate{.median = here * (to->median / from->median),
                    .scale = u.ratio_scale,
                    .degrees_of_freedom = u.ratio_degrees_of_freedom};
}

bool distinguishable(double a, double b) {
    constexpr double kBothSides = 0.9; // 80 % between the two quantiles
    const bundled::Utilisation& u = utilisation();
    const StudentsT t{u.ratio_degrees_of_freedom};
    return std::abs(std::log(a / b)) > u.ratio_scale * boost::math::quantile(t, kBothSides);
}

} // namespace flopwise
