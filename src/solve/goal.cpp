#include "solve/goal.hpp"

#include "solve/rent_goal.hpp"
#include "solve/training_goal.hpp"

namespace flopwise {

/// A share of a GPU is asked for by any minimum below one, so "some GPU" is the smallest share.
constexpr double kSomeGpu = std::numeric_limits<double>::min();

double least_gpus(const Constraints& c) {
    const bool only_without = c.max_gpus == 0.0 && !c.min_gpus;
    return c.min_gpus.value_or(only_without ? 0 : kSomeGpu);
}

void say(const std::string& words, Refusal& to) {
    to.text += (to.text.empty() ? "" : "; ") + words;
}

void say(const std::string& words, Relaxation change, Refusal& to) {
    say(words, to);
    to.relaxation.push_back(std::move(change));
}

void say_no_rate(const Gpu& gpu,
                 Precision precision,
                 bool (*usable)(const Gpu&, Precision),
                 Refusal& to) {
    say(fmt::format("has no published {} rate", to_string(precision)), to);
    for (std::size_t p = 0; p < kPrecisions; ++p)
        if (const auto other = static_cast<Precision>(p); usable(gpu, other)) {
            to.relaxation.push_back({"precision", std::string{to_string(other)}});
            return;
        }
}

void add_alternative(std::string_view key, double value, Refusal& to) {
    to.relaxation.push_back({std::string{key}, value});
    to.alternatives.push_back({to.relaxation.back()});
}

std::unique_ptr<const Goal> goal_of(const Catalog& catalog,
                                    const Request& request,
                                    const Sites& sites,
                                    std::optional<std::size_t> only) {
    if (trains(request))
        return std::make_unique<TrainingGoal>(catalog, request, sites, only);
    return std::make_unique<RentGoal>(catalog, request);
}

} // namespace flopwise
