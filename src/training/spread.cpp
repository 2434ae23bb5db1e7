// How wide the interval of a prediction is.

#include "training/step_time.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

using bundled::FactorRow;
using bundled::utilisation;

/// Kinds of which programs differ in more than the GPU: decoding, augmentation, frozen encoders.
static bool waits_for_input(ModelKind kind) {
    return kind == ModelKind::diffusion || kind == ModelKind::segmentation;
}

Doubt doubt_of(const Work& work, const GpuSet& on) {
    const bundled::Utilisation& u = utilisation();
    const auto sources = [](auto rows, std::string_view name) {
        const auto* row = find_row(rows, name);
        return row == nullptr ? 0.0 : row->sources;
    };
    const auto square = [](double x) { return x * x; };
    Doubt out{.work = square(u.kind_sd) / (1 + sources(u.kinds, to_string(work.net.kind))),
              .generation =
                  square(u.generation_sd) / (1 + sources(u.generations, on.gpu->architecture)),
              .gpu = square(u.gpu_sd) / (1 + sources_of_gpu(on.gpu->name))};
    if (work.run)
        out.work += square(u.run_sd);
    if (software_year(work) >= parameter("recent_year"))
        out.work += square(u.recent_sd);
    if (is_text(work.net.kind) && work.fine_tune != FineTune::none)
        out.work += square(u.finetune_sd);
    if (!is_text(work.net.kind))
        out.work += square(u.sample_sd) + (program_factor(work) ? 0 : square(u.program_sd));
    if (waits_for_input(work.net.kind))
        out.work += square(u.input_sd);
    if (work.net.kind == ModelKind::moe)
        out.work += square(u.moe_sd);
    if (work.net.kind == ModelKind::transformer_encoder)
        out.work += square(u.encoder_sd);
    if (work.offload != Offload::none || work.paged > GiB{}) // nor is the link to the host
        out.work += square(u.network_sd);
    if (model_parallel(work).splits()) // nor is what it takes to split layers and stages
        out.work += square(u.network_sd);
    const double gpus = std::max(1.0, on.gpus) * on.machines;
    if (gpus > u.seen_gpu_count)
        out.count += square(u.unseen_count * std::log(gpus / u.seen_gpu_count));
    if (on.machines > 1) // networks are not in the fit
        out.count += square(u.network_sd) + square(u.unseen_count * std::log(on.machines));
    return out;
}

double scale_of(const Work& work, const GpuSet& on) {
    const double scale = utilisation().scale;
    const Doubt more = doubt_of(work, on);
    return std::sqrt(scale * scale + more.work + more.generation + more.gpu + more.count);
}

} // namespace flopwise
