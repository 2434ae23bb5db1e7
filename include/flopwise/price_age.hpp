// flopwise: what the age of a price is worth
//
// Fitted to the prices of six years (docs/prices.md). A price is unchanged after t years with the
// probability exp(-changes_per_year * t); if it changed, ln(today's / that of then) is normal.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// How prices of a kind age. Source: data/price_age.yaml.
struct PriceAge {
    double changes_per_year = 0; ///< not negative
    double median_change = 0;    ///< of ln(today's price / that of then), if it changed
    double spread = 0;           ///< its standard deviation; positive
    bool grows = false;          ///< the spread is `spread` times the square root of the years

    bool operator==(const PriceAge&) const = default;
};

/// That of a provider's family and a purchase option; each has one.
FLOPWISE_API PriceAge price_age(std::string_view provider,
                                std::string_view family,
                                Purchase purchase);

/// Probability that a price is the same after some years; 1 for none. Throws ArgumentError for
/// `years` unless they are finite and not negative.
FLOPWISE_API double unchanged(const PriceAge& age, double years);
/// The ratio of today's price to that of some years ago that is not exceeded with probability p.
/// Throws ArgumentError for `years`, and for `p` unless it is above 0 and below 1.
FLOPWISE_API double price_ratio_quantile(const PriceAge& age, double years, double p);
/// The probability that this ratio is at most `ratio`, which is positive.
FLOPWISE_API double price_ratio_probability(const PriceAge& age, double years, double ratio);

} // namespace flopwise
