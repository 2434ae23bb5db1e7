// The terms of docs/calibration.md for one kind of work on one kind of GPU, looked up once and
// then cheap for any number of GPUs.

#pragma once

#include <flopwise/estimate.hpp>

#include "training/fitted.hpp"

namespace flopwise {

/// What is between machines, and what goes over it.
struct Wire {
    double bytes_per_second = 0; ///< one way; infinite if it is not known
    bool split_weights = false;
};
Wire wire_of(const GpuSet& on);

/// Seconds of one token or sample on one of n GPUs, term by term and without `common`.
struct UnitTime {
    double common = 1;     ///< kind, whole run, recomputation that is not stated
    double compute = 0;    ///< with the factor of the GPU, like the next two
    double attention = 0;  ///<
    double memory = 0;     ///<
    double sample = 0;     ///< host time
    double launch = 0;     ///< for each GPU that shares the batch
    double ring = 0;       ///< all-reduce over the link, for each GPU but the first
    double split_ring = 0; ///< the same where the weights are split
    double network = 0; ///< bytes between machines, for each GPU of a machine and each machine but
                        ///< the first; a bound, which no other factor shortens
    double split_network = 0; ///< the same where the weights are split
    double share = 0;         ///< of all-reduce in the time where no batch is known

    /// On one of `gpus` GPUs of each of `machines`.
    [[nodiscard]] double seconds(double gpus, double machines, const Wire& wire) const;
    /// What the network adds to it.
    [[nodiscard]] double network_seconds(double gpus, double machines, const Wire& wire) const;
};

/// Absent as seconds_per_unit() says. `whole` is the part of a GPU that is rented, at most 1.
std::optional<UnitTime>
unit_time(const Work& work, const Gpu& gpu, Precision precision, double whole);

/// The same for full recomputation, of work that does not state any.
UnitTime fully_recomputed(UnitTime time, const Work& work);

/// The least seconds of one unit over all GPUs together, some of which may be left idle.
double least_seconds(const UnitTime& time, const GpuSet& on);

/// Scale of ln(hours) for some GPUs.
double scale_of(const Work& work, const GpuSet& on);

/// The precisions that stand for `precision` on a GPU: itself, or those of `mixed`.
std::span<const Precision> precisions_for(Precision precision);

/// Peak of one GPU as the model counts it: tf32 without tensor cores is fp32, and fp16 is at least
/// fp32. Absent for a precision that no source measured.
std::optional<double> timed_tflops(const Gpu& gpu, Precision precision);

/// ln of the factor of a GPU: fitted, or of its generation and lowered to the order of GPUs.
double gpu_factor(const Gpu& gpu, Precision precision);

/// The kind of work as the fit counts it: fine-tuning of text is a kind of its own.
std::string_view fitted_kind(const Work& work);

const bundled::FactorRow* find_factor(std::span<const bundled::FactorRow> rows,
                                      std::string_view name);
double parameter(std::string_view name);
double sources_of_gpu(std::string_view name);

} // namespace flopwise
