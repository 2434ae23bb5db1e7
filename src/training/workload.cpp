#include "training/workload.hpp"

#include "training/model_parts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

namespace {

/// A net, and how many samples each GPU takes at once: as many as are usual, whatever the memory.
struct WorkloadNet {
    std::string_view name; ///< of data/models.yaml
    double micro_batch;
};
constexpr std::array<WorkloadNet, kWorkloadNets> kNets{
    {{"resnet-50", 256}, {"bert-large", 64}, {"llama-2-7b", 4}}};

/// What is the same on all GPUs: figures of the nets and of the fit.
struct Workload {
    std::vector<UnitTimes> times{};
    std::array<double, kWorkloadNets> tera{}; ///< 10^12 FLOPs of a unit
    double bandwidth = 0; ///< GB/s for each TFLOPS that matrix products reach, usually
};

/// The median over the GPUs of the fit, in the precision in which they reach most.
double usual_bandwidth() {
    std::vector<double> ratios;
    for (const bundled::GpuRow& row : bundled::utilisation().gpus) {
        const auto& r = row.reached;
        const double most = std::fmax(std::fmax(r.bf16, r.fp16), std::fmax(r.tf32, r.fp32));
        if (row.memory_bandwidth_gb_per_s / most > 0)
            ratios.push_back(row.memory_bandwidth_gb_per_s / most);
    }
    const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
    std::nth_element(ratios.begin(), middle, ratios.end());
    return *middle;
}

Workload make_workload() {
    constexpr double kTera = 1e12;
    Workload out{.bandwidth = usual_bandwidth()};
    for (std::size_t i = 0; i < kWorkloadNets; ++i) {
        Work work = work_of({.config = net_named(kNets[i].name), .samples = 1, .rate = true});
        work.micro_batch = kNets[i].micro_batch;
        out.times.emplace_back(work);
        out.tera[i] = work.unit.total() / kTera;
    }
    return out;
}

const Workload& workload() {
    static const Workload once = make_workload();
    return once;
}

} // namespace

bool can_predict(const Gpu& gpu, Precision precision) {
    const auto all = precisions_for(precision);
    return std::any_of(all.begin(), all.end(), [&](Precision p) {
        return peak(gpu, p) && timed_tflops(gpu, p) && is_choice(gpu, precision, p);
    });
}

/// With the bandwidth that is usual for what its matrix products reach.
static Gpu with_usual_bandwidth(Gpu gpu, Precision precision) {
    double most = 0;
    for (const Precision p : precisions_for(precision))
        if (peak(gpu, p))
            most = std::max(most, reached_tflops(gpu, p).value_or(0));
    gpu.memory_bandwidth = GBPerSecond{most * workload().bandwidth};
    return gpu;
}

static WorkloadTimes times_on(const Gpu& gpu, Precision precision) {
    WorkloadTimes out;
    std::array<double, kWorkloadNets> least{};
    least.fill(std::numeric_limits<double>::infinity());
    for (const Precision p : precisions_for(precision)) {
        if (!peak(gpu, p) || !is_choice(gpu, precision, p))
            continue;
        const auto pace = pace_of(gpu, p);
        for (std::size_t i = 0; pace && i < kWorkloadNets; ++i) {
            const UnitTime time = workload().times[i].on(*pace, 1);
            if (const double seconds = time.seconds(1, 1, {}); seconds < least[i]) {
                least[i] = seconds;
                out.nets[i] = time;
            }
        }
    }
    return out;
}

std::optional<WorkloadTimes> workload_times(const Gpu& gpu, Precision precision) {
    if (!can_predict(gpu, precision))
        return std::nullopt;
    return gpu.memory_bandwidth ? times_on(gpu, precision)
                                : times_on(with_usual_bandwidth(gpu, precision), precision);
}

double WorkloadTimes::tflops(double gpus) const {
    double product = 1;
    for (std::size_t i = 0; i < kWorkloadNets; ++i) {
        const UnitTime time = gpus < 1 ? of_share(nets[i], gpus) : nets[i];
        product *= workload().tera[i] / least_seconds(time, {.gpus = gpus});
    }
    static_assert(kWorkloadNets == 3);
    return std::cbrt(product);
}

std::optional<Tflops> predicted_tflops(const Gpu& gpu, double gpus, Precision precision) {
    const auto times = gpu.memory_bandwidth ? workload_times(gpu, precision) : std::nullopt;
    return times ? std::optional{Tflops{times->tflops(gpus)}} : std::nullopt;
}

} // namespace flopwise
