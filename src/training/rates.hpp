// What rates that were seen say of another machine: the best linear prediction from them
// (docs/calibration.md, Measured mode).

#pragma once

#include "training/step_time.hpp"

namespace flopwise {

/// What the model says of some GPUs, in seconds of one unit over all of them.
struct Predicted {
    MeasuredOn on{};
    double seconds = 0;
    double wire = 0;  ///< of these, what no program shortens: the network between machines
    double floor = 0; ///< that no program was seen to beat
};
/// The same of a UnitTime; `seconds` are those that are counted, of all GPUs or of some.
Predicted
predicted_of(std::string_view instance, const GpuSet& on, const UnitTime& time, double seconds);

/// Some GPUs of which a rate was seen.
struct SeenOn {
    Predicted model{};
    double seconds = 0; ///< of one unit, as seen
};

/// A prediction after some rates were seen.
struct Updated {
    double seconds = 0;            ///< of the median
    double scale = 0;              ///< of ln(hours); no more rates ever widen it
    bool by_steps = false;         ///< from step times that were measured on this machine, too
    std::vector<double> weights{}; ///< of ln(seen / predicted) of each rate
};

/// `work` is the same on all machines. Without rates, the prediction is as it was.
Updated updated(const Work& work,
                std::span<const SeenOn> seen,
                const Predicted& asked,
                Precision precision);

/// The step time on a machine from that on another (docs/calibration.md, Measured mode), in
/// milliseconds; absent unless both are among the four that were measured.
std::optional<double> measured_step_ms(std::string_view seen,
                                       std::string_view asked,
                                       double step_ms,
                                       double operations,
                                       double flops_per_activation);

} // namespace flopwise
