#include "solve/sites.hpp"

#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

Sites::Sites(const Catalog& catalog, const Request& request)
    : catalog_{catalog}, constraints_{request.constraints} {
    const Constraints& c = constraints_;
    if (c.max_rtt && !c.near)
        request.refuse("max_rtt_ms", "must come with a place to be near to");
    for (const Purchase purchase : c.purchase)
        purchases_[static_cast<std::size_t>(purchase)] = true;
    const auto regions = catalog_.regions();
    const auto state = [&](std::size_t i, bool offered) {
        if (!((c.provider.empty() || text::any_matches(c.provider, regions[i].provider)) &&
              (c.region.empty() || text::any_matches(c.region, regions[i].code))))
            return Site::out_of_scope;
        if (!offered && !c.include_retired)
            return Site::not_offered;
        return is_too_far(i) ? Site::too_far : Site::admitted;
    };
    for (const Region& region : regions)
        if (c.near)
            rtt_ms_.push_back(
                region.place ? round_trip(great_circle(*c.near, *region.place)).value() : kUnknown);
    for (const bool offered : {true, false})
        for (std::size_t i = 0; i < regions.size(); ++i)
            sites_.push_back(state(i, offered));
    for (const Site site : sites_)
        counted_.push_back(SiteCounts::packed(site));
    const auto& used = columns_of(catalog_).used_sites;
    everywhere_ = std::all_of(
        used.begin(), used.end(), [this](std::uint16_t s) { return sites_[s] == Site::admitted; });
}

bool Sites::is_too_far(std::size_t region) const {
    const auto& most = constraints_.max_rtt;
    return most && !(rtt_ms_[region] <= most->value());
}

SiteCounts Sites::count(const OfferColumns& rows, std::uint32_t begin, std::uint32_t end) const {
    if (everywhere_)
        return SiteCounts::all(Site::admitted, end - begin);
    const std::uint16_t* site = rows.site.data();
    SiteCounts sum;
    while (begin < end) {
        const std::uint32_t stop = begin + std::min(end - begin, SiteCounts::kMostPacked);
        std::uint64_t packed = 0;
        for (; begin < stop; ++begin)
            packed += counted_[site[begin]];
        sum = sum + SiteCounts::of(packed);
    }
    return sum;
}

std::uint32_t
Sites::first_admitted(const OfferColumns& rows, std::uint32_t begin, std::uint32_t end) const {
    const std::uint16_t* site = rows.site.data();
    while (begin < end && sites_[site[begin]] != Site::admitted)
        ++begin;
    return begin;
}

std::uint32_t
Sites::first_in_scope(const OfferColumns& rows, std::uint32_t begin, std::uint32_t end) const {
    const std::uint16_t* site = rows.site.data();
    while (begin < end && sites_[site[begin]] == Site::out_of_scope)
        ++begin;
    return begin;
}

double Sites::cheapest(const OfferColumns& rows, std::size_t type) const {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t p = 0; p < kPurchases; ++p) {
        const std::size_t group = type * kPurchases + p;
        const std::uint32_t end = rows.first[group + 1];
        const std::uint32_t first = first_admitted(rows, rows.first[group], end);
        if (purchases_[p] && first < end)
            least = std::min(least, rows.usd_per_hour[first]);
    }
    return least;
}

std::optional<Milliseconds> Sites::rtt(std::size_t region) const {
    return rtt_ms_.empty() || std::isnan(rtt_ms_[region])
               ? std::nullopt
               : std::optional{Milliseconds{rtt_ms_[region]}};
}

double Sites::detour(std::uint16_t site) const {
    if (sites_[site] != Site::too_far)
        return 0;
    const double rtt = rtt_ms_[site % rtt_ms_.size()];
    return std::isnan(rtt) ? kVeryFar : std::log(rtt / constraints_.max_rtt->value());
}

} // namespace flopwise
