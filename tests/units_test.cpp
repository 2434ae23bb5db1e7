#include <flopwise/units.hpp>

#include "catch.hpp"

#include <functional>
#include <type_traits>

using namespace flopwise;

TEST_CASE("a quantity prints as its number and its unit", "[units]") {
    CHECK(fmt::format("{}", UsdPerHour{2}) == "2 USD/h");
    CHECK(fmt::format("{:.2f}", GiB{22.888}) == "22.89 GiB");
    CHECK(fmt::format("{}", HoursPerDay{24}) == "24 h/d");
}

TEST_CASE("quantities of one unit add, scale, divide and compare", "[units]") {
    CHECK(Usd{2} + Usd{3} == Usd{5});
    CHECK(Usd{2} - Usd{3} == Usd{-1});
    CHECK(Usd{2} * 3 == 3 * Usd{2});
    CHECK(Usd{6} / 3 == Usd{2});
    CHECK(Usd{6} / Usd{3} == 2);
    CHECK(Days{1} < Days{2});
    CHECK_FALSE(Usd{NAN} == Usd{NAN});
}

TEST_CASE("the products that exist have the right unit", "[units]") {
    CHECK(Days{30} * HoursPerDay{8} == Hours{240});
    CHECK(UsdPerHour{2} * Hours{3} == Usd{6});
    CHECK(Usd{6} / Hours{3} == UsdPerHour{2});
    CHECK(Usd{6} / UsdPerHour{2} == Hours{3});
    CHECK(Hours{6} / HoursPerDay{2} == Days{3});
    CHECK(Hours{6} / Days{3} == HoursPerDay{2});
}

// Units that must not mix: a change that lets one of these compile fails here.
static_assert(!std::is_invocable_v<std::plus<>, Usd, UsdPerHour>);
static_assert(!std::is_invocable_v<std::plus<>, GiB, GB>);
static_assert(!std::is_invocable_v<std::multiplies<>, UsdPerHour, Days>);
static_assert(!std::is_invocable_v<std::multiplies<>, Usd, Usd>);
static_assert(!std::is_invocable_v<std::divides<>, Usd, Days>);
static_assert(!std::is_convertible_v<double, Usd> && !std::is_convertible_v<Days, Hours>);
static_assert(!std::is_convertible_v<Usd, double>);
static_assert(sizeof(Usd) == sizeof(double) && std::is_trivially_copyable_v<Usd>);
