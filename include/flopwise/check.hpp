// flopwise: the earlier name of lint.hpp, for one release

#pragma once

#include <flopwise/lint.hpp>

namespace flopwise {

/// The earlier name of lint().
[[deprecated("lint")]] inline std::vector<Finding> check(const Catalog& catalog) {
    return lint(catalog);
}

} // namespace flopwise
