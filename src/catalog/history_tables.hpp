// The inside of a PriceHistory, shared by the files that make, load and look into one.

#pragma once

#include <flopwise/price_history.hpp>

#include "catalog/price_tables.hpp"
#include "text/column.hpp"

namespace flopwise {

/// Which columns a row has a price in, and which of those prices are not that before. Few
/// patterns serve all rows.
struct HistoryPattern {
    std::uint64_t given = 0;   ///< a bit for each column
    std::uint64_t changed = 0; ///< of those that are given

    auto operator<=>(const HistoryPattern&) const = default;
};

/// A table of prices with the names as numbers. Most prices are those of the column before, so a
/// row keeps only those that are not.
struct HistoryTable {
    std::string provider{};
    Purchase purchase = Purchase::on_demand;
    std::vector<std::string> instances{}; ///< ascending
    std::vector<std::string> regions{};   ///< ascending
    std::vector<PriceColumn> columns{};
    Column<std::uint64_t> complete; ///< by region: the columns that are complete lists of it
    Column<std::uint32_t> key;      ///< by row: instance * regions + region, ascending
    Column<std::uint32_t> first;    ///< by row: its first price
    Column<std::uint16_t> pattern;  ///< by row: its place among the patterns
    Column<HistoryPattern> patterns;
    Column<double> usd; ///< of the columns that changed, row by row
};

struct PriceHistory::Data {
    std::vector<Source> sources{}; ///< by name
    std::vector<PriceBreak> breaks{};
    std::vector<HistoryTable> tables{};
};

/// The prices of a row by column; NaN where its source does not say.
std::vector<double> prices_of(const HistoryTable& table, std::size_t row);

struct HistoryBinary {
    static PriceHistory made(std::span<const std::filesystem::path> files);
    static std::string write(const PriceHistory& history);
    /// Of bytes that this build made, which stay where they are.
    static PriceHistory read(std::string_view image);
};

} // namespace flopwise
