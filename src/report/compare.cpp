#include <flopwise/compare.hpp>
#include <flopwise/saved_plan.hpp>

#include "cost/bill_lines.hpp"
#include "recommend/recommend.hpp"
#include "report/sections.hpp"
#include "text/figures.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <set>

namespace flopwise {

namespace {

/// The question of one column.
Request asked_of(const Request& request, const std::string& name) {
    Request out = request;
    if (const auto day = date_of(name); day && day->day != 0) {
        out.as_of = *day;
        out.today = *day;
    } else {
        out.constraints.instance = {name};
    }
    return out;
}

std::string reason_of(const Recommendation& r) {
    if (!r.refusals.nearest.empty())
        return r.refusals.nearest.front().text;
    return r.unpriced.machines.empty() ? outcome_line(r) : r.unpriced.machines.front().text;
}

/// The same, of which no more is needed than its first choice.
Request for_a_column(Request asked) {
    asked.top = 1;
    asked.nearest = 1;
    asked.against = {};
    asked.firmness = false;
    asked.currency.reset(); // whose rate may be of a later day than a column
    return asked;
}

ComparedColumn column_of(const std::string& name, Recommendation r) {
    ComparedColumn out{.name = name};
    if (r.choices.empty())
        out.reason = reason_of(r);
    else
        out.choice = std::move(r.choices.front());
    return out;
}

void require_several(std::size_t columns) {
    if (columns < 2)
        throw ArgumentError{
            "compare",
            fmt::format("must name at least two machines, days or saved plans, got {}", columns)};
}

/// The figures of one column, each once, in their order.
std::vector<std::pair<std::string, double>> figures_of(const Choice& c) {
    std::vector<std::pair<std::string, double>> out;
    const auto add = [&out](const char* key, const auto& value) {
        if constexpr (requires { value.has_value(); }) {
            if (!value)
                return;
            if constexpr (requires { value->value(); })
                out.emplace_back(key, value->value());
            else
                out.emplace_back(key, *value);
        } else if constexpr (requires { value.value(); }) {
            out.emplace_back(key, value.value());
        } else {
            out.emplace_back(key, value);
        }
    };
    if (!c.gpu.empty())
        add("gpu_count", c.gpu_count);
    add("gpu_memory_gib", c.gpu_memory);
    add("vcpus", c.vcpus);
    add("memory_gib", c.memory);
    add("network_gbps", c.network);
    add("predicted_tflops", c.predicted);
    add("price_usd_per_hour", c.price);
    add("score", c.score.value);
    add("hours", c.hours);
    add("hours_p90", c.hours_p90);
    if (!c.cost)
        return out;
    std::set<std::string> told;
    for (const LineItem& item : c.cost->items)
        if (told.insert(item.charge).second)
            if (const auto amount = amount_of_charge(*c.cost, item.charge))
                out.emplace_back("bill." + item.charge, amount->value());
    add("total_usd", c.cost->total);
    add("usd_per_month", c.cost->per_month);
    return out;
}

/// The figure of that key; a new one stands before the one that was found last, so that lines of a
/// bill stay before its total.
ComparedFigure& figure_called(const std::string& key,
                              std::size_t after,
                              std::size_t columns,
                              std::vector<ComparedFigure>& all) {
    const auto known = std::ranges::find(all, key, &ComparedFigure::key);
    if (known != all.end())
        return *known;
    ComparedFigure fresh{.key = key};
    fresh.values.resize(columns);
    fresh.ratios.resize(columns);
    return *all.insert(all.begin() + static_cast<std::ptrdiff_t>(after), std::move(fresh));
}

void add_figures(Comparison& to) {
    const std::size_t columns = to.columns.size();
    for (std::size_t i = 0; i < columns; ++i) {
        if (!to.columns[i].choice)
            continue;
        std::size_t after = 0;
        for (const auto& [key, value] : figures_of(*to.columns[i].choice)) {
            ComparedFigure& figure = figure_called(key, after, columns, to.figures);
            figure.values[i] = value;
            after = static_cast<std::size_t>(&figure - to.figures.data()) + 1;
        }
    }
    for (ComparedFigure& figure : to.figures)
        for (std::size_t i = 0; i < columns; ++i)
            if (figure.values[0].value_or(0) != 0 && figure.values[i])
                figure.ratios[i] = *figure.values[i] / *figure.values[0];
}

// ---- as text ------------------------------------------------------------------------

std::string cell_of(const ComparedFigure& of, std::size_t column) {
    if (!of.values[column])
        return "";
    const bool is_money =
        of.key.starts_with("bill.") || of.key == "total_usd" || of.key == "usd_per_month";
    const std::string text = is_money ? money(Usd{*of.values[column]}) : large(*of.values[column]);
    return column == 0 || !of.ratios[column] || *of.ratios[column] == 1
               ? text
               : fmt::format("{} ({}x)", text, figure(*of.ratios[column]));
}

std::vector<Section> sections_of(const Comparison& c) {
    Section out{.title = "Side by side"};
    out.table.column("", TextTable::Align::left);
    for (const ComparedColumn& column : c.columns)
        out.table.column(column.name, TextTable::Align::right);
    const auto add = [&](const std::string& label, auto text_of) {
        std::vector<std::string> cells{label};
        for (std::size_t i = 0; i < c.columns.size(); ++i)
            cells.push_back(text_of(i));
        out.table.row(std::move(cells));
    };
    const auto of_choice = [&](auto member) {
        return [&c, member](std::size_t i) {
            const auto& choice = c.columns[i].choice;
            return choice ? std::string{member(*choice)} : std::string{};
        };
    };
    add("machine", of_choice([](const Choice& choice) { return choice.instance; }));
    add("region", of_choice([](const Choice& choice) { return choice.region; }));
    add("purchase", of_choice([](const Choice& choice) { return to_string(choice.purchase); }));
    add("gpu", of_choice([](const Choice& choice) { return choice.gpu; }));
    for (const ComparedFigure& figure : c.figures)
        add(figure.key, [&](std::size_t i) { return cell_of(figure, i); });
    for (const ComparedColumn& column : c.columns)
        if (!column.choice)
            out.lines.push_back({fmt::format("{}: {}", column.name, column.reason)});
    return {out};
}

} // namespace

static bool is_saved_plan(const std::string& name) {
    return name.ends_with(".yaml") || name.ends_with(".yml");
}

bool has_saved_plan(std::span<const std::string> names) {
    return std::ranges::any_of(names, is_saved_plan);
}

std::vector<ComparedQuestion>
questions_of(std::span<const std::string> files, Date today, Hours time_of_day) {
    std::vector<ComparedQuestion> out;
    for (const std::string& file : files) {
        if (!is_saved_plan(file))
            throw ArgumentError{
                "compare",
                fmt::format("must be saved plans alone, or none, got {}", text::quoted(file))};
        out.push_back({file, question_of(read_saved_plan(file), today, time_of_day)});
    }
    return out;
}

Comparison compare(const Catalog& catalog, std::span<const ComparedQuestion> questions) {
    require_several(questions.size());
    Comparison out{.catalog_name = catalog.name()};
    for (const auto& [name, request] : questions) {
        const Request asked = for_a_column(request);
        out.columns.push_back(
            column_of(name, asked.catalog.empty() ? recommend(catalog, asked) : recommend(asked)));
    }
    add_figures(out);
    return out;
}

Comparison
compare(const Catalog& catalog, const Request& request, std::span<const std::string> names) {
    require_several(names.size());
    Comparison out{.catalog_name = catalog.name()};
    for (const std::string& name : names)
        out.columns.push_back(
            column_of(name, recommend(catalog, for_a_column(asked_of(request, name)))));
    add_figures(out);
    return out;
}

std::string table(const Comparison& comparison, const TableStyle& style) {
    return terminal_text(sections_of(comparison), style);
}

std::string markdown(const Comparison& comparison) {
    return markdown_page("Comparison", sections_of(comparison));
}

std::string csv(const Comparison& c) {
    std::string out = "figure";
    for (const ComparedColumn& column : c.columns)
        out += ',' + csv_cell(column.name);
    out += '\n';
    for (const ComparedFigure& figure : c.figures) {
        out += figure.key;
        for (const auto& value : figure.values)
            out += value ? fmt::format(",{:.12g}", *value) : ",";
        out += '\n';
    }
    return out;
}

} // namespace flopwise
