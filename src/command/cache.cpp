#include "command/cache.hpp"

#include "catalog/image.hpp"
#include "catalog/read.hpp"
#include "command/output.hpp"
#include "text/day.hpp"
#include "text/files.hpp"
#include "text/seal.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace flopwise {

constexpr auto kCatalog = "catalog.yaml";
constexpr auto kImage = "catalog.yaml.image"; // image_beside() it

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

// ---- the catalog in the cache -------------------------------------------------------

/// Of the catalog.yaml that is there: it has another size, time or number if it was replaced, and
/// need not be read.
static std::uint64_t stamp_of(const std::filesystem::path& yaml) {
    struct stat found {};
    std::error_code none;
    if (::lstat(yaml.c_str(), &found) != 0)
        return 0;
    return checksum(
        fmt::format("{} {} {}",
                    found.st_size,
                    found.st_ino,
                    std::filesystem::last_write_time(yaml, none).time_since_epoch().count()));
}

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
    if (auto image = ImageFile::open(folder / kImage);
        image && image->of().stamp == stamp_of(folder / kCatalog)) {
        if (image->as_of() <= than)
            return std::nullopt;
        if (auto catalog = image->catalog())
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

void write_cached(const Catalog& catalog,
                  const std::string& yaml,
                  const std::filesystem::path& state,
                  const std::string& state_text) {
    const auto folder = cache_folder();
    for (const auto& file : {std::filesystem::path{kImage}, {kCatalog}, state.filename()})
        require_own(folder, file.string());
    text::StagedFile new_catalog{folder / kCatalog, yaml};
    text::StagedFile new_image{
        folder / kImage,
        image_of(catalog, {.content = checksum(yaml), .stamp = stamp_of(new_catalog.path())})};
    text::StagedFile new_state{state, state_text};
    new_catalog.put(); // with it, the prices are in use: what else fails from here on costs time
    for (text::StagedFile* beside : {&new_image, &new_state}) {
        try {
            beside->put();
        } catch (const InputError& error) {
            fmt::print(stderr, "{}: the new prices are in use without it\n", error.what());
        }
    }
}

// ---- a catalog in a file ------------------------------------------------------------

void write_catalog(const Catalog& catalog, const std::string& file) {
    constexpr std::size_t kWorthIt = std::size_t{1} << 18U; // less is read in a moment
    const std::string content = to_yaml(catalog);
    write_output(content, file);
    std::error_code none;
    if (content.size() >= kWorthIt && std::filesystem::is_regular_file(file, none))
        text::write_file(image_beside(file), image_of(catalog, {.content = checksum(content)}));
}

Catalog catalog_in(const std::filesystem::path& file) {
    ReadCatalog read = read_catalog(file);
    if (read.outdated_image) {
        try {
            text::write_file(image_beside(file),
                             image_of(read.catalog, {.content = *read.outdated_image}));
        } catch (const Error&) { // NOLINT(bugprone-empty-catch): it is read again the next time
        }
    }
    return std::move(read.catalog);
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
