#include <flopwise/lint.hpp>
#include <flopwise/precision.hpp>

#include "catalog/findings.hpp"
#include "catalog/offer_columns.hpp"
#include "catalog/size_fit.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace flopwise {

// ---- what is looked for ---------------------------------------------------------------

namespace {

/// What a finding is of: a machine or family, in a region, or a GPU, which has no provider.
struct Subject {
    std::string_view provider{};
    std::string_view name;
    std::string_view region{};
};

/// What is found, with what the catalog says of it.
class Findings {
public:
    explicit Findings(std::span<const Explanation> explained) : explained_{explained} {
        for (const Explanation& e : explained)
            used_.emplace_back(e.names.size());
    }

    void add(std::string_view what, const Subject& of, std::string where, std::string detail = {}) {
        out_.push_back({std::string{what}, std::move(where), std::move(detail), reason(what, of)});
    }
    void add(std::string_view what, const Offer& of, std::string detail) {
        add(what,
            {of.instance.provider, of.instance.name, of.region.code},
            fmt::format("{} {} in {}", of.instance.provider, of.instance.name, of.region.code),
            std::move(detail));
    }

    /// All of them, and the explanations that explain nothing.
    std::vector<Finding> finished();

private:
    std::string reason(std::string_view what, const Subject& of);

    std::span<const Explanation> explained_;
    std::vector<std::vector<bool>> used_; ///< by explanation and name
    std::vector<Finding> out_;
};

bool is_of(const Explanation& e, std::string_view what, const Subject& of) {
    return e.finding == what && (of.provider.empty() || e.provider == of.provider) &&
           (e.regions.empty() || text::any_matches(e.regions, of.region));
}

/// That of the first explanation; all that explain it are used.
std::string Findings::reason(std::string_view what, const Subject& of) {
    std::string_view out;
    for (std::size_t i = 0; i < explained_.size(); ++i) {
        const Explanation& e = explained_[i];
        for (std::size_t k = 0; k < e.names.size() && is_of(e, what, of); ++k)
            if (text::matches(e.names[k], of.name)) {
                used_[i][k] = true;
                out = out.empty() ? e.why : out;
            }
    }
    return std::string{out};
}

std::vector<Finding> Findings::finished() {
    for (std::size_t i = 0; i < explained_.size(); ++i) {
        const Explanation& e = explained_[i];
        for (std::size_t k = 0; k < e.names.size(); ++k)
            if (!used_[i][k] && !e.inherited)
                out_.push_back(
                    {std::string{finding::kExplainsNothing},
                     fmt::format("{}{}{}", e.provider, e.provider.empty() ? "" : " ", e.names[k]),
                     fmt::format("{}: {}", e.finding, e.why),
                     {}});
    }
    return std::move(out_);
}

} // namespace

static std::string named(const Instance& i) {
    return fmt::format("{} {}", i.provider, i.name);
}

static void check_gpu_memory(const Catalog& catalog, Findings& to) {
    constexpr double kTolerance = 0.10; // error correction takes up to a sixteenth
    std::map<std::string_view, const Gpu*> called;
    for (const Gpu& gpu : catalog.gpus())
        called.emplace(gpu.name, &gpu);
    for (const Instance& i : catalog.instances()) {
        if (i.gpu.empty() || !i.reported_gpu_memory)
            continue;
        const GiB model = gpu_memory(i, *called.at(i.gpu));
        if (std::abs(*i.reported_gpu_memory / model - 1) > kTolerance)
            to.add(finding::kGpuMemory,
                   {i.provider, i.name},
                   named(i),
                   fmt::format("reported {}, model {}", *i.reported_gpu_memory, model));
    }
}

static void check_rates(const Catalog& catalog, Findings& to) {
    for (const Gpu& gpu : catalog.gpus()) {
        bool any = false;
        for (std::size_t p = 0; p < kPrecisions; ++p)
            any = any || peak(gpu, static_cast<Precision>(p));
        if (!any)
            to.add(finding::kNoRate, {.name = gpu.name}, gpu.name, "no peak rate in any precision");
    }
}

namespace {

/// Families, with what they can still be rented as.
class Successors {
public:
    explicit Successors(const Catalog& catalog) {
        for (const Family& family : catalog.families())
            of_[{family.provider, family.name}].family = &family;
        for (const Instance& i : catalog.instances()) {
            Known& known = of_[{i.provider, i.family}];
            known.gpu = known.gpu || !i.gpu.empty();
            known.retired = known.retired && i.retired;
            known.empty = false;
        }
    }
    /// Whether all its machines are retired, of which one has a GPU.
    [[nodiscard]] bool gone(const Family& f) const {
        const Known& known = of_.at({f.provider, f.name});
        return known.gpu && known.retired;
    }
    /// Whether a family that follows it, directly or not, can be rented. Each is walked over once.
    bool followed(const Family& f) {
        std::vector<Known*> path;
        std::optional<bool> found;
        for (std::string_view name = f.successor; !found;) {
            const auto next = of_.find({f.provider, name});
            if (name.empty() || next == of_.end() || next->second.family == nullptr)
                found = false;
            else if (!next->second.empty && !next->second.retired)
                found = true;
            else if (next->second.followed)
                found = next->second.followed;
            else {
                next->second.followed = false; // unless the chain, which may be a circle, ends well
                path.push_back(&next->second);
                name = next->second.family->successor;
            }
        }
        for (Known* known : path)
            known->followed = found;
        return *found;
    }

private:
    struct Known {
        const Family* family = nullptr;
        bool gpu = false;
        bool retired = true;
        bool empty = true;
        std::optional<bool> followed{};
    };
    std::map<std::pair<std::string_view, std::string_view>, Known> of_;
};

} // namespace

static void check_successors(const Catalog& catalog, Findings& to) {
    Successors families{catalog};
    for (const Family& family : catalog.families())
        if (families.gone(family) && !families.followed(family))
            to.add(finding::kNoSuccessor,
                   {family.provider, family.name},
                   fmt::format("{} {}", family.provider, family.name));
}

/// Offers by family, region and purchase option, or what else is compared with what.
using Groups = std::map<std::tuple<std::string_view, std::string_view, std::string_view, Purchase>,
                        std::vector<std::size_t>>;

/// Whether prices of two machines of a family can be told by their sizes. What is known of one
/// alone cannot be compared.
static bool alike(const Instance& a, const Instance& b) {
    return a.bare_metal == b.bare_metal && a.community == b.community && a.retired == b.retired &&
           a.gpu == b.gpu && a.vcpus.has_value() == b.vcpus.has_value() &&
           a.memory.has_value() == b.memory.has_value();
}

/// GPUs, vCPUs, memory, local storage; of what is known of neither, the same.
static auto sizes_of(const Instance& i) {
    return std::array{i.gpu_count,
                      i.vcpus.value_or(0),
                      i.memory.value_or(GiB{}).value(),
                      i.local_storage.value_or(GB{}).value()};
}

/// Whether `a` has more of something and less of nothing. Machines of one size may differ in what
/// no figure here tells: Azure's NC24r is an NC24 with InfiniBand.
static bool larger(const Instance& a, const Instance& b) {
    const auto of_a = sizes_of(a);
    const auto of_b = sizes_of(b);
    return of_a != of_b && std::ranges::equal(of_a, of_b, std::greater_equal<>{});
}

/// Two prices, with their days if they are of two.
static std::string side_by_side(const Offer& a, const Offer& b) {
    const auto day = [&](const Offer& o) {
        return a.source.as_of == b.source.as_of ? ""
                                                : fmt::format(" ({})", to_string(o.source.as_of));
    };
    return fmt::format(
        "{}{}, but {} costs {}{}", a.price, day(a), b.instance.name, b.price, day(b));
}

/// Pairs of offers of a family in which one has more and costs less. Those before it in the order
/// of their sizes are all that it can have more than, and of them only the dearer are looked at: of
/// families beyond any that is sold, the nearest in price.
static std::set<std::pair<std::size_t, std::size_t>>
cheaper_though_larger(const Catalog& catalog, std::vector<std::size_t> offers) {
    constexpr std::size_t kMostLooked = 1'000;
    const auto sizes = [&](std::size_t i) { return sizes_of(catalog.offer(i).instance); };
    std::ranges::sort(offers, {}, sizes);
    std::set<std::pair<std::size_t, std::size_t>> out;
    std::multimap<UsdPerHour, std::size_t> smaller;
    auto same = offers.begin(); // of one size, of which none has more than another
    for (const std::size_t i : offers) {
        for (; sizes(*same) != sizes(i); ++same)
            smaller.emplace(catalog.offer(*same).price, *same);
        const Offer large = catalog.offer(i);
        std::size_t looked = 0;
        for (auto dearer = smaller.upper_bound(large.price);
             dearer != smaller.end() && looked < kMostLooked;
             ++dearer, ++looked) {
            const Offer small = catalog.offer(dearer->second);
            if (alike(large.instance, small.instance) && larger(large.instance, small.instance))
                out.emplace(i, dearer->second);
        }
    }
    return out;
}

static void check_price_by_size(const Catalog& catalog, Findings& to) {
    Groups groups;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        if (o.purchase == Purchase::on_demand) // spot prices follow demand, not size
            groups[{o.instance.provider, o.instance.family, o.region.code, o.purchase}].push_back(
                i);
    }
    for (const auto& [key, offers] : groups)
        for (const auto& [i, j] : cheaper_though_larger(catalog, offers)) {
            const Offer large = catalog.offer(i);
            to.add(finding::kPriceBySize, large, side_by_side(large, catalog.offer(j)));
        }
}

static void check_spot(const Catalog& catalog, Findings& to) {
    constexpr UsdPerHour kRounding{0.00005}; // spot prices are published to four decimals
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>, UsdPerHour> listed;
    const auto key = [](const Offer& o) {
        return std::tuple<std::string_view, std::string_view, std::string_view>{
            o.instance.provider, o.instance.name, o.region.code};
    };
    for (std::size_t i = 0; i < catalog.size(); ++i)
        if (const Offer o = catalog.offer(i); o.purchase == Purchase::on_demand)
            listed.emplace(key(o), o.price);
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        const auto found = listed.find(key(o));
        if (o.purchase == Purchase::spot && found != listed.end() &&
            o.price > found->second + kRounding)
            to.add(finding::kSpot, o, fmt::format("spot {}, on demand {}", o.price, found->second));
    }
}

/// Of one accelerator or of none, in all regions of a provider at once; burstable machines apart.
static void check_outliers(const Catalog& catalog, Findings& to) {
    constexpr double kFar = 4;
    std::map<std::tuple<std::string_view, std::string_view, bool>, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < catalog.size(); ++i)
        if (const Offer o = catalog.offer(i);
            o.purchase == Purchase::on_demand && o.instance.vcpus && o.instance.memory)
            groups[{o.instance.provider, o.instance.gpu, o.instance.burstable}].push_back(i);
    for (const auto& [key, offers] : groups) {
        std::vector<Sized> rows;
        for (const std::size_t i : offers) {
            const Offer o = catalog.offer(i);
            rows.push_back({o.price.value(),
                            {*o.instance.vcpus,
                             o.instance.memory->value(),
                             o.gpu == nullptr ? 1.0 : o.instance.gpu_count}});
        }
        const auto ratios = ratios_to_fit(rows);
        for (std::size_t i = 0; i < ratios.size(); ++i) {
            if (ratios[i] < kFar && ratios[i] > 1 / kFar)
                continue;
            const Offer o = catalog.offer(offers[i]);
            to.add(finding::kOutlier,
                   o,
                   fmt::format("{}, {:.1f} times what its size suggests", o.price, ratios[i]));
        }
    }
}

static void check_sources(const Catalog& catalog, Findings& to) {
    std::map<std::tuple<std::string_view, std::string_view, std::string_view, Purchase>,
             std::size_t>
        offers;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        offers.emplace(std::tuple{std::string_view{o.instance.provider},
                                  std::string_view{o.instance.name},
                                  std::string_view{o.region.code},
                                  o.purchase},
                       i);
    }
    std::map<std::string_view, const Source*> sources;
    for (const Source& source : catalog.sources())
        sources.emplace(source.name, &source);
    for (const Price& old : catalog.superseded()) {
        const auto found = offers.find({old.provider, old.instance, old.region, old.purchase});
        if (found == offers.end())
            continue;
        const Offer o = catalog.offer(found->second);
        const Source* const source = sources.at(old.source);
        to.add(finding::kSources,
               {old.provider, old.instance, old.region},
               fmt::format("{} in {}, {}", named(o.instance), old.region, to_string(old.purchase)),
               fmt::format("{} used ({}, {}), {} in {} ({})",
                           o.price,
                           o.source.name,
                           to_string(o.source.as_of),
                           old.hourly,
                           source->name,
                           to_string(source->as_of)));
    }
}

static void check_priced(const Catalog& catalog, Findings& to) {
    const OfferColumns& columns = columns_of(catalog);
    for (std::size_t type = 0; type < catalog.instances().size(); ++type) {
        const Instance& i = catalog.instances()[type];
        if (!i.retired &&
            columns.first[type * kPurchases] == columns.first[(type + 1) * kPurchases])
            to.add(finding::kNoPrice, {i.provider, i.name}, named(i));
    }
}

std::vector<Finding> lint(const Catalog& catalog) {
    Findings out{catalog.explained()};
    check_gpu_memory(catalog, out);
    check_rates(catalog, out);
    check_successors(catalog, out);
    check_price_by_size(catalog, out);
    check_spot(catalog, out);
    check_priced(catalog, out);
    check_outliers(catalog, out);
    check_sources(catalog, out);
    return out.finished();
}

} // namespace flopwise
