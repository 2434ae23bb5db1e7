// A net that is split over GPUs by tensor and pipeline parallelism, beside the data.
//
// A replica is the GPUs that hold the net once: `tensor` of them share each layer, and its layers
// lie on `pipeline` stages. Ranks are numbered as Megatron-LM does it: the GPUs of a layer first,
// then the replicas, then the stages. So layers stay inside a machine where they can.

#pragma once

#include <flopwise/job.hpp>

namespace flopwise {

struct ModelParallel {
    double tensor = 1;
    double pipeline = 1;

    /// GPUs of a replica.
    [[nodiscard]] double gpus() const { return tensor * pipeline; }
    [[nodiscard]] bool splits() const { return gpus() > 1; }
    /// Whether so many GPUs (below 1: a share of one) are a whole number of replicas.
    [[nodiscard]] bool divides(double all) const;
};

/// Of a Job, a Training or a Work.
template <class T>
ModelParallel model_parallel(const T& of) {
    return {.tensor = static_cast<double>(of.tensor_parallel),
            .pipeline = static_cast<double>(of.pipeline_parallel)};
}

/// That a net can be split so: into its layers, by its heads. Throws ArgumentError.
void require_splittable(const Model& net, const ModelParallel& split);
/// That GPUs are a whole number of replicas. Throws ArgumentError.
void require_whole_replicas(const ModelParallel& split, double gpus);

/// What one GPU of a stage has of a net.
struct StagePart {
    double tensor = 1;    ///< GPUs that share it
    double layers = 1;    ///< share of the layers
    double tables = 1;    ///< share of the embedding and the head
    double in_flight = 1; ///< micro-batches that are there at once, at most
    bool head = true;     ///< the logits are there

    /// Parameters of which so many are of the embedding and the head.
    [[nodiscard]] double of(double parameters, double in_tables) const;
};
/// The share of the layers that the longest stage has.
double longest_stage(const Model& net, double pipeline);
/// The whole net, or of a pipeline the first stage and the last: no other needs more. `tables` are
/// those of the net: one for both embedding and head, or two.
std::vector<StagePart> stage_parts(const Model& net, const ModelParallel& split, double tables);

} // namespace flopwise
