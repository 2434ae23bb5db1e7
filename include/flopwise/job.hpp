// flopwise: a training job: what is to be trained, how much of it, and until when

#pragma once

#include <flopwise/config.hpp>
#include <flopwise/memory.hpp>

namespace flopwise {

/// What the best machine for a job is.
enum class Objective : std::uint8_t {
    cost,     ///< the least cost, within the deadline
    time,     ///< the least time, within the budget
    balanced, ///< the least product of cost and time
};
constexpr std::size_t kObjectives = 3;
FLOPWISE_API std::string_view to_string(Objective objective);

/// A rate that was seen: "400/s on g4dn.xlarge". A GPU stands for the first machine that has one.
struct Measured {
    double per_second = 0;  ///< tokens or samples of the whole machine; positive
    std::string instance{}; ///< a machine, or a GPU

    bool operator==(const Measured&) const = default;
};
FLOPWISE_API std::string to_string(const Measured& measured);
/// Reads "400/s on g4dn.xlarge", "400 images/s on ..." or "g4dn.xlarge=400"; throws ArgumentError
/// for `measured`.
FLOPWISE_API Measured measured_of(std::string_view text);

constexpr std::size_t kMostMeasured = 16;

/// A training job, as it is asked for. What is left out is looked up or derived by work_of().
struct Job {
    std::string model{}; ///< a named net, or the path of a configuration; empty for one's own
    std::optional<Model> config{}; ///< what that path, or model_from_config(), gave: read_config()
    Model net{};                   ///< own figures; they stand above those of `model`
    FineTune fine_tune = FineTune::none;

    std::optional<double> tokens{};  ///< of one epoch
    std::optional<double> samples{}; ///< of one epoch: sequences or images
    std::optional<double> epochs{};  ///< absent: those of the net's recipe, else one
    std::optional<double> flops{};   ///< the work itself, in place of all of these

    std::optional<double> batch{};        ///< sequences or images of one step, on all GPUs together
    std::optional<Recompute> recompute{}; ///< absent: as runs do that do not say
    Optimiser optimiser = Optimiser::adam;
    Recipe recipe = Recipe::mixed;
    Loss loss = Loss::plain;
    Offload offload = Offload::none;
    double lora_rank = 16;
    std::optional<Sharding> sharding{}; ///< absent: the least that fits
    int tensor_parallel = 1;            ///< GPUs that share each layer; at least 1
    int pipeline_parallel = 1;          ///< stages of layers, each on GPUs of its own; at least 1
    /// Probability with which the peak must stay below the memory of the GPU; in [0.5, 1).
    double memory_confidence = kMemoryConfidence;
    std::vector<Measured> measured{}; ///< at most kMostMeasured
    /// The hours of a benchmark's rate, without what a whole run spends beside it.
    bool rate = false;
    /// Year of the programs, as 2024.5; absent: of the day of the question.
    std::optional<double> software_year{};
    /// The program that trains; absent: like the mean of those that measured this kind.
    std::optional<Program> program{};

    std::optional<Hours> deadline{};
    Date deadline_on{}; ///< in place of it, the end of that day; year 0: none
    Objective objective = Objective::cost;
    int max_machines = 1;

    bool operator==(const Job&) const = default;
};

/// Whether anything of a job is asked for.
FLOPWISE_API bool wanted(const Job& job);

/// Reads the configuration that `model` is the path of, if it is one, into `config`. The library
/// opens no file for a job by itself. Throws InputError as read_model_config() does.
FLOPWISE_API void read_config(Job& job);

/// A job with its net looked up and its work counted: what time and memory depend on.
struct Work {
    Model net{};       ///< as it is known: what is derived is not in it
    UnitWork unit{};   ///< of one token or sample; 1 FLOP where only the work itself is known
    double units = 0;  ///< tokens, samples or FLOPs in all
    double epochs = 1; ///< that are in `units`
    FineTune fine_tune = FineTune::none;
    std::optional<Recompute> recompute{};
    std::optional<double> batch{};
    std::optional<double> micro_batch{};   ///< samples of one GPU at once; absent: those of a step
    std::optional<double> software_year{}; ///< of the programs: 2026.5; absent: of the newest seen
    std::optional<Program> program{};      ///< absent: like the mean of its kind
    double lora_rank = 16;                 ///< of the adapters, if there are any
    Offload offload = Offload::none;
    Optimiser optimiser = Optimiser::adam;
    int tensor_parallel = 1;      ///< GPUs that share each layer
    int pipeline_parallel = 1;    ///< stages of layers
    GiB paged{};                  ///< states of one GPU that leave it, and come back, for each step
    bool seq_len_assumed = false; ///< the length of a sequence is neither asked for nor the net's
    bool run = true; ///< a whole run, with all that interrupts it, and not a benchmark's rate

    /// Tokens in a sample of text, 1 in any other.
    [[nodiscard]] double units_per_sample() const;
    /// Whether nothing is known of the net but its work: the units are FLOPs.
    [[nodiscard]] bool in_flops() const;

    bool operator==(const Work&) const = default;
};

/// The work of a job:
///
///     units = tokens * epochs, or samples * epochs * (seq_len for text), or flops / FLOPs of a
///     unit
///
/// The samples of a named image net are those of its data set if they are not given; then, if it
/// is trained from the start, it sees them as often as in its published recipe (Model::epochs).
/// Throws ArgumentError, naming the setting, for what is missing, what contradicts, and figures
/// out of range. A pipeline needs the batch: how long its stages wait depends on it.
FLOPWISE_API Work work_of(const Job& job);
/// The same with the programs of a day, unless the job says their year; year 0: not known.
FLOPWISE_API Work work_of(const Job& job, Date today);

/// The net of a job: the named one with the figures of one's own over it, its kind derived where
/// the figures tell. Sequences that are not asked for have at most kFineTuneSeqLen tokens in
/// fine-tuning. Throws ArgumentError for an unknown name, a configuration that was not read,
/// figures that contradict, and a split that its layers or heads do not have.
FLOPWISE_API Model model_of(const Job& job);

/// How a job is trained, for its memory: without `recompute`, attention scores are not kept.
FLOPWISE_API Training training_of(const Job& job);

/// How a job fits into the memory of some GPUs, and with what recomputation.
struct JobFit {
    MemoryFit memory{};
    /// As asked for; if nothing is, `full` for text that does not fit with `selective`.
    Recompute recompute = Recompute::selective;

    bool operator==(const JobFit&) const = default;
};

/// Fits the model_of() a job into `gpus` GPUs of `available` memory each. Absent if the need is not
/// known. Throws ArgumentError as memory_fit() does.
FLOPWISE_API std::optional<JobFit>
job_fit(const Job& job, const Model& net, Precision precision, GiB available, double gpus);

} // namespace flopwise
