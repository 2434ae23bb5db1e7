// What the build compiles in from data/: catalog images and the places of countries and cities.

#pragma once

#include <flopwise/date.hpp>
#include <flopwise/place.hpp>

#include <array>
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
    std::string_view name;
    Place place; ///< of its largest city
};

/// Rows of data/stacks.yaml. A technique of training, such as 4-bit adapters.
struct TechniqueRow {
    std::string_view name;
    std::string_view what; ///< in words
    bool nowhere_else;     ///< a stack without a row of NeedRow does not have it
};
/// What it needs on one stack, from a day on.
struct NeedRow {
    std::string_view technique;
    std::string_view stack;
    int capability; ///< of CUDA, times ten; 0: any
    Date since;
};
/// What one build of a release of PyTorch runs on.
struct WheelRow {
    std::string_view pytorch;
    Date since;
    std::string_view arch;
    std::string_view cuda; ///< version; empty for a build without
    bool usual;            ///< the one that `pip install torch` takes
    int ptx;               ///< code in between is for this capability, times ten; 0: there is none
    std::array<int, 16> capabilities; ///< times ten, then zeros
};

std::span<const TechniqueRow> techniques();
std::span<const NeedRow> needs();
std::span<const WheelRow> wheels();
std::span<const CatalogBytes> catalogs(); ///< newest first
std::string_view history();               ///< of prices, packed
std::uint64_t build();                    ///< differs if the images do
std::span<const Country> countries();
/// Cities, the largest first, a line each: names, country's code, latitude and longitude, between
/// tabs; the names, in lower case, between '|'.
std::string_view cities();

} // namespace flopwise::bundled
