// The search for a fit, and for what would make one, beside each other.

#pragma once

#include <flopwise/memory.hpp>

namespace flopwise {

/// What a need is held against.
struct MemoryAsked {
    MemoryAsked(GiB memory_available, double p);

    GiB available;
    double confidence; ///< that the peak must stay below it
    double quantile;   ///< of the Student-t at that confidence
};

/// At least even odds: below them, more of a need could fit better, as it is less sure.
void require_memory_confidence(double p);

/// Whether the activations of a net, before it is completed, follow from its size only.
bool activations_derived(const Model& net);

/// The needs of the stages that may need most, of a net that is completed; empty if it has no
/// parameters.
std::vector<MemoryNeed> stage_needs(const Model& net,
                                    bool derived,
                                    const Training& training,
                                    Precision precision,
                                    Sharding sharding,
                                    double gpus);
/// The stage that needs most for one sample at once.
const MemoryNeed& worst_stage(const std::vector<MemoryNeed>& stages);
/// That the net, and so many GPUs, can be split as asked. Throws ArgumentError.
void require_split(const Model& net, const Training& training, double gpus);

/// memory_fit() of a net that is completed.
std::optional<MemoryFit> memory_fit_of(const Model& net,
                                       bool derived,
                                       const Training& training,
                                       Precision precision,
                                       std::optional<Sharding> sharding,
                                       const MemoryAsked& asked,
                                       double gpus);

/// Samples of a pass for its time: one where there is room for none, so that a net that does not
/// fit is no faster for it; 0 if the need is not known.
double samples_of_pass(const MemoryFit& fit);

} // namespace flopwise
