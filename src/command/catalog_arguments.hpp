// What the subcommands of `catalog` are given, and those that stand in a source of their own.

#pragma once

#include <flopwise/date.hpp>
#include <flopwise/error.hpp>

#include "text/text.hpp"

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flopwise {

enum Exit { answer = 0, nothing = 1, bad_input = 2 };

struct Arguments {
    std::string format;
    std::vector<std::string> files;
    std::string output;
    std::string base;
    std::string name;
    std::string as_of;
    std::string today;
    std::string provider;
    std::string reserved;
    std::string interruptions;
    std::string pattern;
    std::string purchase = "on_demand";
    double window_days = 7;
    std::vector<std::string> regions;
    std::string from;
    long timeout = 60;
    std::string cacert;
    std::vector<std::vector<std::string>> settings; ///< of an overview, in the order of settings()
    bool accept_outliers = false;
    bool strict = false;
    bool summary = false;
    bool all = false;
};

/// Throws ArgumentError with the names there are.
template <class E>
E one_of(std::string_view where, const std::string& value, std::span<const E> all) {
    std::vector<std::string_view> names;
    for (const E e : all)
        if (names.push_back(to_string(e)); names.back() == value)
            return e;
    throw ArgumentError{where,
                        fmt::format("must be {}, got {}{}",
                                    text::one_of(names),
                                    text::quoted(value),
                                    text::did_you_mean(value, names))};
}

/// Throws ArgumentError for a `--today` that is no day.
Date today_of(const Arguments& arguments);
int run_import(const Arguments& arguments);
int run_diff(const Arguments& arguments);
/// The subcommands of overview(), each with what it runs.
std::vector<std::pair<CLI::App*, int (*)(const Arguments&)>> add_overviews(CLI::App& app,
                                                                           Arguments& to);
int run_history(const Arguments& arguments);

} // namespace flopwise
