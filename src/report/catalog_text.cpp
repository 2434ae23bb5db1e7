#include <flopwise/catalog_text.hpp>

#include "catalog/fields.hpp"
#include "feed/imported_rates.hpp"
#include "text/figures.hpp"
#include "text/json_out.hpp"
#include "text/table.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace flopwise {

using OfferKey = std::tuple<std::string, std::string, std::string, Purchase>;

// ---- offers -------------------------------------------------------------------------

/// Positions of the offers by provider, instance, region and purchase.
static std::vector<std::size_t> sorted(const Catalog& catalog) {
    std::map<OfferKey, std::size_t> order;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        order.emplace(OfferKey{o.instance.provider, o.instance.name, o.region.code, o.purchase}, i);
    }
    std::vector<std::size_t> out;
    out.reserve(order.size());
    for (const auto& [key, i] : order)
        out.push_back(i);
    return out;
}

namespace {

/// The cells of a row of CSV, each behind a comma; empty where a figure is not known.
struct OfferCells {
    std::string& to;

    void operator()(const Field& /*field*/, const std::string& value) const {
        put(csv_cell(value));
    }
    void operator()(const Field& f, double value) const {
        put(f.is(kWithGpu) && value == 0 ? "" : fmt::format("{}", value));
    }
    template <class Unit>
    void operator()(const Field& f, Quantity<Unit> value) const {
        (*this)(f, value.value());
    }
    template <class T>
    void operator()(const Field& f, const std::optional<T>& value) const {
        value ? (*this)(f, *value) : put("");
    }
    void operator()(const Field& /*field*/, bool value) const { put(value ? "true" : "false"); }
    void operator()(const Field& /*field*/, Purchase value) const { put(to_string(value)); }
    void operator()(const Field& /*field*/, Date value) const { put(to_string(value)); }

private:
    void put(std::string_view text) const { to.append(",").append(text); }
};

/// The members of a JSON object; null is what is not known.
struct JsonMembers {
    Json& to;

    void operator()(const Field& f, const std::string& value) const {
        put(f, f.is(kMaybe) && value.empty() ? Json(nullptr) : Json(value));
    }
    void operator()(const Field& f, double value) const { put(f, value); }
    template <class Unit>
    void operator()(const Field& f, Quantity<Unit> value) const {
        put(f, value.value());
    }
    void operator()(const Field& f, const std::optional<double>& value) const {
        put(f, value ? Json(*value) : Json(nullptr));
    }
    template <class Unit>
    void operator()(const Field& f, const std::optional<Quantity<Unit>>& value) const {
        put(f, or_null(value));
    }
    void operator()(const Field& f, bool value) const { put(f, value); }
    void operator()(const Field& f, Purchase value) const { put(f, to_string(value)); }
    void operator()(const Field& f, Date value) const { put(f, to_string(value)); }

private:
    void put(const Field& f, Json value) const { to.emplace(f.key, std::move(value)); }
};

} // namespace

/// The names of an offer's columns, each behind a comma.
static std::string offer_columns() {
    const Instance machine{};
    const Family family{};
    const Region region{};
    const Source source{};
    std::string out;
    fields([&out](const Field& f, const auto& /*value*/) { out.append(",").append(f.key); },
           Offer{.instance = machine,
                 .family = family,
                 .gpu = nullptr,
                 .region = region,
                 .purchase = {},
                 .price = {},
                 .source = source,
                 .offered = false});
    return out;
}

std::string to_csv(const Catalog& catalog) {
    std::string out = offer_columns().substr(1) + '\n';
    for (const std::size_t i : sorted(catalog)) {
        std::string row;
        fields(OfferCells{row}, catalog.offer(i));
        out.append(row, 1).append("\n");
    }
    return out;
}

std::string to_json(const Catalog& catalog) {
    Json rows = Json::array();
    for (const std::size_t i : sorted(catalog))
        fields(JsonMembers{rows.emplace_back(Json::object())}, catalog.offer(i));
    return text::json_escaped(rows.dump(1)) + "\n";
}

/// Where a row of an import comes from: its last columns.
static std::string origin_of(const Import& import, std::string_view source) {
    const auto& sources = import.tables.sources;
    const Source none{};
    const Source& of = sources.empty() ? none : sources.front();
    return fmt::format("{},{},{},{}\n",
                       csv_cell(source),
                       csv_cell(of.title),
                       to_string(of.as_of),
                       csv_cell(text::printable(import.file)));
}

std::string reserved_csv(std::span<const Import> imports) {
    std::string out = "provider,instance,region,years,offering_class,payment,hourly_usd_per_hour,"
                      "upfront_usd,effective_usd_per_hour,on_demand_usd_per_hour,source,title,"
                      "as_of,file\n";
    for (const Import& import : imports) {
        const auto on_demand = on_demand_prices(import);
        for (const ReservedPrice& r : import.reserved) {
            const auto beside = on_demand.find({r.provider, r.instance, r.region});
            fmt::format_to(std::back_inserter(out),
                           "{},{},{},{},{},{},{},{},{},{},{}",
                           csv_cell(r.provider),
                           csv_cell(r.instance),
                           csv_cell(r.region),
                           r.years,
                           csv_cell(r.offering_class),
                           csv_cell(r.payment),
                           r.hourly.value(),
                           r.upfront.value(),
                           effective(r).value(),
                           beside == on_demand.end() ? ""
                                                     : fmt::format("{}", beside->second.value()),
                           origin_of(import, r.source));
        }
    }
    return out;
}

std::string interruptions_csv(std::span<const Import> imports) {
    std::string out = "provider,instance,region,at_least,below,source,title,as_of,file\n";
    for (const Import& import : imports)
        for (const InterruptionBand& i : import.interruptions)
            fmt::format_to(std::back_inserter(out),
                           "{},{},{},{},{},{}",
                           csv_cell(i.provider),
                           csv_cell(i.instance),
                           csv_cell(i.region),
                           i.at_least,
                           i.below,
                           origin_of(import, i.source));
    return out;
}

// ---- for people ---------------------------------------------------------------------

namespace {

/// The prices of one machine, on demand and in all regions.
struct Range {
    double lowest = 0;
    double highest = 0;
    std::size_t regions = 0;
    DateRange dates{};
};

} // namespace

/// The memory of the share of a GPU that a machine has; empty if it has a whole one, or none.
static std::optional<double> share_of(const Catalog& catalog, const Instance& m) {
    const Gpu* gpu = m.gpu_count < 1 ? catalog.find_gpu(m.gpu) : nullptr;
    return gpu == nullptr ? std::nullopt : std::optional{gpu_memory(m, *gpu).value()};
}

/// The machines that are `wanted`.
template <class Wanted>
static std::string table_of_machines(const Catalog& catalog, Wanted wanted) {
    std::map<std::pair<std::string_view, std::string_view>, Range> ranges;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        if (o.purchase != Purchase::on_demand)
            continue;
        Range& range = ranges[{o.instance.provider, o.instance.name}];
        const double price = o.price.value();
        range.lowest = range.regions == 0 ? price : std::min(range.lowest, price);
        range.highest = std::max(range.highest, price);
        ++range.regions;
        range.dates.add(o.source.as_of);
    }
    TextTable grid;
    using enum TextTable::Align;
    for (const auto* title : {"provider", "machine", "GPUs"})
        grid.column(title, left);
    for (const auto* title : {"vCPU", "GiB", "from USD/h", "to USD/h", "regions"})
        grid.column(title, right);
    grid.column("as of", left);
    grid.column("", left);
    for (const Instance& m : catalog.instances()) {
        if (!wanted(m))
            continue;
        const Range range = ranges[{m.provider, m.name}];
        const bool priced = range.regions > 0;
        grid.row({m.provider,
                  m.name,
                  gpus(m.gpu_count, m.gpu, share_of(catalog, m)),
                  m.vcpus ? fmt::format("{}", *m.vcpus) : "",
                  m.memory ? fmt::format("{}", m.memory->value()) : "",
                  priced ? fmt::format("{}", range.lowest) : "",
                  priced ? fmt::format("{}", range.highest) : "",
                  priced ? fmt::format("{}", range.regions) : "",
                  to_string(range.dates),
                  m.retired ? "retired" : ""});
    }
    constexpr std::size_t kWide = 1'000;
    return grid.empty() ? "" : grid.terminal(kWide, false);
}

std::string table_of(const Catalog& catalog, std::string_view pattern) {
    return table_of_machines(catalog, [pattern](const Instance& m) {
        return pattern.empty() || text::matches(pattern, m.name);
    });
}

/// "24 GiB", and of a share of a GPU "6 GiB of 24".
static std::string gpu_memory_of(const Instance& machine, const Gpu& gpu) {
    const std::string whole =
        machine.gpu_count < 1 ? fmt::format(" of {}", gpu.memory.value()) : "";
    return fmt::format("{:.6g}{}", gpu_memory(machine, gpu), whole);
}

/// What programs get of that, where it is known to be less.
static std::string usable_memory_of(const Instance& machine, const Gpu& gpu) {
    const GiB usable = usable_gpu_memory(machine, gpu);
    return usable < gpu_memory(machine, gpu) ? fmt::format("{:.6g}", usable) : "";
}

namespace {

/// The lines of a machine's facts.
struct Facts {
    const Instance& machine;
    const Gpu* gpu;
    std::string& to;

    template <class Value>
    void operator()(const Field& f, const Value& value) const {
        if (f.key == "source") { // last, as everywhere
            line("architecture", machine.arch);
            line("stack", gpu == nullptr ? "" : gpu->stack);
        }
        if (!f.label.empty())
            line(f.label, in_words(f, value));
        if (f.key == "gpu") {
            line("GPUs", gpus(machine.gpu_count, machine.gpu));
            line("GPU memory", gpu == nullptr ? "" : gpu_memory_of(machine, *gpu));
            line("usable", gpu == nullptr ? "" : usable_memory_of(machine, *gpu));
        }
    }

private:
    void line(std::string_view name, const std::string& value) const {
        if (!value.empty())
            to += fmt::format("  {:<14} {}\n", name, value);
    }
    template <class Value>
    static std::string in_words(const Field& f, const Value& value) {
        if constexpr (std::is_same_v<Value, bool>)
            return value ? "yes" : "";
        else if constexpr (std::is_arithmetic_v<Value>)
            return f.is(kMaybe) && value == 0 ? "" : fmt::format("{}", value);
        else if constexpr (requires { value.has_value(); })
            return value ? in_words(f, *value) : "";
        else
            return fmt::format("{}", value);
    }
};

} // namespace

static std::string facts_of(const Catalog& catalog, const Instance& m) {
    std::string out = fmt::format("{} {}{}\n", m.provider, m.name, m.retired ? ", retired" : "");
    fields(Facts{m, m.gpu.empty() ? nullptr : catalog.find_gpu(m.gpu), out}, m);
    return text::printable_lines(out);
}

namespace {

/// The lines of a GPU's figures, under the names that they have everywhere.
struct GpuFacts {
    std::string& to;

    template <class Value>
    void operator()(const Field& f, const Value& value) const {
        if (const std::string words = in_words(f, value); !words.empty() && f.key != "name")
            to += fmt::format("  {:<26} {}\n", f.key, words);
    }

private:
    template <class Value>
    static std::string in_words(const Field& f, const Value& value) {
        if constexpr (std::is_arithmetic_v<Value>)
            return f.is(kMaybe) && value == 0 ? "" : fmt::format("{}", value);
        else if constexpr (std::is_same_v<Value, std::vector<std::string>>)
            return joined(value, ", ");
        else if constexpr (std::is_same_v<Value, std::vector<Purpose>>) {
            std::vector<std::string> names;
            names.reserve(value.size());
            for (const Purpose purpose : value)
                names.emplace_back(to_string(purpose));
            return joined(names, ", ");
        } else if constexpr (requires { value.has_value(); })
            return value ? in_words(f, *value) : "";
        else if constexpr (requires { value.value(); })
            return fmt::format("{}", value.value());
        else
            return value;
    }
};

} // namespace

/// The figures of a GPU, then the machines that have it.
static std::string sheet_of(const Catalog& catalog, const Gpu& gpu) {
    std::string out = gpu.name + '\n';
    fields(GpuFacts{out}, gpu);
    const std::string machines =
        table_of_machines(catalog, [&gpu](const Instance& m) { return m.gpu == gpu.name; });
    return text::printable_lines(out) + (machines.empty() ? "no machine\n" : machines);
}

std::string sheet_of(const Catalog& catalog, std::string_view name) {
    std::string out;
    for (const Instance& m : catalog.instances()) {
        if (m.name != name)
            continue;
        out += (out.empty() ? "" : "\n") + facts_of(catalog, m);
        TextTable grid;
        using enum TextTable::Align;
        grid.column("region", left);
        grid.column("purchase", left);
        grid.column("USD/h", right);
        for (const auto* title : {"offered", "source", "as of"})
            grid.column(title, left);
        for (const std::size_t i : sorted(catalog)) {
            const Offer o = catalog.offer(i);
            if (&o.instance == &m)
                grid.row({o.region.code,
                          std::string{to_string(o.purchase)},
                          fmt::format("{}", o.price.value()),
                          o.offered && !m.retired ? "yes" : "no",
                          o.source.name,
                          to_string(o.source.as_of)});
        }
        constexpr std::size_t kWide = 1'000;
        out += grid.empty() ? "no price\n" : grid.terminal(kWide, false);
    }
    if (!out.empty())
        return out;
    for (const Gpu* gpu : catalog.find_gpus(name))
        out += (out.empty() ? "" : "\n") + sheet_of(catalog, *gpu);
    return out;
}

std::string to_text(const Import& import) {
    std::string out = fmt::format("{}: {}, as of {}: {} rows, {} usable",
                                  text::printable(import.file),
                                  to_string(import.format),
                                  to_string(import.tables.as_of),
                                  import.rows,
                                  import.kept);
    for (const Skipped& skipped : import.skipped)
        out += fmt::format(", {} skipped: {}", skipped.rows, skipped.why);
    out += fmt::format(", {} rejected{}\n",
                       import.rows_rejected,
                       import.incomplete ? "; one page of several, whose next is not in it" : "");
    for (const Rejected& r : import.rejected)
        out += fmt::format("{}\n", InputError{r.where, r.reason}.what());
    return out;
}

std::string to_text(const ImportEffect& effect) {
    std::string out =
        effect.prices == 0
            ? "no prices"
            : fmt::format("{} of {} prices took effect", effect.in_effect(), effect.prices);
    const char* before = ": ";
    const auto add = [&](std::uint64_t count, std::string_view what) {
        if (count > 0)
            out += fmt::format("{}{} {}", std::exchange(before, ", "), count, what);
    };
    add(effect.added, "new");
    add(effect.rose, "rose");
    add(effect.fell, "fell");
    add(effect.unchanged, "unchanged");
    before = "; ";
    add(effect.older, "kept as they were, being newer in the catalog");
    before = "; ";
    add(effect.overtaken, "that another file has too");
    before = "; ";
    add(effect.unplaced, "of machines or regions that are not in the catalog");
    before = "; ";
    add(effect.not_offered, "of machines that cannot be rented there");
    before = "; ";
    add(effect.outliers, "set apart, a hundred times off their like");
    before = "; ";
    add(effect.to_come, "not in force yet, waiting for their day");
    before = "; retired, as the list lacks them: ";
    add(effect.prices_retired, effect.prices_retired == 1 ? "price" : "prices");
    add(effect.machines_retired, effect.machines_retired == 1 ? "machine" : "machines");
    if (effect.undated && (effect.older > 0 || effect.whole))
        out += "; the file states no day: `as_of` gives it";
    if (effect.incomplete)
        out += "; one page of several: nothing is retired, and no region is covered";
    return out + "\n";
}

} // namespace flopwise
