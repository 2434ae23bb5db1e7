// What `recommend help` and `catalog help` print: one flag, a group of flags, completions for a
// shell, a manual page. All of it is made from the flags that the program has.

#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace flopwise {

/// What is said of a topic: a group of flags ("training job", "training-job"), a flag with or
/// without its dashes, "bash", "zsh", "fish", "man"; of none, the topics. Throws ArgumentError for
/// another one.
std::string help_on(const CLI::App& app, std::string_view topic);

} // namespace flopwise
