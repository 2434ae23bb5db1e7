#include "text/files.hpp"

#include <flopwise/error.hpp>

#include "text/text.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <random>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace flopwise::text {

namespace fs = std::filesystem;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

[[noreturn]] static void fail(const fs::path& path, std::string_view what, int code) {
    throw InputError{{.file = path.string()},
                     fmt::format("{}: {}", what, std::generic_category().message(code))};
}

// ---- in -----------------------------------------------------------------------------

std::string read_file(const fs::path& path, std::size_t limit) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored))
        throw InputError{{.file = path.string()}, "must be a file, is a directory"};
    const File file{std::fopen(path.c_str(), "rb"), &std::fclose};
    if (!file)
        fail(path, "cannot be read", errno);
    std::string content;
    std::string block(std::size_t{1} << 16U, '\0');
    while (const std::size_t n = std::fread(block.data(), 1, block.size(), file.get())) {
        content.append(block, 0, n);
        if (content.size() > limit)
            throw InputError{{.file = path.string()},
                             fmt::format("must be at most {} MiB", limit >> 20U)};
    }
    if (std::ferror(file.get()) != 0)
        fail(path, "cannot be read", errno);
    if (const auto nul = content.find('\0'); nul != std::string::npos)
        throw InputError{{.file = path.string()},
                         fmt::format("must be text, has a NUL byte at offset {}", nul)};
    if (const auto at = not_utf8(content); at != std::string::npos)
        throw InputError{{.file = path.string()},
                         fmt::format("must be UTF-8, is not at offset {}", at)};
    return content;
}

// ---- what a killed call left --------------------------------------------------------

constexpr std::string_view kTemporary = ".tmp";
constexpr std::size_t kDigits = 16; // of a random number, in hexadecimal

/// ".NAME." before the number, short enough for a name of any length.
static std::string before_number(const fs::path& path) {
    constexpr std::size_t kLongest = 200; // of 255
    return '.' + path.filename().string().substr(0, kLongest) + '.';
}

static fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path{"."};
}

/// Removes a file unless somebody, who has it locked, is about to give it its name.
static void remove_unless_locked(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return;
    struct stat found {};
    if (::fstat(file, &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == ::geteuid() &&
        ::flock(file, LOCK_EX | LOCK_NB) == 0)
        ::unlink(path.c_str());
    ::close(file);
}

void remove_left_over(const fs::path& path) {
    const std::string begin = before_number(path);
    std::error_code none;
    for (fs::directory_iterator at{folder_of(path), none}, end; !none && at != end;
         at.increment(none)) {
        const std::string name = at->path().filename().string();
        if (name.size() == begin.size() + kDigits + kTemporary.size() && name.starts_with(begin) &&
            name.ends_with(kTemporary) &&
            name.find_first_not_of("0123456789abcdef", begin.size()) ==
                name.size() - kTemporary.size() &&
            fs::is_regular_file(at->symlink_status(none)))
            remove_unless_locked(at->path());
    }
}

// ---- out ----------------------------------------------------------------------------

static std::string random_name(const fs::path& path) {
    std::random_device random;
    const std::uint64_t number = std::uint64_t{random()} << 32U | random();
    return fmt::format("{}{:016x}{}", before_number(path), number, kTemporary);
}

/// A new file, locked; -1 if there is none to be had.
static int opened_new(const fs::path& path) {
    constexpr mode_t kAll = 0666; // less what the user's mask takes away
    const int file =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kAll);
    if (file >= 0)
        ::flock(file, LOCK_EX); // where there are no locks, nobody removes what is locked
    return file;
}

static bool write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const ssize_t n = ::write(file, content.data(), content.size());
        if (n < 0 && errno != EINTR)
            return false;
        content.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
    }
    return true;
}

/// Whether what was written is on the disk, where that can be asked.
static bool on_disk(int file) {
    return ::fsync(file) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
}

/// So that a name is on the disk too. A folder that cannot be opened keeps its own time.
static void sync_folder(const fs::path& folder) {
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    (void)::fsync(file);
    ::close(file);
}

StagedFile::StagedFile(const fs::path& path, std::string_view content) : target_{path} {
    constexpr int kTries = 8;
    std::error_code ignored;
    const auto status = fs::status(path, ignored);
    if (fs::is_directory(status))
        throw InputError{{.file = path.string()}, "must be a file, is a directory"};
    if (fs::exists(status))
        target_ = fs::canonical(path);
    remove_left_over(target_);
    for (int i = 0; i < kTries && file_ < 0; ++i) {
        temporary_ = folder_of(target_) / random_name(target_);
        file_ = opened_new(temporary_);
        if (file_ < 0 && errno != EEXIST)
            break;
        struct stat found {};
        if (file_ >= 0 && (::fstat(file_, &found) != 0 || found.st_nlink == 0)) {
            ::close(file_); // who tidies up was faster than our lock
            file_ = -1;
        }
    }
    if (file_ < 0)
        fail(path, "cannot be written", errno);
    if (fs::exists(status))
        (void)::fchmod(file_, static_cast<mode_t>(status.permissions()));
    if (!write_all(file_, content) || !on_disk(file_)) {
        const int code = errno;
        ::unlink(temporary_.c_str());
        ::close(file_);
        fail(path, "cannot be written", code);
    }
}

StagedFile::~StagedFile() {
    if (!temporary_.empty())
        ::unlink(temporary_.c_str());
    ::close(file_);
}

void StagedFile::put() {
    std::error_code error;
    fs::rename(temporary_, target_, error);
    if (error)
        fail(target_, "cannot be written", error.value());
    temporary_.clear();
    sync_folder(folder_of(target_));
}

/// A device or a pipe. Closes too: what is wrong may show only then.
static bool write_in_place(const fs::path& path, std::string_view content) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const bool written = write_all(file, content);
    const int code = errno;
    const bool closed = ::close(file) == 0;
    if (!written)
        errno = code;
    return written && closed;
}

void write_file(const fs::path& path, std::string_view content) {
    std::error_code ignored;
    const auto status = fs::status(path, ignored);
    if (fs::is_directory(status))
        throw InputError{{.file = path.string()}, "must be a file, is a directory"};
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        if (!write_in_place(path, content))
            fail(path, "cannot be written", errno);
        return;
    }
    StagedFile{path, content}.put();
}

} // namespace flopwise::text
