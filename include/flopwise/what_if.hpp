// flopwise: what the answer would be if one or two settings were other ones

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// A setting with the values that it takes.
struct Vary {
    std::string key{}; ///< of a setting that is a number, see find_setting(): "days"
    double low = 0;
    double high = 0; ///< above `low`
    int steps = 8;   ///< values, evenly from one to the other, both of them too; in [2, 100]

    bool operator==(const Vary&) const = default;
};

/// Reads "days=30:365" or "hours-per-day=1:24:12"; keys and flags are both taken. Throws
/// ArgumentError for `vary`.
FLOPWISE_API Vary vary_of(std::string_view text);

/// The answer at one value of each setting.
struct WhatIfCell {
    double x = 0;                     ///< value of the first setting
    std::optional<double> y{};        ///< of the second, if there is one
    std::optional<Outcome> outcome{}; ///< absent: the request is refused, see `error`
    std::string provider{};           ///< of the first choice; empty without one, as what follows
    std::string instance{};
    std::string region{};
    std::optional<PurchaseKind> purchase{};
    std::optional<UsdPerHour> price{};
    std::optional<Usd> total{}; ///< of the plan; absent if its hours are not known
    std::string error{};

    bool operator==(const WhatIfCell&) const = default;
};

/// How much of the variance of the cost a setting makes.
struct SobolIndex {
    std::string key{};
    double first = 0; ///< by itself
    double total = 0; ///< with all in which it acts together with others

    bool operator==(const SobolIndex&) const = default;
};

/// The map of the first choices.
struct WhatIf {
    std::string catalog_name{};
    std::vector<Vary> varied{};
    std::vector<WhatIfCell> cells{}; ///< by the first setting, then by the second
    /// Of the cost of the first choice, each value as likely as all others. Empty if there is not
    /// an answer with a cost everywhere, or if the cost is always the same.
    std::vector<SobolIndex> sobol{};
    /// Of the points that these are reckoned from, those with a cost; 1 with indices.
    double with_cost = 0;

    bool operator==(const WhatIf&) const = default;
};

/// Asks recommend() at each value of one setting, or of two and all of their pairs.
///
/// The indices are those of the analysis of variance on a grid of kSobolPoints values a setting, in
/// the middles of as many parts of its range:
///
///     first = Var(E[cost | setting]) / Var(cost)
///     total = 1 - Var(E[cost | all others]) / Var(cost)
///
/// Throws ArgumentError for `vary` unless there are one or two settings that differ, are numbers,
/// and have ranges, and as recommend() does for what is wrong whatever they are.
/// Source: I. M. Sobol, Sensitivity estimates for nonlinear mathematical models, Mathematical
/// Modelling and Computational Experiments 1 (1993) 407-414; T. Homma and A. Saltelli, Importance
/// measures in global sensitivity analysis of nonlinear models, Reliability Engineering and System
/// Safety 52 (1996) 1-17.
FLOPWISE_API WhatIf what_if(const Catalog& catalog,
                            const Request& request,
                            std::span<const Vary> vary);
constexpr std::size_t kSobolPoints = 20;

} // namespace flopwise
