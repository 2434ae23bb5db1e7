#include <flopwise/memory.hpp>

#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
constexpr double kReservedGib = 0.75;  // driver context and the framework's own buffers
constexpr double kVocabulary = 32'000; // of a net whose own is not known: Llama's

std::string_view to_string(Sharding sharding) {
    constexpr std::array<std::string_view, kShardings> kNames{"none", "zero1", "zero2", "zero3"};
    return text::name_of(kNames, sharding);
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
    constexpr double kBytesOf4Bit = 4.127 / 8; // NF4 with its scales quantised too
    return fine_tune == FineTune::qlora ? kBytesOf4Bit : width(precision);
}

static double optimiser_bytes(Optimiser optimiser, Precision precision) {
    const double copy = is_wide(precision) ? 0 : 4;
    switch (optimiser) {
    case Optimiser::adam:
        return copy + 8;
    case Optimiser::adam_8bit:
        return copy + 2;
    case Optimiser::sgd:
        return copy + 4;
    }
    return copy;
}

/// Bytes kept for one sequence by a transformer. Fused attention keeps no scores.
static std::optional<double>
sequence_bytes(const Model& net, const Training& training, Precision precision) {
    if (!net.layers || !net.hidden)
        return std::nullopt;
    const double tokens = net.seq_len.value_or(kAssumedSeqLen);
    const double elements = tokens * *net.hidden;
    const double scale = width(precision) / 2; // the published figures are for 16 bits
    const double heads = net.heads.value_or(*net.hidden / 128);
    const double scores = 5 * heads * tokens * tokens;
    const double layer = 34 * elements;
    const double logits =
        is_text(net.kind) ? (4 + width(precision)) * tokens * net.vocab.value_or(kVocabulary) : 0;
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
sample_bytes(const Model& net, const Training& training, Precision precision) {
    if (net.activations_m)
        return 2 * *net.activations_m * 1e6 * width(precision);
    return sequence_bytes(net, training, precision);
}

/// Of a net that is completed.
static std::optional<MemoryNeed> need_of(const Model& net,
                                         const Training& training,
                                         Precision precision,
                                         Sharding sharding,
                                         double gpus) {
    const std::optional<double> kept = sample_bytes(net, training, precision);
    if (!net.parameters || !kept)
        return std::nullopt;
    const bool adapters = has_adapters(training.fine_tune);
    const double trained = *trained_parameters(net, training.fine_tune, training.lora_rank);
    const double frozen = adapters ? *net.parameters : 0;
    const auto share = [&](Sharding least) { return sharding >= least ? 1 / gpus : 1.0; };
    const double weights =
        trained * width(precision) + frozen * frozen_bytes(training.fine_tune, precision);
    // Of weights that are split, two layers at a time are whole: one in use, one in transit.
    constexpr double kLayers = 12; // of a net whose own are not known
    const double in_transit = sharding == Sharding::zero3 && gpus > 1
                                  ? 2 * weights / std::max(4.0, net.layers.value_or(kLayers))
                                  : 0;
    return MemoryNeed{.weights = GiB{weights * share(Sharding::zero3) / kGiB},
                      .gradients = GiB{trained * width(precision) * share(Sharding::zero2) / kGiB},
                      .optimiser = GiB{trained * optimiser_bytes(training.optimiser, precision) *
                                       share(Sharding::zero1) / kGiB},
                      .per_sample = GiB{*kept / kGiB},
                      .reserved = GiB{kReservedGib + in_transit / kGiB}};
}

std::optional<MemoryNeed> memory_need(const Model& net,
                                      const Training& training,
                                      Precision precision,
                                      Sharding sharding,
                                      double gpus) {
    return need_of(completed(net), training, precision, sharding, gpus);
}

/// The largest whole number of samples, at least none.
static double micro_batch(const MemoryNeed& need, GiB available) {
    constexpr double kRounding = 1 + 1e-12; // of sums that are equal but for their last bit
    const GiB left = available - need.total(0);
    return std::max(0.0, std::floor(left / need.per_sample * kRounding));
}

static std::optional<MemoryFit> fit_of(const Model& net,
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
        const auto need = need_of(net, training, precision, sharding, whole);
        if (!need)
            return std::nullopt;
        out.sharding = sharding;
        out.needed = need->total(1);
        out.micro_batch = micro_batch(*need, available);
        out.fits = out.micro_batch >= 1;
        if (out.fits)
            return out;
    }
    return out;
}

std::optional<MemoryFit> memory_fit(const Model& net,
                                    const Training& training,
                                    Precision precision,
                                    std::optional<Sharding> sharding,
                                    GiB available,
                                    double gpus) {
    return fit_of(completed(net), training, precision, sharding, available, gpus);
}

// ---- what would fit -----------------------------------------------------------------

namespace {

/// One way to train, tried until one fits.
struct Remedy {
    Training training{};
    std::vector<std::pair<std::string, std::string>> settings{};
};

} // namespace

static std::vector<Remedy> remedies(const Model& net, const Training& training) {
    std::vector<Remedy> out;
    const auto add = [&](Recompute recompute, Optimiser optimiser, FineTune fine_tune) {
        Remedy remedy{.training = training};
        const auto put = [&](std::string_view key, auto& field, auto value) {
            if (field != value)
                remedy.settings.emplace_back(key, to_string(value));
            field = value;
        };
        put("recompute", remedy.training.recompute, recompute);
        put("optimiser", remedy.training.optimiser, optimiser);
        put("fine_tune", remedy.training.fine_tune, fine_tune);
        if (!remedy.settings.empty())
            out.push_back(std::move(remedy));
    };
    const FineTune now = training.fine_tune;
    if (is_text(net.kind))
        add(Recompute::full, training.optimiser, now);
    if (!has_adapters(now))
        add(training.recompute, Optimiser::adam_8bit, now);
    if (is_text(net.kind) && !has_adapters(now))
        add(Recompute::full, Optimiser::adam_8bit, now);
    if (now == FineTune::full) // of a net that is not trained yet, adapters are no use
        add(training.recompute, training.optimiser, FineTune::lora);
    if (now != FineTune::none && is_text(net.kind)) {
        add(training.recompute, training.optimiser, FineTune::qlora);
        add(Recompute::full, training.optimiser, FineTune::qlora);
    }
    return out;
}

std::optional<MemoryRemedy> memory_remedy(const Model& given,
                                          const Training& training,
                                          Precision precision,
                                          std::optional<Sharding> asked,
                                          GiB available,
                                          double gpus,
                                          std::span<const std::string> unsupported) {
    const Model net = completed(given);
    const auto runs = [&](std::string_view method) {
        return std::find(unsupported.begin(), unsupported.end(), method) == unsupported.end();
    };
    const auto fits = [&](const Training& t, std::optional<Sharding> sharding, double n) {
        const auto fit = fit_of(net, t, precision, sharding, available, n);
        return fit && fit->fits;
    };
    if (asked)
        for (auto s = static_cast<std::size_t>(*asked) + 1; s < kShardings; ++s)
            if (const auto sharding = static_cast<Sharding>(s); fits(training, sharding, gpus))
                return MemoryRemedy{.settings = {{"sharding", std::string{to_string(sharding)}}}};
    for (Remedy& remedy : remedies(net, training))
        if (runs(to_string(remedy.training.fine_tune)) &&
            runs(to_string(remedy.training.optimiser)) && fits(remedy.training, asked, gpus))
            return MemoryRemedy{.settings = std::move(remedy.settings)};
    constexpr int kDoublings = 16;
    double more = std::max(1.0, gpus);
    for (int i = 0; i < kDoublings; ++i) {
        more *= 2;
        if (fits(training, asked, more))
            return MemoryRemedy{.gpus = more};
    }
    return std::nullopt;
}

std::string explanation(const MemoryFit& fit, const std::optional<MemoryRemedy>& remedy) {
    std::string out = fmt::format("needs {:.1f} of memory on each GPU, has {:.1f}: lacks {:.1f}",
                                  fit.needed,
                                  fit.available,
                                  fit.needed - fit.available);
    if (!remedy)
        return out;
    if (remedy->settings.empty())
        return out + fmt::format("; {:.0f} such GPUs would do", remedy->gpus);
    std::string settings;
    for (const auto& [key, value] : remedy->settings)
        settings += fmt::format("{}{} {}", settings.empty() ? "" : " and ", key, value);
    return out + fmt::format("; {} would fit", settings);
}

} // namespace flopwise
