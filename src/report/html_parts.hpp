// What a page of HTML is made of beside the sections of a report.

#pragma once

#include <flopwise/recommendation.hpp>

namespace flopwise {

/// What the choices cost against how fast they are, as a figure of SVG: against hours for a job,
/// else against speed. Empty if there are none to show.
std::string cost_chart(const Recommendation& recommendation);
/// How many hours a day the budget pays for, against days; empty without a budget, with a job, and
/// with charges, of which an hour has no one price.
std::string budget_chart(const Recommendation& recommendation);

/// Between the tags of `style` and `script`.
extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;

} // namespace flopwise
