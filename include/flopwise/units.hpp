// flopwise: quantities with units
//
// A quantity is one double whose unit the compiler knows. Adding dollars to hours, or
// passing days where hours are meant, does not compile. The number comes out by name,
// value(), and only where data enters or leaves the library.

#pragma once

#include <fmt/format.h>

#include <compare>

namespace flopwise {

/// One number in one unit; as large and as fast as the double it holds.
template <class Unit>
class Quantity {
public:
    constexpr Quantity() = default;
    constexpr explicit Quantity(double value) noexcept : value_{value} {}

    [[nodiscard]] constexpr double value() const noexcept { return value_; }

    constexpr auto operator<=>(const Quantity&) const = default;

    friend constexpr Quantity operator+(Quantity a, Quantity b) noexcept {
        return Quantity{a.value_ + b.value_};
    }
    friend constexpr Quantity operator-(Quantity a, Quantity b) noexcept {
        return Quantity{a.value_ - b.value_};
    }
    friend constexpr Quantity operator*(Quantity a, double k) noexcept {
        return Quantity{a.value_ * k};
    }
    friend constexpr Quantity operator*(double k, Quantity a) noexcept { return a * k; }
    friend constexpr Quantity operator/(Quantity a, double k) noexcept {
        return Quantity{a.value_ / k};
    }
    friend constexpr double operator/(Quantity a, Quantity b) noexcept {
        return a.value_ / b.value_;
    }

private:
    double value_ = 0.0;
};

namespace unit {
// clang-format off
struct Usd          { static constexpr auto symbol = "USD"; };
struct UsdPerDay    { static constexpr auto symbol = "USD/d"; };
struct UsdPerKwh    { static constexpr auto symbol = "USD/kWh"; };
struct Years        { static constexpr auto symbol = "years"; };
struct UsdPerHour   { static constexpr auto symbol = "USD/h"; };
struct Hours        { static constexpr auto symbol = "h"; };
struct Days         { static constexpr auto symbol = "d"; };
struct HoursPerDay  { static constexpr auto symbol = "h/d"; };
struct GiB          { static constexpr auto symbol = "GiB"; };
struct GB           { static constexpr auto symbol = "GB"; };
struct GBPerSecond  { static constexpr auto symbol = "GB/s"; };
struct Gbps         { static constexpr auto symbol = "Gbps"; };
struct Tflops       { static constexpr auto symbol = "TFLOPS"; };
struct Watts        { static constexpr auto symbol = "W"; };
struct Kilometres   { static constexpr auto symbol = "km"; };
struct Milliseconds { static constexpr auto symbol = "ms"; };
// clang-format on
} // namespace unit

using Usd = Quantity<unit::Usd>;
using UsdPerHour = Quantity<unit::UsdPerHour>;
using UsdPerDay = Quantity<unit::UsdPerDay>; // of a calendar day, rented or not
using UsdPerKwh = Quantity<unit::UsdPerKwh>;
using Years = Quantity<unit::Years>; // of 365 days
using Hours = Quantity<unit::Hours>;
using Days = Quantity<unit::Days>; // no Days -> Hours: a day of rent is not always 24 h
using HoursPerDay = Quantity<unit::HoursPerDay>;
using GiB = Quantity<unit::GiB>;                 // memory, in 2^30 bytes
using GB = Quantity<unit::GB>;                   // storage, in 10^9 bytes as it is sold
using GBPerSecond = Quantity<unit::GBPerSecond>; // memory bandwidth
using Gbps = Quantity<unit::Gbps>;               // network, in 10^9 bits per second
using Tflops = Quantity<unit::Tflops>;           // a rate: 10^12 operations per second
using Watts = Quantity<unit::Watts>;
using Kilometres = Quantity<unit::Kilometres>;
using Milliseconds = Quantity<unit::Milliseconds>;

// All the products of different units there are. To allow one more is a decision.
// clang-format off
constexpr Hours       operator*(Days d, HoursPerDay u) noexcept { return Hours{d.value() * u.value()}; }
constexpr Usd         operator*(UsdPerHour p, Hours t) noexcept { return Usd{p.value() * t.value()}; }
constexpr UsdPerHour  operator/(Usd m, Hours t)        noexcept { return UsdPerHour{m.value() / t.value()}; }
constexpr Hours       operator/(Usd m, UsdPerHour p)   noexcept { return Hours{m.value() / p.value()}; }
constexpr Days        operator/(Hours t, HoursPerDay u) noexcept { return Days{t.value() / u.value()}; }
constexpr HoursPerDay operator/(Hours t, Days d)       noexcept { return HoursPerDay{t.value() / d.value()}; }
// clang-format on

} // namespace flopwise

/// Formats as a double followed by the unit: "{:.2f}" of UsdPerHour{2} is "2.00 USD/h".
template <class Unit>
struct fmt::formatter<flopwise::Quantity<Unit>> : fmt::formatter<double> {
    template <class Context>
    auto format(flopwise::Quantity<Unit> q, Context& ctx) const {
        return fmt::format_to(formatter<double>::format(q.value(), ctx), " {}", Unit::symbol);
    }
};
