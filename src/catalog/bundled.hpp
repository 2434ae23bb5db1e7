// What the build compiles in from data/: catalog images and the places of countries.

#pragma once

#include <flopwise/place.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace flopwise::bundled {

struct CatalogBytes {
    std::string_view name;
    std::string_view bytes;
};
struct Country {
    std::string_view code; ///< ISO 3166, lower case
    Place place;           ///< of its largest city
};

std::span<const CatalogBytes> catalogs(); ///< newest first
std::string_view history();               ///< of prices
std::uint64_t build();                    ///< differs if the images do
std::span<const Country> countries();

} // namespace flopwise::bundled
