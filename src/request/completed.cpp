#include "request/completed.hpp"

#include <flopwise/settings.hpp>

#include <algorithm>

namespace flopwise {

bool pays_spot(const Request& request) {
    const auto& asked = request.constraints.purchase;
    return std::find(asked.begin(), asked.end(), Purchase::spot) != asked.end();
}

/// What it takes to start up is paid at the price of the machine, so a job, which always has to,
/// needs no more than that.
static bool pays_beside(const Request& request) {
    Usage usage = request.usage;
    if (trains(request))
        usage.startup.reset();
    return charged(usage);
}

bool needs_plan_prices(const Request& request) {
    return pays_beside(request) || !request.ways.empty() ||
           (request.dataset.size && !request.dataset.region.empty()) || request.discount_rate > 0 ||
           (pays_spot(request) && (request.budget.days || request.budget.total || trains(request)));
}

bool is_limited(const Request& request) {
    return request.budget.total || request.constraints.max_price;
}

Sort sort_of(const Request& request, bool limited) {
    if (request.sort)
        return *request.sort;
    return limited || trains(request) || request.weights ? Sort::score : Sort::cost;
}

/// A job is judged by what it costs and how long it takes, and by nothing else.
static Weights weights_of(Objective objective) {
    switch (objective) {
    case Objective::cost:
        return {.cost = 1};
    case Objective::time:
        return {.speed = 1};
    case Objective::balanced:
        break;
    }
    return {.cost = 0.5, .speed = 0.5};
}

/// Charges and purchase options, as far as no catalog is needed.
static void require_valid_plan(const Request& request) {
    validate(request.usage, request.budget);
    require_not_negative("checkpoint_minutes", request.recovery.checkpoint);
    require_not_negative("restart_minutes", request.recovery.restart);
    constexpr int kMostMinutes = 525'600; // a year
    if (const int idle = request.launch.idle_minutes; idle < 0 || idle > kMostMinutes)
        request.refuse("idle_minutes",
                       fmt::format("must be between 0 and {} min, got {} min", kMostMinutes, idle));
    if (!request.ways.empty() && !request.budget.days && !trains(request))
        request.refuse("purchase", "must come with `days` to compare ways to pay");
}

/// What cannot be asked together with a training job, whose hours are estimated.
static void require_valid_job(const Request& request) {
    const Budget& b = request.budget;
    const auto alone = [&](bool given, std::string_view key, std::string_view reason) {
        if (given)
            request.refuse(key, reason);
    };
    alone(b.days.has_value(),
          "days",
          "must not come with a training job, whose hours are estimated: use `deadline`");
    alone(request.uncertainty.use_cv != 0,
          "use_cv",
          "must not come with a training job, whose hours vary by its own estimate");
    const Constraints& c = request.constraints;
    alone(c.min_gpus == 0.0 || c.max_gpus == 0.0,
          c.min_gpus == 0.0 ? "min_gpus" : "max_gpus",
          "must not be 0 with a training job: its time is predicted for GPUs");
    alone(request.speed.has_value(),
          "speed",
          "must not come with a training job, whose hours are its speed");
    alone(request.weights && job_of(request).objective != Objective::cost,
          "objective",
          "must not come with weights");
    const Precision p = request.precision.value_or(Precision::mixed);
    alone(p == Precision::fp64 || p == Precision::int8,
          "precision",
          "must be mixed, fp32, tf32, fp16, bf16 or fp8 with a training job");
}

/// The time of the plan and how uncertain it is, as far as they are given.
static void require_valid_time(const Request& request) {
    Budget plan = request.budget;
    if (plan.days)
        (void)rented_hours(plan);
    else
        plan.days = Days{1}; // the rest can be checked without
    if (request.uncertainty != Uncertainty{})
        (void)at_confidence(plan, request.uncertainty);
    if (request.uncertainty.use_cv != 0 && !request.budget.days && !request.budget.total)
        throw ArgumentError{"use_cv", "must come with a budget or with days"};
}

Request completed(Request request) {
    validate(request);
    const Budget& b = request.budget;
    if (request.dataset.size && !request.dataset.region.empty()) {
        request.usage.moved_in = *request.dataset.size;
        request.usage.moved_from = request.dataset.region;
    }
    if (trains(request))
        require_valid_job(request);
    try {
        require_valid_plan(request);
        if (b.total && b.days)
            (void)price_ceiling(b);
        else if (b.total)
            (void)days_affordable(b, UsdPerHour{1});
        require_valid_time(request);
        (void)normalised(request.weights.value_or(Weights{.cost = 1}));
    } catch (const ArgumentError& e) {
        request.refuse(e.where().field, e.reason());
    }
    if (b.fixed != Usd{} && !b.total && !b.days && !trains(request))
        request.refuse("fixed_usd", "must come with a budget or with days");
    if (!request.precision)
        request.precision = precision_of(request.profile);
    if (request.speed == Speed::predicted &&
        speed_of(Profile::training, *request.precision) == Speed::peak)
        request.refuse("speed",
                       fmt::format("must be peak at {}, in which no training was measured, got "
                                   "predicted",
                                   to_string(*request.precision)));
    if (request.currency && request.currency->as_of == Date{})
        request.currency->as_of = request.today;
    const Constraints& c = request.constraints;
    const bool on_vcpus = c.min_gpus.value_or(c.max_gpus.value_or(1)) == 0;
    if (!request.speed && !trains(request) && !on_vcpus)
        request.speed = speed_of(request.profile, *request.precision);
    request.sort = sort_of(request, is_limited(request)); // by the weights as they were given
    if (!request.weights)
        request.weights =
            trains(request) ? weights_of(job_of(request).objective) : weights_of(request.profile);
    return request;
}

} // namespace flopwise
