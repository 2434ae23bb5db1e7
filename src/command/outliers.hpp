// Figures of a downloaded price file that are beyond belief.

#pragma once

#include <flopwise/feed.hpp>

#include "text/text.hpp"

namespace flopwise {

struct Outliers {
    std::size_t count = 0;
    text::Named named; ///< each with its figure and that of its like
};

/// Takes out of an import the prices and machines with a figure that is more than a hundred times
/// that of its like, or less than a hundredth of it: of the same machine in the catalog, there or
/// in other regions, else of the provider's machines with the same GPUs, for each GPU, or, of those
/// without, for each vCPU. What has no like is believed. Of the machines that are concerned, no
/// price is retired.
Outliers set_apart(Import& import, const Catalog& known);

} // namespace flopwise
