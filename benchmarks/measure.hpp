// A benchmark: what has to be right, what is timed, and what it may take.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace flopwise::bench {

struct Measure {
    std::string name;
    std::function<void()> prepare; ///< makes the input and verifies the answer; once, not timed
    std::function<void()> timed;
    std::int64_t offers = 0; ///< in the catalog; 0: not reported
    std::int64_t bytes = 0;  ///< that have to be read each time; 0: not reported
    double limit_ms = 0;     ///< 0: none
};

/// What each offer has of its own, read once: its price, and the number of its region.
constexpr std::size_t kBytesOfOffer = sizeof(double) + sizeof(std::uint16_t);
/// The benchmark that says how fast bytes come from memory.
constexpr std::string_view kMemory = "memory/256_mib";

void add(Measure measure);

/// Ends the program unless `right`: a wrong answer is not worth timing.
void must(bool right, std::string_view complaint);

// Each file adds its own.
void add_catalog();
void add_feed();
void add_firmness();
void add_plans();
void add_recommend();
void add_training();
void add_start();

} // namespace flopwise::bench
