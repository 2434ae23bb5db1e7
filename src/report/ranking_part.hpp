// The parts of a report that rank: the choices and their families.

#pragma once

#include <flopwise/recommendation.hpp>

#include "text/table.hpp"

namespace flopwise {

/// The choices; what is the same for all of them has no column.
TextTable choices_grid(const Recommendation& recommendation, bool dated);
TextTable families_grid(const Recommendation& recommendation);
/// What the mark of a choice means.
std::string marks_of(const Recommendation& recommendation);
/// A score with one decimal.
std::string score_text(double score);

} // namespace flopwise
