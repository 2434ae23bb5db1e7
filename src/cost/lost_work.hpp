// Work that is interrupted: the hours until it is done, as a distribution.

#pragma once

#include <flopwise/purchase.hpp>

namespace flopwise {

/// Work of some hours on machines that are interrupted `rate` times an hour. It is cut in intervals
/// of which each ends with a checkpoint; what is left after the whole ones is one of its own. An
/// interruption loses the attempt at an interval, and the next one begins with a restart, which
/// can be interrupted too.
///
/// P(hours <= wall) is a mixture over the intervals that are hit, k of n, and the times j that a
/// next attempt is hit: k restarts, and a sum of k + j times until an interruption, each of an
/// exponential distribution that is cut off. Such a sum of one is exact, of more a Beta or a
/// normal distribution of its mean and variance.
class InterruptedWork {
public:
    /// `rate` is positive.
    InterruptedWork(Hours work, Hours interval, double rate, const Recovery& recovery);

    /// The hours if nothing is lost.
    [[nodiscard]] double least() const { return least_; }
    /// Of the hours beyond `least()`.
    [[nodiscard]] double mean_loss() const { return mean_; }
    [[nodiscard]] double variance_of_loss() const { return variance_; }
    [[nodiscard]] double probability(double wall) const;
    [[nodiscard]] double quantile(double p) const;

private:
    /// The time until an interruption that strikes within `length`.
    struct Cut {
        double length = 0;
        double mean = 0;
        double variance = 0;
    };
    /// An interval: its first attempt, and those that begin with a restart.
    struct Interval {
        Cut first{};
        Cut again{};
        double hit = 0;       ///< P(the first attempt is)
        double more_hits = 0; ///< of the next attempts, expected
    };
    /// How often something is hit.
    struct Hits {
        double whole; ///< first attempts at whole intervals
        int last;     ///< and at the last one
        double again; ///< next attempts
    };

    [[nodiscard]] Cut cut(double length) const;
    [[nodiscard]] Interval interval(double length, double restart) const;
    void count(const Interval& of, double times);
    [[nodiscard]] Cut mixed(const Hits& hits) const;
    [[nodiscard]] double sum_within(double x, const Hits& hits) const;
    [[nodiscard]] double given(double x, const Hits& hits, double weight) const;
    [[nodiscard]] double many_within(double x, const Hits& hits) const;
    [[nodiscard]] double many(double x) const;

    double rate_;
    double restart_;
    double whole_; ///< intervals
    Interval each_{};
    Interval last_{};
    double least_ = 0;
    double mean_ = 0;
    double variance_ = 0;
};

/// The most work that can be done within `wall`, if nothing is lost.
double most_work(double wall, double interval, double checkpoint);

/// Throws ArgumentError for a rate or a recovery that is negative or not finite.
void require_spot(double rate, const Recovery& recovery);

} // namespace flopwise
