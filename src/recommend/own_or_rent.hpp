// A machine to buy against the best one to rent.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// Refuses, through Request::refuse(), what is wrong with the machine to buy.
void require_valid_ownership(const Catalog& catalog, const Request& request);

/// `request` has its precision and weights filled in and is that of the answer. Empty without a
/// machine to buy.
std::optional<OwnOrRent> own_or_rent(const Catalog& catalog,
                                     const Request& request,
                                     const Charges& charges,
                                     const Recommendation& answer);

} // namespace flopwise
