// Rows and columns as text: for a terminal, where the width is scarce, for Markdown, HTML and CSV.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flopwise {

class TextTable {
public:
    enum class Align { left, right };

    static constexpr int kAlways = 100;

    /// Columns of a lower `keep` are left out first where the width does not suffice.
    void column(std::string title, Align align, int keep = kAlways);
    /// Cells are shown as text::printable() has them.
    void row(std::vector<std::string> cells);

    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// Lines of at most `width` columns if leaving out columns can reach it.
    [[nodiscard]] std::string terminal(std::size_t width, bool colour) const;
    [[nodiscard]] std::string markdown() const;
    /// A table element of some classes. The first column whose text stands left names its row; a
    /// title that is empty is told to those who hear the page.
    [[nodiscard]] std::string html(std::string_view caption, std::string_view classes) const;

private:
    struct Column {
        std::string title;
        Align align;
        int keep;
        bool used; ///< some cell has text
    };
    [[nodiscard]] std::vector<std::size_t> widths() const; ///< by column

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Breaks text at blanks into lines of at most `width`, each but the first after `indent` blanks.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// Text of Markdown that stands for itself: HTML, links and the bar of a table are none.
std::string markdown_text(std::string_view text);

/// Text of HTML, or of an attribute in quotes, that stands for itself: each line as
/// text::printable() has it.
std::string html_text(std::string_view text);

/// A cell of CSV: text::printable(), in quotes if it has a comma, a quote or a break of lines (RFC
/// 4180). What a spreadsheet would take for a formula, as it begins with = + - or @ and is no
/// number, stands behind an apostrophe.
std::string csv_cell(std::string_view text);

} // namespace flopwise
