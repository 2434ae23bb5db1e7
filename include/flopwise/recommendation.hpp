// flopwise: the answer: which machines, in what order, and why not the others

#pragma once

#include <flopwise/bill.hpp>
#include <flopwise/estimate.hpp>
#include <flopwise/firmness.hpp>
#include <flopwise/regions.hpp>
#include <flopwise/request.hpp>

namespace flopwise {

/// What the answer is.
enum class Outcome : std::uint8_t {
    found,              ///< there is at least one choice
    nothing_fits,       ///< no machine with a price meets the constraints, whatever it costs
    nothing_affordable, ///< some meet the constraints, but all cost too much
};
FLOPWISE_API std::string_view to_string(Outcome outcome);

/// What a training job comes to on a choice. On spot, hours and cost have the lost work in them,
/// but for `time`, which is that of the work.
struct JobChoice {
    int machines = 1; ///< equal ones that work on it together
    Estimate time{};
    Hours p10{}; ///< enough in one case of ten
    Hours p90{}; ///< enough in nine cases of ten
    Usd cost_p10{};
    std::optional<double> probability_in_time{}; ///< P(done by the deadline), if there is one
    Precision precision = Precision::mixed;      ///< in which it is fastest
    std::optional<MemoryFit> memory{};           ///< absent if the need is not known
    std::optional<GiB> host_needed{}; ///< at least, of each machine's own memory; absent: not known
    /// As asked for; if it is not, `full` where the net does not fit otherwise.
    Recompute recompute = Recompute::selective;
    std::optional<double> seq_len{}; ///< tokens in a sequence; absent for what is no text
    bool seq_len_assumed = false;    ///< neither asked for nor the net's own
    bool tied = false;               ///< as Choice::tied
    bool input_bound = false;        ///< the dataset cannot be read in less time
    std::optional<double> samples_per_second_per_vcpu{}; ///< of images, that have to be decoded
    std::vector<Factor> factors{};                       ///< all that makes the median

    bool operator==(const JobChoice&) const = default;
};

/// A machine of which no other is both cheaper and faster for a job.
struct FrontPoint {
    std::string instance{};
    std::string region{};
    int machines = 1;
    Usd cost{};        ///< at the median
    Hours hours{};     ///< median
    bool knee = false; ///< farthest from the line between the ends, in ln(cost) and ln(hours)

    bool operator==(const FrontPoint&) const = default;
};

/// An offer that qualifies, with all that a report shows of it. It owns its data.
struct Choice {
    int rank = 0; ///< 1 is best
    std::string provider{};
    std::string instance{};
    std::string family{};
    std::string region{};
    /// With a row for each machine, GPU, family or provider: other regions in which the machine
    /// qualifies, best first.
    std::vector<std::string> also{};
    PurchaseKind purchase = PurchaseKind::on_demand; ///< with Request::ways the cheapest of these
    UsdPerHour price{};                              ///< for an hour that is paid
    /// Between which the price lies on Request::today with 80 % probability, as old as it is
    /// (docs/prices.md); absent without a day, of an undated price and of commitments.
    std::optional<UsdPerHour> price_p10{};
    std::optional<UsdPerHour> price_p90{};
    /// On spot, where it is paid for on demand: the price of the same machine in the same region,
    /// absent if none is known; its interval, as that of the price; its day.
    std::optional<UsdPerHour> spot{};
    std::optional<UsdPerHour> spot_p10{};
    std::optional<UsdPerHour> spot_p90{};
    std::optional<Date> spot_as_of{};
    /// Of such machines the share that is reclaimed within a month; the lower end of an open band.
    /// Absent if it is not known, and where the answer has no charges.
    std::optional<double> spot_reclaimed{};
    /// With charges, purchase options, or spot and days or a budget: all costs but fixed ones for a
    /// rented hour. It is what stands for the price in the score.
    std::optional<UsdPerHour> effective{};
    std::string gpu{}; ///< empty for a machine without
    double gpu_count = 0;
    std::optional<GiB> gpu_memory{}; ///< of each GPU; absent without
    std::string arch{};
    std::optional<double> vcpus{}; ///< absent: not published
    std::optional<GiB> memory{};   ///< absent: not published
    std::optional<Gbps> network{};
    bool network_estimated = false;
    std::optional<Tflops> tflops{}; ///< peak of the whole machine, in the precision that was asked
    /// What training reaches on it: predicted_tflops(). Absent without a GPU, and as that is.
    std::optional<Tflops> predicted{};
    Score score{};
    /// No admitted offer is as good in price, speed and GPU memory; with a job, in cost and hours.
    bool pareto = false;
    /// It is not told apart from the first choice in what Request::sort has first, a job in its
    /// objective: the same cost to the cent, the same price, or a speed, score, cost or time that
    /// differs by no more than the model is off between two GPUs.
    bool tied = false;
    std::optional<Bill> cost{};   ///< absent if the days are not known
    std::optional<Usd> present{}; ///< what it is worth at the start, if it is discounted
    Usd upfront{}; ///< part of the cost that is paid at the start of a term or a block
    std::optional<Days> lasts{}; ///< days that the budget lasts, if these were not given
    /// Of each machine: the mean of an uncertain use, the median of a job, on spot with what is
    /// lost on average. Absent without days or a job, and on spot of which that is not known.
    std::optional<Hours> hours{};
    std::optional<Hours> hours_p90{}; ///< enough in nine cases of ten, where they are not certain
    /// Where hours are not certain: P(cost <= budget), and quantiles. `cost` is at the mean of an
    /// uncertain use and the median of a job, on spot with what is lost on average.
    std::optional<double> probability_within_budget{};
    std::optional<CostQuantiles> cost_quantiles{};
    std::optional<JobChoice> job{};
    std::optional<Milliseconds> rtt{}; ///< round trip from `near`
    bool retired = false;
    std::string source{}; ///< of the price
    Date as_of{};         ///< of the price
    /// Of all that makes its cost: the price, what is known of interruptions, the charges.
    DateRange price_dates{};
    std::string stack{}; ///< that programs for its GPUs are built on, as Gpu has it
    /// Why the usual wheel of PyTorch does not run there (stack.hpp); empty if it does.
    std::string stack_note{};

    bool operator==(const Choice&) const = default;
};

/// A family with at least one choice, ranked by its best machine, as Request::sort has it.
struct FamilyChoice {
    int rank = 0;
    std::string provider{};
    std::string family{};
    Purpose purpose = Purpose::general;
    std::string gpu{}; ///< of the best machine
    double score = 0;  ///< of the best machine
    std::string best{};
    UsdPerHour price_from{}; ///< over all its offers in scope, admitted or not
    UsdPerHour price_to{};
    DateRange price_dates{};  ///< of these two
    std::size_t admitted = 0; ///< offers
    std::size_t refused = 0;
    std::string arch{};       ///< of the best machine
    std::string stack{};      ///< of its GPUs
    std::string stack_note{}; ///< of it, as Choice has it

    bool operator==(const FamilyChoice&) const = default;
};

/// The offers in scope that do not qualify.
struct Refusals {
    std::size_t count = 0;
    std::vector<std::pair<Reason, std::size_t>> by_reason{}; ///< most first; adds up to count
    /// Machines of which no offer qualifies, nearest to qualifying first, each by the one offer
    /// that comes nearest. At most Request::nearest.
    std::vector<Refusal> nearest{};

    bool operator==(const Refusals&) const = default;
};

/// What a name in Constraints::gpu stands for.
struct GpuMatch {
    std::string name{};              ///< as it was asked: "A100"
    std::vector<std::string> gpus{}; ///< names of a Gpu

    bool operator==(const GpuMatch&) const = default;
};

/// Whether a machine can be rented where it is asked for, by the offerings of the catalog.
enum class Sold : std::uint8_t {
    yes,     ///< its offerings say so
    no,      ///< its offerings name other places
    unknown, ///< the catalog has no offerings of it
};
constexpr std::size_t kSoldStates = 3;
FLOPWISE_API std::string_view to_string(Sold sold);

/// A machine of which no price is known where and as it is asked for.
struct Unpriced {
    std::string provider{};
    std::string instance{};
    std::string family{};
    Sold sold = Sold::unknown;
    std::vector<std::string> regions{}; ///< in which it is sold, of those that are asked for
    /// "no price on demand in eu-central-1 in this catalog (known in us-east-1: 0.1728)"
    std::string text{};

    bool operator==(const Unpriced&) const = default;
};

/// The machines without a price where they are asked for. They make no offer, so they are neither
/// admitted nor refused.
struct UnpricedMachines {
    std::size_t count = 0; ///< that have all else that is asked for, and are sold there
    /// Some of these and, after them, those that are asked for by name, whether they are sold there
    /// or not. At most Request::nearest.
    std::vector<Unpriced> machines{};

    bool operator==(const UnpricedMachines&) const = default;
};

/// What is charged beside the machine in one region, and what it does to the ceiling.
struct ChargeSummary {
    std::string provider{};
    std::string region{};
    Usd total{};                        ///< amounts that are not known as they are assumed
    std::vector<std::string> unknown{}; ///< charges without a rate in this region
    Hours hours{};                      ///< that the machine is billed, unused capacity included
    /// (total - fixed - charges) / hours; 0 if the charges leave nothing. Without a budget: absent.
    std::optional<UsdPerHour> ceiling{};
    std::optional<UsdPerHour> ceiling_before{}; ///< without the charges

    bool operator==(const ChargeSummary&) const = default;
};

/// Training waits for no user, so a round trip of so much more is worth a look.
constexpr Milliseconds kFarther{50};

/// The region that was taken because it is among the nearest with an offer that qualifies.
struct RegionChoice {
    Nearby region{}; ///< of the best choice
    /// All that were looked at, nearest first: the nearest with an offer that qualifies, and those
    /// with one that the estimate of the round trip does not tell from it (kRoundTripError).
    std::vector<Nearby> alike{};
    std::vector<Nearby> nearer{}; ///< than all of these, without such an offer; nearest first
    /// Those of them in which a machine that has all that is asked for is sold without a known
    /// price.
    std::vector<Nearby> unpriced{};

    /// The best choice, where it is cheapest among the regions that are not too far.
    struct Elsewhere {
        std::string region{};
        UsdPerHour price{};
        std::optional<Usd> total{}; ///< of the plan there, if the days are known
        Milliseconds extra_rtt{};   ///< beside that of the nearest region
        DateRange price_dates{};    ///< as of a Choice

        bool operator==(const Elsewhere&) const = default;
    };
    std::optional<Elsewhere> cheapest{}; ///< absent if that is the nearest region

    /// The best choice of all regions up to kFarther more of round trip away.
    struct Farther {
        std::string provider{};
        std::string instance{};
        std::string region{};
        PurchaseKind purchase = PurchaseKind::on_demand;
        UsdPerHour price{};
        std::optional<Usd> total{}; ///< of the plan or the job there, if it is known
        double score = 0;
        Milliseconds extra_rtt{}; ///< beside that of the region taken
        DateRange price_dates{};  ///< as of a Choice

        bool operator==(const Farther&) const = default;
    };
    std::optional<Farther> farther{}; ///< for training, if it is better as Request::sort has it

    bool operator==(const RegionChoice&) const = default;
};

/// A training job on a machine to buy, compared with renting one for it.
struct OwnJob {
    Usd rented{}; ///< the whole cost of the job on the machine that is rented, at the median
    /// Median on the owned machine, by the same estimate. Absent if its GPUs are not given, the job
    /// does not fit into them, or its time there cannot be predicted.
    std::optional<Hours> hours{};
    std::optional<Usd> share{}; ///< owning it for these hours, if it is never idle
    Usd alone{}; ///< owning it for this job alone, all its life; without `hours`, less the energy
    /// Such jobs in each year of its life from which owning costs less; without `hours`, a lower
    /// bound, as the energy is not in it. Absent if that is never so: each costs more energy than
    /// rent, or they take longer than a year of these hours a day.
    std::optional<double> jobs_per_year{};
    std::optional<double> jobs_per_month{}; ///< a twelfth of these

    /// Whether it is known if renting costs less.
    [[nodiscard]] bool decided() const { return hours || !(alone < rented); }
    bool operator==(const OwnJob&) const = default;
};

/// Buying a machine, compared with renting one.
struct OwnOrRent {
    Ownership owned{};                 ///< with power and electricity filled in
    OwningCost cost{};                 ///< at the hours a day of the budget
    std::optional<Tflops> tflops{};    ///< peak of the owned machine, if its GPUs are given
    std::optional<Tflops> predicted{}; ///< what training reaches on it: predicted_tflops()

    /// The cheapest offer that qualifies, is at least as fast as the owned machine and has GPUs of
    /// the same stack (CUDA with CUDA); the best choice if its speed is not known, or with a
    /// training job. Empty if there is none, and so are the rest.
    std::optional<Choice> rented{};
    UsdPerDay rent{};            ///< 0 with a training job, and none of the break-evens: see `job`
    bool own_is_cheaper = false; ///< if it is used like this for all of its life; for the job alone
    std::optional<HoursPerDay> break_even_use{};
    std::optional<int> break_even_month{};    ///< the first in which all paid for owning is less
    std::vector<Sensitivity> sensitivities{}; ///< of the ratio of the costs; at most three
    std::optional<OwnJob> job{};              ///< with a training job

    bool operator==(const OwnOrRent&) const = default;
};

/// The price of a machine in the answers of two days; absent where it had none, or was not known.
struct AnswerChange {
    std::string provider{};
    std::string instance{};
    std::string region{};
    Purchase purchase = Purchase::on_demand;
    std::optional<UsdPerHour> then{}; ///< on the other day
    std::optional<UsdPerHour> now{};  ///< on the day of the answer

    bool operator==(const AnswerChange&) const = default;
};

/// The answer of another day to the same question.
struct Against {
    Date as_of{};
    Outcome outcome = Outcome::nothing_fits;
    std::optional<Choice> best{};
    /// Of the best choices of either day, those of this answer first: prices that are not the same.
    std::vector<AnswerChange> changes{};
    std::size_t unchanged = 0; ///< choices of either day with the same price on both

    bool operator==(const Against&) const = default;
};

/// All that recommend() found. It owns its data and outlives catalog and request.
struct Recommendation {
    Outcome outcome = Outcome::nothing_fits;
    std::string catalog_name{};
    Date catalog_as_of{};
    std::size_t catalog_offers = 0;
    Request request{};                   ///< with profile, precision and weights filled in
    std::vector<GpuMatch> gpu_matches{}; ///< of each name in Constraints::gpu
    /// Of each criterion, adding up to 1; GPU memory has none where no GPU is asked for.
    std::array<double, kCriteria> weights{};
    std::optional<Against> against{}; ///< if Request::against is given
    /// Probability that the first choice is still the first on Request::today, as old as the prices
    /// of the choices are: those of one provider move together. Absent without a day, or if one of
    /// the prices has no age.
    std::optional<double> still_first{};
    std::optional<Firmness> firmness{}; ///< if Request::firmness is set and there is a choice
    bool on_vcpus = false; ///< no GPU is asked for: speed and work are counted in vCPUs
    /// Of the budget, if it and the days are known; with charges, what these leave in the region of
    /// the best choice, or in the cheapest one if there is no choice; with an uncertain use, at the
    /// confidence.
    std::optional<UsdPerHour> price_ceiling{};
    std::optional<ChargeSummary> charges{}; ///< of that region, if anything is charged
    /// All purchase options for the best choice, with days and charges, spot or purchase options;
    /// else empty.
    std::vector<PurchaseOption> purchase_options{};
    std::size_t admitted = 0; ///< offers; choices are the best of them
    std::vector<Choice> choices{};
    std::vector<FamilyChoice> families{};
    std::vector<FrontPoint> front{}; ///< of a training job, from the fastest to the cheapest
    Refusals refusals{};
    UnpricedMachines unpriced{};
    /// Offers of other providers, other regions or other purchase options: neither admitted nor
    /// refused, so admitted + refusals.count + out_of_scope = catalog_offers.
    std::size_t out_of_scope = 0;
    /// If nothing was found among the machines asked for by name: the best of all others.
    std::optional<Choice> instead{};
    std::optional<RegionChoice> region_choice{}; ///< with `near`, if no region is asked for
    std::optional<OwnOrRent> ownership{};        ///< with the price of a machine to buy
    DateRange price_dates{}; ///< of all prices that are shown; of refusals if there are no others
    std::vector<std::string> warnings{};

    bool operator==(const Recommendation&) const = default;
};

} // namespace flopwise
