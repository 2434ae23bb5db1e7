#include <flopwise/catalog.hpp>

#include "catalog/binary.hpp"
#include "catalog/bundled.hpp"
#include "catalog/keys.hpp"
#include "catalog/rates.hpp"
#include "catalog/tables.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

namespace flopwise {

// ---- names --------------------------------------------------------------------------

std::string_view to_string(Purchase purchase) {
    constexpr std::array<std::string_view, kPurchases> kNames{"on_demand", "spot"};
    return text::name_of(kNames, purchase);
}

std::string_view to_string(Purpose purpose) {
    constexpr std::array<std::string_view, kPurposes> kNames{"training",
                                                             "inference",
                                                             "graphics",
                                                             "hpc",
                                                             "general",
                                                             "compute",
                                                             "memory",
                                                             "storage",
                                                             "fpga",
                                                             "video"};
    return text::name_of(kNames, purpose);
}

GiB usable_gpu_memory(const Instance& machine, const Gpu& gpu) {
    const double share = std::min(1.0, machine.gpu_count);
    const GiB all = gpu_memory(machine, gpu);
    const GiB usable = gpu.usable_memory ? *gpu.usable_memory * share : all;
    return std::min({all, usable, machine.reported_gpu_memory.value_or(all)});
}

GiB gpu_memory(const Instance& machine, const Gpu& gpu) {
    return gpu.memory * std::min(1.0, machine.gpu_count);
}

// ---- joining ------------------------------------------------------------------------

namespace {

template <class Rows, class Key>
void sort_by(Rows& rows, Key key) {
    std::sort(
        rows.begin(), rows.end(), [key](const auto& a, const auto& b) { return key(a) < key(b); });
}

} // namespace

static Offerings compact(const std::vector<Offering>& rows,
                         const std::vector<Instance>& instances,
                         const std::vector<Region>& regions,
                         const std::vector<Source>& sources) {
    const auto type_index = index_of(instances, kByProviderAndName);
    const auto region_index = index_of(regions, kByProviderAndCode);
    const auto source_index = index_of(sources, kByName);
    Offerings out;
    out.first.push_back(0);
    for (const Offering& row : rows) {
        push(out.instance, type_index.at({row.provider, row.instance}));
        push(out.source, source_index.at(row.source));
        for (const std::string& code : row.regions)
            push(out.region, region_index.at({row.provider, code}));
        push(out.first, out.region.size());
    }
    return out;
}

Catalog::Catalog(Tables tables) {
    if (const auto problem = problem_in(tables))
        throw ArgumentError{fmt::format("{}[{}]{}{}",
                                        problem->section,
                                        problem->row,
                                        problem->field.empty() ? "" : ".",
                                        problem->field),
                            problem->reason};
    auto data = std::make_shared<Data>();
    sort_by(tables.sources, kByName);
    sort_by(tables.gpus, kByName);
    sort_by(tables.families, kByProviderAndName);
    sort_by(tables.instances, kByProviderAndName);
    sort_by(tables.regions, kByProviderAndCode);
    sort_by(tables.offerings, [](const Offering& o) { return NameView{o.provider, o.instance}; });
    for (Offering& row : tables.offerings)
        std::sort(row.regions.begin(), row.regions.end());
    sort_by(tables.superseded, [](const Price& p) { return std::tuple{key_of(p), p.source}; });
    sort_by(tables.explained, kByExplained);
    data->name = std::move(tables.name);
    data->as_of = tables.as_of;
    data->sources = std::move(tables.sources);
    data->gpus = std::move(tables.gpus);
    data->families = std::move(tables.families);
    data->instances = std::move(tables.instances);
    data->regions = std::move(tables.regions);
    data->superseded = std::move(tables.superseded);
    data->explained = std::move(tables.explained);
    data->rates = std::move(tables.rates);
    data->offerings = compact(tables.offerings, data->instances, data->regions, data->sources);
    add_types(data->columns, data->instances, data->gpus, data->families);
    add_offers(data->columns,
               tables.prices,
               data->instances,
               data->regions,
               data->sources,
               data->offerings);
    data_ = std::move(data);
}

Catalog::Catalog(std::shared_ptr<const Data> data) noexcept : data_{std::move(data)} {}

// ---- looking ------------------------------------------------------------------------

namespace {

/// A bundled catalog, made when it is first asked for and kept: it never changes.
struct Kept {
    std::once_flag once;
    std::optional<Catalog> catalog;
};

} // namespace

Catalog Catalog::bundled(std::string_view name) {
    static const auto all = bundled::catalogs();
    // Not taken down: a program that ends does not wait for it, and what ends later may ask for it.
    static auto* const kept = new Kept[all.size()]; // NOLINT: no vector of these
    for (std::size_t i = 0; i < all.size(); ++i)
        if (name.empty() || all[i].name == name) {
            std::call_once(kept[i].once,
                           [&] { kept[i].catalog = CatalogBinary::read(all[i].bytes); });
            return *kept[i].catalog;
        }
    const auto names = bundled_names();
    throw ArgumentError{"catalog",
                        fmt::format("must be the name of a bundled catalog ({}) or a file, got "
                                    "{}{}",
                                    text::one_of(names),
                                    text::quoted(name),
                                    text::did_you_mean(name, names))};
}

std::vector<std::string_view> Catalog::bundled_names() {
    std::vector<std::string_view> names;
    for (const auto& image : bundled::catalogs())
        names.push_back(image.name);
    return names;
}

const std::string& Catalog::rates() const noexcept {
    return data_->rates;
}

const std::string& Catalog::name() const noexcept {
    return data_->name;
}
Date Catalog::as_of() const noexcept {
    return data_->as_of;
}
std::span<const Source> Catalog::sources() const& noexcept {
    return data_->sources;
}
std::span<const Gpu> Catalog::gpus() const& noexcept {
    return data_->gpus;
}
std::span<const Family> Catalog::families() const& noexcept {
    return data_->families;
}
std::span<const Instance> Catalog::instances() const& noexcept {
    return data_->instances;
}
std::span<const Region> Catalog::regions() const& noexcept {
    return data_->regions;
}
std::span<const Price> Catalog::superseded() const& noexcept {
    return data_->superseded;
}
std::span<const Explanation> Catalog::explained() const& noexcept {
    return data_->explained;
}
const OfferColumns& columns_of(const Catalog& catalog) noexcept {
    return catalog.data_->columns;
}
std::vector<std::string_view> Catalog::providers() const& {
    std::vector<std::string_view> out;
    for (const Instance& machine : instances()) // which stand by provider
        if (out.empty() || out.back() != machine.provider)
            out.emplace_back(machine.provider);
    return out;
}

std::size_t Catalog::size() const noexcept {
    return data_->columns.usd_per_hour.size();
}

Offer Catalog::offer(std::size_t i) const& {
    if (i >= size())
        throw ArgumentError{"offer", fmt::format("must be below {}, got {}", size(), i)};
    return offer_of(*this, data_->columns, i);
}

std::optional<std::span<const std::uint16_t>> Catalog::offered_in(std::size_t i) const& {
    const Offerings& rows = data_->offerings; // which stand by machine
    const auto found = std::lower_bound(rows.instance.begin(), rows.instance.end(), i);
    if (found == rows.instance.end() || *found != i)
        return std::nullopt;
    const auto row = static_cast<std::size_t>(found - rows.instance.begin());
    return std::span<const std::uint16_t>{rows.region}.subspan(
        rows.first[row], rows.first[row + 1] - rows.first[row]);
}

/// The position of the row of a key among rows that ascend by it; that of no row if there is none.
template <class Rows, class KeyOf, class Key>
static std::size_t position(const Rows& rows, KeyOf key_of, const Key& key) {
    const auto found = std::ranges::lower_bound(rows, key, {}, key_of);
    return found == rows.end() || key_of(*found) != key
               ? rows.size()
               : static_cast<std::size_t>(found - rows.begin());
}

const Instance* Catalog::find_instance(std::string_view provider, std::string_view name) const& {
    const std::size_t i = position(data_->instances, kByProviderAndName, NameView{provider, name});
    return i < data_->instances.size() ? &data_->instances[i] : nullptr;
}

const Region* Catalog::find_region(std::string_view provider, std::string_view code) const& {
    const std::size_t i = position(data_->regions, kByProviderAndCode, NameView{provider, code});
    return i < data_->regions.size() ? &data_->regions[i] : nullptr;
}

std::optional<std::size_t> Catalog::find_offer(std::string_view provider,
                                               std::string_view instance,
                                               std::string_view region,
                                               Purchase purchase) const {
    const OfferColumns& c = data_->columns;
    const std::size_t regions = data_->regions.size();
    const std::size_t type =
        position(data_->instances, kByProviderAndName, NameView{provider, instance});
    const std::size_t place =
        position(data_->regions, kByProviderAndCode, NameView{provider, region});
    if (type == data_->instances.size() || place == regions)
        return std::nullopt;
    (void)to_string(purchase); // throws for none
    const std::size_t group = type * kPurchases + static_cast<std::size_t>(purchase);
    for (std::size_t i = c.first[group]; i < c.first[group + 1]; ++i)
        if (c.site[i] % regions == place)
            return i;
    return std::nullopt;
}

/// Whether two names differ at most in the case of ASCII letters.
static bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

const Gpu* Catalog::find_gpu(std::string_view name) const& {
    const auto is_it = [name](const std::string& other) { return same_name(name, other); };
    for (const Gpu& gpu : data_->gpus)
        if (is_it(gpu.name) || std::ranges::any_of(gpu.aliases, is_it))
            return &gpu;
    return nullptr;
}

const Family* Catalog::successor(const Family& family) const& {
    const auto rented = [&](const Family& f) {
        return std::any_of(data_->instances.begin(), data_->instances.end(), [&](const auto& i) {
            return i.provider == f.provider && i.family == f.name && !i.retired;
        });
    };
    const auto named = [&](const std::string& name) {
        return std::find_if(data_->families.begin(), data_->families.end(), [&](const auto& f) {
            return f.provider == family.provider && f.name == name;
        });
    };
    std::string next = family.successor;
    for (std::size_t step = 0; step < data_->families.size(); ++step) {
        const auto found = named(next);
        if (next.empty() || found == data_->families.end())
            return nullptr;
        if (rented(*found))
            return &*found;
        next = found->successor;
    }
    return nullptr; // the chain is a circle
}

// ---- changing -----------------------------------------------------------------------

Tables Catalog::tables() const {
    Tables out{.name = data_->name,
               .as_of = data_->as_of,
               .sources = data_->sources,
               .gpus = data_->gpus,
               .families = data_->families,
               .instances = data_->instances,
               .regions = data_->regions};
    const Offerings& rows = data_->offerings;
    for (std::size_t i = 0; i < rows.instance.size(); ++i) {
        const Instance& instance = data_->instances[rows.instance[i]];
        Offering row{instance.provider, instance.name, {}, data_->sources[rows.source[i]].name};
        for (std::uint32_t k = rows.first[i]; k < rows.first[i + 1]; ++k)
            row.regions.push_back(data_->regions[rows.region[k]].code);
        out.offerings.push_back(std::move(row));
    }
    for (std::size_t i = 0; i < size(); ++i) {
        const Offer o = offer(i);
        out.prices.push_back({o.instance.provider,
                              o.instance.name,
                              o.region.code,
                              o.purchase,
                              o.price,
                              o.source.name});
    }
    sort_by(out.prices, [](const Price& p) { return key_of(p); });
    out.superseded = data_->superseded;
    out.explained = data_->explained;
    out.rates = data_->rates;
    return out;
}

/// The newer rows, then those of `rows` that none of them replaces.
template <class Rows, class Key>
static void replace(Rows& rows, const Rows& newer, Key key) {
    const auto index = index_of(newer, key);
    Rows out = newer;
    for (auto& row : rows)
        if (!index.contains(key(row)))
            out.push_back(std::move(row));
    rows = std::move(out);
}

void inherit(std::vector<Explanation>& explained) {
    for (Explanation& row : explained)
        row.inherited = true;
}

Tables overlaid(Tables base, const Tables& newer) {
    replace(base.sources, newer.sources, kByName);
    replace(base.gpus, newer.gpus, kByName);
    replace(base.families, newer.families, kByProviderAndName);
    replace(base.instances, newer.instances, kByProviderAndName);
    replace(base.regions, newer.regions, kByProviderAndCode);
    replace(base.offerings, newer.offerings, [](const Offering& o) {
        return NameView{o.provider, o.instance};
    });
    replace(base.prices, newer.prices, [](const Price& p) { return key_of(p); });
    replace(base.superseded, newer.superseded, [](const Price& p) {
        return std::tuple_cat(key_of(p), std::tuple{std::string_view{p.source}});
    });
    if (newer != Tables{})
        inherit(base.explained);
    replace(base.explained, newer.explained, kByExplained);
    base.rates = overlaid_rates(base.rates, newer.rates);
    return base;
}

void drop_unused_sources(Tables& tables) {
    std::set<std::string_view> used;
    const auto use = [&used](const auto& rows) {
        for (const auto& row : rows)
            used.insert(row.source);
    };
    use(tables.gpus);
    use(tables.families);
    use(tables.instances);
    use(tables.regions);
    use(tables.offerings);
    use(tables.prices);
    use(tables.superseded);
    std::erase_if(tables.sources,
                  [&](const Source& source) { return !used.contains(source.name); });
}

Catalog Catalog::with_prices(std::span<const Price> prices, std::span<const Source> sources) const {
    Tables newer;
    newer.prices.assign(prices.begin(), prices.end());
    newer.sources.assign(sources.begin(), sources.end());
    return Catalog{overlaid(tables(), newer)};
}

Catalog Catalog::merged(const Catalog& other) const {
    Tables out = overlaid(tables(), other.tables());
    out.name = fmt::format("{}+{}", name(), other.name());
    out.as_of = std::max(as_of(), other.as_of());
    return Catalog{std::move(out)};
}

bool Catalog::operator==(const Catalog& other) const {
    return data_ == other.data_ || tables() == other.tables();
}

} // namespace flopwise
