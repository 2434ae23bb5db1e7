#include "cost/quick_loss.hpp"

#include "cost/lost_work.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace flopwise {

using Cumulants = QuickLoss::Cumulants;

/// Of the time until an interruption within `length`, at y of them in it.
static Cumulants cut_exponential(double length, double y) {
    constexpr double kSmall = 1; // the differences cancel
    Cumulants out{};
    const double s = y * y;
    if (y < kSmall) {
        out = {0.5 - y / 12 * (1 - s / 60 * (1 - s / 42)),
               1.0 / 12 - s / 240 * (1 - s * 5 / 126 * (1 - s * 7 / 200)),
               y / 120 * (1 - s * 5 / 63),
               -1.0 / 120 * (1 - s * 5 / 21)};
    } else {
        const double e = std::exp(-y);
        const double rest = 1 - e;
        out = {1 / y - e / rest,
               1 / s - e / (rest * rest),
               2 / (s * y) - e * (1 + e) / (rest * rest * rest),
               6 / (s * s) - e * (1 + 4 * e + e * e) / (rest * rest * rest * rest)};
    }
    double power = 1;
    for (double& k : out)
        k *= power *= length;
    return out;
}

/// Of the sum of a geometric number, `mean` expected, of what has these cumulants.
static Cumulants geometric_sum(double mean, const Cumulants& g) {
    const double c2 = mean * (1 + mean);
    const double c3 = c2 * (1 + 2 * mean);
    const double c4 = c2 * (1 + 6 * c2);
    return {mean * g[0],
            mean * g[1] + c2 * g[0] * g[0],
            mean * g[2] + 3 * c2 * g[0] * g[1] + c3 * g[0] * g[0] * g[0],
            mean * g[3] + c2 * (4 * g[0] * g[2] + 3 * g[1] * g[1]) + 6 * c3 * g[0] * g[0] * g[1] +
                c4 * g[0] * g[0] * g[0] * g[0]};
}

static Cumulants operator*(double n, const Cumulants& k) {
    return {n * k[0], n * k[1], n * k[2], n * k[3]};
}
static Cumulants operator+(const Cumulants& a, const Cumulants& b) {
    return {a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]};
}

/// P(what has these cumulants <= x): Pearson III by the cube root of Wilson and Hilferty,
/// and the term of an Edgeworth series for the cumulant that is left.
static double sum_within(double x, const Cumulants& k) {
    constexpr double kFar = 5;
    constexpr double kSymmetric = 0.01;
    const double sd = std::sqrt(k[1]);
    const double z = (x - k[0]) / sd;
    if (std::abs(z) > kFar)
        return z > 0 ? 1 : 0;
    const double skew = k[2] / (k[1] * sd);
    double t = z;
    if (skew > kSymmetric) {
        const double third = skew / 6;
        const double base = 1 + z * skew / 2;
        if (!(base > 0))
            return 0;
        t = (std::cbrt(base) - (1 - third * third)) / third;
    }
    const double left = k[3] / (k[1] * k[1]) - 1.5 * skew * skew;
    constexpr double kRootTwoPi = 2.5066282746310002;
    const double wave = t * (t * t - 3) * std::exp(-t * t / 2) / kRootTwoPi;
    return std::clamp(
        std::erfc(-t / std::sqrt(2.0)) / 2 - std::clamp(left, -1.0, 1.0) / 24 * wave, 0.0, 1.0);
}

QuickLoss::Hit QuickLoss::hit(double length) const {
    const double next = restart_ + length;
    Hit out{.length = length,
            .once = std::exp(-rate_ * next),
            .first = cut_exponential(length, rate_ * length),
            .again = cut_exponential(next, rate_ * next)};
    out.nexts = geometric_sum(std::expm1(rate_ * next), out.again);
    return out;
}

QuickLoss::QuickLoss(double interval, double rate, const Recovery& recovery, double smoothing)
    : interval_{interval}, rate_{rate}, checkpoint_{recovery.checkpoint.value()},
      restart_{recovery.restart.value()}, smoothing_{smoothing},
      blur_{std::min(smoothing / 5, restart_ / 4)}, whole_{hit(interval + checkpoint_)} {}

/// Of what one interval loses, hit or not.
QuickLoss::Cumulants QuickLoss::loss(const Hit& hit) const {
    const double q = -std::expm1(-rate_ * hit.length);
    const Cumulants all = hit.first + hit.nexts;
    const double m = all[0] + restart_;
    const double v = all[1];
    const double c = all[2];
    const double a = q * m;
    const double b = q * (v + m * m);
    const double d = q * (c + 3 * m * v + m * m * m);
    const double e = q * (all[3] + 3 * v * v + 4 * c * m + 6 * v * m * m + m * m * m * m);
    return {a,
            b - a * a,
            d - 3 * a * b + 2 * a * a * a,
            e - 4 * a * d - 3 * b * b + 12 * a * a * b - 6 * a * a * a * a};
}

/// P(k hit intervals lose no more than x), the restarts aside; with those if next attempts are hit.
double QuickLoss::hits_within(double x, double k, const Hit& of) const {
    constexpr double kOften = 0.2;
    const double once = k > 1 ? of.once * of.once : of.once;
    if (k > 2 || (k > 1 && once < kOften))
        return sum_within(x, blurred(k * (of.first + of.nexts)));
    double first = 0;
    if (k > 1)
        first = sum_within(x, blurred(k * of.first));
    else if (x > 0)
        first = x < of.length ? std::expm1(-rate_ * x) / std::expm1(-rate_ * of.length) : 1;
    // Of next attempts one is hit at least, and of more the number is nearly this.
    return once * first +
           (1 - once) * sum_within(x, k * of.first + of.again + (k + 1) / 2 * of.nexts);
}

/// A sum that is nearly a step would be seen by too few points of an integral.
QuickLoss::Cumulants QuickLoss::blurred(Cumulants k) const {
    k[1] += blur_ * blur_;
    return k;
}

/// Of a hit interval that is the last one with that probability.
QuickLoss::Hit QuickLoss::mixed(double share, const Hit& last) const {
    const double rest = 1 - share;
    return {.length = 0,
            .once = rest * whole_.once + share * last.once,
            .first = rest * whole_.first + share * last.first,
            .again = rest * whole_.again + share * last.again,
            .nexts = rest * whole_.nexts + share * last.nexts};
}

/// Over the number of intervals that are hit. Of n whole ones it has a binomial distribution.
double QuickLoss::mixture(double x, double none, double wholes, const Hit& last) const {
    constexpr double kLeast = 3e-4;
    const double odds = std::expm1(rate_ * whole_.length);
    const double odds_of_last = last.length > 0 ? std::expm1(rate_ * last.length) : 0;
    double sum = none;
    double left = 1 - none;
    double before = none; // k - 1 of the whole ones
    for (double k = 1; k * restart_ < x + 2.5 * blur_ && left > kLeast; ++k) {
        const double without = before * std::max(0.0, wholes - k + 1) / k * odds;
        const double with = before * odds_of_last;
        const double p = without + with;
        if (!(p > 0))
            break;
        before = without;
        left -= p;
        if (p < kLeast)
            continue;
        const double lost = x - k * restart_;
        if (k > 1 && with > 0) {
            sum += p * hits_within(lost, k, mixed(with / p / k, last));
        } else {
            sum += without * hits_within(lost, k, whole_);
            sum += with > 0 ? with * hits_within(lost, k, last) : 0;
        }
    }
    return sum;
}

double QuickLoss::probability(double work, double wall) const {
    constexpr double kFewIntervals = 20; // of which the last one matters
    constexpr double kFewHits = 6;
    constexpr double kMostHits = 100;
    constexpr double kRounding = 1e-9;
    const double wholes = std::floor(work / interval_ + kRounding);
    const double rest = work - wholes * interval_;
    const bool one_more = rest > kRounding * interval_;
    const double least = work + (wholes + (one_more ? 1 : 0)) * checkpoint_;
    const double x = wall - least;
    if (!(x >= 0))
        return 0;
    const double none = std::exp(-rate_ * least);
    if (x <= restart_)
        return none;
    Hit last{};
    if (one_more && wholes < kFewIntervals) {
        last = hit(rest + checkpoint_);
    } else if (one_more) {
        last = whole_;
        last.length = rest + checkpoint_;
    }
    const double hits = wholes * -std::expm1(-rate_ * whole_.length);
    if (hits > kFewHits) {
        const double smooth = smoothing_ * smoothing_ + hits * (whole_.first[1] + whole_.nexts[1]);
        if (hits > kMostHits || smooth > restart_ * restart_ / 6)
            return sum_within(
                x, one_more ? wholes * loss(whole_) + loss(last) : wholes * loss(whole_));
    }
    return mixture(x, none, wholes, last);
}

std::array<double, 6> QuickLoss::bends(double wall) const {
    const Cumulants each = loss(whole_);
    const double cycle = interval_ + checkpoint_ + each[0]; // expected
    const double spread = 5 * std::sqrt(wall / cycle * each[1]) * interval_ / cycle;
    const double usual = wall / cycle * interval_;
    const auto most = [&](double lost) {
        return wall > lost ? most_work(wall - lost, interval_, checkpoint_) : 0;
    };
    std::array<double, 6> out{most(restart_),
                              most(2 * restart_),
                              most(restart_ + whole_.length),
                              std::min(most(0), usual + spread),
                              std::max(0.0, usual - spread),
                              interval_ * std::floor(most(0) / interval_)};
    std::sort(out.begin(), out.end(), std::greater<>{});
    return out;
}

} // namespace flopwise
