#include <flopwise/estimate.hpp>
#include <flopwise/overview.hpp>
#include <flopwise/sweep.hpp>

#include "text/figures.hpp"
#include "text/json_out.hpp"
#include "text/table.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <variant>

namespace flopwise {

std::string_view to_string(Overview what) {
    constexpr std::array<std::string_view, kOverviews> kNames{
        "gpus", "models", "regions", "providers", "purchases"};
    return text::name_of(kNames, what);
}

std::string_view to_string(OverviewForm form) {
    constexpr std::array<std::string_view, kOverviewForms> kNames{"table", "csv", "json"};
    return text::name_of(kNames, form);
}

namespace {

using Cell = std::variant<std::monostate, double, std::string>; // the first: not known

struct OverviewColumn {
    std::string_view key;   ///< in JSON and CSV
    std::string_view title; ///< in the table
    bool number = true;
    bool in_table = true;
};

struct Rows {
    std::vector<OverviewColumn> columns;
    std::vector<std::vector<Cell>> cells{};
};

/// Offers of one kind.
struct Tally {
    std::set<std::string_view> machines{};
    std::set<std::string_view> with_gpu{}; ///< machines
    std::set<std::pair<std::string_view, std::string_view>> regions{};
    double on_demand = 0;          ///< offers
    double spot = 0;               ///< offers
    std::optional<double> least{}; ///< USD an hour on demand, of a GPU where there is one
    Date least_as_of{};            ///< of that price
    DateRange dates{};

    void add(const Offer& o) {
        machines.insert(o.instance.name);
        if (!o.instance.gpu.empty())
            with_gpu.insert(o.instance.name);
        regions.insert({o.region.provider, o.region.code});
        ++(o.purchase == Purchase::spot ? spot : on_demand);
        dates.add(o.source.as_of);
        if (o.purchase != Purchase::on_demand)
            return;
        const double gpus = o.instance.gpu.empty() ? 1 : o.instance.gpu_count;
        const double each = o.price.value() / gpus;
        if (least && !(each < *least))
            return;
        least = each;
        least_as_of = o.source.as_of;
    }
};

Cell maybe(double value) {
    return value > 0 ? Cell{value} : Cell{};
}
template <class Value>
Cell known(const std::optional<Value>& value) {
    if (!value)
        return {};
    if constexpr (std::is_same_v<Value, double>)
        return *value;
    else
        return value->value();
}
Cell number(std::size_t count) {
    return static_cast<double>(count);
}
Cell word(std::string_view text) {
    return text.empty() ? Cell{} : Cell{std::string{text}};
}

/// The offers that qualify, by `key`.
template <class Key>
std::map<std::string, Tally> tallies(const Catalog& catalog, const Request& request, Key key) {
    Request asked = request;
    asked.constraints.any_region = true;
    if (!asked.constraints.min_gpus && asked.constraints.gpu.empty())
        asked.constraints.min_gpus = 0;
    std::map<std::string, Tally> out;
    for (const Purchase purchase : {Purchase::on_demand, Purchase::spot}) {
        asked.constraints.purchase = {purchase};
        for (const std::uint32_t i : filter(catalog, asked))
            out[key(catalog.offer(i))].add(catalog.offer(i));
    }
    return out;
}

class Pattern {
public:
    explicit Pattern(std::string_view written) : written_{text::lower(written)} {}

    [[nodiscard]] bool matches(std::string_view name) const {
        return written_.empty() || text::matches(written_, text::lower(name));
    }
    [[nodiscard]] bool matches(std::string_view name, std::span<const std::string> also) const {
        return matches(name) ||
               std::ranges::any_of(also, [this](const auto& one) { return matches(one); });
    }

private:
    std::string written_;
};

Rows gpu_rows(const Catalog& catalog, const Request& request, const Pattern& pattern) {
    Rows out{{{"name", "GPU", false},
              {"vendor", "by", false},
              {"year", "year"},
              {"memory_gib", "GiB"},
              {"memory_bandwidth_gb_per_s", "GB/s"},
              {"mixed_tflops", "TFLOPS"},
              {"predicted_tflops", "predicted"},
              {"tdp_w", "W"},
              {"stack", "stack", false},
              {"machines", "machines"},
              {"regions", "regions"},
              {"from_usd_per_gpu_hour", "from USD/GPU-h"},
              {"price_as_of", "as of", false}}};
    const auto sold =
        tallies(catalog, request, [](const Offer& o) { return std::string{o.instance.gpu}; });
    for (const Gpu& gpu : catalog.gpus()) {
        const auto found = sold.find(gpu.name);
        if (found == sold.end() || !pattern.matches(gpu.name, gpu.aliases))
            continue;
        const Tally& of = found->second;
        out.cells.push_back({gpu.name,
                             word(gpu.vendor),
                             maybe(gpu.year),
                             gpu.memory.value(),
                             known(gpu.memory_bandwidth),
                             known(peak(gpu, Precision::mixed)),
                             known(predicted_tflops(gpu, 1, Precision::mixed)),
                             known(gpu.tdp),
                             word(gpu.stack),
                             number(of.machines.size()),
                             number(of.regions.size()),
                             known(of.least),
                             word(of.least ? to_string(of.least_as_of) : "")});
    }
    return out;
}

Rows region_rows(const Catalog& catalog, const Request& request, const Pattern& pattern) {
    Rows out{{{"provider", "provider", false},
              {"code", "region", false},
              {"name", "name", false},
              {"country", "country", false},
              {"latitude", "latitude"},
              {"longitude", "longitude"},
              {"machines", "machines"},
              {"machines_with_gpus", "with GPUs"},
              {"on_demand_prices", "on demand"},
              {"spot_prices", "spot"},
              {"prices_as_of", "as of", false}}};
    const auto offers = tallies(catalog, request, [](const Offer& o) {
        return fmt::format("{}/{}", o.region.provider, o.region.code);
    });
    for (const Region& region : catalog.regions()) {
        const auto found = offers.find(fmt::format("{}/{}", region.provider, region.code));
        const std::array<std::string, 3> also{region.name, region.city, region.country};
        if (found == offers.end() || !pattern.matches(region.code, also))
            continue;
        const Tally& of = found->second;
        out.cells.push_back({region.provider,
                             region.code,
                             word(region.name.empty() ? region.city : region.name),
                             word(region.country),
                             region.place ? Cell{region.place->latitude} : Cell{},
                             region.place ? Cell{region.place->longitude} : Cell{},
                             number(of.machines.size()),
                             number(of.with_gpu.size()),
                             of.on_demand,
                             of.spot,
                             word(to_string(of.dates))});
    }
    return out;
}

Rows provider_rows(const Catalog& catalog, const Request& request, const Pattern& pattern) {
    Rows out{{{"name", "provider", false},
              {"machines", "machines"},
              {"machines_with_gpus", "with GPUs"},
              {"regions", "regions"},
              {"on_demand_prices", "on demand"},
              {"spot_prices", "spot"},
              {"prices_as_of", "as of", false}}};
    const auto offers =
        tallies(catalog, request, [](const Offer& o) { return std::string{o.instance.provider}; });
    for (const auto& [name, of] : offers)
        if (pattern.matches(name))
            out.cells.push_back({name,
                                 number(of.machines.size()),
                                 number(of.with_gpu.size()),
                                 number(of.regions.size()),
                                 of.on_demand,
                                 of.spot,
                                 word(to_string(of.dates))});
    return out;
}

Rows model_rows(const Pattern& pattern) {
    Rows out{{{"name", "model", false},
              {"kind", "kind", false},
              {"parameters", "parameters"},
              {"active_parameters", "active"},
              {"layers", "layers"},
              {"hidden", "hidden"},
              {"seq_len", "tokens"},
              {"image_px", "px"},
              {"epochs", "epochs"},
              {"source", "source", false, false}}};
    for (const Model& model : models())
        if (pattern.matches(model.name, model.aliases))
            out.cells.push_back({model.name,
                                 word(to_string(model.kind)),
                                 known(model.parameters),
                                 known(model.active_parameters),
                                 known(model.layers),
                                 known(model.hidden),
                                 known(model.seq_len),
                                 known(model.image_px),
                                 known(model.epochs),
                                 word(model.source)});
    return out;
}

/// Those with a price in this way, or a rate in the bundled charges.
std::string sellers(const Catalog& catalog, PurchaseKind kind, const Charges& charges) {
    std::set<std::string> out;
    for (std::size_t i = 0; i < catalog.size(); ++i)
        if (kind_of(catalog.offer(i).purchase) == kind)
            out.insert(catalog.offer(i).instance.provider);
    if (kind == PurchaseKind::on_demand || kind == PurchaseKind::spot)
        return joined({out.begin(), out.end()}, " ");
    for (const Instance& machine : catalog.instances())
        if (!out.contains(machine.provider) && sold(machine.provider, kind, charges))
            out.insert(machine.provider);
    return joined({out.begin(), out.end()}, " ");
}

Rows purchase_rows(const Catalog& catalog, const Pattern& pattern) {
    Rows out{{{"name", "way to pay", false},
              {"market", "market", false},
              {"years", "years"},
              {"providers", "sold by", false}}};
    const Charges charges = Charges::bundled();
    for (std::size_t k = 0; k < kPurchaseKinds; ++k) {
        const auto kind = static_cast<PurchaseKind>(k);
        if (!pattern.matches(to_string(kind)))
            continue;
        const auto term = term_of(kind);
        out.cells.push_back({word(to_string(kind)),
                             word(to_string(market_of(kind))),
                             term ? Cell{static_cast<double>(term->years)} : Cell{},
                             word(sellers(catalog, kind, charges))});
    }
    return out;
}

// ---- forms --------------------------------------------------------------------------

/// Millions and more as people write them, other figures with four digits.
std::string shown(const Cell& cell) {
    constexpr double kMillion = 1e6;
    constexpr double kBillion = 1e9;
    if (const auto* text = std::get_if<std::string>(&cell))
        return *text;
    const auto* value = std::get_if<double>(&cell);
    if (value == nullptr)
        return {};
    if (*value >= kBillion)
        return figure(*value / kBillion) + " B";
    if (*value >= kMillion)
        return figure(*value / kMillion) + " M";
    return *value == std::floor(*value) ? fmt::format("{}", *value) : figure(*value);
}

std::string as_table(const Rows& rows) {
    TextTable grid;
    using enum TextTable::Align;
    for (const OverviewColumn& column : rows.columns)
        if (column.in_table)
            grid.column(std::string{column.title}, column.number ? right : left);
    for (const auto& row : rows.cells) {
        std::vector<std::string> cells;
        for (std::size_t i = 0; i < row.size(); ++i)
            if (rows.columns[i].in_table)
                cells.push_back(shown(row[i]));
        grid.row(std::move(cells));
    }
    constexpr std::size_t kWide = 1'000;
    return grid.terminal(kWide, false);
}

std::string as_csv(const Rows& rows) {
    std::string out;
    for (const OverviewColumn& column : rows.columns)
        out += (out.empty() ? "" : ",") + std::string{column.key};
    out += '\n';
    for (const auto& row : rows.cells) {
        std::string line;
        for (const Cell& cell : row) {
            line += ',';
            if (const auto* text = std::get_if<std::string>(&cell))
                line += csv_cell(*text);
            else if (const auto* value = std::get_if<double>(&cell))
                line += fmt::format("{}", *value);
        }
        out += line.substr(1) + '\n';
    }
    return out;
}

std::string as_json(const Rows& rows) {
    Json out = Json::array();
    for (const auto& row : rows.cells) {
        Json object = Json::object();
        for (std::size_t i = 0; i < row.size(); ++i) {
            Json& member = object[std::string{rows.columns[i].key}];
            if (const auto* text = std::get_if<std::string>(&row[i]))
                member = *text;
            else if (const auto* value = std::get_if<double>(&row[i]))
                member = *value;
        }
        out.push_back(std::move(object));
    }
    return text::json_escaped(out.dump(1, ' ', false, Json::error_handler_t::replace)) + '\n';
}

Rows rows_of(Overview what,
             const Catalog& catalog,
             const Request& request,
             const Pattern& pattern) {
    switch (what) {
    case Overview::gpus:
        return gpu_rows(catalog, request, pattern);
    case Overview::models:
        return model_rows(pattern);
    case Overview::regions:
        return region_rows(catalog, request, pattern);
    case Overview::providers:
        return provider_rows(catalog, request, pattern);
    case Overview::purchases:
        return purchase_rows(catalog, pattern);
    }
    throw text::NoName{static_cast<std::size_t>(what)};
}

} // namespace

std::string overview(Overview what,
                     const Catalog& catalog,
                     const Request& request,
                     std::string_view pattern,
                     OverviewForm form) {
    const Rows rows = rows_of(what, catalog, request, Pattern{pattern});
    if (rows.cells.empty())
        return {};
    return form == OverviewForm::csv    ? as_csv(rows)
           : form == OverviewForm::json ? as_json(rows)
                                        : as_table(rows);
}

} // namespace flopwise
