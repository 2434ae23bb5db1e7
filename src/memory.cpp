#include <flopwise/memory.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
constexpr double kReservedGib = 0.75;      // driver context and the framework's own buffers
constexpr double kBytesOf4Bit = 4.127 / 8; // NF4 with its scales quantised too, per parameter
constexpr double kVocabulary = 32'000;     // of a net whose own is not known: Llama's

std::string_view to_string(Sharding sharding) {
    constexpr std::array<std::string_view, kShardings> kNames{
        "none", "optimizer", "gradients", "weights"};
    return kNames.at(static_cast<std::size_t>(sharding));
}

static bool is_wide(Precision precision) {
    return precision == Precision::fp32 || precision == Precision::tf32 ||
           precision == Precision::fp64;
}

/// Bytes of one activation or one weight as it is computed with.
static double width(Precision precision) {
    return precision == Precision::fp64 ? 8 : is_wide(precision) ? 4 : 2;
}

static double optimizer_bytes(Optimizer optimizer, Precision precision) {
    const double copy = is_wide(precision) ? 0 : 4;
    switch (optimizer) {
    case Optimizer::adam:
        return copy + 8;
    case Optimizer::adam_8bit:
        return copy + 2;
    case Optimizer::sgd:
        return copy + 4;
    }
    return copy;
}

/// Bytes kept for one sequence by a transformer. Fused attention keeps no scores.
static std::optional<double>
sequence_bytes(const Net& net, const Training& training, Precision precision) {
    if (!net.layers || !net.hidden || !net.sequence)
        return std::nullopt;
    const double elements = *net.sequence * *net.hidden;
    const double scale = width(precision) / 2; // the published figures are for 16 bits
    const double heads = net.heads.value_or(*net.hidden / 128);
    const double scores = 5 * heads * *net.sequence * *net.sequence;
    const double layer = 34 * elements;
    const double logits = is_text(net.kind) ? (4 + width(precision)) * *net.sequence *
                                                  net.vocabulary.value_or(kVocabulary)
                                            : 0;
    switch (training.recompute) {
    case Recompute::none:
        return (layer + scores) * *net.layers * scale + logits;
    case Recompute::selective:
        return layer * *net.layers * scale + logits;
    case Recompute::full: // the inputs of all layers, and one layer being computed again
        return (2 * elements * *net.layers + layer) * scale + logits;
    }
    return std::nullopt;
}

static std::optional<double>
sample_bytes(const Net& net, const Training& training, Precision precision) {
    if (net.activations_m)
        return 2 * *net.activations_m * 1e6 * width(precision);
    return sequence_bytes(net, training, precision);
}

std::optional<MemoryNeed> memory_need(const Net& given,
                                      const Training& training,
                                      Precision precision,
                                      Sharding sharding,
                                      double gpus) {
    const Net net = completed(given);
    const std::optional<double> kept = sample_bytes(net, training, precision);
    if (!net.parameters || !kept)
        return std::nullopt;
    const bool adapters = training.tuning != Tuning::full;
    const double trained = adapters ? adapter_parameters(net, training.lora_rank) : *net.parameters;
    const double frozen = adapters ? *net.parameters : 0;
    const double frozen_bytes = training.tuning == Tuning::qlora ? kBytesOf4Bit : width(precision);
    const auto share = [&](Sharding least) { return sharding >= least ? 1 / gpus : 1.0; };
    const double weights = trained * width(precision) + frozen * frozen_bytes;
    // Of weights that are split, two layers at a time are whole: one in use, one in transit.
    const double in_transit =
        sharding == Sharding::weights && gpus > 1 ? 2 * weights / net.layers.value_or(12) : 0;
    return MemoryNeed{.weights = GiB{weights * share(Sharding::weights) / kGiB},
                      .gradients =
                          GiB{trained * width(precision) * share(Sharding::gradients) / kGiB},
                      .optimizer = GiB{trained * optimizer_bytes(training.optimizer, precision) *
                                       share(Sharding::optimizer) / kGiB},
                      .per_sample = GiB{*kept / kGiB},
                      .reserved = GiB{kReservedGib + in_transit / kGiB}};
}

/// The largest whole number of samples, at least none.
static double micro_batch(const MemoryNeed& need, GiB available) {
    const GiB left = available - need.total(0);
    return std::max(0.0, std::floor(left / need.per_sample * (1 + 1e-12)));
}

namespace {

/// One way to train, tried until one fits.
struct Remedy {
    std::string flags;
    Training training;
};

std::vector<Remedy> remedies(const Training& training) {
    std::vector<Remedy> out;
    const auto add = [&](std::string flags, Training changed) {
        if (!(changed == training))
            out.push_back({std::move(flags), changed});
    };
    Training changed = training;
    if (training.recompute != Recompute::full) {
        changed.recompute = Recompute::full;
        add("--recompute full", changed);
    }
    if (training.tuning == Tuning::full) {
        changed.optimizer = Optimizer::adam_8bit;
        add("--recompute full --optimizer adam_8bit", changed);
    }
    changed = training;
    changed.tuning = Tuning::lora;
    if (training.tuning == Tuning::full)
        add("--tuning lora", changed);
    changed.tuning = Tuning::qlora;
    add("--tuning qlora", changed);
    changed.recompute = Recompute::full;
    add("--tuning qlora --recompute full", changed);
    return out;
}

} // namespace

/// The first change of the training that fits, or the number of such GPUs that would do.
static std::string remedy_for(
    const Net& net, const Training& training, Precision precision, GiB available, double gpus) {
    const auto fits = [&](const Training& t, double n) {
        const auto need = memory_need(net, t, precision, Sharding::weights, n);
        return need && need->total(1) <= available;
    };
    for (const Remedy& remedy : remedies(training))
        if (fits(remedy.training, gpus))
            return remedy.flags;
    constexpr double kMostGpus = 65'536;
    for (double n = std::max(2.0, gpus * 2); n <= kMostGpus; n *= 2)
        if (fits(training, n))
            return fmt::format("{} such GPUs", n);
    return "";
}

std::optional<MemoryFit> memory_fit(const Net& net,
                                    const Training& training,
                                    Precision precision,
                                    std::optional<Sharding> asked,
                                    GiB available,
                                    double gpus) {
    const double whole = std::max(1.0, gpus); // a share of a GPU is a small GPU
    MemoryFit out{.available = available};
    for (std::size_t i = 0; i < kShardings; ++i) {
        const auto sharding = static_cast<Sharding>(i);
        if (asked ? sharding != *asked : whole == 1 && sharding != Sharding::none)
            continue;
        const auto need = memory_need(net, training, precision, sharding, whole);
        if (!need)
            return std::nullopt;
        out.sharding = sharding;
        out.needed = need->total(1);
        out.micro_batch = micro_batch(*need, available);
        out.fits = out.micro_batch >= 1;
        if (out.fits)
            return out;
    }
    if (asked)
        if (const auto split = memory_fit(net, training, precision, std::nullopt, available, gpus);
            split->fits) {
            out.remedy = fmt::format("--sharding {}", to_string(split->sharding));
            return out;
        }
    out.remedy = remedy_for(net, training, precision, available, whole);
    return out;
}

std::string explanation(const MemoryFit& fit) {
    std::string out = fmt::format("needs {:.1f} of memory on each GPU, has {:.1f}: lacks {:.1f}",
                                  fit.needed,
                                  fit.available,
                                  fit.needed - fit.available);
    if (!fit.remedy.empty())
        out += fmt::format("; {} would fit", fit.remedy);
    return out;
}

} // namespace flopwise
