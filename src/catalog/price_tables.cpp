#include "catalog/price_tables.hpp"

#include "catalog/keys.hpp"
#include "text/csv_file.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

namespace {

constexpr std::size_t kNames = 2; // columns before the prices: instance, region

/// A column called "DATE SOURCE", of a source that has this date.
PriceColumn column_of(const text::CsvFile& file,
                      const std::string& title,
                      const std::vector<std::string>& complete,
                      const std::vector<Source>& sources) {
    const auto blank = title.find(' ');
    const auto date = date_of(title.substr(0, blank));
    if (!date || blank == std::string::npos)
        file.refuse(title, "must be a date, a blank and the name of a source");
    const std::string name = title.substr(blank + 1);
    const auto source = std::ranges::find(sources, name, &Source::name);
    if (source == sources.end())
        file.refuse(title, fmt::format("must name a source, got {}", text::quoted(name)));
    if (source->as_of != *date)
        file.refuse(title,
                    fmt::format("must have the date of its source, {}, got {}",
                                to_string(source->as_of),
                                to_string(*date)));
    return {.source = name,
            .as_of = *date,
            .complete = std::ranges::find(complete, name) != complete.end()};
}

double price_of(const text::CsvFile& file, const PriceColumn& column, const std::string& cell) {
    if (cell.empty())
        return std::numeric_limits<double>::quiet_NaN();
    const auto usd = text::number(cell);
    if (!usd || !(*usd > 0) || !std::isfinite(*usd))
        file.refuse(fmt::format("{} {}", to_string(column.as_of), column.source),
                    fmt::format("must be positive and finite, got {}", text::quoted(cell)));
    return *usd;
}

void read_header(text::CsvFile& file,
                 const std::vector<std::string>& complete,
                 const std::vector<Source>& sources,
                 PriceTable& to) {
    const auto& titles = file.cells();
    if (titles.size() <= kNames || titles[0] != "instance" || titles[1] != "region")
        file.refuse("", "must begin with the columns instance and region and have a price");
    if (titles.size() - kNames > kMostColumns)
        file.refuse("", fmt::format("must have at most {} columns of prices", kMostColumns));
    for (std::size_t i = kNames; i < titles.size(); ++i) {
        to.columns.push_back(column_of(file, titles[i], complete, sources));
        if (i > kNames && to.columns.back().as_of < to.columns[to.columns.size() - 2].as_of)
            file.refuse(titles[i], "must not be older than the column before it");
    }
    for (const std::string& name : complete)
        if (std::ranges::find(to.columns, name, &PriceColumn::source) == to.columns.end())
            file.refuse("complete", fmt::format("must be columns, got {}", text::quoted(name)));
}

void read_row(const text::CsvFile& file, PriceTable& to) {
    const auto& cells = file.cells();
    file.require_cells(to.columns.size() + kNames);
    PriceRow row{.instance = cells[0], .region = cells[1], .usd = {}, .line = file.where().line};
    for (std::size_t i = 0; i < to.columns.size(); ++i)
        row.usd.push_back(price_of(file, to.columns[i], cells[kNames + i]));
    if (std::ranges::all_of(row.usd, [](double usd) { return std::isnan(usd); }))
        file.refuse("", "must have a price");
    if (!to.rows.empty() && std::tie(row.instance, row.region) <=
                                std::tie(to.rows.back().instance, to.rows.back().region))
        file.refuse("instance", "must be after the row before it, by instance and region");
    to.rows.push_back(std::move(row));
}

} // namespace

PriceTable read_price_table(const std::filesystem::path& file,
                            const std::string& provider,
                            Purchase purchase,
                            const std::vector<std::string>& complete,
                            const std::vector<Source>& sources) {
    text::CsvFile rows{file};
    PriceTable out{
        .file = rows.name(), .provider = provider, .purchase = purchase, .columns = {}, .rows = {}};
    if (!rows.next())
        rows.refuse("", "must be a table of prices, is empty");
    read_header(rows, complete, sources, out);
    while (rows.next())
        read_row(rows, out);
    return out;
}

std::optional<std::size_t> in_force(std::span<const PriceColumn> columns,
                                    std::span<const double> usd,
                                    std::uint64_t complete,
                                    Date day,
                                    Date broken) {
    std::optional<std::size_t> out;
    for (std::size_t i = 0; i < columns.size() && columns[i].as_of <= day; ++i)
        if (!std::isnan(usd[i]))
            out = columns[i].as_of < broken ? std::nullopt : std::optional{i};
        else if ((complete >> i & 1U) != 0)
            out.reset();
    return out;
}

std::map<std::string, std::uint64_t, std::less<>> complete_in(const PriceTable& table) {
    std::map<std::string, std::uint64_t, std::less<>> out;
    for (const PriceRow& row : table.rows) {
        std::uint64_t& bits = out[row.region];
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            if (table.columns[i].complete && !std::isnan(row.usd[i]))
                bits |= std::uint64_t{1} << i;
    }
    return out;
}

Date last_break(std::span<const PriceBreak> breaks,
                std::string_view provider,
                std::string_view instance,
                Purchase purchase,
                Date day) {
    Date out;
    for (const PriceBreak& b : breaks)
        if (b.provider == provider && b.purchase == purchase && b.on <= day &&
            text::any_matches(b.instances, instance))
            out = std::max(out, b.on);
    return out;
}

} // namespace flopwise
