#include <flopwise/price_age.hpp>

#include "cost/bundled.hpp"
#include "text/text.hpp"

#include <boost/math/distributions/normal.hpp>

#include <algorithm>
#include <cmath>

namespace flopwise {

namespace {

// Without long double, which differs between processors.
using InDouble = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
using Normal = boost::math::normal_distribution<double, InDouble>;

} // namespace

static void require_years(double years) {
    if (!(years >= 0 && std::isfinite(years)))
        throw ArgumentError{"years", fmt::format("must be finite and not negative, got {}", years)};
}

static bool named(std::string_view patterns, std::string_view name) {
    const auto all = text::split(patterns, ',');
    return std::any_of(
        all.begin(), all.end(), [&](const std::string& one) { return text::matches(one, name); });
}

PriceAge price_age(std::string_view provider, std::string_view family, Purchase purchase) {
    const auto rows = bundled::price_ages();
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const PriceAgeRow& row) {
        return row.purchase == purchase && named(row.providers, provider) &&
               (row.families.empty() || named(row.families, family));
    });
    return found == rows.end() ? PriceAge{} : found->age; // none only while data/ is compiled
}

double unchanged(const PriceAge& age, double years) {
    require_years(years);
    return std::exp(-age.changes_per_year * years);
}

static double spread_after(const PriceAge& age, double years) {
    return age.grows ? age.spread * std::sqrt(years) : age.spread;
}

double price_ratio_quantile(const PriceAge& age, double years, double p) {
    if (!(p > 0 && p < 1))
        throw ArgumentError{"p", fmt::format("must be above 0 and below 1, got {}", p)};
    const double same = unchanged(age, years);
    const double s = spread_after(age, years);
    if (same >= 1 || !(s > 0))
        return 1;
    const Normal normal{age.median_change, s};
    const double fallen = (1 - same) * boost::math::cdf(normal, 0.0);
    if (p > fallen && p <= fallen + same)
        return 1;
    return std::exp(boost::math::quantile(normal, (p <= fallen ? p : p - same) / (1 - same)));
}

double price_ratio_probability(const PriceAge& age, double years, double ratio) {
    const double same = unchanged(age, years);
    const double s = spread_after(age, years);
    const double at_most_one = ratio >= 1 ? 1 : 0;
    if (same >= 1 || !(s > 0))
        return at_most_one;
    return (1 - same) * boost::math::cdf(Normal{age.median_change, s}, std::log(ratio)) +
           same * at_most_one;
}

} // namespace flopwise
