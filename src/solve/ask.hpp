// One question to the solver: priced by the catalog alone or, where charges or ways to pay are in
// it, by the cost of whole plans.

#pragma once

#include <flopwise/recommendation.hpp>

#include <memory>

namespace flopwise {

class Plans;

/// The plans of a completed request; null if the catalog alone prices it. All arguments outlive
/// what is returned.
std::unique_ptr<Plans>
plans_of(const Catalog& catalog, const Request& request, const Charges& charges);

/// The solver's answer to a completed request.
Recommendation solved(const Catalog& catalog, const Request& request, const Charges& charges);

/// An offer of the catalog that qualifies, and what stands for its price in the score.
struct Ranked {
    std::uint32_t offer = 0;
    UsdPerHour effective{};
};

/// The offers that qualify, best first.
std::vector<Ranked> ranked(const Catalog& catalog, const Request& request, const Charges& charges);

} // namespace flopwise
