#include <flopwise/memory.hpp>

#include "text/doubles.hpp"
#include "text/text.hpp"
#include "training/fitted.hpp"
#include "training/memory_fit.hpp"
#include "training/model_parts.hpp"
#include "training/parallel.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace flopwise {

using bundled::memory;
using MemoryStudent = boost::math::students_t_distribution<double, Doubles>;

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

/// Outputs of the layers of an image net, in 10^6. Diffusion nets, detectors and nets that label
/// pixels are taken for a ResNet-50 of their size.
static std::optional<double> activations_of(const Model& net) {
    constexpr double kFlopsPerActivationM = 2200e6; // of ResNet-50, as in completed()
    const bool usual = net.kind == ModelKind::diffusion || is_convolutional(net.kind);
    if (net.activations_m || !usual || !net.forward_gmacs)
        return net.activations_m;
    return 6e9 * *net.forward_gmacs / kFlopsPerActivationM;
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
    return Kept{.running = memory().image * *activations * 1e6 * width(precision) *
                           (less ? kRecomputed : 1)};
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

/// Of each stage that may need most.
static std::vector<MemoryNeed> stage_needs(const Model& net,
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

/// The stage that needs most for one sample at once.
static const MemoryNeed& worst(const std::vector<MemoryNeed>& stages) {
    return *std::max_element(stages.begin(), stages.end(), [](const auto& a, const auto& b) {
        return a.total(1) < b.total(1);
    });
}

static void require_split(const Model& net, const Training& training, double gpus) {
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
    return stages.empty() ? std::nullopt : std::optional{worst(stages)};
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

double MemoryNeed::probability(double samples, GiB available) const {
    if (!(available > GiB{}))
        return 0;
    const MemoryStudent t{memory().degrees_of_freedom};
    return boost::math::cdf(t, std::log(available / total(samples)) / scale(samples));
}

// ---- the fit ------------------------------------------------------------------------

/// The quantile of the Student-t of scale 1; none at even odds, which most ask for.
static double memory_quantile(double p) {
    return p == 0.5 ? 0 : boost::math::quantile(MemoryStudent{memory().degrees_of_freedom}, p);
}

MemoryAsked::MemoryAsked(GiB memory_available, double p)
    : available{memory_available}, confidence{p}, quantile{memory_quantile(p)} {}

/// Whether the peak of so many samples stays below, with the probability that is asked for.
static bool holds(const MemoryNeed& need, double samples, const MemoryAsked& asked) {
    constexpr double kRounding = 1 + 1e-12; // of sums that are equal but for their last bit
    const double sure = asked.quantile == 0 ? 1 : std::exp(asked.quantile * need.scale(samples));
    return need.total(samples) * sure <= asked.available * kRounding;
}

/// The largest whole number of samples, at least none.
static double micro_batch(const MemoryNeed& need, const MemoryAsked& asked) {
    constexpr double kMost = 1 << 24; // samples; more than any memory holds
    if (!holds(need, 1, asked))
        return 0;
    double fits = 1;
    double not_yet = 2;
    while (not_yet < kMost && holds(need, not_yet, asked)) {
        fits = not_yet;
        not_yet *= 2;
    }
    while (not_yet - fits > 1) {
        const double middle = std::floor((fits + not_yet) / 2);
        (holds(need, middle, asked) ? fits : not_yet) = middle;
    }
    return fits;
}

/// As it is, or with its pages of states gone to the host.
static double paged_batch(const Training& training, const MemoryAsked& asked, MemoryNeed& need) {
    const double batch = micro_batch(need, asked);
    if (batch >= 1 || training.optimiser != Optimiser::paged_adam_8bit ||
        training.offload != Offload::none)
        return batch;
    const double copies = need.copies > GiB{} ? 4.0 / 6 : 0; // of 32 bits are not paged
    const GiB pages = need.optimiser * (1 - copies);
    need.offloaded = need.offloaded + pages;
    need.optimiser = need.optimiser - pages;
    return micro_batch(need, asked);
}

/// Of a Student-t of scale 1.
static double ninetieth() {
    static const double found = memory_quantile(0.9);
    return found;
}

/// Whether nine of ten such runs stay below: no longer tight.
static bool has_room(const std::vector<MemoryNeed>& stages, const MemoryAsked& asked) {
    return std::ranges::all_of(stages, [&asked](const MemoryNeed& need) {
        return need.total(1) * std::exp(ninetieth() * need.scale(1)) <= asked.available;
    });
}

/// What all stages have room for.
static double
fitting_batch(const Training& training, const MemoryAsked& asked, std::vector<MemoryNeed>& stages) {
    double least = std::numeric_limits<double>::infinity();
    for (MemoryNeed& need : stages)
        least = std::min(least, paged_batch(training, asked, need));
    return least;
}

static MemoryFit fit_into(const std::vector<MemoryNeed>& stages,
                          double batch,
                          Sharding sharding,
                          const MemoryAsked& asked) {
    const MemoryNeed& need = worst(stages);
    const GiB needed = need.total(1);
    const double wide = std::exp(ninetieth() * need.scale(1));
    return {.fits = batch >= 1,
            .sharding = sharding,
            .micro_batch = need.partial ? 0 : batch,
            .needed = needed,
            .available = asked.available,
            .probability = need.probability(1, asked.available),
            .p10 = needed / wide,
            .p90 = needed * wide,
            .offloaded = need.offloaded,
            .confidence = asked.confidence,
            .partial = need.partial};
}

namespace {

/// The needs of the stages with one of the shardings, and the samples that fit so.
struct MemoryTried {
    std::vector<MemoryNeed> stages{};
    Sharding sharding = Sharding::none;
    double batch = 0;
};

} // namespace

/// Whether a sharding is one to try where none is asked for. What offloads does so by part: states
/// from the first stage on, weights where they are split.
static bool is_tried(Sharding sharding, const Training& training, double replicas) {
    if (replicas == 1)
        return sharding == Sharding::none;
    const bool four_bits = training.fine_tune == FineTune::qlora;
    if (sharding >= Sharding::zero3)
        return (sharding == Sharding::fsdp) == four_bits;
    return training.offload == Offload::none ||
           (training.offload == Offload::optimiser && sharding >= Sharding::zero1);
}

std::optional<MemoryFit> memory_fit_of(const Model& net,
                                       bool derived,
                                       const Training& training,
                                       Precision precision,
                                       std::optional<Sharding> sharding,
                                       const MemoryAsked& asked,
                                       double gpus) {
    const double whole = std::max(1.0, gpus); // a share of a GPU is a small GPU
    const double replicas = whole / model_parallel(training).gpus();
    std::optional<MemoryTried> best;
    for (std::size_t i = 0; i < kShardings; ++i) {
        const auto s = static_cast<Sharding>(i);
        if (sharding ? s != *sharding : !is_tried(s, training, replicas))
            continue;
        if (best && best->batch > 0 &&
            (splits_weights(s, training.fine_tune) || has_room(best->stages, asked)))
            break;
        MemoryTried now{.stages = stage_needs(net, derived, training, precision, s, whole),
                        .sharding = s};
        if (now.stages.empty())
            return std::nullopt;
        now.batch = fitting_batch(training, asked, now.stages);
        if (!best || best->batch == 0 || has_room(now.stages, asked))
            best = std::move(now);
    }
    if (!best || (best->stages.front().partial && best->batch > 0))
        return std::nullopt;
    return fit_into(best->stages, best->batch, best->sharding, asked);
}

std::optional<MemoryFit> memory_fit(const Model& net,
                                    const Training& training,
                                    Precision precision,
                                    std::optional<Sharding> sharding,
                                    GiB available,
                                    double gpus,
                                    double confidence) {
    require_memory_confidence(confidence);
    require_split(net, training, gpus);
    return memory_fit_of(completed(net),
                         is_derived(net),
                         training,
                         precision,
                         sharding,
                         MemoryAsked{available, confidence},
                         gpus);
}

void require_memory_confidence(double p) {
    if (!(p >= 0.5 && p < 1))
        throw ArgumentError{"memory_confidence",
                            fmt::format("must be at least 0.5 and below 1, got {}", p)};
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
