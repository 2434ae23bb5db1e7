// flopwise: how firm an answer is
//
// Weights are a matter of taste, prices age, and hours turn out as they do. Firmness says over how
// much of all that each machine of an answer stays the one to rent, and which values of a setting
// or a price would make it another.

#pragma once

#include <flopwise/catalog.hpp>
#include <flopwise/settings.hpp>

namespace flopwise {

/// How closely firmness() looks.
struct FirmnessOptions {
    /// Which weights are looked at: `spread` times any ones, and for the rest one's own. 1 is all
    /// weights of the criteria that count, 0.2 a narrow cone around one's own; in (0, 1].
    double spread = 1;
    std::size_t weights = 8000; ///< that are drawn; at least 1
    std::size_t cases = 1000;   ///< of what is not certain that are drawn; at least 1

    bool operator==(const FirmnessOptions&) const = default;
};

constexpr std::size_t kFirmRanks = 5; ///< of which the shares are told

/// A machine of an answer, and for how much it stays the first.
struct FirmChoice {
    int rank = 0; ///< in the answer; 0: first for some weights, but not among its choices
    std::string provider{};
    std::string instance{};
    std::string region{};
    PurchaseKind purchase = PurchaseKind::on_demand;
    /// Of all weights, those for which it is the first. Absent, as are the next two, for an offer
    /// that is not the best of its machine: machines are compared, each by its best offer.
    std::optional<double> weights_share{};
    /// Those for which it is first, second, ...: kFirmRanks of them, as drawn.
    std::vector<double> rank_shares{};
    /// The mean of the weights for which it is first; absent if there are none.
    std::optional<std::array<double, kCriteria>> central_weights{};
    /// Of the choices of the answer: probability that it is first by its score, with hours, prices
    /// and lost work as they may turn out. Absent where a choice's own are not known.
    std::optional<double> probability_first{};
    std::optional<double> probability_cheapest{}; ///< by the cost of the plan; absent without one
    std::optional<Usd> expected_regret{};         ///< mean of its cost less that of the cheapest
    /// The price below which it would be the first; absent if it is, or if no price is enough.
    std::optional<UsdPerHour> first_below{};

    bool operator==(const FirmChoice&) const = default;
};

/// A value from which another machine is the first.
struct Flip {
    /// Of a setting, see find_setting(): "budget_usd", "days", "hours_per_day", "min_memory_gib",
    /// "min_gpu_memory_gib"; "price_usd_per_hour" of the first choice, wherever it is sold;
    /// "interruptions_per_hour" of it; or "weights.cost" and the like: one weight of all, the rest
    /// as they are to one another.
    std::string key{};
    double value = 0;
    bool above = false; ///< the other is first above the value; else below
    std::string provider{};
    std::string instance{};
    std::string region{};
    PurchaseKind purchase = PurchaseKind::on_demand;

    bool operator==(const Flip&) const = default;
};

/// How firm an answer is.
struct Firmness {
    double spread = 1;                 ///< as FirmnessOptions has it
    bool exact = false;                ///< the shares of weights are areas; else as they were drawn
    std::vector<FirmChoice> choices{}; ///< those of the answer, then others that can be first
    std::vector<Flip> flips{};         ///< the nearest of each setting, above and below

    bool operator==(const Firmness&) const = default;
};

/// The firmness of recommend()'s answer; without choices, of nothing.
///
/// Shares of weights are exact up to three criteria, as the logarithm of a score is linear in the
/// weights: those for which a machine is first are a convex cell. Beyond, and for the further
/// ranks, weights are drawn quasi-randomly, the same each time. docs/firmness.md has the formulas.
///
/// Cost: some hundred answers of recommend() for the flips.
/// Throws as recommend() does, and ArgumentError for options out of their ranges.
/// Source: R. Lahdelma and P. Salminen, SMAA-2: Stochastic Multicriteria Acceptability Analysis
/// for Group Decision Making, Operations Research 49 (2001) 444-454.
FLOPWISE_API Firmness firmness(const Catalog& catalog,
                               const Request& request,
                               const FirmnessOptions& options = {});

} // namespace flopwise
