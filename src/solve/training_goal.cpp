// A training job: each machine type takes its own hours, and so many machines as are best.

#include "solve/training_goal.hpp"

#include "catalog/stack_notes.hpp"
#include "cost/rule.hpp"
#include "solve/job_choice.hpp"
#include "solve/reference.hpp"
#include "solve/ties.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace flopwise {

/// Methods that a job needs and a GPU does not run: "qlora", "paged_adam_8bit".
static std::vector<std::string_view>
missing_methods(const Gpu& gpu, const Job& job, Date software) {
    std::vector<std::string_view> out;
    for (const std::string_view method : {to_string(job.fine_tune), to_string(job.optimiser)})
        if (!lacks(gpu, method, software).empty())
            out.push_back(method);
    return out;
}

TrainingGoal::TrainingGoal(const Catalog& catalog,
                           const Request& request,
                           const Sites& sites,
                           std::optional<std::size_t> only)
    : catalog_{catalog}, request_{request}, columns_{columns_of(catalog)},
      times_{catalog,
             request,
             [this, &sites](std::size_t type) { return sites.cheapest(columns_, type); },
             only} {
    const Date software = times_.software();
    for (const Gpu& gpu : catalog.gpus())
        able_.push_back(missing_methods(gpu, job_of(request), software).empty());
    const std::size_t types = catalog.instances().size();
    paid_hours_.reserve(types);
    limit_.reserve(types);
    for (std::size_t type = 0; type < types; ++type) {
        const bool known = times_.known(type);
        paid_hours_.push_back(known ? times_.paid_hours(times_.median(type)).value() : kUnknown);
        limit_.push_back(known ? times_.price_limit(type)
                               : std::numeric_limits<double>::infinity());
    }
}

const Gpu& TrainingGoal::gpu(std::size_t type) const {
    return catalog_.gpus()[static_cast<std::size_t>(columns_.gpu[type])];
}

std::optional<HoursDistribution> TrainingGoal::hours(std::size_t type) const {
    if (!has_hours(type))
        return std::nullopt;
    const Estimate e = times_.estimate(type);
    return HoursDistribution::student(e.median, e.scale, e.degrees_of_freedom);
}

Budget TrainingGoal::usual_plan(std::size_t type) const {
    return plan(times_.known(type) ? times_.median(type) : Hours{1});
}

Budget TrainingGoal::sure_plan(std::size_t type) const {
    return plan(times_.known(type) ? times_.sure(type) : Hours{1});
}

ReasonSet TrainingGoal::reasons(std::size_t type) const {
    ReasonSet out = 0;
    const auto refuse = [&out](bool when, Reason reason) { out |= when ? bit(reason) : 0; };
    const bool has_gpu = columns_.gpu_count[type] > 0;
    refuse(has_gpu && !able_[static_cast<std::size_t>(columns_.gpu[type])], Reason::other_method);
    refuse(has_gpu && times_.broken(type), Reason::broken_replica);
    refuse(has_gpu && !times_.known(type) && !times_.broken(type), Reason::unknown_rate);
    if (times_.known(type)) {
        refuse(!times_.fits(type), Reason::does_not_fit);
        refuse(times_.lacks_host_memory(type), Reason::little_host);
        refuse(!times_.in_time(type), Reason::misses_deadline);
    }
    return out;
}

double TrainingGoal::distance(std::size_t type) const {
    double sum = 0;
    if (!times_.known(type))
        return sum;
    const auto add = [&sum](double has, double needed) {
        sum += has > 0 && needed > 0 ? std::abs(std::log(has / needed)) : kVeryFar;
    };
    if (!times_.fits(type))
        if (const auto fit = times_.fit(type); fit && fit->available < fit->needed)
            add(fit->available.value(), fit->needed.value());
    if (times_.lacks_host_memory(type))
        add(columns_.memory_gib[type], times_.host_needed(type)->value());
    if (!times_.in_time(type))
        add(times_.sure(type).value(), times_.work_deadline()->value());
    return sum;
}

// ---- in words -----------------------------------------------------------------------

void TrainingGoal::explain_rate(std::size_t type, Refusal& to) const {
    if (peak(gpu(type), *request_.precision))
        return say("has no published memory bandwidth, so its time is not known", to);
    const auto timed = [](const Gpu& gpu, Precision p) {
        return peak(gpu, p) && (p == Precision::mixed || timed_tflops(gpu, p));
    };
    say_no_rate(gpu(type), *request_.precision, timed, to);
}

/// The change is one only if the net fits without, too.
void TrainingGoal::explain_method(std::size_t type, Refusal& to) const {
    const Gpu& gpu = this->gpu(type);
    const auto missing = missing_methods(gpu, job_of(request_), times_.software());
    for (const std::string_view method : missing)
        say(lacks(gpu, method, times_.software(), catalog_.instances()[type].family), to);
    if (!times_.fits_without(type, missing))
        return;
    for (const std::string_view method : missing)
        to.relaxation.push_back(
            method == to_string(FineTune::qlora)
                ? Relaxation{"fine_tune", std::string{to_string(FineTune::lora)}}
                : Relaxation{"optimiser", std::string{to_string(Optimiser::adam)}});
}

/// More machines, or a split that the GPUs of one have.
void TrainingGoal::explain_split(std::size_t type, Refusal& to) const {
    const Job& job = job_of(request_);
    const double has = times_.devices(type, 1);
    say(fmt::format("needs a multiple of {} GPUs, for tensor_parallel {} * pipeline_parallel {}, "
                    "has {:g}{}",
                    model_parallel(job).gpus(),
                    job.tensor_parallel,
                    job.pipeline_parallel,
                    has,
                    job.max_machines > 1
                        ? fmt::format(" on each of at most {} machines", job.max_machines)
                        : ""),
        to);
    if (const auto machines = times_.whole_machines(type); machines && *machines > job.max_machines)
        to.alternatives.push_back({{"max_machines", static_cast<double>(*machines)}});
    const auto whole = std::max(1LL, std::llround(has));
    const auto tensor = std::gcd(whole, static_cast<long long>(job.tensor_parallel));
    const auto pipeline = std::gcd(whole / tensor, static_cast<long long>(job.pipeline_parallel));
    auto& smaller = to.alternatives.emplace_back();
    if (tensor != job.tensor_parallel)
        smaller.push_back({"tensor_parallel", static_cast<double>(tensor)});
    if (pipeline != job.pipeline_parallel)
        smaller.push_back({"pipeline_parallel", static_cast<double>(pipeline)});
    to.relaxation.insert(
        to.relaxation.end(), to.alternatives.front().begin(), to.alternatives.front().end());
}

void TrainingGoal::explain_memory(std::size_t type, Refusal& to) const {
    const auto remedy = times_.remedy(type);
    const int devices = gpu(type).devices;
    say(explanation(*times_.fit(type), remedy) +
            (devices > 1 ? fmt::format("; each {} is {} devices", gpu(type).name, devices) : ""),
        to);
    if (remedy && !remedy->settings.empty()) {
        auto& first = to.alternatives.emplace_back();
        for (const auto& [key, value] : remedy->settings)
            first.push_back({key, value});
    }
    for (Relaxation& change : times_.other_remedies(type))
        to.alternatives.push_back({std::move(change)});
    if (!to.alternatives.empty())
        to.relaxation.insert(
            to.relaxation.end(), to.alternatives.front().begin(), to.alternatives.front().end());
}

/// What a user says must do is not checked again.
void TrainingGoal::explain_host(std::size_t type, Refusal& to) const {
    const GiB needed = *times_.host_needed(type);
    const GiB has{columns_.memory_gib[type]};
    say(fmt::format(
            "needs at least {:.1f} of its own memory to load the weights or to hold what is "
            "offloaded, has {:.6g}",
            needed,
            has),
        {"min_memory_gib", has.value()},
        to);
}

void TrainingGoal::explain_deadline(std::size_t type, Refusal& to) const {
    const Hours sure = times_.sure(type);
    const HoursPerDay use = request_.budget.hours_per_day;
    say(fmt::format("needs {:.4g} at the median and {:.4g} with probability {}{}; it is done by "
                    "the deadline of {:.4g} with probability {:.2f}",
                    times_.median(type),
                    sure,
                    request_.uncertainty.confidence,
                    use < HoursPerDay{24} ? fmt::format(", at {}", use) : "",
                    *times_.deadline(),
                    times_.estimate(type).probability(*times_.work_deadline())),
        to);
    to.relaxation.push_back(
        {"deadline", fmt::format("{:.0f}h", std::ceil(times_.through(sure).value()))});
}

void TrainingGoal::explain(Reason reason, std::size_t type, Refusal& to) const {
    switch (reason) {
    case Reason::other_method:
        return explain_method(type, to);
    case Reason::broken_replica:
        return explain_split(type, to);
    case Reason::does_not_fit:
        return explain_memory(type, to);
    case Reason::little_host:
        return explain_host(type, to);
    case Reason::misses_deadline:
        return explain_deadline(type, to);
    default:
        return explain_rate(type, to);
    }
}

/// At the median, at the confidence, and how sure the budget is to suffice.
std::string TrainingGoal::cost_in_words(std::size_t type, UsdPerHour price) const {
    const Budget& b = request_.budget;
    const Hours median = times_.median(type);
    const Usd usual = price * times_.machine_hours(type, median) + b.fixed;
    const Usd sure = price * times_.machine_hours(type, times_.sure(type)) + b.fixed;
    return fmt::format(
        "costs {:.2f} in {:.4g} at the median and {:.2f} with probability {}; {:.2f} "
        "are enough with probability {:.2f}",
        usual,
        median,
        sure,
        request_.uncertainty.confidence,
        *b.total,
        times_.estimate(type).probability(times_.affordable(type, price)));
}

void TrainingGoal::relax_budget(std::size_t type, UsdPerHour price, Refusal& to) const {
    to.relaxation.push_back({"budget_usd", total_needed(times_.budget(type), price).value()});
}

/// The hours are those of the job, so only more money helps.
void TrainingGoal::relax_budget(std::size_t /*type*/,
                                Usd needed,
                                const std::function<bool(const Budget&)>& /*affordable*/,
                                Refusal& to) const {
    to.relaxation.push_back({"budget_usd", needed.value()});
}

// ---- of the question and the answer -------------------------------------------------

/// The reference machine does as many an hour as it is predicted to.
Figures TrainingGoal::reference() const {
    Figures out = flopwise::reference(*request_.precision, Speed::peak);
    out.rate = 1 / times_.paid_hours(times_.reference()).value();
    return out;
}

void TrainingGoal::describe(std::size_t type, const Outlook& outlook, Choice& to) const {
    add_job(times_, type, outlook, to);
}

void TrainingGoal::compare(std::vector<Choice>& choices) const {
    mark_job_ties(job_of(request_).objective, choices);
}

std::vector<FrontPoint> TrainingGoal::front(const Points& points) const {
    return pareto_front(points());
}

} // namespace flopwise
