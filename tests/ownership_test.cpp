#include <flopwise/recommend.hpp>

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <random>

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

TEST_CASE("at break-even time, the yearly savings and the sale, discounted, are the price",
          "[ownership]") {
    // 4,000 / 1.08^4 = 2940.119, so 17059.881 USD are to be saved. Over three years, 1 USD a year
    // is worth 1 / 1.08 + 1 / 1.08^2 + 1 / 1.08^3 = 2.577097 USD: 6619.806 USD a year. Beside them
    // upkeep 800, staff 1000 and energy 4.5 * 365 = 1642.5: rent 10062.306 / 3650 h = 2.756796.
    const auto time = break_even_time(full(), HoursPerDay{10}, UsdPerHour{2.756796});
    REQUIRE(time);
    CHECK(time->value() == Approx(3).epsilon(1e-6));
    Ownership plain = article_machine(); // 10,000 at 20 %: 2 years of 6545.45 are 10,000
    plain.rate = 0.2;
    CHECK(break_even_time(plain, HoursPerDay{10}, UsdPerHour{6545.4545 / 3650})->value() ==
          Approx(2).epsilon(1e-6));
}

TEST_CASE("owning is cheaper just if it pays off within its life", "[ownership][property]") {
    int cheaper = 0;
    int dearer = 0;
    for (const double rate : {0.0, 1e-9, 0.01, 0.05, 0.08, 0.2, 0.5, 1.0})
        for (const double life : {0.25, 1.0, 3.0, 4.5, 5.0, 12.0})
            for (const double residual : {0.0, 3000.0, 9999.0})
                for (const double upkeep : {0.0, 0.1})
                    for (int i = 1; i <= 96; ++i) {
                        const HoursPerDay use{0.25 * i};
                        const UsdPerHour rent{0.9};
                        const Ownership owned{.price = Usd{10'000},
                                              .life = Years{life},
                                              .residual = Usd{residual},
                                              .rate = rate,
                                              .upkeep = upkeep};
                        const auto time = break_even_time(owned, use, rent);
                        const bool own =
                            owning_cost(owned, use).daily.value() < rent.value() * use.value();
                        CAPTURE(rate, life, residual, upkeep, use.value());
                        CHECK(time.has_value() == own);
                        CHECK((!time || (time->value() > 0 && time->value() <= life)));
                        ++(own ? cheaper : dearer);
                    }
    CHECK(cheaper > 1000); // both happen
    CHECK(dearer > 1000);
}

TEST_CASE("from the break-even use on owning pays off within its life, below it never",
          "[ownership][property]") {
    std::mt19937 random{1};
    const auto from = [&](double low, double high) {
        return std::uniform_real_distribution<>{low, high}(random);
    };
    int found = 0;
    for (int i = 0; i < 20'000; ++i) {
        const Ownership owned{.price = Usd{from(100, 50'000)},
                              .life = Years{from(0.1, 12)},
                              .residual = Usd{from(0, 99)},
                              .rate = i % 4 == 0 ? 0 : from(0, 1),
                              .power = Watts{from(0, 3000)},
                              .pue = from(1, 2),
                              .electricity = UsdPerKwh{from(0, 0.5)},
                              .upkeep = from(0, 0.2),
                              .staff = Hours{from(0, 20)},
                              .staff_price = UsdPerHour{from(0, 60)}};
        const UsdPerHour rent{from(0.1, 30)};
        const auto turn = break_even_use(owned, rent);
        found += turn ? 1 : 0;
        // At random, and close to both sides of the turn.
        for (const double use : {from(0.01, 24),
                                 turn ? turn->value() * (1 - 1e-9) : 24,
                                 turn ? std::min(24.0, turn->value() * (1 + 1e-9)) : 24}) {
            const HoursPerDay u{use};
            const bool cheaper = owning_cost(owned, u).daily.value() < rent.value() * use;
            const auto time = break_even_time(owned, u, rent);
            CAPTURE(i, use, rent.value(), owned.rate);
            CHECK(cheaper == (turn && *turn < u));
            CHECK(cheaper == (time && *time <= owned.life));
        }
    }
    CHECK(found > 5000);
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

TEST_CASE("a card is compared with offers that run the same programs", "[ownership]") {
    // Without the rule, a trn1.2xlarge (191 TFLOPS in bf16, 1.3438 USD/h) is the cheapest that is
    // as fast as an RTX 4090 (165).
    Request request = request_with(article_machine());
    request.own.gpu = "RTX 4090";
    request.budget.total = Usd{20'000};
    request.precision = Precision::bf16;
    const Recommendation r = recommend(Catalog::bundled(), request);
    REQUIRE(r.ownership->rented);
    CHECK(r.ownership->rented->stack == "CUDA");
}

/// ResNet-50 for 90 epochs, and a machine for 10,000 USD.
static Request job_with(Ownership own) {
    Request request;
    training(request).model = "resnet-50";
    training(request).epochs = 90;
    request.own = std::move(own);
    return request;
}

TEST_CASE("a training job is compared as a job", "[ownership]") {
    const Recommendation r = recommend(Catalog::bundled(), job_with(article_machine()));
    const OwnOrRent& o = *r.ownership;
    REQUIRE(o.job);
    CHECK(o.job->rented == r.choices.front().cost->total);
    CHECK_FALSE(o.own_is_cheaper);
    CHECK(o.job->decided());
    CHECK_FALSE(o.job->hours); // what is in it is not known
    CHECK(o.job->alone.value() == Approx(10'000));
    CHECK(*o.job->jobs_per_year == Approx(10'000.0 / 5 / o.job->rented.value()));
    CHECK(*o.job->jobs_per_month == Approx(10'000.0 / 60 / o.job->rented.value())); // 60 months
    CHECK_FALSE(o.break_even_month);
    CHECK_FALSE(o.break_even_use);
    CHECK(o.rent == UsdPerDay{});
}

TEST_CASE("a job takes on the owned machine what it is predicted to take", "[ownership]") {
    Ownership own = article_machine();
    own.gpu = "T4";
    own.power = Watts{1000};
    own.electricity = UsdPerKwh{0.1};
    Request request = job_with(own);
    request.constraints.instance = {"g4dn.xlarge"}; // which has one T4
    request.constraints.region = {"us-east-1"};
    const Recommendation r = recommend(Catalog::bundled(), request);
    const OwnJob& job = *r.ownership->job;
    REQUIRE(job.hours);
    CHECK(job.hours->value() == Approx(r.choices.front().job->time.median.value()));
    const double hours = job.hours->value();
    const double energy = 0.1 * hours; // 1 kW at 0.1 USD/kWh
    CHECK(job.share->value() == Approx(10'000.0 / 1825 / 24 * hours + energy));
    CHECK(job.alone.value() == Approx(10'000 + energy));
    CHECK(*job.jobs_per_year == Approx(10'000.0 / 5 / (job.rented.value() - energy)));
    request.own.price = Usd{1};
    const OwnOrRent cheap = *recommend(Catalog::bundled(), request).ownership;
    CHECK(cheap.own_is_cheaper); // a dollar and the energy are less than the rent
    request.own.gpu.clear();
    CHECK_FALSE(recommend(Catalog::bundled(), request).ownership->job->decided());
    request.own.gpu = "T4";
    request.own.price = Usd{1'000'000}; // more jobs than a year has hours for
    CHECK_FALSE(recommend(Catalog::bundled(), request).ownership->job->jobs_per_year);
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
