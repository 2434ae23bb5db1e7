// Renting a machine for some hours, or for as long as the money lasts: any machine does the same
// work in an hour of rent, so an hour is what is compared.

#include "solve/rent_goal.hpp"

#include "cost/rule.hpp"
#include "solve/greatest.hpp"
#include "solve/reference.hpp"
#include "text/text.hpp"

#include <cmath>
#include <limits>

namespace flopwise {

constexpr Days kMonth{730.0 / 24}; // of a plan whose days are not known

static Budget with_days(Budget budget) {
    if (!budget.days)
        budget.days = kMonth;
    return budget;
}

RentGoal::RentGoal(const Catalog& catalog, const Request& request)
    : catalog_{catalog}, request_{request}, columns_{columns_of(catalog)},
      without_gpu_{least_gpus(request.constraints) == 0}, usual_{with_days(request.budget)},
      sure_{request.budget.days ? at_confidence(usual_, request.uncertainty) : usual_} {
    for (const Gpu& gpu : catalog.gpus()) {
        const auto rate = peak(gpu, *request.precision);
        rate_by_gpu_.push_back(rate ? rate->value() : kUnknown);
    }
    limit_ = request.budget.total && request.budget.days ? affordable_limit(sure_).value()
                                                         : std::numeric_limits<double>::infinity();
}

double RentGoal::rate(std::size_t type) const {
    if (without_gpu_)
        return columns_.vcpus[type];
    const std::int32_t gpu = columns_.gpu[type];
    return gpu < 0 ? kUnknown
                   : rate_by_gpu_[static_cast<std::size_t>(gpu)] * columns_.gpu_count[type];
}

double RentGoal::memory_compared(std::size_t type) const {
    return without_gpu_ ? 0 : columns_.gpu_memory_gib[type];
}

std::optional<HoursDistribution> RentGoal::hours(std::size_t type) const {
    if (!has_hours(type))
        return std::nullopt;
    return HoursDistribution::of_plan(usual_, request_.uncertainty);
}

Budget RentGoal::plan(Hours hours) const {
    Budget out = usual_;
    out.hours_per_day = std::min(HoursPerDay{24}, hours / *usual_.days);
    return out;
}

ReasonSet RentGoal::reasons(std::size_t type) const {
    const bool counts = without_gpu_ || columns_.gpu_count[type] > 0;
    return counts && std::isnan(rate(type)) ? bit(Reason::unknown_rate) : 0;
}

void RentGoal::explain(Reason /*reason*/, std::size_t type, Refusal& to) const {
    const auto has_peak = [](const Gpu& gpu, Precision p) { return peak(gpu, p).has_value(); };
    const auto gpu = static_cast<std::size_t>(columns_.gpu[type]); // vCPUs are known of all
    say_no_rate(catalog_.gpus()[gpu], *request_.precision, has_peak, to);
}

std::string RentGoal::cost_in_words(std::size_t /*type*/, UsdPerHour price) const {
    return fmt::format("costs {}, the ceiling is {:.4g}", price, price_ceiling(sure_));
}

void RentGoal::relax_budget(std::size_t /*type*/, UsdPerHour price, Refusal& to) const {
    const Budget& b = request_.budget;
    const Uncertainty& u = request_.uncertainty;
    add_alternative("budget_usd", total_needed(sure_, price).value(), to);
    if (const auto days = days_affordable(b, u, price))
        add_alternative("days", days->value(), to);
    add_alternative("hours_per_day", hours_per_day_affordable(b, u, price).value(), to);
}

void RentGoal::relax_budget(std::size_t /*type*/,
                            Usd needed,
                            const std::function<bool(const Budget&)>& affordable,
                            Refusal& to) const {
    add_alternative("budget_usd", needed.value(), to);
    const auto fits = [&](Budget plan) {
        try {
            return affordable(request_.budget.days ? at_confidence(plan, request_.uncertainty)
                                                   : plan);
        } catch (const ArgumentError&) { // an uncertain use of less than a day is none
            return false;
        }
    };
    Budget plan = usual_;
    const double days = greatest(usual_.days->value(), [&](double value) {
        plan.days = Days{value};
        return fits(plan);
    });
    plan = usual_;
    const double use = greatest(usual_.hours_per_day.value(), [&](double value) {
        plan.hours_per_day = HoursPerDay{value};
        return fits(plan);
    });
    if (days > 0)
        add_alternative("days", days, to);
    if (use > 0)
        add_alternative("hours_per_day", use, to);
}

Figures RentGoal::reference() const {
    return without_gpu_ ? reference_without_gpu() : flopwise::reference(*request_.precision);
}

} // namespace flopwise
