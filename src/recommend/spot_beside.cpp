#include "recommend/spot_beside.hpp"

#include "cost/payer.hpp"
#include "recommend/aged.hpp"

namespace flopwise {

static void add_spot(const Catalog& catalog, const Charges& charges, Date today, Choice& to) {
    if (to.purchase != PurchaseKind::on_demand)
        return;
    const auto found = catalog.find_offer(to.provider, to.instance, to.region, Purchase::spot);
    if (!found)
        return;
    const Offer spot = catalog.offer(*found);
    if (!spot.offered)
        return;
    to.spot = spot.price;
    to.spot_as_of = spot.source.as_of;
    if (const auto age = aged(to.provider, to.family, Purchase::spot, spot.source.as_of, today)) {
        to.spot_p10 = spot.price * age->quantile(kLowPrice);
        to.spot_p90 = spot.price * age->quantile(kHighPrice);
    }
    if (charges.size() > 0)
        if (const auto band = charges.interruption(to.provider, to.region, to.instance))
            to.spot_reclaimed = monthly_share(*band);
}

void add_spot_beside(const Catalog& catalog, const Charges& charges, Recommendation& to) {
    const Date today = to.request.today;
    for (Choice& choice : to.choices)
        add_spot(catalog, charges, today, choice);
    if (to.instead)
        add_spot(catalog, charges, today, *to.instead);
}

} // namespace flopwise
