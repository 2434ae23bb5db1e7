// The disk of a start plan.

#pragma once

#include <flopwise/request.hpp>

namespace flopwise {

/// Size of the disk that the start plan asks for: Usage::storage, or if none is asked for, what is
/// needed.
GiB disk_size(const Request& request);

} // namespace flopwise
