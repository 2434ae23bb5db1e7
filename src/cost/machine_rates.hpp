// What charges say of a machine in a region. Its names are looked up once for all the purchase
// options, and names that all machines share once for all of them.

#pragma once

#include "cost/charge_rows.hpp"

#include <array>

namespace flopwise {

/// The share of a band that is reckoned with: its middle, or its lower end if it is open.
double monthly_share(const Interruption& band);

/// Of a term its place in kOfferings; empty for a term that nobody offers.
std::optional<std::size_t> offering_of(Term term);

/// The charges outlive it.
class MachineRates {
public:
    explicit MachineRates(const Charges& charges);

    /// The rows of one machine in one region.
    struct Rows {
        std::optional<std::uint64_t> provider{};
        RowRange reserved{}; ///< a row for each source
        RowRange interruption{};
    };
    [[nodiscard]] Rows
    rows(std::string_view provider, std::string_view region, std::string_view instance) const;

    [[nodiscard]] std::optional<ReservedRate> reserved(const Rows& of, Term term) const;
    [[nodiscard]] std::optional<BlockRate> block(const Rows& of) const;
    [[nodiscard]] std::optional<Interruption> interruption(const Rows& of) const;
    /// The highest monthly_share() of any machine; 0 if none is known.
    [[nodiscard]] double highest_share() const;

private:
    /// A row of what is reserved, and one of its rates.
    struct RateOf {
        std::size_t row = 0;
        std::size_t rate = 0;
    };

    [[nodiscard]] Interruption interruption(std::size_t row) const;
    /// That of an offering, by its place; empty if there is none.
    [[nodiscard]] std::optional<RateOf> rate_of(const Rows& of, std::size_t offering) const;
    /// The place of the offering whose rates one has by the provider's word.
    [[nodiscard]] std::optional<std::size_t> same_as(const Rows& of, std::size_t offering) const;
    [[nodiscard]] bool
    with_upfront(const Rows& of, std::size_t offering, Payment payment, ReservedRate& to) const;

    const Charges::Data& data_;
    std::array<std::optional<std::uint64_t>, kOfferings.size()> offerings_{};
    std::array<std::optional<std::uint64_t>, kPayments> payments_{};
};

} // namespace flopwise
