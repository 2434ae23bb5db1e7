// What gzip and zip have packed, read bit by bit in bounded memory.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace flopwise::text {

class Unpacked {
public:
    /// Reads up to `size` bytes to `to`; 0 at the end.
    using Read = std::function<std::size_t(char* to, std::size_t size)>;

    /// Whether a file that begins so is packed by gzip or zip.
    static bool is_packed(std::string_view begin);

    /// `begin` is what has been read already, `read` reads on. Throws InputError for a zip that
    /// cannot be read as one file of text.
    Unpacked(std::string name, std::string_view begin, Read read);
    ~Unpacked();
    Unpacked(const Unpacked&) = delete;
    Unpacked& operator=(const Unpacked&) = delete;
    Unpacked(Unpacked&&) = delete;
    Unpacked& operator=(Unpacked&&) = delete;

    /// As `Read`. Throws InputError for what is broken, ends early, or grows beyond kMostGrowth.
    std::size_t read(char* to, std::size_t size);

    /// What unpacks to more than so many times its size, and is larger than kAlwaysUnpacked, is
    /// refused: price files unpack to 5 to 40 times.
    static constexpr std::size_t kMostGrowth = 200;
    static constexpr std::size_t kAlwaysUnpacked = std::size_t{1} << 20U;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace flopwise::text
