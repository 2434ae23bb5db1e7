// flopwise: where things are, and how far that is in kilometres and milliseconds
//
// A region far away answers late. The time is estimated from the great-circle distance with a
// line fitted to published round trips between regions (data/measured/region_rtt.csv).

#pragma once

#include <flopwise/error.hpp>

#include <optional>
#include <string_view>

namespace flopwise {

/// A point on the globe.
struct Place {
    double latitude = 0.0;  ///< degrees north; in [-90, 90]
    double longitude = 0.0; ///< degrees east; in [-180, 180]

    bool operator==(const Place&) const = default;
};

/// Length of the great circle between two places, on a sphere of 6,371 km radius (haversine).
FLOPWISE_API Kilometres great_circle(Place a, Place b);

/// Estimated network round trip over a great-circle distance.
///
///     round_trip = max(16.7 ms + 1.57 ms * km / 100, 1 ms * km / 100)
///
/// The first term is a least-squares line through 90 published pairs of regions (R² 0.73,
/// root mean square error 44 ms, median error 22 %); the second is light in fibre.
/// Source: data/measured/region_rtt.csv (AWS 2017, IBM Cloud 2024).
FLOPWISE_API Milliseconds round_trip(Kilometres distance);
/// The median error of this estimate, as a share of the published round trip. Two round trips that
/// differ by less are not told apart.
constexpr double kRoundTripError = 0.22;

/// The largest city of a country by its ISO 3166 code ("vn", "US") or its English name, in any
/// case; empty for an unknown one. Source: data/countries.yaml (GeoNames).
FLOPWISE_API std::optional<Place> country(std::string_view name);

/// A city by name: in English or as its people write it, with or without accents, in any case.
/// `country`: its code or name; empty: of the cities of that name, the largest. Empty for a name
/// that is not known: places of 300,000 people and more are, and capitals.
/// Source: data/cities.yaml (GeoNames).
FLOPWISE_API std::optional<Place> city(std::string_view name, std::string_view country = {});

/// The place that a user wrote: "LAT,LON" in degrees, a country by code or name, or a city, with
/// its country after a comma or not ("Valencia,es").
/// Throws ArgumentError for `near` if it is neither, or if a figure is out of its range.
FLOPWISE_API Place place_of(std::string_view text);

} // namespace flopwise
