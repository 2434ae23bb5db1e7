#include "solve/ties.hpp"

#include <flopwise/score.hpp>

#include "cost/rule.hpp"
#include "training/step_time.hpp"

#include <cmath>

namespace flopwise {

// ---- of a job -----------------------------------------------------------------------

/// What the objective has least of; it is proportional to the hours.
static double burden(Objective objective, const Choice& c) {
    const double hours = c.job->time.median.value();
    const double cost = c.cost->total.value();
    switch (objective) {
    case Objective::cost:
        return cost;
    case Objective::time:
        return hours;
    case Objective::balanced:
        break;
    }
    return std::sqrt(cost * hours);
}

void mark_job_ties(Objective objective, std::vector<Choice>& choices) {
    for (Choice& c : choices) {
        const Choice& best = choices.front();
        c.tied =
            c.gpu != best.gpu && !distinguishable(burden(objective, c), burden(objective, best));
        c.job->tied = c.tied;
    }
}

// ---- of a rent ----------------------------------------------------------------------

/// Equal but for what rounding does to the last digits.
static bool same(double a, double b) {
    constexpr double kRounding = 1e-9;
    return std::abs(a / b - 1) <= kRounding;
}

/// Whether a ratio that goes with this power of the speed is within what predictions for two GPUs
/// are off; with none, or for one GPU, it has to be 1.
static bool
same_speed(const Request& request, const Choice& a, const Choice& b, double ratio, double power) {
    if (same(ratio, 1))
        return true;
    const bool predicted = request.speed == Speed::predicted && a.gpu != b.gpu && power > 0;
    const bool known = ratio > 0 && std::isfinite(ratio);
    return predicted && known && !distinguishable(std::pow(ratio, 1 / power), 1);
}

/// A bill with a charge that is not known is like no other.
static bool same_cost(const Choice& a, const Choice& b) {
    if (!a.cost || !b.cost)
        return same(a.effective.value_or(a.price).value(), b.effective.value_or(b.price).value());
    const auto worth = [](const Choice& c) { return c.present.value_or(c.cost->total).value(); };
    return complete(*a.cost) && complete(*b.cost) &&
           std::abs(worth(a) - worth(b)) < kHalfCent.value();
}

static double speed_of(const Request& request, const Choice& c) {
    if (!request.speed) // no GPU is asked for
        return c.vcpus.value_or(0);
    const auto& tflops = request.speed == Speed::predicted ? c.predicted : c.tflops;
    return tflops.value_or(Tflops{}).value();
}

static bool is_tied(const Request& request, const Choice& a, const Choice& b) {
    switch (request.sort.value_or(Sort::score)) {
    case Sort::cost:
        return same_cost(a, b);
    case Sort::price:
        return same(a.price.value(), b.price.value());
    case Sort::speed:
        return same_speed(request, a, b, speed_of(request, a) / speed_of(request, b), 1);
    case Sort::score:
        break;
    }
    const auto weights = normalised(*request.weights);
    const auto weight = [&](Criterion c) { return weights[static_cast<std::size_t>(c)]; };
    return same_speed(request,
                      a,
                      b,
                      a.score.value / b.score.value,
                      weight(Criterion::cost) + weight(Criterion::speed)); // cost is work per USD
}

void mark_rent_ties(const Request& request, std::vector<Choice>& choices) {
    for (std::size_t i = 1; i < choices.size(); ++i)
        choices[i].tied = is_tied(request, choices[i], choices.front());
}

} // namespace flopwise
