// Renting a machine for some hours, or for as long as the money lasts: any machine does the same
// work in an hour of rent, so an hour is what is compared.

#include "solve/rent_goal.hpp"

#include "cost/rule.hpp"
#include "solve/greatest.hpp"
#include "solve/reference.hpp"
#include "solve/ties.hpp"
#include "text/text.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace flopwise {

constexpr Days kMonth{730.0 / 24}; // of a plan whose days are not known

static Budget with_days(Budget budget) {
    if (!budget.days)
        budget.days = kMonth;
    return budget;
}

/// Whether the speed of its machines is known, in the way that is asked for.
static bool has_speed(const Gpu& gpu, const Request& request) {
    return request.speed == Speed::predicted ? can_predict(gpu, *request.precision)
                                             : peak(gpu, *request.precision).has_value();
}

RentGoal::RentGoal(const Catalog& catalog, const Request& request)
    : catalog_{catalog}, request_{request}, columns_{columns_of(catalog)},
      without_gpu_{least_gpus(request.constraints) == 0}, usual_{with_days(request.budget)},
      sure_{request.budget.days ? at_confidence(usual_, request.uncertainty) : usual_} {
    timed_.resize(catalog.gpus().size());
    for (std::size_t i = 0; i < timed_.size(); ++i)
        timed_[i].known = has_speed(catalog.gpus()[i], request);
    rate_by_type_.assign(catalog.instances().size(), -1);
    limit_ = request.budget.total && request.budget.days ? affordable_limit(sure_).value()
                                                         : std::numeric_limits<double>::infinity();
}

double RentGoal::rate(std::size_t type) const {
    if (without_gpu_)
        return columns_.vcpus[type];
    double& known = rate_by_type_[type];
    if (known < 0) {
        const std::int32_t gpu = columns_.gpu[type];
        known =
            gpu < 0 ? kUnknown : tflops(static_cast<std::size_t>(gpu), columns_.gpu_count[type]);
    }
    return known;
}

/// Most types are refused for what they are, and never asked.
double RentGoal::tflops(std::size_t gpu, double gpus) const {
    Timed& timed = timed_[gpu];
    if (!timed.known)
        return kUnknown;
    const Gpu& device = catalog_.gpus()[gpu];
    if (request_.speed == Speed::peak)
        return peak(device, *request_.precision)->value() * gpus;
    if (!std::exchange(timed.looked_up, true))
        timed.times = *workload_times(device, *request_.precision);
    return timed.times.tflops(gpus);
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
    const auto gpu = columns_.gpu[type];
    const bool known = without_gpu_ ? !std::isnan(columns_.vcpus[type])
                                    : gpu < 0 || timed_[static_cast<std::size_t>(gpu)].known;
    return known ? 0 : bit(Reason::unknown_rate);
}

void RentGoal::explain(Reason /*reason*/, std::size_t type, Refusal& to) const {
    const Precision asked = *request_.precision;
    const Gpu& gpu = catalog_.gpus()[static_cast<std::size_t>(columns_.gpu[type])];
    if (request_.speed == Speed::predicted)
        return say_no_rate(gpu, asked, can_predict, to);
    const auto has_peak = [](const Gpu& g, Precision p) { return peak(g, p).has_value(); };
    say_no_rate(gpu, asked, has_peak, to);
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
    return without_gpu_ ? reference_without_gpu()
                        : flopwise::reference(*request_.precision, *request_.speed);
}

void RentGoal::compare(std::vector<Choice>& choices) const {
    mark_rent_ties(request_, choices);
}

} // namespace flopwise
