#include "catalog/binary.hpp"
#include "catalog/history_tables.hpp"
#include "catalog/keys.hpp"
#include "catalog/read.hpp"
#include "text/archive.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>

namespace flopwise {

template <class Archive, class Row>
requires std::is_same_v<std::remove_const_t<Row>, PriceColumn>
void each(Archive& a, Row& row) {
    a(row.source, row.as_of, row.complete);
}
template <class Archive, class Row>
requires std::is_same_v<std::remove_const_t<Row>, PriceBreak>
void each(Archive& a, Row& row) {
    a(row.provider, row.purchase, row.instances, row.on, row.source);
}
template <class Archive, class Row>
requires std::is_same_v<std::remove_const_t<Row>, HistoryTable>
void each(Archive& a, Row& row) {
    a(row.provider, row.purchase, row.instances, row.regions, row.columns);
    a(row.complete, row.key, row.first, row.pattern, row.patterns, row.usd);
}
/// The names of a field of the rows, each once and in order.
static std::vector<std::string> names_of(const PriceTable& table, std::string PriceRow::*field) {
    std::vector<std::string> out;
    for (const PriceRow& row : table.rows)
        out.push_back(row.*field);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

static std::size_t place_of(const std::vector<std::string>& names, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::lower_bound(names, name) - names.begin());
}

/// Appends the prices of a row that are not those before.
static HistoryPattern packed_row(const PriceRow& row, Column<double>& to) {
    HistoryPattern out;
    double before = 0;
    for (std::size_t i = 0; i < row.usd.size(); ++i) {
        if (std::isnan(row.usd[i]))
            continue;
        const std::uint64_t bit = std::uint64_t{1} << i;
        out.given |= bit;
        if (row.usd[i] != before) {
            out.changed |= bit;
            to.push_back(row.usd[i]);
        }
        before = row.usd[i];
    }
    return out;
}

static HistoryTable packed(const PriceTable& table) {
    HistoryTable out{.provider = table.provider,
                     .purchase = table.purchase,
                     .instances = names_of(table, &PriceRow::instance),
                     .regions = names_of(table, &PriceRow::region),
                     .columns = table.columns,
                     .complete = {},
                     .key = {},
                     .first = {},
                     .pattern = {},
                     .patterns = {},
                     .usd = {}};
    std::map<HistoryPattern, std::size_t> patterns;
    const auto complete = complete_in(table);
    for (const std::string& region : out.regions)
        out.complete.push_back(complete.at(region));
    for (const PriceRow& row : table.rows) {
        push(out.first, out.usd.size());
        const HistoryPattern pattern = packed_row(row, out.usd);
        const auto [at, added] = patterns.try_emplace(pattern, patterns.size());
        if (added && at->second > std::numeric_limits<std::uint16_t>::max())
            throw InputError{{.file = table.file, .line = row.line},
                             "must be a table of at most 65,536 patterns of what is given"};
        if (added)
            out.patterns.push_back(pattern);
        push(out.pattern, at->second);
        push(out.key,
             place_of(out.instances, row.instance) * out.regions.size() +
                 place_of(out.regions, row.region));
    }
    return out;
}

std::vector<double> prices_of(const HistoryTable& table, std::size_t row) {
    std::vector<double> out(table.columns.size(), std::numeric_limits<double>::quiet_NaN());
    std::size_t next = table.first[row];
    double price = 0;
    const auto [given, changed] = table.patterns[table.pattern[row]];
    for (std::uint64_t left = given; left != 0; left &= left - 1) {
        const auto i = static_cast<std::size_t>(std::countr_zero(left));
        if ((changed >> i & 1U) != 0)
            price = table.usd[next++];
        out[i] = price;
    }
    return out;
}

PriceHistory HistoryBinary::made(std::span<const std::filesystem::path> files) {
    PriceTables dated = read_dated_prices(files);
    auto data = std::make_shared<PriceHistory::Data>();
    for (const PriceTable& table : dated.tables)
        data->tables.push_back(packed(table));
    data->breaks = std::move(dated.breaks);
    std::sort(dated.sources.begin(), dated.sources.end(), [](const Source& a, const Source& b) {
        return a.name < b.name;
    });
    for (const Source& source : dated.sources)
        if (std::ranges::any_of(data->tables, [&](const HistoryTable& t) {
                return std::ranges::find(t.columns, source.name, &PriceColumn::source) !=
                       t.columns.end();
            }))
            data->sources.push_back(source);
    return PriceHistory{std::move(data)};
}

std::string HistoryBinary::write(const PriceHistory& history) {
    Writer writer;
    const PriceHistory::Data& d = *history.data_;
    writer(d.sources, d.breaks, d.tables);
    return std::move(writer.bytes);
}

PriceHistory HistoryBinary::read(std::string_view image) {
    auto data = std::make_shared<PriceHistory::Data>();
    if (Reader reader{image}; !image.empty())
        reader(data->sources, data->breaks, data->tables);
    return PriceHistory{std::move(data)};
}

} // namespace flopwise
