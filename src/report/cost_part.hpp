// The parts of a report that are about charges and purchase options.

#pragma once

#include <flopwise/recommend.hpp>

#include "text/table.hpp"

namespace flopwise {

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
