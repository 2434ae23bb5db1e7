#include <flopwise/recommend.hpp>

#include "catch.hpp"

#include <cmath>

using namespace flopwise;

/// The article's machine: 10,000 USD over 5 years, and nothing else.
static Ownership article_machine() {
    return {.price = Usd{10'000}};
}

/// A machine with all there is to it.
static Ownership full() {
    return {.price = Usd{20'000},
            .life = Years{4},
            .residual = Usd{4'000},
            .rate = 0.08,
            .power = Watts{1500},
            .pue = 1.5,
            .electricity = UsdPerKwh{0.2},
            .upkeep = 0.04,
            .staff = Hours{20},
            .staff_price = UsdPerHour{50}};
}

TEST_CASE("the article's machine costs 5.479 USD a day", "[ownership]") {
    const OwningCost cost = owning_cost(article_machine(), HoursPerDay{2});
    CHECK(cost.daily.value() == Approx(5.479).margin(0.0005)); // 10000 / (5 * 365)
    CHECK(cost.annual.value() == Approx(2000));
    CHECK(cost.hourly.value() == Approx(2.740).margin(0.0005)); // 5.479 / 2
    CHECK(owning_cost(article_machine(), HoursPerDay{24}).hourly.value() ==
          Approx(0.2283).margin(5e-5));
    CHECK(cost.energy == UsdPerDay{});
}

TEST_CASE("each part of the cost is that of a hand calculation", "[ownership]") {
    const OwningCost cost = owning_cost(full(), HoursPerDay{10});
    // Capital recovery: (20000 - 4000 / 1.08^4) * 0.08 / (1 - 1.08^-4); 1.08^4 = 1.36048896;
    // 4000 / 1.36048896 = 2940.12; 17059.88 * 0.08 / 0.26497015 = 5150.734 a year.
    CHECK(cost.capital.value() == Approx(5150.734 / 365).epsilon(1e-6));
    CHECK(cost.upkeep.value() == Approx(800.0 / 365));            // 0.04 * 20000
    CHECK(cost.staff.value() == Approx(1000.0 / 365));            // 20 * 50
    CHECK(cost.energy.value() == Approx(4.5));                    // 1.5 kW * 1.5 * 0.2 * 10 h
    CHECK(cost.annual.value() == Approx(8593.234).epsilon(1e-6)); // + 800 + 1000 + 4.5 * 365
}

TEST_CASE("yearly capital payments and the sale, discounted, are the price", "[ownership]") {
    const Ownership owned = full();
    const double yearly = owning_cost(owned, HoursPerDay{1}).capital.value() * 365;
    double present = 4000 / std::pow(1.08, 4);
    for (int year = 1; year <= 4; ++year)
        present += yearly / std::pow(1.08, year);
    CHECK(present == Approx(20'000));
}

TEST_CASE("capital without interest is the limit of little interest", "[ownership]") {
    Ownership owned = full();
    owned.rate = 0;
    const double straight = owning_cost(owned, HoursPerDay{1}).capital.value();
    CHECK(straight == Approx(4000.0 / 365)); // (20000 - 4000) / 4
    owned.rate = 1e-12;
    CHECK(owning_cost(owned, HoursPerDay{1}).capital.value() == Approx(straight).epsilon(1e-10));
}

TEST_CASE("break-even use is where both cost the same", "[ownership][property]") {
    const double rent = GENERATE(take(20, random(0.5, 30.0)));
    for (const Ownership& owned : {article_machine(), full()}) {
        const auto use = break_even_use(owned, UsdPerHour{rent});
        if (use)
            CHECK(owning_cost(owned, *use).daily.value() == Approx(rent * use->value()));
        else
            CHECK(owning_cost(owned, HoursPerDay{24}).daily.value() > rent * 24);
    }
}

TEST_CASE("against p2.xlarge, the article's machine breaks even at 6.1 hours a day",
          "[ownership]") {
    // 5.479 / 0.90 = 6.088 h/day. At 8 h/day, 7.20 USD a day are saved: 10000 / (7.2 * 365) =
    // 3.805 years, so in month 46. At 2 h/day it would take 15.2 years, more than its life.
    CHECK(break_even_use(article_machine(), UsdPerHour{0.9})->value() ==
          Approx(6.088).margin(0.001));
    CHECK(break_even_time(article_machine(), HoursPerDay{8}, UsdPerHour{0.9})->value() ==
          Approx(3.805).margin(0.001));
    CHECK_FALSE(break_even_time(article_machine(), HoursPerDay{2}, UsdPerHour{0.9}));
    CHECK_FALSE(break_even_use(article_machine(), UsdPerHour{0.2})); // 27.4 h/day
}

TEST_CASE("at break-even time, the discounted savings are the price", "[ownership][property]") {
    const double rent = GENERATE(take(20, random(3.0, 30.0)));
    const HoursPerDay use{12};
    const Ownership owned = full();
    const auto time = break_even_time(owned, use, UsdPerHour{rent});
    if (!time)
        return;
    const OwningCost cost = owning_cost(owned, use);
    const double saved = (rent * 12 - (cost.daily - cost.capital).value()) * 365;
    double sum = 0; // by the midpoint rule
    constexpr int kSteps = 20'000;
    for (int i = 0; i < kSteps; ++i)
        sum += saved * std::pow(1.08, -(i + 0.5) / kSteps * time->value()) * time->value() / kSteps;
    CHECK(sum == Approx(20'000).epsilon(1e-6));
}

TEST_CASE("elasticities are those of the formulas", "[ownership]") {
    // With nothing but the price, own / rent = price / (years * 365 * use * rent).
    for (const Sensitivity& s : sensitivities(article_machine(), HoursPerDay{2}, UsdPerHour{0.9})) {
        CAPTURE(s.key);
        CHECK(s.elasticity == Approx(s.key == "own_price_usd" ? 1 : -1).epsilon(1e-5));
    }
    // Energy is 4.5 of 23.543 USD a day: 19.1 %; the rest does not depend on the use.
    const auto all = sensitivities(full(), HoursPerDay{10}, UsdPerHour{3});
    const auto of = [&](std::string_view key) {
        for (const Sensitivity& s : all)
            if (s.key == key)
                return s.elasticity;
        return std::nan("");
    };
    CHECK(of("own_watts") == Approx(4.5 / 23.543).epsilon(1e-4));
    CHECK(of("hours_per_day") == Approx(4.5 / 23.543 - 1).epsilon(1e-4));
    CHECK(of("price_usd_per_hour") == Approx(-1).epsilon(1e-6));
    CHECK(of("own_upkeep") == Approx(800 / 8593.234).epsilon(1e-4));
    CHECK(sensitivities(full(), HoursPerDay{24}, UsdPerHour{3}).size() == all.size());
}

TEST_CASE("electricity is a price or a place", "[ownership]") {
    CHECK(electricity_of("0.12") == UsdPerKwh{0.12});
    CHECK(electricity_of("VN") == UsdPerKwh{0.0848}); // 2204.07 / 26000 = 0.08477
    CHECK(electricity_of(kUsualTariff) == UsdPerKwh{0.165});
    for (const Tariff& t : tariffs()) {
        CHECK(electricity_of(t.code) == t.price);
        CHECK(t.price > UsdPerKwh{0.05}); // a typing slip would be outside
        CHECK(t.price < UsdPerKwh{0.6});
        CHECK_FALSE(t.what.empty());
        CHECK(t.as_of >= std::string_view{"2024"});
    }
    CHECK_THROWS_WITH(electricity_of("mars"),
                      "electricity: must be USD per kWh or asia-business, de, de-industry, "
                      "europe-business, north-america-business, sg, us, us-industry, vn, world or "
                      "world-business, got \"mars\"");
    CHECK_THROWS_WITH(electricity_of("-1"), "electricity: must be from 0 to 100 USD/kWh, got -1");
}

TEST_CASE("a bad figure of owning is refused by its setting", "[ownership][error]") {
    struct Row {
        void (*spoil)(Ownership&);
        const char* message;
    };
    const Row row = GENERATE(values<Row>({
        {[](Ownership& o) { o.price.reset(); }, "own_price_usd: must be given"},
        {[](Ownership& o) { o.price = Usd{0}; },
         "own_price_usd: must be positive and finite, got 0 USD"},
        {[](Ownership& o) { o.life = Years{NAN}; },
         "own_years: must be positive and finite, got nan years"},
        {[](Ownership& o) { o.residual = Usd{-1}; },
         "own_residual_usd: must not be negative, got -1 USD"},
        {[](Ownership& o) { o.residual = Usd{20'000}; },
         "own_residual_usd: must be below the price, got 20000 USD"},
        {[](Ownership& o) { o.rate = 8; }, "own_rate: must be from 0 to 1, got 8"},
        {[](Ownership& o) { o.power = Watts{-5}; }, "own_watts: must not be negative, got -5 W"},
        {[](Ownership& o) { o.pue = 0.9; }, "own_pue: must be at least 1, got 0.9"},
        {[](Ownership& o) { o.electricity = UsdPerKwh{NAN}; },
         "electricity: must not be negative, got nan USD/kWh"},
        {[](Ownership& o) { o.upkeep = -0.1; }, "own_upkeep: must be from 0 to 1, got -0.1"},
        {[](Ownership& o) { o.staff = Hours{-1}; },
         "own_staff_hours: must not be negative, got -1 h"},
        {[](Ownership& o) { o.staff_price = UsdPerHour{-1}; },
         "own_staff_usd_per_hour: must not be negative, got -1 USD/h"},
        {[](Ownership& o) { o.gpus = 0; }, "own_gpus: must be positive and finite, got 0"},
    }));
    Ownership owned = full();
    row.spoil(owned);
    CHECK_THROWS_WITH(owning_cost(owned, HoursPerDay{2}), row.message);
}

TEST_CASE("a use that is none is refused", "[ownership][error]") {
    CHECK_THROWS_WITH(owning_cost(full(), HoursPerDay{25}),
                      "hours_per_day: must be positive and at most 24 h/d, got 25 h/d");
    CHECK_THROWS_WITH(break_even_use(full(), UsdPerHour{0}),
                      "price_usd_per_hour: must be positive and finite, got 0 USD/h");
}

// ---- in a recommendation ------------------------------------------------------------

static Request request_with(Ownership own) {
    return {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
            .constraints = {.region = {"us-east-1"}},
            .own = std::move(own),
            .precision = Precision::fp64};
}

TEST_CASE("the article's machine against the article's choice", "[ownership]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const Recommendation r = recommend(catalog, request_with(article_machine()));
    REQUIRE(r.ownership);
    const OwnOrRent& o = *r.ownership;
    REQUIRE(o.rented);
    CHECK(o.rented->instance == "p2.xlarge"); // its speed is not known: the best choice
    CHECK(o.cost.daily.value() == Approx(5.479).margin(0.0005));
    CHECK(o.rent.value() == Approx(1.8)); // 0.90 * 2
    CHECK_FALSE(o.own_is_cheaper);
    CHECK(o.break_even_use->value() == Approx(6.088).margin(0.001));
    CHECK_FALSE(o.break_even_month);
    CHECK_FALSE(o.owned.power);
    CHECK(o.sensitivities.size() == 3);
    CHECK_FALSE(recommend(catalog, request_with({})).ownership);
}

TEST_CASE("a machine of known speed is compared with the cheapest that is as fast", "[ownership]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    Request request = request_with(article_machine());
    request.own.gpu = "V100";
    request.budget.total = Usd{20'000};
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.ownership->rented);
    CHECK(r.ownership->tflops->value() == Approx(7.8));
    CHECK(r.ownership->rented->instance == "p3.2xlarge"); // 7.8 too, at 3.06 USD/h
    CHECK(*r.ownership->owned.power == Watts{300});       // a V100 SXM2
    CHECK(*r.ownership->owned.electricity == UsdPerKwh{0.165});
    request.own.gpus = 1000;
    CHECK_FALSE(recommend(catalog, request).ownership->rented);
}

TEST_CASE("with a price of electricity alone, the GPUs compared with say the power",
          "[ownership]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    Request request = request_with(article_machine());
    request.own.electricity = UsdPerKwh{0.1};
    const Recommendation r = recommend(catalog, request);
    CHECK(*r.ownership->owned.power == Watts{150});          // half of a K80 board of 300 W
    CHECK(r.ownership->cost.energy.value() == Approx(0.03)); // 0.15 kW * 0.1 * 2 h
    request.own.power = Watts{500};
    CHECK(recommend(catalog, request).ownership->cost.energy.value() == Approx(0.1));
}

TEST_CASE("contradictions of owning are refused", "[ownership][error]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    Ownership unpriced;
    unpriced.life = Years{3};
    CHECK_THROWS_WITH(recommend(catalog, request_with(unpriced)),
                      "own_price_usd: must be given with the other figures of owning");
    Ownership unknown = article_machine();
    unknown.gpu = "nvidia-v1000";
    CHECK_THROWS_WITH(
        recommend(catalog, request_with(unknown)),
        Catch::Matchers::StartsWith("own_gpu: must be a GPU of the catalog, got \"nvidia-v1000\""));
}
