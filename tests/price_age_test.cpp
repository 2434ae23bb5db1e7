#include <flopwise/price_age.hpp>
#include <flopwise/recommend.hpp>

#include "catch.hpp"
#include "recommend/aged.hpp"

#include <algorithm>
#include <cmath>
#include <random>

using namespace flopwise;

TEST_CASE("the age of a price by hand", "[price_age]") {
    // docs/prices.md: 200 days, t = 0.547570; unchanged e^(-0.8339 * 0.547570) = 0.633422;
    // s = 0.2593 * sqrt(0.547570) = 0.191877; fallen 0.366578 * Phi(-0.1605 / 0.191877) = 0.0738:
    // so p10 is the old price; p90: (0.9 - 0.633422) / 0.366578 = 0.727207, Phi^-1 = 0.604387,
    // e^(0.1605 + 0.191877 * 0.604387) = 1.31846
    const PriceAge neocloud{
        .changes_per_year = 0.8339, .median_change = 0.1605, .spread = 0.2593, .grows = true};
    const double years = 200 / 365.25;
    CHECK(unchanged(neocloud, years) == Approx(0.633422).epsilon(1e-5));
    CHECK(price_ratio_quantile(neocloud, years, 0.1) == 1);
    CHECK(price_ratio_quantile(neocloud, years, 0.9) == Approx(1.31846).epsilon(2e-5));
    CHECK(price_age("lambda", "a10", Purchase::on_demand) == neocloud); // of data/price_age.yaml
}

TEST_CASE("a price of today is what it is", "[price_age]") {
    const PriceAge age{.changes_per_year = 5, .median_change = 0.3, .spread = 0.5};
    CHECK(unchanged(age, 0) == 1);
    CHECK(price_ratio_quantile(age, 0, 0.9) == 1);
    CHECK(price_ratio_probability(age, 0, 1) == 1);
    CHECK(price_ratio_probability(age, 0, 0.99) == 0);
    CHECK_THROWS_WITH(unchanged(age, -1), "years: must be finite and not negative, got -1");
    CHECK_THROWS_WITH(price_ratio_quantile(age, 1, 1), "p: must be above 0 and below 1, got 1");
}

TEST_CASE("quantiles and probabilities of a price are of one distribution",
          "[price_age][property]") {
    const double rate = GENERATE(0.02, 0.8, 14.0);
    const double median = GENERATE(-0.4, 0.0, 0.3);
    const bool grows = GENERATE(false, true);
    const double years = GENERATE(0.05, 0.5, 3.0);
    const PriceAge age{
        .changes_per_year = rate, .median_change = median, .spread = 0.3, .grows = grows};
    double before = 0;
    for (double p : {0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99}) {
        const double ratio = price_ratio_quantile(age, years, p);
        CHECK(ratio >= before);
        before = ratio;
        CHECK(price_ratio_probability(age, years, ratio * (1 + 1e-9)) >= p - 1e-6);
        CHECK(price_ratio_probability(age, years, ratio * (1 - 1e-9)) <= p + 1e-6);
    }
}

TEST_CASE("the cost of uncertain hours at an old price, against a simulation", "[price_age]") {
    // 20 USD of disk and 100 USD of hours at the median, which vary by a factor of e^(0.3 z); the
    // price by what its age is worth. A million draws are within 1 % of quantiles.
    const double spread = GENERATE(0.02, 0.3);
    const PriceAge age{
        .changes_per_year = 0.8063, .median_change = 0.1568, .spread = 0.2606, .grows = true};
    const Aged aged{age, GENERATE(0.3, 2.0)};
    const auto at = [&](double z) { return Usd{20 + 100 * std::exp(spread * z)}; };
    constexpr double kZ80 = 0.841621;
    constexpr double kZ90 = 1.281552;
    Choice choice{.cost = Bill{.items = {{.charge = "compute", .amount = Usd{100}},
                                         {.charge = "storage_gp3", .amount = Usd{20}}},
                               .total = Usd{120}},
                  .probability_within_budget = 0.5, // 120 USD are the median
                  .cost_quantiles = CostQuantiles{at(0), at(kZ80), at(kZ90)}};
    std::mt19937_64 random{1}; // NOLINT: the same on every run
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    std::vector<double> costs(1'000'000);
    const double same = std::exp(-0.8063 * aged.years);
    for (double& usd : costs) {
        const double moved =
            uniform(random) < same
                ? 1
                : std::exp(0.1568 + 0.2606 * std::sqrt(aged.years) * normal(random));
        usd = 20 + 100 * std::exp(spread * normal(random)) * moved;
    }
    std::sort(costs.begin(), costs.end());
    const auto drawn = [&](double p) {
        return costs[static_cast<std::size_t>(p * static_cast<double>(costs.size()))];
    };
    widen_cost(aged, Usd{120}, choice);
    CHECK(choice.cost_quantiles->p50.value() == Approx(drawn(0.5)).epsilon(0.01));
    CHECK(choice.cost_quantiles->p80.value() == Approx(drawn(0.8)).epsilon(0.01));
    CHECK(choice.cost_quantiles->p90.value() == Approx(drawn(0.9)).epsilon(0.01));
    const auto within = std::upper_bound(costs.begin(), costs.end(), 120.0) - costs.begin();
    CHECK(*choice.probability_within_budget ==
          Approx(static_cast<double>(within) / static_cast<double>(costs.size())).margin(0.01));
}

TEST_CASE("a price of today leaves the cost as it is", "[price_age]") {
    const CostQuantiles known{Usd{1}, Usd{2}, Usd{3}};
    Choice choice{.cost = Bill{.items = {{.charge = "compute", .amount = Usd{1}}}, .total = Usd{1}},
                  .probability_within_budget = 0.75,
                  .cost_quantiles = known};
    widen_cost({price_age("aws", "g5", Purchase::spot), 0}, Usd{2}, choice);
    CHECK(choice.cost_quantiles == known);
    CHECK(choice.probability_within_budget == 0.75);
}

TEST_CASE("every offer that is bundled has an age", "[price_age]") {
    const Catalog catalog = Catalog::bundled("clouds-2026-11");
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        const PriceAge age = price_age(o.instance.provider, o.instance.family, o.purchase);
        if (!(age.spread > 0))
            FAIL(o.instance.provider << ' ' << o.instance.name);
    }
    CHECK(price_age("aws", "p5", Purchase::on_demand).changes_per_year >
          price_age("aws", "g5", Purchase::on_demand).changes_per_year);
}

TEST_CASE("an answer says between what today's prices lie and whether the first is still first",
          "[price_age]") {
    Request request{.constraints = {.gpu = {"H100"}, .provider = {"*"}}};
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    CHECK_FALSE(recommend(clouds, request).still_first); // without a day nothing has an age
    request.today = {2026, 11, 28};
    const Recommendation r = recommend(clouds, request);
    REQUIRE(r.still_first);
    CHECK(*r.still_first > 0);
    CHECK(*r.still_first < 1);
    for (const Choice& c : r.choices) {
        REQUIRE(c.price_p10);
        CHECK(*c.price_p10 <= *c.price_p90);
    }
    // Of one provider and one way to pay, prices move together: nothing can change places.
    request.constraints.provider = {"lambda"};
    CHECK(recommend(clouds, request).still_first == 1);
}
