#include "catalog/offer_columns.hpp"

#include "catalog/keys.hpp"
#include "catalog/tables.hpp"

#include <algorithm>
#include <numeric>

namespace flopwise {

void add_types(OfferColumns& columns,
               const std::vector<Instance>& instances,
               const std::vector<Gpu>& gpus,
               const std::vector<Family>& families) {
    const auto gpu_index = index_of(gpus, kByName);
    const auto family_index = index_of(families, kByProviderAndName);
    for (const Instance& i : instances) {
        const bool with_gpu = !i.gpu.empty();
        const std::uint32_t gpu = with_gpu ? gpu_index.at(i.gpu) : 0;
        push(columns.vcpus, i.vcpus.value_or(kUnknown));
        push(columns.memory_gib, figure_of(i.memory).value_or(kUnknown));
        push(columns.gpu_count, i.gpu_count);
        push(columns.gpu_memory_gib, with_gpu ? gpu_memory(i, gpus[gpu]).value() : 0.0);
        push(columns.network_gbps, figure_of(i.network).value_or(kUnknown));
        push(columns.gpu, with_gpu ? static_cast<std::int32_t>(gpu) : -1);
        push(columns.family, family_index.at({i.provider, i.family}));
        push(columns.retired, i.retired);
    }
}

namespace {

/// Whether a machine can be launched in a region: wherever it has a price, unless a row says where.
class Offered {
public:
    Offered(const Offerings& rows, std::size_t types) : rows_{rows}, row_of_(types, kNoRow) {
        for (std::uint32_t row = 0; row < rows.instance.size(); ++row)
            row_of_[rows.instance[row]] = row;
    }

    bool operator()(std::size_t type, std::uint32_t region) const {
        const std::uint32_t row = row_of_[type];
        const auto at = [this](std::uint32_t k) { return rows_.region.data() + k; };
        return row == kNoRow ||
               std::binary_search(at(rows_.first[row]), at(rows_.first[row + 1]), region);
    }

private:
    static constexpr std::uint32_t kNoRow = static_cast<std::uint32_t>(-1);

    const Offerings& rows_;
    std::vector<std::uint32_t> row_of_; ///< by type
};

} // namespace

void add_offers(OfferColumns& columns,
                const std::vector<Price>& prices,
                const std::vector<Instance>& instances,
                const std::vector<Region>& regions,
                const std::vector<Source>& sources,
                const Offerings& offerings) {
    const auto type_index = index_of(instances, kByProviderAndName);
    const auto region_index = index_of(regions, kByProviderAndCode);
    const auto source_index = index_of(sources, kByName);
    const Offered is_offered{offerings, instances.size()};

    struct Row {
        std::uint32_t group;
        double price;
        std::uint32_t region;
        std::uint32_t source;
    };
    std::vector<Row> rows;
    rows.reserve(prices.size());
    for (const Price& p : prices)
        rows.push_back(
            {static_cast<std::uint32_t>(type_index.at({p.provider, p.instance}) * kPurchases +
                                        static_cast<std::size_t>(p.purchase)),
             p.hourly.value(),
             region_index.at({p.provider, p.region}),
             source_index.at(p.source)});
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return std::tie(a.group, a.price, a.region) < std::tie(b.group, b.price, b.region);
    });

    std::vector<std::uint32_t> first(instances.size() * kPurchases + 1);
    for (const Row& row : rows) {
        const std::size_t type = row.group / kPurchases;
        ++first[row.group + 1];
        push(columns.usd_per_hour, row.price);
        push(columns.site, row.region + (is_offered(type, row.region) ? 0 : regions.size()));
        push(columns.source, row.source);
        push(columns.type, type);
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    columns.first = std::move(first);
    std::vector<std::uint16_t> used(columns.site.begin(), columns.site.end());
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    columns.used_sites = std::move(used);
}

Offer offer_of(const Catalog& catalog, const OfferColumns& c, std::size_t i) {
    const std::uint32_t type = c.type[i];
    const std::size_t regions = catalog.regions().size();
    const auto begin = c.first.begin() + static_cast<std::ptrdiff_t>(type * kPurchases);
    const auto group = std::upper_bound(begin, begin + kPurchases, i) - begin - 1;
    return {.instance = catalog.instances()[type],
            .family = catalog.families()[c.family[type]],
            .gpu =
                c.gpu[type] < 0 ? nullptr : &catalog.gpus()[static_cast<std::size_t>(c.gpu[type])],
            .region = catalog.regions()[c.site[i] % regions],
            .purchase = static_cast<Purchase>(group),
            .price = UsdPerHour{c.usd_per_hour[i]},
            .source = catalog.sources()[c.source[i]],
            .offered = c.site[i] < regions};
}

} // namespace flopwise
