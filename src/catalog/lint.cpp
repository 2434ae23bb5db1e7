#include <flopwise/check.hpp>
#include <flopwise/workload.hpp>

#include "catalog/offer_columns.hpp"
#include "catalog/price_fit.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace flopwise {

using Findings = std::vector<Finding>;

static std::string named(const Instance& i) {
    return fmt::format("{} {}", i.provider, i.name);
}

static void check_gpu_memory(const Catalog& catalog, Findings& to) {
    constexpr double kTolerance = 0.10; // error correction takes up to a sixteenth
    for (const Instance& i : catalog.instances()) {
        if (i.gpu.empty() || !i.reported_gpu_memory)
            continue;
        const GiB model = gpu_memory(i, *catalog.find_gpu(i.gpu));
        if (std::abs(*i.reported_gpu_memory / model - 1) > kTolerance)
            to.push_back({"GPU memory",
                          named(i),
                          fmt::format("reported {}, model {}", *i.reported_gpu_memory, model)});
    }
}

static void check_rates(const Catalog& catalog, Findings& to) {
    for (const Gpu& gpu : catalog.gpus()) {
        bool any = false;
        for (std::size_t p = 0; p < kPrecisions; ++p)
            any = any || peak(gpu, static_cast<Precision>(p));
        if (!any)
            to.push_back({"GPU without a rate", gpu.name, "no peak rate in any precision"});
    }
}

static void check_successors(const Catalog& catalog, Findings& to) {
    for (const Family& family : catalog.families()) {
        bool gpu = false;
        bool retired = true;
        for (const Instance& i : catalog.instances())
            if (i.provider == family.provider && i.family == family.name) {
                gpu = gpu || !i.gpu.empty();
                retired = retired && i.retired;
            }
        if (gpu && retired && catalog.successor(family) == nullptr)
            to.push_back({"retired without a successor",
                          fmt::format("{} {}", family.provider, family.name),
                          ""});
    }
}

/// Offers by family, region and way to pay, or what else is compared with what.
using Groups = std::map<std::tuple<std::string_view, std::string_view, std::string_view, Purchase>,
                        std::vector<std::size_t>>;

static bool at_least(const Instance& a, const Instance& b) {
    return a.bare_metal == b.bare_metal && a.gpu == b.gpu && a.gpu_count >= b.gpu_count &&
           a.vcpus >= b.vcpus && a.memory >= b.memory &&
           a.local_storage.value_or(GB{}) >= b.local_storage.value_or(GB{});
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
        for (const std::size_t i : offers)
            for (const std::size_t j : offers) {
                const Offer large = catalog.offer(i);
                const Offer small = catalog.offer(j);
                if (i == j || !(large.price < small.price) ||
                    !at_least(large.instance, small.instance))
                    continue;
                to.push_back(
                    {"price falls with size",
                     fmt::format("{} in {}", named(large.instance), large.region.code),
                     fmt::format(
                         "{}, but {} costs {}", large.price, small.instance.name, small.price)});
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
            to.push_back({"spot above on demand",
                          fmt::format("{} in {}", named(o.instance), o.region.code),
                          fmt::format("spot {}, on demand {}", o.price, found->second)});
    }
}

/// Of one accelerator or of none, in all regions of a provider at once; burstable machines apart.
static void check_outliers(const Catalog& catalog, Findings& to) {
    constexpr double kFar = 4;
    std::map<std::tuple<std::string_view, std::string_view, bool>, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < catalog.size(); ++i)
        if (const Offer o = catalog.offer(i); o.purchase == Purchase::on_demand)
            groups[{o.instance.provider, o.instance.gpu, o.instance.burstable}].push_back(i);
    for (const auto& [key, offers] : groups) {
        std::vector<Sized> rows;
        for (const std::size_t i : offers) {
            const Offer o = catalog.offer(i);
            rows.push_back({o.price.value(),
                            {o.instance.vcpus,
                             o.instance.memory.value(),
                             o.gpu == nullptr ? 1.0 : o.instance.gpu_count}});
        }
        const auto ratios = ratios_to_fit(rows);
        for (std::size_t i = 0; i < ratios.size(); ++i) {
            if (ratios[i] < kFar && ratios[i] > 1 / kFar)
                continue;
            const Offer o = catalog.offer(offers[i]);
            to.push_back(
                {"price far from its like",
                 fmt::format("{} in {}", named(o.instance), o.region.code),
                 fmt::format("{}, {:.1f} times what its size suggests", o.price, ratios[i])});
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
    for (const Price& old : catalog.superseded()) {
        const auto found = offers.find({old.provider, old.instance, old.region, old.purchase});
        if (found == offers.end())
            continue;
        const Offer o = catalog.offer(found->second);
        const auto source = std::find_if(catalog.sources().begin(),
                                         catalog.sources().end(),
                                         [&](const Source& s) { return s.name == old.source; });
        to.push_back(
            {"sources disagree",
             fmt::format("{} in {}, {}", named(o.instance), old.region, to_string(old.purchase)),
             fmt::format("{} used ({}, {}), {} in {} ({})",
                         o.price,
                         o.source.name,
                         to_string(o.source.as_of),
                         old.hourly,
                         source->name,
                         to_string(source->as_of))});
    }
}

static void check_priced(const Catalog& catalog, Findings& to) {
    const Columns& columns = catalog.columns();
    for (std::size_t type = 0; type < catalog.instances().size(); ++type) {
        const Instance& i = catalog.instances()[type];
        if (!i.retired &&
            columns.first[type * kPurchases] == columns.first[(type + 1) * kPurchases])
            to.push_back({"no price", named(i), ""});
    }
}

Findings check(const Catalog& catalog) {
    Findings out;
    check_gpu_memory(catalog, out);
    check_rates(catalog, out);
    check_successors(catalog, out);
    check_price_by_size(catalog, out);
    check_spot(catalog, out);
    check_priced(catalog, out);
    check_outliers(catalog, out);
    check_sources(catalog, out);
    return out;
}

} // namespace flopwise
