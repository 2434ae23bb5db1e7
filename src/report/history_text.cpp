#include <flopwise/catalog_text.hpp>

#include "text/figures.hpp"
#include "text/table.hpp"
#include "text/text.hpp"

namespace flopwise {

using enum TextTable::Align;

/// "+12.5 %" of two prices; empty if they are the same or one is not known.
static std::string moved(std::optional<UsdPerHour> from, std::optional<UsdPerHour> to) {
    constexpr double kRounding = 1e-6; // as in diff()
    if (!from || !to || std::abs(*to / *from - 1) <= kRounding)
        return "";
    return fmt::format("{:+.1f} %", 100 * (*to / *from - 1));
}

static std::string usd(std::optional<UsdPerHour> price) {
    return price ? fmt::format("{}", price->value()) : "gone";
}

/// The table without any line that is folded; empty if it has no row.
static std::string wide(const TextTable& grid) {
    constexpr std::size_t kWide = 1'000;
    return grid.empty() ? "" : grid.terminal(kWide, false);
}

static TextTable made(std::initializer_list<std::pair<const char*, TextTable::Align>> columns) {
    TextTable grid;
    for (const auto& [name, align] : columns)
        grid.column(name, align);
    return grid;
}

static std::string days_of(const std::vector<DatedPrice>& prices) {
    TextTable grid = made({{"as of", left}, {"USD/h", right}, {"change", right}, {"source", left}});
    std::optional<UsdPerHour> before;
    for (const DatedPrice& p : prices) {
        grid.row({to_string(p.as_of), usd(p.hourly), moved(before, p.hourly), p.source});
        before = p.hourly;
    }
    return wide(grid);
}

static void add_region(TextTable& to, const std::string& region, std::span<const DatedPrice> of) {
    std::size_t changes = 0;
    for (std::size_t i = 1; i < of.size(); ++i)
        if (!moved(of[i - 1].hourly, of[i].hourly).empty())
            ++changes;
    const DatedPrice& first = of.front();
    const DatedPrice& last = of.back();
    to.row({region,
            to_string(first.as_of),
            usd(first.hourly),
            to_string(last.as_of),
            usd(last.hourly),
            moved(first.hourly, last.hourly),
            fmt::format("{}", changes)});
}

/// The history of one machine of one provider.
static std::string history_of_machine(const PriceHistory& history,
                                      const Instance& machine,
                                      std::string_view region,
                                      Purchase purchase) {
    std::string out = fmt::format("{} {}, {}{}{}\n",
                                  machine.provider,
                                  machine.name,
                                  purchase == Purchase::spot ? "spot" : "on demand",
                                  region.empty() ? "" : ", ",
                                  region);
    if (!region.empty()) {
        const auto prices = history.prices(machine.provider, machine.name, region, purchase);
        return prices.empty() ? "" : out + days_of(prices);
    }
    TextTable grid = made({{"region", left},
                           {"first", left},
                           {"USD/h", right},
                           {"newest", left},
                           {"USD/h", right},
                           {"change", right},
                           {"changes", right}});
    for (const std::string& place : history.regions(machine.provider, machine.name, purchase))
        add_region(grid, place, history.prices(machine.provider, machine.name, place, purchase));
    return grid.empty() ? "" : out + wide(grid);
}

std::string history_of(const PriceHistory& history,
                       const Catalog& catalog,
                       std::string_view instance,
                       std::string_view region,
                       std::string_view provider,
                       Purchase purchase) {
    std::string out;
    for (const Instance& machine : catalog.instances())
        if (machine.name == instance && (provider.empty() || machine.provider == provider))
            if (const std::string one = history_of_machine(history, machine, region, purchase);
                !one.empty())
                out += (out.empty() ? "" : "\n") + one;
    return text::printable_lines(out);
}

std::string table_of(std::span<const GpuPrice> prices) {
    TextTable grid = made({{"provider", left},
                           {"as of", left},
                           {"USD per GPU-hour", right},
                           {"change", right},
                           {"cheapest", left},
                           {"region", left}});
    const GpuPrice* before = nullptr;
    for (const GpuPrice& p : prices) {
        const bool same = before != nullptr && before->provider == p.provider;
        grid.row({same ? "" : p.provider,
                  to_string(p.as_of),
                  figure(p.per_gpu.value()),
                  same ? moved(before->per_gpu, p.per_gpu) : "",
                  p.instance,
                  p.region});
        before = &p;
    }
    return wide(grid);
}

} // namespace flopwise
