// The answer to a request whose catalog is open.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// As recommend(), whatever catalog the request names.
Recommendation answered(const Catalog& given, const Request& request, const Charges& charges);
/// The same without what Request::against asks.
Recommendation
answered_of_one_day(const Catalog& given, const Request& request, const Charges& charges);

/// The catalog with the prices of the day that a request asks for, if it is another.
Catalog on_day_asked(const Catalog& catalog, const Request& request);

/// Refuses a request for another day where positions in the catalog that is given are answered.
void require_no_day(const Request& request);

/// Refuses a request that names a catalog of its own beside the one that is given.
void require_no_catalog(const Request& request);

} // namespace flopwise
