// How a price may have moved since its day.

#pragma once

#include <flopwise/price_age.hpp>
#include <flopwise/recommendation.hpp>

namespace flopwise {

struct Aged {
    PriceAge age;
    double years = 0;

    [[nodiscard]] double quantile(double p) const { return price_ratio_quantile(age, years, p); }
    /// Probability that the ratio is above `ratio`, or half of it if it is just that.
    [[nodiscard]] double above(double ratio) const {
        constexpr double kJustBelow = 1 - 1e-12;
        return 1 - (price_ratio_probability(age, years, ratio) +
                    price_ratio_probability(age, years, ratio * kJustBelow)) /
                       2;
    }
};

/// The probabilities of the interval that is shown of a price.
constexpr double kLowPrice = 0.1;
constexpr double kHighPrice = 0.9;

/// Of a price of that day; empty if it has no date, or today is not known.
std::optional<Aged>
aged(std::string_view provider, std::string_view family, Purchase purchase, Date as_of, Date today);
/// Of a choice's price; empty if it has no date, or its kind of purchase no age.
std::optional<Aged> aged(const Choice& choice, Date today);

/// What of a choice's bill is paid by the hour of the machine, and so goes with its price. Capacity
/// is held at the price on demand.
Usd paid_by_the_hour(const Choice& of);

/// Where the cost has an interval, makes it that of uncertain hours at a price that may have moved,
/// and so the probability that a budget suffices.
void widen_cost(const Aged& aged, std::optional<Usd> budget, Choice& to);

} // namespace flopwise
