// The machine that others are compared with where no GPU is asked for.

#pragma once

#include <flopwise/score.hpp>

namespace flopwise {

/// The same machine where no GPU is asked for: its rate is its 8 vCPUs.
Figures reference_without_gpu();

} // namespace flopwise
