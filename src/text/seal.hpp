// Bytes that leave the program, as a cache or a pickle, and come back whole or not at all.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flopwise {

/// Bytes behind their length and a checksum of all.
std::string sealed(std::string_view bytes);
/// What was sealed; empty unless it is whole.
std::optional<std::string_view> unsealed(std::string_view bytes);

} // namespace flopwise
