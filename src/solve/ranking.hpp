// One question whose offers are looked at once and ranked once, however often it is asked for a
// part of them: those in a region, of a machine, as fast as another.

#pragma once

#include "solve/solver.hpp"

#include <functional>

namespace flopwise {

/// An offer of the catalog that qualifies, and what stands for its price in the score.
struct Ranked {
    std::uint32_t row = 0;   ///< of the prices
    std::uint32_t offer = 0; ///< of the catalog
    UsdPerHour effective{};
    Hours hours{}; ///< central ones; 0 without
    Usd spent{};   ///< for the same work as all others
};

class Ranking {
public:
    /// `request` is completed. All arguments outlive this.
    Ranking(const Catalog& catalog, const Request& request, const Charges& charges);

    /// The answer without `instead`, and with the warnings that are about purchase options.
    [[nodiscard]] Recommendation answer() { return solver_.solve(); }
    /// The offers that qualify, best first.
    [[nodiscard]] const std::vector<Ranked>& rows();
    /// The best for which a condition holds, as a choice.
    using Condition = std::function<bool(const Ranked& row, const Offer& offer)>;
    [[nodiscard]] std::optional<Choice> best(const Condition& condition);
    /// One of the rows as a choice.
    [[nodiscard]] Choice choice(const Ranked& row);
    [[nodiscard]] Offer offer(const Ranked& row) const {
        return question_.catalog.offer(row.offer);
    }
    /// What it is ordered by: larger comes first.
    [[nodiscard]] double worth(const Ranked& row) const {
        return solver_.worth(row.row, solver_.score_of(row.row).value);
    }
    [[nodiscard]] PurchaseKind paid(const Ranked& row) const {
        return question_.pricing->paid(row.row);
    }
    [[nodiscard]] std::optional<Milliseconds> rtt(const Offer& offer) const;
    [[nodiscard]] Filter filter() const { return question_.filter(); }
    [[nodiscard]] const NamedGpus& named_gpus() const { return solver_.named_gpus(); }

private:
    Question question_;
    Solver solver_;
    std::optional<std::vector<Ranked>> rows_{};
};

} // namespace flopwise
