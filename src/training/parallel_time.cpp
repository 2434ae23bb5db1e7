// What tensor and pipeline parallelism take in time (docs/calibration.md): published formulas, none
// of them fitted.

#include "training/step_time.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flopwise {

double sums_of_layer(const Work& work) {
    constexpr double kForward = 2;
    constexpr double kBackward = 2;
    return kForward + kBackward + (work.recompute == Recompute::full ? kForward : 0);
}

void add_parallel(const Work& work, const Model& full, UnitTime& to) {
    to.split = model_parallel(work);
    if (!to.split.splits() || !full.layers || !full.hidden)
        return;
    to.handed_on = *full.hidden;
    to.summed = sums_of_layer(work) * *full.layers * *full.hidden;
    to.longest = longest_stage(full, to.split.pipeline) * to.split.pipeline;
}

bool leaves_machine(const ModelParallel& split, double gpus) {
    return std::fmod(std::max(1.0, gpus), split.tensor) != 0;
}

double UnitTime::replicas(double n) const {
    return split.splits() ? std::max(1.0, n * devices / split.gpus()) : n;
}

double UnitTime::together(double gpus, double machines) const {
    const double here = gpus * devices;
    if (leaves_machine(split, here))
        return 1;
    return static_cast<double>(
        std::gcd(std::llround(replicas(gpus * machines)), std::llround(here / split.tensor)));
}

// ---- stages -------------------------------------------------------------------------

/// With a pipeline, a long pass launches less and waits more: of those whose samples are a power of
/// two, and for which memory has room, that which takes least.
double UnitTime::pass(double n) const {
    const double whole = step(n);
    const double most = pass_units > 0 ? std::min(pass_units, whole) : whole;
    if (split.pipeline == 1 || !(whole > 0))
        return most;
    const double of_pass = common * (launch * group(n) / split.pipeline + dequant);
    const double of_unit = common * own(n) + summing(n);
    const double others = split.pipeline - 1;
    const auto seconds = [&](double units) {
        return (of_unit + of_pass / units) * (1 + others * units / whole);
    };
    double best = std::min(most, assumed_units);
    while (2 * best <= most && seconds(2 * best) < seconds(best))
        best *= 2;
    return best;
}

double UnitTime::passes(double n) const {
    return pass(n) > 0 ? std::max(1.0, step(n) / pass(n)) : 1;
}

double UnitTime::waits(double n) const {
    return split.pipeline == 1 ? 1 : (1 + (split.pipeline - 1) / passes(n)) * longest;
}

// ---- what is told -------------------------------------------------------------------

double UnitTime::summing(double n) const {
    const double of_stage = summed * group(n) / split.pipeline;
    return 2 * (split.tensor - 1) / split.tensor * of_stage / one_way;
}

double UnitTime::tensor_seconds(double gpus, double machines, const Wire& wire) const {
    if (split.tensor == 1)
        return 0;
    const double n = gpus * machines;
    const bool leaves = machines > 1 && leaves_machine(split, gpus * devices);
    const double slower = leaves ? std::max(1.0, one_way / wire.bytes_per_second) : 1;
    return summing(n) * slower * waits(n);
}

/// A stage hands activations on and gradients back. Stages lie on different machines where there
/// are several; the replicas of a machine share its line.
double UnitTime::stage_seconds(double gpus, double machines, const Wire& wire) const {
    if (split.pipeline == 1)
        return 0;
    const double n = gpus * machines;
    const double bytes = 2 * handed_on * group(n) * (1 + (split.pipeline - 1) / passes(n));
    if (machines <= 1)
        return bytes / split.tensor / one_way;
    return bytes * std::min(replicas(n), gpus * devices / split.tensor) / wire.bytes_per_second;
}

} // namespace flopwise
