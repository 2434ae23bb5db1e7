// flopwise: a recommendation as text
//
// The only place where money is rounded for show. Equal recommendations give equal bytes.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// How a table for a terminal looks.
struct TableStyle {
    bool colour = false;  ///< with ANSI escape codes; the text is the same without
    bool explain = false; ///< with the contributions to each score in words and figures
    bool wide = false;    ///< up to 160 columns, with the date of each price
};

/// One line: the best choice with price, cost and score, or why there is none.
FLOPWISE_API std::string brief(const Recommendation& recommendation);

/// A report for a terminal, at most 80 columns wide, or 160 (longer only where a name does not
/// fit).
FLOPWISE_API std::string table(const Recommendation& recommendation, TableStyle style = {});

/// The same report as Markdown. `style.colour` is not looked at.
FLOPWISE_API std::string markdown(const Recommendation& recommendation, TableStyle style = {});

/// The choices, or with Request::by the families, as comma-separated values with a header line.
/// Fields are quoted as in RFC 4180; numbers are unrounded; what is not known is empty.
FLOPWISE_API std::string csv(const Recommendation& recommendation);

/// All of a recommendation as JSON, indented by two blanks (docs/model.md describes the keys).
/// Money is unrounded; scores and contributions have 12 significant digits.
FLOPWISE_API std::string json(const Recommendation& recommendation);

/// What made the score of one choice, in words: "0.52x cheaper work, 3.8x memory".
FLOPWISE_API std::string explanation(const Recommendation& recommendation, const Choice& choice);

} // namespace flopwise
