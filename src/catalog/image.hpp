// Catalogs as images in files, which open in a moment.
//
// An image stands beside what it was made of and says of what that was. One that does not fit
// (damaged, of another content, build or user) is passed over: what it was made of says the same.

#pragma once

#include <flopwise/catalog.hpp>

#include <cstdio>
#include <memory>

namespace flopwise {

/// Of whom only this build reads the bytes back.
std::string build_name();

/// What an image is made of: a file of YAML.
struct ImageOf {
    std::uint64_t content = 0; ///< a checksum of it
    std::uint64_t stamp = 0;   ///< of its size and time, for who need not read it; 0: not said

    bool operator==(const ImageOf&) const = default;
};

/// An image as the content of a file.
std::string image_of(const Catalog& catalog, ImageOf of);
/// Where the image of a file stands.
std::filesystem::path image_beside(std::filesystem::path file);
/// Whether it is a regular file of the user's own, no link, that others cannot write to.
bool is_own_file(const std::filesystem::path& file);

/// An image that is of this build, as far as its head.
class ImageFile {
public:
    /// Empty unless the file is the user's own and begins as an image by this build.
    static std::optional<ImageFile> open(const std::filesystem::path& file);

    [[nodiscard]] ImageOf of() const { return of_; }
    [[nodiscard]] Date as_of() const { return as_of_; } ///< of the catalog
    /// The catalog; empty if the image is damaged. Can be asked for once.
    std::optional<Catalog> catalog();

private:
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    ImageFile(File file, ImageOf of, Date as_of, std::uint32_t rows)
        : file_{std::move(file)}, of_{of}, as_of_{as_of}, rows_{rows} {}

    File file_;
    ImageOf of_;
    Date as_of_;
    std::uint32_t rows_; ///< of their checksum: they are those that the head was written for
};

} // namespace flopwise
