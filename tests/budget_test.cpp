#include <flopwise/budget.hpp>

#include "catch.hpp"
#include "cost/rule.hpp"

#include <cmath>
#include <limits>

using namespace flopwise;

static Budget budget_of(double total, double days, double hours_per_day, double fixed = 0) {
    return {.total = Usd{total},
            .days = Days{days},
            .hours_per_day = HoursPerDay{hours_per_day},
            .fixed = Usd{fixed}};
}

TEST_CASE("the price ceiling spreads what is left over the rented hours", "[budget]") {
    auto [total, days, hours_per_day, fixed, ceiling] =
        GENERATE(table<double, double, double, double, double>({
            {2000, 365, 2, 0, 2.7397260273972603}, // the article: 2,000 / 730
            {1440, 30, 24, 0, 2.0},                // round the clock
            {1440, 30, 8, 0, 6.0},                 // a third of the time: three times the price
            {0.30, 0.5, 6, 0, 0.10},               // days may be fractions
            {2000, 365, 2, 540, 2.0},              // (2,000 - 540) / 730
        }));
    const Budget budget = budget_of(total, days, hours_per_day, fixed);
    CHECK(price_ceiling(budget).value() == Approx(ceiling).epsilon(1e-15));
    CHECK(affordable(budget, UsdPerHour{ceiling}));
    CHECK_FALSE(affordable(budget, UsdPerHour{ceiling} * 1.05));
}

TEST_CASE("the rule gives back each of its four figures", "[budget][property]") {
    const double total = GENERATE(take(20, random(10.0, 1e5)));
    const double days = GENERATE(take(5, random(0.1, 2000.0)));
    const double hours_per_day = GENERATE(take(2, random(0.1, 24.0)));
    const Budget all = budget_of(total, days, hours_per_day, total / 7);
    const UsdPerHour price = price_ceiling(all);

    Budget unknown = all;
    unknown.total.reset();
    CHECK(total_needed(unknown, price).value() == Approx(total));
    unknown = all;
    unknown.days.reset();
    CHECK(days_affordable(unknown, price).value() == Approx(days));
    CHECK(hours_per_day_affordable(all, price).value() == Approx(hours_per_day));
}

TEST_CASE("the article's refusal of p3.2xlarge can be lifted in three ways", "[budget]") {
    const Budget budget = budget_of(2000, 365, 2);
    const UsdPerHour p3{3.06};
    CHECK_FALSE(affordable(budget, p3));
    CHECK(total_needed(budget, p3).value() == Approx(2233.80));                  // 3.06 * 730
    CHECK(days_affordable(budget, p3).value() == Approx(326.797).epsilon(1e-5)); // 2,000 / 6.12
    CHECK(hours_per_day_affordable(budget, p3).value() == Approx(1.7907).epsilon(1e-4));
}

TEST_CASE("a price that uses up the total exactly is affordable", "[budget][property]") {
    CHECK(affordable(budget_of(0.30, 1, 3), UsdPerHour{0.10}));
    const double cents = GENERATE(take(200, random(1, 5000)));
    const double hours = GENERATE(take(5, random(1, 24)));
    CHECK(affordable(budget_of(cents * hours / 100, 1, hours), UsdPerHour{cents / 100}));
}

TEST_CASE("affordable_limit is the last price that is affordable", "[budget][property]") {
    const double total = GENERATE(take(50, random(0.01, 1e6)));
    const double hours = GENERATE(take(4, random(0.1, 24.0)));
    const Budget budget = budget_of(total, 31, hours, total / 3);
    const UsdPerHour limit = affordable_limit(budget);
    CHECK(affordable(budget, limit));
    CHECK_FALSE(affordable(
        budget,
        UsdPerHour{std::nextafter(limit.value(), std::numeric_limits<double>::infinity())}));
}

TEST_CASE("a bad budget is refused by field, with the value and its unit", "[budget][error]") {
    auto [budget, message] = GENERATE(table<Budget, const char*>({
        {budget_of(-5, 30, 1), "budget_usd: must be positive and finite, got -5 USD"},
        {budget_of(5, NAN, 1), "days: must be positive and finite, got nan d"},
        {budget_of(5, INFINITY, 1), "days: must be positive and finite, got inf d"},
        {budget_of(5, 1, 0), "hours_per_day: must be positive and finite, got 0 h/d"},
        {budget_of(5, 1, 25), "hours_per_day: must be at most 24 h/d, got 25 h/d"},
        {budget_of(5, 1, 1, -1), "fixed_usd: must not be negative, got -1 USD"},
        {budget_of(5, 1, 1, 5), "fixed_usd: must be below the budget of 5 USD, got 5 USD"},
        {Budget{.days = Days{1}}, "budget_usd: must be given"},
        {Budget{.total = Usd{1}}, "days: must be given"},
    }));
    CHECK_THROWS_WITH(price_ceiling(budget), message);
    CHECK_THROWS_WITH(affordable(budget, UsdPerHour{1}), message);
    CHECK_THROWS_WITH(affordable_limit(budget), message);
}

TEST_CASE("the inversions refuse a price that is none", "[budget][error]") {
    const Budget budget = budget_of(5, 1, 1);
    const std::string message = "price_usd_per_hour: must be positive and finite, got 0 USD/h";
    CHECK_THROWS_WITH(total_needed(budget, UsdPerHour{0}), message);
    CHECK_THROWS_WITH(days_affordable(budget, UsdPerHour{0}), message);
    CHECK_THROWS_WITH(hours_per_day_affordable(budget, UsdPerHour{0}), message);
}
