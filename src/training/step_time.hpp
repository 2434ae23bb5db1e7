// The terms of docs/calibration.md for one kind of work on one kind of GPU, looked up once and
// then cheap for any number of GPUs.

#pragma once

#include <flopwise/estimate.hpp>

#include "training/fitted.hpp"
#include "training/parallel.hpp"

#include <algorithm>

namespace flopwise {

/// What is between machines, and what goes over it. Below 100 Gbit/s it is plain TCP, which reaches
/// a share of the line rate only, or what one flow may have, if the line has as much.
struct Wire {
    double bytes_per_second = 0; ///< one way; infinite if it is not known
    bool split_weights = false;
};
Wire wire_of(const GpuSet& on);

/// Seconds of one token or sample on one of n GPUs, term by term and without `common`. What is done
/// once for a pass over the net or once for a step is shared by the units in it. Those of a replica
/// are shared by its GPUs.
struct UnitTime {
    double common = 1;    ///< kind, program and its year, whole run, recomputation not stated
    double compute = 0;   ///< with the factor of the GPU, like the next two
    double attention = 0; ///<
    double memory = 0;    ///<
    double sample = 0;    ///< host time
    double count = 0;     ///< power of the number of GPUs that these four grow with
    double launch = 0;    ///< of a pass
    double dequant = 0;   ///< of a pass: 4-bit weights
    double gather = 0;    ///< of a pass: split weights over the link, between very many GPUs
    double ring = 0;      ///< of a step: all-reduce over the link, between very many GPUs
    double network = 0;   ///< bytes of a step between very many machines; a bound, which no factor
                          ///< shortens
    double split_network = 0; ///< the same of a pass, of weights that are split
    double host_pass = 0;     ///< of a pass, split over the GPUs: offloaded weights and gradients
                              ///< over the link to the host, while the GPU computes
    double host_step = 0;     ///< of a step, split over the GPUs: new weights over that link
    double host_adam = 0;     ///< of a step, split over the machines: the optimiser on the host
    double paged = 0;         ///< of a step: states that leave the GPU and come back
    double share = 0;         ///< of all-reduce in the time where no batch is known
    double floor = 0;         ///< seconds of a unit that no program was seen to beat
    double step_units = 0;    ///< of all GPUs in a step; 0 if no batch is known
    double pass_units = 0;    ///< of one GPU in a pass, if a step has several; 0 if it is not known
    double assumed_units = 1; ///< in its place for `dequant`, where nothing is known
    ModelParallel split{};    ///< of the net over GPUs, beside the data
    double devices = 1;       ///< that programs see in one GPU
    double longest = 1;       ///< layers of the longest stage, of those of the mean one
    double summed = 0;        ///< bytes of a unit that the GPUs of a layer sum, in all layers
    double handed_on = 0;     ///< bytes of a unit that a stage hands to the next
    double one_way = 1;       ///< byte/s of the link, one way

    /// Seconds of what each of n GPUs does for a unit, which take as long as those of the slowest.
    [[nodiscard]] double own(double n) const;
    /// Replicas on n GPUs, and the GPUs of one: n and 1 where each holds the net.
    [[nodiscard]] double replicas(double n) const;
    [[nodiscard]] double group(double n) const { return n / replicas(n); }
    /// Units of a replica in a step and in a pass; 0 if they are not known.
    [[nodiscard]] double step(double n) const;
    [[nodiscard]] double pass(double n) const;
    /// Replicas with the same part of the net in one machine.
    [[nodiscard]] double together(double gpus, double machines) const;
    /// Passes of a replica in a step, which follow one another through its stages.
    [[nodiscard]] double passes(double n) const;
    /// How much longer it takes as stages wait for one another, and for the longest.
    [[nodiscard]] double waits(double n) const;
    /// Of a unit, sums of the GPUs of a layer over the link inside a machine.
    [[nodiscard]] double summing(double n) const;
    /// What GPUs of a layer, and stages, tell one another; no factor shortens it.
    [[nodiscard]] double tensor_seconds(double gpus, double machines, const Wire& wire) const;
    [[nodiscard]] double stage_seconds(double gpus, double machines, const Wire& wire) const;
    /// On one of `gpus` GPUs of each of `machines`.
    [[nodiscard]] double seconds(double gpus, double machines, const Wire& wire) const;
    /// What an offload adds to a unit that takes `computing` seconds.
    [[nodiscard]] double offload_seconds(double gpus, double machines, double computing) const;
    /// What the network adds to it.
    [[nodiscard]] double network_seconds(double gpus, double machines, const Wire& wire) const;
};

/// Absent as seconds_per_unit() says. `whole` is the part of a GPU that is rented, at most 1.
std::optional<UnitTime>
unit_time(const Work& work, const Gpu& gpu, Precision precision, double whole);

/// What counts of a GPU in a precision, whatever the work is.
struct GpuPace {
    double tflops = 0;           ///< that matrix products reach
    double attention_tflops = 0; ///< that attention reaches
    double device = 1;           ///< factor of time, like the next
    double precision = 1;        ///<
    double bandwidth = 0;        ///< byte/s of its memory
    double link = 0;             ///< byte/s
    double devices = 1;          ///< that programs see in it
    double bytes = 0;            ///< of a number
    double host = 0;             ///< byte/s between it and its host, one way; 0 if not known
};
/// Absent as unit_time() is.
std::optional<GpuPace> pace_of(const Gpu& gpu, Precision precision);

/// unit_time() of one work on many GPUs: all that does not depend on these is looked up once.
class UnitTimes {
public:
    explicit UnitTimes(const Work& work);
    [[nodiscard]] UnitTime on(const GpuPace& gpu, double whole) const;

private:
    UnitTime nominal_;  ///< of a GPU of which each figure is 1
    double frozen_ = 0; ///< bytes of frozen weights of a pass over the link to the host
    double floor_ = 0;
    double attention_floor_ = 0;
};

/// Bytes a second between the memory of a GPU and that of its host, one way: those of its PCIe;
/// absent if it is not known.
std::optional<double> host_link(const Gpu& gpu);
/// All-reduces of a layer by the GPUs that share it, for each pass: two forward and two backward,
/// and those forward again where that is computed again.
double sums_of_layer(const Work& work);
/// What a net split over GPUs tells between them, in numbers; `full` is the net, completed.
void add_parallel(const Work& work, const Model& full, UnitTime& to);
/// Whether the GPUs of a layer lie on several machines.
bool leaves_machine(const ModelParallel& split, double gpus);
constexpr std::string_view kOffloadFactor = "offload: "; ///< begins the names of its factors
/// What an offload takes on a GPU of which each figure is 1, and the bytes of frozen weights that
/// pass the link, whatever a number has.
double add_offload(const Work& work, UnitTime& to);
/// The same on a GPU; nothing where the link is not known.
void to_host(const GpuPace& gpu, double frozen, UnitTime& time);
/// What leaves one GPU for each step without being asked to.
GiB paged_of(const Job& job, const MemoryFit& fit);
/// Seconds for states that leave a GPU and come back.
double paged_seconds(const Gpu& gpu, GiB states);

/// The part of a GPU that is rented takes longer for it.
UnitTime of_share(UnitTime time, double share);

/// The same for full recomputation, of work that does not state any.
UnitTime fully_recomputed(UnitTime time, const Work& work);

/// The least seconds of one unit over all GPUs together, some of which may be left idle.
double least_seconds(const UnitTime& time, const GpuSet& on);

/// Squares that are added to that of the scale: what few sources measured, or none.
struct Doubt {
    double work = 0; ///< its kind, and what programs of this kind differ in
    double generation = 0;
    double gpu = 0;
    double count = 0; ///< GPUs and machines
};
Doubt doubt_of(const Work& work, const GpuSet& on);

/// Scale of ln(hours) for some GPUs.
double scale_of(const Work& work, const GpuSet& on);

/// The precisions that stand for `precision` on a GPU: itself, or those of `mixed`.
std::span<const Precision> precisions_for(Precision precision);

/// Whether a GPU is asked in a precision that stands for another: it has it, and in place of fp16
/// and tf32 bf16 where it has that.
bool is_choice(const Gpu& gpu, Precision asked, Precision precision);

/// Peak of one GPU as the model counts it: tf32 without tensor cores is fp32, and fp16 is at least
/// fp32. Absent for a precision that no source measured.
std::optional<double> timed_tflops(const Gpu& gpu, Precision precision);

/// ln of the factor of a GPU: fitted, or of its generation and lowered to the order of GPUs.
double gpu_factor(const Gpu& gpu, Precision precision);

/// Whether a GPU is not worse than another, which the fit knows, in any figure.
bool beats(const Gpu& gpu, std::string_view other, Precision precision);

/// TFLOPS that matrix products reach on a GPU: measured, else the share of its generation and no
/// less than a GPU that it beats. Absent as timed_tflops() is.
std::optional<double> reached_tflops(const Gpu& gpu, Precision precision);

/// A network is plain TCP below so many Gbit/s.
constexpr double kFastNetworkGbps = 100;

/// A factor of the fit that does not depend on the GPU, and its weight.
struct CommonFactor {
    std::string_view name; ///< of data/utilisation.yaml
    double weight = 1;     ///< years, for that of the software
};
/// Those that a work has, beside its kind.
std::vector<CommonFactor> common_factors(const Work& work);

/// The year of the programs: that of the newest in the fit, if it is not known.
double software_year(const Work& work);

/// The row of a table with a name, or null.
template <class Row>
const Row* find_row(std::span<const Row> rows, std::string_view name) {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
    return found == rows.end() ? nullptr : &*found;
}
const bundled::FactorRow* find_factor(std::span<const bundled::FactorRow> rows,
                                      std::string_view name);

/// ln of the factor of the program over the mean of those that measured its kind; absent if it is
/// not stated, or no source measured it with such nets.
std::optional<double> program_factor(const Work& work);
double parameter(std::string_view name);
double sources_of_gpu(std::string_view name);

/// Seconds that one of the GPUs needs for one token or sample: t of docs/calibration.md, with the
/// network between machines as one more link, of which no factor of the fit is known:
///
///     2 * (N - 1) / N * gradients / (B_one_way * u)    (N machines)
///
/// where the gradients have 4 bytes a number: those of all parameters, or of the adapters. Split
/// weights are moved for each pass over the net too.
///
/// Absent if the GPU has no such arithmetic, or if its memory bandwidth is not known.
/// `precision` is one that was measured: fp32, tf32, fp16, bf16 or fp8; others are absent.
std::optional<double> seconds_per_unit(const Work& work, const GpuSet& on, Precision precision);

/// The precision that `mixed` stands for on a GPU: that in which one unit takes least; `precision`
/// itself for any other, or if the GPU has none.
Precision precision_used(const Work& work, const Gpu& gpu, Precision precision);

/// Two estimates for different GPUs differ by more than the model is off in such comparisons:
/// |ln(a / b)| > ratio_scale * t_0.9.
bool distinguishable(double a, double b);

} // namespace flopwise
