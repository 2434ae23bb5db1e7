// flopwise: the work that a machine is wanted for, as far as choosing it depends on that

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// The arithmetic of the work. It decides which of a GPU's peak rates counts.
enum class Precision : std::uint8_t {
    mixed, ///< 16 bits with 32-bit sums, else tf32 or fp32: the fastest that the GPU has
    fp64,  ///< IEEE 754 binary64
    fp32,  ///< IEEE 754 binary32
    tf32,  ///< 8 bits of exponent, 10 of fraction, in tensor units
    fp16,  ///< IEEE 754 binary16
    bf16,  ///< 8 bits of exponent, 7 of fraction
    fp8,   ///< 8-bit floating point, E4M3 or E5M2
    int8,  ///< 8-bit integers
};
constexpr std::size_t kPrecisions = 8;
FLOPWISE_API std::string_view to_string(Precision precision);

/// Peak dense rate of one GPU in a precision; empty if it has no such arithmetic or none is
/// published. Never with sparsity. A rate is the better of vector and tensor units:
///
///     fp64  = max(fp64, fp64_tensor)        fp16 = max(fp16, fp16_tensor)
///     mixed = max(bf16_tensor, fp16_tensor, fp16, tf32_tensor, fp32)
///
/// and fp32, tf32, bf16, fp8 and int8 are the one rate of that name.
FLOPWISE_API std::optional<Tflops> peak(const Gpu& gpu, Precision precision);

} // namespace flopwise
