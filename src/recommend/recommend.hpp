// The answer to a request whose catalog is open.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// As recommend(), whatever catalog the request names.
Recommendation answered(const Catalog& catalog, const Request& request, const Charges& charges);

/// Refuses a request that names a catalog of its own beside the one that is given.
void require_no_catalog(const Request& request);

} // namespace flopwise
