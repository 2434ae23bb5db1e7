// What a join set apart, in a line.

#pragma once

#include <flopwise/feed.hpp>

#include "text/text.hpp"

namespace flopwise {

/// The first of them, and how many more there are.
inline std::string named(std::span<const Rejected> outliers) {
    text::Named out;
    for (const Rejected& outlier : outliers)
        out.add(outlier.reason);
    return text::printable(out.text());
}

} // namespace flopwise
