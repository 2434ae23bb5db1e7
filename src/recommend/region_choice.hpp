// Which region a request is about, if it says only where the user is.

#pragma once

#include "solve/ranking.hpp"

namespace flopwise {

/// Whether the nearest region is to be found.
bool chooses_region(const Constraints& constraints);

/// The request about the nearest regions with an offer that qualifies, or as it is if there is
/// none. `ranking` is of `request`, which is completed.
Request with_nearest_region(const Catalog& catalog, const Request& request, Ranking& ranking);
Request with_nearest_region(const Catalog& catalog, const Request& request, const Charges& charges);

/// Adds the offer's region to what would admit it, where the nearest region is to be found and,
/// with the rest of the changes, may be another.
void add_region(const Catalog& catalog, const Request& asked, Refusal& to);

/// What the report says of the region. `taken` is the request with_nearest_region(), `answer` the
/// answer to it, `ranking` is of `asked`.
std::optional<RegionChoice> region_choice(const Catalog& catalog,
                                          const Request& asked,
                                          const Request& taken,
                                          Ranking& ranking,
                                          const Recommendation& answer);

} // namespace flopwise
