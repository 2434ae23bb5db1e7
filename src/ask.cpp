#include "ask.hpp"

#include "plans.hpp"
#include "solver.hpp"

namespace flopwise {

std::unique_ptr<const Plans>
plans_of(const Catalog& catalog, const Request& request, const Charges& charges) {
    return Plans::needed(request) ? std::make_unique<Plans>(catalog, request, charges) : nullptr;
}

Recommendation solved(const Catalog& catalog, const Request& request, const Charges& charges) {
    const auto plans = plans_of(catalog, request, charges);
    return Solver{catalog, request, plans.get()}.solve();
}

std::vector<std::uint32_t>
ranked(const Catalog& catalog, const Request& request, const Charges& charges) {
    const auto plans = plans_of(catalog, request, charges);
    std::vector<std::uint32_t> out = Solver{catalog, request, plans.get()}.ranking();
    if (plans != nullptr)
        for (std::uint32_t& row : out)
            row = plans->offer(row);
    return out;
}

} // namespace flopwise
