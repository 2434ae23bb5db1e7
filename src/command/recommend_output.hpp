// An answer in the form that was asked for, to a file or the terminal.

#pragma once

#include <flopwise/flopwise.hpp>

#include "command/output.hpp"

namespace flopwise {

/// What only the command knows; the rest is a Request.
struct Output {
    std::string format;
    std::string file;
    std::string colour;
    std::vector<std::string> columns;
    bool explain;
    bool wide;
};

/// As a table is to be printed: the terminal's width and colours.
TableStyle style_of(const Output& output);

/// An answer, in the form of `output`.
std::string report(const Recommendation& advice, const Output& output);

/// What is no answer to one question: a map, a comparison.
template <class Made>
void write(const Made& made, const Output& output) {
    write_output(output.format == "json"       ? json(made)
                 : output.format == "csv"      ? csv(made)
                 : output.format == "markdown" ? markdown(made)
                                               : table(made, style_of(output)),
                 output.file);
}

} // namespace flopwise
