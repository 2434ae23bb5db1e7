#include "training/step_time.hpp"

#include "training/model_parts.hpp"

#include <fmt/format.h>

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
constexpr double kDefaultLink = 32e9;         // byte/s: PCIe 3.0 x16, the slowest link in the table
constexpr double kBytesOfLinkGradient = 2;    // as the fit counts them
constexpr double kBytesOfNetworkGradient = 4; // mixed precision sums them in 32 bits

using bundled::RateRow;

// ---- figures of the fit -------------------------------------------------------------

const FactorRow* find_factor(std::span<const FactorRow> rows, std::string_view name) {
    return find_row(rows, name);
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
    const auto rows = utilisation().gpus; // in the order of their names
    const auto found = std::lower_bound(
        rows.begin(), rows.end(), name, [](const GpuRow& r, auto n) { return r.name < n; });
    return found == rows.end() || found->name != name ? nullptr : &*found;
}

double sources_of_gpu(std::string_view name) {
    const GpuRow* row = find_gpu_row(name);
    return row == nullptr ? 0 : row->sources;
}

double software_year(const Work& work) {
    return work.software_year.value_or(parameter("software_last_year"));
}

/// Years after the one in which the factor of the software is 1, of those that the fit has seen.
static double software_years(const Work& work) {
    return std::clamp(software_year(work),
                      parameter("software_first_year"),
                      parameter("software_last_year")) -
           parameter("software_base_year");
}

std::optional<double> program_factor(const Work& work) {
    if (!work.program)
        return std::nullopt;
    const std::string name =
        fmt::format("{} {}", to_string(*work.program), is_text(work.net.kind) ? "text" : "image");
    const FactorRow* own = find_factor(utilisation().programs, name);
    const FactorRow* mean = find_factor(utilisation().program_means, to_string(work.net.kind));
    return own == nullptr || mean == nullptr ? std::nullopt
                                             : std::optional{own->value - mean->value};
}

std::vector<CommonFactor> common_factors(const Work& work) {
    std::vector<CommonFactor> out{{"software_year", software_years(work)}};
    if (work.run)
        out.push_back({"run"});
    if (!is_text(work.net.kind))
        return out;
    if (work.fine_tune != FineTune::none)
        out.push_back({"finetune"});
    if (has_adapters(work.fine_tune))
        out.push_back({"adapters"});
    if (!work.recompute)
        out.push_back({"recompute_unknown"});
    return out;
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

bool is_choice(const Gpu& gpu, Precision asked, Precision precision) {
    if (asked != Precision::mixed)
        return true;
    const bool narrower = peak(gpu, Precision::bf16).has_value();
    return peak(gpu, precision).has_value() &&
           !(narrower && (precision == Precision::fp16 || precision == Precision::tf32));
}

// ---- the factor of a GPU ------------------------------------------------------------

static double in_precision(const RateRow& row, Precision precision) {
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

/// Whether a GPU is not worse than a row in any figure. What neither has is no figure; and a rate
/// that is not known of the GPU, but for that of the precision itself, is not a worse one.
static bool not_worse(const Gpu& gpu, const GpuRow& row, Precision precision) {
    const auto at_least = [](std::optional<double> own, double other) {
        return std::isnan(other) || (own && *own >= other);
    };
    const auto rate = [&](Precision p, double other) {
        const auto own = published(gpu, p);
        return at_least(own, other) || (!own && p != precision);
    };
    const auto link = gpu.interconnect_bandwidth;
    return gpu.memory.value() >= row.memory_gib &&
           at_least(gpu.memory_bandwidth->value(), row.memory_bandwidth_gb_per_s) &&
           at_least(link ? std::optional{link->value()} : std::nullopt,
                    row.interconnect_gb_per_s) &&
           rate(Precision::fp32, row.peak.fp32) && rate(Precision::tf32, row.peak.tf32) &&
           rate(Precision::fp16, row.peak.fp16) && rate(Precision::bf16, row.peak.bf16) &&
           rate(Precision::fp8, row.peak.fp8);
}

/// Share of the peak that matrix products reach on GPUs of a generation.
static double reached_share(std::string_view architecture, Precision precision) {
    double any = 1;
    for (const bundled::ReachedRow& row : utilisation().reached_shares) {
        const double share = in_precision(row.share, precision);
        if (std::isnan(share))
            continue;
        if (row.name == architecture)
            return share;
        if (row.name == "any")
            any = share;
    }
    return any;
}

/// Of a GPU that is not in the table.
static double expected_tflops(const Gpu& gpu, Precision precision) {
    double out = *timed_tflops(gpu, precision) * reached_share(gpu.architecture, precision);
    if (!gpu.memory_bandwidth)
        return out;
    for (const GpuRow& row : utilisation().gpus)
        if (const double other = in_precision(row.reached, precision);
            other > out && *timed_tflops(gpu, precision) >= other && not_worse(gpu, row, precision))
            out = other;
    return out;
}

bool beats(const Gpu& gpu, std::string_view other, Precision precision) {
    const GpuRow* row = find_gpu_row(other);
    return row != nullptr && gpu.name != other && gpu.memory_bandwidth &&
           not_worse(gpu, *row, precision);
}

std::optional<double> reached_tflops(const Gpu& gpu, Precision precision) {
    if (!timed_tflops(gpu, precision))
        return std::nullopt;
    if (const GpuRow* row = find_gpu_row(gpu.name))
        if (const double value = in_precision(row->reached, precision); !std::isnan(value))
            return value;
    return expected_tflops(gpu, precision);
}

/// Attention stays in 16 bits when the matrices are in fp8.
static double attention_tflops(const Gpu& gpu, Precision precision, double otherwise) {
    if (precision != Precision::fp8)
        return otherwise;
    const double best = std::max(reached_tflops(gpu, Precision::fp16).value_or(0),
                                 reached_tflops(gpu, Precision::bf16).value_or(0));
    return best > 0 ? best : otherwise;
}

static double generation_factor(std::string_view architecture, Precision precision) {
    const auto* row = find_row(utilisation().generations, architecture);
    if (row == nullptr)
        return 0;
    const double own = in_precision(row->factor, precision);
    return std::isnan(own) ? row->value : own;
}

/// The generation's value; lowered until it is not slower than any GPU that it beats.
static double ordered(const Gpu& gpu, Precision precision) {
    double value = generation_factor(gpu.architecture, precision);
    const double own = *reached_tflops(gpu, precision);
    for (const GpuRow& row : utilisation().gpus) {
        const double other = in_precision(row.reached, precision);
        const double factor = in_precision(row.factor, precision);
        if (std::isnan(factor) || !not_worse(gpu, row, precision))
            continue;
        double ratio =
            std::min(gpu.memory_bandwidth->value() / row.memory_bandwidth_gb_per_s, own / other);
        if (precision == Precision::fp8)
            ratio = std::min(ratio,
                             attention_tflops(gpu, precision, own) /
                                 std::fmax(row.reached.fp16, row.reached.bf16));
        value = std::min(value, factor + std::log(ratio));
    }
    return value;
}

double gpu_factor(const Gpu& gpu, Precision precision) {
    if (const GpuRow* row = find_gpu_row(gpu.name))
        if (const double value = in_precision(row->factor, precision); !std::isnan(value))
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
    double sum =
        value_of(utilisation().kinds, to_string(work.net.kind)) + program_factor(work).value_or(0);
    for (const CommonFactor& factor : common_factors(work))
        sum += parameter(factor.name) * factor.weight;
    return std::exp(sum);
}

/// Bytes of split weights that are moved for each pass over the net: gathered forward and backward,
/// and their gradients scattered. Of adapters' nets, all that is gathered is frozen.
static double gathered_bytes(const Work& work, double bytes, double frozen) {
    return has_adapters(work.fine_tune) ? 2 * frozen * *work.net.parameters
                                        : 3 * bytes * *work.net.parameters;
}

/// ln of the seconds of a launch. Those of images get shorter from year to year.
static double launch_factor(const Work& work) {
    if (is_text(work.net.kind))
        return parameter("launch");
    return parameter("launch_sample") + parameter("launch_year") * software_years(work);
}

/// What is done once for each pass over the net, and once for each step.
static void add_steps(const Work& work, const Model& full, UnitTime& to) {
    const double of_sample = work.units_per_sample();
    to.step_units = work.batch.value_or(0) * of_sample;
    to.pass_units = work.micro_batch.value_or(0) * of_sample;
    to.assumed_units = of_sample;
    to.launch = std::exp(launch_factor(work)) * layers(work, full);
    if (!work.net.parameters)
        return;
    const double trained = *trained_parameters(work.net, work.fine_tune, work.lora_rank);
    const double frozen = frozen_bytes(work.fine_tune, Precision::bf16);
    to.ring = std::exp(parameter("all_reduce")) * 2 * kBytesOfLinkGradient * trained;
    to.gather =
        std::exp(parameter("gather")) * 2 * gathered_bytes(work, kBytesOfLinkGradient, frozen);
    to.network = 2 * kBytesOfNetworkGradient * trained;
    to.split_network = gathered_bytes(work, kBytesOfLinkGradient, frozen);
}

/// Bytes of 4-bit weights that are expanded for each pass over them: forward, backward, and to
/// recompute.
static double dequantised_bytes(const Work& work) {
    if (work.fine_tune != FineTune::qlora || !work.net.parameters)
        return 0;
    const double passes = work.recompute == Recompute::none ? 2 : 3;
    return std::exp(parameter("dequant")) * passes * parameter("dequant_bytes") *
           *work.net.parameters;
}

UnitTimes::UnitTimes(const Work& work) : nominal_{.common = common(work)} {
    const Model full = completed(work.net);
    const bool text = is_text(work.net.kind);
    const bool fused = text && software_year(work) >= parameter("fused_attention_year");
    const double rate = recomputed(work) * std::exp(parameter("time_per_flop"));
    nominal_.compute = rate * work.unit.flops;
    nominal_.attention =
        rate * std::exp(parameter("attention") + (fused ? parameter("fused_attention") : 0)) *
        work.unit.attention_flops;
    nominal_.share = parameter("all_reduce_share");
    nominal_.count = parameter("count");
    if (work.net.kind == ModelKind::other)
        return;
    if (!is_convolutional(work.net.kind)) { // which can need fewer multiplications than are
        floor_ = work.unit.flops / parameter("most_of_reached"); // counted (Winograd)
        attention_floor_ =                                       // causal attention needs half
            work.unit.attention_flops / 2 / parameter("most_of_reached");
    }
    nominal_.memory =
        std::exp(parameter(text ? "memory_token" : "memory_sample")) * traffic(work, full, 1);
    if (!text)
        nominal_.sample = std::exp(parameter("sample"));
    add_steps(work, full, nominal_);
    nominal_.dequant = dequantised_bytes(work);
    frozen_ = add_offload(work, nominal_);
    add_parallel(work, full, nominal_);
}

UnitTime UnitTimes::on(const GpuPace& gpu, double whole) const {
    UnitTime out = nominal_;
    out.compute *= gpu.device * gpu.precision / (gpu.tflops * kTera);
    out.attention *= gpu.device * gpu.precision / (gpu.attention_tflops * kTera);
    out.memory *= gpu.device * gpu.bytes / gpu.bandwidth;
    out.dequant /= gpu.bandwidth;
    out.gather /= gpu.link;
    out.ring /= gpu.link;
    out.summed *= gpu.bytes;
    out.handed_on *= gpu.bytes;
    out.one_way = gpu.link / 2;
    out.devices = gpu.devices;
    to_host(gpu, frozen_, out);
    out.floor = (floor_ / gpu.tflops + attention_floor_ / gpu.attention_tflops) / kTera;
    return whole < 1 ? of_share(out, whole) : out;
}

std::optional<GpuPace> pace_of(const Gpu& gpu, Precision precision) {
    const auto tflops = reached_tflops(gpu, precision);
    if (!tflops || !gpu.memory_bandwidth)
        return std::nullopt;
    const auto link = gpu.interconnect_bandwidth;
    return GpuPace{.tflops = *tflops,
                   .attention_tflops = attention_tflops(gpu, precision, *tflops),
                   .device = std::exp(gpu_factor(gpu, precision)),
                   .precision = std::exp(value_of(utilisation().precisions, to_string(precision))),
                   .bandwidth = gpu.memory_bandwidth->value() * kGiga,
                   .link = link ? link->value() * kGiga : kDefaultLink,
                   .devices = std::max(1.0, static_cast<double>(gpu.devices)),
                   .bytes = bytes_of(precision),
                   .host = host_link(gpu).value_or(0)};
}

std::optional<UnitTime>
unit_time(const Work& work, const Gpu& gpu, Precision precision, double whole) {
    const auto pace = pace_of(gpu, precision);
    return pace ? std::optional{UnitTimes{work}.on(*pace, whole)} : std::nullopt;
}

UnitTime of_share(UnitTime time, double share) {
    time.compute /= share;
    time.attention /= share;
    time.memory /= share;
    time.dequant /= share;
    time.floor /= share;
    return time;
}

UnitTime fully_recomputed(UnitTime time, const Work& work) {
    Work full = work;
    full.recompute = Recompute::full;
    time.common *= common(full) / common(work);
    time.compute *= recomputed(full);
    time.attention *= recomputed(full);
    time.summed *= sums_of_layer(full) / sums_of_layer(work);
    return time;
}

double UnitTime::own(double n) const {
    const double alone = compute + attention + memory + sample;
    return n > 1 ? alone * std::pow(n, count) : alone;
}

double UnitTime::step(double n) const {
    return step_units > 0 ? step_units / replicas(n) : pass_units;
}

double UnitTime::seconds(double gpus, double machines, const Wire& wire) const {
    const double n = gpus * machines;
    const double peers = split.splits() ? together(gpus, machines) : n;
    const double others = (peers - 1) / peers;
    const double once = pass(n);
    const double launches = launch * group(n) / split.pipeline;
    const double waits = this->waits(n);
    double terms = own(n);
    terms += once > 0 ? (launches + dequant + (wire.split_weights ? gather * others : 0)) / once
                      : dequant / assumed_units;
    terms *= waits;
    const bool known = step(n) > 0;
    if (known)
        terms += ring * others / step(n);
    const double total = common * terms * (known ? 1 : 1 + share * others);
    const double computing = std::max(total, floor * waits) + tensor_seconds(gpus, machines, wire) +
                             stage_seconds(gpus, machines, wire);
    return computing + offload_seconds(gpus, machines, computing) +
           network_seconds(gpus, machines, wire);
}

double UnitTime::network_seconds(double gpus, double machines, const Wire& wire) const {
    const double n = gpus * machines;
    if (machines <= 1)
        return 0;
    if (!(step(n) > 0)) // how often they exchange gradients is not known
        return std::numeric_limits<double>::infinity();
    const double bytes = network / step(n) + (wire.split_weights ? split_network / pass(n) : 0.0);
    if (!split.splits())
        return bytes * (machines - 1) / machines / wire.bytes_per_second;
    const double here = together(gpus, machines); // of each of gpus / here parts of the net
    const double apart = replicas(n) / here;
    return bytes * gpus / here * (apart - 1) / apart / wire.bytes_per_second;
}

Wire wire_of(const GpuSet& on) {
    constexpr double kBitsPerByte = 8;
    if (!on.network)
        return {.bytes_per_second = std::numeric_limits<double>::infinity(),
                .split_weights = on.split_weights};
    double gbps = on.network->value();
    if (gbps < kFastNetworkGbps)
        gbps = std::max(std::min(gbps, parameter("one_flow_gbps")),
                        gbps * parameter("line_rate_share"));
    return {.bytes_per_second = gbps * kGiga / kBitsPerByte, .split_weights = on.split_weights};
}

/// Of all GPUs, of one machine or of one replica: of none less than that.
static double
least_of_replicas(const UnitTime& time, double gpus, double machines, const Wire& wire) {
    double least = time.seconds(gpus, machines, wire) / (gpus * machines);
    if (time.split.divides(gpus * time.devices))
        least = std::min(least, time.seconds(gpus, 1, wire) / gpus);
    const double one = time.split.gpus() / time.devices;
    if (one >= 1 && one <= gpus)
        least = std::min(least, time.seconds(one, 1, wire) / one);
    return least;
}

double least_seconds(const UnitTime& time, const GpuSet& on) {
    const double gpus = std::max(1.0, on.gpus);
    const Wire wire = wire_of(on);
    if (time.split.splits())
        return least_of_replicas(time, gpus, on.machines, wire);
    double least = time.seconds(1, 1, wire);
    if (gpus > 1)
        least = std::min(least, time.seconds(gpus, 1, wire) / gpus);
    if (on.machines > 1)
        least = std::min(least, time.seconds(gpus, on.machines, wire) / (gpus * on.machines));
    return least;
}

} // namespace flopwise
