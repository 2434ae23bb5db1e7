// flopwise: machines or days side by side, for the same work; or answers to several questions

#pragma once

#include <flopwise/report.hpp>

namespace flopwise {

/// One of what is compared.
struct ComparedColumn {
    std::string name{};             ///< as it was asked for: a machine, or a day
    std::optional<Choice> choice{}; ///< that machine's best offer, or the first choice of that day
    std::string reason{};           ///< why there is none; else empty

    bool operator==(const ComparedColumn&) const = default;
};

/// A figure of all columns.
struct ComparedFigure {
    /// As in the JSON of a choice: "price_usd_per_hour"; "bill.compute" and the like of its bill,
    /// in USD.
    std::string key{};
    std::vector<std::optional<double>> values{}; ///< by column; absent: not known, or none
    std::vector<std::optional<double>> ratios{}; ///< to the first column; absent without it, or if
                                                 ///< that is 0
    bool operator==(const ComparedFigure&) const = default;
};

/// What is compared, a column each.
struct Comparison {
    std::string catalog_name{};
    std::vector<ComparedColumn> columns{};
    std::vector<ComparedFigure> figures{}; ///< those that some column has; the bill line by line

    bool operator==(const Comparison&) const = default;
};

/// A question, whose first choice is a column.
struct ComparedQuestion {
    std::string name{};
    Request request{};
};

/// The questions of saved plans, each about its own machine as question_of() has it, asked at that
/// time of `today`. Throws
/// ArgumentError for a name that does not end in .yaml or .yml, and as read_saved_plan() does.
FLOPWISE_API std::vector<ComparedQuestion>
questions_of(std::span<const std::string> files, Date today, Hours time_of_day = {});
/// Whether any name is that of a file of questions_of().
FLOPWISE_API bool has_saved_plan(std::span<const std::string> names);

/// The first choices of several questions, from `catalog`, or the one that the question names.
/// Throws ArgumentError for `compare` unless there are two or more, and as recommend() does.
///
///     compare(Catalog::bundled(), questions_of(files, {2026, 12, 1}));
FLOPWISE_API Comparison compare(const Catalog& catalog,
                                std::span<const ComparedQuestion> questions);
/// Asks the same question of each name: of one machine, as Constraints::instance names it, or, if
/// it is a date, of all machines as of that day.
///
/// Throws ArgumentError for `compare` unless there are two names or more, and as recommend() does.
FLOPWISE_API Comparison compare(const Catalog& catalog,
                                const Request& request,
                                std::span<const std::string> names);

// In the forms of a report. With a ratio behind each figure, but for those of the first column.
FLOPWISE_API std::string table(const Comparison& comparison, const TableStyle& style = {});
FLOPWISE_API std::string markdown(const Comparison& comparison);
FLOPWISE_API std::string csv(const Comparison& comparison);
FLOPWISE_API std::string json(const Comparison& comparison);

} // namespace flopwise
