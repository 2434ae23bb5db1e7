#include "report/ranking_part.hpp"

#include "recommend/warnings.hpp"
#include "report/cost_part.hpp"
#include "report/csv_cells.hpp"
#include "report/job_part.hpp"
#include "text/figures.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

/// The name of a GPU without its vendor.
static std::string_view model_of(std::string_view gpu) {
    const auto dash = gpu.find('-');
    return dash == std::string_view::npos ? gpu : gpu.substr(dash + 1);
}

std::string percent(double share) {
    const std::string text = fmt::format("{:.1f} %", share * 100);
    return text == "100.0 %" ? ">99.9 %" : text;
}

std::string score_text(double score) {
    constexpr double kLongest = 1e7; // more is no score to compare by eye
    return score < kLongest ? fmt::format("{:.1f}", score) : fmt::format("{:.3g}", score);
}

double ratio_to_reference(const Recommendation& r, const Choice& choice, std::size_t criterion) {
    return std::exp(choice.score.contributions[criterion] / r.weights[criterion]);
}

template <class T>
static std::string figure_if(const std::optional<T>& value, int decimals) {
    return value ? grouped(value->value(), decimals) : "";
}

static std::optional<double> gib_of(const std::optional<GiB>& memory) {
    return memory ? std::optional{memory->value()} : std::nullopt;
}

using Align = TextTable::Align;

static bool several_regions(const Recommendation& r) {
    return std::any_of(r.choices.begin(), r.choices.end(), [&](const Choice& c) {
        return c.region != r.choices.front().region;
    });
}

/// Whether a machine's name alone does not tell who rents it out.
static bool several_providers(const Recommendation& r) {
    const auto& asked = r.request.constraints.provider;
    return (!asked.empty() && (asked.size() > 1 || text::is_pattern(asked.front()))) ||
           std::any_of(r.families.begin(), r.families.end(), [&](const FamilyChoice& f) {
               return f.provider != r.families.front().provider;
           });
}

// ---- the table of choices ------------------------------------------------------------

namespace {

/// A column of the table of choices.
struct ChoiceColumn {
    std::string_view key;   ///< of CSV, as far as that has it
    std::string_view title; ///< with {} for the code of another currency
    Align align;
    int keep;     ///< columns of a lower one are left out first
    bool is_wide; ///< shown only with `wide`, or where it is asked for
    std::string (*cell)(const Recommendation& r, const Choice& c);
};

std::string age_of(const Recommendation& r, const Choice& c) {
    const Date today = r.request.today;
    return today.year == 0 || c.as_of.year == 0
               ? ""
               : fmt::format("{}", std::max(0, days_between(c.as_of, today)));
}

/// "us-west-2, 3 more"
std::string others(const std::vector<std::string>& regions) {
    return regions.size() < 2 ? joined(regions, "")
                              : fmt::format("{}, {} more", regions.front(), regions.size() - 1);
}

std::string marks(const Choice& c) {
    return fmt::format(
        "{}{}{}", c.pareto ? "*" : "", c.tied ? "=" : "", foreign(c).empty() ? "" : "!");
}

/// All there are, in their order.
std::span<const ChoiceColumn>
choice_columns() { // NOLINT(readability-function-cognitive-complexity): one table
    using R = const Recommendation&;
    using C = const Choice&;
    constexpr int kAlways = TextTable::kAlways;
    // clang-format off
    static constexpr auto kColumns = std::to_array<ChoiceColumn>({
        {"rank", "#", Align::right, kAlways, false, [](R, C c) { return fmt::format("{}", c.rank); }},
        {"instance", "machine", Align::left, kAlways, false, [](R, C c) { return machine_name(c); }},
        {"provider", "provider", Align::left, 99, false, [](R, C c) { return c.provider; }},
        {"family", "family", Align::left, 5, true, [](R, C c) { return c.family; }},
        {"region", "region", Align::left, 98, false, [](R, C c) { return c.region; }},
        {"also", "also", Align::left, 38, false, [](R, C c) { return others(c.also); }},
        {"purchase", "paid", Align::left, 98, false, [](R, C c) { return std::string{to_string(c.purchase)}; }},
        {"gpu", "GPUs", Align::left, 97, false, [](R, C c) { return gpus(c.gpu_count, model_of(c.gpu), gib_of(c.gpu_memory)); }},
        {"memory_gib", "GiB", Align::right, 30, false, [](R, C c) { return c.memory ? large(c.memory->value()) : ""; }},
        {"vcpus", "vCPU", Align::right, 10, false, [](R, C c) { return c.vcpus ? large(*c.vcpus) : ""; }},
        {"network_gbps", "Gbps", Align::right, 6, true, [](R, C c) { return c.network ? large(c.network->value()) : ""; }},
        {"arch", "arch", Align::left, 7, true, [](R, C c) { return c.arch; }},
        {"stack", "stack", Align::left, 8, true, [](R, C c) { return c.stack; }},
        {"tflops", "TFLOPS", Align::right, 40, false, [](R, C c) { return c.tflops ? large(c.tflops->value()) : ""; }},
        {"predicted_tflops", "predicted", Align::right, 35, false, [](R, C c) { return c.predicted ? large(c.predicted->value()) : ""; }},
        {"rtt_ms", "rtt ms", Align::right, 94, false, [](R, C c) { return figure_if(c.rtt, 0); }},
        {"hours_p50", "time", Align::right, 96, false, [](R, C c) { return c.job ? duration(c.job->time.median) : ""; }},
        {"hours_p90", "90 % time", Align::right, 45, false, [](R, C c) { return c.job ? duration(c.job->p90) : ""; }},
        {"probability_in_time", "in time", Align::right, 89, false, [](R, C c) { return c.job && c.job->probability_in_time ? percent(*c.job->probability_in_time) : ""; }},
        {"price_usd_per_hour", "USD/h", Align::right, kAlways, false, [](R, C c) { return price(c.price); }},
        {"price_in_currency_per_hour", "{}/h", Align::right, 91, false, [](R r, C c) { return in_currency(r, c.price); }},
        {"spot_usd_per_hour", "spot USD/h", Align::right, 19, true, [](R, C c) { return c.spot ? price(*c.spot) : ""; }},
        {"usd_per_gpu_hour", "USD/GPU h", Align::right, 25, true, [](R, C c) { return c.gpu_count > 0 ? price(c.price / c.gpu_count) : ""; }},
        {"effective_usd_per_hour", "all USD/h", Align::right, 17, true, [](R, C c) { return c.effective ? price(*c.effective) : ""; }},
        {"price_as_of", "as of", Align::left, 20, true, [](R, C c) { return to_string(c.as_of); }},
        {"spot_as_of", "spot as of", Align::left, 3, true, [](R, C c) { return c.spot_as_of ? to_string(*c.spot_as_of) : ""; }},
        {"price_age_days", "days old", Align::right, 4, true, age_of},
        {"total_usd", "total USD", Align::right, 95, false, [](R, C c) { return c.cost ? (complete(*c.cost) ? "" : "> ") + money(c.cost->total) : ""; }},
        {"total_in_currency", "total {}", Align::right, 95, false, [](R r, C c) { return c.cost ? (complete(*c.cost) || !r.request.currency ? "" : "> ") + in_currency(r, c.cost->total) : ""; }},
        {"total_p90_usd", "90 % USD", Align::right, 85, false, [](R, C c) { return c.cost_quantiles ? money(c.cost_quantiles->p90) : ""; }},
        {"usd_per_month", "USD/month", Align::right, 18, true, [](R, C c) { return c.cost && c.cost->per_month ? money(*c.cost->per_month) : ""; }},
        {"upfront_usd", "upfront USD", Align::right, 60, true, [](R, C c) { return c.upfront > Usd{} ? money(c.upfront) : ""; }},
        {"probability_within_budget", "within", Align::right, 88, false, [](R, C c) { return c.probability_within_budget ? percent(*c.probability_within_budget) : ""; }},
        {"lasts_days", "days", Align::right, 93, false, [](R, C c) { return figure_if(c.lasts, 1); }},
        {"score", "score", Align::right, 92, false, [](R, C c) { return score_text(c.score.value); }},
        {"marks", "", Align::left, kAlways, false, [](R, C c) { return marks(c); }},
    });
    // clang-format on
    return kColumns;
}

/// Empty for the marks, and for amounts in another currency where none is asked for.
std::string title_of(const Recommendation& r, const ChoiceColumn& column) {
    const std::string code = currency_code(r);
    const bool in_code = column.title.find('{') != std::string_view::npos;
    return in_code && code.empty() ? "" : fmt::format(fmt::runtime(column.title), code);
}

/// A total and the same in the currency that is asked for stay together. What a job costs says more
/// than what an hour does.
int keep_of(const Recommendation& r, const ChoiceColumn& column) {
    constexpr int kTotals = 96;
    constexpr int kBelowTotals = 94;
    const bool total = column.key == "total_usd" || column.key == "total_in_currency";
    if (total && r.request.currency)
        return kTotals;
    return column.key == "price_usd_per_hour" && trains(r.request) ? kBelowTotals : column.keep;
}

/// Whether a column says something that is not the same for all.
bool differs(const Recommendation& r, const TableStyle& style, const ChoiceColumn& column) {
    if (column.is_wide && !style.wide)
        return false;
    if (column.key == "provider")
        return several_providers(r);
    if (column.key == "region")
        return several_regions(r) || (r.request.constraints.region.size() != 1 && !r.region_choice);
    if (column.key == "purchase")
        return r.request.constraints.purchase.size() > 1 || r.request.ways.size() > 1;
    if (column.key == "price_in_currency_per_hour") // where no total is
        return style.wide ||
               std::ranges::none_of(r.choices, [](const Choice& c) { return c.cost.has_value(); });
    if (column.key == "predicted_tflops")
        return !r.on_vcpus && r.request.speed == Speed::predicted;
    return true;
}

const ChoiceColumn* find_column(std::string_view key) {
    const auto all = choice_columns();
    const auto found = std::find_if(
        all.begin(), all.end(), [key](const auto& column) { return column.key == key; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace

void require_columns(std::span<const std::string> columns) {
    if (columns.empty())
        return;
    const CsvCells cells = csv_cells({}, {});
    std::vector<std::string_view> names;
    for (const ChoiceColumn& column : choice_columns())
        names.push_back(column.key);
    for (const auto& [key, text] : cells)
        names.push_back(key);
    for (const std::string& column : columns)
        if (std::find(names.begin(), names.end(), column) == names.end())
            throw ArgumentError{"columns",
                                fmt::format("must be columns of the answer, got {}{}",
                                            text::quoted(column),
                                            text::did_you_mean(column, names))};
}

/// The columns that are asked for, in their order; those that the table has no words for as in CSV.
static TextTable chosen_grid(const Recommendation& r, const std::vector<std::string>& columns) {
    TextTable grid;
    for (const std::string& key : columns) {
        const ChoiceColumn* column = find_column(key);
        const std::string title = column == nullptr ? "" : title_of(r, *column);
        grid.column(title.empty() ? key : title, column == nullptr ? Align::left : column->align);
    }
    for (const Choice& c : r.choices) {
        const CsvCells cells = csv_cells(r, c);
        std::vector<std::string> row;
        for (const std::string& key : columns) {
            const ChoiceColumn* column = find_column(key);
            const auto cell = cells.find(key);
            row.push_back(column != nullptr     ? column->cell(r, c)
                          : cell == cells.end() ? ""
                                                : cell->second);
        }
        grid.row(std::move(row));
    }
    return grid;
}

TextTable choices_grid(const Recommendation& r, const TableStyle& style) {
    if (!style.columns.empty())
        return chosen_grid(r, style.columns);
    TextTable grid;
    std::vector<const ChoiceColumn*> shown;
    for (const ChoiceColumn& column : choice_columns())
        if (differs(r, style, column)) {
            grid.column(title_of(r, column), column.align, keep_of(r, column));
            shown.push_back(&column);
        }
    for (const Choice& c : r.choices) {
        std::vector<std::string> row;
        row.reserve(shown.size());
        for (const ChoiceColumn* column : shown)
            row.push_back(column->cell(r, c));
        grid.row(std::move(row));
    }
    return grid;
}

TextTable families_grid(const Recommendation& r) {
    TextTable grid;
    grid.column("#", Align::right);
    grid.column("family", Align::left);
    grid.column("provider", Align::left, 75);
    grid.column("for", Align::left, 40);
    grid.column("GPU", Align::left, 80);
    grid.column("best", Align::left, 70);
    grid.column("USD/h", Align::right, 50);
    grid.column("qualify", Align::right, 30);
    grid.column("score", Align::right);
    grid.column("", Align::left);
    const bool providers = several_providers(r);
    auto left = static_cast<std::size_t>(r.request.top);
    for (const FamilyChoice& f : r.families) {
        if (left-- == 0)
            break;
        grid.row({fmt::format("{}", f.rank),
                  f.family,
                  providers ? f.provider : "",
                  std::string{to_string(f.purpose)},
                  f.gpu.substr(f.gpu.find('-') + 1),
                  f.best,
                  f.price_from == f.price_to
                      ? price(f.price_from)
                      : fmt::format("{} - {}", price(f.price_from), price(f.price_to)),
                  fmt::format("{} of {}", f.admitted, f.admitted + f.refused),
                  score_text(f.score),
                  foreign(f).empty() ? "" : "!"});
    }
    return grid;
}

std::string tied_by(const Recommendation& r) {
    const Sort sort = r.request.sort.value_or(Sort::score);
    const bool of_speed = sort == Sort::score || sort == Sort::speed;
    return trains(r.request) || (of_speed && r.request.speed == Speed::predicted)
               ? "the difference is within what the model is off"
               : fmt::format("the same {}", to_string(sort));
}

std::string marks_of(const Recommendation& r) {
    std::string out = "* nothing else that qualifies is ";
    out += trains(r.request) ? "both cheaper and faster" : "as good in price, speed and GPU memory";
    if (std::ranges::any_of(r.choices, &Choice::tied))
        out += "; = tied with the first: " + tied_by(r);
    return out;
}

} // namespace flopwise
