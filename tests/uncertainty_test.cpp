#include <flopwise/recommend.hpp>

#include "catch.hpp"
#include "cost/rule.hpp"

#include <algorithm>
#include <random>
#include <vector>

using namespace flopwise;

static Budget plan_of(double days, double use, std::optional<double> total = {}, double fixed = 0) {
    Budget out{.days = Days{days}, .hours_per_day = HoursPerDay{use}, .fixed = Usd{fixed}};
    if (total)
        out.total = Usd{*total};
    return out;
}

TEST_CASE("hours of exponential days have the quantiles of the chi-squared tables", "[uncertain]") {
    // cv = 1: a day is exponential, and 2 * hours / use is chi-squared with 2 * days degrees of
    // freedom. Its quantiles: NIST/SEMATECH e-Handbook, section 1.3.6.7.4.
    auto [days, p, chi_squared] = GENERATE(table<double, double, double>({
        {1, 0.90, 4.605}, // 2 degrees of freedom, also -2 ln 0.1
        {1, 0.95, 5.991},
        {5, 0.90, 15.987}, // 10
        {5, 0.99, 23.209},
        {50, 0.90, 118.498}, // 100
        {50, 0.95, 124.342},
    }));
    const Hours hours = hours_quantile(plan_of(days, 2), {.use_cv = 1}, p);
    CHECK(hours.value() == Approx(chi_squared * 2 / 2).margin(6e-4));
}

TEST_CASE("the article's ceiling with a use that varies", "[uncertain]") {
    // 365 days of cv 1: Gamma of shape 365 and scale 2. By the central limit theorem the quantile
    // is near 730 + 1.28155 * 2 * sqrt(365) = 778.97 h, and a little above (skewness 2 / sqrt 365
    // adds (1.28155² - 1) / 6 * 0.10468 * 38.21 = 0.43 h): 779.4 h.
    const Budget budget = plan_of(365, 2, 2000);
    const Uncertainty u{.use_cv = 1, .confidence = 0.9};
    CHECK(hours_quantile(budget, u, 0.9).value() == Approx(779.4).margin(0.05));
    CHECK(price_ceiling(at_confidence(budget, u)).value() == Approx(2000 / 779.4).epsilon(1e-4));
}

TEST_CASE("a certain use gives the same bits as the plain rule", "[uncertain][property]") {
    const double total = GENERATE(take(20, random(10.0, 1e5)));
    const double days = GENERATE(take(3, random(0.1, 2000.0)));
    const double use = GENERATE(take(3, random(0.1, 24.0)));
    const Budget budget = plan_of(days, use, total, total / 7);
    const Uncertainty u{.use_cv = 0, .confidence = 0.8};
    const UsdPerHour price = affordable_limit(budget);
    CHECK(at_confidence(budget, u) == budget);
    CHECK(hours_quantile(budget, u, 0.99) == rented_hours(budget));
    CHECK(cost_quantiles(budget, u, price).p90 == total_needed(budget, price));
    CHECK(days_affordable(budget, u, price) == days_affordable(budget, price));
    CHECK(hours_per_day_affordable(budget, u, price) == hours_per_day_affordable(budget, price));
    CHECK(probability_within_budget(budget, u, price) == 1);
    CHECK(probability_within_budget(budget, u, price * 1.01) == 0);
}

namespace {

/// Hours of plans, each the sum of days drawn one by one.
struct Draws {
    std::vector<double> plain;
    std::vector<double> capped; ///< no day above 24 h
};

Draws draw(double days, double use, double cv, std::size_t plans) {
    std::mt19937_64 random{20261123};
    std::gamma_distribution<double> day{1 / (cv * cv), use * cv * cv};
    Draws out{std::vector<double>(plans), std::vector<double>(plans)};
    for (std::size_t i = 0; i < plans; ++i)
        for (double d = 0; d < days; ++d) {
            const double hours = day(random);
            out.plain[i] += hours;
            out.capped[i] += std::min(hours, 24.0);
        }
    std::sort(out.plain.begin(), out.plain.end());
    std::sort(out.capped.begin(), out.capped.end());
    return out;
}

double quantile(const std::vector<double>& sorted, double p) {
    return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size()))];
}

double share_below(const std::vector<double>& sorted, double limit) {
    return static_cast<double>(std::upper_bound(sorted.begin(), sorted.end(), limit) -
                               sorted.begin()) /
           static_cast<double>(sorted.size());
}

} // namespace

TEST_CASE("quantiles and probabilities are those of a million plans drawn day by day",
          "[uncertain][property]") {
    // The standard error of a share is at most 0.0005, that of a quantile 0.0005 / density.
    const double cv = 0.8;
    const double use = 3;
    const double days = 10;
    const Draws draws = draw(days, use, cv, 1'000'000);
    const Budget budget = plan_of(days, use, 100, 20);
    const Uncertainty u{.use_cv = cv};
    for (const double p : {0.1, 0.5, 0.8, 0.9, 0.99})
        CHECK(hours_quantile(budget, u, p).value() ==
              Approx(quantile(draws.plain, p)).epsilon(0.003));
    for (const double price : {1.5, 2.0, 2.5, 3.0, 4.0})
        CHECK(probability_within_budget(budget, u, UsdPerHour{price}) ==
              Approx(share_below(draws.plain, 80 / price)).margin(0.0025));
    const CostQuantiles cost = cost_quantiles(budget, u, UsdPerHour{2});
    CHECK(cost.p50.value() == Approx(20 + 2 * quantile(draws.plain, 0.5)).epsilon(0.003));
    CHECK(cost.p80.value() == Approx(20 + 2 * quantile(draws.plain, 0.8)).epsilon(0.003));
    CHECK(cost.p90.value() == Approx(20 + 2 * quantile(draws.plain, 0.9)).epsilon(0.003));
}

TEST_CASE("what the end of a day cuts off is small, and never makes a ceiling too high",
          "[uncertain][property]") {
    // The 90 % quantile with days of at most 24 h, drawn, against the one without that limit.
    auto [days, use, cv, most] = GENERATE(table<double, double, double, double>({
        {365, 2, 1, 0.001},     // the article's use: no day is cut off
        {30, 8, 0.5, 0.003},    // a working day: 0.23 % of the days
        {30, 4, 1, 0.008},      // 0.25 % of the days
        {30, 5.2, 1, 0.017},    // 0.99 %: as far as it goes
        {365, 10, 0.46, 0.004}, // 0.99 %
    }));
    CHECK(probability_of_long_day(HoursPerDay{use}, cv) < 0.01);
    const Draws draws = draw(days, use, cv, 20'000);
    const double modelled = hours_quantile(plan_of(days, use), {.use_cv = cv}, 0.9).value();
    const double error = modelled / quantile(draws.capped, 0.9) - 1;
    CAPTURE(days, use, cv, error);
    CHECK(error < most);
    CHECK(error > -0.002); // sampling
    CHECK(quantile(draws.capped, 0.9) <= quantile(draws.plain, 0.9));
}

TEST_CASE("more confidence and more variation cost hours", "[uncertain][property]") {
    const double days = GENERATE(take(10, random(1.0, 500.0)));
    const double use = GENERATE(take(5, random(0.1, 5.0)));
    const Budget budget = plan_of(days, use, 1000);
    const auto ceiling = [&](double cv, double p) {
        return price_ceiling(at_confidence(budget, {.use_cv = cv, .confidence = p}));
    };
    CHECK(ceiling(0.5, 0.95) < ceiling(0.5, 0.9));
    CHECK(ceiling(0.5, 0.9) < ceiling(0.2, 0.9));
    CHECK(ceiling(0.2, 0.9) < ceiling(0, 0.9));
    const UsdPerHour price = ceiling(0.5, 0.9);
    CHECK(probability_within_budget(budget, {.use_cv = 0.5}, price) == Approx(0.9).epsilon(1e-3));
}

TEST_CASE("days and hours a day are those at which the ceiling is the price",
          "[uncertain][property]") {
    const double days = GENERATE(take(10, random(2.0, 700.0)));
    const double use = GENERATE(take(5, random(0.5, 8.0)));
    const Uncertainty u{.use_cv = 0.4, .confidence = GENERATE(0.3, 0.9, 0.99)};
    const Budget budget = plan_of(days, use, 500, 40);
    const UsdPerHour price = price_ceiling(at_confidence(budget, u));
    const auto found = days_affordable(budget, u, price);
    REQUIRE(found);
    CHECK(found->value() == Approx(days).epsilon(1e-9));
    CHECK(hours_per_day_affordable(budget, u, price).value() == Approx(use).epsilon(1e-9));
    CHECK_FALSE(days_affordable(budget, u, UsdPerHour{1e4})); // not one day
}

TEST_CASE("a plan never has more than 24 h a day", "[uncertain]") {
    const Uncertainty u{.use_cv = 0.46, .confidence = 0.9999};
    const Budget budget = plan_of(1, 10, 24);
    CHECK(hours_quantile(budget, u, u.confidence) == Hours{24});
    CHECK(price_ceiling(at_confidence(budget, u)) == UsdPerHour{1});
    CHECK(probability_within_budget(budget, u, UsdPerHour{1}) == 1);
}

TEST_CASE("what cannot be planned with is refused by field", "[uncertain][error]") {
    struct Row {
        Budget budget;
        Uncertainty uncertainty;
        const char* message;
    };
    const Row row = GENERATE(values<Row>({
        {plan_of(30, 2), {-1, 0.9}, "use_cv: must be 0 or from 0.001 to 10, got -1"},
        {plan_of(30, 2), {1e-4, 0.9}, "use_cv: must be 0 or from 0.001 to 10, got 0.0001"},
        {plan_of(30, 2), {NAN, 0.9}, "use_cv: must be 0 or from 0.001 to 10, got nan"},
        {plan_of(30, 2), {11, 0.9}, "use_cv: must be 0 or from 0.001 to 10, got 11"},
        {plan_of(30, 2), {1, 0}, "confidence: must be above 0 and below 1, got 0"},
        {plan_of(30, 2), {0, 1}, "confidence: must be above 0 and below 1, got 1"},
        {plan_of(30, 2), {1, NAN}, "confidence: must be above 0 and below 1, got nan"},
        {plan_of(0.5, 2), {1, 0.9}, "days: must be at least 1 d if the use varies, got 0.5 d"},
        {plan_of(30, 24),
         {1, 0.9},
         "use_cv: must leave at most 1 % of the days above 24 h, got 37 % at 24 h/d on average"},
        {plan_of(30, 12), // shape 4: exp(-8) (1 + 8 + 32 + 85.33) = 0.0424
         {0.5, 0.9},
         "use_cv: must leave at most 1 % of the days above 24 h, got 4.2 % at 12 h/d on average"},
        {{.hours_per_day = HoursPerDay{2}}, {1, 0.9}, "days: must be given"},
    }));
    CHECK_THROWS_WITH(at_confidence(row.budget, row.uncertainty), row.message);
}

// ---- in a recommendation ------------------------------------------------------------

static Request article_with(double use_cv, double confidence = 0.9) {
    return {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
            .uncertainty = {.use_cv = use_cv, .confidence = confidence},
            .constraints = {.region = {"us-east-1"}},
            .precision = Precision::fp64};
}

TEST_CASE("a riskier machine is refused at a higher confidence", "[uncertain]") {
    // 2,244 USD carry p3.2xlarge (3.06 USD/h) for 733.3 h: 54 % of the plans of 730 h on average.
    Request request = article_with(1, 0.5);
    request.budget.total = Usd{2244};
    request.constraints.instance = {"p3.2xlarge"};
    request.nearest = 1;
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const Recommendation even = recommend(catalog, request);
    REQUIRE(even.choices.size() == 1);
    CHECK(*even.choices[0].probability_within_budget == Approx(0.54).margin(0.005));
    CHECK(even.choices[0].cost->total.value() == Approx(2233.80)); // the mean
    CHECK(even.choices[0].cost_quantiles->p90.value() == Approx(3.06 * 779.4).epsilon(1e-4));
    request.uncertainty.confidence = 0.9;
    const Recommendation sure = recommend(catalog, request);
    CHECK(sure.outcome == Outcome::nothing_affordable);
    REQUIRE(sure.refusals.nearest.size() == 1);
    const Refusal& refusal = sure.refusals.nearest[0];
    CHECK(refusal.text == "costs 3.06 USD/h, the ceiling is 2.879 USD/h");
    REQUIRE(refusal.relaxation.size() == 3);
    request.budget.total = Usd{std::get<double>(refusal.relaxation[0].value)};
    CHECK(recommend(catalog, request).outcome == Outcome::found);
}

TEST_CASE("each relaxation of an uncertain budget admits the machine", "[uncertain][property]") {
    Request request = article_with(GENERATE(0.2, 0.7, 1.2), GENERATE(0.4, 0.9, 0.999));
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    request.constraints.instance = {"p3.2xlarge"};
    request.budget.total = Usd{1000};
    request.nearest = 1;
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.refusals.nearest.size() == 1);
    for (const Relaxation& change : r.refusals.nearest[0].relaxation) {
        Request relaxed = request;
        const double value = std::get<double>(change.value) * // to the last bits
                             (change.key == "budget_usd" ? 1 + 1e-12 : 1 - 1e-12);
        set(relaxed, change.key, std::vector{fmt::format("{}", value)});
        CHECK(recommend(catalog, relaxed).outcome == Outcome::found);
    }
}

TEST_CASE("without days, the money lasts as long as the confidence says", "[uncertain]") {
    Request request = article_with(1, 0.9);
    request.budget.days.reset();
    request.constraints.instance = {"p2.xlarge"};
    const Recommendation r = recommend(Catalog::bundled("aws-2020-04"), request);
    REQUIRE(r.choices.size() == 1);
    REQUIRE(r.choices[0].lasts);
    // On average 2000 / 0.9 / 2 = 1111.1 days; 1.28155 standard deviations fewer: n + 1.28155
    // sqrt(n) = 1111.1 gives n = 1069.2, and the skewness takes 0.2 more.
    CHECK(r.choices[0].lasts->value() == Approx(1069.0).margin(0.3));
    CHECK_FALSE(r.choices[0].probability_within_budget);
}

TEST_CASE("an uncertain use needs a plan", "[uncertain][error]") {
    CHECK_THROWS_WITH(recommend(Catalog::bundled(), {.uncertainty = {.use_cv = 0.5}}),
                      "use_cv: must leave at most 1 % of the days above 24 h, got 43 % at 24 h/d "
                      "on average");
    Request request{.budget = {.hours_per_day = HoursPerDay{2}}, .uncertainty = {.use_cv = 0.5}};
    CHECK_THROWS_WITH(recommend(Catalog::bundled(), request),
                      "use_cv: must come with a budget or with days");
}
