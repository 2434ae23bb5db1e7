// For which weights each of some machines is the first.

#pragma once

#include <flopwise/firmness.hpp>

namespace flopwise {

/// The logarithms that weights are multiplied by: of each machine, one for each criterion.
class Merits {
public:
    explicit Merits(std::size_t criteria) : criteria_{criteria} {}

    void add(const std::vector<double>& machine) {
        values_.insert(values_.end(), machine.begin(), machine.end());
    }
    [[nodiscard]] std::size_t criteria() const { return criteria_; }
    [[nodiscard]] std::size_t machines() const { return values_.size() / criteria_; }
    [[nodiscard]] const double* of(std::size_t machine) const {
        return values_.data() + machine * criteria_;
    }
    /// Of weights (1 - spread) * own + spread * any, those that any ones are multiplied by.
    [[nodiscard]] Merits within(const std::vector<double>& own, double spread) const;

private:
    std::size_t criteria_;
    std::vector<double> values_{};
};

/// Of all weights, what is one machine's.
struct WeightShare {
    double first = 0;
    std::array<double, kFirmRanks> ranks{}; ///< as drawn
    std::vector<double> centre{}; ///< mean of the weights for which it is first; empty: none
};

/// Up to how many criteria exact_shares() has an answer.
constexpr std::size_t kExactCriteria = 3;

/// First and centre by the areas of the cells in which a machine is first. Of equal machines, the
/// one that stands before is first.
std::vector<WeightShare> exact_shares(const Merits& merits);
/// All of it by weights that fill the simplex evenly.
std::vector<WeightShare> drawn_shares(const Merits& merits, std::size_t samples);

} // namespace flopwise
