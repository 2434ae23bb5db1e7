// flopwise: errors
//
// Every message says where, what must hold and what was found, in that order:
//
//     data/aws.yaml:812: prices[40].usd_per_hour: must be positive and finite, got -3
//     aws.json: byte 5120: pricePerUnit.USD: must be a number, got "N/A"

#pragma once

#include <flopwise/export.hpp>
#include <flopwise/units.hpp>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace flopwise {

/// The place an error points at; parts that are not known stay empty or 0.
struct Where {
    std::string file{};     ///< as the caller spelled it
    int line = 0;           ///< counted from 1
    std::string field{};    ///< dotted path such as "prices[3].region", or a flag such as "--days"
    std::uint64_t byte = 0; ///< counted from 1; for files without lines worth counting

    bool operator==(const Where&) const = default;
};

/// Base of every exception that flopwise throws. In Python: FlopwiseError(ValueError).
class FLOPWISE_API Error : public std::runtime_error {
public:
    Error(Where where, std::string_view reason);

    [[nodiscard]] const Where& where() const noexcept { return where_; }
    /// The message without the place.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

private:
    Where where_;
    std::string reason_;
};

/// A value given by the caller is outside its documented range, or names what is not there.
class FLOPWISE_API ArgumentError : public Error {
public:
    ArgumentError(std::string_view field, std::string_view reason)
        : Error{{.file = {}, .line = 0, .field = std::string{field}}, reason} {}
    using Error::Error;
};

/// A file cannot be read, or what stands in it is wrong.
class FLOPWISE_API InputError : public Error {
public:
    using Error::Error;
};

/// Throws ArgumentError unless `q` is positive and finite (so a NaN is refused too).
template <class Unit>
void require_positive(std::string_view field, Quantity<Unit> q) {
    if (!(q > Quantity<Unit>{} && std::isfinite(q.value())))
        throw ArgumentError{field, fmt::format("must be positive and finite, got {}", q)};
}

/// The same for a figure without a unit.
inline void require_positive(std::string_view field, double figure) {
    if (!(figure > 0 && std::isfinite(figure)))
        throw ArgumentError{field, fmt::format("must be positive and finite, got {}", figure)};
}

/// Throws ArgumentError unless `q` is finite and not negative.
template <class Unit>
void require_not_negative(std::string_view field, Quantity<Unit> q) {
    if (!(q >= Quantity<Unit>{} && std::isfinite(q.value())))
        throw ArgumentError{field, fmt::format("must not be negative, got {}", q)};
}

/// The same for a figure without a unit.
inline void require_not_negative(std::string_view field, double figure) {
    if (!(figure >= 0 && std::isfinite(figure)))
        throw ArgumentError{field, fmt::format("must not be negative, got {}", figure)};
}

} // namespace flopwise
