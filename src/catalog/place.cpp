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

/// By its code or its name, in any case; null if there is none.
static const bundled::Country* find_country(std::string_view written) {
    const std::string sought = text::lower(written);
    for (const bundled::Country& row : bundled::countries())
        if (row.code == sought || text::lower(row.name) == sought)
            return &row;
    return nullptr;
}

std::optional<Place> country(std::string_view name) {
    const bundled::Country* found = find_country(name);
    return found == nullptr ? std::nullopt : std::optional{found->place};
}

namespace {

/// A line of the table of cities.
struct City {
    std::vector<std::string> names; ///< in lower case
    std::string country;            ///< its code
    Place place;
};

City city_of(std::string_view line) {
    const std::vector<std::string> parts = text::split(line, '\t');
    return {.names = text::split(parts[0], '|'),
            .country = parts[1],
            .place = {.latitude = text::number(parts[2]).value_or(0),
                      .longitude = text::number(parts[3]).value_or(0)}};
}

/// Calls `visit` with each line, the largest city first, until it returns true.
template <class Visit>
void each_city(Visit visit) {
    std::string_view rest = bundled::cities();
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (visit(rest.substr(0, end)))
            return;
        rest.remove_prefix(end + 1);
    }
}

/// ", did you mean X?" for a country or city whose name is near.
std::string nearest_name(std::string_view written) {
    std::vector<std::string> names;
    for (const bundled::Country& row : bundled::countries())
        names.push_back(text::lower(row.name));
    each_city([&](std::string_view line) {
        names.push_back(city_of(line).names.front());
        return false;
    });
    return text::did_you_mean(text::lower(written),
                              std::vector<std::string_view>{names.begin(), names.end()});
}

std::string refusal(std::string_view must, std::string_view written, std::string_view hint = {}) {
    return fmt::format("must be {}, got {}{}", must, text::quoted(written), hint);
}

constexpr std::string_view kDegrees = "LAT,LON with LAT in [-90, 90] and LON in [-180, 180]";
constexpr std::string_view kAnyPlace =
    "LAT,LON in degrees, a country such as vn or Vietnam, or a city such as Hanoi or Valencia,es";

} // namespace

std::optional<Place> city(std::string_view name, std::string_view country) {
    const std::string sought = text::lower(name);
    const bundled::Country* lies_in = country.empty() ? nullptr : find_country(country);
    std::optional<Place> found;
    if (sought.empty() || (lies_in == nullptr && !country.empty()))
        return found;
    each_city([&](std::string_view line) {
        if (line.find(sought) == std::string_view::npos)
            return false;
        const City row = city_of(line);
        if (std::find(row.names.begin(), row.names.end(), sought) == row.names.end() ||
            (lies_in != nullptr && row.country != lies_in->code))
            return false;
        found = row.place;
        return true;
    });
    return found;
}

Place place_of(std::string_view written) {
    const auto parts = text::split(written, ',');
    const auto latitude = text::number(parts[0]);
    if (parts.size() == 1) {
        if (const auto place = country(parts[0]))
            return *place;
        if (const auto place = city(parts[0]))
            return *place;
        throw ArgumentError{"near", refusal(kAnyPlace, written, nearest_name(parts[0]))};
    }
    const auto longitude = text::number(parts[1]);
    if (parts.size() == 2 && !latitude && !longitude) {
        if (const auto place = city(parts[0], parts[1]))
            return *place;
        throw ArgumentError{"near", refusal(kAnyPlace, written)};
    }
    if (parts.size() != 2 || !latitude || !longitude || std::abs(*latitude) > 90 ||
        std::abs(*longitude) > 180)
        throw ArgumentError{"near", refusal(kDegrees, written)};
    return {.latitude = *latitude, .longitude = *longitude};
}

} // namespace flopwise
