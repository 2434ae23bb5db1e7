#include "cost/lost_work.hpp"
#include "text/doubles.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

constexpr double kLeastWeight = 1e-9; // of a term that counts
constexpr double kFew = 16;           // times of which the sum is not normal yet
constexpr double kManyInterruptions = 1000;

/// The means of x until an interruption within 1, at y interruptions in 1: 1/y - 1/(e^y - 1), and
/// the variance 1/y² - 1/(4 sinh²(y/2)).
static std::pair<double, double> cut_exponential(double y) {
    constexpr double kSmall = 0.3; // the differences cancel
    const double s = y * y;
    if (y < kSmall)
        return {0.5 - y / 12 * (1 - s / 60 * (1 - s / 42)),
                1.0 / 12 - s / 240 * (1 - s * 5 / 126 * (1 - s * 7 / 200))};
    const double half = std::sinh(y / 2);
    return {1 / y - 1 / std::expm1(y), 1 / s - 1 / (4 * half * half)};
}

InterruptedWork::Cut InterruptedWork::cut(double length) const {
    const auto [mean, variance] = cut_exponential(rate_ * length);
    return {length, length * mean, length * length * variance};
}

InterruptedWork::Interval InterruptedWork::interval(double length, double restart) const {
    return {.first = cut(length),
            .again = cut(restart + length),
            .hit = -std::expm1(-rate_ * length),
            .more_hits = std::expm1(rate_ * (restart + length))};
}

/// Adds what `times` intervals lose: a hit first attempt costs the time until then and a restart,
/// and each of a geometric number of next ones that are hit the time until then.
void InterruptedWork::count(const Interval& of, double times) {
    const double mean = restart_ + of.first.mean + of.more_hits * of.again.mean;
    const double variance = of.first.variance + of.more_hits * of.again.variance +
                            of.more_hits * (1 + of.more_hits) * of.again.mean * of.again.mean;
    mean_ += times * of.hit * mean;
    variance_ += times * of.hit * (variance + (1 - of.hit) * mean * mean);
}

InterruptedWork::InterruptedWork(Hours work, Hours interval, double rate, const Recovery& recovery)
    : rate_{rate}, restart_{recovery.restart.value()} {
    constexpr double kRounding = 1e-9; // of an interval
    const double checkpoint = recovery.checkpoint.value();
    const double intervals = work / interval;
    whole_ = std::floor(intervals * (1 + 1e-15) + kRounding);
    const double rest =
        intervals - whole_ > kRounding ? work.value() - whole_ * interval.value() : 0;
    least_ = work.value() + checkpoint * whole_;
    each_ = this->interval(interval.value() + checkpoint, restart_);
    count(each_, whole_);
    if (rest > 0) {
        least_ += checkpoint;
        last_ = this->interval(rest + checkpoint, restart_);
        count(last_, 1);
    }
}

static double gamma_within(double x, double mean, double variance) {
    return x > 0 ? boost::math::gamma_p(mean * mean / variance, x * mean / variance, Doubles{}) : 0;
}

/// A next attempt that is hit: at which interval is a matter of how often each is.
InterruptedWork::Cut InterruptedWork::mixed(const Hits& hits) const {
    const double whole = hits.whole * each_.more_hits;
    const double last = hits.last * last_.more_hits;
    if (!(last > 0))
        return each_.again;
    const double share = last / (whole + last);
    const double apart = last_.again.mean - each_.again.mean;
    const auto mix = [share](double a, double b) { return a + share * (b - a); };
    return {.length = mix(each_.again.length, last_.again.length),
            .mean = mix(each_.again.mean, last_.again.mean),
            .variance = mix(each_.again.variance, last_.again.variance) +
                        share * (1 - share) * apart * apart};
}

/// P(a sum of cut-off times <= x).
double InterruptedWork::sum_within(double x, const Hits& hits) const {
    const Cut next = mixed(hits);
    const double longest =
        hits.whole * each_.first.length + hits.last * last_.first.length + hits.again * next.length;
    if (x <= 0)
        return 0;
    if (x >= longest)
        return 1;
    const double terms = hits.whole + hits.last + hits.again;
    if (terms == 1)
        return std::expm1(-rate_ * x) / std::expm1(-rate_ * longest);
    const double mean =
        hits.whole * each_.first.mean + hits.last * last_.first.mean + hits.again * next.mean;
    const double variance = hits.whole * each_.first.variance + hits.last * last_.first.variance +
                            hits.again * next.variance;
    if (terms > kFew)
        return std::erfc((mean - x) / std::sqrt(2 * variance)) / 2;
    const double m = mean / longest;
    const double size = m * (1 - m) * longest * longest / variance - 1;
    return boost::math::ibeta(m * size, (1 - m) * size, x / longest, Doubles{});
}

/// P(all that is lost but the restarts <= x) if first attempts are hit so often.
double InterruptedWork::many_within(double x, const Hits& hits) const {
    double mean = 0;
    double variance = 0;
    const auto add = [&](const Interval& of, double times) {
        mean += times * (of.first.mean + of.more_hits * of.again.mean);
        variance += times * (of.first.variance + of.more_hits * of.again.variance +
                             of.more_hits * (1 + of.more_hits) * of.again.mean * of.again.mean);
    };
    add(each_, hits.whole);
    add(last_, hits.last);
    return gamma_within(x, mean, variance);
}

/// The part of P(lost <= x) in which first attempts are hit so often; `weight` is its probability.
double InterruptedWork::given(double x, const Hits& hits, double weight) const {
    constexpr double kMany = 20; // next attempts that are hit
    constexpr double kManyEach = 32;
    const double first = hits.whole + hits.last;
    x -= first * restart_;
    if (first == 0)
        return weight;
    if (!(x > 0))
        return 0;
    const double next = hits.whole * each_.more_hits + hits.last * last_.more_hits;
    if ((first >= 8 && next > kMany) || next > kManyEach * first)
        return weight * many_within(x, hits);
    // Of a negative binomial distribution and, for the last interval, a geometric one.
    const double again = each_.more_hits / (1 + each_.more_hits);
    const double again_last = last_.more_hits / (1 + last_.more_hits);
    double whole = std::pow(1 + each_.more_hits, -hits.whole);
    double both = 0;
    double rest = 1;
    double sum = 0;
    for (double j = 0;; ++j) {
        both = hits.last > 0 ? again_last * both + (1 - again_last) * whole : whole;
        const bool end = rest - both < kLeastWeight;
        const double p = end ? rest : both;
        sum += p * sum_within(x, {hits.whole, hits.last, j});
        if (end)
            return weight * sum;
        rest -= p;
        whole *= again * (hits.whole + j) / (j + 1);
    }
}

/// P(lost <= x), all that is lost if something is being Gamma-distributed.
double InterruptedWork::many(double x) const {
    const double none = std::exp(-rate_ * least_);
    const double some = -std::expm1(-rate_ * least_);
    const double mean = mean_ / some;
    return none + some * gamma_within(x, mean, (variance_ + mean_ * mean_) / some - mean * mean);
}

double InterruptedWork::probability(double wall) const {
    constexpr double kRounding = 1e-12;
    if (!(wall >= least_ * (1 - kRounding)))
        return 0;
    const double x = std::max(0.0, wall - least_);
    if (!std::isfinite(variance_))
        return std::exp(-rate_ * least_);
    if (rate_ * least_ > kManyInterruptions)
        return many(x);
    // A binomial distribution from its mode on to both sides, of those that count.
    const double odds = std::expm1(rate_ * each_.first.length);
    const double mode = std::min(whole_, std::floor((whole_ + 1) * each_.hit));
    double low = mode;
    double at_low = 1;
    double total = 1;
    for (; low > 0 && at_low > kLeastWeight; --low, total += at_low)
        at_low *= low / ((whole_ - low + 1) * odds);
    double p = 1;
    double high = mode;
    for (; high < whole_ && p > kLeastWeight; ++high, total += p)
        p *= (whole_ - high) / (high + 1) * odds;
    double sum = 0;
    p = at_low / total;
    for (double k = low; k <= high && k * restart_ <= x; ++k) {
        sum += given(x, {k, 0, 0}, p * (1 - last_.hit));
        if (last_.hit > 0)
            sum += given(x, {k, 1, 0}, p * last_.hit);
        p *= (whole_ - k) / (k + 1) * odds;
    }
    return std::min(1.0, sum);
}

double InterruptedWork::quantile(double p) const {
    const auto missing = [&](double lost) { return probability(least_ + lost) - p; };
    if (!(missing(0) < 0))
        return least_;
    if (!std::isfinite(variance_))
        return std::numeric_limits<double>::infinity();
    double most = mean_ + 3 * std::sqrt(variance_);
    while (missing(most) < 0)
        most *= 2;
    std::uintmax_t steps = 200;
    constexpr int kBits = 40;
    const auto [low, high] = boost::math::tools::toms748_solve(
        missing, 0.0, most, boost::math::tools::eps_tolerance<double>(kBits), steps, Doubles{});
    return least_ + high;
}

double most_work(double wall, double interval, double checkpoint) {
    const double intervals = std::floor(wall / (interval + checkpoint));
    const double rest = wall - intervals * (interval + checkpoint);
    return intervals * interval + std::max(0.0, rest - checkpoint);
}

} // namespace flopwise
