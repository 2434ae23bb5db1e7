#include <flopwise/budget.hpp>

#include "cost/rule.hpp"

#include <limits>

namespace flopwise {

constexpr HoursPerDay kWholeDay{24};

template <class Unit>
static Quantity<Unit> given(std::string_view field, const std::optional<Quantity<Unit>>& value) {
    if (!value)
        throw ArgumentError{field, "must be given"};
    require_positive(field, *value);
    return *value;
}

static HoursPerDay hours_per_day(const Budget& budget) {
    require_positive("hours_per_day", budget.hours_per_day);
    if (budget.hours_per_day > kWholeDay)
        throw ArgumentError{
            "hours_per_day",
            fmt::format("must be at most {}, got {}", kWholeDay, budget.hours_per_day)};
    return budget.hours_per_day;
}

/// What the machine may cost in all.
static Usd left_for_machine(const Budget& budget) {
    const Usd total = given("budget_usd", budget.total);
    require_not_negative("fixed_usd", budget.fixed);
    if (!(budget.fixed < total))
        throw ArgumentError{
            "fixed_usd",
            fmt::format("must be below the budget of {}, got {}", total, budget.fixed)};
    return total - budget.fixed;
}

Hours rented_hours(const Budget& budget) {
    return given("days", budget.days) * hours_per_day(budget);
}

UsdPerHour price_ceiling(const Budget& budget) {
    return left_for_machine(budget) / rented_hours(budget);
}

bool affordable(const Budget& budget, UsdPerHour price) {
    return price * rented_hours(budget) < left_for_machine(budget) + kHalfCent;
}

bool affordable(const Budget& budget, Usd cost) {
    return cost < left_for_machine(budget) + kHalfCent;
}

UsdPerHour affordable_limit(const Budget& budget) {
    const Hours hours = rented_hours(budget);
    const Usd spare = left_for_machine(budget) + kHalfCent;
    const auto fits = [&](double price) { return UsdPerHour{price} * hours < spare; };
    double limit = (spare / hours).value(); // right but for its last bits
    while (!fits(limit))
        limit = std::nextafter(limit, 0.0);
    for (double next = limit; fits(next);
         next = std::nextafter(next, std::numeric_limits<double>::infinity()))
        limit = next;
    return UsdPerHour{limit};
}

Usd total_needed(const Budget& budget, UsdPerHour price) {
    require_positive("price_usd_per_hour", price);
    require_not_negative("fixed_usd", budget.fixed);
    return price * rented_hours(budget) + budget.fixed;
}

Days days_affordable(const Budget& budget, UsdPerHour price) {
    require_positive("price_usd_per_hour", price);
    return left_for_machine(budget) / price / hours_per_day(budget);
}

HoursPerDay hours_per_day_affordable(const Budget& budget, UsdPerHour price) {
    require_positive("price_usd_per_hour", price);
    return left_for_machine(budget) / price / given("days", budget.days);
}

} // namespace flopwise
