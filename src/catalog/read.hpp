// What a file says beside its catalog: what the image of it is of, and prices over the years.

#pragma once

#include <flopwise/catalog.hpp>

#include "catalog/price_tables.hpp"

namespace flopwise {

/// A catalog as Catalog::read() has it, from the file or the image beside it.
struct ReadCatalog {
    Catalog catalog;
    /// What an image beside the file would be of, if there is one that does not fit and can be made
    /// again: the file says all that is in the catalog.
    std::optional<std::uint64_t> outdated_image{};
};
ReadCatalog read_catalog(const std::filesystem::path& file);

struct PriceTables {
    std::vector<PriceTable> tables{};
    std::vector<PriceBreak> breaks{};
    std::vector<Source> sources{};
};

/// Throws InputError as Catalog::read() does.
PriceTables read_dated_prices(std::span<const std::filesystem::path> files);

} // namespace flopwise
