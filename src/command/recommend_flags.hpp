// The flags of `recommend`, and what was written for each.

#pragma once

#include <flopwise/settings.hpp>

#include <CLI/CLI.hpp>

namespace flopwise {

using Texts = std::vector<std::string>; ///< all that was written for one flag

struct RecommendFlags {
    std::string request_file;
    std::vector<Texts> settings; ///< in the order of settings()
    Texts format;
    Texts file;
    Texts colour;
    Texts columns;
    Texts config;
    Texts save;
    Texts tolerance;
    bool check = false;
    Texts vary;
    Texts compare;
    bool explain = false;
    bool wide = false;
};

/// The flags that these arguments of a program name; all of them if there are no arguments, or if
/// one of these looks like a flag and is none.
void add_flags(CLI::App& app, RecommendFlags& to, std::span<const char* const> arguments);

/// The one text that was written for a flag, or `otherwise`. Throws ArgumentError for several and
/// for an empty one.
std::string one(std::string_view flag, const Texts& texts, std::string_view otherwise);

/// CLI11's complaint in our words.
std::string complaint(const CLI::ParseError& error, const CLI::App& app);

/// Throws ArgumentError for an empty value: as an unset variable of a script leaves it, it is not
/// the same as no flag.
void refuse_empty(std::span<const char* const> args);

} // namespace flopwise
