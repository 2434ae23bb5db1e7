// A number as people write it, with its unit: 16GiB, 7B, 1,000, $2k, 2w, 5%.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flopwise {

// What a setting is read in, where that is not the symbol of a unit that an answer shows.
constexpr std::string_view kShare = "share";       // 5% is .05
constexpr std::string_view kSequence = "sequence"; // tokens; 8k could be 8,000 or 8,192
constexpr std::string_view kMillions = "millions"; // 11M is 11
constexpr std::string_view kGmacs = "GMACs";       // 4.1G is 4.1
constexpr std::string_view kPixels = "px";
constexpr std::string_view kMibPerSecond = "MiB/s";

/// What was written, in `unit`: a number with thousands set off by commas or not, a dollar sign
/// before it if it is money, and after it nothing, a multiplier (k, M, B or T, of counts and of
/// money) or a unit of the same kind. Empty if it is anything else.
std::optional<double> number_in(std::string_view written, std::string_view unit);

/// What a setting in `unit` must be, for a message about `written`, which it is not: "must be a
/// number", or which units it can have.
std::string must_be(std::string_view written, std::string_view unit);

} // namespace flopwise
