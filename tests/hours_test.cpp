#include <flopwise/estimate.hpp>
#include <flopwise/hours.hpp>

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace flopwise;

static const Budget kYearOfTwoHours{.days = Days{365}, .hours_per_day = HoursPerDay{2}};

/// What work costs in hours where it is interrupted, one event after another: interruptions strike
/// at any moment, also while a checkpoint is written or the machines restart. Whole intervals that
/// pass before the next interruption are passed at once.
static double played(double work, double rate, Recovery recovery, std::mt19937_64& random) {
    const double best = checkpoint_interval(rate, recovery).value();
    const double interval = std::min(work, best);
    const double checkpoint = recovery.checkpoint.value();
    std::exponential_distribution<> gap{rate};
    double time = 0;
    double strikes = gap(random);
    const double whole = std::floor(work / interval + 1e-9);
    const double rest = work - whole * interval;
    const double all = whole + (rest > 1e-9 * interval ? 1 : 0);
    bool restart = false;
    for (double done = 0; done < all;) {
        const double length = (done < whole ? interval : rest) + checkpoint;
        const double pass = std::floor((strikes - time) / length);
        if (!restart && done < whole && pass >= 1) {
            const double passed = std::min(pass, whole - done);
            time += passed * length;
            done += passed;
            continue;
        }
        const double end = time + length + (restart ? recovery.restart.value() : 0);
        restart = end > strikes;
        time = restart ? strikes : end;
        strikes += restart ? gap(random) : 0;
        done += restart ? 0 : 1;
    }
    return time;
}

TEST_CASE("hours that are known", "[hours]") {
    const auto hours = HoursDistribution::certain(Hours{730});
    CHECK(hours.is_certain());
    CHECK(hours.central() == Hours{730});
    CHECK(hours.quantile(0.01) == Hours{730});
    CHECK(hours.probability(Hours{730}) == 1);
    CHECK(hours.probability(Hours{729}) == 0);
    CHECK(hours == HoursDistribution::certain(Hours{730}));
    CHECK_FALSE(hours == HoursDistribution::certain(Hours{731}));
    CHECK(HoursDistribution::of_plan(kYearOfTwoHours, {}) == hours);
}

TEST_CASE("hours of a plan are those of the rule, to the last bit", "[hours]") {
    const Uncertainty u{.use_cv = 0.5};
    const auto hours = HoursDistribution::of_plan(kYearOfTwoHours, u);
    CHECK_FALSE(hours.is_certain());
    CHECK(hours.central() == Hours{730});
    for (const double p : {0.001, 0.1, 0.5, 0.9, 0.999}) {
        CHECK(hours.quantile(p) == hours_quantile(kYearOfTwoHours, u, p));
        CHECK(hours.probability(hours.quantile(p)) == Approx(p).epsilon(1e-9));
    }
    CHECK(hours.probability(Hours{365.0 * 24}) == 1);
    CHECK(hours.probability(Hours{}) == 0);
}

TEST_CASE("predicted hours are those of an estimate, to the last bit", "[hours]") {
    const Estimate estimate{.median = Hours{40}, .scale = 0.3, .degrees_of_freedom = 12};
    const auto hours = HoursDistribution::student(Hours{40}, 0.3, 12);
    CHECK(hours.central() == Hours{40});
    for (const double p : {0.001, 0.1, 0.5, 0.9, 0.999}) {
        CHECK(hours.quantile(p) == estimate.quantile(p));
        CHECK(hours.probability(estimate.quantile(p)) ==
              estimate.probability(estimate.quantile(p)));
    }
}

TEST_CASE("what cannot be hours is refused", "[hours]") {
    const auto hours = HoursDistribution::certain(Hours{1});
    CHECK_THROWS_WITH(HoursDistribution::certain(Hours{}),
                      "hours: must be positive and finite, got 0 h");
    CHECK_THROWS_WITH(HoursDistribution::student(Hours{-1}, 1, 1),
                      "median: must be positive and finite, got -1 h");
    CHECK_THROWS_WITH(HoursDistribution::student(Hours{1}, 0, 1),
                      "scale: must be positive and finite, got 0");
    CHECK_THROWS_WITH(HoursDistribution::student(Hours{1}, 1, 0),
                      "degrees_of_freedom: must be positive and finite, got 0");
    CHECK_THROWS_WITH(HoursDistribution::of_plan(kYearOfTwoHours, {.use_cv = 11}),
                      "use_cv: must be 0 or from 0.001 to 10, got 11");
    CHECK_THROWS_WITH((void)hours.quantile(0), "p: must be above 0 and below 1, got 0");
    CHECK_THROWS_WITH((void)hours.quantile(1), "p: must be above 0 and below 1, got 1");
    CHECK_THROWS_WITH((void)hours.on_spot(-1, {}),
                      "interruptions_per_hour: must not be negative, got -1");
    CHECK_THROWS_WITH((void)hours.on_spot(1, {.checkpoint = Hours{-1}}),
                      "checkpoint_minutes: must not be negative, got -1 h");
    CHECK_THROWS_WITH((void)hours.on_spot(1, {.restart = Hours{-1}}),
                      "restart_minutes: must not be negative, got -1 h");
}

TEST_CASE("without interruptions the work ends after one checkpoint", "[hours]") {
    const Recovery recovery{Hours{0.25}, Hours{1}};
    const auto known = HoursDistribution::certain(Hours{100}).on_spot(0, recovery);
    CHECK(known.is_certain());
    CHECK(known.quantile(0.9) == Hours{100.25});
    CHECK(known.central() == spot_hours(Hours{100}, 0, recovery).expected);
    const Recovery free{Hours{}, Hours{1}};
    for (const auto& hours : {HoursDistribution::of_plan(kYearOfTwoHours, {.use_cv = 0.5}),
                              HoursDistribution::student(Hours{40}, 0.3, 12)})
        for (const double p : {0.1, 0.5, 0.9}) {
            CHECK(hours.on_spot(0, free).quantile(p) == hours.quantile(p));
            CHECK(hours.on_spot(0, recovery).quantile(p) == hours.quantile(p) + Hours{0.25});
        }
}

TEST_CASE("the best interval is where the derivative is zero", "[hours]") {
    CHECK(std::isinf(checkpoint_interval(0, {}).value()));
    CHECK(checkpoint_interval(0.01, {Hours{}, Hours{1}}) == Hours{1.0 / 3600});
    for (const double rate : {1e-6, 1e-3, 0.1, 1.0})
        for (const double checkpoint : {0.01, 0.1, 2.0}) {
            const double x = rate * checkpoint_interval(rate, {Hours{checkpoint}, Hours{}}).value();
            CHECK((1 - x) * std::exp(x + rate * checkpoint) == Approx(1).epsilon(1e-9));
        }
}

TEST_CASE("known work on spot is done at once with the probability of no interruption", "[hours]") {
    // By hand: at 0.001 an hour and 0.1 h the best interval is 14 h (Daly: sqrt(2 * 0.1 * 1000) *
    // (1 + 0.0024) - 0.1), so that 20 h need two checkpoints: e^(-0.001 * 20.2) = 0.98.
    const auto hours = HoursDistribution::certain(Hours{20}).on_spot(0.001, {Hours{0.1}, Hours{1}});
    CHECK(hours.probability(Hours{20.2}) == Approx(std::exp(-0.0202)).epsilon(1e-9));
    CHECK(hours.probability(Hours{20.1999}) == 0);
    CHECK(hours.quantile(0.9).value() == Approx(20.2));
    CHECK(hours.quantile(0.981) > Hours{21.2}); // and a restart
    CHECK(hours.central() == spot_hours(Hours{20}, 0.001, {Hours{0.1}, Hours{1}}).expected);
}

TEST_CASE("the hours of the example in docs/model.md", "[hours]") {
    const Recovery recovery{Hours{0.1}, Hours{0.2}};
    const SpotHours spot = spot_hours(Hours{100}, 0.01, recovery);
    const auto hours = HoursDistribution::certain(Hours{100}).on_spot(0.01, recovery);
    CHECK(spot.interval.value() == Approx(4.406).margin(0.0005));
    CHECK(spot.expected.value() == Approx(104.82).margin(0.005));
    CHECK(spot.p90.value() == Approx(108.88).margin(0.005));
    CHECK(hours.quantile(0.9) == spot.p90);
    CHECK(hours.probability(Hours{102.3}) == Approx(0.3595).margin(0.00005));
    const auto plan = HoursDistribution::of_plan(kYearOfTwoHours, {.use_cv = 1})
                          .on_spot(interruption_rate(0.2), {});
    CHECK(plan.quantile(0.9).value() == Approx(785.7).margin(0.05));
}

TEST_CASE("the 0.9 quantile of known work on spot covers 0.9", "[hours][property]") {
    constexpr int kDraws = 1500;
    std::mt19937_64 random{1};
    int below = 0;
    int cases = 0;
    for (const double rate : {1e-4, 1e-3, 0.01, 0.1, 1.0})
        for (const double work : {1.0, 10.0, 100.0, 2000.0})
            for (const double checkpoint : {0.0, 0.05, 0.5})
                for (const double restart : {0.0, 0.1, 1.0}) {
                    if (rate * work > 200)
                        continue; // too long to play
                    const Recovery recovery{Hours{checkpoint}, Hours{restart}};
                    const double p90 = spot_hours(Hours{work}, rate, recovery).p90.value();
                    const double intervals =
                        std::ceil(work / checkpoint_interval(rate, recovery).value() - 1e-9);
                    const double none =
                        std::exp(-rate * (work + std::max(1.0, intervals) * checkpoint));
                    int enough = 0;
                    for (int i = 0; i < kDraws; ++i)
                        enough += played(work, rate, recovery, random) <= p90 * (1 + 1e-12) ? 1 : 0;
                    const double want = std::max(0.9, none);
                    const double error = std::sqrt(want * (1 - want) / kDraws);
                    INFO(fmt::format("{}/h, {} h, {} h, {} h", rate, work, checkpoint, restart));
                    CHECK(static_cast<double>(enough) / kDraws ==
                          Approx(want).margin(0.003 + 4 * error));
                    below += enough;
                    ++cases;
                }
    CHECK(cases == 171);
    CHECK(below > 0.9 * cases * kDraws);
}

TEST_CASE("the 0.9 quantile of known work on spot, in a million draws", "[hours][property]") {
    struct Case {
        double work, rate;
        Recovery recovery;
    };
    for (const auto& [work, rate, recovery] :
         {Case{720, 0.0003, {Hours{5.0 / 60}, Hours{10.0 / 60}}},
          Case{30, 0.05, {Hours{0.1}, Hours{0.5}}},
          Case{1, 1, {Hours{0.5}, Hours{0.1}}}}) {
        const double p90 = spot_hours(Hours{work}, rate, recovery).p90.value();
        std::mt19937_64 random{2};
        int enough = 0;
        for (int i = 0; i < 1'000'000; ++i)
            enough += played(work, rate, recovery, random) <= p90 ? 1 : 0;
        INFO(fmt::format("{} h at {}/h", work, rate));
        CHECK(enough / 1e6 == Approx(0.9).margin(0.004)); // 13 standard errors
    }
}

TEST_CASE("uncertain work on spot agrees with a simulation", "[hours][property]") {
    struct Case {
        HoursDistribution hours;
        double rate;
        Recovery recovery;
    };
    const Recovery usual{Hours{5.0 / 60}, Hours{10.0 / 60}};
    const auto plan = HoursDistribution::of_plan(kYearOfTwoHours, {.use_cv = 0.5});
    const auto job = HoursDistribution::student(Hours{40}, 0.2, 12);
    for (const auto& [hours, rate, recovery] : {Case{plan, 0.0003, usual},
                                                Case{plan, 0.01, {Hours{0.5}, Hours{1}}},
                                                Case{job, 0.003, usual},
                                                Case{job, 0.05, {Hours{0.1}, Hours{1}}}}) {
        constexpr int kDraws = 100'000;
        const auto spot = hours.on_spot(rate, recovery);
        std::mt19937_64 random{3};
        std::vector<double> quantiles; // of the work, for draws that are evenly spread over it
        for (int i = 0; i < 1000; ++i)
            quantiles.push_back(hours.quantile((i + 0.5) / 1000).value());
        std::vector<double> times(kDraws);
        for (std::size_t i = 0; i < times.size(); ++i)
            times[i] = played(quantiles[i % quantiles.size()], rate, recovery, random);
        std::sort(times.begin(), times.end());
        for (const double p : {0.05, 0.25, 0.5, 0.75, 0.9, 0.99}) {
            const Hours at{times[static_cast<std::size_t>(p * kDraws)]};
            INFO(fmt::format("{} of {:.1f}, {}/h", p, spot.central(), rate));
            CHECK(spot.probability(at) == Approx(p).margin(0.008)); // 5 standard errors and 0.003
        }
    }
}

TEST_CASE("quantile and probability are inverse and rise", "[hours][property]") {
    const Recovery usual{Hours{5.0 / 60}, Hours{10.0 / 60}};
    for (const auto& hours : {HoursDistribution::certain(Hours{400}),
                              HoursDistribution::of_plan(kYearOfTwoHours, {.use_cv = 0.5}),
                              HoursDistribution::student(Hours{40}, 0.2, 4)})
        for (const double rate : {0.01, 0.1}) {
            const auto spot = hours.on_spot(rate, usual);
            Hours last{};
            for (double p = 0.05; p < 1; p += 0.05) {
                const Hours at = spot.quantile(p);
                CHECK(at > last);
                CHECK(at > hours.quantile(p));
                CHECK(spot.probability(at) == Approx(p).margin(1e-5));
                last = at;
            }
        }
}

TEST_CASE("with less spread uncertain work on spot becomes known work", "[hours]") {
    const Recovery usual{Hours{5.0 / 60}, Hours{10.0 / 60}};
    const auto known = HoursDistribution::certain(Hours{730}).on_spot(0.003, usual);
    const auto plan =
        HoursDistribution::of_plan(kYearOfTwoHours, {.use_cv = 0.001}).on_spot(0.003, usual);
    const auto job = HoursDistribution::student(Hours{730}, 1e-6, 12).on_spot(0.003, usual);
    for (const double p : {0.2, 0.5, 0.9}) {
        CHECK(plan.quantile(p).value() == Approx(known.quantile(p).value()).epsilon(0.001));
        CHECK(job.quantile(p).value() == Approx(known.quantile(p).value()).epsilon(0.001));
    }
}

TEST_CASE("work that is never done takes for ever", "[hours]") {
    const auto hours = HoursDistribution::certain(Hours{10}).on_spot(1000, {Hours{1}, Hours{1}});
    CHECK(std::isinf(hours.quantile(0.5).value()));
    CHECK(hours.probability(Hours{1e6}) == 0);
}
