// What the build compiles in about training from data/: named nets, and the fitted models of time
// and of memory.

#pragma once

#include <flopwise/model.hpp>

namespace flopwise::bundled {

/// A row of data/models.yaml. A figure that it does not have is a NaN.
struct ModelRow {
    std::string_view name;
    ModelKind kind;
    double parameters;
    double active_parameters;
    double matmul_parameters;
    double layers;
    double hidden;
    double heads;
    double head_dim;
    double seq_len;
    double max_seq_len;
    double attention_window;
    double window_layers;
    double vocab;
    double forward_gmacs;
    double image_px;
    double activations_m;
    double operations;
    std::string_view dataset;
    double samples;
    double epochs;
    std::string_view recipe;
    std::string_view aliases; ///< with '|' between them
    std::string_view source;
};

/// A kind, a precision or a generation: ln of its factor, and how many sources measured it.
struct FactorRow {
    std::string_view name;
    double value;
    double sources;
};

/// A figure in each precision that is timed. One that there is not is a NaN.
struct RateRow {
    double fp32, tf32, fp16, bf16, fp8;
};

/// A generation: ln of its factor in any precision, and in those that were measured.
struct GenerationRow {
    std::string_view name;
    double value;
    RateRow factor;
    double sources;
};

/// A generation, or "any": shares of the published peak that matrix products reach.
struct ReachedRow {
    std::string_view name;
    RateRow share;
};

/// A GPU with data or without: ln of its factors, and the figures that put GPUs into order.
/// A figure that it does not have is a NaN.
struct GpuRow {
    std::string_view name;
    RateRow factor;  ///< ln
    RateRow reached; ///< TFLOPS of matrix products
    double sources;
    double memory_gib, memory_bandwidth_gb_per_s, interconnect_gb_per_s;
    RateRow peak; ///< TFLOPS, as published
};

/// A machine of measured mode: relative rates, and milliseconds for an operation.
struct MeasuredMachine {
    std::string_view name;
    std::string_view gpu;
    double compute, memory, latency, host;
};

/// data/utilisation.yaml; docs/calibration.md says what each figure is.
struct Utilisation {
    std::string_view fitted;
    double rows, source_groups;
    std::span<const FactorRow> parameters, kinds, precisions;
    std::span<const FactorRow> programs;      ///< "megatron text", "megatron image"
    std::span<const FactorRow> program_means; ///< of those that measured a kind, by kind
    std::span<const GenerationRow> generations;
    std::span<const GpuRow> gpus;
    std::span<const ReachedRow> reached_shares;
    std::span<const FactorRow> host_links; ///< GB/s one way, by GPU or generation
    double scale, degrees_of_freedom, kind_sd, generation_sd, gpu_sd, run_sd, finetune_sd,
        recent_sd, sample_sd, input_sd, moe_sd, encoder_sd, program_sd, unseen_count, network_sd,
        seen_gpu_count;
    double exponent, floor, host_base, intensity_power, default_operations,
        default_flops_per_activation, measured_scale, ratio_scale, ratio_degrees_of_freedom;
    /// What ln of a program's time has on a generation, on a GPU, in a setting, and anew each time.
    double rate_generation_sd, rate_gpu_sd, rate_setting_sd, rate_repeat_sd;
    std::span<const MeasuredMachine> machines;
};

/// data/memory.yaml; docs/calibration.md says what each figure is.
struct MemoryModel {
    double rows, source_groups, degrees_of_freedom;
    double layer, layer_width, adapters, scores, logit, logit_fused; ///< bytes of activations
    double mixed_copy, held, step, gathered, context_gib, fragmentation, image, image_dense;
    double spread_states, spread_activations, spread_images, spread_derived;
};

std::span<const ModelRow> models();
const MemoryModel& memory();
const Utilisation& utilisation();

} // namespace flopwise::bundled
