#include "catalog/binary.hpp"

#include "catalog/keys.hpp"
#include "catalog/tables.hpp"
#include "text/archive.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace flopwise {

// What a field of a row can be.
constexpr bool possible(Purpose purpose) {
    return static_cast<std::size_t>(purpose) < kPurposes;
}
constexpr bool possible(Place p) {
    return p.latitude >= -90 && p.latitude <= 90 && p.longitude >= -180 && p.longitude <= 180;
}

static Place unknown_of(Place /*tag*/) {
    return {kUnknown, kUnknown};
}
static bool is_unknown(Place p) {
    return std::isnan(p.latitude);
}

template <class Archive, class Data>
static void all(Archive& a, Data& d) {
    auto& c = d.columns;
    a(d.name,
      d.as_of,
      d.rates,
      d.sources,
      d.gpus,
      d.families,
      d.instances,
      d.regions,
      d.superseded,
      d.explained);
    a(d.offerings.instance, d.offerings.first, d.offerings.region, d.offerings.source);
    a(c.vcpus, c.memory_gib, c.gpu_count, c.gpu_memory_gib, c.network_gbps);
    a(c.gpu, c.family, c.retired, c.usd_per_hour, c.site, c.source, c.type, c.first, c.used_sites);
}

// ---- what an image must hold --------------------------------------------------------

namespace {

/// Whether no key stands twice or before a lesser one.
template <class Rows, class Key = std::identity>
bool ascending(const Rows& rows, Key key = {}) {
    return std::ranges::adjacent_find(rows, std::greater_equal<>{}, key) == rows.end();
}

/// Whether all numbers are positions in a table of `size` rows.
template <class T>
bool within(const Column<T>& column, std::size_t size) {
    return std::all_of(column.begin(), column.end(), [size](T i) { return i < size; });
}

/// Whether `first` cuts `size` rows into `groups` groups.
bool cuts(const Column<std::uint32_t>& first, std::size_t groups, std::size_t size) {
    return first.size() == groups + 1 && first.front() == 0 && first.back() == size &&
           std::is_sorted(first.begin(), first.end());
}

template <class Data>
bool rows_hold(const Data& d) {
    const auto sourced = [&d](const auto& rows) {
        const std::string* last = nullptr; // most rows have that of the one before
        return std::ranges::all_of(rows, [&](const auto& row) {
            const bool same = last != nullptr && row.source == *last;
            last = &row.source;
            return same ||
                   std::ranges::binary_search(d.sources, std::string_view{*last}, {}, kByName);
        });
    };
    return d.regions.size() <= kMostRegions && d.sources.size() <= kMostSources &&
           ascending(d.sources, kByName) && ascending(d.gpus, kByName) &&
           ascending(d.families, kByProviderAndName) &&
           ascending(d.instances, kByProviderAndName) && ascending(d.regions, kByProviderAndCode) &&
           sourced(d.gpus) && sourced(d.families) && sourced(d.instances) && sourced(d.regions) &&
           sourced(d.superseded);
}

/// Whether a column has a figure, or NaN for one that is not known.
bool same(double column, std::optional<double> figure) {
    return figure ? column == *figure : std::isnan(column);
}

/// Whether the columns of a machine type say what add_types() takes from its row.
template <class Data>
bool type_holds(const Data& d, std::size_t i) {
    const OfferColumns& c = d.columns;
    const Instance& row = d.instances[i];
    const auto gpu = static_cast<std::size_t>(c.gpu[i]);
    const bool with_gpu = c.gpu[i] != -1;
    if (c.family[i] >= d.families.size() || (with_gpu && gpu >= d.gpus.size()))
        return false;
    const Family& family = d.families[c.family[i]];
    const double of_gpu = with_gpu ? gpu_memory(row, d.gpus[gpu]).value() : 0;
    return row.provider == family.provider && row.family == family.name &&
           row.gpu == (with_gpu ? d.gpus[gpu].name : "") && with_gpu == (row.gpu_count > 0) &&
           same(c.vcpus[i], row.vcpus) && same(c.memory_gib[i], figure_of(row.memory)) &&
           c.gpu_count[i] == row.gpu_count && c.gpu_memory_gib[i] == of_gpu &&
           same(c.network_gbps[i], figure_of(row.network)) && (c.retired[i] != 0) == row.retired;
}

template <class Data>
bool types_hold(const Data& d) {
    const OfferColumns& c = d.columns;
    const std::size_t types = d.instances.size();
    const auto whole = [types](const auto&... columns) {
        return ((columns.size() == types) && ...);
    };
    if (!whole(c.vcpus,
               c.memory_gib,
               c.gpu_count,
               c.gpu_memory_gib,
               c.network_gbps,
               c.gpu,
               c.family,
               c.retired))
        return false;
    for (std::size_t i = 0; i < types; ++i)
        if (!type_holds(d, i))
            return false;
    return true;
}

/// Whether the offers of a group are all of its type, at prices that ascend.
bool group_holds(const OfferColumns& c, std::size_t group) {
    double least = std::numeric_limits<double>::min();
    for (std::size_t i = c.first[group]; i < c.first[group + 1]; ++i) {
        if (c.type[i] != group / kPurchases || !(c.usd_per_hour[i] >= least) ||
            !std::isfinite(c.usd_per_hour[i]))
            return false;
        least = c.usd_per_hour[i];
    }
    return true;
}

template <class Data>
bool offers_hold(const Data& d) {
    const OfferColumns& c = d.columns;
    const std::size_t offers = c.usd_per_hour.size();
    const std::size_t groups = d.instances.size() * kPurchases;
    const std::size_t sites = 2 * d.regions.size();
    if (c.site.size() != offers || c.source.size() != offers || c.type.size() != offers ||
        !cuts(c.first, groups, offers) || !within(c.site, sites) || !within(c.used_sites, sites) ||
        !within(c.source, d.sources.size()) || !ascending(c.used_sites))
        return false;
    std::vector<bool> used(sites);
    for (const std::uint16_t site : c.used_sites)
        used[site] = true;
    if (!std::all_of(c.site.begin(), c.site.end(), [&used](auto site) { return used[site]; }))
        return false;
    for (std::size_t group = 0; group < groups; ++group)
        if (!group_holds(c, group))
            return false;
    return true;
}

template <class Data>
bool offerings_hold(const Data& d) {
    const Offerings& o = d.offerings;
    if (o.source.size() != o.instance.size() ||
        !cuts(o.first, o.instance.size(), o.region.size()) ||
        !within(o.instance, d.instances.size()) || !within(o.region, d.regions.size()) ||
        !within(o.source, d.sources.size()) || !ascending(o.instance))
        return false;
    for (std::size_t i = 0; i < o.instance.size(); ++i)
        if (!std::is_sorted(o.region.data() + o.first[i], o.region.data() + o.first[i + 1]))
            return false;
    return true;
}

} // namespace

std::string CatalogBinary::write(const Catalog& catalog) {
    Writer writer;
    all(writer, *catalog.data_);
    return std::move(writer.bytes);
}

Catalog CatalogBinary::made(std::string_view image, bool from_outside) {
    auto data = std::make_shared<Catalog::Data>();
    Reader reader{image, from_outside};
    all(reader, *data);
    if (!reader.bytes.empty())
        refuse_bytes("something follows it");
    return Catalog{std::move(data)};
}

Catalog CatalogBinary::read(std::string_view image) {
    return made(image, false);
}

Catalog CatalogBinary::checked(std::string_view image) {
    Catalog catalog = made(image, true);
    const Catalog::Data& data = *catalog.data_;
    if (!rows_hold(data) || !types_hold(data) || !offers_hold(data) || !offerings_hold(data))
        refuse_bytes("its rows do not refer to one another");
    return catalog;
}

} // namespace flopwise
