// The parts of a report about the region and about owning: lines of text, for every form of it.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// Which regions are nearer, and what the plan costs where it is cheapest.
std::vector<std::string> region_lines(const Recommendation& recommendation);

/// Owning against renting; with `explain`, what it is made of.
std::vector<std::string> ownership_lines(const Recommendation& recommendation, bool explain);

} // namespace flopwise
