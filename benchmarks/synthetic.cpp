#include "synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace flopwise::bench {

namespace {

/// The distributions of the standard library differ from one to the other; its engines do not.
class Random {
public:
    double in(double least, double most) {
        constexpr double kSteps = 9007199254740992.0; // 2^53
        return least + (most - least) * static_cast<double>(engine_() >> 11U) / kSteps;
    }

private:
    std::mt19937_64 engine_{2026};
};

struct MachineType {
    Instance instance;
    double usd_per_hour;
};

constexpr const char* kProvider = "aws";
constexpr const char* kSource = "synthetic";

} // namespace

/// The machines that have a price on demand; of several prices, the lowest.
static std::vector<MachineType> machines(const Tables& tables) {
    std::map<std::string, double> lowest;
    for (const Price& price : tables.prices)
        if (price.purchase == Purchase::on_demand) {
            const double usd = price.hourly.value();
            const auto [found, added] = lowest.try_emplace(price.instance, usd);
            found->second = std::min(found->second, usd);
        }
    std::vector<MachineType> out;
    for (const Instance& instance : tables.instances)
        if (const auto found = lowest.find(instance.name); found != lowest.end())
            out.push_back({instance, found->second});
    return out;
}

/// `count` of them, evenly spread.
static std::vector<MachineType> some(const std::vector<MachineType>& all, std::size_t count) {
    std::vector<MachineType> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(all[i * all.size() / count]);
    return out;
}

static Region region(std::size_t number, Random& random) {
    return {.provider = kProvider,
            .code = fmt::format("{}-{:04}", number % 2 == 0 ? "east" : "west", number),
            .place = Place{.latitude = random.in(-60, 70), .longitude = random.in(-180, 180)},
            .source = kSource};
}

static Price
price(const MachineType& machine, const Region& region, Purchase purchase, double usd_per_hour) {
    constexpr double kSteps = 1e4;
    return {.provider = kProvider,
            .instance = machine.instance.name,
            .region = region.code,
            .purchase = purchase,
            .hourly = UsdPerHour{std::ceil(usd_per_hour * kSteps) / kSteps},
            .source = kSource};
}

static std::vector<Offering> offerings(const std::vector<MachineType>& machines,
                                       const std::vector<Region>& regions) {
    constexpr std::size_t kGap = 8;
    std::vector<Offering> out;
    for (std::size_t m = 0; m < machines.size(); ++m) {
        Offering row{kProvider, machines[m].instance.name, {}, kSource};
        for (std::size_t r = 0; r < regions.size(); ++r)
            if ((m + r) % kGap != 0)
                row.regions.push_back(regions[r].code);
        out.push_back(std::move(row));
    }
    return out;
}

Catalog synthetic(Market market, std::size_t offers) {
    Tables tables = Catalog::bundled().tables();
    const auto all = machines(tables);
    const std::size_t ways = market == Market::with_spot ? 2 : 1;
    const auto used = some(all, std::min(all.size(), offers / ways));
    tables.name = "synthetic";
    tables.sources.push_back({.name = kSource, .title = "made up by the benchmarks"});
    tables.regions.clear();
    tables.offerings.clear();
    tables.prices.clear();
    tables.prices.reserve(offers);
    Random random;
    while (tables.prices.size() < offers) {
        tables.regions.push_back(region(tables.regions.size(), random));
        for (const MachineType& machine : used) {
            if (tables.prices.size() == offers)
                break;
            const double usd = machine.usd_per_hour * random.in(0.8, 1.6);
            const Region& here = tables.regions.back();
            tables.prices.push_back(price(machine, here, Purchase::on_demand, usd));
            if (ways == 2)
                tables.prices.push_back(
                    price(machine, here, Purchase::spot, usd * random.in(0.2, 0.7)));
        }
    }
    if (market == Market::with_gaps)
        tables.offerings = offerings(used, tables.regions);
    return Catalog{std::move(tables)};
}

} // namespace flopwise::bench
