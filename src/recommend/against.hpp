// The same question, asked of another day.

#pragma once

#include <flopwise/recommendation.hpp>

namespace flopwise {

/// What is different on Request::against, which is given: `given` is the catalog that `today`, of
/// the day of the answer, was made from.
Against against(const Catalog& given,
                const Catalog& today,
                const Request& request,
                const Charges& charges,
                const Recommendation& answer);

} // namespace flopwise
