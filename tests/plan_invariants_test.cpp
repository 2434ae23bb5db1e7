// What must hold of the costs of whole plans, on random catalogs with random charges.

#include <flopwise/recommend.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"

#include <algorithm>

using namespace flopwise;

/// Machines with random prices, their commitments, interruptions and disks.
struct RandomMarket {
    Catalog catalog;
    Charges charges;

    explicit RandomMarket(unsigned seed) : catalog{random_catalog(seed)}, charges{rates(seed)} {}

    [[nodiscard]] Charges rates(unsigned seed) const {
        std::mt19937 random{seed};
        const auto share = [&random] { return static_cast<double>(random() % 1000) / 1000; };
        std::string reserved;
        std::string interruptions;
        for (std::size_t i = 0; i < catalog.size(); ++i) {
            const Offer o = catalog.offer(i);
            if (o.purchase != Purchase::on_demand || share() < 0.2)
                continue;
            const std::string names =
                fmt::format("instance: {}, region: {}, source: s", o.instance.name, o.region.code);
            for (const char* offering : {"standard_1yr", "standard_3yr"})
                reserved += fmt::format("  - {{{}, offering: {}, usd_per_hour: {}}}\n",
                                        names,
                                        offering,
                                        o.price.value() * (0.3 + 0.6 * share()));
            interruptions += fmt::format("  - {{{}, from: {}}}\n", names, 0.3 * share());
        }
        return Charges::parse(
            fmt::format(
                "provider: cloud\n"
                "sources: [{{name: s, title: random, as_of: 2026-07-01}}]\n"
                "charges:\n"
                "  - {{charge: storage_disk, region: all, usd: {}, source: s}}\n"
                "  - {{charge: egress, region: all, usd: {}, source: s}}\n"
                "  - {{charge: public_ipv4, region: all, usd: 0.005, source: s}}\n"
                "reserved:\n{}interruptions:\n{}"
                "reserved_ratios:\n"
                "  - {{offering: standard_1yr, payment: all_upfront, ratio: 0.9, source: s}}\n",
                0.05 + share(),
                0.01 + share(),
                reserved,
                interruptions),
            "random.yaml");
    }

    [[nodiscard]] Recommendation ask(const Request& request) const {
        return recommend(catalog, request, charges);
    }
};

static Request random_plan(unsigned seed) {
    Request out{.budget = {.days = Days{30.0 + seed % 400}, .hours_per_day = HoursPerDay{8}},
                .constraints = {.any_region = true},
                .usage = {.storage = GiB{100}},
                .ways = {PurchaseKind::on_demand,
                         PurchaseKind::spot,
                         PurchaseKind::reserved_1yr_no_upfront,
                         PurchaseKind::reserved_1yr_all_upfront,
                         PurchaseKind::reserved_3yr_no_upfront},
                .weights = Weights{.cost = 1},
                .top = 100};
    if (seed % 2 == 0)
        out.uncertainty.use_cv = 0.5;
    return out;
}

static unsigned market_seed() {
    return GENERATE(take(25, random(1U, 1'000'000U)));
}

/// The least of all choices.
static double least_total(const Recommendation& r) {
    double out = std::numeric_limits<double>::infinity();
    for (const Choice& c : r.choices)
        out = std::min(out, c.cost->total.value());
    return out;
}

TEST_CASE("one more way to pay never raises the least cost, one more charge never lowers it",
          "[plan_cost][property]") {
    const unsigned seed = market_seed();
    const RandomMarket market{seed};
    Request request = random_plan(seed);
    const auto all = request.ways;
    double before = std::numeric_limits<double>::infinity();
    for (std::size_t n = 1; n <= all.size(); ++n) {
        request.ways.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
        const double now = least_total(market.ask(request));
        INFO(seed << ", " << n << " ways");
        CHECK(now <= before * (1 + 1e-12));
        before = now;
    }
    request.usage.egress_per_month = GiB{50};
    const double more = least_total(market.ask(request));
    CHECK(more >= before);
    request.usage.public_ipv4 = 1;
    CHECK(least_total(market.ask(request)) >= more);
}

TEST_CASE("a choice costs the same alone", "[plan_cost][property]") {
    const unsigned seed = market_seed();
    const RandomMarket market{seed};
    const Request request = random_plan(seed);
    for (const Choice& c : market.ask(request).choices) {
        Request alone = request;
        alone.constraints.instance = {c.instance};
        alone.constraints.region = {c.region};
        alone.constraints.any_region = false;
        alone.ways = {c.purchase};
        const Choice one = market.ask(alone).choices.at(0);
        INFO(seed << ", " << c.instance << " as " << to_string(c.purchase));
        CHECK(one.cost == c.cost);
        CHECK(one.cost_quantiles == c.cost_quantiles);
        CHECK(one.hours_p90 == c.hours_p90);
    }
}

TEST_CASE("twice the days of one machine on demand cost twice as much", "[plan_cost][property]") {
    const unsigned seed = market_seed();
    const RandomMarket market{seed};
    Request request = random_plan(seed);
    request.ways = {PurchaseKind::on_demand};
    request.uncertainty.use_cv = 0;
    const Recommendation once = market.ask(request);
    request.budget.days = *request.budget.days * 2;
    const Recommendation twice = market.ask(request);
    REQUIRE(once.choices.size() == twice.choices.size());
    for (std::size_t i = 0; i < once.choices.size(); ++i)
        CHECK(twice.choices[i].cost->total.value() ==
              Approx(2 * once.choices[i].cost->total.value()).epsilon(1e-12));
}

TEST_CASE("quantiles rise with the probability, and a budget is judged by them",
          "[plan_cost][property]") {
    const unsigned seed = market_seed();
    const RandomMarket market{seed};
    Request request = random_plan(seed);
    request.uncertainty.use_cv = 0.6;
    for (const Choice& c : market.ask(request).choices) {
        if (!c.cost_quantiles)
            continue;
        CHECK(c.cost_quantiles->p50 <= c.cost_quantiles->p80);
        CHECK(c.cost_quantiles->p80 <= c.cost_quantiles->p90);
        Request enough = request;
        enough.constraints.instance = {c.instance};
        enough.constraints.region = {c.region};
        enough.constraints.any_region = false;
        enough.ways = {c.purchase};
        enough.uncertainty.confidence = 0.5; // else what it has is not enough
        enough.budget.total = c.cost_quantiles->p80 + Usd{0.01};
        const Recommendation r = market.ask(enough);
        INFO(seed << ", " << c.instance << " as " << to_string(c.purchase));
        REQUIRE(r.choices.size() == 1);
        CHECK(*r.choices[0].probability_within_budget >= 0.8 - 1e-6);
    }
}

TEST_CASE("certain hours are the limit of uncertain ones", "[plan_cost][property]") {
    const unsigned seed = market_seed();
    const RandomMarket market{seed};
    Request request = random_plan(seed);
    request.uncertainty.use_cv = 0;
    const Recommendation certain = market.ask(request);
    request.uncertainty.confidence = 0.7; // plays no part, to the last bit
    const Recommendation same = market.ask(request);
    request.uncertainty.use_cv = 0.001;
    const Recommendation nearly = market.ask(request);
    REQUIRE(certain.choices.size() == nearly.choices.size());
    for (std::size_t i = 0; i < certain.choices.size(); ++i) {
        const Choice& c = certain.choices[i];
        CHECK(same.choices[i] == c);
        CHECK(nearly.choices[i].purchase == c.purchase);
        CHECK(nearly.choices[i].cost->total.value() == Approx(c.cost->total.value()).epsilon(1e-4));
        if (const auto& quantiles = nearly.choices[i].cost_quantiles; quantiles && !c.hours_p90)
            CHECK(quantiles->p90.value() == Approx(c.cost->total.value()).epsilon(1e-3));
    }
}

TEST_CASE("plans are ordered by what is asked for, at any top", "[plan_cost][property]") {
    const unsigned seed = market_seed();
    const RandomMarket market{seed};
    Request request = random_plan(seed);
    request.top = 1'000'000;
    request.sort = GENERATE(Sort::cost, Sort::price, Sort::speed);
    const Recommendation all = market.ask(request);
    INFO(seed << ", by " << to_string(*request.sort));
    const auto worse = [&](const Choice& a, const Choice& b) { // from what the choices say
        return request.sort == Sort::cost    ? a.cost->total > b.cost->total * (1 + 1e-12)
               : request.sort == Sort::price ? a.price > b.price
                                             : a.predicted < b.predicted;
    };
    for (std::size_t i = 1; i < all.choices.size(); ++i)
        CHECK_FALSE(worse(all.choices[i - 1], all.choices[i]));
    request.top = 3;
    Recommendation few = market.ask(request);
    REQUIRE(few.choices.size() == std::min<std::size_t>(3, all.choices.size()));
    for (std::size_t i = 0; i < few.choices.size(); ++i)
        CHECK(few.choices[i] == all.choices[i]);
    if (!few.choices.empty())
        CHECK(few.families.front().best == few.choices.front().instance);
}
