#include "cost/lost_work.hpp"

#include "text/doubles.hpp"
#include "text/durations.hpp"

#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

double interruption_rate(double monthly_share) {
    if (!(monthly_share >= 0 && monthly_share < 1))
        throw ArgumentError{"reclaimed_per_month",
                            fmt::format("must be in [0, 1), got {}", monthly_share)};
    return -std::log1p(-monthly_share) / kHoursPerMonth;
}

void require_spot(double rate, const Recovery& recovery) {
    require_not_negative("interruptions_per_hour", rate);
    require_not_negative("checkpoint_minutes", recovery.checkpoint);
    require_not_negative("restart_minutes", recovery.restart);
}

/// (e^(rate * hours) - 1) / rate: the expected time until `hours` pass without interruption.
static double undisturbed(double hours, double rate) {
    return rate == 0 ? hours : std::expm1(rate * hours) / rate;
}

Hours expected_hours(Hours work, Hours interval, double rate, Recovery recovery) {
    return Hours{work / interval * std::exp(rate * recovery.restart.value()) *
                 undisturbed((interval + recovery.checkpoint).value(), rate)};
}

Hours checkpoint_interval(double rate, Recovery recovery) {
    constexpr double kShortest = 1.0 / 3600; // a second
    if (!(rate > 0))
        return Hours{std::numeric_limits<double>::infinity()};
    // The derivative is 0 where y + e^-y - 1 = rate * checkpoint, with rate * interval = 1 - e^-y.
    // Newton's steps come down to the root from above.
    const double wanted = rate * recovery.checkpoint.value();
    double y = wanted + std::min(1.0, std::sqrt(2 * wanted));
    for (double last = std::numeric_limits<double>::infinity(); y > 0 && y < last;) {
        last = y;
        y -= (y + std::expm1(-y) - wanted) / -std::expm1(-y);
    }
    return Hours{std::max(kShortest, -std::expm1(-y) / rate)};
}

Hours expected_hours(Hours work, double rate, Recovery recovery) {
    return expected_hours(
        work, std::min(work, checkpoint_interval(rate, recovery)), rate, recovery);
}

SpotHours spot_hours(Hours work, double rate, Recovery recovery) {
    constexpr double kProbability = 0.9;
    require_positive("work", work);
    SpotHours out{.interval = std::min(work, checkpoint_interval(rate, recovery))};
    out.expected = expected_hours(work, out.interval, rate, recovery);
    out.p90 = out.expected;
    if (rate > 0 && std::isfinite(out.expected.value()))
        out.p90 = Hours{InterruptedWork{work, out.interval, rate, recovery}.quantile(kProbability)};
    return out;
}

std::optional<double>
break_even_rate(UsdPerHour spot, UsdPerHour on_demand, Hours work, Recovery recovery) {
    constexpr double kMostRate = 100; // an interruption each 36 s
    require_positive("work", work);
    const auto excess = [&](double rate) {
        return (spot * expected_hours(work, rate, recovery)) / (on_demand * work) - 1;
    };
    if (!(excess(0) < 0))
        return std::nullopt;
    double high = interruption_rate(0.5);
    while (excess(high) < 0 && high < kMostRate)
        high *= 2;
    if (!(excess(high) >= 0))
        return kMostRate;
    std::uintmax_t steps = 100;
    const auto [a, b] = boost::math::tools::toms748_solve(
        excess, 0.0, high, boost::math::tools::eps_tolerance<double>(40), steps, Doubles{});
    return (a + b) / 2;
}

} // namespace flopwise
