#include "catalog/image.hpp"

#include <flopwise/version.hpp>

#include "catalog/binary.hpp"
#include "catalog/bundled.hpp"
#include "text/seal.hpp"

#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flopwise {

namespace {

/// What stands before the rows, sealed by itself. It has no byte that is not set.
struct ImageHead {
    std::uint64_t build = 0;
    ImageOf of{};
    Date as_of{};
    std::uint32_t rows = 0; ///< mark_of() those behind it; 0: not said
};
static_assert(sizeof(ImageHead) == 40);

} // namespace

std::string build_name() {
    return fmt::format("{}-{:x}", version(), bundled::build());
}

static std::string_view bytes_of(const ImageHead& head) {
    return {reinterpret_cast<const char*>(&head), sizeof head};
}

/// By which a head knows the rows that it was written for: half of their checksum, and never 0.
static std::uint32_t mark_of(const Seal& rows) {
    return static_cast<std::uint32_t>(rows.sum) | 1U;
}

std::string image_of(const Catalog& catalog, ImageOf of) {
    const std::string rows = sealed(CatalogBinary::write(catalog));
    const ImageHead head{.build = checksum(build_name()),
                         .of = of,
                         .as_of = catalog.as_of(),
                         .rows = mark_of(*seal_of(rows))};
    return sealed(bytes_of(head)) + rows;
}

std::filesystem::path image_beside(std::filesystem::path file) {
    return file += ".image";
}

// ---- whose --------------------------------------------------------------------------

static bool is_own_file(const struct stat& found) {
    return S_ISREG(found.st_mode) && found.st_uid == ::geteuid() && (found.st_mode & S_IWOTH) == 0;
}

bool is_own_file(const std::filesystem::path& file) {
    struct stat found {};
    return ::lstat(file.c_str(), &found) == 0 && is_own_file(found);
}

// ---- opening ------------------------------------------------------------------------

static std::string read_up_to(std::FILE* file, std::size_t size) {
    std::string bytes(size, '\0');
    bytes.resize(std::fread(bytes.data(), 1, size, file));
    return bytes;
}

std::optional<ImageFile> ImageFile::open(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return std::nullopt;
    File opened{::fdopen(descriptor, "rb"), &std::fclose};
    struct stat found {};
    if (!opened || ::fstat(descriptor, &found) != 0 || !is_own_file(found))
        return std::nullopt;
    const std::string bytes = read_up_to(opened.get(), sealed(bytes_of(ImageHead{})).size());
    const auto whole = unsealed(bytes);
    ImageHead head;
    if (!whole || whole->size() != sizeof head)
        return std::nullopt;
    std::memcpy(&head, whole->data(), sizeof head);
    if (head.build != checksum(build_name()))
        return std::nullopt;
    return ImageFile{std::move(opened), head.of, head.as_of, head.rows};
}

std::optional<Catalog> ImageFile::catalog() {
    constexpr ::off_t kLargest = ::off_t{1} << 30U;
    constexpr std::size_t kHead = kSealSize + sizeof(ImageHead);
    struct stat found {};
    if (::fstat(::fileno(file_.get()), &found) != 0 || found.st_size > kLargest)
        return std::nullopt;
    std::string bytes = read_up_to(file_.get(), kSealSize);
    const auto seal = seal_of(bytes);
    if (!seal || (rows_ != 0 && rows_ != mark_of(*seal)) ||
        seal->size != static_cast<std::uint64_t>(found.st_size) - kHead - kSealSize)
        return std::nullopt;
    bytes += read_up_to(file_.get(), seal->size);
    const auto whole = unsealed(bytes);
    try {
        return whole ? std::optional{CatalogBinary::checked(*whole)} : std::nullopt;
    } catch (const ArgumentError&) { // what it was made of says the same
        return std::nullopt;
    }
}

} // namespace flopwise
