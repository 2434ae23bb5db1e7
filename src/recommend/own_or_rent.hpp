// A machine to buy against the best one to rent.

#pragma once

#include "solve/ranking.hpp"

namespace flopwise {

/// Refuses, through Request::refuse(), what is wrong with the machine to buy.
void require_valid_ownership(const Catalog& catalog, const Request& request);

/// `request` is completed, and `ranking` and `answer` are of it. Empty without a machine to buy.
std::optional<OwnOrRent> own_or_rent(const Catalog& catalog,
                                     const Request& request,
                                     Ranking& ranking,
                                     const Recommendation& answer);

} // namespace flopwise
