// A report as a list of sections, from which each form of it is written.

#pragma once

#include <flopwise/report.hpp>

#include "text/table.hpp"

namespace flopwise {

enum class Form {
    terminal, ///< lines of 80 columns
    page,     ///< of a browser or an editor, which breaks lines itself
};

/// A sentence or a figure in words.
struct Line {
    std::string text;
    std::size_t indent = 2; ///< of its second line and on, in a terminal
    bool item = true;       ///< of a list; else a paragraph of its own
};

/// What stands under one title, in this order; a section without any of it is left out.
struct Section {
    std::string title{}; ///< empty: none
    TextTable table{};
    std::vector<Line> lines{};
    std::string script{}; ///< of the shell
};

/// "trn1.2xlarge (Neuron)".
std::string with_platform(const std::string& name, const Choice& choice);
/// Why there is no choice; empty if there is one.
std::string outcome_line(const Recommendation& recommendation);

/// Those of a report, in their order; the first is what was asked, and has no title.
std::vector<Section> sections(const Recommendation& recommendation, Form form, TableStyle style);

} // namespace flopwise
