#include <flopwise/precision.hpp>

#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace flopwise {

std::string_view to_string(Precision precision) {
    constexpr std::array<std::string_view, kPrecisions> kNames{
        "mixed", "fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "int8"};
    return text::name_of(kNames, precision);
}

/// An absent rate is below any other, and never zero.
static std::optional<Tflops> best(std::initializer_list<std::optional<Tflops>> rates) {
    return std::max(rates);
}

std::optional<Tflops> peak(const Gpu& gpu, Precision precision) {
    switch (precision) {
    case Precision::mixed:
        return best({gpu.bf16_tensor, gpu.fp16_tensor, gpu.fp16, gpu.tf32_tensor, gpu.fp32});
    case Precision::fp64:
        return best({gpu.fp64, gpu.fp64_tensor});
    case Precision::fp32:
        return gpu.fp32;
    case Precision::tf32:
        return gpu.tf32_tensor;
    case Precision::fp16:
        return best({gpu.fp16, gpu.fp16_tensor});
    case Precision::bf16:
        return gpu.bf16_tensor;
    case Precision::fp8:
        return gpu.fp8_tensor;
    case Precision::int8:
        return gpu.int8;
    }
    return std::nullopt;
}

} // namespace flopwise
