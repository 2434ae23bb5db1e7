// Rows as bytes and back, by one list of fields for both directions.
//
// The list is a function `each(archive, row)` beside the type of the row, which calls the archive
// with the row's fields. The form is private: writer and reader are always of one build.

#pragma once

#include <flopwise/date.hpp>
#include <flopwise/units.hpp>

#include "text/column.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <type_traits>

namespace flopwise {

/// What a list of is copied at once.
template <class T>
constexpr bool kCopied = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class Archive>
void each(Archive& a, const std::string& text) {
    a(text);
}
template <class Archive>
void each(Archive& a, std::string& text) {
    a(text);
}

// What a field of a row can be; rows of other rooms add theirs beside their types.
template <class T>
requires std::is_arithmetic_v<T>
bool possible(T figure) {
    return std::isfinite(static_cast<double>(figure));
}
template <class Unit>
bool possible(Quantity<Unit> q) {
    return q.value() > 0 && std::isfinite(q.value());
}
constexpr bool possible(Date d) {
    return d.year >= 0 && d.year <= 9999 && d.month >= 0 && d.month <= 12 && d.day >= 0 &&
           d.day <= 31;
}

// How a figure that is not known stands among the bytes.
template <class Unit>
Quantity<Unit> unknown_of(Quantity<Unit> /*tag*/) {
    return Quantity<Unit>{std::numeric_limits<double>::quiet_NaN()};
}
template <class Unit>
bool is_unknown(Quantity<Unit> q) {
    return std::isnan(q.value());
}

inline double unknown_of(double /*tag*/) {
    return std::numeric_limits<double>::quiet_NaN();
}
inline bool is_unknown(double figure) {
    return std::isnan(figure);
}

/// Bytes between `at` and the count of a column, behind which its values are aligned.
constexpr std::size_t padding(std::size_t at) {
    constexpr std::size_t kAlignment = 8;
    return (kAlignment - (at + sizeof(std::uint32_t)) % kAlignment) % kAlignment;
}

class Writer {
public:
    template <class... Fields>
    void operator()(const Fields&... fields) {
        (field(fields), ...);
    }

    std::string bytes;

private:
    template <class T>
    void field(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    template <class T>
    void field(const std::optional<T>& value) {
        field(value.value_or(unknown_of(T{})));
    }
    void field(const std::string& text) {
        field(static_cast<std::uint32_t>(text.size()));
        bytes += text;
    }
    /// Its values stand where a whole number of eight bytes is before them.
    template <class T>
    void field(const Column<T>& values) {
        bytes.append(padding(bytes.size()), '\0');
        field(static_cast<std::uint32_t>(values.size()));
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    }
    template <class T>
    void field(const std::vector<T>& items) {
        field(static_cast<std::uint32_t>(items.size()));
        if constexpr (kCopied<T>)
            bytes.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
        else
            for (const T& item : items)
                each(*this, item);
    }
};

/// Throws ArgumentError for `catalog`: only what is compiled in or was sealed is read.
[[noreturn]] inline void refuse_bytes(std::string_view reason) {
    throw ArgumentError{"catalog", fmt::format("must be a whole image: {}", reason)};
}

/// Most texts are, and are through with it.
inline bool is_ascii(std::string_view text) {
    const auto joined = [](unsigned bits, char c) { return bits | static_cast<unsigned char>(c); };
    return std::accumulate(text.begin(), text.end(), 0U, joined) < 0x80;
}

class Reader {
public:
    /// Texts from outside are looked at: those of the program are UTF-8. Columns of the program
    /// are looked at where they stand, aligned and for ever; those from outside are copied.
    explicit Reader(std::string_view image, bool from_outside = false)
        : bytes{image}, size_{image.size()}, from_outside_{from_outside} {}

    template <class... Fields>
    void operator()(Fields&... fields) {
        (field(fields), ...);
    }

    std::string_view bytes;

private:
    void require(std::size_t size) const {
        if (size > bytes.size())
            refuse_bytes(fmt::format("it ends {} B too soon", size - bytes.size()));
    }
    void take(void* to, std::size_t size) {
        require(size);
        if (size > 0)
            std::memcpy(to, bytes.data(), size);
        bytes.remove_prefix(size);
    }
    template <class T>
    T taken() {
        T value;
        take(&value, sizeof value);
        return value;
    }
    template <class T>
    static void check(const T& value) {
        if (!possible(value))
            refuse_bytes("a figure is out of its range");
    }
    template <class T>
    void field(T& value) {
        value = taken<T>();
        check(value);
    }
    void field(bool& value) {
        const auto byte = taken<std::uint8_t>();
        if (byte > 1)
            refuse_bytes("a flag is neither set nor not");
        value = byte == 1;
    }
    template <class T>
    void field(std::optional<T>& value) {
        if (const auto one = taken<T>(); !is_unknown(one))
            check(value.emplace(one));
    }
    void field(std::string& value) {
        const auto n = taken<std::uint32_t>();
        require(n);
        value.assign(bytes.substr(0, n));
        bytes.remove_prefix(n);
        if (from_outside_ && !is_ascii(value) && text::not_utf8(value) != std::string::npos)
            refuse_bytes("a text is not UTF-8");
    }
    template <class T>
    void field(Column<T>& values) {
        const std::size_t gap = padding(size_ - bytes.size());
        require(gap);
        bytes.remove_prefix(gap);
        const std::size_t n = taken<std::uint32_t>();
        require(n * sizeof(T));
        if (from_outside_) {
            std::vector<T> own(n);
            take(own.data(), n * sizeof(T));
            values = std::move(own);
        } else {
            values = Column<T>::view({reinterpret_cast<const T*>(bytes.data()), n});
            bytes.remove_prefix(n * sizeof(T));
        }
    }
    template <class T>
    void field(std::vector<T>& items) {
        constexpr std::size_t kLeast = kCopied<T> ? sizeof(T) : sizeof(std::uint32_t);
        const std::size_t n = taken<std::uint32_t>();
        require(n * kLeast);
        items.resize(n);
        if constexpr (kCopied<T>)
            take(items.data(), n * sizeof(T));
        else
            for (T& item : items)
                each(*this, item);
        if constexpr (std::is_enum_v<T>)
            if (!std::all_of(items.begin(), items.end(), [](T item) { return possible(item); }))
                refuse_bytes("a value has no name");
    }

    std::size_t size_;
    bool from_outside_;
};

} // namespace flopwise
