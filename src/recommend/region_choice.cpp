#include "recommend/region_choice.hpp"

#include "solve/plan_prices.hpp"
#include "solve/solver.hpp"
#include "solve/unpriced.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <set>

namespace flopwise {

bool chooses_region(const Constraints& c) {
    return c.near && c.region.empty() && !c.any_region;
}

/// Regions in which an offer qualifies.
static std::set<const Region*>
regions_of(const Catalog& catalog, const Request& request, const Charges& charges) {
    std::set<const Region*> out;
    for (const Ranked& row : ranked(catalog, request, charges))
        out.insert(&catalog.offer(row.offer).region);
    return out;
}

Request
with_nearest_region(const Catalog& catalog, const Request& request, const Charges& charges) {
    Request out = request;
    if (!chooses_region(request.constraints))
        return out;
    const auto qualified = regions_of(catalog, request, charges);
    const Region* nearest = nullptr;
    Kilometres least{};
    for (const Region& region : catalog.regions()) {
        if (!region.place || !qualified.contains(&region))
            continue;
        const Kilometres distance = great_circle(*request.constraints.near, *region.place);
        if (nearest == nullptr || distance < least) {
            least = distance;
            nearest = &region;
        }
    }
    if (nearest != nullptr) { // two providers may give the same code to regions of their own
        out.constraints.provider = {nearest->provider};
        out.constraints.region = {nearest->code};
    }
    return out;
}

/// The best choice where it is cheapest; at equal prices, where it is nearest.
static std::optional<RegionChoice::Elsewhere>
cheapest(const Catalog& catalog, const Request& asked, const Charges& charges, const Choice& best) {
    Request same = asked;
    same.constraints.any_region = true;
    same.constraints.instance = {best.instance};
    if (asked.ways.empty())
        same.constraints.purchase = {static_cast<Purchase>(best.purchase)};
    same.constraints.provider = {best.provider};
    same.top = 1;
    same.nearest = 0;
    const Recommendation r = solved(catalog, same, charges);
    if (r.choices.empty())
        return std::nullopt;
    const Choice& there = r.choices[0];
    if (there.region == best.region || !there.rtt ||
        !(there.effective.value_or(there.price) < best.effective.value_or(best.price)))
        return std::nullopt;
    return RegionChoice::Elsewhere{.region = there.region,
                                   .price = there.price,
                                   .total =
                                       there.cost ? std::optional{there.cost->total} : std::nullopt,
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
    if (!own.place || has_nearer(catalog, asked.constraints, own))
        changes.push_back({"region", own.code});
}

/// Of some regions those in which a machine that has all that is asked for is sold all the same.
static std::vector<Nearby> sold_at_unknown_price(const Catalog& catalog,
                                                 const Request& asked,
                                                 const Charges& charges,
                                                 const std::vector<Nearby>& regions) {
    std::vector<Nearby> out;
    if (regions.empty())
        return out;
    const auto plans = plan_prices_of(catalog, asked, charges);
    const std::vector<bool> sold =
        sold_unpriced(catalog, Filter{catalog, asked, *asked.precision, plans.get()});
    const auto all = catalog.regions();
    for (const Nearby& region : regions)
        for (std::size_t i = 0; i < all.size(); ++i)
            if (sold[i] && all[i].provider == region.provider && all[i].code == region.region)
                out.push_back(region);
    return out;
}

std::optional<RegionChoice> region_choice(const Catalog& catalog,
                                          const Request& asked,
                                          const Charges& charges,
                                          const Recommendation& answer) {
    if (!chooses_region(asked.constraints) || answer.choices.empty() || !answer.choices.front().rtt)
        return std::nullopt; // not chosen by distance, or no region of a known one has an offer
    const Choice& best = answer.choices.front();
    RegionChoice out;
    for (Nearby& region : nearby(catalog, *asked.constraints.near)) {
        if (region.provider == best.provider && region.region == best.region) {
            out.region = std::move(region);
            break;
        }
        if (is_asked_for(asked.constraints, region.provider))
            out.nearer.push_back(std::move(region));
    }
    out.unpriced = sold_at_unknown_price(catalog, asked, charges, out.nearer);
    out.cheapest = cheapest(catalog, asked, charges, best);
    return out;
}

} // namespace flopwise
