#include "measure.hpp"
#include "recommend/firmness_weights.hpp"

#include <benchmark/benchmark.h>
#include <cmath>
#include <memory>
#include <random>

namespace flopwise::bench {

constexpr std::size_t kWeights = 1000;
constexpr std::size_t kChoices = 100;
constexpr std::size_t kOfTraining = 6; // criteria
constexpr double kMostMs = 5;

static Merits random_merits(std::size_t criteria) {
    std::mt19937 random{1};
    Merits out{criteria};
    for (std::size_t m = 0; m < kChoices; ++m) {
        std::vector<double> row(criteria);
        for (double& value : row)
            value = static_cast<double>(random() % 10'000) / 10'000;
        out.add(row);
    }
    return out;
}

/// Drawn weights against exact areas, where there are some; then for as many criteria as training
/// has.
void add_firmness() {
    const auto merits = std::make_shared<const Merits>(random_merits(kOfTraining));
    add({.name = "firmness/1000_weights_x_100_choices",
         .prepare =
             [] {
                 const Merits three = random_merits(3);
                 const auto exact = exact_shares(three);
                 const auto drawn = drawn_shares(three, 8 * kWeights);
                 for (std::size_t m = 0; m < kChoices; ++m)
                     must(std::abs(exact[m].first - drawn[m].first) < 0.01,
                          "drawn shares of weights are not the exact ones");
             },
         .timed = [merits] { benchmark::DoNotOptimize(drawn_shares(*merits, kWeights)); },
         .limit_ms = kMostMs});
    const auto exact = std::make_shared<const Merits>(random_merits(3));
    add({.name = "firmness/exact_3_criteria_x_100_choices",
         .prepare =
             [exact] {
                 double sum = 0;
                 for (const WeightShare& share : exact_shares(*exact))
                     sum += share.first;
                 must(std::abs(sum - 1) < 1e-9, "shares of weights do not add up to 1");
             },
         .timed = [exact] { benchmark::DoNotOptimize(exact_shares(*exact)); },
         .limit_ms = kMostMs});
}

} // namespace flopwise::bench
