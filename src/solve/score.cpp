#include <flopwise/estimate.hpp>
#include <flopwise/score.hpp>

#include "solve/reference.hpp"

#include <numeric>

namespace flopwise {

const Gpu& reference_gpu() {
    static const Gpu v100{.name = "nvidia-v100-sxm2-16gb",
                          .architecture = "Volta",
                          .memory = GiB{16},
                          .memory_bandwidth = GBPerSecond{900},
                          .fp64 = Tflops{7.8},
                          .fp32 = Tflops{15.7},
                          .fp16 = Tflops{31.4},
                          .fp16_tensor = Tflops{125},
                          .interconnect_bandwidth = GBPerSecond{300},
                          .source = ""};
    return v100;
}

/// What it computes in, where it lacks a precision: the wider format.
static Precision reference_precision(Precision precision) {
    switch (precision) {
    case Precision::tf32:
    case Precision::bf16:
        return Precision::fp32;
    case Precision::fp8:
    case Precision::int8:
        return Precision::fp16;
    default:
        return precision;
    }
}

static double reference_rate(Precision precision, Speed speed) {
    const Precision own = reference_precision(precision);
    const bool predicted =
        speed == Speed::predicted && speed_of(Profile::training, precision) == Speed::predicted;
    return (predicted ? predicted_tflops(reference_gpu(), 1, own) : peak(reference_gpu(), own))
        ->value();
}

// p3.2xlarge, as in data/aws.yaml; score_test.cpp compares.
Figures reference(Precision precision, Speed speed) {
    return {.price = UsdPerHour{3.06},
            .rate = reference_rate(precision, speed),
            .gpu_memory = GiB{16},
            .memory = GiB{61},
            .vcpus = 8,
            .network = Gbps{2.5}};
}

Figures reference_without_gpu() {
    Figures out = reference(Precision::mixed, Speed::peak);
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
