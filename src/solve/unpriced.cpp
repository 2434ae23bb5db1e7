#include "solve/unpriced.hpp"

#include "text/figures.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <tuple>

namespace flopwise {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

namespace {

/// A machine type without a price where it is asked for.
struct Found {
    std::uint32_t type = 0;
    ReasonSet reasons = 0;
    Sold sold = Sold::unknown;
    std::uint32_t known = kNone; ///< the cheapest offer anywhere, paid for as is asked
    std::uint32_t other = kNone; ///< the cheapest that is paid for otherwise
};

} // namespace

static std::string several(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 4;
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size()));
    std::string out = joined({names.begin(), end}, ", ");
    if (names.size() > kShown)
        out += fmt::format(" and {} more", names.size() - kShown);
    return out;
}

/// Whether a type is one that the request names, and not only one of many.
static bool is_named(const Request& request, const Instance& machine, ReasonSet reasons) {
    const Constraints& c = request.constraints;
    if (!c.instance.empty())
        return (reasons & kNameReasons) == 0;
    const bool rented_out = c.provider.empty() || text::any_matches(c.provider, machine.provider);
    return reasons == 0 && rented_out && (!c.gpu.empty() || !c.family.empty());
}

static auto is_asked_for(const Filter& filter) {
    return [&filter](std::uint16_t region) { return filter.sites()[region] == Site::admitted; };
}

static void look_up(const Catalog& catalog, const Filter& filter, Found& to) {
    const OfferColumns& all = columns_of(catalog);
    for (std::size_t p = 0; p < kPurchases; ++p) {
        const std::size_t group = to.type * kPurchases + p;
        std::uint32_t& cheapest = filter.pays(static_cast<Purchase>(p)) ? to.known : to.other;
        const std::uint32_t first = all.first[group];
        if (first < all.first[group + 1] &&
            (cheapest == kNone || all.usd_per_hour[first] < all.usd_per_hour[cheapest]))
            cheapest = first;
    }
    if (const auto regions = catalog.offered_in(to.type))
        to.sold = std::any_of(regions->begin(), regions->end(), is_asked_for(filter)) ? Sold::yes
                                                                                      : Sold::no;
}

static std::vector<std::string>
regions_of(const Catalog& catalog, const Filter& filter, const Found& found) {
    std::vector<std::string> out;
    if (const auto regions = catalog.offered_in(found.type))
        for (const std::uint16_t region : *regions)
            if (is_asked_for(filter)(region))
                out.push_back(catalog.regions()[region].code);
    return out;
}

// ---- in words -----------------------------------------------------------------------

static std::string where_of(const Request& request) {
    const Constraints& c = request.constraints;
    if (!c.region.empty())
        return " in " + several(c.region);
    return c.max_rtt ? " near enough" : "";
}

/// "no price on demand or spot"
static std::string no_price(const Request& request) {
    std::vector<std::string> ways;
    for (const PurchaseKind kind : request.ways)
        ways.emplace_back(to_string(kind));
    for (const Purchase p : request.constraints.purchase)
        if (request.ways.empty())
            ways.emplace_back(p == Purchase::on_demand ? "on demand" : "spot");
    return ways.size() == kPurchaseKinds ? "no price in any way to pay"
           : request.ways.empty()        ? "no price " + joined(ways, " or ")
                                         : "no price as " + joined(ways, " or ");
}

static std::string price_text(const Catalog& catalog, const Request& request, const Found& found) {
    const std::string where = where_of(request);
    const auto at = [&](std::uint32_t offer, std::string_view between) {
        const Offer o = catalog.offer(offer);
        return fmt::format("{}{}{}", o.region.code, between, o.price.value());
    };
    std::string known;
    if (found.known != kNone)
        known = fmt::format(
            " (known{} in {})", request.ways.empty() ? "" : " on demand", at(found.known, ": "));
    if (found.sold == Sold::no)
        return "not sold" + (where.empty() ? " in any region" : where) + known;
    if (found.known != kNone)
        return no_price(request) + where + " in this catalog" + known;
    if (found.other == kNone)
        return "no price in any region in this catalog";
    const bool spot = catalog.offer(found.other).purchase == Purchase::spot;
    return fmt::format(
        "only a {}, {}", spot ? "spot price" : "price on demand", at(found.other, ", "));
}

static std::string
sold_text(const Request& request, Sold sold, const std::vector<std::string>& regions) {
    const auto& asked = request.constraints.region;
    switch (sold) {
    case Sold::no:
        return "";
    case Sold::unknown:
        return asked.empty() ? "" : "; whether it is sold there is not known";
    case Sold::yes:
        break;
    }
    return asked == regions ? "; it is sold there" : "; it is sold in " + several(regions);
}

static Unpriced described(const Catalog& catalog,
                          const Request& request,
                          const Filter& filter,
                          const Found& found) {
    const Instance& machine = catalog.instances()[found.type];
    std::vector<std::string> regions = regions_of(catalog, filter, found);
    std::vector<std::string> against;
    for (std::size_t r = 0; r < kReasons; ++r)
        if ((found.reasons & bit(static_cast<Reason>(r))) != 0)
            against.emplace_back(to_string(static_cast<Reason>(r)));
    const auto& provider = request.constraints.provider;
    std::string text = joined(against, "; ");
    if (!text.empty())
        text += "; ";
    if (!provider.empty() && !text::any_matches(provider, machine.provider))
        text += "is rented out by " + machine.provider;
    else
        text += price_text(catalog, request, found) + sold_text(request, found.sold, regions);
    return {.provider = machine.provider,
            .instance = machine.name,
            .family = machine.family,
            .sold = found.sold,
            .regions = std::move(regions),
            .text = std::move(text)};
}

// ---- all of them --------------------------------------------------------------------

UnpricedMachines unpriced(const Catalog& catalog,
                          const Request& request,
                          const Filter& filter,
                          std::span<const Passed> types) {
    UnpricedMachines out;
    std::vector<Found> found;
    for (const Passed& passed : types) {
        Found one{.type = passed.type, .reasons = passed.reasons};
        const bool named = is_named(request, catalog.instances()[one.type], one.reasons);
        if ((!named && one.reasons != 0) || passed.priced)
            continue;
        look_up(catalog, filter, one);
        const bool fits = one.reasons == 0 && one.sold == Sold::yes;
        out.count += fits ? 1 : 0;
        if (fits || named)
            found.push_back(one);
    }
    const auto price = [&](std::uint32_t offer) {
        return offer == kNone ? std::numeric_limits<double>::infinity()
                              : columns_of(catalog).usd_per_hour[offer];
    };
    std::sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
        const auto order = [&](const Found& f) {
            return std::tuple{f.sold == Sold::yes       ? 0
                              : f.sold == Sold::unknown ? 1
                                                        : 2,
                              f.reasons != 0,
                              price(f.known),
                              price(f.other),
                              f.type};
        };
        return order(a) < order(b);
    });
    found.resize(std::min(found.size(), static_cast<std::size_t>(request.nearest)));
    for (const Found& one : found)
        out.machines.push_back(described(catalog, request, filter, one));
    return out;
}

std::vector<bool> sold_unpriced(const Catalog& catalog, const Filter& filter) {
    std::vector<bool> out(catalog.regions().size());
    for (std::size_t type = 0; type < catalog.instances().size(); ++type) {
        const auto regions = catalog.offered_in(type);
        if (!regions || filter.type_reasons(type) != 0)
            continue;
        for (const std::uint16_t region : *regions)
            if (!out[region] && is_asked_for(filter)(region))
                out[region] = !filter.priced_in(type, region);
    }
    return out;
}

} // namespace flopwise
