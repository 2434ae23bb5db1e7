#include <flopwise/cost.hpp>

#include "catch.hpp"

using namespace flopwise;

TEST_CASE("a bill lists its charges and adds them up", "[cost]") {
    // p2.xlarge for the article's year: 0.90 * 365 * 2 = 657.00
    const Bill plain = bill({.days = Days{365}, .hours_per_day = HoursPerDay{2}}, UsdPerHour{0.9});
    REQUIRE(plain.items.size() == 1);
    CHECK(plain.items[0] == LineItem{"compute", 730, "h", Usd{657}});
    CHECK(plain.total == Usd{657});

    const Bill with_fixed =
        bill({.days = Days{10}, .hours_per_day = HoursPerDay{3}, .fixed = Usd{40}}, UsdPerHour{2});
    REQUIRE(with_fixed.items.size() == 2);
    CHECK(with_fixed.items[0].amount == Usd{60});
    CHECK(with_fixed.items[1] == LineItem{"fixed", 1, "plan", Usd{40}});
    CHECK(with_fixed.total == Usd{100});
}

TEST_CASE("a bill needs days and a price", "[cost][error]") {
    CHECK_THROWS_WITH(bill({}, UsdPerHour{1}), "days: must be given");
    CHECK_THROWS_WITH(bill({.days = Days{1}}, UsdPerHour{-1}),
                      "price_usd_per_hour: must be positive and finite, got -1 USD/h");
}
