// Jobs that take years.

#pragma once

#include <flopwise/recommendation.hpp>

namespace flopwise {

/// What to ask for where the first choice takes a year or more and nothing says by when the job
/// has to be done: what is faster, and how much faster several machines are. Else empty.
std::string long_run(const Catalog& catalog,
                     const Request& request,
                     const Charges& charges,
                     const Recommendation& answer);

} // namespace flopwise
