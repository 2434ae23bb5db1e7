// The report as comma-separated values.

#include <flopwise/report.hpp>

#include "report/csv_cells.hpp"
#include "report/fields.hpp"
#include "text/table.hpp"
#include "text/text.hpp"

#include <span>

namespace flopwise {

// ---- cells --------------------------------------------------------------------------

template <class T>
static std::string cell(const Field& field, const T& value) {
    if constexpr (std::is_same_v<T, std::string>)
        return csv_cell(value);
    else if constexpr (std::is_enum_v<T> || std::is_same_v<T, Date>)
        return std::string{to_string(value)};
    else if constexpr (std::is_floating_point_v<T>)
        return field.is(kRounded) ? fmt::format("{:.12g}", value) : fmt::format("{}", value);
    else if constexpr (std::is_arithmetic_v<T>)
        return fmt::format("{}", value);
    else if constexpr (requires { value.has_value(); })
        return value ? cell(field, *value) : "";
    else if constexpr (requires { value.value(); })
        return cell(field, value.value());
    else
        return ""; // a record, or several values, which are no cell
}

template <class Record>
static CsvCells cells_of(const Record& record) {
    CsvCells out;
    fields([&out](const Field& field,
                  const auto& value) { out.emplace(field.key, cell(field, value)); },
           record);
    return out;
}

/// What a training job adds to a row.
static void add_job(const Choice& c, CsvCells& to) {
    const JobChoice& job = *c.job;
    const auto add = [&to](std::string_view key, double value) {
        to.insert_or_assign(key, fmt::format("{:.12g}", value));
    };
    add("machines", job.machines);
    add("hours_p10", job.p10.value());
    add("hours_p50", job.time.median.value());
    add("hours_p90", job.p90.value());
    add("total_p10_usd", job.cost_p10.value());
    add("total_p90_usd", c.cost_quantiles->p90.value());
    if (job.probability_in_time)
        add("probability_in_time", *job.probability_in_time);
    if (job.memory)
        add("micro_batch", job.memory->micro_batch);
    if (job.memory)
        add("memory_probability", job.memory->probability);
}

// ---- rows ---------------------------------------------------------------------------

/// The columns of a table, separated by commas.
static std::string row_of(const CsvCells& cells, std::string_view columns) {
    std::string out;
    std::string_view comma;
    for (const std::string& column : text::split(columns, ',')) {
        const auto found = cells.find(column);
        out += fmt::format("{}{}", comma, found == cells.end() ? "" : found->second);
        comma = ",";
    }
    return out + '\n';
}

/// What the rows are ordered by.
static std::string order_of(const Recommendation& r) {
    return std::string{to_string(r.request.sort.value_or(Sort::score))};
}

CsvCells csv_cells(const Recommendation& r, const Choice& c) {
    CsvCells out = cells_of(c);
    if (c.cost)
        out.merge(cells_of(*c.cost)); // total_usd, usd_per_month
    if (c.job)
        add_job(c, out);
    out.emplace("sort", order_of(r));
    return out;
}

static std::string csv_of_choices(const Recommendation& r) {
    const std::string columns = fmt::format(
        "rank,provider,instance,family,region,purchase,price_usd_per_hour,"
        "effective_usd_per_hour,gpu,gpu_count,gpu_memory_gib,vcpus,memory_gib,"
        "network_gbps,tflops,score,pareto,"
        "total_usd,lasts_days,probability_within_budget,rtt_ms,retired,price_as_of{}"
        ",arch,stack,usd_per_month,price_p10_usd_per_hour,"
        "price_p90_usd_per_hour,stack_note,predicted_tflops,sort,spot_usd_per_hour{}",
        trains(r.request) ? ",machines,hours_p10,hours_p50,hours_p90,total_p10_usd,"
                            "total_p90_usd,probability_in_time,micro_batch,tied,memory_probability"
                          : "",
        trains(r.request) ? "" : ",tied");
    std::string out = columns + '\n';
    for (const Choice& c : r.choices)
        out += row_of(csv_cells(r, c), columns);
    return out;
}

static std::string csv_of_families(const Recommendation& r) {
    constexpr std::string_view kColumns =
        "rank,provider,family,purpose,gpu,score,best,price_from_usd_per_hour,"
        "price_to_usd_per_hour,admitted,refused,arch,stack,stack_note,sort";
    std::string out = fmt::format("{}\n", kColumns);
    const auto top = std::min(r.families.size(), static_cast<std::size_t>(r.request.top));
    for (const FamilyChoice& f : std::span{r.families}.first(top)) {
        CsvCells cells = cells_of(f);
        cells.emplace("sort", order_of(r));
        out += row_of(cells, kColumns);
    }
    return out;
}

std::string csv(const Recommendation& r) {
    return r.request.by == By::family ? csv_of_families(r) : csv_of_choices(r);
}

} // namespace flopwise
