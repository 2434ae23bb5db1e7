// Bytes of this build's own, packed by zlib: tables of prices that are seldom read and would be
// large.

#pragma once

#include <string>
#include <string_view>

namespace flopwise::text {

/// Words of eight bytes that are numbers of a few decimals, as most prices are, stand as these
/// decimals, apart from all others, which pack worse.
std::string packed(std::string_view whole);
/// What packed() made; of none, none.
std::string unpacked(std::string_view packed);

} // namespace flopwise::text
