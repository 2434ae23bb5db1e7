// A training job on every machine type of a catalog: how many of them, how long, and what fits.
// The solver reads it beside the prices; all of it depends on the type alone.

#pragma once

#include <flopwise/request.hpp>

#include "training/rates.hpp"

#include <functional>
#include <map>

namespace flopwise {

class JobTimes {
public:
    /// The cheapest price of a type that is asked for, in USD/h; infinite if there is none.
    using Cheapest = std::function<double(std::size_t type)>;

    /// `request` has a job, is completed and outlives this, as the catalog does. `cheapest` is
    /// asked only where the budget decides how many machines there are. It answers for the type
    /// `only`, if that is given.
    JobTimes(const Catalog& catalog,
             const Request& request,
             const Cheapest& cheapest,
             std::optional<std::size_t> only = {});

    /// Equal machines that work on it together.
    [[nodiscard]] int machines(std::size_t type) const { return types_[type].machines; }
    /// Whether its time can be predicted; what follows needs it.
    [[nodiscard]] bool known(std::size_t type) const { return types_[type].known; }
    /// Whether its rate is known, but its GPUs are no whole number of replicas of a net that is
    /// split.
    [[nodiscard]] bool broken(std::size_t type) const { return types_[type].broken; }
    /// What programs see as GPUs, of so many machines.
    [[nodiscard]] double devices(std::size_t type, int machines) const;
    /// The fewest machines whose GPUs are a whole number of replicas.
    [[nodiscard]] std::optional<int> whole_machines(std::size_t type) const;
    /// Whether the net fits into its memory, as far as the need is known.
    [[nodiscard]] bool fits(std::size_t type) const { return types_[type].fits; }
    /// Whether it is done by the deadline, at the confidence; true without one.
    [[nodiscard]] bool in_time(std::size_t type) const;
    [[nodiscard]] Hours median(std::size_t type) const { return types_[type].hours; }
    /// At the confidence.
    [[nodiscard]] Hours sure(std::size_t type) const;
    [[nodiscard]] Estimate estimate(std::size_t type) const;
    /// The time of a plan with these hours of work on each machine.
    [[nodiscard]] Budget plan(Hours hours) const;
    /// The hours from start to end that it takes to work for so many: more, if not at night.
    [[nodiscard]] Hours through(Hours work) const;
    /// What is used beside the machines, starting them up included.
    [[nodiscard]] const Usage& usage() const { return usage_; }
    /// What is paid for each machine, if it works for so many hours: its starts are paid, too.
    [[nodiscard]] Hours paid_hours(Hours work) const;
    /// What is paid for all machines together, if each works for so many hours.
    [[nodiscard]] Hours machine_hours(std::size_t type, Hours work) const;
    /// The budget with the hours of all machines as its time, at the confidence.
    [[nodiscard]] Budget budget(std::size_t type) const;
    /// Hours of work that the budget has the money for, at a price for an hour of one machine.
    [[nodiscard]] Hours affordable(std::size_t type, UsdPerHour price) const;
    /// The most that an hour of one machine may cost; infinite without a budget.
    [[nodiscard]] double price_limit(std::size_t type) const;

    [[nodiscard]] const std::optional<Hours>& deadline() const { return deadline_; }
    /// The hours of work that there are until then.
    [[nodiscard]] std::optional<Hours> work_deadline() const;
    [[nodiscard]] const Request& request() const { return request_; }
    /// The day whose software the job runs with.
    [[nodiscard]] Date software() const;
    [[nodiscard]] const Work& work() const { return work_; }
    /// With full recomputation, where that makes the time.
    [[nodiscard]] Work work(std::size_t type) const;
    /// With full recomputation, where the net does not fit without and none is asked for.
    [[nodiscard]] Training training(std::size_t type) const;
    [[nodiscard]] GpuSet gpus(std::size_t type) const;
    [[nodiscard]] Precision precision(std::size_t type) const;
    /// Title and date of a source of the catalog.
    [[nodiscard]] std::string title(const std::string& source) const;
    /// How the net fits into the type's machines; absent if the need is not known.
    [[nodiscard]] std::optional<MemoryFit> fit(std::size_t type) const;
    [[nodiscard]] std::optional<MemoryRemedy> remedy(std::size_t type) const;
    /// What its machines must have of memory beside their GPUs, at least; absent if not known.
    [[nodiscard]] const std::optional<GiB>& host_needed(std::size_t type) const {
        return types_[type].host_needed;
    }
    /// Whether they are known to have less, and the user did not say how much must do.
    [[nodiscard]] bool lacks_host_memory(std::size_t type) const;
    /// What else would make it fit, each by itself: shorter sequences, more machines, a narrower
    /// precision.
    [[nodiscard]] std::vector<Relaxation> other_remedies(std::size_t type) const;
    /// Whether it fits without some methods: with lora for "qlora", with adam for "adam_8bit".
    [[nodiscard]] bool fits_without(std::size_t type,
                                    std::span<const std::string_view> methods) const;
    /// Hours in which one p3.2xlarge does the job: the reference of scores.
    [[nodiscard]] Hours reference() const;
    /// What each rate that was measured says of it, and how much that counts.
    [[nodiscard]] std::vector<Factor> rates(std::size_t type) const;
    /// The least hours in which the dataset reaches the machines; 0 if its size is not known.
    [[nodiscard]] Hours input(std::size_t type) const;

private:
    struct Type {
        int machines = 1;
        bool known = false;
        bool fits = false;
        bool broken = false;     ///< its GPUs are no whole number of replicas
        bool recomputed = false; ///< fits only with full recomputation
        bool split = false;      ///< fits only with the weights split over GPUs
        bool longer = false;     ///< by the recomputation
        Predicted model{};       ///< what the model says, without rates and input
        GiB paged{};             ///< states of one GPU that leave it for each step
        double micro_batch = 0;  ///< samples that fit on a GPU at once; 0 if it is not known
        Hours hours{};           ///< of the median
        double scale = 0;        ///< of ln(hours)
        std::optional<GiB> host_needed{};
    };
    /// How the net fits into some GPUs; as if it did where the need is not known.
    struct Fit {
        bool fits = true;
        bool recomputed = false;
        bool split = false;
        std::optional<MemoryFit> memory{};
    };
    /// One GPU of the catalog, in the precision in which it is fastest.
    struct Timed {
        bool looked_up = false;
        std::optional<UnitTime> time{};
        Precision precision = Precision::mixed;
        double scale = 0; ///< of one machine
    };

    [[nodiscard]] Timed timed(const Gpu& gpu) const;
    [[nodiscard]] Work paged(const Type& type) const;
    [[nodiscard]] const Timed& timed(std::size_t type);
    [[nodiscard]] GpuSet gpus(std::size_t type, int machines) const;
    /// Of what programs see as one GPU: of a Trainium, one of its two cores.
    [[nodiscard]] GiB gpu_memory(std::size_t type) const;
    /// Whether so many machines have a whole number of replicas.
    [[nodiscard]] bool is_whole(std::size_t type, int machines) const;
    [[nodiscard]] const Fit& fit(std::size_t type, int machines);
    [[nodiscard]] bool fits_into(const Job& job,
                                 const Model& net,
                                 Precision precision,
                                 std::size_t type,
                                 int machines) const;
    [[nodiscard]] std::optional<double> shorter_sequences(std::size_t type) const;
    [[nodiscard]] std::optional<int> more_machines(std::size_t type) const;
    [[nodiscard]] Fit found_fit(Precision precision, GiB memory, double gpus) const;
    [[nodiscard]] double seconds(const UnitTime& time, const GpuSet& on, Type& to) const;
    [[nodiscard]] Type with(std::size_t type, int machines);
    [[nodiscard]] Type best(std::size_t type, const Cheapest& cheapest);
    [[nodiscard]] bool
    better(const Type& more, const Type& before, std::size_t type, const Cheapest& cheapest) const;
    [[nodiscard]] bool in_time(const Type& type) const;
    [[nodiscard]] Hours sure(const Type& type) const;
    [[nodiscard]] Hours input(std::size_t type, int machines) const;
    [[nodiscard]] double spare(const Type& type, double price) const;
    [[nodiscard]] Hours machine_hours(const Type& type, Hours work) const;
    [[nodiscard]] SeenOn seen_on(const Measured& rate);
    void find_measured();
    void find_order();
    [[nodiscard]] Updated with_rates(const Predicted& model) const;
    [[nodiscard]] bool covers(const Predicted& more, const Predicted& less) const;
    [[nodiscard]] double not_below(const Predicted& model) const;
    [[nodiscard]] Updated in_order(const UnitTime& time, const Predicted& model) const;

    const Catalog& catalog_;
    const Request& request_;
    Usage usage_;
    Work work_;
    UnitTimes unit_times_;
    Model net_;
    Training training_;
    std::optional<Hours> deadline_{};
    std::vector<SeenOn> seen_{}; ///< what was measured
    /// By GPU: those that it beats and that the rates say better of, where that could turn round.
    std::vector<std::vector<std::size_t>> beaten_{};
    double sure_ = 0;          ///< quantile of the Student-t at the confidence
    std::vector<Timed> timed_; ///< by GPU
    std::map<std::tuple<double, double, bool>, Fit> fits_{}; ///< by memory, GPUs, wide numbers
    std::vector<Type> types_;
};

} // namespace flopwise
