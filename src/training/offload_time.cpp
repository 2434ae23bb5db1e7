// What it takes in time to keep states or weights in the memory of the host (docs/model.md).

#include "training/step_time.hpp"

#include <algorithm>

namespace flopwise {

using bundled::utilisation;

constexpr double kBytesPerGB = 1e9;
constexpr double kBytesPerGiB = 1024.0 * 1024 * 1024;

std::optional<double> host_link(const Gpu& gpu) {
    const auto rows = utilisation().host_links;
    for (const std::string_view name :
         {std::string_view{gpu.name}, std::string_view{gpu.architecture}})
        if (const auto* row = find_factor(rows, name))
            return row->value * kBytesPerGB;
    return std::nullopt;
}

GiB paged_of(const Job& job, const MemoryFit& fit) {
    return job.offload == Offload::none ? fit.offloaded : GiB{};
}

double paged_seconds(const Gpu& gpu, GiB states) {
    const auto link = host_link(gpu);
    return link ? 2 * states.value() * kBytesPerGiB / *link : 0;
}

/// Bytes that the optimiser reads and writes for a parameter: the master copy and its moments
/// twice, a gradient and a new weight of 16 bits once.
static double optimiser_bytes(Optimiser optimiser) {
    constexpr double kMaster = 4;
    constexpr double kOnce = 2 + 2;
    const auto moments = [optimiser]() -> double {
        switch (optimiser) {
        case Optimiser::adam:
            return 4 + 4;
        case Optimiser::adam_8bit:
        case Optimiser::paged_adam_8bit:
            return 1 + 1;
        case Optimiser::sgd:
            return 4;
        case Optimiser::adafactor:
        case Optimiser::none:
            break;
        }
        return 0;
    };
    return 2 * (kMaster + moments()) + kOnce;
}

double add_offload(const Work& work, UnitTime& to) {
    to.paged = 2 * work.paged.value() * kBytesPerGiB;
    if (work.offload == Offload::none || !work.net.parameters)
        return 0;
    const double trained = *trained_parameters(work.net, work.fine_tune, work.lora_rank);
    to.host_pass = trained; // gradients, as the backward pass makes them
    to.host_step = trained;
    to.host_adam =
        trained * optimiser_bytes(work.optimiser) / (parameter("host_gb_per_s") * kBytesPerGB);
    if (work.offload != Offload::parameters)
        return 0;
    constexpr double kPasses = 2; // forward and backward
    to.host_pass += kPasses * trained;
    if (work.fine_tune == FineTune::lora)
        to.host_pass += kPasses * *work.net.parameters;
    return work.fine_tune == FineTune::qlora
               ? kPasses * *work.net.parameters * frozen_bytes(work.fine_tune, Precision::bf16)
               : 0;
}

void to_host(const GpuPace& gpu, double frozen, UnitTime& time) {
    const double known = gpu.host > 0 ? 1 : 0;
    const double link = gpu.host > 0 ? gpu.host : 1;
    time.host_pass = known * (time.host_pass * gpu.bytes + frozen) / link;
    time.host_step *= known * gpu.bytes / link;
    time.host_adam *= known;
    time.paged *= known / link;
}

double UnitTime::offload_seconds(double gpus, double machines, double computing) const {
    const double n = gpus * machines;
    const double of_step = step(n);
    if (!(of_step > 0))
        return 0;
    const double moving = host_pass / replicas(n) / pass(n);
    return std::max(0.0, moving - computing) +
           (host_step / replicas(n) + (host_adam / machines + paged) * group(n)) / of_step;
}

} // namespace flopwise
