// flopwise: how long a training job takes on a machine, and how sure that is
//
// The model is fitted to published runs: docs/calibration.md has its formulas, its figures and its
// errors. An answer is a distribution, because no such run was ever predicted to the hour.

#pragma once

#include <flopwise/job.hpp>

namespace flopwise {

/// Hours of which the logarithm has a Student-t distribution around that of the median.
struct Estimate {
    Hours median{};
    double scale = 0; ///< of ln(hours); positive
    double degrees_of_freedom = 0;

    /// The hours that are enough with probability p, in (0, 1); at 0.5 the median.
    [[nodiscard]] FLOPWISE_API Hours quantile(double p) const;
    /// P(hours <= within).
    [[nodiscard]] FLOPWISE_API double probability(Hours within) const;

    bool operator==(const Estimate&) const = default;
};

/// The GPUs that work on a job: those of some equal machines.
struct GpuSet {
    const Gpu* gpu = nullptr;      ///< not null
    double gpus = 1;               ///< of each machine; below 1, a share of one
    double machines = 1;           ///< equal ones that work on it together
    std::optional<Gbps> network{}; ///< between machines; needed if there are several
    bool split_weights = false;    ///< ZeRO 3: the weights are gathered from the other GPUs
};

/// The hours of a job. GPUs and machines that would only slow it down are left idle. With `mixed`
/// the fastest of bf16, fp16, tf32 and fp32 that the GPU has; else absent as above.
/// The interval is wider for whole runs, and for kinds, GPUs and numbers of GPUs or machines that
/// few sources measured. Throws ArgumentError for a GpuSet without a GPU, and for one that is no
/// whole number of replicas of a net that is split (tensor_parallel * pipeline_parallel GPUs).
///
///     const Catalog catalog = Catalog::bundled();
///     const Work work = work_of({.model = "llama-2-7b", .tokens = 2e9});
///     const auto time = estimate(work, {.gpu = catalog.find_gpu("A100"), .gpus = 8},
///     Precision::mixed); if (time)
///         fmt::print("{:.0f}\n", time->median);
FLOPWISE_API std::optional<Estimate>
estimate(const Work& work, const GpuSet& on, Precision precision);

/// The hours of a job as recommend() counts them: with as many samples at once as the GPUs' memory
/// has room for, the weights split and the forward pass computed again where they fit only so.
/// `today` is the day of the programs; year 0: not known.
FLOPWISE_API std::optional<Estimate>
job_estimate(const Job& job, Date today, GpuSet on, Precision precision);

/// The rate of one machine with so many GPUs (below 1: a share of one) at the training that
/// machines are compared by where no job is given: the geometric mean of what a ResNet-50, a BERT
/// large and a Llama 2 of 7 billion reach there, in TFLOPS of their work, as estimate() predicts it
/// with a fixed number of samples at once, whatever fits into memory. docs/model.md has the
/// figures. Absent if the GPU lacks the precision or a published bandwidth, and for fp64 and int8,
/// in which no training was measured.
FLOPWISE_API std::optional<Tflops>
predicted_tflops(const Gpu& gpu, double gpus, Precision precision);

/// A machine of which a rate is known, or for which one is to be known.
struct MeasuredOn {
    std::string_view instance;
    GpuSet gpus{};
};
/// A rate that was seen: units of `work` a second on the whole machine.
struct SeenRate {
    double per_second = 0; ///< positive
    MeasuredOn on{};
};
/// The hours on a machine after rates of the same program were seen on some: the estimate, moved by
/// as much as the rates have in common with it, and surer. Nearly the rate itself on the machine
/// that it was seen on, less of it on another GPU, least on another generation. Two rates of one
/// machine count as their mean; their order does not matter, and none ever widens the interval. For
/// the machines and the arithmetic of the PROFET measurements (fp32, one GPU, a known batch) host
/// and device are told apart.
FLOPWISE_API std::optional<Estimate> measured_estimate(const Work& work,
                                                       std::span<const SeenRate> rates,
                                                       const MeasuredOn& asked,
                                                       Precision precision);
/// The same of one rate.
FLOPWISE_API std::optional<Estimate> measured_estimate(const Work& work,
                                                       double per_second,
                                                       const MeasuredOn& seen,
                                                       const MeasuredOn& asked,
                                                       Precision precision);

/// One figure of an estimate, and where it is from.
struct Factor {
    std::string name{}; ///< "kind transformer_decoder"
    double value = 0;
    std::string unit{}; ///< "x" for a factor of time
    std::string source{};

    bool operator==(const Factor&) const = default;
};
/// All that makes the median: work, peak, each factor of time, and the seconds of each term.
FLOPWISE_API std::vector<Factor> factors(const Work& work, const GpuSet& on, Precision precision);

} // namespace flopwise
