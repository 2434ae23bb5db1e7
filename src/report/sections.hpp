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
    std::string script{};               ///< the start plan
    std::string_view language = "bash"; ///< of it
    std::string_view id{}; ///< by which a page of HTML links to it and adds its picture
};

/// Sections as lines of a terminal, and as Markdown under a title.
std::string terminal_text(const std::vector<Section>& sections, const TableStyle& style);
std::string markdown_page(const std::string& title, const std::vector<Section>& sections);

/// "trn1.2xlarge (Neuron)".
std::string with_platform(const std::string& name, const Choice& choice);
/// What speed is, if it is predicted; else empty.
std::string speed_line(const Recommendation& recommendation);
/// Why there is no choice; empty if there is one.
std::string outcome_line(const Recommendation& recommendation);

/// The best of all others, if nothing was found among the machines asked for by name; else empty.
std::string instead_line(const Recommendation& recommendation);

/// Those of a report, in their order; the first is what was asked, and has no title.
std::vector<Section>
sections(const Recommendation& recommendation, Form form, const TableStyle& style);

} // namespace flopwise
