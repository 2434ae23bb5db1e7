#include "feed/own_table.hpp"

#include "feed/providers.hpp"
#include "feed/reader.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise::feed {

namespace {

struct Spelling {
    std::string_view name;
    Column column;
};

/// The names that a column may have: the first of each is that of `catalog export`.
constexpr auto kSpellings = std::to_array<Spelling>({
    {"instance", Column::instance},
    {"name", Column::instance},
    {"provider", Column::provider},
    {"family", Column::family},
    {"region", Column::region},
    {"purchase", Column::purchase},
    {"price_usd_per_hour", Column::price},
    {"usd_per_hour", Column::price},
    {"offered", Column::offered},
    {"gpu", Column::gpu},
    {"gpu_count", Column::gpu_count},
    {"gpu_memory_gib", Column::gpu_memory},
    {"vcpus", Column::vcpus},
    {"memory_gib", Column::memory},
    {"arch", Column::arch},
    {"network_gbps", Column::network},
    {"local_storage_gb", Column::storage},
    {"as_of", Column::as_of},
    {"date", Column::as_of},
    {"source", Column::source},
    {"stack", Column::unused},
    {"note", Column::unused},
});

std::string_view at(const Cells& cells, Column column) {
    return cells.at(static_cast<std::size_t>(column));
}

/// A figure above zero; empty if it is not known.
std::optional<double> known(const Cells& cells, Column column, std::string_view name) {
    const std::string_view cell = at(cells, column);
    return cell.empty() ? std::nullopt : std::optional{positive(cell, name)};
}

template <class Unit>
std::optional<Quantity<Unit>> quantity(const Cells& cells, Column column, std::string_view name) {
    const auto value = known(cells, column, name);
    return value ? std::optional{Quantity<Unit>{*value}} : std::nullopt;
}

Purchase purchase_of(std::string_view word) {
    if (word.empty() || word == "on_demand" || word == "on-demand" || word == "ondemand")
        return Purchase::on_demand;
    if (word != "spot")
        throw BadRow{"purchase",
                     fmt::format("must be on_demand or spot, got {}", text::quoted(word))};
    return Purchase::spot;
}

bool is_offered(std::string_view word) {
    const std::string lower = text::lower(word);
    if (lower != "true" && lower != "false" && !lower.empty())
        throw BadRow{"offered", fmt::format("must be true or false, got {}", text::quoted(word))};
    return lower != "false";
}

Date day_in(const Cells& cells, const Sink& sink) {
    const std::string_view cell = at(cells, Column::as_of);
    if (cell.empty() || cell == "undated")
        return cell.empty() ? sink.options().as_of : Date{};
    const auto day = date_of(cell);
    if (!day)
        throw BadRow{"as_of",
                     fmt::format("must be a date such as 2026-07-20, got {}", text::quoted(cell))};
    sink.require_by_tomorrow(*day, "as_of");
    return *day;
}

} // namespace

Column column_called(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Spelling& one : kSpellings)
        if (names.push_back(one.name); one.name == name)
            return one.column;
    throw BadRow{text::printable(text::shortened(name)),
                 fmt::format("must be a column of a table ({}){}",
                             text::one_of(names),
                             text::did_you_mean(name, names))};
}

void OwnTable::set_origin(const Cells& cells, CommunityRow& to) {
    const std::string_view provider = at(cells, Column::provider);
    to.provider =
        provider.empty() ? sink_.provider() : known_as(std::string{name(provider, "provider")});
    const std::string_view source = at(cells, Column::source);
    to.source = sink_.source_called(source.empty() ? to.provider + "_table"
                                                   : std::string{name(source, "source")},
                                    day_in(cells, sink_));
}

void OwnTable::set_machine(const Cells& cells, Instance& to) {
    to.vcpus = known(cells, Column::vcpus, "vcpus");
    to.memory = quantity<unit::GiB>(cells, Column::memory, "memory_gib");
    to.network = quantity<unit::Gbps>(cells, Column::network, "network_gbps");
    to.local_storage = quantity<unit::GB>(cells, Column::storage, "local_storage_gb");
    to.arch = arch_of(at(cells, Column::arch));
    to.community = is_community(to.name);
    if (!at(cells, Column::family).empty())
        to.family = name(at(cells, Column::family), "family");
    if (at(cells, Column::gpu).empty())
        return;
    const auto count = known(cells, Column::gpu_count, "gpu_count");
    if (!count)
        throw BadRow{"gpu_count", "must be given for a machine with a GPU"};
    sink_.set_gpu(to,
                  {.name = at(cells, Column::gpu),
                   .count = *count,
                   .memory = quantity<unit::GiB>(cells, Column::gpu_memory, "gpu_memory_gib"),
                   .memory_may_be_all = false},
                  "gpu");
}

void OwnTable::add(const Cells& cells, int line, std::uint64_t byte) {
    CommunityRow row{.line = line, .byte = byte};
    row.machine.name = name(at(cells, Column::instance), "instance");
    set_origin(cells, row);
    set_machine(cells, row.machine);
    if (!at(cells, Column::region).empty())
        row.region = name(at(cells, Column::region), "region");
    const Purchase purchase = purchase_of(at(cells, Column::purchase));
    const auto price = known(cells, Column::price, "price_usd_per_hour");
    if (price && row.region.empty())
        throw BadRow{"region", "must be given with a price"};
    if (!is_offered(at(cells, Column::offered)))
        return sink_.skip("not offered there");
    if (price)
        (purchase == Purchase::spot ? row.spot : row.on_demand) = *price;
    rows_.add(std::move(row));
}

// ---- CSV ----------------------------------------------------------------------------

static std::vector<Column> columns_in(const std::vector<std::string>& names) {
    std::vector<Column> out;
    for (const std::string& name : names) {
        const Column column = column_called(name);
        if (column != Column::unused && std::find(out.begin(), out.end(), column) != out.end())
            throw BadRow{name, "must be given once, as one column"};
        out.push_back(column);
    }
    if (std::find(out.begin(), out.end(), Column::instance) == out.end())
        throw BadRow{"", "must have a column \"instance\""};
    return out;
}

static std::string read_table(Input& input, Sink& sink) {
    csv_stream::Reader row{input};
    if (!row.next())
        throw InputError{{.file = sink.file()}, "must have a header"};
    const std::vector<Column> columns = columns_in(row.fields());
    OwnTable table{sink};
    while (row.next()) {
        try {
            row.require_whole(columns.size());
            Cells cells{};
            for (std::size_t i = 0; i < columns.size(); ++i)
                cells.at(static_cast<std::size_t>(columns[i])) = row.field(i);
            table.add(cells, row.line(), 0);
        } catch (const BadRow& bad) {
            sink.reject({.file = sink.file(), .line = row.line(), .field = bad.field}, bad.reason);
        }
    }
    table.finish();
    return std::string{kTableTitle};
}

extern constinit const Reader kTable{
    .format = Format::table,
    .name = "table",
    .marks = {.form = Form::table, .heading = {"price_usd_per_hour"}},
    .read = read_table};

} // namespace flopwise::feed
