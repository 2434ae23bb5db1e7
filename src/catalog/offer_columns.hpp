// The offers of a catalog in the form the solver reads: one array for each figure.
//
// Offers stand in groups of one machine type and one purchase option, cheapest first. What depends
// on the type alone is decided once for a group, a refused type is skipped whole, and "affordable"
// is a prefix of the group.

#pragma once

#include <flopwise/catalog.hpp>

#include "text/column.hpp"

#include <limits>

namespace flopwise {

/// An unknown figure. Every comparison with it is false, so it passes no "at least".
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// The figure of a quantity, if it is known.
template <class Unit>
std::optional<double> figure_of(const std::optional<Quantity<Unit>>& quantity) {
    return quantity ? std::optional{quantity->value()} : std::nullopt;
}

struct OfferColumns {
    // By machine type, in the order of Catalog::instances().
    Column<double> vcpus;
    Column<double> memory_gib;
    Column<double> gpu_count;
    Column<double> gpu_memory_gib; ///< of one GPU, or of the share of one; 0 without
    Column<double> network_gbps;
    Column<std::int32_t> gpu; ///< index into gpus(); -1 without
    Column<std::uint32_t> family;
    Column<std::uint8_t> retired;

    // By offer.
    Column<double> usd_per_hour;
    Column<std::uint16_t> site; ///< region + (not offered there ? regions : 0)
    Column<std::uint16_t> source;
    Column<std::uint32_t> type;

    /// Group g = type * kPurchases + purchase holds the offers [first[g], first[g + 1]).
    Column<std::uint32_t> first;

    /// The sites at which there is an offer, in ascending order.
    Column<std::uint16_t> used_sites;
};

/// Of a catalog, valid while it lives.
const OfferColumns& columns_of(const Catalog& catalog) noexcept;

/// Offer `i` of some columns whose types, sites and sources are those of the catalog.
Offer offer_of(const Catalog& catalog, const OfferColumns& columns, std::size_t i);

} // namespace flopwise
