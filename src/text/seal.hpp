// Bytes that leave the program, as a cache or a pickle, and come back whole or not at all.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flopwise {

/// Tells bytes apart that differ by accident.
std::uint64_t checksum(std::string_view bytes);

/// Bytes behind their length and a checksum of all.
std::string sealed(std::string_view bytes);
/// What the seal at the beginning says of the bytes behind it; empty if it is none.
struct Seal {
    std::uint64_t size = 0;
    std::uint64_t sum = 0;
};
constexpr std::size_t kSealSize = 24;
std::optional<Seal> seal_of(std::string_view bytes);
/// What was sealed; empty unless it is whole.
std::optional<std::string_view> unsealed(std::string_view bytes);

} // namespace flopwise
