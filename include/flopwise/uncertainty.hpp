// flopwise: a budget when the use is not known exactly
//
// Nobody works exactly two hours on each day. With a coefficient of variation of each day's
// hours, the hours of the whole plan have a distribution, and the ceiling is the price that the
// money carries with a given probability.

#pragma once

#include <flopwise/budget.hpp>

namespace flopwise {

/// How uncertain the hours of a day are, and how sure the plan has to be.
///
/// Each day's hours are Gamma-distributed with mean `hours_per_day` and coefficient of variation
/// `use_cv`, days independent, so that all hours are Gamma-distributed too:
///
///     shape = days / use_cv²        scale = hours_per_day * use_cv²
///
/// A day has 24 h and a Gamma has no end. What is cut off is neglected, which makes a plan look
/// longer than it is and never shorter, and refused where it is not small: where a day is above
/// 24 h with a probability of more than 1 %. With `use_cv` = 0 all is as in budget.hpp, to the
/// last bit, and `confidence` plays no part.
struct Uncertainty {
    double use_cv = 0;       ///< standard deviation / mean of a day's hours; 0 or in [0.001, 10]
    double confidence = 0.9; ///< probability with which the money has to last; in (0, 1)

    bool operator==(const Uncertainty&) const = default;
};

/// What a plan costs at most in 50, 80 and 90 of 100 cases.
struct CostQuantiles {
    Usd p50{};
    Usd p80{};
    Usd p90{};

    bool operator==(const CostQuantiles&) const = default;
};

// Each of the following throws ArgumentError as rented_hours() does; for `use_cv` or `confidence`
// out of range; and, with a `use_cv` above 0, for less than one day, or for `use_cv` if a day is
// above 24 h with a probability of more than 1 %.

/// Hours that the plan stays within with probability `p`; at most 24 h on each day.
FLOPWISE_API Hours hours_quantile(const Budget& budget, const Uncertainty& uncertainty, double p);

/// The budget with as many hours as the plan stays within with probability `confidence`. With it,
/// price_ceiling(), affordable() and total_needed() answer at that confidence.
FLOPWISE_API Budget at_confidence(const Budget& budget, const Uncertainty& uncertainty);

/// P(cost <= total) at a price, the cost rounded to the cent as in affordable(); 0 or 1 if the
/// use is certain. Also throws as price_ceiling() does.
FLOPWISE_API double
probability_within_budget(const Budget& budget, const Uncertainty& uncertainty, UsdPerHour price);

/// price * hours_quantile() + fixed, for the three probabilities.
FLOPWISE_API CostQuantiles cost_quantiles(const Budget& budget,
                                          const Uncertainty& uncertainty,
                                          UsdPerHour price);

/// Days that the money lasts with probability `confidence`, by root finding; at least 1 if the use
/// is uncertain. Empty if it does not last one day. Throws as flopwise::days_affordable() does.
FLOPWISE_API std::optional<Days>
days_affordable(const Budget& budget, const Uncertainty& uncertainty, UsdPerHour price);

/// Mean hours a day for which the money lasts with probability `confidence`. The result may be
/// one that `use_cv` does not allow.
FLOPWISE_API HoursPerDay hours_per_day_affordable(const Budget& budget,
                                                  const Uncertainty& uncertainty,
                                                  UsdPerHour price);

} // namespace flopwise
