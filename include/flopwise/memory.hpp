// flopwise: whether a net fits into the memory of a machine's GPUs while it is trained
//
// Weights, gradients and states are counted in bytes; activations and what the framework adds are
// fitted to published peaks. How far those are off makes "fits" a probability. docs/model.md has
// the formulas and worked examples, docs/calibration.md the fitted values.

#pragma once

#include <flopwise/model.hpp>

namespace flopwise {

/// What is split over the GPUs of a machine instead of being held by each (stages of ZeRO).
enum class Sharding : std::uint8_t {
    none,  ///< data parallel: each GPU holds all
    zero1, ///< the optimiser's states are split
    zero2, ///< gradients too
    zero3, ///< weights too; those of 4 bits stay whole
    fsdp,  ///< weights too, those of 4 bits among them
};
constexpr std::size_t kShardings = 5;
FLOPWISE_API std::string_view to_string(Sharding sharding);
/// Whether the weights are split: with fsdp, and with zero3 unless they have 4 bits.
FLOPWISE_API bool splits_weights(Sharding sharding, FineTune fine_tune);

/// Bytes of one frozen weight beside adapters: 2, or 4 at fp32 and tf32; with qlora 0.516.
FLOPWISE_API double frozen_bytes(FineTune fine_tune, Precision precision);

/// Memory that one GPU needs, before and for each sample of its micro-batch. A sample is a
/// sequence of tokens, or an image.
struct MemoryNeed {
    GiB weights{};    ///< as they are computed with, and frozen ones
    GiB gradients{};  ///< all of them
    GiB optimiser{};  ///< moments, and the 32-bit copy of the weights
    GiB copies{};     ///< what mixed precision holds beside that
    GiB in_transit{}; ///< layers that are gathered, gradients that are being reduced
    GiB step{};       ///< what the optimiser's step needs for a while
    GiB per_sample{}; ///< activations that are kept for the backward pass
    GiB waiting{};    ///< of a sample of each other micro-batch that is in a pipeline
    GiB context{};    ///< of the driver and its libraries
    GiB offloaded{};  ///< by this GPU, in the memory of the host

    double held = 0;          ///< share of the gradients that is there with the most activations
    double fragmentation = 0; ///< more than the tensors take
    double in_flight = 1;     ///< micro-batches that are in a pipeline at once, at most
    double step_samples = 0;  ///< that a replica takes in a step; 0 if it is not known
    bool partial = false;     ///< its activations are not known: the need is at least this

    /// Scale of ln(peak / need): of what does not depend on activations, and of these.
    double states_scale = 0;
    double activations_scale = 0;

    /// Activations of a micro-batch of so many samples, and of those that wait beside it.
    [[nodiscard]] GiB activations(double samples) const;
    /// With a micro-batch of so many samples, at the worse of two moments: the backward pass, and
    /// the optimiser's step.
    [[nodiscard]] GiB total(double samples) const;
    /// Scale of the Student-t distribution of ln(peak / total).
    [[nodiscard]] double scale(double samples) const;
    /// P(the peak is at most `available`).
    [[nodiscard]] double probability(double samples, GiB available) const;

    bool operator==(const MemoryNeed&) const = default;
};

/// Memory need of one of `gpus` GPUs; of several stages of a pipeline, of one of that which needs
/// more for one sample at once.
///
///                 bytes for each parameter that is trained
///                        mixed   fp32, tf32   Recipe::bf16
///     weights            2       4            2
///     gradients          2       4            2
///     32-bit copy        4                          with the optimiser's states
///     adam               8       8            4
///     adam_8bit          2       2            2
///     sgd                4       4            2
///     adafactor, none    0       0            0
///     frozen weights: 2 with lora, 4 in fp32; 0.516 with qlora, whose embedding and head have 4.
///     Adapters are numbers of 32 bits.
///
/// With tensor_parallel t and pipeline_parallel p a replica of the net has t * p GPUs. Of these one
/// has 1 / t of its stage, activations and logits too (with sequence parallelism, as Megatron-LM
/// and torchtitan have it), and `sharding` splits that over the gpus / (t * p) replicas. The first
/// stage has the embedding and keeps min(p, micro-batches of a step) micro-batches, the last one
/// the head and the logits.
///
/// A sequence of unknown length is taken for 512 tokens. Absent if the net has no parameters;
/// `partial` if its activations are unknown. With full recomputation, a convolutional net keeps as
/// much: what it would save depends on the net. Throws ArgumentError for GPUs that are no whole
/// number of replicas, and for a split that its layers or heads do not have.
/// Sources: Rajbhandari et al. 2020 (states), Korthikanti et al. 2022 (form of the activations),
/// Dettmers et al. 2022 and 2023 (8 and 4 bits), Narayanan et al. 2021 (stages); data/memory.yaml
/// (fitted).
FLOPWISE_API std::optional<MemoryNeed> memory_need(const Model& net,
                                                   const Training& training,
                                                   Precision precision,
                                                   Sharding sharding,
                                                   double gpus);

/// Probability from which a net fits, if none is asked for.
constexpr double kMemoryConfidence = 0.5;
/// Below it, what fits is tight.
constexpr double kRoomy = 0.9;

/// How a net fits into some GPUs.
struct MemoryFit {
    bool fits = false;
    Sharding sharding = Sharding::none; ///< the least that fits; the most if none does
    double micro_batch = 0;             ///< most samples on a GPU at once; 0 if it does not fit
    GiB needed{};                       ///< by one GPU for a micro-batch of one sample
    GiB available{};                    ///< of one GPU
    double probability = 0;             ///< that the peak for one sample is at most `available`
    GiB p10{};                          ///< of the peak for one sample: 8 of 10 are from here ...
    GiB p90{};                          ///< ... to here
    GiB offloaded{};                    ///< by one GPU, in the memory of the host
    double confidence = kMemoryConfidence; ///< with which it was asked
    bool partial = false;                  ///< of unknown activations: it needs more than that

    /// Fits, but by less than one would like.
    [[nodiscard]] bool tight() const { return fits && probability < kRoomy; }

    bool operator==(const MemoryFit&) const = default;
};

/// Fits a net into `gpus` GPUs of `available` memory each, with the sharding asked for or,
/// without one, with the least that fits; with one more if that makes room and splits no weights,
/// which would take time. Absent if the need is not known; what is known of it may
/// still be too much. Throws ArgumentError for a `confidence` outside [0.5, 1), and as
/// memory_need() does.
FLOPWISE_API std::optional<MemoryFit> memory_fit(const Model& net,
                                                 const Training& training,
                                                 Precision precision,
                                                 std::optional<Sharding> sharding,
                                                 GiB available,
                                                 double gpus,
                                                 double confidence = kMemoryConfidence);

/// Memory that a machine of `gpus` GPUs needs beside theirs, at least: half a GiB for the system,
/// half a GiB for the process of each GPU and its workers, and the weights of a net that is trained
/// already, which pass through it once, or what is offloaded, whichever is more. They pass as the
/// GPU holds them; weights that are split, in 16 bits; of a replica over several machines, a part.
/// Absent if the net has no parameters.
/// Sources: github.com/AnswerDotAI/fsdp_qlora issue 24 (70e9 parameters in 16 bits, once a machine:
/// just over 128 GB); Rajbhandari et al. 2021 (offloaded states).
FLOPWISE_API std::optional<GiB> host_memory_need(const Model& net,
                                                 const Training& training,
                                                 Precision precision,
                                                 const MemoryFit& fit,
                                                 double gpus);

/// What would make a net fit that does not.
struct MemoryRemedy {
    /// Settings and their values, all needed together: {"fine_tune", "qlora"}.
    std::vector<std::pair<std::string, std::string>> settings{};
    double gpus = 0; ///< without settings: that many such GPUs would do

    bool operator==(const MemoryRemedy&) const = default;
};

/// The least change that makes it fit: another sharding, then full recomputation, a chunked loss,
/// pure 16 bits, an optimiser of 8 bits, these together, states offloaded to the host, adapters,
/// adapters on 4 bits, weights offloaded, then more GPUs. Absent if none does. What the GPU does
/// not run (Gpu::unsupported) is no remedy.
FLOPWISE_API std::optional<MemoryRemedy>
memory_remedy(const Model& net,
              const Training& training,
              Precision precision,
              std::optional<Sharding> sharding,
              GiB available,
              double gpus,
              std::span<const std::string> unsupported = {},
              double confidence = kMemoryConfidence);

/// Why it does not fit, with figures and what would help: "needs 112.0 GiB of memory on each GPU,
/// has 16.0 GiB: lacks 96.0 GiB; fine_tune qlora would fit". Needs a fit that does not fit.
FLOPWISE_API std::string explanation(const MemoryFit& fit,
                                     const std::optional<MemoryRemedy>& remedy);

} // namespace flopwise
