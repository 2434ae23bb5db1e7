// What the commands write, and the words that some of their flags take.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace flopwise {

/// Writes to a file, whole or not at all, or to standard output if `file` is empty or "-".
void write_output(const std::string& content, const std::string& file);

/// Throws ArgumentError unless `value` is one of `names`.
void must_be_one_of(std::string_view where,
                    const std::string& value,
                    std::span<const std::string_view> names);

} // namespace flopwise
