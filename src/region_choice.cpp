#include "region_choice.hpp"

#include "ask.hpp"

#include <algorithm>
#include <set>

namespace flopwise {

bool chooses_region(const Constraints& c) {
    return c.near && c.region.empty() && !c.any_region;
}

/// Codes of the regions in which an offer qualifies.
static std::set<std::string>
regions_of(const Catalog& catalog, const Request& request, const Charges& charges) {
    std::set<std::string> out;
    for (const std::uint32_t offer : ranked(catalog, request, charges))
        out.insert(catalog.offer(offer).region.code);
    return out;
}

Request
with_nearest_region(const Catalog& catalog, const Request& request, const Charges& charges) {
    Request out = request;
    if (!chooses_region(request.constraints))
        return out;
    const auto qualified = regions_of(catalog, request, charges);
    std::string nearest;
    std::optional<Kilometres> least;
    for (const Region& region : catalog.regions()) {
        const Kilometres distance = great_circle(*request.constraints.near, region.place);
        if (qualified.contains(region.code) && (!least || distance < *least)) {
            least = distance;
            nearest = region.code;
        }
    }
    if (least)
        out.constraints.region = {nearest};
    return out;
}

/// The best choice where it is cheapest; at equal prices, where it is nearest.
static std::optional<RegionChoice::Elsewhere>
cheapest(const Catalog& catalog, const Request& asked, const Charges& charges, const Choice& best) {
    Request same = asked;
    same.constraints.any_region = true;
    same.constraints.instance = {best.instance};
    same.constraints.purchase = {best.purchase};
    same.constraints.provider = {best.provider};
    same.top = 1;
    same.nearest = 0;
    const Recommendation r = solved(catalog, same, charges);
    if (r.choices.empty())
        return std::nullopt;
    const Choice& there = r.choices[0];
    if (there.region == best.region ||
        !(there.effective.value_or(there.price) < best.effective.value_or(best.price)))
        return std::nullopt;
    return RegionChoice::Elsewhere{.region = there.region,
                                   .price = there.price,
                                   .total =
                                       there.cost ? std::optional{there.cost->total} : std::nullopt,
                                   .extra_rtt = *there.rtt - *best.rtt};
}

std::optional<RegionChoice> region_choice(const Catalog& catalog,
                                          const Request& asked,
                                          const Charges& charges,
                                          const Recommendation& answer) {
    if (!chooses_region(asked.constraints) || answer.choices.empty())
        return std::nullopt;
    const std::string& code = answer.choices.front().region;
    RegionChoice out;
    for (Nearby& region : nearby(catalog, *asked.constraints.near)) {
        if (region.region == code) {
            out.region = std::move(region);
            break;
        }
        out.nearer.push_back(std::move(region));
    }
    out.cheapest = cheapest(catalog, asked, charges, answer.choices.front());
    return out;
}

} // namespace flopwise
