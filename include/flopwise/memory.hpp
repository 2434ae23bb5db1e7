// flopwise: whether a net fits into the memory of a machine's GPUs while it is trained
//
// Counted in bytes for each parameter and each activation, from published accounts of what a
// training step keeps. docs/model.md has the formulas, their sources, and worked examples.

#pragma once

#include <flopwise/model.hpp>

namespace flopwise {

/// What is split over the GPUs of a machine instead of being held by each (stages of ZeRO).
enum class Sharding : std::uint8_t {
    none,  ///< data parallel: each GPU holds all
    zero1, ///< the optimiser's states are split
    zero2, ///< gradients too
    zero3, ///< weights too: fully sharded data parallel
};
constexpr std::size_t kShardings = 4;
FLOPWISE_API std::string_view to_string(Sharding sharding);

/// Bytes of one frozen weight beside adapters: 2, or 4 at fp32 and tf32; with qlora 0.516.
FLOPWISE_API double frozen_bytes(FineTune fine_tune, Precision precision);

/// Memory that one GPU needs, before and for each sample of its micro-batch. A sample is a
/// sequence of tokens, or an image.
struct MemoryNeed {
    GiB weights{};
    GiB gradients{};
    GiB optimiser{};  ///< moments, and the 32-bit copy of the weights
    GiB per_sample{}; ///< activations that are kept for the backward pass
    GiB reserved{};   ///< of the driver and the framework, and for weights in transit

    /// With a micro-batch of so many samples.
    [[nodiscard]] GiB total(double samples) const {
        return weights + gradients + optimiser + reserved + per_sample * samples;
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
///     activations of a layer: seq_len * hidden * (34 + 5 * heads * seq_len / hidden) bytes,
///     34 alone with selective recomputation, 2 with full; and 6 bytes for each logit.
///     Of an image net: 2 * activations_m * 10^6 * bytes of the precision.
///
/// A sequence of unknown length is taken for 512 tokens. Absent if the net has no parameters, or
/// if its activations are unknown. With full recomputation, an image net keeps as much: what it
/// would save depends on the net.
/// Sources: Rajbhandari et al. 2020 (states), Korthikanti et al. 2022 (activations),
/// Dettmers et al. 2022 and 2023 (8 and 4 bits).
FLOPWISE_API std::optional<MemoryNeed> memory_need(const Model& net,
                                                   const Training& training,
                                                   Precision precision,
                                                   Sharding sharding,
                                                   double gpus);

/// How a net fits into some GPUs.
struct MemoryFit {
    bool fits = false;
    Sharding sharding = Sharding::none; ///< the least that fits; the most if none does
    double micro_batch = 0;             ///< most samples on a GPU at once; 0 if it does not fit
    GiB needed{};                       ///< by one GPU for a micro-batch of one sample
    GiB available{};                    ///< of one GPU

    bool operator==(const MemoryFit&) const = default;
};

/// Fits a net into `gpus` GPUs of `available` memory each, with the sharding asked for or,
/// without one, with the least that fits. Absent if the need is not known.
FLOPWISE_API std::optional<MemoryFit> memory_fit(const Model& net,
                                                 const Training& training,
                                                 Precision precision,
                                                 std::optional<Sharding> sharding,
                                                 GiB available,
                                                 double gpus);

/// What would make a net fit that does not.
struct MemoryRemedy {
    /// Settings and their values, all needed together: {"fine_tune", "qlora"}.
    std::vector<std::pair<std::string, std::string>> settings{};
    double gpus = 0; ///< without settings: that many such GPUs would do

    bool operator==(const MemoryRemedy&) const = default;
};

/// The least change that makes it fit: another sharding, then full recomputation, an optimiser of
/// 8 bits, adapters, adapters on 4 bits, then more GPUs. Absent if none does. What the GPU does not
/// run (Gpu::unsupported) is no remedy.
FLOPWISE_API std::optional<MemoryRemedy>
memory_remedy(const Model& net,
              const Training& training,
              Precision precision,
              std::optional<Sharding> sharding,
              GiB available,
              double gpus,
              std::span<const std::string> unsupported = {});

/// Why it does not fit, with figures and what would help: "needs 112.0 GiB of memory on each GPU,
/// has 16.0 GiB: lacks 96.0 GiB; fine_tune qlora would fit". Needs a fit that does not fit.
FLOPWISE_API std::string explanation(const MemoryFit& fit,
                                     const std::optional<MemoryRemedy>& remedy);

} // namespace flopwise
