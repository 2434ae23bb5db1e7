// What the library calls by its key, as the user of a command knows it.

#pragma once

#include <string>

namespace flopwise {

/// A text in which each `key` of a setting is its flag: "use `deadline`" is "use --deadline".
std::string in_flags(std::string text);

} // namespace flopwise
