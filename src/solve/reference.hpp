// What is not public of the machine that others are compared with.

#pragma once

#include <flopwise/score.hpp>

namespace flopwise {

/// The GPU of the reference machine, as in data/gpus.yaml; tests/training_test.cpp compares.
const Gpu& reference_gpu();

/// The same machine where no GPU is asked for: its rate is its 8 vCPUs.
Figures reference_without_gpu();

} // namespace flopwise
