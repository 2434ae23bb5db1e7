#include <flopwise/score.hpp>

#include <numeric>

namespace flopwise {

std::string_view to_string(Criterion criterion) {
    constexpr std::array<std::string_view, kCriteria> kNames{
        "cost", "speed", "gpu_memory", "memory", "vcpus", "network"};
    return kNames.at(static_cast<std::size_t>(criterion));
}

std::string_view to_string(Profile profile) {
    constexpr std::array<std::string_view, kProfiles> kNames{
        "training", "inference", "graphics", "hpc"};
    return kNames.at(static_cast<std::size_t>(profile));
}

Weights weights_of(Profile profile) {
    switch (profile) {
    case Profile::training:
        break;
    case Profile::inference:
        return {.cost = 0.60,
                .speed = 0.10,
                .gpu_memory = 0.15,
                .memory = 0.05,
                .vcpus = 0.05,
                .network = 0.05};
    case Profile::graphics:
        return {.cost = 0.40,
                .speed = 0.25,
                .gpu_memory = 0.15,
                .memory = 0.05,
                .vcpus = 0.10,
                .network = 0.05};
    case Profile::hpc:
        return {.cost = 0.40,
                .speed = 0.25,
                .gpu_memory = 0.05,
                .memory = 0.10,
                .vcpus = 0.05,
                .network = 0.15};
    }
    return {.cost = 0.45,
            .speed = 0.25,
            .gpu_memory = 0.15,
            .memory = 0.05,
            .vcpus = 0.05,
            .network = 0.05};
}

Precision precision_of(Profile profile) {
    switch (profile) {
    case Profile::graphics:
        return Precision::fp32;
    case Profile::hpc:
        return Precision::fp64;
    case Profile::training:
    case Profile::inference:
        break;
    }
    return Precision::mixed;
}

// p3.2xlarge and its V100, as in data/aws.yaml and data/gpus.yaml; score_test.cpp compares them.
static double reference_rate(Precision precision) {
    constexpr double kFp64 = 7.8;
    constexpr double kFp32 = 15.7;
    constexpr double kFp16Tensor = 125;
    switch (precision) {
    case Precision::fp64:
        return kFp64;
    case Precision::fp32:
    case Precision::tf32:
    case Precision::bf16:
        return kFp32;
    case Precision::mixed:
    case Precision::fp16:
    case Precision::fp8:
    case Precision::int8:
        break;
    }
    return kFp16Tensor;
}

Figures reference(Precision precision) {
    return {.price = UsdPerHour{3.06},
            .rate = reference_rate(precision),
            .gpu_memory = GiB{16},
            .memory = GiB{61},
            .vcpus = 8,
            .network = Gbps{2.5}};
}

Figures reference_without_gpu() {
    Figures out = reference(Precision::mixed);
    out.rate = out.vcpus;
    return out;
}

/// The criteria as plain numbers, larger is better for each.
static std::array<double, kCriteria> merits(const Figures& f) {
    return {f.rate / f.price.value(),
            f.rate,
            f.gpu_memory.value(),
            f.memory.value(),
            f.vcpus,
            f.network.value()};
}

std::array<double, kCriteria> normalised(const Weights& weights) {
    std::array<double, kCriteria> out{weights.cost,
                                      weights.speed,
                                      weights.gpu_memory,
                                      weights.memory,
                                      weights.vcpus,
                                      weights.network};
    for (std::size_t i = 0; i < kCriteria; ++i)
        if (!(out[i] >= 0 && std::isfinite(out[i])))
            throw ArgumentError{"weights",
                                fmt::format("must not be negative, got {}={}",
                                            to_string(static_cast<Criterion>(i)),
                                            out[i])};
    const double sum = std::accumulate(out.begin(), out.end(), 0.0);
    if (!(sum > 0))
        throw ArgumentError{"weights", "must not all be zero"};
    if (!std::isfinite(sum))
        throw ArgumentError{"weights", "must add up to a finite number"};
    for (double& weight : out)
        weight /= sum;
    return out;
}

Score score(const Figures& figures,
            const Figures& reference,
            const std::array<double, kCriteria>& weights) {
    const auto own = merits(figures);
    const auto base = merits(reference);
    Score out;
    double sum = 0;
    for (std::size_t i = 0; i < kCriteria; ++i) {
        if (weights[i] > 0)
            out.contributions[i] = weights[i] * std::log(own[i] / base[i]);
        sum += out.contributions[i];
    }
    out.value = 100 * std::exp(sum);
    return out;
}

} // namespace flopwise
