// What a reservation costs as providers publish it: two fees, and what they come to.

#pragma once

#include <flopwise/charges.hpp>

namespace flopwise {

/// A machine that is reserved in one way: a fee for each hour of the term, and one at its begin.
struct TermFees {
    std::string provider{};
    std::string instance{};
    std::string region{};
    std::string offering{}; ///< "standard_1yr"
    std::string payment{};  ///< "no_upfront", "partial_upfront" or "all_upfront"
    int years = 1;
    UsdPerHour hourly{};
    Usd upfront{};

    /// Both fees for each hour of the term.
    [[nodiscard]] UsdPerHour effective() const;
    /// The share of its cost that is paid at its begin.
    [[nodiscard]] double upfront_share() const;
    [[nodiscard]] bool by_the_hour() const { return payment == "no_upfront"; }
};

/// What is paid upfront against what is paid by the hour, for all machines of an offering.
struct UpfrontRatio {
    std::string provider{};
    std::string offering{};
    std::string payment{};
    double ratio = 1;
    double upfront = 1; ///< share of the term that is paid at its begin
};

/// The medians of the machines that have both; the first by the hour of a machine counts.
/// `left_out` counts the rates of machines that have none by the hour.
std::vector<UpfrontRatio> upfront_ratios(std::span<const TermFees> fees, std::uint64_t& left_out);

} // namespace flopwise
