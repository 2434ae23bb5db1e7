// The parts of a report that are about charges and purchase options.

#pragma once

#include <flopwise/recommend.hpp>

#include "text/table.hpp"

namespace flopwise {

/// What a US dollar is in the currency of the report, and on which day; empty without one.
std::string currency_line(const Recommendation& recommendation);
/// Its code; empty without one.
std::string currency_code(const Recommendation& recommendation);
/// An amount in it; empty without one.
std::string in_currency(const Recommendation& recommendation, Usd amount);
std::string in_currency(const Recommendation& recommendation, UsdPerHour price);

/// What the charges do to the ceiling; empty without charges.
std::string charges_line(const Recommendation& recommendation);

/// The bill of the best choice; empty without charges or purchase options.
TextTable bill_grid(const Recommendation& recommendation, bool sources);
/// The purchase options for the best choice whose cost is known, all or the cheapest; empty as
/// above.
TextTable ways_grid(const Recommendation& recommendation, bool all);
std::string bill_title(const Recommendation& recommendation);
std::string ways_title(const Recommendation& recommendation);
/// Why the cheapest way is the cheapest, what to know of each, and which are not known.
std::vector<std::string> ways_lines(const Recommendation& recommendation, bool all);

} // namespace flopwise
