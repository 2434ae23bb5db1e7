// What the parts of firmness() look at.

#pragma once

#include <flopwise/charges.hpp>
#include <flopwise/firmness.hpp>
#include <flopwise/recommendation.hpp>

#include "solve/solver.hpp"

namespace flopwise {

/// A machine type by its best offer.
struct Rival {
    std::uint32_t row = 0; ///< of the prices
    double worth = 0;      ///< as Firm has it
    std::array<double, kCriteria> merits{};
};

/// An answer with the question behind it.
struct Firm {
    const Catalog& catalog; ///< of the day of the answer
    const Request& asked;   ///< as it came, not completed
    const Charges& charges;
    const Recommendation& answer; ///< with a choice
    const Question& question;     ///< completed, about the regions of the answer
    std::vector<Rival> rivals;    ///< best first: that of the first choice is the first

    /// What comes first: by score, or by what the same work costs. With another order, neither.
    [[nodiscard]] bool by_score() const { return order() == Sort::score; }
    [[nodiscard]] bool by_cost() const { return order() == Sort::cost; }
    /// How much a logarithm counts in the order: a weight of the score, or the cost alone.
    [[nodiscard]] double weight(Criterion criterion) const {
        if (by_score())
            return answer.weights[static_cast<std::size_t>(criterion)];
        return by_cost() && criterion == Criterion::cost ? 1 : 0;
    }
    /// The logarithm of what the order goes by, less a number that is the same for all.
    [[nodiscard]] double worth(const std::array<double, kCriteria>& merits) const;
    [[nodiscard]] double worth(const Choice& choice) const;
    [[nodiscard]] const Choice& first() const { return answer.choices.front(); }
    /// The row of a choice; empty if it has none.
    [[nodiscard]] std::optional<std::uint32_t> row_of(const Choice& choice) const;

private:
    [[nodiscard]] Sort order() const { return question.request.sort.value_or(Sort::score); }
};

/// The firmness of an answer to a request, `asked` as it came, of a catalog of the day.
Firmness firmness_of(const Catalog& catalog,
                     const Request& asked,
                     const Charges& charges,
                     const Recommendation& answer,
                     const FirmnessOptions& options);

/// Fills in the probabilities and regrets of the choices, which are first in `to`.
void add_cases(const Firm& of, std::size_t cases, std::vector<FirmChoice>& to);

/// The price below which a choice would be the first.
std::optional<UsdPerHour> first_below(const Firm& of, const Choice& choice);

/// The nearest values from which another machine is the first.
std::vector<Flip> flips(const Firm& of);

} // namespace flopwise
