// The inside of Charges, shared by the files that read, load and look it up.

#pragma once

#include <flopwise/charges.hpp>

#include "text/column.hpp"

#include <array>

namespace flopwise {

/// Rows in ascending order of a key made of the numbers of up to four names.
struct ChargeRows {
    Column<std::uint64_t> key;
    Column<std::uint16_t> source;
};

/// What sources say of reserving a machine in a region. Machines of like rates share them.
struct ReservedRows {
    ChargeRows machines; ///< provider, instance, region; a row for each of its sources
    Column<double> on_demand_usd_per_hour; ///< by row; NaN: not given
    Column<std::uint32_t> first;           ///< by row: its first rate
    Column<std::uint8_t> count;            ///< by row: of its rates
    Column<std::uint8_t> offering;         ///< by rate: its place in kOfferings; kBlockPlace
    Column<double> usd_per_hour;           ///< by rate
};

/// Bands of interruptions. There are few, and many machines of each.
struct BandRows {
    ChargeRows machines;        ///< provider, instance, region
    Column<std::uint32_t> band; ///< by row
    Column<double> from;        ///< by band
    Column<double> to;          ///< by band; NaN: open
};

/// A half-open range of rows.
struct RowRange {
    std::size_t begin = 0;
    std::size_t end = 0;
};

constexpr unsigned kNameBits = 16; ///< of each name in a key
constexpr std::uint64_t kNameMask = (std::uint64_t{1} << kNameBits) - 1;

/// The key of up to four names by their numbers.
constexpr std::uint64_t name_key(std::span<const std::uint64_t> numbers) {
    std::uint64_t key = 0;
    for (const std::uint64_t number : numbers)
        key = (key << kNameBits) | number;
    return key;
}

RowRange rows_with(const ChargeRows& rows, std::uint64_t key);
/// The rows whose key is `prefix` and one name more.
RowRange rows_below(const ChargeRows& rows, std::uint64_t prefix);

struct Charges::Data {
    std::vector<Source> sources;
    std::vector<std::string> names; ///< of all that rows name, in ascending order

    ChargeRows charges; ///< provider, charge, region; a row for each tier, ascending
    Column<Tier> tiers;
    Column<double> smallest_size;          ///< of each tier, which the first decides; 0: any
    Column<std::uint64_t> default_storage; ///< provider, charge; ascending
    ReservedRows reserved;                 ///< a block of days is an offering
    ChargeRows ratios;                     ///< provider, offering, payment
    Column<double> ratio;
    Column<double> upfront;        ///< share of the cost of the term, in (0, 1]
    ChargeRows same;               ///< provider, offering, the one whose rates it has
    Column<std::uint64_t> offered; ///< provider, offering; ascending
    BandRows interruptions;

    /// The number of a name; empty if it is in no row.
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const;
    /// The key of some names; empty if one of them is in no row.
    [[nodiscard]] std::optional<std::uint64_t> key(std::span<const std::string_view> of) const;
    [[nodiscard]] bool offers(std::string_view provider, std::string_view offering) const;
};

constexpr std::string_view kBlock = "capacity_block"; ///< the offering of blocks of days
/// Of the commitments in their order, for 1 and for 3 years.
constexpr std::array<std::string_view, 2 * kCommitments> kOfferings{"standard_1yr",
                                                                    "standard_3yr",
                                                                    "convertible_1yr",
                                                                    "convertible_3yr",
                                                                    "compute_savings_1yr",
                                                                    "compute_savings_3yr",
                                                                    "instance_savings_1yr",
                                                                    "instance_savings_3yr",
                                                                    "committed_1yr",
                                                                    "committed_3yr"};

constexpr auto kBlockPlace = static_cast<std::uint8_t>(kOfferings.size());

/// The name of an offering by its place.
constexpr std::string_view offering_at(std::size_t place) {
    return place < kOfferings.size() ? kOfferings[place] : kBlock;
}

constexpr std::string_view kStorage = "storage_";       ///< before a type of disk: its charge
constexpr std::string_view kUnknownStorage = "storage"; ///< of a type that is not known

/// The unit of a charge: "GiB-month" for storage; empty for a name that is no charge.
std::string_view unit_of(std::string_view charge);

} // namespace flopwise
