#include "solve/pricing.hpp"

#include "request/completed.hpp"
#include "solve/catalog_prices.hpp"
#include "solve/plan_prices.hpp"

namespace flopwise {

void PriceExtent::add(std::uint32_t row, double price) {
    if (cheapest == kNone || price < from) {
        from = price;
        cheapest = row;
    }
    if (dearest == kNone || price > to) {
        to = price;
        dearest = row;
    }
}

bool Pricing::is_below_max(std::uint32_t row) const {
    return price(row).value() <= max_price_;
}

double Pricing::highest_price(const Request& request) {
    const auto& most = request.constraints.max_price;
    return most ? most->value() : std::numeric_limits<double>::infinity();
}

std::unique_ptr<Pricing> pricing_of(const Catalog& catalog,
                                    const Request& request,
                                    const Goal& goal,
                                    const Charges& charges) {
    if (needs_plan_prices(request))
        return std::make_unique<PlanPrices>(catalog, request, goal, charges);
    return std::make_unique<CatalogPrices>(catalog, request, goal);
}

} // namespace flopwise
