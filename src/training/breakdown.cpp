#include "training/step_time.hpp"

#include <array>
#include <cmath>

namespace flopwise {

using bundled::utilisation;

namespace {

/// Collects the factors, each with where it is from.
struct Collector {
    const Work& work;
    std::vector<Factor> out{};

    void add(std::string name, double value, std::string_view unit, std::string source) {
        out.push_back({std::move(name), value, std::string{unit}, std::move(source)});
    }
    /// A factor of time that is fitted.
    void fitted(std::string name, double ln, double sources) {
        add(std::move(name),
            std::exp(ln),
            "x",
            sources < 0    ? "data/utilisation.yaml"
            : sources == 0 ? "no source measured it: value of its like"
                           : fmt::format("data/utilisation.yaml, {} source{}",
                                         sources,
                                         sources == 1 ? "" : "s"));
    }
    void add_work();
    void add_common();
    void add_terms(const UnitTime& time, const GpuSet& on);
    void add_split(const UnitTime& time, const GpuSet& on);
};

} // namespace

/// What a unit of work is called.
static std::string_view unit_name(const Work& work) {
    if (work.in_flops())
        return "FLOP";
    return is_text(work.net.kind) ? "token" : "sample";
}

void Collector::add_work() {
    const std::string_view unit = unit_name(work);
    const std::string source = work.net.source.empty() ? "as asked" : work.net.source;
    add(fmt::format("{}s", unit), work.units, "", "as asked");
    if (work.epochs != 1)
        add("epochs of these",
            work.epochs,
            "",
            work.net.epochs == work.epochs && !work.net.recipe.empty() ? work.net.recipe
                                                                       : "as asked");
    if (work.in_flops())
        return;
    add(fmt::format("FLOPs of a {}", unit), work.unit.flops, "FLOP", source);
    if (work.unit.attention_flops > 0)
        add(fmt::format("attention of a {}", unit),
            work.unit.attention_flops,
            "FLOP",
            "12 * layers * width * length");
    if (is_text(work.net.kind))
        add("tokens in a sequence",
            work.units_per_sample(),
            "",
            work.seq_len_assumed ? "assumed" : "as asked, or the net's own");
    add("work in all", work.unit.total() * work.units, "FLOP", "docs/model.md, Training job");
}

void Collector::add_common() {
    const std::string_view kind = to_string(work.net.kind);
    const auto* row = find_factor(utilisation().kinds, kind);
    fitted(fmt::format("kind {}", kind),
           row == nullptr ? 0 : row->value,
           row == nullptr ? 0 : row->sources);
    if (const auto factor = program_factor(work))
        fitted(fmt::format("program {}", to_string(*work.program)), *factor, -1);
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNames{
        {{"software_year", "year of the software"},
         {"run", "whole run"},
         {"finetune", "fine-tuning"},
         {"adapters", "adapters"},
         {"recompute_unknown", "recomputation not stated"}}};
    for (const CommonFactor& factor : common_factors(work))
        for (const auto& [name, text] : kNames)
            if (factor.name == name)
                fitted(std::string{text}, parameter(name) * factor.weight, -1);
}

/// Of a net that is split by layers and stages: published formulas, none of them fitted.
void Collector::add_split(const UnitTime& time, const GpuSet& on) {
    const double gpus = std::max(1.0, on.gpus);
    const double n = gpus * on.machines;
    const std::string source = "docs/calibration.md, Tensor and pipeline parallelism; not fitted";
    add("replicas", time.replicas(n), "", source);
    if (time.split.pipeline > 1) {
        add("samples of a micro-batch", time.pass(n) / time.assumed_units, "", source);
        add("stages that wait for one another", time.waits(n), "x", source);
    }
    const auto told = [&](const char* name, double seconds) {
        if (seconds > 0)
            add(name, seconds, "s", source);
    };
    const Wire wire = wire_of(on);
    told("sums of each layer over its GPUs", time.tensor_seconds(gpus, on.machines, wire));
    told("what stages hand on", time.stage_seconds(gpus, on.machines, wire));
}

void Collector::add_terms(const UnitTime& time, const GpuSet& on) {
    const double gpus = std::max(1.0, on.gpus);
    const double n = gpus * on.machines;
    const double peers = time.split.splits() ? time.together(gpus, on.machines) : n;
    const double others = (peers - 1) / peers;
    const double once = time.pass(n);
    const auto term = [&](std::string name, double seconds) {
        if (seconds > 0)
            add(std::move(name),
                time.common * seconds,
                "s",
                fmt::format(
                    "of each {} on one of {} GPUs; docs/calibration.md", unit_name(work), n));
    };
    const double slowest = n > 1 ? std::pow(n, time.count) : 1;
    if (n > 1)
        fitted("slowest of the GPUs", std::log(slowest), -1);
    term("multiplications", time.compute * slowest);
    term("attention", time.attention * slowest);
    term("memory traffic", time.memory * slowest);
    term("host", time.sample * slowest);
    term("dequantisation", time.dequant / (once > 0 ? once : time.assumed_units));
    if (once > 0) {
        term("launches", time.launch * time.group(n) / time.split.pipeline / once);
        term("gathering of weights", on.split_weights ? time.gather * others / once : 0);
        term("all-reduce over the link", time.ring * others / time.step(n));
    } else if (time.share > 0 && n > 1) {
        fitted("all-reduce, batch not given", std::log1p(time.share * others), -1);
    }
    if (time.split.splits())
        add_split(time, on);
    if (time.step(n) > 0) {
        const auto offloaded = [&](const char* name, double seconds) {
            term(fmt::format("{}{}", kOffloadFactor, name), seconds / time.common);
        };
        const double group = time.group(n);
        offloaded("weights and gradients, while it computes",
                  time.host_pass / time.replicas(n) / once);
        offloaded("new weights", time.host_step / time.replicas(n) / time.step(n));
        offloaded("optimiser on the host", time.host_adam / on.machines * group / time.step(n));
        offloaded("states that are paged", time.paged * group / time.step(n));
    }
    term("all-reduce over the network",
         time.network_seconds(gpus, on.machines, wire_of(on)) / time.common);
}

std::vector<Factor> factors(const Work& work, const GpuSet& on, Precision asked) {
    if (on.gpu == nullptr)
        throw ArgumentError{"gpu", "must be given, got none"};
    const Gpu& gpu = *on.gpu;
    const Precision precision = precision_used(work, gpu, asked);
    const double whole = std::min(1.0, on.gpus);
    const auto time = unit_time(work, gpu, precision, whole);
    if (!time)
        return {};
    Collector to{.work = work};
    to.add_work();
    to.add_common();
    const auto* row = find_factor(utilisation().precisions, to_string(precision));
    to.fitted(
        fmt::format("precision {}", to_string(precision)), row == nullptr ? 0 : row->value, -1);
    to.fitted(
        fmt::format("GPU {}", gpu.name), gpu_factor(gpu, precision), sources_of_gpu(gpu.name));
    const double tflops = *timed_tflops(gpu, precision) * whole;
    to.add(fmt::format("matrix products in {}", to_string(precision)),
           *reached_tflops(gpu, precision) * whole,
           "TFLOPS",
           "data/measured/matmul.csv, or the share of its generation");
    to.add(fmt::format("peak in {}", to_string(precision)), tflops, "TFLOPS", gpu.source);
    to.add("memory bandwidth", gpu.memory_bandwidth->value() * whole, "GB/s", gpu.source);
    to.add_terms(*time, on);
    const double seconds = time->seconds(std::max(1.0, on.gpus), on.machines, wire_of(on));
    to.add("share of the peak", work.unit.total() / (seconds * tflops * 1e12), "", "the result");
    return to.out;
}

} // namespace flopwise
