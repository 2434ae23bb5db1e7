// flopwise: regions by their distance

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// A region as seen from a place.
struct Nearby {
    std::string provider{};
    std::string region{}; ///< code: "ap-southeast-1"
    std::string city{};
    Kilometres distance{};
    Milliseconds rtt{}; ///< estimated, see round_trip()

    bool operator==(const Nearby&) const = default;
};

/// The regions of a catalog, the nearest first. One that opened in a year after the date of the
/// catalog is left out: in the catalog of April 2020, there is none in Bangkok. So is one that is
/// no one place.
FLOPWISE_API std::vector<Nearby> nearby(const Catalog& catalog, Place place);

} // namespace flopwise
