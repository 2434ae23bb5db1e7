// flopwise: the purchase options for one machine, at the hours that are really used
//
// On demand is paid by the hour. Spot is cheaper by the hour but loses work when the machine is
// reclaimed, so it needs more hours. A reservation is paid for its whole term, used or not. Which
// is cheapest depends on the hours, so each is priced for the same work.

#pragma once

#include <flopwise/bill.hpp>

namespace flopwise {

/// A purchase option. Commitments are for 1 or 3 years, by what is promised and how it is paid.
enum class PurchaseKind : std::uint8_t {
    on_demand,               ///< by the hour, kept as long as it is paid for
    spot,                    ///< from what is left over; can be taken back, which costs lost work
    reserved_1yr_no_upfront, ///< reserved, 1 year, paid by the hour
    reserved_1yr_partial_upfront, ///< reserved, 1 year, half paid at the start
    reserved_1yr_all_upfront,     ///< reserved, 1 year, all paid at the start
    reserved_3yr_no_upfront,      ///< reserved, 3 years, paid by the hour
    reserved_3yr_partial_upfront, ///< reserved, 3 years, half paid at the start
    reserved_3yr_all_upfront,     ///< reserved, 3 years, all paid at the start
    convertible_1yr_no_upfront,   ///< reserved, to be changed for another machine, 1 year, paid by
                                  ///< the hour
    convertible_1yr_partial_upfront, ///< reserved, to be changed for another machine, 1 year, half
                                     ///< paid at the start
    convertible_1yr_all_upfront, ///< reserved, to be changed for another machine, 1 year, all paid
                                 ///< at the start
    convertible_3yr_no_upfront,  ///< reserved, to be changed for another machine, 3 years, paid by
                                 ///< the hour
    convertible_3yr_partial_upfront, ///< reserved, to be changed for another machine, 3 years, half
                                     ///< paid at the start
    convertible_3yr_all_upfront, ///< reserved, to be changed for another machine, 3 years, all paid
                                 ///< at the start
    committed_1yr,               ///< committed use, 1 year, paid by the hour
    committed_3yr,               ///< committed use, 3 years, paid by the hour
    compute_savings_1yr_no_upfront,      ///< savings plan for any machine, 1 year, paid by the hour
    compute_savings_1yr_partial_upfront, ///< savings plan for any machine, 1 year, half paid at the
                                         ///< start
    compute_savings_1yr_all_upfront,     ///< savings plan for any machine, 1 year, all paid at the
                                         ///< start
    compute_savings_3yr_no_upfront, ///< savings plan for any machine, 3 years, paid by the hour
    compute_savings_3yr_partial_upfront, ///< savings plan for any machine, 3 years, half paid at
                                         ///< the start
    compute_savings_3yr_all_upfront,     ///< savings plan for any machine, 3 years, all paid at the
                                         ///< start
    instance_savings_1yr_no_upfront,     ///< savings plan for a family, 1 year, paid by the hour
    instance_savings_1yr_partial_upfront, ///< savings plan for a family, 1 year, half paid at the
                                          ///< start
    instance_savings_1yr_all_upfront, ///< savings plan for a family, 1 year, all paid at the start
    instance_savings_3yr_no_upfront,  ///< savings plan for a family, 3 years, paid by the hour
    instance_savings_3yr_partial_upfront, ///< savings plan for a family, 3 years, half paid at the
                                          ///< start
    instance_savings_3yr_all_upfront, ///< savings plan for a family, 3 years, all paid at the start
    capacity_block,                   ///< whole days bought ahead, all paid at the start
};
constexpr std::size_t kPurchaseKinds = 29;
FLOPWISE_API std::string_view to_string(PurchaseKind kind);
/// The purchase option that an offer of a catalog stands for.
constexpr PurchaseKind kind_of(Purchase purchase) {
    return static_cast<PurchaseKind>(purchase);
}
/// The commitment that a kind is; empty for on demand, spot and capacity blocks.
FLOPWISE_API std::optional<Term> term_of(PurchaseKind kind);

/// What a purchase option is a kind of.
enum class Market : std::uint8_t {
    on_demand,
    spot,
    reserved,
    savings_plan,
    capacity_block,
    committed_use,
};
constexpr std::size_t kMarkets = 6;
FLOPWISE_API std::string_view to_string(Market market);
FLOPWISE_API Market market_of(PurchaseKind kind);
/// Whether the provider sells machines in this way at all, as far as the charges say: on demand
/// and spot it does, the others if any of its machines has a rate.
FLOPWISE_API bool sold(std::string_view provider, PurchaseKind kind, const Charges& charges);

/// The days of the shortest capacity block that a plan fits into: whole days up to 14, then whole
/// weeks up to 182 days. Empty for a plan that is longer. Source: Amazon EC2 Capacity Blocks for
/// ML, user guide.
FLOPWISE_API std::optional<Days> block_days(Days plan);
/// The machines of the smallest capacity block that so many fit into: 1, 2, 4, 8, 16, 32 or 64.
/// Empty for more. Source: as above.
FLOPWISE_API std::optional<int> block_machines(double machines);

// ---- lost work on spot --------------------------------------------------------------

/// What it takes to save work and to go on after an interruption.
struct Recovery {
    Hours checkpoint{5.0 / 60}; ///< to write a checkpoint, while no work is done; not negative
    Hours restart{10.0 / 60};   ///< from an interruption to work going on; not negative

    bool operator==(const Recovery&) const = default;
};

/// Interruptions per hour of a machine that is reclaimed within a month with this probability.
///
///     rate = -ln(1 - share) / 730 h          (a constant hazard; share in [0, 1))
FLOPWISE_API double interruption_rate(double monthly_share);

/// Expected wall time of some work with a checkpoint after each `interval` of it.
///
///     work / interval * (1 / rate) * e^(rate * restart) * (e^(rate * (interval + checkpoint)) - 1)
///
/// Source: J. T. Daly, A higher order estimate of the optimum checkpoint interval for restart
/// dumps, Future Generation Computer Systems 22 (2006) 303-312.
FLOPWISE_API Hours expected_hours(Hours work, Hours interval, double rate, Recovery recovery);

/// The interval of checkpoints with the least expected time, for work that is longer than it; less
/// work has one checkpoint, at its end. A second at least; infinite where `rate` is 0.
///
///     (1 - rate * interval) * e^(rate * (interval + checkpoint)) = 1
FLOPWISE_API Hours checkpoint_interval(double rate, Recovery recovery);

/// The same at that interval.
FLOPWISE_API Hours expected_hours(Hours work, double rate, Recovery recovery);

/// How long some work takes where it can be interrupted.
struct SpotHours {
    Hours interval{}; ///< of checkpoints: the one with the least expected time
    Hours expected{};
    /// With probability 0.9 it takes no longer: a quantile of HoursDistribution (hours.hpp). Where
    /// that much work is done without interruption more often, it is done in that time.
    Hours p90{};

    bool operator==(const SpotHours&) const = default;
};
FLOPWISE_API SpotHours spot_hours(Hours work, double rate, Recovery recovery);

/// The interruptions per hour at which spot costs as much as on demand for this work, 100 at most.
/// Empty if spot costs as much even without any.
FLOPWISE_API std::optional<double>
break_even_rate(UsdPerHour spot, UsdPerHour on_demand, Hours work, Recovery recovery);

// ---- the options --------------------------------------------------------------------

/// One machine in one region, with the prices that are known.
struct Machine {
    std::string_view provider;
    std::string_view region;
    std::string_view instance;
    std::optional<UsdPerHour> on_demand{};
    std::optional<UsdPerHour> spot{};
};

/// One purchase option for a machine, priced for the whole plan.
struct PurchaseOption {
    PurchaseKind kind = PurchaseKind::on_demand;
    std::optional<UsdPerHour> price{}; ///< for an hour that is paid; absent: not known
    /// For the machine through the plan, unused capacity included; not disks, data, addresses
    /// and fixed charges, which are the same for every purchase option. Absent: not known.
    std::optional<Usd> total{};
    std::optional<Usd> present{}; ///< what the total is worth at the start; absent: not discounted
    std::optional<UsdPerHour> effective{};   ///< total / hours of work
    Usd upfront{};                           ///< part of the total that is paid at the start
    std::optional<Hours> hours{};            ///< that are paid: expected ones on spot, whole terms
    std::optional<Hours> hours_p90{};        ///< spot: with probability 0.9 no more than these
    std::optional<double> share{};           ///< spot: of machines reclaimed within a month
    std::optional<double> break_even_rate{}; ///< spot: interruptions per hour, see above
    /// Reservation: use above which it beats on demand, 24 h * rate / on-demand price.
    std::optional<HoursPerDay> break_even{};
    std::vector<LineItem> items{};    ///< the lines of the bill, adding up to `total`
    std::vector<std::string> notes{}; ///< what to know: unused terms, lower bounds, estimates
    std::string source{};             ///< of a rate that is not in the catalog, with its date
    Date as_of{};                     ///< of that source

    bool operator==(const PurchaseOption&) const = default;
};

/// The purchase options for a machine through a plan that its provider sells, the cheapest first,
/// unknown ones last.
///
/// A reservation is paid in whole terms: one at least. What remains of a plan after its last
/// whole term is paid on demand where that is cheaper than one more term. So the first option
/// never costs more than on demand. A rate that does not hold (charges.hpp) has no total.
///
/// With a `discount_rate`, the cheapest is the one that is worth least at the start. What is paid
/// t years after it is worth 1 / (1 + discount_rate)^t of its amount: an upfront at the start of
/// its term, a block at its own, all else evenly over the time that it is paid for.
///
/// Throws ArgumentError as bill() does, and for a `recovery` or a rate that is negative.
FLOPWISE_API std::vector<PurchaseOption> purchase_options(const Budget& budget,
                                                          const Usage& usage,
                                                          const Recovery& recovery,
                                                          const Machine& machine,
                                                          const Charges& charges,
                                                          double discount_rate = 0);

/// The bill of a plan that is paid in this way.
FLOPWISE_API Bill bill(const Budget& budget,
                       const Usage& usage,
                       const PurchaseOption& option,
                       const Machine& machine,
                       const Charges& charges);

} // namespace flopwise
