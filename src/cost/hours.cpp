#include <flopwise/hours.hpp>

#include "cost/lost_work.hpp"
#include "cost/quick_loss.hpp"
#include "cost/rule.hpp"
#include "text/doubles.hpp"
#include "text/durations.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <variant>

namespace flopwise {

/// The kinds of hours, and what each is asked.
namespace spread {

constexpr double kPi = 3.14159265358979323846;

using StudentsT = boost::math::students_t_distribution<double, Doubles>;

struct Spot {
    double rate = 0;
    Recovery recovery{};
    double interval = 0; ///< hours, for work that is longer

    bool operator==(const Spot&) const = default;

    [[nodiscard]] InterruptedWork of(double work) const {
        return {Hours{work}, Hours{std::min(work, interval)}, rate, recovery};
    }
    [[nodiscard]] double checkpoint() const { return recovery.checkpoint.value(); }
};

/// Hours of a density on a scale that suits a quadrature: from `low` to `high` it is smooth, and
/// what lies beyond is less than 1e-5.
struct Scale {
    double low = 0;
    double high = 0;
};

struct Certain {
    Hours hours{};

    bool operator==(const Certain&) const = default;
};

/// On the scale y, hours = mean * y^power.
struct Plan {
    Budget budget{};
    Uncertainty uncertainty{};
    double mean = 0;
    double most = 0;  ///< hours that the days have
    double shape = 0; ///< of the Gamma distribution
    double power = 3;
    double log_factor = 0; ///< of the density of y

    Plan(const Budget& b, const Uncertainty& u) : budget{b}, uncertainty{u} {
        budget.total.reset();
        uncertainty.confidence = Uncertainty{}.confidence;
        mean = rented_hours(b).value();
        most = kHoursPerDay * b.days->value();
        shape = b.days->value() / (u.use_cv * u.use_cv);
        // y is nearly normal (Wilson and Hilferty 1931); of a small shape, its density is even.
        power = std::max(3.0, 1 / shape);
        constexpr double kLarge = 100; // Stirling: the terms cancel
        log_factor =
            std::log(power) + (shape > kLarge ? std::log(shape / (2 * kPi)) / 2 - 1 / (12 * shape)
                                              : shape * std::log(shape) - shape -
                                                    boost::math::lgamma(shape, Doubles{}));
    }
    bool operator==(const Plan&) const = default;

    [[nodiscard]] double density(double y) const {
        return std::exp(log_factor + (power * shape - 1) * std::log(y) -
                        shape * (std::pow(y, power) - 1));
    }
    [[nodiscard]] double hours(double y) const { return mean * std::pow(y, power); }
    [[nodiscard]] double at(double hours) const { return std::pow(hours / mean, 1 / power); }
    [[nodiscard]] Scale scale() const {
        const double middle = 1 - 1 / (9 * shape);
        const double wide = 4.6 / (3 * std::sqrt(shape));
        const double high = power > 3 ? std::pow(16 * power, 1 / power) : middle + wide;
        return {std::max(0.0, middle - wide), std::min(high, at(most))};
    }
};

/// On the scale phi, ln(hours / median) = scale * sqrt(degrees of freedom) * tan(phi).
struct Student {
    Hours median{};
    double scale_of_log = 0;
    double degrees_of_freedom = 0;
    double factor = 0; ///< of the density of phi
    double width = 0;

    Student(Hours m, double s, double n)
        : median{m}, scale_of_log{s}, degrees_of_freedom{n},
          factor{boost::math::tgamma_delta_ratio((n + 1) / 2, -0.5, Doubles{}) / std::sqrt(kPi)},
          width{s * std::sqrt(n)} {}
    bool operator==(const Student&) const = default;

    [[nodiscard]] double density(double phi) const {
        return factor * std::pow(std::cos(phi), degrees_of_freedom - 1);
    }
    [[nodiscard]] double hours(double phi) const {
        return median.value() * std::exp(width * std::tan(phi));
    }
    [[nodiscard]] double at(double hours) const {
        return std::atan(std::log(hours / median.value()) / width);
    }
    [[nodiscard]] Scale scale() const {
        constexpr double kLeast = 11; // -ln of the density, of that in the middle
        const double most = degrees_of_freedom > 1
                                ? std::acos(std::exp(-kLeast / (degrees_of_freedom - 1)))
                                : kPi / 2;
        return {-most, most};
    }
};

using Work = std::variant<Certain, Plan, Student>;

double quantile_of(const Certain& work, double /*p*/) {
    return work.hours.value();
}
double quantile_of(const Plan& work, double p) {
    return hours_quantile(work.budget, work.uncertainty, p).value();
}
double quantile_of(const Student& work, double p) {
    if (p == 0.5)
        return work.median.value();
    const StudentsT t{work.degrees_of_freedom};
    return (work.median * std::exp(work.scale_of_log * boost::math::quantile(t, p))).value();
}

double probability_of(const Certain& work, double within) {
    return work.hours.value() <= within ? 1 : 0;
}
double probability_of(const Plan& work, double within) {
    return hours_probability(work.budget, work.uncertainty, Hours{within});
}
double probability_of(const Student& work, double within) {
    if (!(within > 0))
        return 0;
    const StudentsT t{work.degrees_of_freedom};
    return boost::math::cdf(t, std::log(Hours{within} / work.median) / work.scale_of_log);
}

double central_of(const Certain& work) {
    return work.hours.value();
}
double central_of(const Plan& work) {
    return work.mean;
}
double central_of(const Student& work) {
    return work.median.value();
}

double spot_probability(const Certain& work, const Spot& spot, double within) {
    return spot.of(work.hours.value()).probability(within);
}

/// The part of P(hours <= within) of work that has more hours than its days.
double beyond(const Plan& work, const QuickLoss& loss, double within, double most_work) {
    if (most_work < work.most)
        return 0;
    const double at_most =
        hours_probability(work.budget, work.uncertainty, Hours{std::nextafter(work.most, 0.0)});
    return (1 - at_most) * loss.probability(work.most, within);
}
double beyond(const Student& /*work*/, const QuickLoss& /*loss*/, double /*within*/, double /*m*/) {
    return 0;
}

/// The integral of P(hours of that much work <= within) over the work's distribution, in pieces:
/// it ends with a jump, at the most work that can be done, and has others shortly before.
template <class Uncertain>
double spot_probability(const Uncertain& work, const Spot& spot, double within) {
    const double all = most_work(within, spot.interval, spot.checkpoint());
    if (!(all > 0))
        return 0;
    const Scale scale = work.scale();
    double high = std::min(scale.high, work.at(all));
    if (!(high > scale.low))
        return 0;
    const double middle = (scale.low + scale.high) / 2;
    const double smoothing =
        (work.hours(middle + (scale.high - scale.low) / 10) - work.hours(middle)) / 1.2;
    const QuickLoss loss{spot.interval, spot.rate, spot.recovery, smoothing};
    const auto part = [&](double y) {
        const double hours = work.hours(y);
        return hours > 0 ? work.density(y) * loss.probability(hours, within) : 0.0;
    };
    using boost::math::quadrature::gauss;
    constexpr double kThin = 0.005;
    constexpr double kThick = 0.25;
    double sum = beyond(work, loss, within, all);
    for (const double hours : loss.bends(within)) {
        const double low = hours > 0 ? std::clamp(work.at(hours), scale.low, high) : scale.low;
        const double share = (high - low) / (scale.high - scale.low);
        if (share < kThin)
            continue;
        sum += share > kThick ? gauss<double, 15, Doubles>::integrate(part, low, high)
                              : gauss<double, 7, Doubles>::integrate(part, low, high);
        high = low;
    }
    if (high > scale.low)
        sum += probability_of(work, work.hours(high));
    return std::clamp(sum, 0.0, 1.0);
}

} // namespace spread

struct HoursDistribution::Data {
    spread::Work work;
    std::optional<spread::Spot> spot{};

    bool operator==(const Data&) const = default;

    [[nodiscard]] double interrupted() const { return spot ? spot->rate : 0; }
    [[nodiscard]] double checkpoint() const { return spot ? spot->checkpoint() : 0; }
    [[nodiscard]] double probability(double within) const {
        return std::visit(
            [&](const auto& w) {
                return interrupted() > 0 ? spot_probability(w, *spot, within)
                                         : probability_of(w, within - checkpoint());
            },
            work);
    }
    [[nodiscard]] double quantile(double p) const {
        const double hours = std::visit([&](const auto& w) { return quantile_of(w, p); }, work);
        if (!(interrupted() > 0))
            return hours + checkpoint();
        const InterruptedWork near = spot->of(hours);
        if (std::holds_alternative<spread::Certain>(work))
            return near.quantile(p);
        return root(p, near);
    }
    /// From the hours of the work's quantile: less is not enough.
    [[nodiscard]] double root(double p, const InterruptedWork& near) const {
        const auto missing = [&](double within) { return probability(within) - p; };
        double low = near.least();
        if (!(missing(low) < 0))
            low = 0;
        double gap = near.mean_loss() + std::sqrt(near.variance_of_loss());
        if (!std::isfinite(gap))
            return gap;
        double high = near.least() + gap;
        for (; missing(high) < 0; gap *= 2) {
            low = high;
            high += gap;
        }
        std::uintmax_t steps = 100;
        constexpr int kBits = 26;
        const auto [a, b] = boost::math::tools::toms748_solve(
            missing, low, high, boost::math::tools::eps_tolerance<double>(kBits), steps, Doubles{});
        return b;
    }
};

HoursDistribution::HoursDistribution(std::shared_ptr<const Data> data) noexcept
    : data_{std::move(data)} {}

HoursDistribution HoursDistribution::certain(Hours hours) {
    require_positive("hours", hours);
    return HoursDistribution{std::make_shared<const Data>(Data{.work = spread::Certain{hours}})};
}

HoursDistribution HoursDistribution::of_plan(const Budget& budget, const Uncertainty& u) {
    const Hours hours = hours_quantile(budget, u, 0.5); // for its checks
    return HoursDistribution{
        std::make_shared<const Data>(u.use_cv == 0 ? Data{.work = spread::Certain{hours}}
                                                   : Data{.work = spread::Plan{budget, u}})};
}

HoursDistribution HoursDistribution::student(Hours median, double scale, double degrees) {
    require_positive("median", median);
    require_positive("scale", scale);
    require_positive("degrees_of_freedom", degrees);
    return HoursDistribution{
        std::make_shared<const Data>(Data{.work = spread::Student{median, scale, degrees}})};
}

HoursDistribution HoursDistribution::on_spot(double rate, const Recovery& recovery) const {
    require_spot(rate, recovery);
    Data out = *data_;
    out.spot = spread::Spot{rate, recovery, checkpoint_interval(rate, recovery).value()};
    return HoursDistribution{std::make_shared<const Data>(out)};
}

bool HoursDistribution::is_certain() const {
    return std::holds_alternative<spread::Certain>(data_->work) && !(data_->interrupted() > 0);
}

Hours HoursDistribution::central() const {
    const Hours work{std::visit([](const auto& w) { return central_of(w); }, data_->work)};
    const auto& spot = data_->spot;
    return spot ? expected_hours(
                      work, std::min(work, Hours{spot->interval}), spot->rate, spot->recovery)
                : work;
}

Hours HoursDistribution::quantile(double p) const {
    if (!(p > 0 && p < 1))
        throw ArgumentError{"p", fmt::format("must be above 0 and below 1, got {}", p)};
    return Hours{data_->quantile(p)};
}

double HoursDistribution::probability(Hours within) const {
    return data_->probability(within.value());
}

bool HoursDistribution::operator==(const HoursDistribution& other) const {
    return data_ == other.data_ || *data_ == *other.data_;
}

} // namespace flopwise
