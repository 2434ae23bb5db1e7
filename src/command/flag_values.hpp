// Flags whose value was forgotten.

#pragma once

#include <flopwise/error.hpp>

#include <CLI/CLI.hpp>
#include <string_view>

namespace flopwise {

/// Throws ArgumentError for a flag that takes a value and is followed by another flag or by
/// nothing: what follows would be taken for the value, and what follows that for something else.
inline void require_values(const CLI::App& app, int argc, const char* const* argv) {
    const CLI::App* command = &app;
    for (int i = 1; i < argc; ++i) {
        const std::string_view arg{argv[i]};
        if (arg == "--")
            return; // no flags from here on
        const auto called =
            command->get_subcommands([arg](const CLI::App* sub) { return sub->get_name() == arg; });
        if (!called.empty())
            command = called.front();
        if (!arg.starts_with('-') || arg.find('=') != std::string_view::npos)
            continue;
        const CLI::Option* const option = command->get_option_no_throw(std::string{arg});
        if (option == nullptr || option->get_items_expected_min() == 0)
            continue;
        if (i + 1 == argc || std::string_view{argv[i + 1]}.starts_with("--"))
            throw ArgumentError{arg, "must have a value"};
        ++i;
    }
}

} // namespace flopwise
