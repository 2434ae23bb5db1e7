// What is sold where it is asked for, at a price that the catalog does not know.

#pragma once

#include "solve/filter.hpp"

namespace flopwise {

/// A machine type without an offer that qualifies, and the reasons against it that lie in the type.
struct Passed {
    std::uint32_t type = 0;
    ReasonSet reasons = 0;
    bool priced = false; ///< where it is asked for
};

/// Of some types those without a price where they are asked for, as Recommendation::unpriced says.
UnpricedMachines unpriced(const Catalog& catalog,
                          const Request& request,
                          const Filter& filter,
                          std::span<const Passed> types);

/// By region: whether it is asked for, near enough, and a machine that has all that is asked for is
/// sold there without a known price.
std::vector<bool> sold_unpriced(const Catalog& catalog, const Filter& filter);

} // namespace flopwise
