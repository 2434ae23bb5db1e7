// flopwise: the earlier name of bill.hpp, for one release

#pragma once

#include <flopwise/bill.hpp>

namespace flopwise {

/// The earlier name of validate().
[[deprecated("validate")]] inline void check(const Usage& usage, const Budget& budget) {
    validate(usage, budget);
}

} // namespace flopwise
