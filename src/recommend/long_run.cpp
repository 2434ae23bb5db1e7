#include "recommend/long_run.hpp"

#include "solve/ranking.hpp"
#include "text/durations.hpp"
#include "text/figures.hpp"

namespace flopwise {

/// The fastest of the machines of an answer, in words; empty if it is that choice itself.
static std::string fastest(const Recommendation& answer, const Choice& than, Hours through) {
    if (answer.front.empty())
        return "";
    const FrontPoint& p = answer.front.front();
    if (!(p.hours < than.job->time.median))
        return "";
    return fmt::format("{}{} takes {} for {} USD",
                       p.machines > 1 ? fmt::format("{} x ", p.machines) : "",
                       p.instance,
                       duration(through * (p.hours / than.job->time.median)),
                       money(p.cost));
}

std::string long_run(const Catalog& catalog,
                     const Request& request,
                     const Charges& charges,
                     const Recommendation& answer) {
    const Job& job = job_of(request);
    if (!trains(request) || answer.choices.empty() || job.deadline || job.deadline_on.year != 0)
        return "";
    const Choice& first = answer.choices.front();
    const double per_day = request.budget.hours_per_day.value() / kHoursPerDay;
    const Hours through = first.job->time.median / per_day;
    if (through.value() < kHoursPerYear)
        return "";
    std::string out = fmt::format("{} takes {}", first.instance, duration(through));
    if (const std::string one = fastest(answer, first, through); !one.empty())
        out += fmt::format("; {}, which `deadline` asks for", one);
    if (job.max_machines >= kUsuallyJoined || !model_of(job).parameters)
        return out;
    Request several = request;
    training(several).max_machines = kUsuallyJoined;
    training(several).objective = Objective::time; // as many as make it shorter
    several.top = 1;
    several.nearest = 0;
    const Recommendation joined = Ranking{catalog, several, charges}.answer();
    if (const std::string many = fastest(joined, first, through);
        !many.empty() && joined.front.front().machines > 1)
        out += fmt::format(
            "; {}, which `max_machines` {} with a deadline admits", many, kUsuallyJoined);
    return out;
}

} // namespace flopwise
