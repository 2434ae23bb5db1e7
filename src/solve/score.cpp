#include <flopwise/score.hpp>

#include "solve/reference.hpp"

#include <numeric>

namespace flopwise {

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
