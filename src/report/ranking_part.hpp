// The parts of a report that rank: the choices and their families.

#pragma once

#include <flopwise/report.hpp>

#include "text/table.hpp"

#include <span>

namespace flopwise {

/// The choices: the columns that are asked for, else those that are not the same for all of them.
TextTable choices_grid(const Recommendation& recommendation, const TableStyle& style);
/// Throws ArgumentError for a column that there is none of.
void require_columns(std::span<const std::string> columns);
TextTable families_grid(const Recommendation& recommendation);
/// Why choices are tied with the first: "the same cost".
std::string tied_by(const Recommendation& recommendation);
/// What the marks of choices mean.
std::string marks_of(const Recommendation& recommendation);
/// A score with one decimal.
std::string score_text(double score);
/// Of what is not certain, so never 100 %.
std::string percent(double share);

/// Each criterion in words of which more is better.
constexpr std::array<std::string_view, kCriteria> kCriterionWords{
    "work per USD", "speed", "GPU memory", "memory", "vCPUs", "network"};
/// How many times of a criterion that has a weight a choice has what the reference machine has.
double ratio_to_reference(const Recommendation& recommendation,
                          const Choice& choice,
                          std::size_t criterion);

} // namespace flopwise
