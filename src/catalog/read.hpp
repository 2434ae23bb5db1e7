// What files of data say of prices over the years; Catalog::read() has those of one day.

#pragma once

#include "catalog/price_tables.hpp"

namespace flopwise {

struct PriceTables {
    std::vector<PriceTable> tables{};
    std::vector<PriceBreak> breaks{};
    std::vector<Source> sources{};
};

/// Throws InputError as Catalog::read() does.
PriceTables read_dated_prices(std::span<const std::filesystem::path> files);

} // namespace flopwise
