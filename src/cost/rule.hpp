// What of the rule only the library asks.

#pragma once

#include <flopwise/uncertainty.hpp>

namespace flopwise {

/// What a bill may be above the total and still be the total, to the cent.
constexpr Usd kHalfCent{0.005};

/// The greatest price for which affordable() is true, to the last bit.
UsdPerHour affordable_limit(const Budget& budget);

/// P(a day's hours > 24), which must not exceed 1 %.
double probability_of_long_day(HoursPerDay use, double use_cv);

/// P(the hours of the plan <= within), of which hours_quantile() is the inverse.
double hours_probability(const Budget& budget, const Uncertainty& uncertainty, Hours within);

} // namespace flopwise
