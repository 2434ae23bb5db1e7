// data/stacks.yaml as C++, for the program that compiles data/ in.

#pragma once

#include <string>

namespace flopwise {

/// Techniques, what they need, and the wheels of PyTorch, as rows of catalog/bundled.hpp. Throws
/// InputError for a row that is wrong.
std::string stacks_as_code(const std::string& file);

} // namespace flopwise
