#include <flopwise/memory.hpp>

#include "text/text.hpp"
#include "training/fitted.hpp"
#include "training/memory_fit.hpp"
#include "training/model_parts.hpp"
#include "training/parallel.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

using bundled::memory;

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
constexpr double kVocabulary = 32'000;     // of a net whose own is not known: Llama's
constexpr double kLayersAssumed = 12;      // of a net whose own are not known
constexpr double kBytesOf4Bit = 4.127 / 8; // NF4 with its scales quantised too

std::string_view to_string(Sharding sharding) {
    constexpr std::array<std::string_view, kShardings> kNames{
        "none", "zero1", "zero2", "zero3", "fsdp"};
    return text::name_of(kNames, sharding);
}

bool splits_weights(Sharding sharding, FineTune fine_tune) {
    return sharding == Sharding::fsdp ||
           (sharding == Sharding::zero3 && fine_tune != FineTune::qlora);
}

static bool is_wide(Precision precision) {
    return precision == Precision::fp32 || precision == Precision::tf32 ||
           precision == Precision::fp64;
}

/// Bytes of one activation or one weight as it is computed with.
static double width(Precision precision) {
    return precision == Precision::fp64 ? 8 : is_wide(precision) ? 4 : 2;
}

double frozen_bytes(FineTune fine_tune, Precision precision) {
    return fine_tune == FineTune::qlora ? kBytesOf4Bit : width(precision);
}

// ---- activations --------------------------------------------------------------------

/// Smaller nets use one table for the embedding and the head.
static double tables_of(const Model& net) {
    constexpr double kTiedBelow = 5e9;
    return net.parameters && *net.parameters < kTiedBelow ? 1 : 2;
}

/// Parameters of the embedding and of the head.
static double embedding(const Model& net) {
    if (!is_text(net.kind) || !net.vocab || !net.hidden || !net.parameters)
        return 0;
    return std::min(0.5 * *net.parameters, tables_of(net) * *net.vocab * *net.hidden);
}

/// Parameters of a layer for the square of its width, of those that a token meets: 12 for GPT.
static double inner_width(const Model& net) {
    constexpr double kUsual = 12;
    constexpr double kLeast = 8;
    constexpr double kMost = 40;
    const auto active = net.active_parameters ? net.active_parameters : net.parameters;
    if (!active)
        return kUsual;
    const double layers = *net.layers * *net.hidden * *net.hidden;
    return std::clamp((*active - embedding(net)) / layers, kLeast, kMost);
}

namespace {

/// Bytes of the activations of a sample.
struct Kept {
    double running = 0; ///< of the micro-batch that is computed
    double waiting = 0; ///< of one whose backward pass is to come
};

} // namespace

/// Of one sequence in a transformer. Fused attention keeps no scores.
static std::optional<Kept> sequence_bytes(const Model& net,
                                          const Training& training,
                                          Precision precision,
                                          const StagePart& part) {
    if (!is_text(net.kind) || !net.layers || !net.hidden)
        return std::nullopt;
    const bundled::MemoryModel& m = memory();
    const double tokens = net.seq_len.value_or(kAssumedSeqLen);
    const double scale = width(precision) / 2; // the fitted figures are for 16 bits
    const double adapters = has_adapters(training.fine_tune) ? 1 + m.adapters : 1;
    const double layer =
        tokens * *net.hidden * (m.layer + m.layer_width * inner_width(net)) * adapters * scale;
    const double heads = net.heads.value_or(*net.hidden / 128);
    const double scores = m.scores * heads * tokens * tokens * scale;
    const double logits = part.head ? (training.loss == Loss::plain ? m.logit : m.logit_fused) *
                                          tokens * net.vocab.value_or(kVocabulary)
                                    : 0;
    const double layers = *net.layers * part.layers;
    const auto kept = [&part](double waiting, double beside) {
        return Kept{.running = (waiting + beside) / part.tensor, .waiting = waiting / part.tensor};
    };
    switch (training.recompute) {
    case Recompute::none:
        return kept((layer + scores) * layers, logits);
    case Recompute::selective:
        return kept(layer * layers, logits);
    case Recompute::full: // the inputs of all layers, and one layer or the loss
        return kept(2 * tokens * *net.hidden * layers * scale, std::max(layer, logits));
    }
    return std::nullopt;
}

/// Outputs of the layers of an image net, in 10^6. Diffusion nets are taken for a ResNet-50 of
/// their size.
static std::optional<double> activations_of(const Model& net) {
    if (net.activations_m || net.kind != ModelKind::diffusion)
        return net.activations_m;
    Model like = net;
    like.kind = ModelKind::cnn;
    return completed(like).activations_m;
}

static std::optional<Kept> sample_bytes(const Model& net,
                                        const Training& training,
                                        Precision precision,
                                        const StagePart& part) {
    constexpr double kRecomputed = 0.3; // is kept, of a vit or a diffusion net
    const auto activations = activations_of(net);
    if (!activations)
        return sequence_bytes(net, training, precision, part);
    const bool less = training.recompute == Recompute::full && !is_convolutional(net.kind);
    const bool dense = net.kind == ModelKind::detector || net.kind == ModelKind::segmentation;
    const double each = dense ? memory().image_dense : memory().image;
    return Kept{.running = each * *activations * 1e6 * width(precision) * (less ? kRecomputed : 1)};
}

// ---- the need -----------------------------------------------------------------------

namespace {

/// Bytes of what is trained, in the numbers that it is trained in.
struct Trained {
    double parameters = 0;
    double number = 2;   ///< bytes of a weight and of its gradient
    bool copied = false; ///< with a copy of 32 bits
};

} // namespace

static double moment_bytes(Optimiser optimiser, const Trained& trained) {
    const double number = trained.copied ? 4 : std::min(4.0, trained.number);
    switch (optimiser) {
    case Optimiser::adam:
        return 2 * number;
    case Optimiser::adam_8bit:
    case Optimiser::paged_adam_8bit:
        return 2;
    case Optimiser::sgd:
        return number;
    case Optimiser::adafactor:
    case Optimiser::none:
        break;
    }
    return 0;
}

static Trained
trained_of(const Model& net, const Training& training, Precision precision, const StagePart& part) {
    const bool adapters = has_adapters(training.fine_tune);
    const double all = *trained_parameters(net, training.fine_tune, training.lora_rank);
    return {.parameters = part.of(all, adapters ? 0 : embedding(net)),
            .number = adapters ? std::max(4.0, width(precision)) : width(precision),
            .copied = !adapters && !is_wide(precision) && training.recipe == Recipe::mixed};
}

/// Bytes of the weights that are not trained; PEFT makes embedding and head beside 4 bits fp32.
static double frozen_weights(const Model& net,
                             const Training& training,
                             Precision precision,
                             const StagePart& part) {
    constexpr double kBeside4Bit = 4;
    if (!has_adapters(training.fine_tune))
        return 0;
    const double here = part.of(*net.parameters, embedding(net));
    if (training.fine_tune == FineTune::lora)
        return here * width(precision);
    const double tables = embedding(net) * part.tables / part.tensor;
    return (here - tables) * kBytesOf4Bit + tables * kBeside4Bit;
}

static double layers_of(const Model& net) {
    return std::max(4.0, net.layers.value_or(kLayersAssumed));
}

/// Bytes of layers that are whole for a while, dequantised, and of gradients that are reduced.
static double transit_bytes(const Model& net,
                            const Training& training,
                            Precision precision,
                            Sharding sharding,
                            double replicas,
                            const StagePart& part,
                            const Trained& trained) {
    constexpr double kBucket = 5e8; // gradients that are reduced at once
    const bool gathers = (replicas > 1 && splits_weights(sharding, training.fine_tune)) ||
                         training.offload == Offload::parameters;
    const double tables = embedding(net);
    const double gathered = gathers
                                ? (memory().gathered * (*net.parameters - tables) / layers_of(net) +
                                   tables * part.tables) /
                                      part.tensor
                                : 0;
    double reduced = 0;
    if (replicas > 1)
        reduced = sharding == Sharding::none
                      ? trained.parameters * trained.number
                      : 2 * std::min(trained.parameters, kBucket) * width(precision);
    return gathered * width(precision) + reduced;
}

/// Takes what is offloaded from the GPU.
static void offload(const Model& net, Offload what, const StagePart& part, MemoryNeed& of) {
    if (what == Offload::none)
        return;
    const GiB passing =
        of.gradients * (2 / (layers_of(net) * part.layers)); // two layers' are on their way
    of.offloaded = of.optimiser + of.gradients;
    of.gradients = std::min(of.gradients, passing);
    of.optimiser = GiB{};
    of.step = GiB{};
    if (what == Offload::parameters) {
        of.offloaded = of.offloaded + of.weights;
        of.weights = GiB{};
        of.copies = GiB{};
    }
}

/// Whether its activations follow from its size or its operations only.
static bool is_derived(const Model& given) {
    return is_text(given.kind) ? !given.layers || !given.hidden : !given.activations_m;
}

static void add_scales(const Model& net, bool derived, MemoryNeed& to) {
    const bundled::MemoryModel& m = memory();
    to.states_scale = m.spread_states;
    to.activations_scale = std::hypot(is_text(net.kind) ? m.spread_activations : m.spread_images,
                                      derived ? m.spread_derived : 0);
}

/// Of a stage of a net that is completed and has parameters.
static MemoryNeed need_of(const Model& net,
                          bool derived,
                          const Training& training,
                          Precision precision,
                          Sharding sharding,
                          double replicas,
                          const StagePart& part) {
    const bundled::MemoryModel& m = memory();
    const std::optional<Kept> kept = sample_bytes(net, training, precision, part);
    const Trained t = trained_of(net, training, precision, part);
    const auto gib = [&](double bytes, bool split) {
        return GiB{bytes / (split ? replicas : 1) / kGiB};
    };
    const bool weights = splits_weights(sharding, training.fine_tune);
    const bool gradients = sharding >= Sharding::zero2;
    const bool states = sharding >= Sharding::zero1;
    const double frozen = frozen_weights(net, training, precision, part);
    const double step = training.optimiser == Optimiser::adam ? m.step * (t.copied ? 2 : 1) : 0;
    const double copy = t.copied ? 4 : 0;
    MemoryNeed out{
        .weights = gib(t.parameters * t.number + frozen, weights),
        .gradients = gib(t.parameters * t.number, gradients),
        .optimiser = gib(t.parameters * (moment_bytes(training.optimiser, t) + copy), states),
        .copies = gib(t.copied ? t.parameters * m.mixed_copy : 0, weights),
        .in_transit =
            gib(transit_bytes(net, training, precision, sharding, replicas, part, t), false),
        .step = gib(t.parameters * step, states),
        .per_sample = gib(kept.value_or(Kept{}).running, false),
        .waiting = gib(kept.value_or(Kept{}).waiting, false),
        .context = GiB{m.context_gib},
        .held = m.held,
        .fragmentation = m.fragmentation,
        .in_flight = part.in_flight,
        .step_samples = training.batch.value_or(0) / replicas,
        .partial = !kept};
    offload(net, training.offload, part, out);
    add_scales(net, derived, out);
    return out;
}

std::vector<MemoryNeed> stage_needs(const Model& net,
                                    bool derived,
                                    const Training& training,
                                    Precision precision,
                                    Sharding sharding,
                                    double gpus) {
    std::vector<MemoryNeed> out;
    if (!net.parameters)
        return out;
    const ModelParallel split = model_parallel(training);
    for (const StagePart& part : stage_parts(net, split, tables_of(net)))
        out.push_back(
            need_of(net, derived, training, precision, sharding, gpus / split.gpus(), part));
    return out;
}

const MemoryNeed& worst_stage(const std::vector<MemoryNeed>& stages) {
    return *std::max_element(stages.begin(), stages.end(), [](const auto& a, const auto& b) {
        return a.total(1) < b.total(1);
    });
}

void require_split(const Model& net, const Training& training, double gpus) {
    require_splittable(net, model_parallel(training));
    require_whole_replicas(model_parallel(training), gpus);
}

std::optional<MemoryNeed> memory_need(const Model& net,
                                      const Training& training,
                                      Precision precision,
                                      Sharding sharding,
                                      double gpus) {
    require_split(net, training, gpus);
    const auto stages =
        stage_needs(completed(net), is_derived(net), training, precision, sharding, gpus);
    return stages.empty() ? std::nullopt : std::optional{worst_stage(stages)};
}

GiB MemoryNeed::activations(double samples) const {
    const GiB running = per_sample * samples;
    if (in_flight <= 1)
        return running;
    const double all = step_samples > 0
                           ? std::min(in_flight * samples, std::max(step_samples, samples))
                           : in_flight * samples;
    return running + waiting * (all - samples);
}

GiB MemoryNeed::total(double samples) const {
    const GiB backward = activations(samples) + gradients * held;
    const GiB tensors =
        weights + optimiser + copies + in_transit + std::max(backward, gradients + step);
    return context + tensors * (1 + fragmentation);
}

double MemoryNeed::scale(double samples) const {
    const double part = activations(samples) * (1 + fragmentation) / total(samples);
    return std::hypot(states_scale, activations_scale * part);
}

bool activations_derived(const Model& net) {
    return is_derived(net);
}

// ---- the host -----------------------------------------------------------------------

std::optional<GiB> host_memory_need(const Model& net,
                                    const Training& training,
                                    Precision precision,
                                    const MemoryFit& fit,
                                    double gpus) {
    constexpr GiB kSystem{0.5};
    constexpr GiB kProcess{0.5};
    if (!net.parameters)
        return std::nullopt;
    const bool split = splits_weights(fit.sharding, training.fine_tune);
    const bool loaded = training.fine_tune != FineTune::none; // else it is made on the GPU
    const double bytes = !loaded ? 0
                         : split ? width(precision)
                                 : frozen_bytes(training.fine_tune, precision);
    const double processes = std::max(1.0, gpus);
    const double part = std::min(1.0, processes / model_parallel(training).gpus()); // of the net
    const GiB weights{*net.parameters * part * bytes / kGiB};
    const GiB held = fit.offloaded * processes;
    return kSystem + kProcess * processes + std::max(weights, held);
}

} // namespace flopwise
