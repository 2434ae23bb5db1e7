#include "command/cache.hpp"

#include "catalog/binary.hpp"
#include "catalog/bundled.hpp"
#include "command/output.hpp"
#include "text/day.hpp"
#include "text/seal.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace flopwise {

constexpr auto kCatalog = "catalog.yaml";
constexpr auto kImage = "catalog.image";

std::filesystem::path cache_folder() {
    const auto from = [](const char* name) {
        const char* const value = std::getenv(name);
        const std::filesystem::path path{value == nullptr ? "" : value};
        return path.is_absolute() ? path : std::filesystem::path{};
    };
    if (const auto cache = from("XDG_CACHE_HOME"); !cache.empty())
        return cache / "flopwise";
    const auto home = from("HOME");
    return home.empty() ? home : home / ".cache" / "flopwise";
}

// ---- whose files --------------------------------------------------------------------

/// The latest day of a catalog and of its sources.
static Date latest_day(const Catalog& catalog) {
    Date latest = catalog.as_of();
    for (const Source& source : catalog.sources())
        latest = std::max(latest, source.as_of);
    return latest;
}

static void require_own(const std::filesystem::path& path, ::mode_t kind, std::string_view what) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        if (errno == ENOENT)
            return;
        throw InputError{{.file = path.string()},
                         fmt::format("cannot be read: {}", std::generic_category().message(errno))};
    }
    const auto refuse = [&](std::string_view reason) {
        throw InputError{{.file = path.string()}, reason};
    };
    if (S_ISLNK(found.st_mode))
        refuse(fmt::format("must be a {}, is a symbolic link", what));
    if ((found.st_mode & S_IFMT) != kind)
        refuse(fmt::format("must be a {}, is something else", what));
    if (found.st_uid != ::geteuid())
        refuse(fmt::format("must be yours, belongs to user {}", found.st_uid));
    if ((found.st_mode & S_IWOTH) != 0)
        refuse("must not be writable by everyone");
}

void require_own(const std::filesystem::path& folder, const std::string& file) {
    require_own(folder, S_IFDIR, "folder");
    require_own(folder / file, S_IFREG, "file");
}

// ---- the image ----------------------------------------------------------------------

namespace {

/// What stands before the image, sealed by itself: it is of one build, and of one catalog.yaml,
/// which has another size or time if it was replaced.
struct Head {
    std::uint64_t build = bundled::build();
    std::int64_t size = 0;
    std::int64_t written = 0;
    std::int64_t as_of = 0;
};

} // namespace

static std::int64_t number_of(Date day) {
    constexpr std::int64_t kTwoDigits = 100;
    return (day.year * kTwoDigits + day.month) * kTwoDigits + day.day;
}

/// The head of an image of the catalog.yaml that is there.
static Head head_of(const std::filesystem::path& yaml, Date as_of) {
    std::error_code none;
    return {.size = static_cast<std::int64_t>(std::filesystem::file_size(yaml, none)),
            .written = static_cast<std::int64_t>(
                std::filesystem::last_write_time(yaml, none).time_since_epoch().count()),
            .as_of = number_of(as_of)};
}

static std::string sealed(const Head& head) {
    return sealed(std::string_view{reinterpret_cast<const char*>(&head), sizeof head});
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

static std::string read_up_to(std::FILE* file, std::size_t size) {
    std::string bytes(size, '\0');
    bytes.resize(std::fread(bytes.data(), 1, size, file));
    return bytes;
}

/// The head of the image in the cache, with the file behind it; empty unless it is whole and of
/// this build and of the catalog.yaml beside it.
static std::optional<Head> head_in(std::FILE* file, const std::filesystem::path& yaml) {
    if (file == nullptr)
        return std::nullopt;
    const std::string bytes = read_up_to(file, sealed(Head{}).size());
    const auto whole = unsealed(bytes);
    Head head;
    if (!whole || whole->size() != sizeof head)
        return std::nullopt;
    std::memcpy(&head, whole->data(), sizeof head);
    const Head ours = head_of(yaml, {});
    const bool right =
        head.build == ours.build && head.size == ours.size && head.written == ours.written;
    return right ? std::optional{head} : std::nullopt;
}

static std::optional<Catalog> from_image(std::FILE* file, const std::filesystem::path& image) {
    constexpr std::uintmax_t kLargest = std::uintmax_t{1} << 30U;
    std::error_code none;
    const std::uintmax_t size = std::filesystem::file_size(image, none);
    if (none || size > kLargest)
        return std::nullopt;
    const std::string bytes = read_up_to(file, size);
    const auto whole = unsealed(bytes);
    try {
        return whole ? std::optional{CatalogBinary::checked(*whole)} : std::nullopt;
    } catch (const ArgumentError&) { // catalog.yaml says the same
        return std::nullopt;
    }
}

// ---- the catalog in the cache -------------------------------------------------------

/// Once it is the newest, it would stay so whatever an update brings.
static void require_by_tomorrow(const Catalog& catalog, Date today) {
    const Date day = latest_day(catalog);
    if (is_after_tomorrow(day, today))
        throw InputError{{.file = (cache_folder() / kCatalog).string(), .field = "as_of"},
                         after_tomorrow_reason(day, today)};
}

/// The cached catalog if it is there and of a later day than `than`.
static std::optional<Catalog> cached_after(Date than) {
    const auto folder = cache_folder();
    if (folder.empty())
        return std::nullopt;
    require_own(folder, kImage);
    require_own(folder, kCatalog);
    std::error_code none;
    if (!std::filesystem::exists(folder / kCatalog, none))
        return std::nullopt;
    const File image{std::fopen((folder / kImage).c_str(), "rb"), &std::fclose};
    if (const auto head = head_in(image.get(), folder / kCatalog)) {
        if (head->as_of <= number_of(than))
            return std::nullopt;
        if (auto catalog = from_image(image.get(), folder / kImage))
            return catalog;
    }
    Catalog catalog = Catalog::read(folder / kCatalog);
    return catalog.as_of() > than ? std::optional{std::move(catalog)} : std::nullopt;
}

std::optional<Catalog> cached_catalog(Date today) {
    auto cached = cached_after({});
    if (cached)
        require_by_tomorrow(*cached, today);
    return cached;
}

void write_cached(const Catalog& catalog) {
    const auto folder = cache_folder();
    require_own(folder, kImage);
    require_own(folder, kCatalog);
    std::error_code ignored;
    std::filesystem::remove(folder / kImage, ignored); // an old one must not outlive its catalog
    text::write_file(folder / kCatalog, to_yaml(catalog));
    text::write_file(folder / kImage,
                     sealed(head_of(folder / kCatalog, catalog.as_of())) +
                         sealed(CatalogBinary::write(catalog)));
}

// ---- a catalog in a file ------------------------------------------------------------

namespace {

/// What stands before the image of a file, sealed by itself: it is of one build and one content.
struct FileHead {
    std::uint64_t build = bundled::build();
    std::uint64_t content = 0;

    bool operator==(const FileHead&) const = default;
};

} // namespace

static std::filesystem::path image_beside(std::filesystem::path file) {
    return file += ".image";
}

/// Whether an image is a file of the user's that others cannot write to.
static bool is_own(const std::filesystem::path& image) {
    struct stat found {};
    return ::lstat(image.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
           found.st_uid == ::geteuid() && (found.st_mode & S_IWOTH) == 0;
}

static void
write_image(const Catalog& catalog, std::string_view content, const std::filesystem::path& image) {
    const FileHead head{.content = checksum(content)};
    text::write_file(image,
                     sealed(std::string_view{reinterpret_cast<const char*>(&head), sizeof head}) +
                         sealed(CatalogBinary::write(catalog)));
}

static std::optional<Catalog> catalog_from(const std::filesystem::path& image,
                                           std::string_view content) {
    const File file{std::fopen(image.c_str(), "rb"), &std::fclose};
    if (file == nullptr)
        return std::nullopt;
    const FileHead ours{.content = checksum(content)};
    const std::string expected =
        sealed(std::string_view{reinterpret_cast<const char*>(&ours), sizeof ours});
    return read_up_to(file.get(), expected.size()) == expected ? from_image(file.get(), image)
                                                               : std::nullopt;
}

void write_catalog(const Catalog& catalog, const std::string& file) {
    constexpr std::size_t kWorthIt = std::size_t{1} << 18U; // less is read in a moment
    const std::string content = to_yaml(catalog);
    write_output(content, file);
    std::error_code none;
    if (content.size() >= kWorthIt && std::filesystem::is_regular_file(file, none))
        write_image(catalog, content, image_beside(file));
}

Catalog catalog_in(const std::filesystem::path& file) {
    const auto image = image_beside(file);
    if (!is_own(image))
        return Catalog::read(file);
    const std::string content = text::read_file(file, yaml::kLargestFile);
    if (auto catalog = catalog_from(image, content))
        return *std::move(catalog);
    Catalog catalog = Catalog::read(file);
    try {
        write_image(catalog, content, image);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): then it is read again the next time
    }
    return catalog;
}

// ---- by name ------------------------------------------------------------------------

Catalog usual_catalog(Date today) {
    Catalog bundled = Catalog::bundled();
    try {
        if (auto cached = cached_after(bundled.as_of())) {
            require_by_tomorrow(*cached, today);
            return *std::move(cached);
        }
    } catch (const Error& error) {
        fmt::print(stderr, "{}: the bundled catalog is used\n", error.what());
    }
    return bundled;
}

Catalog catalog_called(const std::string& name, Date today) {
    if (name.empty())
        return usual_catalog(today);
    if (name == "cached") {
        if (auto cached = cached_catalog(today))
            return *std::move(cached);
        throw ArgumentError{"catalog", "there is none in the cache: catalog update makes it"};
    }
    const auto bundled = Catalog::bundled_names();
    if (name == "bundled" || std::find(bundled.begin(), bundled.end(), name) != bundled.end())
        return Catalog::bundled(name == "bundled" ? "" : name);
    if (name.find('/') != std::string::npos || name.ends_with(".yaml") || name.ends_with(".yml") ||
        std::filesystem::exists(name))
        return catalog_in(name);
    return Catalog::bundled(name); // refuses, with the names there are
}

Catalog base_called(const std::string& name, Date today) {
    Catalog base = catalog_called(name, today);
    if (!name.empty() && is_after_tomorrow(latest_day(base), today))
        throw ArgumentError{"--base",
                            fmt::format("the dates of its sources {}",
                                        after_tomorrow_reason(latest_day(base), today))};
    return base;
}

} // namespace flopwise
