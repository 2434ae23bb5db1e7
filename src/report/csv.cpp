// The report as comma-separated values.

#include <flopwise/report.hpp>

#include "text/table.hpp"

#include <span>

namespace flopwise {

static std::string number(const std::optional<double>& value) {
    return value ? fmt::format("{:.12g}", *value) : ""; // as in JSON
}

template <class Unit>
static std::string number(const std::optional<Quantity<Unit>>& value) {
    return value ? fmt::format("{}", value->value()) : "";
}

/// What a training job adds to a row.
static std::string job_fields(const Choice& c) {
    const JobChoice& job = *c.job;
    return fmt::format(",{},{:.12g},{:.12g},{:.12g},{:.12g},{:.12g},{},{},{}",
                       job.machines,
                       job.p10.value(),
                       job.time.median.value(),
                       job.p90.value(),
                       job.cost_p10.value(),
                       c.cost_quantiles->p90.value(),
                       number(job.probability_in_time),
                       job.memory ? fmt::format("{}", job.memory->micro_batch) : "",
                       job.tied);
}

static std::string csv_of_choices(const Recommendation& r) {
    std::string out = "rank,provider,instance,family,region,purchase,price_usd_per_hour,"
                      "effective_usd_per_hour,gpu,gpu_count,gpu_memory_gib,vcpus,memory_gib,"
                      "network_gbps,tflops,score,pareto,"
                      "total_usd,lasts_days,probability_within_budget,rtt_ms,retired,price_as_of";
    const bool job = wanted(r.request.job);
    out += job ? ",machines,hours_p10,hours_p50,hours_p90,total_p10_usd,total_p90_usd,"
                 "probability_in_time,micro_batch,tied,arch,stack\n"
               : ",arch,stack\n";
    for (const Choice& c : r.choices)
        out += fmt::format(
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:.12g},{},{},{},{},{},{},{}{},{},{}\n",
            c.rank,
            csv_cell(c.provider),
            csv_cell(c.instance),
            csv_cell(c.family),
            csv_cell(c.region),
            to_string(c.purchase),
            c.price.value(),
            number(c.effective),
            csv_cell(c.gpu),
            c.gpu_count,
            number(c.gpu_memory),
            c.vcpus,
            c.memory.value(),
            number(c.network),
            number(c.tflops),
            c.score.value,
            c.pareto,
            c.cost ? fmt::format("{}", c.cost->total.value()) : "",
            number(c.lasts),
            number(c.probability_within_budget),
            number(c.rtt),
            c.retired,
            to_string(c.as_of),
            job ? job_fields(c) : "",
            csv_cell(c.arch),
            csv_cell(c.stack));
    return out;
}

static std::string csv_of_families(const Recommendation& r) {
    std::string out = "rank,provider,family,purpose,gpu,score,best,price_from_usd_per_hour,"
                      "price_to_usd_per_hour,admitted,refused,arch,stack\n";
    const auto top = std::min(r.families.size(), static_cast<std::size_t>(r.request.top));
    for (const FamilyChoice& f : std::span{r.families}.first(top))
        out += fmt::format("{},{},{},{},{},{:.12g},{},{},{},{},{},{},{}\n",
                           f.rank,
                           csv_cell(f.provider),
                           csv_cell(f.family),
                           to_string(f.purpose),
                           csv_cell(f.gpu),
                           f.score,
                           csv_cell(f.best),
                           f.price_from.value(),
                           f.price_to.value(),
                           f.admitted,
                           f.refused,
                           csv_cell(f.arch),
                           csv_cell(f.stack));
    return out;
}

std::string csv(const Recommendation& r) {
    return r.request.by == By::family ? csv_of_families(r) : csv_of_choices(r);
}

} // namespace flopwise
