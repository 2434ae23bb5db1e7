#include <flopwise/ownership.hpp>

#include "cost/bundled.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

constexpr double kWattsPerKilowatt = 1000;

// ---- electricity --------------------------------------------------------------------

std::vector<Tariff> tariffs() {
    const auto all = bundled::tariffs();
    return {all.begin(), all.end()};
}

static std::optional<UsdPerKwh> tariff(std::string_view code) {
    for (const Tariff& t : bundled::tariffs())
        if (t.code == code)
            return t.price;
    return std::nullopt;
}

UsdPerKwh electricity_of(std::string_view written) {
    constexpr double kMostUsdPerKwh = 100;
    if (const auto known = tariff(text::lower(written)))
        return *known;
    if (const auto number = text::number(written)) {
        if (!(*number >= 0 && *number <= kMostUsdPerKwh))
            throw ArgumentError{
                "electricity",
                fmt::format("must be from 0 to {} USD/kWh, got {}", kMostUsdPerKwh, *number)};
        return UsdPerKwh{*number};
    }
    std::vector<std::string_view> codes;
    for (const Tariff& t : bundled::tariffs())
        codes.push_back(t.code);
    throw ArgumentError{"electricity",
                        fmt::format("must be USD per kWh or {}, got {}",
                                    text::one_of(codes),
                                    text::quoted(written))};
}

// ---- what it costs ------------------------------------------------------------------

static void must(bool holds, std::string_view key, std::string_view what, const auto& got) {
    if (!holds) // written so that a NaN does not hold
        throw ArgumentError{key, fmt::format("must be {}, got {}", what, got)};
}

static void validate(const Ownership& o, HoursPerDay use) {
    if (!o.price)
        throw ArgumentError{"own_price_usd", "must be given"};
    require_positive("own_price_usd", *o.price);
    require_positive("own_years", o.life);
    require_not_negative("own_residual_usd", o.residual);
    must(o.residual < *o.price, "own_residual_usd", "below the price", o.residual);
    must(o.rate >= 0 && o.rate <= 1, "own_rate", "from 0 to 1", o.rate);
    if (o.power)
        require_not_negative("own_watts", *o.power);
    must(o.pue >= 1 && std::isfinite(o.pue), "own_pue", "at least 1", o.pue);
    if (o.electricity)
        require_not_negative("electricity", *o.electricity);
    must(o.upkeep >= 0 && o.upkeep <= 1, "own_upkeep", "from 0 to 1", o.upkeep);
    require_not_negative("own_staff_hours", o.staff);
    require_not_negative("own_staff_usd_per_hour", o.staff_price);
    must(o.gpus > 0 && std::isfinite(o.gpus), "own_gpus", "positive and finite", o.gpus);
    must(use > HoursPerDay{} && use <= HoursPerDay{kHoursPerDay},
         "hours_per_day",
         "positive and at most 24 h/d",
         use);
}

/// The price less what the sale at the end of the life is worth today.
static double net_price(const Ownership& o) {
    return o.price->value() -
           o.residual.value() * std::exp(-o.life.value() * std::log1p(o.rate)); // (1 + rate)^-life
}

/// What a yearly payment of 1, for some years, is worth today.
static double present_value(double rate, double years) {
    return rate == 0 ? years : -std::expm1(-years * std::log1p(rate)) / rate;
}

/// Yearly cost of capital: at a rate of 0, a straight line.
static double capital_per_year(const Ownership& o) {
    return net_price(o) / present_value(o.rate, o.life.value());
}

/// USD for each hour of use.
static double energy_per_hour(const Ownership& o) {
    const UsdPerKwh electricity =
        o.electricity ? *o.electricity : tariff(kUsualTariff).value_or(UsdPerKwh{});
    return o.power.value_or(Watts{}).value() / kWattsPerKilowatt * o.pue * electricity.value();
}

OwningCost owning_cost(const Ownership& o, HoursPerDay use) {
    validate(o, use);
    OwningCost out{.capital = UsdPerDay{capital_per_year(o) / kDaysPerYear},
                   .upkeep = UsdPerDay{o.upkeep * o.price->value() / kDaysPerYear},
                   .staff = UsdPerDay{(o.staff_price * o.staff).value() / kDaysPerYear},
                   .energy = UsdPerDay{energy_per_hour(o) * use.value()}};
    out.daily = out.capital + out.upkeep + out.staff + out.energy;
    out.annual = Usd{out.daily.value() * kDaysPerYear};
    out.hourly = UsdPerHour{out.daily.value() / use.value()};
    return out;
}

// ---- against renting ----------------------------------------------------------------

std::optional<HoursPerDay> break_even_use(const Ownership& o, UsdPerHour rent) {
    require_positive("price_usd_per_hour", rent);
    const OwningCost cost = owning_cost(o, HoursPerDay{kHoursPerDay});
    const double idle = (cost.daily - cost.energy).value();
    const double saved = rent.value() - energy_per_hour(o); // by each hour of use
    if (!(saved > 0) || idle / saved > kHoursPerDay)
        return std::nullopt;
    return HoursPerDay{idle / saved};
}

std::optional<Years> break_even_time(const Ownership& o, HoursPerDay use, UsdPerHour rent) {
    require_positive("price_usd_per_hour", rent);
    const OwningCost cost = owning_cost(o, use);
    const UsdPerDay rented{rent.value() * use.value()};
    if (!(cost.daily < rented)) // else present_value(life) years of savings would not pay for it
        return std::nullopt;
    const double saved = (rented - (cost.daily - cost.capital)).value() * kDaysPerYear;
    const double years = net_price(o) / saved; // of savings, as they are worth today
    const double time = o.rate == 0 ? years : -std::log1p(-years * o.rate) / std::log1p(o.rate);
    return Years{std::min(time, o.life.value())};
}

namespace {

/// What the comparison depends on, as one value that can be changed at one place.
struct Inputs {
    Ownership owned;
    double use;
    double rent;

    [[nodiscard]] double ratio() const {
        return owning_cost(owned, HoursPerDay{use}).daily.value() / (use * rent);
    }
};

struct Input {
    std::string_view key;
    double (*get)(const Inputs&);
    void (*set)(Inputs&, double);
};

// clang-format off
constexpr auto kInputs = std::to_array<Input>({
    {"own_price_usd", [](const Inputs& i) { return i.owned.price->value(); }, [](Inputs& i, double v) { i.owned.price = Usd{v}; }},
    {"own_years", [](const Inputs& i) { return i.owned.life.value(); }, [](Inputs& i, double v) { i.owned.life = Years{v}; }},
    {"hours_per_day", [](const Inputs& i) { return i.use; }, [](Inputs& i, double v) { i.use = v; }},
    {"price_usd_per_hour", [](const Inputs& i) { return i.rent; }, [](Inputs& i, double v) { i.rent = v; }},
    {"own_residual_usd", [](const Inputs& i) { return i.owned.residual.value(); }, [](Inputs& i, double v) { i.owned.residual = Usd{v}; }},
    {"own_rate", [](const Inputs& i) { return i.owned.rate; }, [](Inputs& i, double v) { i.owned.rate = v; }},
    {"own_watts", [](const Inputs& i) { return i.owned.power.value_or(Watts{}).value(); }, [](Inputs& i, double v) { i.owned.power = Watts{v}; }},
    {"own_upkeep", [](const Inputs& i) { return i.owned.upkeep; }, [](Inputs& i, double v) { i.owned.upkeep = v; }},
    {"own_staff_hours", [](const Inputs& i) { return i.owned.staff.value(); }, [](Inputs& i, double v) { i.owned.staff = Hours{v}; }},
});
// clang-format on

} // namespace

/// d ln(ratio) / d ln(input). The step stays within what is accepted: a use of 24 h/day and a
/// residual value just below the price are at the end of their range, so it is one-sided there.
static double elasticity(const Inputs& at, const Input& input) {
    constexpr double kStep = 0.001;
    const double value = input.get(at);
    Inputs below = at;
    Inputs above = at;
    input.set(below, value * (1 - kStep));
    input.set(above, value * (1 + kStep));
    const bool end = above.use > kHoursPerDay || !(above.owned.residual < *above.owned.price) ||
                     !(above.owned.rate <= 1) || !(above.owned.upkeep <= 1);
    const bool start = !(below.owned.residual < *below.owned.price);
    const Inputs& high = end ? at : above;
    const Inputs& low = start ? at : below;
    return std::log(high.ratio() / low.ratio()) / std::log(input.get(high) / input.get(low));
}

std::vector<Sensitivity> sensitivities(const Ownership& o, HoursPerDay use, UsdPerHour rent) {
    require_positive("price_usd_per_hour", rent);
    const Inputs at{o, use.value(), rent.value()};
    validate(o, use);
    std::vector<Sensitivity> out;
    for (const Input& input : kInputs)
        if (const double value = input.get(at); value != 0)
            out.push_back({std::string{input.key}, value, elasticity(at, input)});
    std::stable_sort(out.begin(), out.end(), [](const Sensitivity& a, const Sensitivity& b) {
        constexpr double kSame = 1e-9; // differences carry noise; equals keep their order
        return std::abs(a.elasticity) > std::abs(b.elasticity) + kSame;
    });
    return out;
}

} // namespace flopwise
