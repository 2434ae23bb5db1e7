// flopwise: what a budget can pay for
//
// The rule: money left after fixed charges, spread over the rented hours, is the highest price
// per hour. Any one of money, days, hours a day and price follows from the other three.

#pragma once

#include <flopwise/error.hpp>

#include <optional>

namespace flopwise {

/// Money, and the time it has to last. What is left out is unknown, not zero.
struct Budget {
    std::optional<Usd> total{};    ///< all there is to spend; positive
    std::optional<Days> days{};    ///< days it has to last; positive
    HoursPerDay hours_per_day{24}; ///< hours rented on each day; in (0, 24]
    Usd fixed{};                   ///< charges that no choice of machine changes; not negative

    bool operator==(const Budget&) const = default;
};

/// Hours that the budget has to cover, days * hours_per_day.
/// Throws ArgumentError, naming the field, if one of them is absent or out of its range.
FLOPWISE_API Hours rented_hours(const Budget& budget);

/// Highest hourly price that the money can carry through all the rented hours.
///
///     price_ceiling = (total - fixed) / (days * hours_per_day)
///
/// Throws as rented_hours() does, and if `fixed` leaves nothing of the total.
FLOPWISE_API UsdPerHour price_ceiling(const Budget& budget);

/// Whether the bill at `price`, rounded to the cent, stays within the total.
/// The rounding keeps exact fits: in doubles, 0.10 USD/h * 3 h is above 0.30 USD.
FLOPWISE_API bool affordable(const Budget& budget, UsdPerHour price);

/// The same for a plan that is charged more than hours: `cost` is all of it but the fixed charges.
FLOPWISE_API bool affordable(const Budget& budget, Usd cost);

// The rule solved for each of the others; `budget` needs no value for the one that is asked.
// Each throws ArgumentError as price_ceiling() does, and for a price that is not positive.

/// total = price * days * hours_per_day + fixed
FLOPWISE_API Usd total_needed(const Budget& budget, UsdPerHour price);
/// days = (total - fixed) / (price * hours_per_day)
FLOPWISE_API Days days_affordable(const Budget& budget, UsdPerHour price);
/// hours_per_day = (total - fixed) / (price * days). Above 24, the money outlasts the clock.
FLOPWISE_API HoursPerDay hours_per_day_affordable(const Budget& budget, UsdPerHour price);

} // namespace flopwise
