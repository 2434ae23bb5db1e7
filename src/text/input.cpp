#include "text/input.hpp"

#include <flopwise/error.hpp>

#include "text/unpacked.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <unistd.h>

namespace flopwise::text {

[[noreturn]] static void fail(const std::string& name, int code) {
    throw InputError{{.file = name},
                     fmt::format("cannot be read: {}", std::generic_category().message(code))};
}

Input::Input(const std::filesystem::path& file)
    : name_{file == "-" ? "standard input" : file.string()}, file_{nullptr, nullptr} {
    std::error_code ignored;
    if (file == "-") {
        file_ = {::fdopen(::dup(STDIN_FILENO), "rb"), &std::fclose};
    } else {
        if (std::filesystem::is_directory(file, ignored))
            throw InputError{{.file = name_}, "must be a file, is a directory"};
        file_ = {std::fopen(file.c_str(), "rb"), &std::fclose};
    }
    if (!file_)
        fail(name_, errno);
    buffer_.resize(kWindow + 2 * kSlack);
    unpack_if_packed();
}

Input::~Input() = default;

void Input::unpack_if_packed() {
    constexpr std::size_t kMark = 4;
    fill(kMark);
    if (!Unpacked::is_packed(view()))
        return;
    unpacked_ = std::make_unique<Unpacked>(
        name_, view(), [this](char* to, std::size_t size) { return read_file(to, size); });
    end_ = begin_;
    ended_ = false;
}

/// Waits out interruptions; 0 at the end of the file.
std::size_t Input::read_file(char* to, std::size_t size) {
    for (;;) {
        const ssize_t n = ::read(::fileno(file_.get()), to, size);
        if (n >= 0)
            return static_cast<std::size_t>(n);
        if (errno != EINTR)
            fail(name_, errno);
    }
}

Input::Input(std::string name, std::string_view content)
    : name_{std::move(name)}, file_{nullptr, nullptr},
      buffer_(content.size() + 2 * kSlack), end_{kSlack + content.size()}, ended_{true} {
    std::copy(content.begin(), content.end(), buffer_.begin() + kSlack);
}

bool Input::fill(std::size_t size) {
    if (end_ - begin_ >= size || ended_)
        return end_ - begin_ >= size;
    std::memmove(buffer_.data() + kSlack, data(), end_ - begin_);
    end_ = kSlack + (end_ - begin_);
    begin_ = kSlack;
    if (buffer_.size() < size + 2 * kSlack)
        buffer_.resize(size + 2 * kSlack);
    while (end_ - begin_ < size && !ended_) {
        const std::size_t room = buffer_.size() - kSlack - end_;
        const std::size_t n = unpacked_ ? unpacked_->read(buffer_.data() + end_, room)
                                        : read_file(buffer_.data() + end_, room);
        ended_ = n == 0;
        end_ += n;
    }
    return end_ - begin_ >= size;
}

void Input::refuse(std::string_view reason, std::size_t at) const {
    throw InputError{{.file = name_, .byte = offset_ + at + 1}, reason};
}

} // namespace flopwise::text
