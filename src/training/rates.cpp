#include "training/rates.hpp"

#include "text/durations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

using bundled::utilisation;

// ---- step times of four machines ----------------------------------------------------

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

/// Seconds of a unit by step times, if the two machines and the work are those of PROFET.
static std::optional<double>
by_steps(const Work& work, const SeenOn& seen, const MeasuredOn& asked, Precision precision) {
    constexpr double kMilliseconds = 1000;
    const bool images = work.net.kind == ModelKind::cnn || work.net.kind == ModelKind::other;
    if (!images || precision != Precision::fp32 || !work.batch || asked.gpus.machines != 1 ||
        seen.model.on.instance == asked.instance)
        return std::nullopt;
    const auto there =
        measured_step_ms(seen.model.on.instance,
                         asked.instance,
                         *work.batch * seen.seconds * kMilliseconds,
                         work.net.operations.value_or(utilisation().default_operations),
                         intensity(work.net));
    if (!there)
        return std::nullopt;
    return *there / kMilliseconds / *work.batch;
}

// ---- what two settings have in common -----------------------------------------------

static double square(double x) {
    return x * x;
}

/// Of ln(time seen / time predicted) on some GPUs: the variances of its parts.
struct Parts {
    double program, generation, gpu, setting;
};

/// A GPU that no source measured has the doubt of its generation once more: nothing says that it
/// follows it.
static Parts parts_of(const Work& work, const GpuSet& on) {
    constexpr double kAny = 1e6; // of a program of which nothing is known but its rates
    const bundled::Utilisation& u = utilisation();
    const Doubt more = doubt_of(work, on);
    const double own = square(u.scale) - square(u.rate_generation_sd) - square(u.rate_gpu_sd) -
                       square(u.rate_setting_sd) - square(u.rate_repeat_sd);
    const double again = sources_of_gpu(on.gpu->name) == 0 ? more.generation : 0;
    return {.program = work.in_flops() ? kAny : std::max(0.0, own) + more.work,
            .generation = square(u.rate_generation_sd) + more.generation,
            .gpu = square(u.rate_gpu_sd) + more.gpu + again,
            .setting = square(u.rate_setting_sd) + more.count};
}

/// Covariance of two settings of one program.
static double common(const Parts& a, const GpuSet& on, const GpuSet& other) {
    double out = a.program;
    if (on.gpu->architecture == other.gpu->architecture)
        out += a.generation;
    if (on.gpu->name != other.gpu->name)
        return out;
    out += a.gpu;
    return on.gpus == other.gpus && on.machines == other.machines ? out + a.setting : out;
}

// ---- the update ---------------------------------------------------------------------

/// Solves a * x = b for a symmetric positive definite matrix, by Cholesky; `b` becomes x.
static void solve(std::vector<double> a, std::vector<double>& b) {
    const std::size_t n = b.size();
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = a[i * n + j];
            for (std::size_t k = 0; k < j; ++k)
                sum -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = i == j ? std::sqrt(sum) : sum / a[j * n + j];
        }
        for (std::size_t k = 0; k < i; ++k)
            b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k)
            b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
}

/// A rate as it counts for what is asked: where step times are known, as one that was seen there.
struct Observation {
    GpuSet on;
    double difference; ///< ln(seen / predicted)
    double noise;      ///< variance of its own
    bool by_steps = false;
};

static Observation
observed(const Work& work, const SeenOn& seen, const Predicted& asked, Precision precision) {
    const bundled::Utilisation& u = utilisation();
    const double repeat = square(u.rate_repeat_sd);
    if (const auto steps = by_steps(work, seen, asked.on, precision))
        return {.on = asked.on.gpus,
                .difference = std::log(*steps / asked.seconds),
                .noise = std::max(repeat, square(u.measured_scale) - repeat),
                .by_steps = true};
    return {.on = seen.model.on.gpus,
            .difference = std::log(seen.seconds / seen.model.seconds),
            .noise = repeat};
}

/// The floor, lowered where a rate was seen below its own: there the work is less than counted.
static double floor_of(std::span<const SeenOn> seen, const Predicted& asked) {
    double lowered = 1;
    for (const SeenOn& s : seen)
        if (s.model.floor > 0)
            lowered = std::min(lowered, s.seconds / s.model.floor);
    return asked.floor * lowered;
}

Updated updated(const Work& work,
                std::span<const SeenOn> seen,
                const Predicted& asked,
                Precision precision) {
    Updated out{.seconds = asked.seconds, .scale = scale_of(work, asked.on.gpus)};
    if (seen.empty())
        return out;
    const std::size_t n = seen.size();
    std::vector<Observation> all;
    for (const SeenOn& s : seen)
        all.push_back(observed(work, s, asked, precision));
    std::vector<double> covariance(n * n);
    std::vector<double> with_asked(n);
    const Parts there = parts_of(work, asked.on.gpus);
    for (std::size_t i = 0; i < n; ++i) {
        const Parts parts = parts_of(work, all[i].on);
        for (std::size_t j = 0; j < n; ++j)
            covariance[i * n + j] = common(parts, all[i].on, all[j].on);
        covariance[i * n + i] += all[i].noise;
        with_asked[i] = common(there, asked.on.gpus, all[i].on);
    }
    out.weights = with_asked;
    solve(std::move(covariance), out.weights);
    double shift = 0;
    double variance = there.program + there.generation + there.gpu + there.setting;
    for (std::size_t i = 0; i < n; ++i) {
        shift += out.weights[i] * all[i].difference;
        out.by_steps = out.by_steps || all[i].by_steps;
        variance -= out.weights[i] * with_asked[i];
    }
    variance = std::max(0.0, variance) + square(utilisation().rate_repeat_sd);
    out.scale = std::min(out.scale, std::sqrt(variance)); // no rate says less than none
    const double moved = (asked.seconds - asked.wire) * std::exp(shift) + asked.wire;
    out.seconds = std::max(moved, floor_of(seen, asked));
    return out;
}

// ---- for a caller -------------------------------------------------------------------

Predicted
predicted_of(std::string_view instance, const GpuSet& on, const UnitTime& time, double seconds) {
    const double gpus = std::max(1.0, on.gpus);
    const double all = gpus * on.machines;
    Predicted out{
        .on = {.instance = instance, .gpus = on}, .seconds = seconds, .floor = time.floor / all};
    const double wire = time.network_seconds(gpus, on.machines, wire_of(on)) / all;
    if (wire > 0 && time.seconds(gpus, on.machines, wire_of(on)) / all <= seconds)
        out.wire = std::min(wire, seconds);
    return out;
}

static std::optional<Predicted>
predicted(const Work& work, const MeasuredOn& on, Precision precision) {
    if (on.gpus.gpu == nullptr)
        throw ArgumentError{"gpu", "must be given, got none"};
    require_whole_replicas(model_parallel(work),
                           on.gpus.gpus * on.gpus.machines * std::max(1, on.gpus.gpu->devices));
    const Precision used = precision_used(work, *on.gpus.gpu, precision);
    const auto time = unit_time(work, *on.gpus.gpu, used, std::min(1.0, on.gpus.gpus));
    if (!time)
        return std::nullopt;
    return predicted_of(on.instance, on.gpus, *time, least_seconds(*time, on.gpus));
}

std::optional<Estimate> measured_estimate(const Work& work,
                                          std::span<const SeenRate> rates,
                                          const MeasuredOn& asked,
                                          Precision precision) {
    std::vector<SeenOn> seen;
    for (const SeenRate& rate : rates) {
        auto model = predicted(work, rate.on, precision);
        if (!model)
            return std::nullopt;
        seen.push_back({.model = *model, .seconds = 1 / rate.per_second});
    }
    const auto model = predicted(work, asked, precision);
    if (!model)
        return std::nullopt;
    const Updated there = updated(work, seen, *model, precision);
    return Estimate{.median = Hours{work.units / kSecondsPerHour * there.seconds},
                    .scale = there.scale,
                    .degrees_of_freedom = utilisation().degrees_of_freedom};
}

std::optional<Estimate> measured_estimate(const Work& work,
                                          double per_second,
                                          const MeasuredOn& seen,
                                          const MeasuredOn& asked,
                                          Precision precision) {
    const std::array rates{SeenRate{.per_second = per_second, .on = seen}};
    return measured_estimate(work, rates, asked, precision);
}

} // namespace flopwise
