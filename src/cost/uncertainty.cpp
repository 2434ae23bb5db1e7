#include <flopwise/uncertainty.hpp>

#include "cost/rule.hpp"
#include "text/durations.hpp"

#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>

#include <algorithm>

namespace flopwise {

constexpr double kLeastCv = 0.001; // below, it is certain; above the most, it is not known
constexpr double kMostCv = 10;
constexpr double kMostLongDays = 0.01; // the rule in the header
constexpr double kLeastHours = 1e-9;   // as in a request: less is not a plan
constexpr double kMostDaysOfUse = 1e6;

namespace {

namespace policies = boost::math::policies;

/// Errors are answers here, not exceptions: a result that is not finite is not used.
using Quiet = policies::policy<policies::promote_double<false>,
                               policies::domain_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;

} // namespace

static bool certain(const Uncertainty& u) {
    return u.use_cv == 0;
}

/// P(X <= x) and its inverse for a Gamma distribution of that mean and coefficient of variation.
static double cdf(double x, double mean, double cv) {
    return boost::math::gamma_p(1 / (cv * cv), x / (mean * cv * cv), Quiet{});
}
static double quantile(double p, double mean, double cv) {
    return boost::math::gamma_p_inv(1 / (cv * cv), p, Quiet{}) * (mean * cv * cv);
}

double probability_of_long_day(HoursPerDay use, double use_cv) {
    return 1 - cdf(kHoursPerDay, use.value(), use_cv);
}

/// Refuses what the header says, and gives the hours of the plan on average.
static Hours checked(const Budget& budget, const Uncertainty& u) {
    const Hours mean = rented_hours(budget);
    if (!(u.confidence > 0 && u.confidence < 1))
        throw ArgumentError{"confidence",
                            fmt::format("must be above 0 and below 1, got {}", u.confidence)};
    if (certain(u))
        return mean;
    if (!(u.use_cv >= kLeastCv && u.use_cv <= kMostCv))
        throw ArgumentError{
            "use_cv",
            fmt::format("must be 0 or from {} to {}, got {}", kLeastCv, kMostCv, u.use_cv)};
    if (*budget.days < Days{1})
        throw ArgumentError{
            "days", fmt::format("must be at least 1 d if the use varies, got {}", *budget.days)};
    const double beyond = probability_of_long_day(budget.hours_per_day, u.use_cv);
    if (!(beyond <= kMostLongDays))
        throw ArgumentError{"use_cv",
                            fmt::format("must leave at most {:.0f} % of the days above 24 h, "
                                        "got {:.2g} % at {} on average",
                                        kMostLongDays * 100,
                                        beyond * 100,
                                        budget.hours_per_day)};
    return mean;
}

/// The coefficient of variation of all hours together.
static double cv_of_plan(const Budget& budget, const Uncertainty& u) {
    return u.use_cv / std::sqrt(budget.days->value());
}

Hours hours_quantile(const Budget& budget, const Uncertainty& u, double p) {
    const Hours mean = checked(budget, u);
    if (certain(u))
        return mean;
    const double most = kHoursPerDay * budget.days->value();
    return Hours{std::clamp(quantile(p, mean.value(), cv_of_plan(budget, u)), kLeastHours, most)};
}

double hours_probability(const Budget& budget, const Uncertainty& u, Hours within) {
    const Hours mean = checked(budget, u);
    if (certain(u))
        return mean <= within ? 1 : 0;
    if (within.value() >= kHoursPerDay * budget.days->value())
        return 1;
    return within.value() >= kLeastHours ? cdf(within.value(), mean.value(), cv_of_plan(budget, u))
                                         : 0;
}

Budget at_confidence(const Budget& budget, const Uncertainty& u) {
    const Hours hours = hours_quantile(budget, u, u.confidence);
    Budget out = budget;
    if (!certain(u))
        out.hours_per_day = HoursPerDay{std::min(kHoursPerDay, (hours / *budget.days).value())};
    return out;
}

double probability_within_budget(const Budget& budget, const Uncertainty& u, UsdPerHour price) {
    require_positive("price_usd_per_hour", price);
    (void)checked(budget, u);
    (void)price_ceiling(budget); // for its checks
    if (certain(u))
        return affordable(budget, price) ? 1 : 0;
    return hours_probability(budget, u, (*budget.total - budget.fixed + kHalfCent) / price);
}

CostQuantiles cost_quantiles(const Budget& budget, const Uncertainty& u, UsdPerHour price) {
    require_positive("price_usd_per_hour", price);
    require_not_negative("fixed_usd", budget.fixed);
    const auto cost = [&](double p) { return price * hours_quantile(budget, u, p) + budget.fixed; };
    return {.p50 = cost(0.5), .p80 = cost(0.8), .p90 = cost(0.9)};
}

std::optional<Days> days_affordable(const Budget& budget, const Uncertainty& u, UsdPerHour price) {
    const Days on_average = days_affordable(budget, price);
    if (certain(u))
        return on_average;
    Budget plan = budget;
    const double paid = ((*budget.total - budget.fixed) / price).value();
    const auto too_many = [&](double days) {
        plan.days = Days{days};
        return hours_quantile(plan, u, u.confidence).value() - paid;
    };
    if (too_many(1) > 0)
        return std::nullopt;
    // The quantile of few days may lie below their mean, so the root may lie above the average.
    double most = std::max(1.0, on_average.value());
    while (too_many(most) <= 0 && most < kMostDaysOfUse)
        most *= 2;
    if (too_many(most) <= 0)
        return Days{most};
    std::uintmax_t steps = 200;
    const auto [low, high] = boost::math::tools::toms748_solve(
        too_many, 1.0, most, boost::math::tools::eps_tolerance<double>(48), steps, Quiet{});
    return Days{low};
}

HoursPerDay hours_per_day_affordable(const Budget& budget, const Uncertainty& u, UsdPerHour price) {
    const HoursPerDay on_average = hours_per_day_affordable(budget, price);
    const Hours mean = checked(budget, u);
    if (certain(u))
        return on_average;
    // The quantile is in proportion to the mean.
    return on_average *
           (mean.value() / quantile(u.confidence, mean.value(), cv_of_plan(budget, u)));
}

} // namespace flopwise
