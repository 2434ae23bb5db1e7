// The parts of a report about the offers that do not qualify.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// "g5.xlarge (us-east-1, spot)".
std::string title_of(const Refusal& refusal);
/// The flags that would admit it: "--min-memory 16 and one of --budget 10.00, --days 3"; or the
/// keywords: "min_memory_gib=16 and one of budget_usd=10.00, days=3".
std::string relaxation_of(const Refusal& refusal, bool keywords);
/// How many were refused for which reason.
std::string counts_of(const Recommendation& recommendation);

/// Beside choices, the names of what is sold there at a price that is not known; or empty.
std::string unpriced_line(const Recommendation& recommendation);
/// Without choices, and for machines that are asked for by name: what is known of their prices.
std::vector<std::string> unpriced_lines(const Recommendation& recommendation);

} // namespace flopwise
