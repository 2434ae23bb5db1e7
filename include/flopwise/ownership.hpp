// flopwise: what owning a machine costs, and when that beats renting one
//
// The seed of it: 10,000 USD over 5 years are 10000 / (5 * 365) = 5.479 USD a day, used or not.
// A rented machine costs nothing while it is off. So the question is how many hours a day it
// runs, and for how long it will be needed.

#pragma once

#include <flopwise/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flopwise {

/// A machine to buy and to run at home. What is left out costs nothing, but for electricity.
struct Ownership {
    std::optional<Usd> price{};   ///< of the whole machine; absent: owning is not looked at
    Years life{5};                ///< until it is sold or given away; positive
    Usd residual{};               ///< what it then brings; below the price
    double rate = 0;              ///< of capital, a year; in [0, 1]
    std::optional<Watts> power{}; ///< drawn while it is used; absent: see recommend()
    double pue = 1;               ///< power with cooling / power; at least 1
    std::optional<UsdPerKwh> electricity{}; ///< absent: the world's average for households
    double upkeep = 0;        ///< repairs and parts, a share of the price a year; in [0, 1]
    Hours staff{};            ///< work on it, in a year
    UsdPerHour staff_price{}; ///< of that work
    std::string gpu{};        ///< what is in it: a GPU of the catalog; empty: not known
    double gpus = 1;          ///< positive

    bool operator==(const Ownership&) const = default;
};

/// What owning costs. All but `energy` is due whether the machine is used or not.
struct OwningCost {
    UsdPerDay capital{}; ///< price less residual value, with interest, spread over the life
    UsdPerDay upkeep{};
    UsdPerDay staff{};
    UsdPerDay energy{};
    UsdPerDay daily{};   ///< the sum
    Usd annual{};        ///< of 365 days
    UsdPerHour hourly{}; ///< of use

    bool operator==(const OwningCost&) const = default;
};

/// How much a result follows one input.
struct Sensitivity {
    std::string key{};     ///< the setting: "own_price_usd"
    double value = 0;      ///< of the setting
    double elasticity = 0; ///< per cent of change in the result for one per cent in the input

    bool operator==(const Sensitivity&) const = default;
};

// Each of the following throws ArgumentError, naming the setting, if the price is absent or a
// figure is out of its range.

/// Cost of owning at a use in (0, 24] h/day.
///
///     capital = (price - residual / (1 + rate)^life) * rate / (1 - (1 + rate)^-life) / 365
///     energy  = power * pue * electricity * use
///
/// At a rate of 0, capital is (price - residual) / life / 365. Without power, energy is 0.
/// Source: capital recovery with return (equivalent annual cost), a standard result of engineering
/// economics; checked against the sum of discounted payments in the tests.
FLOPWISE_API OwningCost owning_cost(const Ownership& owned, HoursPerDay use);

/// The use from which on owning costs less than renting at a price; empty if that is more than
/// 24 h/day. In closed form, as both costs are straight lines in the use.
FLOPWISE_API std::optional<HoursPerDay> break_even_use(const Ownership& owned, UsdPerHour rent);

/// The time until the money saved by not renting has paid for the machine, less what its sale at
/// the end of its life is worth today. Empty if that is longer than its life, which is so just if
/// owning does not cost less than renting at this use. Savings are counted at the end of each year,
/// as the capital is in owning_cost(), and discounted at its rate:
///
///     net  = price - residual / (1 + rate)^life
///     time = -ln(1 - net * rate / saved) / ln(1 + rate)      saved in a year; net / saved at 0
FLOPWISE_API std::optional<Years>
break_even_time(const Ownership& owned, HoursPerDay use, UsdPerHour rent);

/// How the ratio of the costs of owning and of renting follows each input that is not 0, the
/// strongest first. By central differences of 0.1 %.
FLOPWISE_API std::vector<Sensitivity>
sensitivities(const Ownership& owned, HoursPerDay use, UsdPerHour rent);

/// What a kilowatt-hour costs.
struct Tariff {
    std::string_view code; ///< "vn", "de-industry", "world"
    UsdPerKwh price{};
    std::string_view what;  ///< "Vietnam, average retail price before VAT"
    std::string_view as_of; ///< "2025-05-10"
};

/// The price of electricity that a user wrote: USD per kWh, or a code of tariffs().
/// Throws ArgumentError for `electricity` if it is neither.
FLOPWISE_API UsdPerKwh electricity_of(std::string_view text);

/// The prices that are known, by code. Source: data/electricity.yaml.
FLOPWISE_API std::vector<Tariff> tariffs();

/// What electricity costs if nothing is said: "world", the average for households.
constexpr std::string_view kUsualTariff = "world";

} // namespace flopwise
