// What a machine of a size costs among its like.

#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace flopwise {

constexpr std::size_t kSizes = 3;

/// A price and the figures it is explained by: vCPUs, memory, number of GPUs; all positive.
struct Sized {
    double price = 0;
    std::array<double, kSizes> sizes{};
};

/// For each row, its price by that of the fit
///
///     ln price = a + sum of b_i ln size_i, by least squares
///
/// The fit is made twice, the second time without the rows that the first one misses by more than
/// five times the median error. Empty if there are too few rows for a fit.
std::vector<double> ratios_to_fit(const std::vector<Sized>& rows);

} // namespace flopwise
