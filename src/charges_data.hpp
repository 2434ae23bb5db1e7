// The inside of Charges, shared by the files that read, load and look it up.

#pragma once

#include <flopwise/charges.hpp>

namespace flopwise {

/// Rows in ascending order of a key made of the numbers of up to four names.
struct ChargeRows {
    std::vector<std::uint64_t> key;
    std::vector<std::uint16_t> source;
};

struct Charges::Data {
    std::vector<Source> sources;
    std::vector<std::string> names; ///< of all that rows name, in ascending order

    ChargeRows charges; ///< provider, charge, region; a row for each tier, ascending
    std::vector<Tier> tiers;
    ChargeRows reserved; ///< provider, instance, region, offering
    std::vector<double> usd_per_hour;
    ChargeRows ratios; ///< provider, offering, payment
    std::vector<double> ratio;
    ChargeRows interruptions; ///< provider, instance, region
    std::vector<double> from;
    std::vector<double> to; ///< NaN: open

    /// The key of some names; empty if one of them is in no row.
    [[nodiscard]] std::optional<std::uint64_t> key(std::span<const std::string_view> of) const;
};

} // namespace flopwise
