// Which input of a function its variance comes from.

#pragma once

#include <span>
#include <vector>

namespace flopwise {

/// Parts of a variance, as SobolIndex has them.
struct VarianceParts {
    double first = 0;
    double total = 0;
};

/// Of each input of a function whose values are given on a grid, the last input the fastest: by
/// the analysis of variance, exact for the grid. Empty if the values are all the same.
std::vector<VarianceParts> variance_parts(std::span<const std::size_t> sizes,
                                          std::span<const double> values);

} // namespace flopwise
