#include "request/job_settings.hpp"

#include "request/setting_text.hpp"

namespace flopwise {

namespace {

using Texts = std::span<const std::string>;
using Key = std::string_view;

constexpr std::string_view kJob = "Training job";
constexpr std::string_view kNet = "A net of one's own";

constexpr double kMostUnits = 1e18;
constexpr double kMostEpochs = 1e9;
constexpr double kMostFlops = 1e32;
constexpr double kMostBatch = 1e9;
constexpr double kMostRank = 1e6;
constexpr double kMostYear = 2100;
constexpr double kMostDeadlineHours = 876'600; // a century

std::string model(const SettingText& in) {
    std::string name = in.one();
    if (is_config_path(name)) // read_files() opens it
        return name;
    try {
        return find_model(name).name;
    } catch (const ArgumentError& e) {
        in.request.refuse(in.key, e.reason());
    }
}

std::vector<Measured> measured(const SettingText& in) {
    std::vector<Measured> out;
    for (const std::string& text : in.texts)
        for (const std::string& rate : text::split(text, ',')) {
            try {
                out.push_back(measured_of(rate));
            } catch (const ArgumentError& e) {
                in.request.refuse(in.key, e.reason());
            }
        }
    if (out.size() > kMostMeasured)
        in.request.refuse(
            in.key, fmt::format("must be at most {} rates, got {}", kMostMeasured, out.size()));
    return out;
}

Value measured_value(const Request& r) {
    std::vector<std::string> rates;
    for (const Measured& rate : job_of(r).measured)
        rates.push_back(to_string(rate));
    return rates.size() == 1 ? Value{rates.front()} : value_of(rates);
}

/// "48h", "48" or the day at the end of which it has to be done.
void set_deadline(const SettingText& in) {
    Job& job = training(in.request);
    const std::string written = in.one();
    job.deadline.reset();
    job.deadline_on = {};
    if (const auto date = date_of(written); date && date->day != 0) {
        job.deadline_on = *date;
        return;
    }
    if (!number_in(written, unit::Hours::symbol))
        in.request.refuse(in.key,
                          fmt::format("must be hours such as 48h, days such as 3d or a date such "
                                      "as 2026-12-31, got {}",
                                      text::quoted(written)));
    job.deadline = in.quantity<Hours>(kMostDeadlineHours);
}

Value shown_deadline(const Request& r) {
    const Job& job = job_of(r);
    if (job.deadline)
        return fmt::format("{}h", job.deadline->value());
    return job.deadline_on.year == 0 ? Value{} : Value{to_string(job.deadline_on)};
}

/// What a figure of the net is read in.
constexpr std::string_view unit_of(std::optional<double> Model::*field) {
    if (field == &Model::seq_len || field == &Model::attention_window)
        return kSequence;
    if (field == &Model::activations_m)
        return kMillions;
    if (field == &Model::forward_gmacs)
        return kGmacs;
    return field == &Model::image_px ? kPixels : "";
}

/// A setting that is one figure of the net.
template <std::optional<double> Model::*Field>
constexpr Setting figure(Key key, Key flag, Key value, Key help) {
    return {
        key,
        flag,
        kNet,
        value,
        help,
        [](Request& r, Key k, Texts t) {
            training(r).net.*Field = SettingText{r, k, t, unit_of(Field)}.number(kMostFigure, "");
        },
        [](const Request& r) { return value_of(job_of(r).net.*Field); }};
}

// clang-format off
const auto kJobSettings = std::to_array<Setting>({
    {"model", "model", kJob, "NAME|PATH", "net to train: llama-2-7b, Qwen/Qwen3-8B, ./config.json",
     [](Request& r, Key k, Texts t) { training(r).model = model({r, k, t}); training(r).config.reset(); },
     [](const Request& r) { return shown_text(job_of(r).model); }},
    {"tokens", "tokens", kJob, "N", "tokens of an epoch: 2e9",
     [](Request& r, Key k, Texts t) { training(r).tokens = SettingText{r, k, t}.number(kMostUnits, "tokens"); },
     [](const Request& r) { return value_of(job_of(r).tokens); }},
    {"samples", "samples", kJob, "N", "images or sequences of an epoch (those of the model's data set)",
     [](Request& r, Key k, Texts t) { training(r).samples = SettingText{r, k, t}.number(kMostUnits, "samples"); },
     [](const Request& r) { return value_of(job_of(r).samples); }},
    {"epochs", "epochs", kJob, "N", "times that all of them are seen (the net's recipe, or 1)",
     [](Request& r, Key k, Texts t) { training(r).epochs = SettingText{r, k, t}.number(kMostEpochs, ""); },
     [](const Request& r) { return value_of(job_of(r).epochs); }},
    {"flops", "flops", kJob, "N", "the work itself, in place of tokens or samples: 3e20",
     [](Request& r, Key k, Texts t) { training(r).flops = SettingText{r, k, t}.number(kMostFlops, "FLOP"); },
     [](const Request& r) { return value_of(job_of(r).flops); }},
    {"measured", "measured", kJob, "TEXT", "rates that you have seen: \"400/s on g4dn.xlarge\", V100=900",
     [](Request& r, Key k, Texts t) { training(r).measured = measured({r, k, t}); },
     measured_value},
    {"batch", "batch", kJob, "N", "images or sequences of a step, on all GPUs together",
     [](Request& r, Key k, Texts t) { training(r).batch = SettingText{r, k, t}.number(kMostBatch, ""); },
     [](const Request& r) { return value_of(job_of(r).batch); }},
    {"fine_tune", "fine-tune", kJob, "NAME", "none, full, lora or qlora: what of the net is trained (none: from the start)",
     [](Request& r, Key k, Texts t) { training(r).fine_tune = SettingText{r, k, t}.enumerator<FineTune>(kFineTunes); },
     [](const Request& r) { return value_if(job_of(r).fine_tune != FineTune::none, job_of(r).fine_tune); }},
    {"lora_rank", "lora-rank", kJob, "N", "rank of the adapters (16)",
     [](Request& r, Key k, Texts t) { training(r).lora_rank = SettingText{r, k, t}.number(kMostRank, ""); },
     [](const Request& r) { return value_unless(job_of(r).lora_rank, Job{}.lora_rank); }},
    {"recompute", "recompute", kJob, "NAME", "none, selective or full: what is computed again (full where needed)",
     [](Request& r, Key k, Texts t) { training(r).recompute = SettingText{r, k, t}.enumerator<Recompute>(kRecomputes); },
     [](const Request& r) { return value_of(job_of(r).recompute); }},
    {"optimiser", "optimiser", kJob, "NAME", "adam, adam_8bit, paged_adam_8bit, adafactor, sgd or none (adam)",
     [](Request& r, Key k, Texts t) { training(r).optimiser = SettingText{r, k, t}.enumerator<Optimiser>(kOptimisers); },
     [](const Request& r) { return value_if(job_of(r).optimiser != Job{}.optimiser, job_of(r).optimiser); }},
    {"recipe", "recipe", kJob, "NAME", "mixed or bf16: 16-bit weights with a copy of 32 bits, or 16 bits only (mixed)",
     [](Request& r, Key k, Texts t) { training(r).recipe = SettingText{r, k, t}.enumerator<Recipe>(kRecipes); },
     [](const Request& r) { return value_if(job_of(r).recipe != Job{}.recipe, job_of(r).recipe); }},
    {"loss", "loss", kJob, "NAME", "plain, chunked or fused: how logits are kept (plain)",
     [](Request& r, Key k, Texts t) { training(r).loss = SettingText{r, k, t}.enumerator<Loss>(kLosses); },
     [](const Request& r) { return value_if(job_of(r).loss != Job{}.loss, job_of(r).loss); }},
    {"offload", "offload", kJob, "NAME", "none, optimiser or parameters: what the host's memory holds (none)",
     [](Request& r, Key k, Texts t) { training(r).offload = SettingText{r, k, t}.enumerator<Offload>(kOffloads); },
     [](const Request& r) { return value_if(job_of(r).offload != Job{}.offload, job_of(r).offload); }},
    {"rate", "rate", kJob, "", "hours of a benchmark's rate, not of a whole run",
     [](Request& r, Key k, Texts t) { training(r).rate = SettingText{r, k, t}.yes(); },
     [](const Request& r) { return job_of(r).rate ? Value{true} : Value{}; }},
    {"software_year", "software-year", kJob, "YEAR", "of the programs (that of today)",
     [](Request& r, Key k, Texts t) { training(r).software_year = SettingText{r, k, t}.number(kMostYear, ""); },
     [](const Request& r) { return value_of(job_of(r).software_year); }},
    {"program", "program", kJob, "NAME", "that trains: pytorch, huggingface, megatron, ... (not stated: their mean)",
     [](Request& r, Key k, Texts t) { training(r).program = SettingText{r, k, t}.enumerator<Program>(kPrograms); },
     [](const Request& r) { return value_of(job_of(r).program); }},
    {"memory_confidence", "memory-confidence", kJob, "P", "probability with which the net must fit (0.5)",
     [](Request& r, Key k, Texts t) { training(r).memory_confidence = SettingText{r, k, t, kShare}.number(1, ""); },
     [](const Request& r) { return value_unless(job_of(r).memory_confidence, Job{}.memory_confidence); }},
    {"sharding", "sharding", kJob, "NAME", "none, zero1, zero2, zero3 or fsdp (the least that fits)",
     [](Request& r, Key k, Texts t) { training(r).sharding = SettingText{r, k, t}.enumerator<Sharding>(kShardings); },
     [](const Request& r) { return value_of(job_of(r).sharding); }},
    {"tensor_parallel", "tensor-parallel", kJob, "N", "GPUs that share each layer (1)",
     [](Request& r, Key k, Texts t) { training(r).tensor_parallel = SettingText{r, k, t}.whole_number(1); },
     [](const Request& r) { return value_unless(job_of(r).tensor_parallel, 1); }},
    {"pipeline_parallel", "pipeline-parallel", kJob, "N", "stages of layers, each on GPUs of its own (1); needs a batch",
     [](Request& r, Key k, Texts t) { training(r).pipeline_parallel = SettingText{r, k, t}.whole_number(1); },
     [](const Request& r) { return value_unless(job_of(r).pipeline_parallel, 1); }},
    {"deadline", "deadline", kJob, "HOURS|DATE", "done by then: 48h, or the end of 2026-12-31, from now or --today on",
     [](Request& r, Key k, Texts t) { set_deadline({r, k, t}); },
     shown_deadline},
    {"objective", "objective", kJob, "NAME", "cost, time or balanced: what the best machine has least of (cost)",
     [](Request& r, Key k, Texts t) { training(r).objective = SettingText{r, k, t}.enumerator<Objective>(kObjectives); },
     [](const Request& r) { return value_if(job_of(r).objective != Job{}.objective, job_of(r).objective); }},
    {"max_machines", "max-machines", kJob, "N", "equal machines that may work on it together (1)",
     [](Request& r, Key k, Texts t) { training(r).max_machines = SettingText{r, k, t}.whole_number(1); },
     [](const Request& r) { return value_unless(job_of(r).max_machines, 1); }},

    {"kind", "kind", kNet, "NAME", "transformer_decoder, transformer_encoder, encoder_decoder, moe, vit, cnn, diffusion, detector or segmentation",
     [](Request& r, Key k, Texts t) { training(r).net.kind = SettingText{r, k, t}.enumerator<ModelKind>(kModelKinds - 1); },
     [](const Request& r) { return value_if(job_of(r).net.kind != ModelKind::other, job_of(r).net.kind); }},
    figure<&Model::parameters>("parameters", "parameters", "N", "parameters: 7e9"),
    figure<&Model::active_parameters>("active_parameters", "active-parameters", "N", "of a mixture of experts, those that a token meets"),
    figure<&Model::layers>("layers", "layers", "N", "layers"),
    figure<&Model::hidden>("hidden", "hidden", "N", "width of a layer"),
    figure<&Model::heads>("heads", "heads", "N", "heads of attention"),
    figure<&Model::head_dim>("head_dim", "head-dim", "N", "width of a head of attention (hidden / heads)"),
    figure<&Model::seq_len>("seq_len", "seq-len", "TOKENS", "length of a training sequence (that of the model)"),
    figure<&Model::attention_window>("attention_window", "attention-window", "TOKENS", "that a token sees in a layer of local attention"),
    figure<&Model::window_layers>("window_layers", "window-layers", "N", "layers of local attention (all, with a window)"),
    figure<&Model::vocab>("vocab", "vocab", "N", "tokens in the vocabulary"),
    figure<&Model::forward_gmacs>("forward_gmacs", "forward-gmacs", "N", "10^9 multiply-adds of an image, forward"),
    figure<&Model::activations_m>("activations_m", "activations", "MILLIONS", "outputs of all layers for an image"),
    figure<&Model::image_px>("image_px", "image-px", "PX", "side of the images (that of the model)"),
});
// clang-format on

} // namespace

std::span<const Setting> job_settings() {
    return kJobSettings;
}

} // namespace flopwise
