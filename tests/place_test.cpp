#include <flopwise/catalog.hpp>

#include "catch.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

using namespace flopwise;

static Place region(std::string_view code) {
    static const Catalog catalog = Catalog::bundled();
    for (const Region& r : catalog.regions())
        if (r.code == code)
            return *r.place;
    FAIL("no region " << code);
    return {};
}

TEST_CASE("the great circle is that of published distances", "[place]") {
    // A quarter of the globe's circumference, 2 pi 6371 / 4, and published city distances
    // (Wikipedia, "Great-circle distance": Nashville to Los Angeles, 2,886 km on this radius).
    auto [a, b, km, tolerance] = GENERATE(table<Place, Place, double, double>({
        {{0, 0}, {0, 90}, 10'007.5, 0.1},
        {{90, 0}, {-90, 123}, 20'015.1, 0.1},
        {{36.12, -86.67}, {33.94, -118.40}, 2886, 2},
        {{10, 20}, {10, 20}, 0, 1e-9},
        {{0, 179}, {0, -179}, 222.4, 0.1}, // across the date line
    }));
    CHECK(great_circle(a, b).value() == Approx(km).margin(tolerance));
    CHECK(great_circle(a, b) == great_circle(b, a));
}

struct Pair {
    double km;
    double rtt_ms;
};

static std::vector<Pair> published_pairs() {
    std::ifstream file{FLOPWISE_SOURCE_DIR "/data/measured/region_rtt.csv"};
    std::string line;
    std::getline(file, line);
    std::vector<Pair> pairs;
    while (std::getline(file, line)) {
        std::istringstream fields{line};
        std::string skip, km, ms;
        std::getline(fields, skip, ',');
        std::getline(fields, skip, ',');
        std::getline(fields, km, ',');
        std::getline(fields, ms, ',');
        pairs.push_back({std::stod(km), std::stod(ms)});
    }
    return pairs;
}

TEST_CASE("the round trip is the least-squares line through the published pairs", "[place]") {
    const auto pairs = published_pairs();
    REQUIRE(pairs.size() == 90);
    double x = 0, y = 0, xx = 0, xy = 0;
    for (const auto& [km, ms] : pairs) {
        x += km;
        y += ms;
        xx += km * km;
        xy += km * ms;
    }
    const double n = static_cast<double>(pairs.size());
    const double slope = (n * xy - x * y) / (n * xx - x * x);
    const double start = (y - slope * x) / n;
    CHECK(round_trip(Kilometres{0}).value() == Approx(start).margin(0.05));
    CHECK(round_trip(Kilometres{10'000}).value() == Approx(start + 10'000 * slope).margin(0.8));
}

TEST_CASE("the round trip is never faster than light in fibre", "[place][property]") {
    const double km = GENERATE(take(20, random(0.0, 20'000.0)));
    CHECK(round_trip(Kilometres{km}).value() >= km / 100);
}

TEST_CASE("a country stands for its largest city", "[place]") {
    const auto vietnam = country("vn");
    REQUIRE(vietnam);
    CHECK(vietnam->latitude == Approx(10.82)); // Ho Chi Minh City
    CHECK(country("VN") == vietnam);
    CHECK(country("no").has_value()); // Norway, not a boolean
    CHECK_FALSE(country("zz"));
    CHECK_FALSE(country(""));
}

TEST_CASE("Singapore is nearer to Ho Chi Minh City than Hong Kong is", "[place]") {
    const Place user = place_of("vn");
    CHECK(great_circle(user, region("ap-southeast-1")) < great_circle(user, region("ap-east-1")));
    const Place hanoi = place_of("21.03, 105.85");
    CHECK(great_circle(hanoi, region("ap-east-1")) < great_circle(hanoi, region("ap-southeast-1")));
}

// Coordinates: Wikipedia, to a tenth of a degree.
TEST_CASE("a country and a city have names", "[place]") {
    auto [name, latitude, longitude] = GENERATE(table<const char*, double, double>({
        {"Vietnam", 10.8, 106.6}, // its largest city
        {"germany", 52.5, 13.4},
        {"Hanoi", 21.0, 105.8},
        {"Hà Nội", 21.0, 105.8},
        {"Saigon", 10.8, 106.6},
        {"Ho Chi Minh City", 10.8, 106.6},
        {"Singapore", 1.3, 103.8},
        {"TOKYO", 35.7, 139.7},
        {"New York", 40.7, -74.0},
        {"Zurich", 47.4, 8.5},
        {"Zürich", 47.4, 8.5},
        {"São Paulo", -23.5, -46.6},
        {"sao paulo", -23.5, -46.6},
        {"London", 51.5, -0.1},
        {"London,ca", 43.0, -81.2},
        {"London, Canada", 43.0, -81.2},
        {"Valencia,es", 39.5, -0.4},
        {"Valencia", 10.2, -68.0},  // Venezuela's is the larger one
        {"Reykjavík", 64.1, -21.9}, // a capital of fewer people
    }));
    INFO(name);
    const Place place = place_of(name);
    CHECK(place.latitude == Approx(latitude).margin(0.2));
    CHECK(place.longitude == Approx(longitude).margin(0.2));
}

TEST_CASE("each city is found by each of its names with its country", "[place]") {
    CHECK_FALSE(city("Hanoi", "de"));
    CHECK_FALSE(city("Hanoi", "nowhere"));
    CHECK_FALSE(city("Hano"));
    CHECK_FALSE(city("hanoi|ha noi"));
    CHECK(city("Hanoi", "VN") == city("Hanoi"));
}

TEST_CASE("a place is LAT,LON, a country or a city", "[place][error]") {
    CHECK(place_of("-33.9,151.2") == Place{-33.9, 151.2});
    auto [text, message] = GENERATE(table<const char*, const char*>({
        {"zz",
         "near: must be LAT,LON in degrees, a country such as vn or Vietnam, or a city such as "
         "Hanoi or Valencia,es, got \"zz\""},
        {"",
         "near: must be LAT,LON in degrees, a country such as vn or Vietnam, or a city such as "
         "Hanoi or Valencia,es, got \"\""},
        {"Hanoy",
         "near: must be LAT,LON in degrees, a country such as vn or Vietnam, or a city such as "
         "Hanoi or Valencia,es, got \"Hanoy\", did you mean hanoi?"},
        {"Hanoi,de",
         "near: must be LAT,LON in degrees, a country such as vn or Vietnam, or a city such as "
         "Hanoi or Valencia,es, got \"Hanoi,de\""},
        {"91,0",
         "near: must be LAT,LON with LAT in [-90, 90] and LON in [-180, 180], got \"91,0\""},
        {"1,2,3",
         "near: must be LAT,LON with LAT in [-90, 90] and LON in [-180, 180], got \"1,2,3\""},
        {"nan,0",
         "near: must be LAT,LON with LAT in [-90, 90] and LON in [-180, 180], got \"nan,0\""},
    }));
    CHECK_THROWS_WITH(place_of(text), message);
}
