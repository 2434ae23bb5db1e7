// flopwise: what renting a machine costs, charge by charge

#pragma once

#include <flopwise/budget.hpp>

#include <string>
#include <vector>

namespace flopwise {

/// One charge of a bill.
struct LineItem {
    std::string charge; ///< "compute", "fixed"
    double quantity = 0;
    std::string unit{}; ///< of the quantity: "h"
    Usd amount{};

    bool operator==(const LineItem&) const = default;
};

/// All charges of a plan. The total is the sum of the amounts, unrounded.
struct Bill {
    std::vector<LineItem> items{};
    Usd total{};

    bool operator==(const Bill&) const = default;
};

/// The bill for renting at `price` through the hours of the budget, with its fixed charges.
/// The budget's total is not needed. Throws ArgumentError as total_needed() does.
FLOPWISE_API Bill bill(const Budget& budget, UsdPerHour price);

} // namespace flopwise
