#include "solve/job_choice.hpp"

#include "solve/job_times.hpp"
#include "text/durations.hpp"
#include "training/step_time.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

static bool images(ModelKind kind) {
    return kind == ModelKind::cnn || kind == ModelKind::vit;
}

void add_job(const JobTimes& plan, std::size_t type, const Outlook& outlook, Choice& to) {
    const Request& request = plan.request();
    JobChoice job{.machines = plan.machines(type),
                  .time = plan.estimate(type),
                  .precision = plan.precision(type),
                  .memory = plan.fit(type),
                  .host_needed = plan.host_needed(type),
                  .recompute = plan.training(type).recompute,
                  .seq_len_assumed = plan.work().seq_len_assumed};
    if (is_text(plan.work().net.kind))
        job.seq_len = plan.work().units_per_sample();
    const Estimate& time = job.time;
    job.p10 = outlook.hours.quantile(0.1);
    job.p90 = to.hours_p90 ? *to.hours_p90 : outlook.hours.quantile(0.9);
    job.cost_p10 = outlook.cost(job.p10);
    if (const auto deadline = plan.work_deadline())
        job.probability_in_time = outlook.hours.probability(*deadline);
    job.input_bound = plan.input(type) >= time.median;
    if (images(plan.work().net.kind) && to.vcpus)
        job.samples_per_second_per_vcpu =
            plan.work().units / time.median.value() / kSecondsPerHour / (*to.vcpus * job.machines);
    job.factors = factors(plan.work(type), plan.gpus(type), *request.precision);
    for (Factor& f : job.factors)
        if (f.source == plan.gpus(type).gpu->source)
            f.source = plan.title(f.source);
    for (Factor& f : plan.rates(type))
        job.factors.push_back(std::move(f));
    to.job = std::move(job);
}

std::vector<FrontPoint> pareto_front(std::vector<FrontPoint> points) {
    const auto by = [](const FrontPoint& p) {
        return std::tuple{
            p.hours, p.cost, std::string_view{p.instance}, std::string_view{p.region}};
    };
    std::sort(
        points.begin(), points.end(), [&](const auto& a, const auto& b) { return by(a) < by(b); });
    std::vector<FrontPoint> out;
    for (FrontPoint& p : points)
        if (out.empty() || p.cost < out.back().cost)
            out.push_back(std::move(p));
    if (out.size() < 3)
        return out;
    // Twice the area of the triangle over the line between the ends says how far a point is off.
    const auto x = [](const FrontPoint& p) { return std::log(p.hours.value()); };
    const auto y = [](const FrontPoint& p) { return std::log(p.cost.value()); };
    const FrontPoint& first = out.front();
    const FrontPoint& last = out.back();
    const auto below = [&](const FrontPoint& p) {
        return (y(first) - y(p)) * (x(last) - x(first)) - (x(p) - x(first)) * (y(first) - y(last));
    };
    const auto knee = std::max_element(
        out.begin(), out.end(), [&](const auto& a, const auto& b) { return below(a) < below(b); });
    knee->knee = below(*knee) > 0;
    return out;
}

} // namespace flopwise
