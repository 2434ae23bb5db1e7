// Whole files, in and out.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace flopwise::text {

/// All of a text file. Throws InputError if it cannot be read, is a directory, is larger than
/// `limit` bytes, has a NUL byte, or is not UTF-8.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

/// Writes a file whole or not at all: on the disk, under a name that nobody can foretell, before
/// it gets its own. A device or a pipe is written in place. Throws InputError; what was there
/// before is then untouched. What a killed call left beside the file is removed.
void write_file(const std::filesystem::path& path, std::string_view content);

/// A file that is whole on the disk and has not got its name yet, so that several can get theirs
/// once none can fail for want of space.
class StagedFile {
public:
    /// Beside `path`, which must be a regular file or absent; a link is followed. Throws
    /// InputError.
    StagedFile(const std::filesystem::path& path, std::string_view content);
    StagedFile(const StagedFile&) = delete;
    StagedFile& operator=(const StagedFile&) = delete;
    ~StagedFile(); ///< gone, unless it was put in place

    /// Gives it its name. Throws InputError; what was there before is then untouched.
    void put();
    /// Where it stands until then.
    [[nodiscard]] const std::filesystem::path& path() const { return temporary_; }

private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    int file_ = -1; ///< locked while somebody is there to put it in place
};

/// Removes what StagedFile left beside a file when it was killed.
void remove_left_over(const std::filesystem::path& path);

} // namespace flopwise::text
