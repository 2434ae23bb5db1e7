// flopwise: hours as they may turn out
//
// A plan's hours are known, vary from day to day, or are predicted. On spot there is lost work on
// top. Whatever they are, a cost that rises with the hours has its quantiles from theirs.

#pragma once

#include <flopwise/purchase.hpp>
#include <flopwise/uncertainty.hpp>

#include <memory>

namespace flopwise {

/// The distribution of some hours. Copying costs a pointer.
class FLOPWISE_API HoursDistribution {
public:
    /// Hours that are known. Throws ArgumentError unless they are positive and finite.
    static HoursDistribution certain(Hours hours);
    /// Those of a plan of which each day's hours vary; certain if `use_cv` is 0. `confidence` plays
    /// no part. Throws ArgumentError as hours_quantile() does.
    static HoursDistribution of_plan(const Budget& budget, const Uncertainty& uncertainty);
    /// Hours of which the logarithm has a Student-t distribution around that of the median, as
    /// those of an Estimate. Throws ArgumentError unless all three are positive and finite.
    static HoursDistribution student(Hours median, double scale, double degrees_of_freedom);

    /// The same work on machines that are interrupted `rate` times an hour together, with
    /// checkpoints at the interval that spot_hours() takes: the hours until it is done. Without
    /// interruptions, the work and one checkpoint. What already has lost work gets it anew,
    /// at this rate. Throws ArgumentError for a rate or a recovery that is negative or not finite.
    [[nodiscard]] HoursDistribution on_spot(double rate, const Recovery& recovery) const;

    [[nodiscard]] bool is_certain() const;
    /// The mean; of what has none, the exponential of a Student-t, the median. On spot, the
    /// expected hours of that much work.
    [[nodiscard]] Hours central() const;
    /// The least hours that are enough with probability `p`. Throws ArgumentError unless `p` is
    /// in (0, 1). Infinite where so much is lost that the work is never done.
    [[nodiscard]] Hours quantile(double p) const;
    /// P(hours <= within).
    [[nodiscard]] double probability(Hours within) const;

    /// Made in the same way of the same figures.
    bool operator==(const HoursDistribution& other) const;

private:
    struct Data;
    explicit HoursDistribution(std::shared_ptr<const Data> data) noexcept;

    std::shared_ptr<const Data> data_;
};

} // namespace flopwise
