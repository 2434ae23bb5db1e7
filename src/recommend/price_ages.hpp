// What the age of the prices means for an answer.

#pragma once

#include <flopwise/recommendation.hpp>

namespace flopwise {

/// Fills in between which bounds each choice's price lies today, and how likely the first choice is
/// still the first.
void add_price_ages(Recommendation& to);

/// The choice of another provider that is most likely to be first instead; null if none can.
const Choice* likeliest_instead(const Recommendation& answer);

} // namespace flopwise
