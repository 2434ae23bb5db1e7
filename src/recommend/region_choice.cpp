#include "recommend/region_choice.hpp"

#include "recommend/choice_figures.hpp"
#include "solve/unpriced.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <set>

namespace flopwise {

bool chooses_region(const Constraints& c) {
    return c.near && c.region.empty() && !c.any_region;
}

/// Regions in which an offer qualifies.
static std::set<const Region*> regions_of(const Catalog& catalog, Ranking& ranking) {
    std::set<const Region*> out;
    for (const Ranked& row : ranking.rows())
        out.insert(&catalog.offer(row.offer).region);
    return out;
}

/// A region with an offer that qualifies, by its distance.
struct Reached {
    Milliseconds rtt{};
    const Region* region = nullptr;
};

static std::vector<Reached>
reached(const Catalog& catalog, const Request& request, Ranking& ranking) {
    const auto qualified = regions_of(catalog, ranking);
    std::vector<Reached> out;
    for (const Region& region : catalog.regions())
        if (region.place && qualified.contains(&region))
            out.push_back(
                {round_trip(great_circle(*request.constraints.near, *region.place)), &region});
    std::stable_sort(
        out.begin(), out.end(), [](const Reached& a, const Reached& b) { return a.rtt < b.rtt; });
    return out;
}

/// Whether a region is one of a request's by the codes that with_nearest_region() gave it.
static bool is_of(const Constraints& c, std::string_view provider, std::string_view code) {
    const auto has = [](const std::vector<std::string>& all, std::string_view one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    return has(c.provider, provider) && has(c.region, code);
}

static void insert(std::vector<std::string>& to, const std::string& one) {
    if (std::find(to.begin(), to.end(), one) == to.end())
        to.push_back(one);
}

/// Two providers may give the same code to regions of their own: whether a request for all of
/// these providers and codes means no region but those.
static bool
means_only(const Catalog& catalog, const Constraints& c, const std::set<const Region*>& regions) {
    const auto all = catalog.regions();
    return std::all_of(all.begin(), all.end(), [&](const Region& region) {
        return regions.contains(&region) || !is_of(c, region.provider, region.code);
    });
}

/// All regions that the estimate does not tell from the nearest.
Request with_nearest_region(const Catalog& catalog, const Request& request, Ranking& ranking) {
    if (!chooses_region(request.constraints))
        return request;
    const std::vector<Reached> all = reached(catalog, request, ranking);
    if (all.empty())
        return request;
    Request out = request;
    out.constraints.provider.clear();
    std::set<const Region*> taken;
    for (const auto& [rtt, region] : all) {
        if (rtt > all.front().rtt * (1 + kRoundTripError))
            break;
        Constraints with = out.constraints;
        insert(with.provider, region->provider);
        insert(with.region, region->code);
        taken.insert(region);
        if (taken.size() == 1 || means_only(catalog, with, taken))
            out.constraints = std::move(with);
        else
            taken.erase(region);
    }
    return out;
}

Request
with_nearest_region(const Catalog& catalog, const Request& request, const Charges& charges) {
    if (!chooses_region(request.constraints))
        return request;
    Ranking ranking{catalog, request, charges};
    return with_nearest_region(catalog, request, ranking);
}

/// The best choice where it is cheapest; at equal prices, where it is nearest.
static std::optional<RegionChoice::Elsewhere>
cheapest(const Request& asked, Ranking& ranking, const Choice& best) {
    const auto there = ranking.best([&](const Ranked& row, const Offer& offer) {
        return offer.instance.name == best.instance && offer.instance.provider == best.provider &&
               (!asked.ways.empty() || ranking.paid(row) == best.purchase);
    });
    if (!there || there->region == best.region || !there->rtt ||
        !(there->effective.value_or(there->price) < best.effective.value_or(best.price)))
        return std::nullopt;
    return RegionChoice::Elsewhere{.region = there->region,
                                   .price = there->price,
                                   .total = total_of(*there),
                                   .extra_rtt = *there->rtt - *best.rtt,
                                   .price_dates = there->price_dates};
}

/// The best of all regions that are a little farther, if it is better.
static std::optional<RegionChoice::Farther>
farther(const Request& asked, Ranking& ranking, const Choice& best) {
    if (asked.profile != Profile::training)
        return std::nullopt; // somebody waits for each answer
    const Milliseconds most = *best.rtt + kFarther;
    const auto& rows = ranking.rows();
    const auto first = [&](auto condition) {
        return std::find_if(rows.begin(), rows.end(), [&](const Ranked& row) {
            return condition(row, ranking.offer(row));
        });
    };
    const auto found = first([&](const Ranked& /*row*/, const Offer& offer) {
        const auto rtt = ranking.rtt(offer);
        return rtt && *rtt <= most;
    });
    const auto own = first([&](const Ranked& row, const Offer& offer) {
        return offer.instance.name == best.instance && offer.instance.provider == best.provider &&
               offer.region.code == best.region && ranking.paid(row) == best.purchase;
    });
    if (found == rows.end() || own == rows.end() || !(ranking.worth(*found) > ranking.worth(*own)))
        return std::nullopt;
    const Choice there = ranking.choice(*found);
    return RegionChoice::Farther{.provider = there.provider,
                                 .instance = there.instance,
                                 .region = there.region,
                                 .purchase = there.purchase,
                                 .price = there.price,
                                 .total = total_of(there),
                                 .score = there.score.value,
                                 .extra_rtt = *there.rtt - *best.rtt,
                                 .price_dates = there.price_dates};
}

static bool is_asked_for(const Constraints& c, const std::string& provider) {
    return c.provider.empty() || text::any_matches(c.provider, provider);
}

/// Whether a region that is asked for, and has offers, is at least as near as this one.
static bool has_nearer(const Catalog& catalog, const Constraints& asked, const Region& than) {
    const auto distance = [&](const Region& region) {
        return great_circle(*asked.near, *region.place);
    };
    const auto regions = catalog.regions();
    const auto& sites = columns_of(catalog).used_sites;
    return std::any_of(sites.begin(), sites.end(), [&](std::uint16_t site) {
        const Region& region = regions[site % regions.size()];
        return &region != &than && region.place && is_asked_for(asked, region.provider) &&
               !(distance(than) < distance(region));
    });
}

void add_region(const Catalog& catalog, const Request& asked, Refusal& to) {
    const auto is_region = [](const Relaxation& change) { return change.key == "region"; };
    auto& changes = to.relaxation;
    if (!chooses_region(asked.constraints) || changes.empty() ||
        std::any_of(changes.begin(), changes.end(), is_region))
        return;
    const Region& own = *catalog.find_region(to.provider, to.region);
    if (!own.place || has_nearer(catalog, asked.constraints, own)) {
        changes.push_back({"region", own.code});
        for (auto& one : to.alternatives)
            one.push_back(changes.back());
    }
}

/// Of some regions those in which a machine that has all that is asked for is sold all the same.
static std::vector<Nearby> sold_at_unknown_price(const Catalog& catalog,
                                                 const Ranking& ranking,
                                                 const std::vector<Nearby>& regions) {
    std::vector<Nearby> out;
    if (regions.empty())
        return out;
    const std::vector<bool> sold = sold_unpriced(catalog, ranking.filter());
    const auto all = catalog.regions();
    for (const Nearby& region : regions)
        for (std::size_t i = 0; i < all.size(); ++i)
            if (sold[i] && all[i].provider == region.provider && all[i].code == region.region)
                out.push_back(region);
    return out;
}

std::optional<RegionChoice> region_choice(const Catalog& catalog,
                                          const Request& asked,
                                          const Request& taken,
                                          Ranking& ranking,
                                          const Recommendation& answer) {
    if (!chooses_region(asked.constraints) || answer.choices.empty() || !answer.choices.front().rtt)
        return std::nullopt; // not chosen by distance, or no region of a known one has an offer
    const Choice& best = answer.choices.front();
    RegionChoice out;
    for (Nearby& region : nearby(catalog, *asked.constraints.near)) {
        if (is_of(taken.constraints, region.provider, region.region)) {
            if (region.provider == best.provider && region.region == best.region)
                out.region = region;
            out.alike.push_back(std::move(region));
        } else if (out.alike.empty() && is_asked_for(asked.constraints, region.provider)) {
            out.nearer.push_back(std::move(region));
        }
    }
    out.unpriced = sold_at_unknown_price(catalog, ranking, out.nearer);
    out.cheapest = cheapest(asked, ranking, best);
    out.farther = farther(asked, ranking, best);
    return out;
}

} // namespace flopwise
