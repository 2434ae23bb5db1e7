#include "text/packed.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <zlib.h>

namespace flopwise::text {

namespace {

constexpr std::size_t kWord = sizeof(double);
constexpr std::array<double, 11> kPowers{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
constexpr char kOther = 127; ///< a word that is no such number

/// `digits` / 10^`places`, to the last bit.
struct Decimal {
    std::uint32_t digits;
    char places;

    [[nodiscard]] double value() const {
        return digits / kPowers.at(static_cast<std::size_t>(places));
    }
};

std::optional<Decimal> decimal_of(double value) {
    constexpr double kMost = 4294967295;
    if (!(value > 0 && value < kMost))
        return std::nullopt;
    for (std::size_t places = 0; places < kPowers.size(); ++places) {
        const double digits = std::round(value * kPowers.at(places));
        if (digits > kMost)
            return std::nullopt;
        const Decimal out{static_cast<std::uint32_t>(digits), static_cast<char>(places)};
        if (out.digits > 0 && out.value() == value)
            return out;
    }
    return std::nullopt;
}

/// The first bytes of all items of `size` bytes, then the second ones, and so on; then what is
/// left.
std::string planes(std::string_view items, std::size_t size) {
    std::string out;
    out.reserve(items.size());
    const std::size_t whole = items.size() / size * size;
    for (std::size_t plane = 0; plane < size; ++plane)
        for (std::size_t i = plane; i < whole; i += size)
            out += items[i];
    return out.append(items.substr(whole));
}

/// The way back.
std::string from_planes(std::string_view bytes, std::size_t size) {
    std::string out(bytes.size(), '\0');
    const std::size_t count = bytes.size() / size;
    for (std::size_t i = 0; i < count * size; ++i)
        out[i % count * size + i / count] = bytes[i];
    return out.replace(count * size, std::string::npos, bytes.substr(count * size));
}

/// What stands before the stream of zlib.
struct Sizes {
    std::uint64_t whole;    ///< bytes
    std::uint64_t decimals; ///< words
};

} // namespace

std::string packed(std::string_view whole) {
    std::string kinds;
    std::string digits;
    std::string others;
    const std::size_t words = whole.size() / kWord;
    for (std::size_t i = 0; i < words; ++i) {
        double value = 0;
        std::memcpy(&value, whole.data() + i * kWord, kWord);
        const auto decimal = decimal_of(value);
        kinds += decimal ? decimal->places : kOther;
        if (decimal)
            digits.append(reinterpret_cast<const char*>(&decimal->digits), sizeof decimal->digits);
        else
            others.append(whole.substr(i * kWord, kWord));
    }
    others.append(whole.substr(words * kWord));
    const Sizes sizes{whole.size(), digits.size() / sizeof(std::uint32_t)};
    const std::string bytes = kinds + planes(digits, sizeof(std::uint32_t)) + planes(others, 2);
    uLongf room = compressBound(bytes.size());
    std::string out(sizeof sizes + room, '\0');
    std::memcpy(out.data(), &sizes, sizeof sizes);
    if (compress2(reinterpret_cast<Bytef*>(out.data() + sizeof sizes),
                  &room,
                  reinterpret_cast<const Bytef*>(bytes.data()),
                  bytes.size(),
                  Z_BEST_COMPRESSION) != Z_OK)
        throw std::runtime_error{"zlib cannot pack"};
    out.resize(sizeof sizes + room);
    return out;
}

std::string unpacked(std::string_view packed) {
    Sizes sizes{};
    if (packed.size() < sizeof sizes)
        return {};
    std::memcpy(&sizes, packed.data(), sizeof sizes);
    const std::size_t words = sizes.whole / kWord;
    const std::size_t digits = sizes.decimals * sizeof(std::uint32_t);
    std::string bytes(words + sizes.whole - digits, '\0'); // a decimal has half of a word
    uLongf written = bytes.size();
    if (uncompress(reinterpret_cast<Bytef*>(bytes.data()),
                   &written,
                   reinterpret_cast<const Bytef*>(packed.data() + sizeof sizes),
                   packed.size() - sizeof sizes) != Z_OK ||
        written != bytes.size())
        throw std::runtime_error{"zlib cannot unpack what the build packed"};
    const std::string_view all{bytes};
    const std::string decimals = from_planes(all.substr(words, digits), sizeof(std::uint32_t));
    const std::string others = from_planes(all.substr(words + digits), 2);
    std::string out;
    out.reserve(sizes.whole);
    std::size_t decimal = 0;
    std::size_t other = 0;
    for (std::size_t i = 0; i < words; ++i) {
        if (all[i] == kOther) {
            out.append(others, other, kWord);
            other += kWord;
            continue;
        }
        Decimal number{0, all[i]};
        std::memcpy(&number.digits, decimals.data() + decimal, sizeof number.digits);
        decimal += sizeof number.digits;
        const double value = number.value();
        out.append(reinterpret_cast<const char*>(&value), kWord);
    }
    return out.append(std::string_view{others}.substr(other));
}

} // namespace flopwise::text
