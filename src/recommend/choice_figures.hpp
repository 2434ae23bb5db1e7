// What a choice comes to, where it may have a job or not, days or not.

#pragma once

#include <flopwise/recommendation.hpp>

namespace flopwise {

/// Equal machines that work together.
inline int machines_of(const Choice& choice) {
    return choice.job ? choice.job->machines : 1;
}

/// Of the plan or the job; empty if the days are not known.
inline std::optional<Usd> total_of(const Choice& choice) {
    return choice.cost ? std::optional{choice.cost->total} : std::nullopt;
}

/// The charges without a rate, which the total is without.
inline std::vector<std::string> unknown_of(const Choice& choice) {
    std::vector<std::string> out;
    if (choice.cost)
        for (const LineItem& item : choice.cost->items)
            if (!item.amount)
                out.push_back(item.charge);
    return out;
}

} // namespace flopwise
