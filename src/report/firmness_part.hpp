// How firm an answer is, in sentences.

#pragma once

#include <flopwise/recommendation.hpp>

namespace flopwise {

/// None without Recommendation::firmness. With `explain`, flips of all weights.
std::vector<std::string> firmness_lines(const Recommendation& recommendation, bool explain);

} // namespace flopwise
