// A file read through a window: the part of it that is being looked at, in bounded memory.
//
// What gzip or zip have packed is unpacked on the way; offsets are those of the text.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flopwise::text {

class Unpacked;

constexpr std::size_t kWindow = std::size_t{1} << 20U;
constexpr std::size_t kLargestRow = std::size_t{16} << 20U;

class Input {
public:
    /// "-" is the standard input. Throws InputError if the file cannot be opened or is a directory.
    explicit Input(const std::filesystem::path& file);
    ~Input();
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    Input(Input&&) = delete;
    Input& operator=(Input&&) = delete;
    /// What has been read already, called `name` in messages.
    Input(std::string name, std::string_view content);

    /// What has been read and not dropped. One byte before it may be written to, and
    /// kSlack bytes after it.
    [[nodiscard]] std::string_view view() const { return {buffer_.data() + begin_, end_ - begin_}; }
    [[nodiscard]] char* data() { return buffer_.data() + begin_; }

    /// Reads on until the view has `size` bytes; false if the file ends before.
    bool fill(std::size_t size);
    /// Drops the first bytes of the view.
    void drop(std::size_t size) {
        begin_ += size;
        offset_ += size;
    }
    /// Of the view within the file, counted from 0.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] const std::string& name() const { return name_; }

    [[noreturn]] void refuse(std::string_view reason, std::size_t at = 0) const;

    static constexpr std::size_t kSlack = 128;

private:
    std::size_t read_file(char* to, std::size_t size);
    void unpack_if_packed();

    std::string name_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
    std::unique_ptr<Unpacked> unpacked_;
    std::vector<char> buffer_;
    std::size_t begin_ = kSlack;
    std::size_t end_ = kSlack;
    std::uint64_t offset_ = 0;
    bool ended_ = false;
};

} // namespace flopwise::text
