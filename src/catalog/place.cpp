#include <flopwise/place.hpp>

#include "catalog/bundled.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <numbers>

namespace flopwise {

constexpr double kEarthRadiusKm = 6371.0;

// Least squares over data/measured/region_rtt.csv; place_test.cpp fits it again.
constexpr double kRoundTripMs = 16.7;
constexpr double kRoundTripMsPerKm = 0.0157;
constexpr double kLightInFibreMsPerKm = 0.01; // there and back at 200,000 km/s

Kilometres great_circle(Place a, Place b) {
    constexpr double kRadians = std::numbers::pi / 180.0;
    const double north = std::sin((b.latitude - a.latitude) * kRadians / 2);
    const double east = std::sin((b.longitude - a.longitude) * kRadians / 2);
    const double h = north * north + std::cos(a.latitude * kRadians) *
                                         std::cos(b.latitude * kRadians) * east * east;
    return Kilometres{2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(h)))};
}

Milliseconds round_trip(Kilometres distance) {
    const double km = distance.value();
    return Milliseconds{std::max(kRoundTripMs + kRoundTripMsPerKm * km, kLightInFibreMsPerKm * km)};
}

std::optional<Place> country(std::string_view code) {
    const std::string sought = text::lower(code);
    for (const auto& [name, place] : bundled::countries())
        if (name == sought)
            return place;
    return std::nullopt;
}

Place place_of(std::string_view written) {
    const auto parts = text::split(written, ',');
    if (parts.size() == 1) {
        if (const auto place = country(parts[0]))
            return *place;
        throw ArgumentError{
            "near",
            fmt::format("must be LAT,LON in degrees or a two-letter country code, got {}",
                        text::quoted(written))};
    }
    const auto latitude = text::number(parts[0]);
    const auto longitude = text::number(parts[1]);
    if (parts.size() != 2 || !latitude || !longitude || std::abs(*latitude) > 90 ||
        std::abs(*longitude) > 180)
        throw ArgumentError{"near",
                            fmt::format("must be LAT,LON with LAT in [-90, 90] and LON in "
                                        "[-180, 180], got {}",
                                        text::quoted(written))};
    return {.latitude = *latitude, .longitude = *longitude};
}

} // namespace flopwise
