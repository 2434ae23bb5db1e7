// How a net is split by tensor and pipeline parallelism: what may be, and what each GPU has.

#include "training/parallel.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

bool ModelParallel::divides(double all) const {
    return !splits() || std::fmod(std::max(1.0, all), gpus()) == 0;
}

// ---- what may be --------------------------------------------------------------------

static void require_at_least_one(std::string_view field, double count) {
    if (!(count >= 1))
        throw ArgumentError{field,
                            fmt::format("must be a whole number of at least 1, got {}", count)};
}

/// A net over text has layers of known shape; what convolutions would exchange is not modelled.
static void require_text(const Model& net, std::string_view field, double count) {
    if (count > 1 && !is_text(net.kind))
        throw ArgumentError{
            field,
            fmt::format("must be 1 for a net that is no transformer over text, got {}", count)};
}

void require_splittable(const Model& net, const ModelParallel& split) {
    require_at_least_one("tensor_parallel", split.tensor);
    require_at_least_one("pipeline_parallel", split.pipeline);
    require_text(net, "tensor_parallel", split.tensor);
    require_text(net, "pipeline_parallel", split.pipeline);
    if (net.heads && std::fmod(*net.heads, split.tensor) != 0)
        throw ArgumentError{
            "tensor_parallel",
            fmt::format("must divide the {} heads of attention, got {}", *net.heads, split.tensor)};
    if (split.pipeline == 1)
        return;
    if (!net.layers)
        throw ArgumentError{"layers", "must be given with `pipeline_parallel`, which splits them"};
    if (split.pipeline > *net.layers)
        throw ArgumentError{
            "pipeline_parallel",
            fmt::format("must be at most the {} layers, got {}", *net.layers, split.pipeline)};
}

void require_whole_replicas(const ModelParallel& split, double gpus) {
    if (!split.divides(gpus))
        throw ArgumentError{"tensor_parallel",
                            fmt::format("must divide the GPUs, times `pipeline_parallel`: got {} * "
                                        "{} = {} and {:g} GPUs",
                                        split.tensor,
                                        split.pipeline,
                                        split.gpus(),
                                        gpus)};
}

// ---- what each GPU has --------------------------------------------------------------

double StagePart::of(double parameters, double in_tables) const {
    return (parameters * layers + in_tables * (tables - layers)) / tensor;
}

double longest_stage(const Model& net, double pipeline) {
    const double all = net.layers.value_or(pipeline);
    return std::ceil(all / pipeline) / all;
}

std::vector<StagePart> stage_parts(const Model& net, const ModelParallel& split, double tables) {
    if (split.pipeline == 1)
        return {{.tensor = split.tensor}};
    const StagePart last{
        .tensor = split.tensor, .layers = longest_stage(net, split.pipeline), .tables = 1 / tables};
    StagePart first = last;
    first.in_flight = split.pipeline;
    first.head = false;
    return {first, last};
}

} // namespace flopwise
