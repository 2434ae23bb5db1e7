#include <flopwise/price_history.hpp>

#include "catalog/bundled.hpp"
#include "catalog/history_tables.hpp"
#include "catalog/keys.hpp"
#include "catalog/tables.hpp"
#include "text/packed.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace flopwise {

PriceHistory::PriceHistory(std::shared_ptr<const Data> data) noexcept : data_{std::move(data)} {}

PriceHistory PriceHistory::bundled() {
    static const std::string bytes = text::unpacked(bundled::history());
    static const PriceHistory kept = HistoryBinary::read(bytes);
    return kept;
}

PriceHistory PriceHistory::read(std::span<const std::filesystem::path> files) {
    return HistoryBinary::made(files);
}

// ---- one machine --------------------------------------------------------------------

namespace {

struct FoundRow {
    const HistoryTable* table;
    std::size_t row;
    std::size_t region;
};

} // namespace

static std::optional<std::size_t> place_in(const std::vector<std::string>& names,
                                           std::string_view name) {
    const auto found = std::ranges::lower_bound(names, name);
    if (found == names.end() || *found != name)
        return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
}

static std::optional<FoundRow>
row_in(const HistoryTable& table, std::string_view instance, std::string_view region) {
    const auto machine = place_in(table.instances, instance);
    const auto place = place_in(table.regions, region);
    if (!machine || !place)
        return std::nullopt;
    const std::size_t key = *machine * table.regions.size() + *place;
    const auto found = std::ranges::lower_bound(table.key, key);
    if (found == table.key.end() || *found != key)
        return std::nullopt;
    return FoundRow{&table, static_cast<std::size_t>(found - table.key.begin()), *place};
}

static const HistoryTable*
table_of(std::span<const HistoryTable> tables, std::string_view provider, Purchase purchase) {
    const auto found = std::ranges::find_if(tables, [&](const HistoryTable& t) {
        return t.provider == provider && t.purchase == purchase;
    });
    return found == tables.end() ? nullptr : &*found;
}

static const Source& source_called(std::span<const Source> sources, std::string_view name) {
    return *std::ranges::lower_bound(sources, name, {}, kByName);
}

Date PriceHistory::first_day(std::string_view provider) const {
    Date out;
    for (const HistoryTable& table : data_->tables)
        for (const PriceColumn& column : table.columns)
            if (table.provider == provider && column.as_of.year != 0 &&
                (out.year == 0 || column.as_of < out))
                out = column.as_of;
    return out;
}

std::vector<std::string> PriceHistory::regions(std::string_view provider,
                                               std::string_view instance,
                                               Purchase purchase) const {
    std::vector<std::string> out;
    const HistoryTable* table = table_of(data_->tables, provider, purchase);
    if (table == nullptr)
        return out;
    for (const std::string& region : table->regions)
        if (row_in(*table, instance, region))
            out.push_back(region);
    return out;
}

std::vector<DatedPrice> PriceHistory::prices(std::string_view provider,
                                             std::string_view instance,
                                             std::string_view region,
                                             Purchase purchase) const {
    std::vector<DatedPrice> out;
    const HistoryTable* table = table_of(data_->tables, provider, purchase);
    const auto found = table == nullptr ? std::nullopt : row_in(*table, instance, region);
    if (!found)
        return out;
    const std::vector<double> usd = prices_of(*table, found->row);
    for (std::size_t i = 0; i < usd.size(); ++i) {
        const PriceColumn& column = table->columns[i];
        const bool gone = std::isnan(usd[i]) && !out.empty() && out.back().hourly &&
                          (table->complete[found->region] >> i & 1U) != 0;
        if (gone || !std::isnan(usd[i]))
            out.push_back({column.as_of,
                           gone ? std::nullopt : std::optional{UsdPerHour{usd[i]}},
                           source_called(data_->sources, column.source).title});
    }
    return out;
}

/// The column in force of a row; none if it is undated: on which days it held is not known.
static std::optional<std::size_t> column_on(const HistoryTable& table,
                                            std::span<const PriceBreak> breaks,
                                            const FoundRow& at,
                                            std::span<const double> usd,
                                            Date day) {
    const std::string& instance = table.instances[table.key[at.row] / table.regions.size()];
    const auto out = in_force(table.columns,
                              usd,
                              table.complete[at.region],
                              day,
                              last_break(breaks, table.provider, instance, table.purchase, day));
    return out && table.columns[*out].as_of.year != 0 ? out : std::nullopt;
}

std::optional<DatedPrice> PriceHistory::price(std::string_view provider,
                                              std::string_view instance,
                                              std::string_view region,
                                              Purchase purchase,
                                              Date day) const {
    const HistoryTable* table = table_of(data_->tables, provider, purchase);
    const auto found = table == nullptr ? std::nullopt : row_in(*table, instance, region);
    if (!found)
        return std::nullopt;
    const std::vector<double> usd = prices_of(*table, found->row);
    const auto i = column_on(*table, data_->breaks, *found, usd, day);
    if (!i)
        return std::nullopt;
    return DatedPrice{table->columns[*i].as_of,
                      UsdPerHour{usd[*i]},
                      source_called(data_->sources, table->columns[*i].source).title};
}

std::vector<Date> PriceHistory::days(std::string_view provider, Purchase purchase) const {
    std::vector<Date> out;
    if (const HistoryTable* table = table_of(data_->tables, provider, purchase))
        for (const PriceColumn& column : table->columns)
            if (column.as_of.year != 0 && (out.empty() || out.back() != column.as_of))
                out.push_back(column.as_of);
    return out;
}

namespace {

/// The lowest price of a GPU-hour on a day, and whether a list of that day gave one of its prices.
struct Lowest {
    GpuPrice price{};
    bool of_the_day = false;
};

using LowestByDay = std::map<std::pair<std::string, Date>, Lowest>; // provider, day

void add_machine(const PriceHistory& history,
                 const Instance& machine,
                 Purchase purchase,
                 LowestByDay& to) {
    const auto days = history.days(machine.provider, purchase);
    for (const std::string& region : history.regions(machine.provider, machine.name, purchase))
        for (const Date day : days) {
            const auto found = history.price(machine.provider, machine.name, region, purchase, day);
            if (!found)
                continue;
            const UsdPerHour each = *found->hourly / machine.gpu_count;
            const auto [at, fresh] = to.try_emplace({machine.provider, day});
            Lowest& lowest = at->second;
            lowest.of_the_day = lowest.of_the_day || found->as_of == day;
            if (fresh || each < lowest.price.per_gpu)
                lowest.price = {machine.provider, day, each, machine.name, region, found->source};
        }
}

/// Whether a day's lowest price is that of the row before, which says so already.
bool is_as_before(const GpuPrice& price, const std::vector<GpuPrice>& rows) {
    return !rows.empty() && rows.back().provider == price.provider &&
           std::tie(rows.back().per_gpu, rows.back().instance, rows.back().region) ==
               std::tie(price.per_gpu, price.instance, price.region);
}

} // namespace

std::vector<GpuPrice> gpu_prices(const PriceHistory& history,
                                 const Catalog& catalog,
                                 std::span<const std::string> gpus,
                                 Purchase purchase) {
    LowestByDay lowest;
    for (const Instance& machine : catalog.instances())
        if (std::ranges::find(gpus, machine.gpu) != gpus.end())
            add_machine(history, machine, purchase, lowest);
    std::vector<GpuPrice> out;
    for (auto& [key, row] : lowest)
        if (row.of_the_day || !is_as_before(row.price, out))
            out.push_back(std::move(row.price));
    return out;
}

std::size_t PriceHistory::size() const noexcept {
    std::size_t out = 0;
    for (const HistoryTable& table : data_->tables)
        for (const std::uint16_t pattern : table.pattern)
            out += static_cast<std::size_t>(std::popcount(table.patterns[pattern].given));
    return out;
}

// ---- all machines on a day ----------------------------------------------------------

namespace {

/// A catalog's tables with the prices of another day.
class OnDay {
public:
    OnDay(Date day, const Catalog& catalog)
        : day_{day}, catalog_{catalog}, tables_{catalog.tables()}, own_{std::move(tables_.prices)} {
        for (const Source& source : tables_.sources)
            as_of_.emplace(source.name, source.as_of);
    }

    /// The prices of a table that are in force, of machines and regions of the catalog.
    void add(const HistoryTable& table, std::span<const PriceBreak> breaks);
    /// The prices of the catalog itself, where they are newer.
    void add_own();
    Catalog made(std::span<const Source> sources);

private:
    struct Dated {
        Price price;
        Date as_of;
    };

    void add(Price price, Date as_of) {
        const auto [at, fresh] = prices_.try_emplace(fmt::format("{}\n{}\n{}\n{}",
                                                                 price.provider,
                                                                 price.instance,
                                                                 price.region,
                                                                 static_cast<int>(price.purchase)),
                                                     Dated{price, as_of});
        if (!fresh && at->second.as_of < as_of)
            at->second = {std::move(price), as_of};
    }
    void restrict_to_priced();
    void forget_what_was_not_known();

    Date day_;
    const Catalog& catalog_;
    Tables tables_;
    std::vector<Price> own_;
    std::map<std::string, Date, std::less<>> as_of_; ///< of the catalog's sources
    std::map<std::string, Dated> prices_;
};

} // namespace

void OnDay::add(const HistoryTable& table, std::span<const PriceBreak> breaks) {
    for (std::size_t row = 0; row < table.key.size(); ++row) {
        const std::string& instance = table.instances[table.key[row] / table.regions.size()];
        const std::size_t region = table.key[row] % table.regions.size();
        const std::vector<double> usd = prices_of(table, row);
        const auto i = column_on(table, breaks, {&table, row, region}, usd, day_);
        if (i && catalog_.find_instance(table.provider, instance) != nullptr &&
            catalog_.find_region(table.provider, table.regions[region]) != nullptr)
            add({.provider = table.provider,
                 .instance = instance,
                 .region = table.regions[region],
                 .purchase = table.purchase,
                 .hourly = UsdPerHour{usd[*i]},
                 .source = table.columns[*i].source},
                table.columns[*i].as_of);
    }
}

void OnDay::add_own() {
    for (Price& price : own_) {
        const Date of = as_of_.at(price.source);
        if (of.year != 0 ? of <= day_ : catalog_.as_of() <= day_) // undated: of its catalog's day
            add(std::move(price), of);
    }
}

/// Leaves the machines and regions that have a price.
void OnDay::restrict_to_priced() {
    std::set<NameView> machines;
    std::set<NameView> places;
    for (const Price& p : tables_.prices) {
        machines.emplace(p.provider, p.instance);
        places.emplace(p.provider, p.region);
    }
    std::erase_if(tables_.instances,
                  [&](const Instance& row) { return !machines.contains(kByProviderAndName(row)); });
    std::erase_if(tables_.regions,
                  [&](const Region& row) { return !places.contains(kByProviderAndCode(row)); });
    std::erase_if(tables_.offerings, [&](const Offering& row) {
        return !machines.contains({row.provider, row.instance});
    });
    for (Offering& row : tables_.offerings)
        std::erase_if(row.regions, [&](const std::string& code) {
            return !places.contains({row.provider, code});
        });
}

/// Where a provider's machines can be launched is known since the day of its offerings. Before, a
/// machine could be launched where it had a price, the retired ones too.
void OnDay::forget_what_was_not_known() {
    std::set<std::string> later;
    for (const Offering& row : tables_.offerings)
        if (day_ < as_of_.at(row.source))
            later.insert(row.provider);
    std::erase_if(tables_.offerings,
                  [&](const Offering& row) { return later.contains(row.provider); });
    for (Instance& row : tables_.instances)
        if (later.contains(row.provider))
            row.retired = false;
}

/// "aws" of "aws-2026-10".
static std::string without_month(const std::string& name) {
    constexpr std::size_t kMonth = std::string_view{"-2026-11"}.size();
    if (name.size() <= kMonth || !date_of(name.substr(name.size() - kMonth + 1)))
        return name;
    return name.substr(0, name.size() - kMonth);
}

Catalog OnDay::made(std::span<const Source> sources) {
    for (auto& [key, row] : prices_)
        tables_.prices.push_back(std::move(row.price));
    if (tables_.prices.empty())
        throw ArgumentError{
            "as_of",
            fmt::format("must be a day on which the catalog has a price, got {}", to_string(day_))};
    for (const Source& source : sources)
        if (!as_of_.contains(source.name))
            tables_.sources.push_back(source);
    tables_.superseded.clear();
    inherit(tables_.explained);
    restrict_to_priced();
    forget_what_was_not_known();
    drop_unused_sources(tables_);
    tables_.name = fmt::format("{}-{}", without_month(tables_.name), to_string(day_));
    tables_.as_of = day_;
    return Catalog{std::move(tables_)};
}

Catalog PriceHistory::on(Date day, const Catalog& catalog) const {
    OnDay out{day, catalog};
    for (const HistoryTable& table : data_->tables)
        out.add(table, data_->breaks);
    out.add_own();
    return out.made(data_->sources);
}

} // namespace flopwise
