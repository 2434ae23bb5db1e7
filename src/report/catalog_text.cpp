#include <flopwise/catalog_text.hpp>

#include "text/json_out.hpp"
#include "text/table.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

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

/// In quotes if CSV asks for them.
static std::string cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos)
        return std::string{text};
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"')
            out += c;
        out += c;
    }
    return out + '"';
}

std::string to_csv(const Catalog& catalog) {
    std::string out =
        "provider,instance,family,region,purchase,price_usd_per_hour,offered,gpu,"
        "gpu_count,gpu_memory_gib,vcpus,memory_gib,network_gbps,arch,source,as_of,stack\n";
    for (const std::size_t i : sorted(catalog)) {
        const Offer o = catalog.offer(i);
        const Instance& m = o.instance;
        const auto number = [](double value) { return fmt::format("{}", value); };
        fmt::format_to(std::back_inserter(out),
                       "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                       cell(m.provider),
                       cell(m.name),
                       cell(m.family),
                       cell(o.region.code),
                       to_string(o.purchase),
                       o.price.value(),
                       o.offered && !m.retired,
                       cell(m.gpu),
                       m.gpu.empty() ? "" : number(m.gpu_count),
                       o.gpu == nullptr ? "" : number(gpu_memory(m, *o.gpu).value()),
                       m.vcpus,
                       m.memory.value(),
                       m.network ? number(m.network->value()) : "",
                       cell(m.arch),
                       cell(o.source.name),
                       to_string(o.source.as_of),
                       o.gpu == nullptr ? "" : cell(o.gpu->stack));
    }
    return out;
}

std::string to_json(const Catalog& catalog) {
    const auto text_or_null = [](const std::string& text) {
        return text.empty() ? Json(nullptr) : Json(text);
    };
    Json rows = Json::array();
    for (const std::size_t i : sorted(catalog)) {
        const Offer o = catalog.offer(i);
        const Instance& m = o.instance;
        rows.push_back(
            {{"provider", m.provider},
             {"instance", m.name},
             {"family", m.family},
             {"region", o.region.code},
             {"purchase", to_string(o.purchase)},
             {"price_usd_per_hour", o.price.value()},
             {"offered", o.offered && !m.retired},
             {"gpu", text_or_null(m.gpu)},
             {"gpu_count", m.gpu_count},
             {"gpu_memory_gib", o.gpu == nullptr ? Json() : Json(gpu_memory(m, *o.gpu).value())},
             {"vcpus", m.vcpus},
             {"memory_gib", m.memory.value()},
             {"network_gbps", or_null(m.network)},
             {"arch", text_or_null(m.arch)},
             {"source", o.source.name},
             {"as_of", to_string(o.source.as_of)},
             {"stack", o.gpu == nullptr ? Json() : text_or_null(o.gpu->stack)}});
    }
    return rows.dump(1) + "\n";
}

std::string to_csv(std::span<const ReservedPrice> rates) {
    std::string out = "provider,instance,region,years,offering_class,payment,hourly_usd_per_hour,"
                      "upfront_usd,effective_usd_per_hour,source\n";
    for (const ReservedPrice& r : rates)
        fmt::format_to(std::back_inserter(out),
                       "{},{},{},{},{},{},{},{},{},{}\n",
                       cell(r.provider),
                       cell(r.instance),
                       cell(r.region),
                       r.years,
                       cell(r.offering_class),
                       cell(r.payment),
                       r.hourly.value(),
                       r.upfront.value(),
                       effective(r).value(),
                       cell(r.source));
    return out;
}

std::string to_csv(std::span<const InterruptionBand> interruptions) {
    std::string out = "provider,instance,region,at_least,below,source\n";
    for (const InterruptionBand& i : interruptions)
        fmt::format_to(std::back_inserter(out),
                       "{},{},{},{},{},{}\n",
                       cell(i.provider),
                       cell(i.instance),
                       cell(i.region),
                       i.at_least,
                       i.below,
                       cell(i.source));
    return out;
}

// ---- for people ---------------------------------------------------------------------

/// "8 x a100-sxm4-40gb"; empty for a machine without.
static std::string gpus_of(const Instance& machine) {
    return machine.gpu.empty()
               ? ""
               : fmt::format("{} x {}", text::count(machine.gpu_count), machine.gpu);
}

namespace {

/// The prices of one machine, on demand and in all regions.
struct Range {
    double lowest = 0;
    double highest = 0;
    std::size_t regions = 0;
    DateRange dates{};
};

} // namespace

std::string table_of(const Catalog& catalog, std::string_view pattern) {
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
        if (!pattern.empty() && !text::matches(pattern, m.name))
            continue;
        const Range range = ranges[{m.provider, m.name}];
        const bool priced = range.regions > 0;
        grid.row({m.provider,
                  m.name,
                  gpus_of(m),
                  fmt::format("{}", m.vcpus),
                  fmt::format("{}", m.memory.value()),
                  priced ? fmt::format("{}", range.lowest) : "",
                  priced ? fmt::format("{}", range.highest) : "",
                  priced ? fmt::format("{}", range.regions) : "",
                  to_string(range.dates),
                  m.retired ? "retired" : ""});
    }
    constexpr std::size_t kWide = 1'000;
    return grid.empty() ? "" : grid.terminal(kWide, false);
}

/// "24 GiB", and of a share of a GPU "6 GiB of 24".
static std::string gpu_memory_of(const Instance& machine, const Gpu& gpu) {
    const std::string whole =
        machine.gpu_count < 1 ? fmt::format(" of {}", gpu.memory.value()) : "";
    return fmt::format("{:.6g}{}", gpu_memory(machine, gpu), whole);
}

static std::string facts_of(const Catalog& catalog, const Instance& m) {
    std::string out = fmt::format("{} {}{}\n", m.provider, m.name, m.retired ? ", retired" : "");
    const auto line = [&](std::string_view name, const std::string& value) {
        if (!value.empty())
            out += fmt::format("  {:<14} {}\n", name, value);
    };
    const auto quantity = [](const auto& value) { return value ? fmt::format("{}", *value) : ""; };
    const Gpu* gpu = m.gpu.empty() ? nullptr : catalog.find_gpu(m.gpu);
    line("family", m.family);
    line("vCPUs", fmt::format("{}", m.vcpus));
    line("memory", fmt::format("{}", m.memory));
    line("GPUs", gpus_of(m));
    line("GPU memory", gpu == nullptr ? "" : gpu_memory_of(m, *gpu));
    line("local storage", quantity(m.local_storage));
    line("network", quantity(m.network));
    line("architecture", m.arch);
    line("stack", gpu == nullptr ? "" : gpu->stack);
    line("source", m.source);
    return out;
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
    return out;
}

std::string to_text(const Import& import) {
    std::string out = fmt::format("{}: {}, as of {}: {} rows, {} kept",
                                  import.file,
                                  to_string(import.format),
                                  to_string(import.tables.as_of),
                                  import.rows,
                                  import.kept);
    for (const Skipped& skipped : import.skipped)
        out += fmt::format(", {} skipped: {}", skipped.rows, skipped.why);
    out += fmt::format(", {} rejected\n", import.rows_rejected);
    for (const Rejected& r : import.rejected)
        out += fmt::format("{}\n", InputError{r.where, r.reason}.what());
    return out;
}

} // namespace flopwise
