// A map of first choices as text.

#include <flopwise/report.hpp>

#include "report/sections.hpp"
#include "text/figures.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise {

namespace {

constexpr std::string_view kNothing = "-"; ///< qualifies
constexpr std::string_view kRefused = "?";

/// A machine of the map, and what its plans cost.
struct Mapped {
    const WhatIfCell* cell = nullptr; ///< the first with it
    std::optional<Usd> least{};
    std::optional<Usd> most{};
};

bool same(const WhatIfCell& a, const WhatIfCell& b) {
    return a.provider == b.provider && a.instance == b.instance && a.region == b.region &&
           a.purchase == b.purchase;
}

std::vector<Mapped> machines_of(const WhatIf& map) {
    std::vector<Mapped> out;
    for (const WhatIfCell& cell : map.cells) {
        if (cell.instance.empty())
            continue;
        auto known =
            std::ranges::find_if(out, [&](const Mapped& m) { return same(*m.cell, cell); });
        if (known == out.end())
            known = out.insert(out.end(), {.cell = &cell});
        if (cell.total) {
            known->least = std::min(known->least.value_or(*cell.total), *cell.total);
            known->most = std::max(known->most.value_or(*cell.total), *cell.total);
        }
    }
    return out;
}

/// "A" to "Z", then "A1", and so on.
std::string mark_of(std::size_t machine) {
    constexpr std::size_t kLetters = 26;
    const std::string letter(1, static_cast<char>('A' + machine % kLetters));
    return machine < kLetters ? letter : fmt::format("{}{}", letter, machine / kLetters);
}

std::string mark_of(const WhatIfCell& cell, const std::vector<Mapped>& machines) {
    if (cell.instance.empty())
        return std::string{cell.outcome ? kNothing : kRefused};
    const auto known =
        std::ranges::find_if(machines, [&](const Mapped& m) { return same(*m.cell, cell); });
    return mark_of(static_cast<std::size_t>(known - machines.begin()));
}

std::string with_purchase(const WhatIfCell& cell) {
    return cell.purchase == PurchaseKind::on_demand
               ? cell.instance
               : fmt::format("{}, {}", cell.instance, to_string(*cell.purchase));
}

/// ", 936.36 to 1,872.72 USD".
std::string cost_of(const Mapped& machine) {
    if (!machine.least)
        return "";
    const std::string least = money(*machine.least);
    const std::string most = money(*machine.most);
    return least == most ? fmt::format(", {} USD", least)
                         : fmt::format(", {} to {} USD", least, most);
}

/// One setting down the lines, the other across.
Section map_section(const WhatIf& map, const std::vector<Mapped>& machines) {
    Section out{.title = fmt::format("First choice by {} (down) and {} (across)",
                                     map.varied[0].key,
                                     map.varied[1].key)};
    const auto columns = static_cast<std::size_t>(map.varied[1].steps);
    out.table.column(map.varied[0].key, TextTable::Align::right);
    for (std::size_t i = 0; i < columns; ++i)
        out.table.column(figure(*map.cells[i].y), TextTable::Align::right);
    for (std::size_t row = 0; row < map.cells.size(); row += columns) {
        std::vector<std::string> cells{figure(map.cells[row].x)};
        for (std::size_t i = row; i < row + columns; ++i)
            cells.push_back(mark_of(map.cells[i], machines));
        out.table.row(std::move(cells));
    }
    for (std::size_t m = 0; m < machines.size(); ++m) {
        const Mapped& machine = machines[m];
        out.lines.push_back({fmt::format("{}: {} in {}{}",
                                         mark_of(m),
                                         with_purchase(*machine.cell),
                                         machine.cell->region,
                                         cost_of(machine))});
    }
    return out;
}

Section list_section(const WhatIf& map) {
    using Align = TextTable::Align;
    Section out{.title = fmt::format("First choice by {}", map.varied[0].key)};
    out.table.column(map.varied[0].key, Align::right);
    out.table.column("machine", Align::left);
    out.table.column("region", Align::left);
    out.table.column("USD/h", Align::right);
    out.table.column("total USD", Align::right);
    for (const WhatIfCell& cell : map.cells)
        out.table.row({figure(cell.x),
                       cell.instance.empty() ? std::string{cell.outcome ? kNothing : kRefused}
                                             : with_purchase(cell),
                       cell.region,
                       cell.price ? price(*cell.price) : "",
                       cell.total ? money(*cell.total) : ""});
    return out;
}

std::string sobol_line(const WhatIf& map) {
    if (map.sobol.size() < 2) // one makes all of it
        return "";
    std::vector<std::string> parts;
    for (const SobolIndex& index : map.sobol)
        parts.push_back(fmt::format("{} makes {:.0f} % of its variance by itself, {:.0f} % in all",
                                    index.key,
                                    100 * index.first,
                                    100 * index.total));
    return "Cost of the first choice: " + joined(parts, "; ");
}

/// What the marks without a machine mean, and the first error.
std::vector<std::string> notes_of(const WhatIf& map) {
    std::vector<std::string> out;
    const auto any = [&](auto condition) { return std::ranges::find_if(map.cells, condition); };
    if (any([](const WhatIfCell& c) { return c.outcome && c.instance.empty(); }) != map.cells.end())
        out.push_back(fmt::format("{}: nothing qualifies", kNothing));
    const auto refused = any([](const WhatIfCell& c) { return !c.outcome; });
    if (refused != map.cells.end())
        out.push_back(fmt::format("{}: {}", kRefused, refused->error));
    if (const std::string line = sobol_line(map); !line.empty())
        out.push_back(line);
    return out;
}

std::vector<Section> sections_of(const WhatIf& map) {
    std::vector<Section> out;
    out.push_back(map.varied.size() == 2 ? map_section(map, machines_of(map)) : list_section(map));
    for (const std::string& note : notes_of(map))
        out.back().lines.push_back({note});
    return out;
}

} // namespace

std::string table(const WhatIf& map, const TableStyle& style) {
    return terminal_text(sections_of(map), style);
}

std::string markdown(const WhatIf& map) {
    return markdown_page("What if", sections_of(map));
}

std::string csv(const WhatIf& map) {
    std::string out;
    for (const Vary& v : map.varied)
        out += v.key + ',';
    out += "outcome,provider,instance,region,purchase,price_usd_per_hour,total_usd,error\n";
    const auto number = [](const auto& value) {
        return value ? fmt::format("{}", value->value()) : std::string{};
    };
    for (const WhatIfCell& c : map.cells) {
        out += fmt::format("{:.12g},", c.x);
        if (c.y)
            out += fmt::format("{:.12g},", *c.y);
        out += fmt::format("{},{},{},{},{},{},{},{}\n",
                           c.outcome ? to_string(*c.outcome) : "",
                           csv_cell(c.provider),
                           csv_cell(c.instance),
                           csv_cell(c.region),
                           c.purchase ? to_string(*c.purchase) : "",
                           number(c.price),
                           number(c.total),
                           csv_cell(c.error));
    }
    return out;
}

} // namespace flopwise
