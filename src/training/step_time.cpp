#include "training/step_time.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace flopwise {

using bundled::FactorRow;
using bundled::GpuRow;
using bundled::utilisation;

constexpr double kTera = 1e12;
constexpr double kGiga = 1e9;
constexpr double kDefaultLink = 32e9; // byte/s: PCIe 3.0 x16, the slowest link in the table
constexpr double kBytesOfGradient = 2;

// ---- figures of the fit -------------------------------------------------------------

const FactorRow* find_factor(std::span<const FactorRow> rows, std::string_view name) {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const FactorRow& r) { return r.name == name; });
    return found == rows.end() ? nullptr : &*found;
}

/// ln of a factor; 0, which is a factor of 1, for what no source measured.
static double value_of(std::span<const FactorRow> rows, std::string_view name) {
    const FactorRow* row = find_factor(rows, name);
    return row == nullptr ? 0 : row->value;
}

double parameter(std::string_view name) {
    return value_of(utilisation().parameters, name);
}

static const GpuRow* find_gpu_row(std::string_view name) {
    const auto rows = utilisation().gpus;
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const GpuRow& r) { return r.name == name; });
    return found == rows.end() ? nullptr : &*found;
}

double sources_of_gpu(std::string_view name) {
    const GpuRow* row = find_gpu_row(name);
    return row == nullptr ? 0 : row->sources;
}

std::string_view fitted_kind(const Work& work) {
    if (!is_text(work.net.kind) || work.fine_tune == FineTune::none)
        return to_string(work.net.kind);
    return has_adapters(work.fine_tune) ? "finetune_lora" : "finetune_full";
}

// ---- peaks --------------------------------------------------------------------------

static std::optional<double> published(const Gpu& gpu, Precision precision) {
    const auto rate = peak(gpu, precision);
    return rate ? std::optional{rate->value()} : std::nullopt;
}

std::optional<double> timed_tflops(const Gpu& gpu, Precision precision) {
    const auto fp32 = published(gpu, Precision::fp32);
    const auto own = published(gpu, precision);
    switch (precision) {
    case Precision::fp32:
    case Precision::bf16:
    case Precision::fp8:
        return own;
    case Precision::tf32:
        return own ? own : fp32;
    case Precision::fp16:
        return own && fp32 ? std::optional{std::max(*own, *fp32)} : own ? own : fp32;
    case Precision::mixed:
    case Precision::fp64:
    case Precision::int8:
        break;
    }
    return std::nullopt;
}

/// Attention stays in 16 bits when the matrices are in fp8.
static double attention_tflops(const Gpu& gpu, Precision precision, double otherwise) {
    if (precision != Precision::fp8)
        return otherwise;
    const double best = std::max(timed_tflops(gpu, Precision::fp16).value_or(0),
                                 timed_tflops(gpu, Precision::bf16).value_or(0));
    return best > 0 ? best : otherwise;
}

std::span<const Precision> precisions_for(Precision precision) {
    static constexpr std::array<Precision, kPrecisions + 4> kAll{Precision::mixed,
                                                                 Precision::fp64,
                                                                 Precision::fp32,
                                                                 Precision::tf32,
                                                                 Precision::fp16,
                                                                 Precision::bf16,
                                                                 Precision::fp8,
                                                                 Precision::int8,
                                                                 Precision::bf16,
                                                                 Precision::fp16,
                                                                 Precision::tf32,
                                                                 Precision::fp32};
    const std::span all{kAll};
    return precision == Precision::mixed ? all.subspan(kPrecisions)
                                         : all.subspan(static_cast<std::size_t>(precision), 1);
}

// ---- the factor of a GPU ------------------------------------------------------------

static double in_precision(const GpuRow& row, Precision precision) {
    switch (precision) {
    case Precision::fp32:
        return row.fp32;
    case Precision::tf32:
        return row.tf32;
    case Precision::fp16:
        return row.fp16;
    case Precision::bf16:
        return row.bf16;
    default:
        return row.fp8;
    }
}

/// Whether a GPU is not worse than a row in any figure. What neither has is no figure; and what is
/// not known of the GPU, but for the precision itself, is not a worse one in bf16 and fp8.
static bool not_worse(const Gpu& gpu, const GpuRow& row, Precision precision) {
    const bool lenient = precision == Precision::bf16 || precision == Precision::fp8;
    const auto at_least = [](std::optional<double> own, double other) {
        return std::isnan(other) || (own && *own >= other);
    };
    const auto rate = [&](Precision p, double other) {
        const auto own = published(gpu, p);
        return at_least(own, other) || (!own && lenient && p != precision);
    };
    const auto link = gpu.interconnect_bandwidth;
    return gpu.memory.value() >= row.memory_gib &&
           at_least(gpu.memory_bandwidth->value(), row.memory_bandwidth_gb_per_s) &&
           at_least(link ? std::optional{link->value()} : std::nullopt,
                    row.interconnect_gb_per_s) &&
           rate(Precision::fp32, row.fp32_tflops) && rate(Precision::tf32, row.tf32_tflops) &&
           rate(Precision::fp16, row.fp16_tflops) && rate(Precision::bf16, row.bf16_tflops) &&
           rate(Precision::fp8, row.fp8_tflops);
}

/// Of a row, as timed_tflops() has it of a GPU.
static double row_tflops(const GpuRow& row, Precision precision) {
    switch (precision) {
    case Precision::fp32:
        return row.fp32_tflops;
    case Precision::tf32:
        return std::isnan(row.tf32_tflops) ? row.fp32_tflops : row.tf32_tflops;
    case Precision::fp16:
        return std::fmax(row.fp16_tflops, row.fp32_tflops);
    case Precision::bf16:
        return row.bf16_tflops;
    default:
        return row.fp8_tflops;
    }
}

/// The generation's value; lowered until it is not slower than any GPU that it beats.
static double ordered(const Gpu& gpu, Precision precision) {
    double value = value_of(utilisation().generations, gpu.architecture);
    const double own = *timed_tflops(gpu, precision);
    for (const GpuRow& row : utilisation().gpus) {
        const double other = row_tflops(row, precision);
        const double factor = in_precision(row, precision);
        if (std::isnan(factor) || !(own >= other) || !not_worse(gpu, row, precision))
            continue;
        double ratio =
            std::min(gpu.memory_bandwidth->value() / row.memory_bandwidth_gb_per_s, own / other);
        if (precision == Precision::fp8)
            ratio = std::min(ratio,
                             attention_tflops(gpu, precision, own) /
                                 std::fmax(row_tflops(row, Precision::fp16), row.bf16_tflops));
        value = std::min(value, factor + std::log(ratio));
    }
    return value;
}

double gpu_factor(const Gpu& gpu, Precision precision) {
    if (const GpuRow* row = find_gpu_row(gpu.name))
        if (const double value = in_precision(*row, precision); !std::isnan(value))
            return value;
    return ordered(gpu, precision);
}

// ---- the terms ----------------------------------------------------------------------

static double bytes_of(Precision precision) {
    return precision == Precision::fp32 || precision == Precision::tf32 ? 4 : 2;
}

/// Time with full recomputation: two FLOPs more for each parameter.
static double recomputed(const Work& work) {
    const double multiplier = has_adapters(work.fine_tune) ? 4 : 6;
    return work.recompute == Recompute::full ? (multiplier + 2) / multiplier : 1;
}

/// Memory traffic of one unit without its coefficient, in bytes; 0 if it is left out.
static double traffic(const Work& work, const Model& full, double bytes) {
    if (is_text(work.net.kind))
        return work.unit.flops * bytes / (72 * full.hidden.value_or(1));
    return full.activations_m.value_or(0) * 1e6 * bytes;
}

static double layers(const Work& work, const Model& full) {
    return full.layers.value_or(is_text(work.net.kind) ? 2 : parameter("default_vision_layers"));
}

static double common(const Work& work) {
    double sum = value_of(utilisation().kinds, fitted_kind(work));
    if (work.run)
        sum += parameter("run");
    if (is_text(work.net.kind) && !work.recompute)
        sum += parameter("recompute_unknown");
    return std::exp(sum);
}

/// Bytes of which each step takes the sum over all GPUs, at `bytes` a number: the gradients. Of
/// weights that are split, ZeRO 3 gathers all twice, which is as much as one such sum, and scatters
/// the gradients, which is half of one.
static double summed_bytes(const Work& work, double bytes, double frozen, bool split) {
    const double gradients = bytes * *trained_parameters(work.net, work.fine_tune, work.lora_rank);
    if (!split)
        return gradients;
    const double weights = has_adapters(work.fine_tune) ? frozen * *work.net.parameters : 0;
    return weights + 1.5 * gradients;
}

/// What depends on the batch: launches and the sum of the gradients.
static void
add_steps(const Work& work, const Model& full, const Gpu& gpu, Precision precision, UnitTime& to) {
    if (!work.batch) {
        to.share = parameter("all_reduce_share");
        return;
    }
    const double units = *work.batch * work.units_per_sample(); // of all GPUs in one step
    const double link =
        gpu.interconnect_bandwidth ? gpu.interconnect_bandwidth->value() * kGiga : kDefaultLink;
    to.launch = std::exp(parameter("launch")) * layers(work, full) / units;
    if (!work.net.parameters)
        return;
    const auto bytes = [&](double number, double frozen, bool split) {
        return 2 * summed_bytes(work, number, frozen, split) / units;
    };
    // The fit counts 2 bytes at every precision, and one sum for all parameters, split or not.
    const double frozen = frozen_bytes(work.fine_tune, Precision::bf16);
    const double ring = std::exp(parameter("all_reduce")) / link;
    to.ring = ring * bytes(kBytesOfGradient, frozen, false);
    to.split_ring =
        has_adapters(work.fine_tune) ? ring * bytes(kBytesOfGradient, frozen, true) : to.ring;
    const double number = bytes_of(precision);
    to.network = bytes(number, frozen_bytes(work.fine_tune, precision), false);
    to.split_network = bytes(number, frozen_bytes(work.fine_tune, precision), true);
}

std::optional<UnitTime>
unit_time(const Work& work, const Gpu& gpu, Precision precision, double whole) {
    const auto tflops = timed_tflops(gpu, precision);
    if (!tflops || !gpu.memory_bandwidth)
        return std::nullopt;
    const Model full = completed(work.net);
    const double device = std::exp(gpu_factor(gpu, precision)) / whole;
    const double rate = device * recomputed(work) *
                        std::exp(parameter("time_per_flop") +
                                 value_of(utilisation().precisions, to_string(precision)));
    const bool text = is_text(work.net.kind);
    UnitTime out{.common = common(work)};
    out.compute = rate * work.unit.flops / (*tflops * kTera);
    out.attention = rate * std::exp(parameter("attention")) * work.unit.attention_flops /
                    (attention_tflops(gpu, precision, *tflops) * kTera);
    if (work.net.kind != ModelKind::other) {
        out.memory = device * std::exp(parameter(text ? "memory_token" : "memory_sample")) *
                     traffic(work, full, bytes_of(precision)) /
                     (gpu.memory_bandwidth->value() * kGiga);
        if (!text)
            out.sample = std::exp(parameter("sample"));
        add_steps(work, full, gpu, precision, out);
    } else {
        out.share = parameter("all_reduce_share");
    }
    return out;
}

UnitTime fully_recomputed(UnitTime time, const Work& work) {
    Work full = work;
    full.recompute = Recompute::full;
    time.common *= common(full) / common(work);
    time.compute *= recomputed(full);
    time.attention *= recomputed(full);
    return time;
}

double UnitTime::seconds(double gpus, double machines, const Wire& wire) const {
    const double n = gpus * machines;
    const double terms = compute + attention + memory + sample + launch * n +
                         (wire.split_weights ? split_ring : ring) * (n - 1);
    return common * (1 + share * (n - 1) / n) * terms + network_seconds(gpus, machines, wire);
}

double UnitTime::network_seconds(double gpus, double machines, const Wire& wire) const {
    const double bytes = wire.split_weights ? split_network : network;
    return machines > 1 ? bytes * gpus * (machines - 1) / wire.bytes_per_second : 0;
}

Wire wire_of(const GpuSet& on) {
    constexpr double kBitsPerByte = 8;
    return {.bytes_per_second = on.network ? on.network->value() * kGiga / kBitsPerByte
                                           : std::numeric_limits<double>::infinity(),
            .split_weights = on.split_weights};
}

double least_seconds(const UnitTime& time, const GpuSet& on) {
    const double gpus = std::max(1.0, on.gpus);
    const Wire wire = wire_of(on);
    double least = time.seconds(1, 1, wire);
    if (gpus > 1)
        least = std::min(least, time.seconds(gpus, 1, wire) / gpus);
    if (on.machines > 1)
        least = std::min(least, time.seconds(gpus, on.machines, wire) / (gpus * on.machines));
    return least;
}

// ---- how wide -----------------------------------------------------------------------

double scale_of(const Work& work, const GpuSet& on) {
    const bundled::Utilisation& u = utilisation();
    const auto sources = [](std::span<const FactorRow> rows, std::string_view name) {
        const FactorRow* row = find_factor(rows, name);
        return row == nullptr ? 0.0 : row->sources;
    };
    const auto square = [](double x) { return x * x; };
    double sum = square(u.scale) + square(u.kind_sd) / (1 + sources(u.kinds, fitted_kind(work))) +
                 square(u.generation_sd) / (1 + sources(u.generations, on.gpu->architecture)) +
                 square(u.gpu_sd) / (1 + sources_of_gpu(on.gpu->name));
    if (work.run)
        sum += square(u.run_sd);
    const double gpus = std::max(1.0, on.gpus) * on.machines;
    if (gpus > u.seen_gpu_count)
        sum += square(u.unseen_count * std::log(gpus / u.seen_gpu_count));
    if (on.machines > 1) // networks are not in the fit
        sum += square(u.unseen_count * std::log(on.machines));
    return std::sqrt(sum);
}

} // namespace flopwise
