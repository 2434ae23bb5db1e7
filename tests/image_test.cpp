#include <flopwise/flopwise.hpp>

#include "catalog/binary.hpp"
#include "catalog/image.hpp"
#include "catalog/offer_columns.hpp"
#include "catalog/read.hpp"
#include "catch.hpp"
#include "temporary.hpp"
#include "text/seal.hpp"

#include <cstring>
#include <map>
#include <random>
#include <sys/stat.h>

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

// ---- beside a file ------------------------------------------------------------------

/// A catalog that says of itself that it comes from an image.
static Catalog marked() {
    Tables tables = small_catalog().tables();
    tables.name = "of-the-image";
    return Catalog{std::move(tables)};
}

/// catalog.yaml of the small catalog, with an image beside it of another one to tell which is read.
struct Imported {
    Temporary folder{};
    std::string yaml = to_yaml(small_catalog());
    std::string image = image_of(marked(), {.content = checksum(yaml)});
    std::filesystem::path file = folder.file("catalog.yaml", yaml);
    std::filesystem::path beside = folder.file("catalog.yaml.image", image);

    [[nodiscard]] bool is_image_used() const {
        const Catalog catalog = Catalog::read(file);
        CHECK((catalog == marked() || catalog == small_catalog()));
        return catalog == marked();
    }
    [[nodiscard]] bool is_used(const std::string& altered) const {
        (void)folder.file("catalog.yaml.image", altered);
        return is_image_used();
    }
};

TEST_CASE("the image beside a file is opened in its place if it fits", "[image][catalog]") {
    const Imported imported;
    CHECK(imported.is_image_used());
    CHECK(Catalog::read(std::vector{imported.file}) == small_catalog()); // several are read
    std::filesystem::remove(imported.beside);
    CHECK_FALSE(imported.is_image_used());
}

TEST_CASE("a file is read whose image is of another content", "[image][catalog]") {
    const Imported imported;
    std::string edited = imported.yaml;
    const std::string price = "usd_per_hour: 0.526,";
    REQUIRE(edited.find(price) != std::string::npos);
    edited[edited.find(price) + price.size() - 2] = '7'; // as long as before
    const Catalog catalog = Catalog::read(imported.folder.file("catalog.yaml", edited));
    CHECK(to_yaml(catalog) == edited);
    CHECK(read_catalog(imported.file).outdated_image == checksum(edited));
}

TEST_CASE("an image beside a file is used whole or not at all", "[image][catalog]") {
    const Imported imported;
    const std::string& image = imported.image;
    for (std::size_t at = 0; at < image.size(); at += at < 200 ? 1 : 1009) {
        std::string altered = image;
        altered[at] ^= 1;
        INFO(at);
        CHECK_FALSE(imported.is_used(altered));
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{30}, image.size() - 1})
        CHECK_FALSE(imported.is_used(image.substr(0, size)));
    CHECK_FALSE(imported.is_used(image + '\0'));
    CHECK(imported.is_used(image));
}

TEST_CASE("an image of another version is not used", "[image][catalog]") {
    const Imported imported;
    constexpr std::size_t kSeal = 24;
    constexpr std::size_t kHead = 40;
    const auto by = [&](const std::string& build) {
        std::string head = imported.image.substr(kSeal, kHead);
        head.replace(0, sizeof(std::uint64_t), bytes_of(checksum(build)));
        return sealed(head) + imported.image.substr(kSeal + kHead);
    };
    CHECK(imported.is_used(by(build_name())));
    CHECK_FALSE(imported.is_used(by("0.0.9" + build_name().substr(build_name().find('-')))));
    CHECK_FALSE(imported.is_used(by(build_name() + "0")));
}

TEST_CASE("an image that others can write to, or a link to one, is not used", "[image][catalog]") {
    const Imported imported;
    REQUIRE(::chmod(imported.beside.c_str(), 0666) == 0);
    CHECK_FALSE(imported.is_image_used());
    CHECK_FALSE(read_catalog(imported.file).outdated_image); // it is not made again either
    REQUIRE(::chmod(imported.beside.c_str(), 0644) == 0);
    CHECK(imported.is_image_used());
    const auto elsewhere = imported.folder.path() / "elsewhere";
    std::filesystem::rename(imported.beside, elsewhere);
    std::filesystem::create_symlink(elsewhere, imported.beside);
    CHECK_FALSE(imported.is_image_used());
    std::filesystem::remove(imported.beside);
    REQUIRE(::mkfifo(imported.beside.c_str(), 0600) == 0); // nobody is waited for
    CHECK_FALSE(imported.is_image_used());
}

TEST_CASE("the library leaves an image as it is", "[image][catalog]") {
    const Imported imported;
    const std::string stale = image_of(marked(), {.content = checksum(imported.yaml) + 1});
    CHECK_FALSE(imported.is_used(stale));
    std::ifstream in{imported.beside, std::ios::binary};
    CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == stale);
    std::filesystem::remove(imported.beside);
    CHECK_FALSE(imported.is_image_used());
    CHECK_FALSE(std::filesystem::exists(imported.beside));
}

TEST_CASE("an image is not made again of a file that is not the whole catalog",
          "[image][catalog]") {
    // Without a name, the catalog has that of its file.
    const Temporary folder;
    std::string yaml = to_yaml(small_catalog());
    const std::size_t about = yaml.find("catalog:");
    yaml.erase(about, yaml.find('\n', yaml.find("as_of", about)) + 1 - about);
    const auto file = folder.file("mine.yaml", yaml);
    (void)folder.file("mine.yaml.image", "");
    const ReadCatalog read = read_catalog(file);
    CHECK(read.catalog.name() == "mine");
    CHECK_FALSE(read.outdated_image);
}
