// Reserved rates and bands of interruptions: one by one, and as they are kept.

#pragma once

#include "cost/charge_rows.hpp"

namespace flopwise {

/// One rate of a machine.
struct ReservedFact {
    std::uint64_t machine = 0; ///< provider, instance, region
    std::uint8_t offering = 0; ///< its place in kOfferings; kBlockPlace
    std::uint16_t source = 0;
    double on_demand_usd_per_hour = 0; ///< NaN: not given
    double usd_per_hour = 0;
};

/// The band of one machine.
struct BandFact {
    std::uint64_t machine = 0; ///< provider, instance, region
    std::uint16_t source = 0;
    double from = 0;
    double to = 0; ///< NaN: open
};

/// In any order; of a machine and an offering there is one.
ReservedRows packed(std::vector<ReservedFact> facts);
BandRows packed(std::vector<BandFact> facts);
/// By machine.
std::vector<ReservedFact> facts_of(const ReservedRows& rows);
std::vector<BandFact> facts_of(const BandRows& rows);

} // namespace flopwise
