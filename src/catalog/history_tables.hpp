// The inside of a PriceHistory, shared by the files that make, load and look into one.

#pragma once

#include <flopwise/price_history.hpp>

#include "catalog/price_tables.hpp"
#include "text/column.hpp"

namespace flopwise {

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
    Column<std::uint64_t> given;    ///< by row: the columns that have a price
    Column<std::uint64_t> changed;  ///< by row: those of them whose price is not that before
    Column<std::uint32_t> first;    ///< by row: its first price
    Column<double> usd;             ///< of the columns that changed, row by row
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
