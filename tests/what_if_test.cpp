#include <flopwise/report.hpp>
#include <flopwise/what_if.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"
#include "recommend/sobol.hpp"

#include <cmath>

using namespace flopwise;

// ---- parts of a variance ------------------------------------------------------------

namespace {

constexpr double kPi = 3.14159265358979323846;

/// The middles of `n` equal parts of [low, high].
std::vector<double> middles(double low, double high, std::size_t n) {
    std::vector<double> out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(low + (high - low) * (static_cast<double>(i) + 0.5) / static_cast<double>(n));
    return out;
}

} // namespace

TEST_CASE("the variance of Ishigami's function", "[what_if]") {
    // y = sin a + 7 sin^2 b + 0.1 c^4 sin a over [-pi, pi]^3. Ishigami and Homma 1990; the indices
    // are 0.3139, 0.4424, 0 alone and 0.5576, 0.4424, 0.2437 in all (Saltelli et al. 2008, table
    // 4.3).
    constexpr std::size_t kEach = 40;
    const auto points = middles(-kPi, kPi, kEach);
    std::vector<double> values;
    for (const double a : points)
        for (const double b : points)
            for (const double c : points)
                values.push_back(std::sin(a) + 7 * std::sin(b) * std::sin(b) +
                                 0.1 * c * c * c * c * std::sin(a));
    const auto parts = variance_parts(std::vector<std::size_t>(3, kEach), values);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].first == Approx(0.3139).margin(0.002));
    CHECK(parts[1].first == Approx(0.4424).margin(0.002));
    CHECK(parts[2].first == Approx(0).margin(1e-9));
    CHECK(parts[0].total == Approx(0.5576).margin(0.002));
    CHECK(parts[1].total == Approx(0.4424).margin(0.002));
    CHECK(parts[2].total == Approx(0.2437).margin(0.002));
}

TEST_CASE("parts of a variance by hand, on grids that are no cubes", "[what_if]") {
    // y = a + b with a of 0, 1 and b of 0, 1, 2: variances 1/4 and 2/3 of 11/12.
    const std::vector<double> sum{0, 1, 2, 1, 2, 3};
    const std::vector<std::size_t> sizes{2, 3};
    const auto parts = variance_parts(sizes, sum);
    CHECK(parts[0].first == Approx(3.0 / 11));
    CHECK(parts[0].total == Approx(3.0 / 11));
    CHECK(parts[1].first == Approx(8.0 / 11));
    CHECK(parts[1].total == Approx(8.0 / 11));
    CHECK(variance_parts(sizes, std::vector<double>(6, 1.5)).empty()); // nothing to part
}

// ---- the map ------------------------------------------------------------------------

namespace {

Request varied_question() {
    Request out{.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}}};
    out.constraints.region = {"us-east-1"};
    out.precision = Precision::fp64;
    return out;
}

} // namespace

TEST_CASE("the map has the answers of recommend()", "[what_if][property]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const auto [first, second] = GENERATE(table<std::string, std::string>({
        {"days=30:365:4", "hours_per_day=1:24:5"},  // one ranking for all
        {"budget=10:4000:5", "min-memory=8:244:4"}, // a ranking for each point
        {"storage=0:2000:4", "days=10:900:4"},      // plans
        {"max-price=0.5:5:4", "budget=100:9000:4"},
    }));
    const std::vector<Vary> vary{vary_of(first), vary_of(second)};
    const WhatIf map = what_if(catalog, varied_question(), vary);
    REQUIRE(map.cells.size() ==
            static_cast<std::size_t>(vary[0].steps) * static_cast<std::size_t>(vary[1].steps));
    for (const WhatIfCell& cell : map.cells) {
        Request asked = varied_question();
        set(asked, vary[0].key, std::array{fmt::format("{}", cell.x)});
        set(asked, vary[1].key, std::array{fmt::format("{}", *cell.y)});
        const Recommendation r = recommend(catalog, asked);
        CHECK(cell.outcome == r.outcome);
        CHECK(cell.instance == (r.choices.empty() ? "" : r.choices.front().instance));
        if (r.choices.empty())
            continue;
        CHECK(cell.price == r.choices.front().price);
        CHECK(cell.total->value() == Approx(r.choices.front().cost->total.value()));
    }
    CHECK(map.cells.front().x == vary[0].low);
    CHECK(map.cells.back().x == vary[0].high);
    CHECK(map.cells.back().y == vary[1].high);
}

TEST_CASE("what the cost of one machine depends on", "[what_if]") {
    // cost = price * days * hours; with E[x] = m and Var(x) = v of an even distribution,
    // Var = (v1 + m1^2)(v2 + m2^2) - m1^2 m2^2, of which m2^2 v1 and m1^2 v2 are each one's own.
    // days in [30, 365]: m 197.5, v 335^2 / 12 = 9352.08; hours in [1, 24]: m 12.5, v 44.0833.
    // 9352.08 * 156.25 = 1461263, 39006.25 * 44.0833 = 1719525, v1 v2 = 412271; sum 3593059.
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    Request request = varied_question();
    request.budget = {};
    request.constraints.instance = {"p2.xlarge"};
    const std::vector<Vary> vary{vary_of("days=30:365"), vary_of("hours-per-day=1:24")};
    const WhatIf map = what_if(catalog, request, vary);
    CHECK(map.with_cost == 1);
    REQUIRE(map.sobol.size() == 2);
    CHECK(map.sobol[0].key == "days");
    CHECK(map.sobol[0].first == Approx(1461263.0 / 3593059).margin(0.003));
    CHECK(map.sobol[1].first == Approx(1719525.0 / 3593059).margin(0.003));
    CHECK(map.sobol[0].total == Approx(1 - 1719525.0 / 3593059).margin(0.003));
    CHECK(map.sobol[1].total == Approx(1 - 1461263.0 / 3593059).margin(0.003));
}

TEST_CASE("where there is no cost everywhere, nothing is said of what it depends on", "[what_if]") {
    const std::vector<Vary> vary{vary_of("budget=10:2000")};
    const WhatIf map = what_if(Catalog::bundled("aws-2020-04"), varied_question(), vary);
    CHECK(map.sobol.empty());
    CHECK(map.with_cost > 0);
    CHECK(map.with_cost < 1);
    CHECK(map.cells.front().outcome == Outcome::nothing_affordable);
    CHECK_FALSE(map.cells.front().y);
    CHECK(table(map).find("-: nothing qualifies") != std::string::npos);
}

TEST_CASE("what cannot be varied is refused", "[what_if][error]") {
    const auto [text, message] = GENERATE(table<std::string, std::string>({
        {"days", "vary: must be SETTING=FROM:TO or SETTING=FROM:TO:VALUES, got \"days\""},
        {"days=1", "vary: must be SETTING=FROM:TO or SETTING=FROM:TO:VALUES, got \"days=1\""},
        {"days=a:2", "vary: must be SETTING=FROM:TO or SETTING=FROM:TO:VALUES, got \"days=a:2\""},
        {"dayz=1:2", "vary: must name a setting that is a number, got \"dayz\""},
        {"launch=0:1", "vary: must name a setting that is a number, got \"launch\""},
        {"gpu=1:2", "vary: must be of a number that gpu can be, got \"1:2\""},
        {"days=9:3", "vary: must go from a number to a greater one, got \"9:3\""},
        {"hours-per-day=1:25", "vary: must be of a number that hours_per_day can be, got \"1:25\""},
        {"days=1:9:1", "vary: must have 2 to 100 values, got \"1\""},
        {"days=1:9:2.5", "vary: must have 2 to 100 values, got \"2.5\""},
    }));
    CHECK_THROWS_WITH(vary_of(text), message);
}

TEST_CASE("one or two settings are varied", "[what_if][error]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const Vary days = vary_of("days=1:9");
    const auto with = [&](const std::vector<Vary>& vary) {
        return what_if(catalog, varied_question(), vary);
    };
    CHECK_THROWS_WITH(with({}), "vary: must be one or two settings, got 0");
    CHECK_THROWS_WITH(with({days, days}), "vary: must be two settings that differ, got \"days\"");
    CHECK_THROWS_WITH(with({days, vary_of("budget=1:9"), vary_of("fixed=0:1")}),
                      "vary: must be one or two settings, got 3");
    Request wrong = varied_question();
    wrong.constraints.gpu = {"T5"};
    CHECK_THROWS_AS(what_if(catalog, wrong, std::vector{days}), ArgumentError);
}
