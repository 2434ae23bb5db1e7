// The cost of uncertain hours at a price that may have moved: docs/prices.md, "In the cost".

#include <flopwise/budget.hpp>

#include "recommend/aged.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace flopwise {

namespace {

constexpr std::size_t kRatios = 32; ///< that stand for those of a price that moved
constexpr double kZ80 =
    0.8416212335729143; // the normal quantile of 0.8; Abramowitz and Stegun 26.2
constexpr double kZ90 = 1.2815515655446004;

double normal_cdf(double z) {
    return std::erfc(-z / std::sqrt(2.0)) / 2;
}

/// What hours cost at the price as it is listed, as a curve over normal quantiles: through the
/// three that are known, its logarithm straight between and beyond them.
class HoursCost {
public:
    HoursCost(const CostQuantiles& known, double fixed)
        : fixed_{fixed}, p50_{std::log(known.p50.value() - fixed)},
          below_{slope(std::log(known.p80.value() - fixed) - p50_, kZ80)},
          above_{slope(std::log((known.p90.value() - fixed) / (known.p80.value() - fixed)),
                       kZ90 - kZ80)} {}

    /// P(cost <= usd) at `ratio` times the price.
    [[nodiscard]] double probability(double usd, double ratio) const {
        if (!(usd > fixed_))
            return 0;
        const double log = std::log((usd - fixed_) / ratio) - p50_;
        const double z = log / below_;
        return normal_cdf(z <= kZ80 ? z : kZ80 + (log - below_ * kZ80) / above_);
    }

private:
    /// On spot that is hardly ever reclaimed, most quantiles are the same.
    static double slope(double log, double normal) {
        constexpr double kLeast = 1e-9;
        return std::max(log / normal, kLeast);
    }

    double fixed_; ///< what the price does not change
    double p50_;
    double below_; ///< of ln USD for each unit of the normal quantile, up to that of 0.8
    double above_; ///< and beyond
};

/// The same at a price that may have moved.
class AgedCost {
public:
    AgedCost(const HoursCost& hours, const Aged& aged)
        : hours_{hours}, same_{unchanged(aged.age, aged.years)} {
        PriceAge moved = aged.age;
        moved.changes_per_year = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < kRatios; ++i)
            ratios_[i] =
                price_ratio_quantile(moved, aged.years, (static_cast<double>(i) + 0.5) / kRatios);
    }

    [[nodiscard]] double probability_moved(double usd) const {
        double sum = 0;
        for (const double ratio : ratios_)
            sum += hours_.probability(usd, ratio);
        return sum / kRatios;
    }
    [[nodiscard]] double probability(double usd) const {
        return same_ * hours_.probability(usd, 1) + (1 - same_) * probability_moved(usd);
    }
    /// By bisection of the logarithm, to a tenth of a per mille.
    [[nodiscard]] Usd quantile(double p, Usd near) const {
        constexpr int kSteps = 24;
        double low = std::log(near.value()) - kReach;
        double high = std::log(near.value()) + kReach;
        for (int step = 0; step < kSteps; ++step) {
            const double middle = (low + high) / 2;
            (probability(std::exp(middle)) < p ? low : high) = middle;
        }
        return Usd{std::exp((low + high) / 2)};
    }
    [[nodiscard]] double same() const { return same_; }

private:
    static constexpr double kReach = 4; ///< of ln USD, either way

    HoursCost hours_;
    double same_;
    std::array<double, kRatios> ratios_{};
};

} // namespace

Usd paid_by_the_hour(const Choice& of) {
    const bool on_demand = of.purchase == PurchaseKind::on_demand;
    Usd out{};
    for (const LineItem& item : of.cost->items)
        if (item.charge == "compute" || item.charge == "startup" ||
            (item.charge == "unused_capacity" && on_demand))
            out = out + item.amount.value_or(Usd{});
    return out;
}

void widen_cost(const Aged& aged, std::optional<Usd> budget, Choice& to) {
    if (!to.cost_quantiles || !to.cost || !(aged.years > 0))
        return;
    const double fixed = (to.cost->total - paid_by_the_hour(to)).value();
    if (!(to.cost_quantiles->p50.value() > fixed))
        return;
    const HoursCost hours{*to.cost_quantiles, fixed};
    const AgedCost cost{hours, aged};
    if (budget && to.probability_within_budget)
        to.probability_within_budget = cost.same() * *to.probability_within_budget +
                                       (1 - cost.same()) * cost.probability_moved(budget->value());
    if (to.job)
        to.job->cost_p10 = cost.quantile(0.1, to.job->cost_p10);
    CostQuantiles& known = *to.cost_quantiles;
    known = {.p50 = cost.quantile(0.5, known.p50),
             .p80 = cost.quantile(0.8, known.p80),
             .p90 = cost.quantile(0.9, known.p90)};
}

} // namespace flopwise
