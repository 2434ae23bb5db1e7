#include <flopwise/purchase.hpp>

#include "bundled_charges.hpp"
#include "catch.hpp"

#include <algorithm>
#include <random>

using namespace flopwise;

/// g5.xlarge in us-east-1 at 1.006 USD/h. Its reserved rates, standard and without upfront, are
/// 0.63378 USD/h for one year and 0.43459 for three (data/charges/aws.yaml).
static const Machine kG5{.provider = "aws",
                         .region = "us-east-1",
                         .instance = "g5.xlarge",
                         .on_demand = UsdPerHour{1.006},
                         .spot = UsdPerHour{0.45}};

static const PurchaseOption& option(const std::vector<PurchaseOption>& all, PurchaseKind kind) {
    return *std::find_if(all.begin(), all.end(), [&](const auto& o) { return o.kind == kind; });
}

static std::vector<PurchaseOption> options(Budget budget, const Machine& machine = kG5) {
    return purchase_options(budget, {}, {}, machine, charges());
}

TEST_CASE("the kinds are the commitments by what is promised, years and payment", "[purchase]") {
    for (const auto kind :
         {PurchaseKind::on_demand, PurchaseKind::spot, PurchaseKind::capacity_block})
        CHECK_FALSE(term_of(kind));
    std::size_t terms = 0;
    for (std::size_t k = 0; k < kPurchaseKinds; ++k) {
        const auto kind = static_cast<PurchaseKind>(k);
        const auto term = term_of(kind);
        if (!term)
            continue;
        ++terms;
        const bool committed = term->commitment == Commitment::committed_use;
        const std::string_view name = term->commitment == Commitment::standard ? "reserved"
                                      : committed                              ? "committed"
                                                  : to_string(term->commitment);
        CHECK(to_string(kind) ==
              (committed ? fmt::format("{}_{}yr", name, term->years)
                         : fmt::format("{}_{}yr_{}", name, term->years, to_string(term->payment))));
    }
    CHECK(terms == 4 * 2 * 3 + 2); // four kinds of AWS, years, payments; Google's, years
}

TEST_CASE("each kind belongs to a market", "[purchase]") {
    const auto [kind, market] = GENERATE(table<PurchaseKind, Market>({
        {PurchaseKind::on_demand, Market::on_demand},
        {PurchaseKind::spot, Market::spot},
        {PurchaseKind::reserved_1yr_no_upfront, Market::reserved},
        {PurchaseKind::convertible_3yr_all_upfront, Market::reserved},
        {PurchaseKind::committed_1yr, Market::committed_use},
        {PurchaseKind::committed_3yr, Market::committed_use},
        {PurchaseKind::compute_savings_1yr_no_upfront, Market::savings_plan},
        {PurchaseKind::instance_savings_3yr_all_upfront, Market::savings_plan},
        {PurchaseKind::capacity_block, Market::capacity_block},
    }));
    CHECK(market_of(kind) == market);
}

TEST_CASE("the days of a block", "[purchase]") {
    // AWS, DescribeCapacityBlockOfferings: in steps of 1 day up to 14 days, and of 7 up to 182.
    const auto [plan, days] = GENERATE(table<double, double>({
        {0.1, 1},
        {1, 1},
        {1.01, 2},
        {13, 13},
        {14, 14},
        {14.01, 21},
        {21, 21},
        {22, 28},
        {175.5, 182},
        {182, 182},
    }));
    CHECK(block_days(Days{plan}) == Days{days});
    CHECK_FALSE(block_days(Days{182.01}));
    CHECK_FALSE(block_days(Days{365}));
}

TEST_CASE("the machines of a block", "[purchase]") {
    // Amazon EC2 user guide, Capacity Blocks for ML: 1, 2, 4, 8, 16, 32 or 64.
    const auto [machines, size] = GENERATE(table<double, int>(
        {{1, 1}, {2, 2}, {3, 4}, {4, 4}, {5, 8}, {16, 16}, {17, 32}, {33, 64}, {64, 64}}));
    CHECK(block_machines(machines) == size);
    CHECK_FALSE(block_machines(65));
}

// ---- lost work ----------------------------------------------------------------------

TEST_CASE("Daly's expected time", "[purchase]") {
    // By hand: 100 / 10 * 100 * e^0.002 * (e^0.101 - 1), with e^0.101 = 1.106276613 and
    // e^0.002 = 1.002002001: 1000 * 1.002002001 * 0.106276613 = 106.4894
    CHECK(expected_hours(Hours{100}, Hours{10}, 0.01, {Hours{0.1}, Hours{0.2}}).value() ==
          Approx(106.4894).epsilon(1e-6));
    // Without interruptions: the work and a checkpoint for each interval.
    CHECK(expected_hours(Hours{100}, Hours{10}, 0, {Hours{0.1}, Hours{0.2}}).value() ==
          Approx(101));
    // -ln(1 - 0.2) / 730: a machine lasts the month with probability 0.8.
    CHECK(std::exp(-730 * interruption_rate(0.2)) == Approx(0.8));
    CHECK(interruption_rate(0) == 0);
    CHECK_THROWS_WITH(interruption_rate(1), "reclaimed_per_month: must be in [0, 1), got 1");
}

/// The time that some work takes, played through: interruptions strike at any moment, also while
/// a checkpoint is written or the machine restarts.
static double played(double work, double interval, double rate, Recovery r, std::mt19937& random) {
    std::exponential_distribution<> until{rate};
    double time = 0;
    for (double done = 0; done < work - 1e-9; done += interval) {
        double needed = interval + r.checkpoint.value();
        for (double struck = until(random); struck < needed; struck = until(random)) {
            time += struck;
            needed = interval + r.checkpoint.value() + r.restart.value();
        }
        time += needed;
    }
    return time;
}

TEST_CASE("expected and 90 % hours agree with a simulation", "[purchase][property]") {
    struct Case {
        double work;
        double share;
        Recovery recovery;
    };
    const auto [work, share, recovery] =
        GENERATE(Case{720, 0.2, {Hours{5.0 / 60}, Hours{10.0 / 60}}}, // a month in the open band
                 Case{2000, 0.9, {Hours{0.5}, Hours{1}}},             // some ten interruptions
                 Case{500, 0.9999, {Hours{0.2}, Hours{0.5}}},         // one each three days
                 Case{200, 0.05, {Hours{0.1}, Hours{0.2}}});          // most likely none
    const double rate = interruption_rate(share);
    const SpotHours spot = spot_hours(Hours{work}, rate, recovery);
    // A whole number of intervals near the best one, as the simulation needs.
    const double interval = work / std::max(1.0, std::round(work / spot.interval.value()));
    const double expected = expected_hours(Hours{work}, Hours{interval}, rate, recovery).value();
    std::mt19937 random{1};
    std::vector<double> times(20'000);
    double sum = 0;
    for (double& time : times)
        sum += time = played(work, interval, rate, recovery, random);
    std::sort(times.begin(), times.end());
    const double p90 = times[times.size() * 9 / 10];
    CHECK(sum / static_cast<double>(times.size()) == Approx(expected).epsilon(0.003));
    CHECK(spot.expected.value() == Approx(expected).epsilon(0.003));
    CHECK(spot.p90.value() == Approx(p90).epsilon(0.01));
}

TEST_CASE("the best interval is the best of a fine grid, and Daly's", "[purchase][property]") {
    std::minstd_rand random{1};
    const auto uniform = [&random](double low, double high) {
        return low + (high - low) * static_cast<double>(random() % 10'000) / 10'000;
    };
    for (int i = 0; i < 50; ++i) {
        const Recovery recovery{Hours{uniform(0.01, 0.5)}, Hours{uniform(0, 1)}};
        const double rate = interruption_rate(uniform(0.01, 0.99));
        const Hours work{uniform(1, 5000)};
        const SpotHours spot = spot_hours(work, rate, recovery);
        CHECK(spot.interval <= work);
        CHECK(spot.expected > work);
        for (double interval = work.value(); interval > 1e-3; interval /= 1.02)
            CHECK(spot.expected.value() <=
                  expected_hours(work, Hours{interval}, rate, recovery).value() * (1 + 1e-9));
        // Daly 2006, equation 37, with M = 1 / rate and d = checkpoint < 2 M:
        // sqrt(2 d M) * (1 + sqrt(d / (2 M)) / 3 + d / (18 M)) - d
        const double m = 1 / rate;
        const double d = recovery.checkpoint.value();
        const double daly =
            std::sqrt(2 * d * m) * (1 + std::sqrt(d / (2 * m)) / 3 + d / (18 * m)) - d;
        if (spot.interval < work * 0.999)
            CHECK(spot.interval.value() == Approx(daly).epsilon(0.01));
    }
}

TEST_CASE("the break-even of spot is where the costs meet", "[purchase]") {
    const Hours work{2000};
    const Recovery recovery{Hours{0.1}, Hours{0.5}};
    const auto rate = break_even_rate(UsdPerHour{0.9}, UsdPerHour{1}, work, recovery);
    REQUIRE(rate);
    // Brute force: the first rate on a fine grid at which spot costs as much.
    double found = 0;
    while (0.9 * expected_hours(work, found, recovery).value() < 2000)
        found += 1e-5;
    CHECK(*rate == Approx(found).margin(1.5e-5));
    CHECK_FALSE(break_even_rate(UsdPerHour{1}, UsdPerHour{1}, work, recovery));
    // Nearly free: interruptions each few minutes are needed.
    CHECK(*break_even_rate(UsdPerHour{0.01}, UsdPerHour{1}, work, recovery) > 3);
}

// ---- options ------------------------------------------------------------------------

TEST_CASE("at 8 h/day a reservation does not pay, around the clock it does", "[purchase]") {
    const auto part = options({.days = Days{365}, .hours_per_day = HoursPerDay{8}});
    const auto& on_demand = option(part, PurchaseKind::on_demand);
    const auto& year = option(part, PurchaseKind::reserved_1yr_no_upfront);
    CHECK(on_demand.total->value() == Approx(1.006 * 2920));         // 2,937.52
    CHECK(year.total->value() == Approx(0.63378 * 8760));            // 5,551.91
    CHECK(year.effective->value() == Approx(0.63378 * 3));           // paid 24 h, used 8
    CHECK(year.break_even->value() == Approx(24 * 0.63378 / 1.006)); // 15.12 h/d
    CHECK(year.upfront == Usd{});
    const auto all = options({.days = Days{365}});
    CHECK(option(all, PurchaseKind::on_demand).total->value() == Approx(1.006 * 8760));
    CHECK(option(all, PurchaseKind::reserved_1yr_no_upfront).total->value() ==
          Approx(0.63378 * 8760));
    // At the break-even the two cost the same, by the definition of it.
    const auto even = options({.days = Days{365}, .hours_per_day = *year.break_even});
    CHECK(option(even, PurchaseKind::on_demand).total->value() ==
          Approx(option(even, PurchaseKind::reserved_1yr_no_upfront).total->value()));
}

TEST_CASE("upfront payments", "[purchase]") {
    const auto all = options({.days = Days{365}});
    // all upfront: 0.63378 * 0.9333 * 8760 = 5,181.60, all of it at the start
    const auto& whole = option(all, PurchaseKind::reserved_1yr_all_upfront);
    CHECK(whole.total->value() == Approx(0.63378 * 0.9333 * 8760));
    CHECK(whole.upfront == *whole.total);
    CHECK(whole.items.size() == 1);
    // partial: 0.63378 * 0.9524 * 8760, half of it at the start
    const auto& half = option(all, PurchaseKind::reserved_1yr_partial_upfront);
    CHECK(half.total->value() == Approx(0.63378 * 0.9524 * 8760));
    CHECK(half.upfront.value() == Approx(half.total->value() / 2));
    REQUIRE(half.items.size() == 2);
    CHECK(half.items[0].charge == "upfront");
    CHECK(half.items[1].charge == "reservation");
    CHECK(half.notes.front() == "upfront discount estimated from another machine");
}

static std::vector<PurchaseOption> discounted(double years, double rate) {
    return purchase_options({.days = Days{365 * years}}, {}, {}, kG5, charges(), rate);
}

TEST_CASE("what is paid later is worth less", "[purchase]") {
    // 8 % a year: of a dollar that is paid evenly through a year (1 - 1 / 1.08) / ln(1.08) =
    // 0.0740741 / 0.0769610 = 0.962488
    const auto year = discounted(1, 0.08);
    const auto worth = [](const auto& all, PurchaseKind kind) {
        return option(all, kind).present->value();
    };
    CHECK(worth(year, PurchaseKind::on_demand) == Approx(1.006 * 8760 * 0.962488));
    CHECK(worth(year, PurchaseKind::reserved_1yr_no_upfront) == Approx(5551.9128 * 0.962488));
    CHECK(worth(year, PurchaseKind::reserved_1yr_all_upfront) == Approx(5181.60021));
    CHECK(worth(year, PurchaseKind::reserved_1yr_partial_upfront) ==
          Approx(0.63378 * 0.9524 * 8760 * (0.5 + 0.5 * 0.962488)));
    // three times a year upfront, at the starts: 1 + 1 / 1.08 + 1 / 1.1664 = 2.783265
    const auto three = discounted(3, 0.08);
    CHECK(worth(three, PurchaseKind::reserved_1yr_all_upfront) == Approx(5181.60021 * 2.783265));
    // a year and a day: the day is paid on demand, half a day after the year on average:
    // 24.144 * 1.08^-(1 + 1 / 730) = 22.3532
    const auto more = discounted(366.0 / 365, 0.08);
    CHECK(worth(more, PurchaseKind::reserved_1yr_all_upfront) ==
          Approx(5181.60021 + 22.3532).epsilon(1e-8));
}

TEST_CASE("a discount rate changes the order, and none changes nothing", "[purchase]") {
    const auto cheapest_year = [](double rate) {
        for (const auto& o : discounted(1, rate))
            if (const auto term = term_of(o.kind);
                o.total && term && term->years == 1 && term->commitment == Commitment::standard)
                return o.kind;
        return PurchaseKind::on_demand;
    };
    // at 40 % a year evenly is worth 0.285714 / 0.336472 = 0.849146: 5,551.91 are 4,714.38
    CHECK(cheapest_year(0) == PurchaseKind::reserved_1yr_all_upfront);
    CHECK(cheapest_year(0.4) == PurchaseKind::reserved_1yr_no_upfront);
    CHECK(discounted(1, 0) == options({.days = Days{365}}));
    CHECK_FALSE(options({.days = Days{365}}).front().present);
    CHECK_THROWS_WITH(discounted(1, -0.1), "discount_rate: must not be negative, got -0.1");
}

TEST_CASE("whole terms are paid, and said so", "[purchase]") {
    const auto [days,
                hours_per_day,
                usd,
                note] = GENERATE(table<double, double, double, std::string>({
        // ten days pay the year
        {10, 24, 0.63378 * 8760, "pays 365 d for a plan of 10 d"},
        // to the day
        {365, 24, 0.63378 * 8760, ""},
        // a day more is paid on demand: 24 * 1.006
        {366, 24, 0.63378 * 8760 + 24 * 1.006, "24 h after the last term are paid on demand"},
        // 335 days more would be 8,088 on demand: another term is less
        {700, 24, 0.63378 * 8760 * 2, "pays 730 d for a plan of 700 d"},
        // but not at 4 h/day: 335 * 4 * 1.006
        {700, 4, 0.63378 * 8760 + 335 * 4 * 1.006, "1340 h after the last term are paid on demand"},
        {730, 24, 0.63378 * 8760 * 2, ""},
    }));
    const auto all = options({.days = Days{days}, .hours_per_day = HoursPerDay{hours_per_day}});
    const auto& year = option(all, PurchaseKind::reserved_1yr_no_upfront);
    CHECK(year.total->value() == Approx(usd));
    CHECK((year.notes.empty() ? "" : year.notes.front()) == note);
}

TEST_CASE("spot is priced with the work it loses", "[purchase]") {
    const auto all = options({.days = Days{30}});
    const auto& spot = option(all, PurchaseKind::spot);
    REQUIRE(spot.total);
    const SpotHours hours = spot_hours(Hours{720}, interruption_rate(*spot.share), {});
    CHECK(spot.total->value() == Approx(0.45 * hours.expected.value()));
    CHECK(*spot.hours == hours.expected);
    CHECK(*spot.hours_p90 > *spot.hours);
    CHECK(spot.effective->value() > 0.45);
    CHECK(*spot.break_even_rate > interruption_rate(*spot.share));
}

TEST_CASE("what is not known has no total and stands last", "[purchase]") {
    const auto all = options({.days = Days{365}},
                             {.provider = "aws",
                              .region = "us-east-1",
                              .instance = "c8a.large",
                              .on_demand = UsdPerHour{0.13},
                              .spot = UsdPerHour{0.02}});
    CHECK(all.size() == kPurchaseKinds - 2); // all but Google's
    CHECK(all.front().kind == PurchaseKind::on_demand);
    for (std::size_t i = 1; i < all.size(); ++i)
        CHECK_FALSE(all[i].total);
    CHECK(option(all, PurchaseKind::spot).notes.front() ==
          "how often it is interrupted is not known");
}

TEST_CASE("a rate from before a price cut is not used, and says so", "[purchase]") {
    // AWS price feed of 2025-04-04: p5.48xlarge in us-east-1 at 98.32 USD/h on demand, 77.427 as
    // a convertible of one year. Since June 2025 it costs 55.04 on demand.
    Machine p5{.provider = "aws",
               .region = "us-east-1",
               .instance = "p5.48xlarge",
               .on_demand = UsdPerHour{55.04}};
    const auto today = options({.days = Days{365}}, p5);
    CHECK(today.front().kind == PurchaseKind::on_demand);
    const auto& convertible = option(today, PurchaseKind::convertible_1yr_no_upfront);
    CHECK_FALSE(convertible.total);
    CHECK_FALSE(convertible.price);
    CHECK_FALSE(convertible.break_even);
    CHECK(convertible.notes == std::vector<std::string>{"rate of 2025-04-04, when on demand was "
                                                        "98.32 USD/h; today it is 55.04 USD/h"});
    p5.on_demand = UsdPerHour{98.32};
    CHECK(option(options({.days = Days{365}}, p5), PurchaseKind::convertible_1yr_no_upfront)
              .total->value() == Approx(77.427 * 8760));
    p5.on_demand.reset();
    const auto unknown = options({.days = Days{365}}, p5);
    CHECK_FALSE(option(unknown, PurchaseKind::convertible_1yr_no_upfront).total);
    CHECK(option(unknown, PurchaseKind::convertible_1yr_no_upfront).notes.front() ==
          "rate of 2025-04-04, when on demand was 98.32 USD/h; today's is not known");
}

TEST_CASE("no reserved rate that is used is above on demand", "[purchase][property]") {
    const Catalog catalog = Catalog::bundled();
    const Budget year{.days = Days{365}};
    std::size_t used = 0;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        if (o.purchase != Purchase::on_demand)
            continue;
        const Machine m{.provider = o.region.provider,
                        .region = o.region.code,
                        .instance = o.instance.name,
                        .on_demand = o.price};
        for (const PurchaseOption& option : options(year, m))
            if (term_of(option.kind) && option.total) {
                INFO(m.instance << " in " << m.region << ", " << to_string(option.kind));
                CHECK(*option.price < o.price);
                ++used;
            }
    }
    CHECK(used > 10'000);
}

TEST_CASE("Google's committed use for one year and for three", "[purchase]") {
    // Google's calculator, a2-highgpu-8g in europe-west4: 21,888.16 USD a month of 730 h on
    // demand, 13,789.38 committed for 1 year, 7,661.01 for 3. A year is 12 of these months.
    const Machine a2{.provider = "gcp",
                     .region = "europe-west4",
                     .instance = "a2-highgpu-8g",
                     .on_demand = UsdPerHour{29.983776}};
    const auto year = options({.days = Days{365}}, a2);
    CHECK(option(year, PurchaseKind::on_demand).total->value() / 12 == Approx(21'888.16));
    const auto& committed = option(year, PurchaseKind::committed_1yr);
    CHECK(committed.total->value() / 12 == Approx(13'789.38));
    CHECK(committed.upfront == Usd{});
    CHECK(option(options({.days = Days{3 * 365}}, a2), PurchaseKind::committed_3yr).total->value() /
              36 ==
          Approx(7'661.01));
    // paid for the whole term, used or not
    CHECK(option(options({.days = Days{10}}, a2), PurchaseKind::committed_1yr).total ==
          committed.total);
}

TEST_CASE("a savings plan has the rate of the reservation that AWS says", "[purchase]") {
    const auto all = options({.days = Days{365}});
    using enum PurchaseKind;
    for (const auto& [plan, reservation] :
         {std::pair{compute_savings_1yr_no_upfront, convertible_1yr_no_upfront},
          std::pair{compute_savings_3yr_all_upfront, convertible_3yr_all_upfront},
          std::pair{instance_savings_1yr_partial_upfront, reserved_1yr_partial_upfront},
          std::pair{instance_savings_3yr_no_upfront, reserved_3yr_no_upfront}}) {
        CHECK(option(all, plan).total == option(all, reservation).total);
        CHECK(option(all, plan).upfront == option(all, reservation).upfront);
        CHECK(option(all, plan).total);
    }
    CHECK(option(all, compute_savings_1yr_no_upfront).notes.front() ==
          "at the rate of convertible_1yr, which it has too");
}

TEST_CASE("a capacity block is paid for its days, all of it at the start", "[purchase]") {
    // AWS's page of 2026-07-22: p5.48xlarge in ap-northeast-1 at 37.76 USD/h.
    const Machine p5{.provider = "aws", .region = "ap-northeast-1", .instance = "p5.48xlarge"};
    // 30 days at 8 h/day: five weeks are 35 * 24 = 840 h, 37.76 * 840 = 31,718.40
    const auto month = options({.days = Days{30}, .hours_per_day = HoursPerDay{8}}, p5);
    const auto& block = option(month, PurchaseKind::capacity_block);
    CHECK(block.total->value() == Approx(31'718.4));
    CHECK(block.upfront == *block.total);
    CHECK(block.hours == Hours{840});
    CHECK(block.price == UsdPerHour{37.76});
    CHECK(block.effective->value() == Approx(37.76 * 840 / 240));
    CHECK(block.notes == std::vector<std::string>{"pays 35 d for a plan of 30 d"});
    CHECK(block.source.ends_with("2026-07-22"));
    const auto half = options({.days = Days{182}}, p5); // 182 * 24 * 37.76
    CHECK(option(half, PurchaseKind::capacity_block).total->value() == Approx(164'935.68));
    CHECK(option(half, PurchaseKind::capacity_block).notes.empty());
    const auto year = options({.days = Days{365}}, p5);
    CHECK_FALSE(option(year, PurchaseKind::capacity_block).total);
    CHECK(option(year, PurchaseKind::capacity_block).notes ==
          std::vector<std::string>{"a block is of 182 d at most, the plan of 365 d"});
}

TEST_CASE("only what a provider sells is listed", "[purchase]") {
    const auto kinds = [](std::string_view provider) {
        std::vector<std::string_view> out;
        for (const PurchaseOption& o :
             options({.days = Days{30}}, {.provider = provider, .region = "r", .instance = "m"}))
            out.push_back(to_string(o.kind));
        return out;
    };
    CHECK(kinds("azure") == std::vector<std::string_view>{"on_demand", "spot"});
    CHECK(kinds("gcp") ==
          std::vector<std::string_view>{"on_demand", "spot", "committed_1yr", "committed_3yr"});
    CHECK(kinds("aws").size() == kPurchaseKinds - 2);
}

TEST_CASE("unused capacity is covered by a reservation", "[purchase]") {
    const Usage held{.reserved_capacity = HoursPerDay{4}};
    const Budget plan{.days = Days{365}, .hours_per_day = HoursPerDay{8}};
    const auto all = purchase_options(plan, held, {}, kG5, charges());
    CHECK(option(all, PurchaseKind::on_demand).total->value() == Approx(1.006 * 365 * 12));
    CHECK(option(all, PurchaseKind::reserved_1yr_no_upfront).total->value() ==
          Approx(0.63378 * 8760));
    const Bill b =
        bill(plan, held, option(all, PurchaseKind::reserved_1yr_no_upfront), kG5, charges());
    CHECK(b.total.value() == Approx(0.63378 * 8760));
}

TEST_CASE("bad figures of a recovery are refused", "[purchase][error]") {
    const Budget plan{.days = Days{1}};
    CHECK_THROWS_WITH(purchase_options(plan, {}, {.checkpoint = Hours{-1}}, kG5, charges()),
                      "checkpoint_minutes: must not be negative, got -1 h");
    CHECK_THROWS_WITH(purchase_options(plan, {}, {.restart = Hours{-1}}, kG5, charges()),
                      "restart_minutes: must not be negative, got -1 h");
    CHECK_THROWS_WITH(purchase_options({}, {}, {}, kG5, charges()), "days: must be given");
}

TEST_CASE("the best way to pay never costs more than on demand", "[purchase][property]") {
    std::minstd_rand random{1};
    const auto uniform = [&random](double low, double high) {
        return low + (high - low) * static_cast<double>(random() % 10'000) / 10'000;
    };
    for (int i = 0; i < 300; ++i) {
        Machine m = kG5;
        m.on_demand = UsdPerHour{uniform(0.1, 3)};
        m.spot = UsdPerHour{uniform(0.05, 3)};
        const double hours = uniform(0.1, 20);
        const Budget plan{.days = Days{uniform(1, 1500)}, .hours_per_day = HoursPerDay{hours}};
        const Usage usage{.reserved_capacity = HoursPerDay{uniform(0, 4)}};
        const auto all = purchase_options(plan, usage, {}, m, charges());
        CHECK(*all.front().total <= *option(all, PurchaseKind::on_demand).total);
        for (const auto& o : all) {
            Usd sum;
            for (const LineItem& item : o.items)
                sum = sum + *item.amount;
            CHECK(sum == o.total.value_or(Usd{}));
        }
        Machine dearer = m; // a price that rises lowers no cost
        dearer.on_demand = *m.on_demand * 1.1;
        dearer.spot = *m.spot * 1.1;
        const auto more = purchase_options(plan, usage, {}, dearer, charges());
        for (const PurchaseOption& o : all)
            CHECK(option(more, o.kind).total >= o.total);
    }
}
