#include "solve/ask.hpp"

#include "solve/plan_prices.hpp"
#include "solve/solver.hpp"

namespace flopwise {

std::unique_ptr<Plans>
plans_of(const Catalog& catalog, const Request& request, const Charges& charges) {
    return Plans::needed(request) ? std::make_unique<Plans>(catalog, request, charges) : nullptr;
}

Recommendation solved(const Catalog& catalog, const Request& request, const Charges& charges) {
    const auto plans = plans_of(catalog, request, charges);
    return Solver{catalog, request, plans.get()}.solve();
}

std::vector<Ranked> ranked(const Catalog& catalog, const Request& request, const Charges& charges) {
    const auto plans = plans_of(catalog, request, charges);
    const Columns& columns = plans != nullptr ? plans->columns() : catalog.columns();
    std::vector<Ranked> out;
    for (const std::uint32_t row : Solver{catalog, request, plans.get()}.ranking())
        out.push_back({.offer = plans != nullptr ? plans->offer(row) : row,
                       .effective = UsdPerHour{columns.usd_per_hour[row]}});
    return out;
}

} // namespace flopwise
