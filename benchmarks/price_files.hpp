// Price files in the form of AWS's own, of any size, with known contents.

#pragma once

#include <flopwise/catalog.hpp>

#include <cstdint>
#include <filesystem>

namespace flopwise::bench {

/// What is in a file.
struct Contents {
    std::uint64_t bytes = 0;
    std::uint64_t rows = 0;     ///< products of JSON, prices of CSV
    std::uint64_t machines = 0; ///< Linux, shared, used: each has a price and reserved rates
    std::uint64_t rates = 0;    ///< reserved
};

/// Writes an offer file of at least `bytes`, as JSON or as CSV.
Contents write_offers(const std::filesystem::path& file, std::uint64_t bytes);
Contents write_offers_csv(const std::filesystem::path& file, std::uint64_t bytes);

/// A catalog with the regions and machine types of such a file, so that all of its prices can be
/// joined to it, and the first of the prices, as no catalog is without.
Catalog offers_base(std::uint64_t machines);

} // namespace flopwise::bench
