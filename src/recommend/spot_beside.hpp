// What a machine that is paid for on demand costs on spot.

#pragma once

#include <flopwise/charges.hpp>
#include <flopwise/recommendation.hpp>

namespace flopwise {

/// Fills in the spot prices of all choices that are paid for on demand, of the same machine in the
/// same region, with what their age and the charges say of them.
void add_spot_beside(const Catalog& catalog, const Charges& charges, Recommendation& to);

} // namespace flopwise
