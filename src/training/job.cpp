#include <flopwise/job.hpp>

#include "text/text.hpp"
#include "training/memory_fit.hpp"
#include "training/model_parts.hpp"
#include "training/parallel.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

std::string_view to_string(Objective objective) {
    constexpr std::array<std::string_view, kObjectives> kNames{"cost", "time", "balanced"};
    return text::name_of(kNames, objective);
}

std::string to_string(const Measured& measured) {
    return fmt::format("{}/s on {}", measured.per_second, measured.instance);
}

Measured measured_of(std::string_view written) {
    const auto refuse = [&] {
        return ArgumentError{"measured",
                             fmt::format("must be a rate and a machine such as \"400/s on "
                                         "g4dn.xlarge\", got {}",
                                         text::quoted(written))};
    };
    constexpr std::string_view kOn = "/s on ";
    const auto slash = written.find(kOn);
    const auto equals = written.rfind('=');
    const bool equation = slash == std::string_view::npos && equals != std::string_view::npos;
    if (!equation && slash == std::string_view::npos)
        throw refuse();
    std::string_view rate = equation ? written.substr(equals + 1) : written.substr(0, slash);
    if (!equation)
        rate = rate.substr(0, rate.find_first_of(' ')); // "400 images" is 400
    const auto value = text::number(rate);
    const auto name =
        text::split(equation ? written.substr(0, equals) : written.substr(slash + kOn.size()), ' ');
    if (!value || !(*value > 0) || name.size() != 1 || name.front().empty())
        throw refuse();
    return {.per_second = *value, .instance = name.front()};
}

bool wanted(const Job& job) {
    return job != Job{};
}

double Work::units_per_sample() const {
    return is_text(net.kind) ? net.seq_len.value_or(kAssumedSeqLen) : 1;
}

bool Work::in_flops() const {
    return net.kind == ModelKind::other && !net.forward_gmacs;
}

// ---- the net ------------------------------------------------------------------------

/// A named net with the figures of one's own over it.
static Model with_own(Model net, const Model& own) {
    if (own.kind != ModelKind::other)
        net.kind = own.kind;
    if ((own.hidden || own.heads) && !own.head_dim) // that of the named net is no longer right
        net.head_dim.reset();
    if (own.attention_window || own.layers) // nor are its local layers
        net.window_layers.reset();
    constexpr std::array<std::optional<double> Model::*, 14> kFigures{&Model::parameters,
                                                                      &Model::active_parameters,
                                                                      &Model::matmul_parameters,
                                                                      &Model::layers,
                                                                      &Model::hidden,
                                                                      &Model::heads,
                                                                      &Model::head_dim,
                                                                      &Model::seq_len,
                                                                      &Model::attention_window,
                                                                      &Model::window_layers,
                                                                      &Model::vocab,
                                                                      &Model::forward_gmacs,
                                                                      &Model::activations_m,
                                                                      &Model::operations};
    if (own.image_px && net.image_px && !own.forward_gmacs)
        net = resized(std::move(net), *own.image_px);
    else if (own.image_px)
        net.image_px = own.image_px;
    for (const auto figure : kFigures)
        if (own.*figure)
            net.*figure = own.*figure;
    if (own.parameters && !own.matmul_parameters) // those of the named net are no longer right
        net.matmul_parameters.reset();
    if (own.parameters && !own.active_parameters)
        net.active_parameters.reset();
    if (own.samples || own.epochs) { // not as in the published recipe
        net.samples = own.samples ? own.samples : net.samples;
        net.epochs = own.epochs;
        net.recipe.clear();
    }
    return net;
}

/// The kind of a net of one's own, where its figures tell.
static ModelKind kind_of(const Model& net) {
    if (net.kind != ModelKind::other)
        return net.kind;
    if (net.active_parameters)
        return ModelKind::moe;
    if (net.forward_gmacs)
        return ModelKind::cnn;
    return net.parameters ? ModelKind::transformer_decoder : ModelKind::other;
}

/// The net that a job names or describes, without figures of one's own.
static Model base_of(const Job& job) {
    if (job.config)
        return *job.config;
    if (is_config_path(job.model))
        throw ArgumentError{"model",
                            fmt::format("must be a name, or a configuration that was read "
                                        "(read_config), got {}",
                                        text::quoted(job.model))};
    return job.model.empty() ? Model{} : find_model(job.model);
}

void read_config(Job& job) {
    if (is_config_path(job.model))
        job.config = read_model_config(job.model);
}

/// With one's own figures over it. A named net that is of no kind stays so.
static Model whole_net(const Job& job) {
    Model net = with_own(base_of(job), job.net);
    if (job.model.empty() && !job.config)
        net.kind = kind_of(net);
    return net;
}

/// The length of a sequence that is neither asked for nor the net's own; absent if it is.
static std::optional<double> assumed_seq_len(const Job& job, const Model& net) {
    if (!is_text(net.kind) || job.net.seq_len)
        return std::nullopt;
    const bool tuned = job.fine_tune != FineTune::none;
    if (net.seq_len && (!tuned || *net.seq_len <= kFineTuneSeqLen))
        return std::nullopt;
    const double usual = tuned ? kFineTuneSeqLen : kAssumedSeqLen;
    return std::min(usual, net.max_seq_len.value_or(usual));
}

Model model_of(const Job& job) {
    Model net = whole_net(job);
    if (const auto assumed = assumed_seq_len(job, net);
        assumed && (job.fine_tune != FineTune::none || job.config))
        net.seq_len = assumed; // else it stays unknown, and is taken for kAssumedSeqLen
    if (net.active_parameters && net.parameters && *net.active_parameters > *net.parameters)
        throw ArgumentError{"active_parameters",
                            fmt::format("must be at most the parameters, got {:.4g} and {:.4g}",
                                        *net.active_parameters,
                                        *net.parameters)};
    const bool adaptable =
        is_text(net.kind) || net.kind == ModelKind::diffusion || net.kind == ModelKind::vit;
    if (has_adapters(job.fine_tune) && !adaptable)
        throw ArgumentError{"fine_tune",
                            fmt::format("must be none or full for a net that is no transformer "
                                        "and no diffusion net, got {}",
                                        to_string(job.fine_tune))};
    require_splittable(net, model_parallel(job));
    return net;
}

// ---- the work -----------------------------------------------------------------------

static void positive_if_given(std::string_view field, const std::optional<double>& figure) {
    if (figure)
        require_positive(field, *figure);
}

constexpr int kFirstYear = 2010; // before, there was hardly any training on GPUs
constexpr int kLastYear = 2100;

static void require_range(const Job& job) {
    positive_if_given("tokens", job.tokens);
    positive_if_given("samples", job.samples);
    positive_if_given("epochs", job.epochs);
    positive_if_given("flops", job.flops);
    positive_if_given("batch", job.batch);
    require_positive("lora_rank", job.lora_rank);
    require_memory_confidence(job.memory_confidence);
    positive_if_given("parameters", job.net.parameters);
    positive_if_given("active_parameters", job.net.active_parameters);
    positive_if_given("matmul_parameters", job.net.matmul_parameters);
    positive_if_given("operations", job.net.operations);
    positive_if_given("layers", job.net.layers);
    positive_if_given("hidden", job.net.hidden);
    positive_if_given("heads", job.net.heads);
    positive_if_given("head_dim", job.net.head_dim);
    positive_if_given("seq_len", job.net.seq_len);
    positive_if_given("attention_window", job.net.attention_window);
    positive_if_given("window_layers", job.net.window_layers);
    positive_if_given("vocab", job.net.vocab);
    positive_if_given("forward_gmacs", job.net.forward_gmacs);
    positive_if_given("activations_m", job.net.activations_m);
    positive_if_given("image_px", job.net.image_px);
    positive_if_given("samples", job.net.samples);
    positive_if_given("epochs", job.net.epochs);
    if (job.software_year && !(*job.software_year >= kFirstYear && *job.software_year <= kLastYear))
        throw ArgumentError{
            "software_year",
            fmt::format(
                "must be from {} to {}, got {}", kFirstYear, kLastYear, *job.software_year)};
    constexpr int kMostMachines = 1024;
    if (job.max_machines < 1 || job.max_machines > kMostMachines)
        throw ArgumentError{
            "max_machines",
            fmt::format("must be from 1 to {}, got {}", kMostMachines, job.max_machines)};
}

static void require_alone(const Job& job) {
    const int ways = static_cast<int>(job.tokens.has_value()) +
                     static_cast<int>(job.samples.has_value()) +
                     static_cast<int>(job.flops.has_value());
    if (ways > 1)
        throw ArgumentError{job.flops ? "flops" : "tokens",
                            "must come alone: `tokens`, `samples` and `flops` each say how much is "
                            "trained"};
    if (job.flops && job.epochs)
        throw ArgumentError{"epochs", "must not come with `flops`, which are the whole work"};
}

/// Those of the recipe go with its data set, and with nothing else.
static double epochs_of(const Job& job, const Model& net) {
    const bool own = job.tokens || job.samples || job.flops || job.fine_tune != FineTune::none;
    return job.epochs ? *job.epochs : own ? 1 : net.epochs.value_or(1);
}

static double units_of(const Job& job, const Work& work) {
    if (job.flops)
        return *job.flops / work.unit.total();
    if (job.tokens && !is_text(work.net.kind) && work.net.kind != ModelKind::other)
        throw ArgumentError{"tokens", "must not be given for a net over images: use `samples`"};
    if (job.tokens)
        return *job.tokens * work.epochs;
    const auto samples = job.samples || is_text(work.net.kind) ? job.samples : work.net.samples;
    if (!samples)
        throw ArgumentError{is_text(work.net.kind) ? "tokens" : "samples",
                            "must be given, to say how much is trained"};
    return *samples * work.epochs * work.units_per_sample();
}

/// Whether model_of() a job has a length of its own making, or none.
static bool seq_len_is_assumed(const Job& job) {
    return assumed_seq_len(job, whole_net(job)).has_value();
}

Work work_of(const Job& job) {
    require_range(job);
    require_alone(job);
    Work out{.net = model_of(job),
             .fine_tune = job.fine_tune,
             .recompute = job.recompute,
             .batch = job.batch,
             .software_year = job.software_year,
             .program = job.program,
             .lora_rank = job.lora_rank,
             .offload = job.offload,
             .optimiser = job.optimiser,
             .tensor_parallel = job.tensor_parallel,
             .pipeline_parallel = job.pipeline_parallel,
             .seq_len_assumed = seq_len_is_assumed(job),
             .run = !job.rate};
    const bool counted = !out.in_flops();
    if (!counted && !job.flops && job.measured.empty())
        throw ArgumentError{"model",
                            "must be given, or the figures of a net, or flops, or what was "
                            "measured"};
    out.unit = counted ? unit_work(out.net, job.fine_tune) : UnitWork{.flops = 1};
    out.epochs = epochs_of(job, out.net);
    out.units = units_of(job, out);
    if (job.pipeline_parallel > 1 && !job.batch)
        throw ArgumentError{"batch",
                            "must be given with `pipeline_parallel`: how long its stages wait for "
                            "one another depends on it"};
    if (job.max_machines > 1 && !out.net.parameters)
        throw ArgumentError{"parameters",
                            "must be given with more than one machine: the time on the network "
                            "depends on it"};
    return out;
}

Work work_of(const Job& job, Date today) {
    constexpr double kMonths = 12;
    Work out = work_of(job);
    if (!out.software_year && today.year != 0)
        out.software_year = today.year + (today.month - 1) / kMonths;
    return out;
}

Training training_of(const Job& job) {
    return {.fine_tune = job.fine_tune,
            .recompute = job.recompute.value_or(Recompute::selective),
            .optimiser = job.optimiser,
            .lora_rank = job.lora_rank,
            .recipe = job.recipe,
            .loss = job.loss,
            .offload = job.offload,
            .tensor_parallel = job.tensor_parallel,
            .pipeline_parallel = job.pipeline_parallel,
            .batch = job.batch};
}

std::optional<JobFit>
job_fit(const Job& job, const Model& net, Precision precision, GiB available, double gpus) {
    Training how = training_of(job);
    const auto fit = [&] {
        return memory_fit(
            net, how, precision, job.sharding, available, gpus, job.memory_confidence);
    };
    auto memory = fit();
    if (!memory)
        return std::nullopt;
    if (!memory->fits && !job.recompute && is_text(net.kind)) {
        how.recompute = Recompute::full;
        memory = fit();
    }
    return JobFit{.memory = *memory, .recompute = how.recompute};
}

} // namespace flopwise
