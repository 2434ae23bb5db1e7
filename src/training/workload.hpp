// The training that machines are compared by where no job is given: docs/model.md, Speed.

#pragma once

#include "training/step_time.hpp"

#include <array>

namespace flopwise {

constexpr std::size_t kWorkloadNets = 3;

/// A GPU at each of these nets, in the precision in which it is fastest; cheap for any number of
/// GPUs.
struct WorkloadTimes {
    std::array<UnitTime, kWorkloadNets> nets{};

    /// TFLOPS of so many of them in one machine; of a share of one below 1.
    [[nodiscard]] double tflops(double gpus) const;
};

/// Absent unless can_predict(). Where the bandwidth of the memory is not published, it is assumed
/// to be as usual for such a rate.
std::optional<WorkloadTimes> workload_times(const Gpu& gpu, Precision precision);

/// Whether a GPU has the precision, and a source measured it on any.
bool can_predict(const Gpu& gpu, Precision precision);

} // namespace flopwise
