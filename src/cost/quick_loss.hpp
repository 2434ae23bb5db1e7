// What is lost on spot, quick enough for integrals over the work.

#pragma once

#include <flopwise/purchase.hpp>

#include <array>

namespace flopwise {

/// P(lost <= x) as InterruptedWork has it, to some 0.003: sums of times are of a Pearson III
/// distribution with a correction for the fourth cumulant.
class QuickLoss {
public:
    /// First four.
    using Cumulants = std::array<double, 4>;

    /// `smoothing`: what is smaller in the result does not matter, in hours. `rate` is positive.
    QuickLoss(double interval, double rate, const Recovery& recovery, double smoothing);

    /// Of that work, all hours being `wall`.
    [[nodiscard]] double probability(double work, double wall) const;
    /// Hours of work, the most first, at which the hours `wall` are enough with a probability that
    /// bends or jumps there. It is 1, nearly, below the last.
    [[nodiscard]] std::array<double, 6> bends(double wall) const;

private:
    /// Of an interval that is hit, without the restart after that.
    struct Hit {
        double length = 0; ///< of the attempt
        double once = 0;   ///< P(the next attempt is not hit)
        Cumulants first{}; ///< of the first attempt
        Cumulants again{}; ///< of a next one that is hit
        Cumulants nexts{}; ///< of all that are
    };

    [[nodiscard]] Hit hit(double length) const;
    [[nodiscard]] Cumulants loss(const Hit& hit) const;
    [[nodiscard]] double hits_within(double x, double k, const Hit& of) const;
    [[nodiscard]] Cumulants blurred(Cumulants k) const;
    [[nodiscard]] Hit mixed(double share, const Hit& last) const;
    [[nodiscard]] double mixture(double x, double none, double wholes, const Hit& last) const;

    double interval_;
    double rate_;
    double checkpoint_;
    double restart_;
    double smoothing_;
    double blur_ = 0;
    Hit whole_{};
};

} // namespace flopwise
