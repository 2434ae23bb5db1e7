// flopwise: whether a net fits into the memory of a machine's GPUs while it is trained
//
// Counted in bytes for each parameter and each activation, from published accounts of what a
// training step keeps. docs/model.md has the formulas, their sources, and worked examples.

#pragma once

#include <flopwise/net.hpp>

namespace flopwise {

/// What is split over the GPUs of a machine instead of being held by each (stages of ZeRO).
enum class Sharding : std::uint8_t {
    none,      ///< data parallel: each GPU holds all
    optimizer, ///< ZeRO 1: the optimiser's states are split
    gradients, ///< ZeRO 2: gradients too
    weights,   ///< ZeRO 3, fully sharded data parallel: weights too
};
constexpr std::size_t kShardings = 4;
FLOPWISE_API std::string_view to_string(Sharding sharding);

/// Memory that one GPU needs, before and for each sample of its micro-batch. A sample is a
/// sequence of tokens, or an image.
struct MemoryNeed {
    GiB weights{};
    GiB gradients{};
    GiB optimizer{};  ///< moments, and the 32-bit copy of the weights
    GiB per_sample{}; ///< activations that are kept for the backward pass
    GiB reserved{};   ///< of the driver and the framework, and for weights in transit

    /// With a micro-batch of so many samples.
    [[nodiscard]] GiB total(double samples) const {
        return weights + gradients + optimizer + reserved + per_sample * samples;
    }

    bool operator==(const MemoryNeed&) const = default;
};

/// Memory need of one of `gpus` GPUs.
///
///                 bytes for each parameter that is trained (mixed precision; fp32, tf32)
///     weights     2    4
///     gradients   2    4
///     optimiser   12   8   adam       (32-bit copy, two moments; without the copy)
///                 6    2   adam_8bit  (32-bit copy, two moments of 8 bits)
///                 8    4   sgd        (32-bit copy, momentum)
///     frozen weights: 2 with lora, 0.516 with qlora
///
///     activations of a layer: sequence * hidden * (34 + 5 * heads * sequence / hidden) bytes,
///     34 alone with selective recomputation, 2 with full; and 6 bytes for each logit.
///     Of an image net: 2 * activations_m * bytes of the precision.
///
/// Needs a net with its parameters; absent if it has none, or if its activations are unknown.
/// Sources: Rajbhandari et al. 2020 (states), Korthikanti et al. 2022 (activations),
/// Dettmers et al. 2022 and 2023 (8 and 4 bits).
FLOPWISE_API std::optional<MemoryNeed> memory_need(
    const Net& net, const Training& training, Precision precision, Sharding sharding, double gpus);

/// How a net fits into the GPUs of one machine.
struct MemoryFit {
    bool fits = false;
    Sharding sharding = Sharding::none; ///< the least that fits; the most if none does
    double micro_batch = 0;             ///< most samples on a GPU at once; 0 if it does not fit
    GiB needed{};                       ///< by one GPU for a micro-batch of one sample
    GiB available{};                    ///< of one GPU
    /// What would make it fit, empty if it does or nothing would: "--tuning qlora".
    std::string remedy{};

    bool operator==(const MemoryFit&) const = default;
};

/// Fits a net into `gpus` GPUs of `available` memory each, with the sharding asked for or,
/// without one, with the least that fits. Absent if the need is not known.
FLOPWISE_API std::optional<MemoryFit> memory_fit(const Net& net,
                                                 const Training& training,
                                                 Precision precision,
                                                 std::optional<Sharding> sharding,
                                                 GiB available,
                                                 double gpus);

/// Why it does not fit, with figures and what would help: "needs 112 GiB of GPU memory, has
/// 16 GiB: lacks 96 GiB; --tuning qlora would fit". Needs a fit that does not fit.
FLOPWISE_API std::string explanation(const MemoryFit& fit);

} // namespace flopwise
