// flopwise: which version this is

#pragma once

#include <flopwise/export.hpp>

#include <string_view>

namespace flopwise {

/// The version of the compiled library, such as "0.1.0".
FLOPWISE_API std::string_view version();

} // namespace flopwise
