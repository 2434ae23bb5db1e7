#include <flopwise/flopwise.hpp>

#include "catalog/binary.hpp"
#include "catalog/offer_columns.hpp"
#include "catch.hpp"
#include "text/seal.hpp"

#include <cstring>
#include <map>
#include <random>

using namespace flopwise;

static const Catalog& small_catalog() {
    static const Catalog catalog = Catalog::bundled("aws-2020-04");
    return catalog;
}

/// Asks for everything in a catalog, so that a reference to nothing would be followed.
static void use(const Catalog& catalog) {
    (void)to_yaml(catalog);
    (void)recommend(catalog, {.constraints = {.min_gpus = 0, .near = Place{10, 20}}});
    if (catalog.size() > 0)
        (void)why_not(catalog, {}, catalog.size() - 1);
}

/// Whether an image is refused as one; else it is used, and any refusal of it is an Error.
static bool refused(std::string_view image) {
    try {
        const Catalog catalog = CatalogBinary::checked(image);
        try {
            use(catalog);
        } catch (const Error&) {
        }
        return false;
    } catch (const ArgumentError& e) {
        CHECK(e.where().field == "catalog");
        CHECK(e.reason().find("must be a whole image: ") == 0);
        return true;
    }
}

TEST_CASE("a catalog outlives its way through bytes", "[image]") {
    for (const std::string_view name : Catalog::bundled_names()) {
        const Catalog catalog = Catalog::bundled(name);
        const std::string image = CatalogBinary::write(catalog);
        CHECK(CatalogBinary::checked(image) == catalog);
        CHECK(CatalogBinary::write(CatalogBinary::checked(image)) == image);
    }
}

TEST_CASE("an image that ends too soon, or goes on, is refused", "[image][error]") {
    const std::string whole = CatalogBinary::write(small_catalog());
    for (std::size_t size = 0; size < whole.size(); size += 61)
        CHECK(refused(std::string_view{whole}.substr(0, size)));
    CHECK_THROWS_WITH(CatalogBinary::checked(whole.substr(0, whole.size() - 1)),
                      "catalog: must be a whole image: it ends 1 B too soon");
    CHECK_THROWS_WITH(CatalogBinary::checked(whole + "x"),
                      "catalog: must be a whole image: something follows it");
}

TEST_CASE("an image with a text that is not UTF-8 is refused", "[image][error]") {
    std::string image = CatalogBinary::write(small_catalog());
    image[sizeof(std::uint32_t)] = '\xff'; // the first letter of its name
    CHECK_THROWS_WITH(CatalogBinary::checked(image),
                      "catalog: must be a whole image: a text is not UTF-8");
}

TEST_CASE("an image with altered bytes is refused, or a catalog", "[image]") {
    const std::string whole = CatalogBinary::write(small_catalog());
    std::mt19937 random{1};
    std::size_t altered_only = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string image = whole;
        for (int i = 0; i <= round % 3; ++i)
            image[random() % image.size()] ^= static_cast<char>(1U << random() % 8);
        altered_only += refused(image) ? 0 : 1;
    }
    CHECK(altered_only > 0); // a letter of a note
    CHECK(altered_only < 3000);
}

// ---- forged -------------------------------------------------------------------------

/// Where each column of a catalog stands in its image: at the end, in the order of the list of
/// fields, each behind a count of 32 bits and at a whole number of eight bytes.
static std::map<std::string, std::size_t> column_places(std::size_t image, const Catalog& of) {
    const OfferColumns& c = columns_of(of);
    const auto size = [](const auto& column) { return column.size() * sizeof column[0]; };
    const auto columns = std::to_array<std::pair<const char*, std::size_t>>({
        {"vcpus", size(c.vcpus)},
        {"memory_gib", size(c.memory_gib)},
        {"gpu_count", size(c.gpu_count)},
        {"gpu_memory_gib", size(c.gpu_memory_gib)},
        {"network_gbps", size(c.network_gbps)},
        {"gpu", size(c.gpu)},
        {"family", size(c.family)},
        {"retired", size(c.retired)},
        {"usd_per_hour", size(c.usd_per_hour)},
        {"site", size(c.site)},
        {"source", size(c.source)},
        {"type", size(c.type)},
        {"first", size(c.first)},
        {"used_sites", size(c.used_sites)},
    });
    std::map<std::string, std::size_t> places;
    std::size_t at = image;
    for (std::size_t i = columns.size(); i-- > 0;) {
        at = (at - columns[i].second) / sizeof(double) * sizeof(double);
        places[columns[i].first] = at;
        at -= sizeof(std::uint32_t);
    }
    return places;
}

template <class T>
static std::string bytes_of(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

TEST_CASE("an image whose columns contradict its rows is refused", "[image][error]") {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const std::string whole = CatalogBinary::write(small_catalog());
    const auto places = column_places(whole.size(), small_catalog());
    const auto [column, row, lie] = GENERATE_COPY(table<std::string, std::size_t, std::string>({
        {"vcpus", 0, bytes_of(99.5)},
        {"vcpus", 0, bytes_of(kNan)},
        {"memory_gib", 1, bytes_of(-1.0)},
        {"gpu_count", 2, bytes_of(77.0)},
        {"gpu_memory_gib", 3, bytes_of(1e300)},
        {"network_gbps", 4, bytes_of(12345.0)},
        {"gpu", 5, bytes_of(std::int32_t{-2})},
        {"gpu", 5, bytes_of(std::int32_t{1'000'000})},
        {"family", 6, bytes_of(std::uint32_t{1'000'000})},
        {"retired", 0, bytes_of(std::uint8_t{2})},
        {"usd_per_hour", 0, bytes_of(kNan)},
        {"usd_per_hour", 0, bytes_of(0.0)},
        {"usd_per_hour", 0, bytes_of(-2.0)},
        {"usd_per_hour", 35, bytes_of(std::numeric_limits<double>::infinity())},
        {"site", 7, bytes_of(std::uint16_t{65'535})},
        {"source", 8, bytes_of(std::uint16_t{65'535})},
        {"type", 9, bytes_of(std::uint32_t{18})},
        {"type", 9, bytes_of(std::uint32_t{1'000'000})},
        {"first", 0, bytes_of(std::uint32_t{1})},
        {"first", 5, bytes_of(std::uint32_t{1'000'000})},
        {"first", 38, bytes_of(std::uint32_t{35})},
        {"used_sites", 0, bytes_of(std::uint16_t{65'535})},
        {"used_sites", 1, bytes_of(std::uint16_t{0})},
    }));
    INFO(column << "[" << row << "]");
    std::string image = whole;
    const std::size_t at = places.at(column) + row * lie.size();
    REQUIRE(at + lie.size() <= image.size());
    REQUIRE(image.substr(at, lie.size()) != lie);
    image.replace(at, lie.size(), lie);
    CHECK_THROWS_WITH(CatalogBinary::checked(image),
                      "catalog: must be a whole image: its rows do not refer to one another");
}

TEST_CASE("a price below the one before it in its group is refused", "[image][error]") {
    const Catalog& catalog = Catalog::bundled();
    const OfferColumns& c = columns_of(catalog);
    std::size_t i = 1; // the second of two that differ
    while (c.type[i] != c.type[i - 1] || !(c.usd_per_hour[i] > c.usd_per_hour[i - 1]) ||
           catalog.offer(i).purchase != catalog.offer(i - 1).purchase)
        ++i;
    std::string image = CatalogBinary::write(catalog);
    const std::size_t at = column_places(image.size(), catalog).at("usd_per_hour") + 8 * i;
    image.replace(at, 8, bytes_of(c.usd_per_hour[i - 1] / 2));
    CHECK(refused(image));
}

TEST_CASE("a count beyond the end is refused before anything is made", "[image][error]") {
    const std::string whole = CatalogBinary::write(small_catalog());
    const auto many = bytes_of(std::uint32_t{0xffff'ffff});
    for (const auto& [column, place] : column_places(whole.size(), small_catalog())) {
        std::string image = whole;
        image.replace(place - many.size(), many.size(), many);
        CHECK(refused(image));
    }
    std::string image = whole;
    image.replace(0, many.size(), many); // the length of its name
    CHECK(refused(image));
}

// ---- sealed -------------------------------------------------------------------------

TEST_CASE("sealed bytes are opened only whole", "[image]") {
    for (const std::string& content :
         {std::string{}, std::string{"flopwise"}, std::string(77, 'x')}) {
        const std::string whole = sealed(content);
        CHECK(unsealed(whole) == content);
        CHECK_FALSE(unsealed(whole + '\0'));
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_FALSE(unsealed(std::string_view{whole}.substr(0, size)));
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            std::string altered = whole;
            altered[bit / 8] ^= static_cast<char>(1U << bit % 8);
            CHECK_FALSE(unsealed(altered));
        }
    }
}
