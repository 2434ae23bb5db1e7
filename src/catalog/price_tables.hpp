// Tables of prices: machines by region, with a column for each source and its day.
//
// A file of data names its tables in `price_tables`. What a catalog has of them is the price in
// force on its day; PriceHistory has them all.

#pragma once

#include <flopwise/catalog.hpp>

#include <cstdint>
#include <filesystem>
#include <map>

namespace flopwise {

constexpr std::size_t kMostColumns = 64; ///< of a table; sets of columns are bits

struct PriceColumn {
    std::string source{};
    Date as_of{};
    bool complete = false; ///< lists all that was sold in the regions that it names
};

struct PriceRow {
    std::string instance{};
    std::string region{};
    std::vector<double> usd{}; ///< for an hour, by column; NaN where its source does not say
    int line = 0;
};

struct PriceTable {
    std::string file{};
    std::string provider{};
    Purchase purchase = Purchase::on_demand;
    std::vector<PriceColumn> columns{}; ///< by date
    std::vector<PriceRow> rows{};       ///< by instance, region
};

/// Prices of some machines changed on a day: older ones say nothing of that day and later.
struct PriceBreak {
    std::string provider{};
    Purchase purchase = Purchase::on_demand;
    std::vector<std::string> instances{}; ///< names or patterns
    Date on{};
    std::string source{};
};

/// Reads a table. Its columns are called "DATE SOURCE", of `sources`; those that `complete` names
/// are so. Throws InputError with file, line and column.
PriceTable read_price_table(const std::filesystem::path& file,
                            const std::string& provider,
                            Purchase purchase,
                            const std::vector<std::string>& complete,
                            const std::vector<Source>& sources);

/// The column whose price holds on a day: the newest that is not after it, unless a complete list
/// that is newer lacks the machine, or the prices of the machine changed since, on `broken`.
/// `complete` has a bit for each column that is a complete list of the region.
std::optional<std::size_t> in_force(std::span<const PriceColumn> columns,
                                    std::span<const double> usd,
                                    std::uint64_t complete,
                                    Date day,
                                    Date broken);

/// The bits of the complete columns that name each region.
std::map<std::string, std::uint64_t, std::less<>> complete_in(const PriceTable& table);

/// The latest day, up to `day`, on which prices of a machine changed; year 0 if there is none.
Date last_break(std::span<const PriceBreak> breaks,
                std::string_view provider,
                std::string_view instance,
                Purchase purchase,
                Date day);

} // namespace flopwise
