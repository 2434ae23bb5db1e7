#include <flopwise/profile.hpp>

#include "text/text.hpp"

#include <numeric>

namespace flopwise {

std::string_view to_string(Criterion criterion) {
    constexpr std::array<std::string_view, kCriteria> kNames{
        "cost", "speed", "gpu_memory", "memory", "vcpus", "network"};
    return text::name_of(kNames, criterion);
}

std::string_view to_string(Profile profile) {
    constexpr std::array<std::string_view, kProfiles> kNames{
        "training", "inference", "graphics", "hpc"};
    return text::name_of(kNames, profile);
}

std::string_view to_string(Speed speed) {
    constexpr std::array<std::string_view, kSpeeds> kNames{"predicted", "peak"};
    return text::name_of(kNames, speed);
}

Speed speed_of(Profile profile, Precision precision) {
    const bool learns = profile == Profile::training || profile == Profile::inference;
    const bool measured = precision != Precision::fp64 && precision != Precision::int8;
    return learns && measured ? Speed::predicted : Speed::peak;
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

} // namespace flopwise
