// What a file is that is no price file, so that a message can name it.

#pragma once

#include <string>
#include <string_view>

namespace flopwise::feed {

/// "a Parquet file: write it as CSV"; empty if it does not look like anything of these. `begin` is
/// what the file begins with, without byte order mark and white space.
std::string other_kind(std::string_view begin);

} // namespace flopwise::feed
