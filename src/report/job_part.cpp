#include "report/job_part.hpp"

#include "recommend/choice_figures.hpp"
#include "text/figures.hpp"

namespace flopwise {

static std::string name_of(const Job& job, const Work& work) {
    if (!job.model.empty())
        return job.model;
    return work.in_flops() ? "work" : std::string{to_string(work.net.kind)};
}

/// How often the data are seen, unless it is tokens that are given and no epochs.
static std::string epochs_of(const Job& job, const Work& work) {
    if (job.flops || (job.tokens && !job.epochs))
        return "";
    return fmt::format(" in {} {}{}",
                       work.epochs,
                       work.epochs == 1 ? "epoch" : "epochs",
                       !job.epochs && work.epochs != 1 ? " (its published recipe)" : "");
}

static std::string amount(const Job& job, const Work& work) {
    std::string flops = fmt::format("{:.3g} FLOP", work.unit.total() * work.units);
    if (work.in_flops())
        return flops;
    return fmt::format("{:.4g} {}{}, {}",
                       work.units,
                       is_text(work.net.kind) ? "tokens" : "samples",
                       epochs_of(job, work),
                       flops);
}

static std::string how(const Job& job, const Work& work) {
    std::string out;
    const auto add = [&out](const std::string& text) { out += ", " + text; };
    if (work.seq_len_assumed)
        add(fmt::format("sequences of {:.0f} tokens assumed", work.units_per_sample()));
    if (job.fine_tune != FineTune::none)
        add(fmt::format("fine_tune {}", to_string(job.fine_tune)));
    if (job.batch)
        add(fmt::format("batch {}", *job.batch));
    for (const auto& [key, value] : {std::pair{"tensor_parallel", job.tensor_parallel},
                                     std::pair{"pipeline_parallel", job.pipeline_parallel}})
        if (value > 1)
            add(fmt::format("{} {}", key, value));
    if (job.recompute)
        add(fmt::format("recompute {}", to_string(*job.recompute)));
    for (const Measured& rate : job.measured)
        add(to_string(rate));
    return out;
}

std::string job_line(const Recommendation& r) {
    const Job& job = job_of(r.request);
    if (!wanted(job))
        return "";
    const Work work = work_of(job, r.request.today);
    std::string out =
        fmt::format("Train {}: {}{}", name_of(job, work), amount(job, work), how(job, work));
    if (job.deadline)
        out += fmt::format("; within {} h", job.deadline->value());
    if (job.deadline_on.year != 0)
        out += fmt::format("; by the end of {}, in {}",
                           to_string(job.deadline_on),
                           duration(*deadline_of(r.request)));
    if (const auto& total = r.request.budget.total)
        out += fmt::format("; for at most {} USD", money(*total));
    if (job.deadline || job.deadline_on.year != 0 || r.request.budget.total)
        out += fmt::format(", with probability {}", r.request.uncertainty.confidence);
    return out;
}

static std::string several(int machines, const std::string& instance) {
    return machines > 1 ? fmt::format("{} x {}", machines, instance) : instance;
}

std::string machine_name(const Choice& choice) {
    return several(machines_of(choice), choice.instance);
}

TextTable front_grid(const Recommendation& r) {
    TextTable grid;
    grid.column("machine", TextTable::Align::left);
    grid.column("region", TextTable::Align::left);
    grid.column("time", TextTable::Align::right);
    grid.column("USD", TextTable::Align::right);
    grid.column("", TextTable::Align::left);
    for (const FrontPoint& p : r.front)
        grid.row({several(p.machines, p.instance),
                  p.region,
                  duration(p.hours),
                  money(p.cost),
                  p.knee ? "the knee" : ""});
    return grid;
}

static std::string memory_line(const Choice& c) {
    const auto& m = c.job->memory;
    if (!m)
        return "";
    return fmt::format(
        "memory: {:.1f} of {:.1f} on each GPU for one sample at once, 8 of 10 such "
        "runs {:.1f} to {:.1f}: fits with probability {:.2f}{}; up to {:.0f} samples "
        "fit; sharding {}, recompute {} (docs/model.md, Training job)",
        m->needed,
        m->available,
        m->p10,
        m->p90,
        m->probability,
        m->tight() ? ", tight" : "",
        m->micro_batch,
        to_string(m->sharding),
        to_string(c.job->recompute));
}

static std::string host_line(const Choice& c) {
    const auto& needed = c.job->host_needed;
    if (!needed)
        return "";
    return fmt::format("memory of the machine: at least {:.1f} needed, {}",
                       *needed,
                       c.memory ? fmt::format("{:.6g} there", *c.memory) : "not published");
}

static std::string factor_line(const Factor& f) {
    const std::string value =
        f.unit == "x" ? fmt::format("x {:.3g}", f.value)
                      : fmt::format("{:.4g}{}{}", f.value, f.unit.empty() ? "" : " ", f.unit);
    return fmt::format("{}: {} ({})", f.name, value, f.source);
}

std::vector<std::string> job_lines(const Recommendation& r, bool explain) {
    if (!explain || r.choices.empty() || !r.choices.front().job)
        return {};
    const Choice& best = r.choices.front();
    const JobChoice& job = *best.job;
    std::vector<std::string> out{
        fmt::format("{} takes {} h: half of such jobs less, 8 of 10 from {} to {} h (ln scale "
                    "{:.3f}, {:.2f} degrees of freedom; data/utilisation.yaml)",
                    machine_name(best),
                    large(job.time.median.value()),
                    large(job.p10.value()),
                    large(job.p90.value()),
                    job.time.scale,
                    job.time.degrees_of_freedom)};
    for (const Factor& f : job.factors)
        out.push_back(factor_line(f));
    for (std::string line : {memory_line(best), host_line(best)})
        if (!line.empty())
            out.push_back(std::move(line));
    return out;
}

} // namespace flopwise
