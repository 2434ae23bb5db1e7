// flopwise: a recommendation as text
//
// The only place where money is rounded for show. Equal recommendations give equal bytes.

#pragma once

#include <flopwise/recommend.hpp>
#include <flopwise/what_if.hpp>

namespace flopwise {

/// How a table for a terminal looks.
struct TableStyle {
    bool colour = false;  ///< with ANSI escape codes; the text is the same without
    bool explain = false; ///< with the contributions to each score in words and figures
    bool wide = false;    ///< with more of each choice, in 160 columns at least
    int width = 80;       ///< columns of the terminal, from 60 to 250
    /// Those of the table of choices, by their names in CSV (docs/command.md); empty: what fits.
    std::vector<std::string> columns{};
    /// Settings as Python has them, `max_machines=4`; else as flags: --max-machines 4.
    bool keywords = false;
};

/// One line: the best choice with price, cost and score, or why there is none.
FLOPWISE_API std::string brief(const Recommendation& recommendation);

/// A report for a terminal, no wider than it is (but where a name does not fit, or columns are
/// asked for). Throws ArgumentError for a width that is out of range, and for columns that there
/// are none of.
FLOPWISE_API std::string table(const Recommendation& recommendation, const TableStyle& style = {});

/// The same report as Markdown. Colour and width are not looked at.
FLOPWISE_API std::string markdown(const Recommendation& recommendation,
                                  const TableStyle& style = {});

/// All of the report as one page of HTML that needs nothing beside it: it opens without a network,
/// in light and dark, prints, and is whole without its script, which sorts and filters the tables.
/// Of the style, only TableStyle::keywords is looked at.
FLOPWISE_API std::string html(const Recommendation& recommendation, const TableStyle& style = {});

/// The choices, or with Request::by the families, as comma-separated values with a header line.
/// Fields are quoted as in RFC 4180; numbers are unrounded; what is not known is empty.
FLOPWISE_API std::string csv(const Recommendation& recommendation);

/// All of a recommendation as JSON, indented by two blanks (docs/model.md describes the keys).
/// Money is unrounded; scores and contributions have 12 significant digits.
FLOPWISE_API std::string json(const Recommendation& recommendation);

// The same forms of a map of first choices: a letter for each machine where two settings are
// varied, else a row for each value.
FLOPWISE_API std::string table(const WhatIf& map, const TableStyle& style = {});
FLOPWISE_API std::string markdown(const WhatIf& map);
FLOPWISE_API std::string csv(const WhatIf& map);
FLOPWISE_API std::string json(const WhatIf& map);

/// What made the score of one choice, in words: "0.52x cheaper work, 3.8x memory".
FLOPWISE_API std::string explanation(const Recommendation& recommendation, const Choice& choice);

} // namespace flopwise
