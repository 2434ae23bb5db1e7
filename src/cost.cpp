#include <flopwise/cost.hpp>

namespace flopwise {

Bill bill(const Budget& budget, UsdPerHour price) {
    const Usd total = total_needed(budget, price);
    const Hours hours = rented_hours(budget);
    Bill out{.items = {{.charge = "compute",
                        .quantity = hours.value(),
                        .unit = "h",
                        .amount = price * hours}},
             .total = total};
    if (budget.fixed > Usd{})
        out.items.push_back(
            {.charge = "fixed", .quantity = 1, .unit = "plan", .amount = budget.fixed});
    return out;
}

} // namespace flopwise
