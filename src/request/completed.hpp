// A request with what it leaves open filled in, and what it needs.

#pragma once

#include <flopwise/request.hpp>

namespace flopwise {

/// Throws for contradictions in it.
Request completed(Request request);

/// What its choices are ordered by; `limited` where its money is.
Sort sort_of(const Request& request, bool limited);
/// Whether it says how much may be spent, in all or in an hour.
bool is_limited(const Request& request);

/// Whether offers are priced by the cost of the whole plan: the rest is priced by the catalog's
/// own columns.
bool needs_plan_prices(const Request& request);
/// Whether it asks for spot in a way that counts lost work, once there are days or a budget.
bool pays_spot(const Request& request);

} // namespace flopwise
