#include <flopwise/firmness.hpp>
#include <flopwise/hours.hpp>
#include <flopwise/report.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"
#include "recommend/firmness_weights.hpp"
#include "recommend/quasi_random.hpp"

#include <algorithm>
#include <cmath>

using namespace flopwise;

namespace {

Merits merits_of(std::size_t criteria, const std::vector<std::vector<double>>& machines) {
    Merits out{criteria};
    for (const auto& machine : machines)
        out.add(machine);
    return out;
}

/// Machines that are each best in one criterion.
Merits specialists(std::size_t criteria) {
    std::vector<std::vector<double>> machines;
    for (std::size_t c = 0; c < criteria; ++c) {
        machines.emplace_back(criteria);
        machines.back()[c] = 1;
    }
    return merits_of(criteria, machines);
}

Merits random_merits(std::size_t criteria, std::size_t machines, unsigned seed) {
    std::mt19937 random{seed};
    Merits out{criteria};
    for (std::size_t m = 0; m < machines; ++m) {
        std::vector<double> row(criteria);
        for (double& value : row)
            value = static_cast<double>(random() % 10'000) / 10'000;
        out.add(row);
    }
    return out;
}

} // namespace

// ---- weights ------------------------------------------------------------------------

TEST_CASE("the share of weights by hand", "[firmness]") {
    SECTION("of two criteria, halves") {
        const auto shares = exact_shares(specialists(2));
        CHECK(shares[0].first == Approx(0.5));
        CHECK(shares[0].centre[0] == Approx(0.75)); // the middle of [1/2, 1]
        CHECK(shares[0].centre[1] == Approx(0.25));
    }
    SECTION("of three, a third each, around the middle of a kite") {
        // Two triangles of corners (1, 0, 0), (1/2, 1/2, 0), (1/3, 1/3, 1/3): 11/18, 5/18, 2/18,
        // and the same with the last two changed for one another.
        for (const WeightShare& share : exact_shares(specialists(3)))
            CHECK(share.first == Approx(1.0 / 3));
        const auto first = exact_shares(specialists(3)).front();
        CHECK(first.centre[0] == Approx(11.0 / 18));
        CHECK(first.centre[1] == Approx(7.0 / 36));
        CHECK(first.centre[2] == Approx(7.0 / 36));
    }
    SECTION("where 2 s1 = s2: the rest is a triangle of a third of the base") {
        const auto shares = exact_shares(merits_of(3, {{2, 0, 0}, {0, 1, 0}}));
        CHECK(shares[0].first == Approx(2.0 / 3));
        CHECK(shares[1].first == Approx(1.0 / 3));
    }
    SECTION("one criterion leaves nothing to weigh") {
        const auto shares = exact_shares(merits_of(1, {{0.3}, {0.7}, {0.7}}));
        CHECK(shares[0].first == 0);
        CHECK(shares[1].first == 1); // before its equal
        CHECK(shares[2].first == 0);
    }
    SECTION("one that another beats in all has none") {
        const auto shares = exact_shares(merits_of(3, {{2, 2, 2}, {1, 1, 1}}));
        CHECK(shares[0].first == Approx(1));
        CHECK(shares[1].first == 0);
        CHECK(shares[1].centre.empty());
    }
}

TEST_CASE("drawn shares of more criteria, where they are known", "[firmness]") {
    constexpr std::size_t kDrawn = 8000;
    const std::size_t criteria = GENERATE(as<std::size_t>{}, 2, 3, 4, 5, 6);
    for (const WeightShare& share : drawn_shares(specialists(criteria), kDrawn))
        CHECK(share.first == Approx(1.0 / static_cast<double>(criteria)).margin(0.01));
    // s1 / (s1 + s2) of a flat Dirichlet is even in [0, 1], so P(2 s1 > s2) = P(it > 1/3).
    std::vector<double> one(criteria);
    std::vector<double> two(criteria);
    one[0] = 2;
    two[1] = 1;
    CHECK(drawn_shares(merits_of(criteria, {one, two}), kDrawn)[0].first ==
          Approx(2.0 / 3).margin(0.01));
}

TEST_CASE("exact and drawn shares agree within 1 %", "[firmness][property]") {
    const std::size_t criteria = GENERATE(as<std::size_t>{}, 2, 3);
    const std::size_t machines = GENERATE(as<std::size_t>{}, 3, 10, 100);
    const unsigned seed = GENERATE(take(10, random(1U, 1'000'000U)));
    const Merits merits = random_merits(criteria, machines, seed);
    const auto exact = exact_shares(merits);
    const auto drawn = drawn_shares(merits, 4000);
    double sum = 0;
    for (std::size_t m = 0; m < machines; ++m) {
        CHECK(drawn[m].first == Approx(exact[m].first).margin(0.01));
        for (std::size_t c = 0; exact[m].first > 0.05 && c < criteria; ++c)
            CHECK(drawn[m].centre[c] == Approx(exact[m].centre[c]).margin(0.02));
        sum += exact[m].first;
    }
    CHECK(sum == Approx(1));
}

TEST_CASE("each rank is somebody's for all weights", "[firmness][property]") {
    const std::size_t machines = GENERATE(as<std::size_t>{}, 3, 7);
    const auto shares = drawn_shares(random_merits(4, machines, 5), 500);
    for (std::size_t rank = 0; rank < kFirmRanks; ++rank) {
        double sum = 0;
        for (const WeightShare& share : shares)
            sum += share.ranks[rank];
        CHECK(sum == Approx(rank < machines ? 1 : 0).margin(1e-12));
    }
}

TEST_CASE("a cone around one's own weights, against plain draws", "[firmness]") {
    const Merits merits = random_merits(3, 8, 11);
    const std::vector<double> own{0.5, 0.3, 0.2};
    constexpr double kSpread = 0.4;
    std::vector<double> plain(merits.machines());
    std::mt19937 random{7};
    constexpr int kDraws = 100'000;
    for (int n = 0; n < kDraws; ++n) {
        std::array<double, 3> any{};
        double sum = 0;
        for (double& weight : any) {
            weight = -std::log((static_cast<double>(random() % 1'000'000) + 0.5) / 1e6);
            sum += weight;
        }
        std::size_t best = 0;
        double highest = -1e9;
        for (std::size_t m = 0; m < merits.machines(); ++m) {
            double score = 0;
            for (std::size_t c = 0; c < any.size(); ++c)
                score += merits.of(m)[c] * ((1 - kSpread) * own[c] + kSpread * any[c] / sum);
            if (score > highest) {
                highest = score;
                best = m;
            }
        }
        plain[best] += 1.0 / kDraws;
    }
    const auto shares = exact_shares(merits.within(own, kSpread));
    for (std::size_t m = 0; m < merits.machines(); ++m)
        CHECK(shares[m].first == Approx(plain[m]).margin(0.006));
}

TEST_CASE("quasi-random points are even and the same everywhere", "[firmness]") {
    const QuasiRandom points{3};
    CHECK(points.at(0, 0) == Approx(std::sqrt(2.0) - 0.5)); // 0.9142
    for (std::size_t d = 0; d < 3; ++d) {
        std::array<int, 10> tenths{};
        for (std::size_t n = 0; n < 1000; ++n)
            ++tenths.at(static_cast<std::size_t>(points.at(n, d) * 10));
        for (const int count : tenths)
            CHECK(std::abs(count - 100) <= 4);
    }
}

// ---- of an answer -------------------------------------------------------------------

namespace {

Request firm_question() {
    return {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}}};
}

const FirmChoice* choice_in(const Firmness& firmness, const Choice& choice) {
    for (const FirmChoice& c : firmness.choices)
        if (c.rank == choice.rank)
            return &c;
    return nullptr;
}

} // namespace

TEST_CASE("an answer says how firm it is, if it is asked", "[firmness]") {
    const Catalog catalog = Catalog::bundled();
    Request request = firm_question();
    CHECK_FALSE(recommend(catalog, request).firmness);
    const Firmness firm = firmness(catalog, request);
    request.firmness = true;
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.firmness);
    CHECK(*r.firmness == firm);
    REQUIRE(firm.choices.size() >= r.choices.size());
    double sum = 0;
    for (std::size_t i = 0; i < firm.choices.size(); ++i) {
        const FirmChoice& c = firm.choices[i];
        CHECK(c.rank == (i < r.choices.size() ? r.choices[i].rank : 0));
        sum += c.weights_share.value_or(0);
        CHECK((c.weights_share.value_or(0) > 0) == c.central_weights.has_value());
    }
    CHECK(sum == Approx(1).margin(0.02)); // but for those of less than a thousandth each
    CHECK(firm.choices.front().weights_share > 0);
    request.budget.total = Usd{0.5};
    CHECK_FALSE(recommend(catalog, request).firmness); // nothing is firm
    CHECK(firmness(catalog, request) == Firmness{});
}

TEST_CASE("the options of firmness have bounds", "[firmness][error]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const auto with = [&](const FirmnessOptions& options) {
        return firmness(catalog, firm_question(), options);
    };
    CHECK_THROWS_WITH(with({.spread = 0}), "spread: must be above 0 and at most 1, got 0");
    CHECK_THROWS_WITH(with({.spread = 1.5}), "spread: must be above 0 and at most 1, got 1.5");
    CHECK_THROWS_WITH(with({.weights = 0}), "weights: must be at least 1, got 0");
    CHECK_THROWS_WITH(with({.cases = 0}), "cases: must be at least 1, got 0");
    CHECK(with({.spread = 1e-9}).choices.front().weights_share == Approx(1)); // one's own alone
}

TEST_CASE("what is certain has no spread", "[firmness]") {
    const Catalog catalog = Catalog::bundled();
    const Request request = firm_question(); // no day, so prices have no age
    const Recommendation r = recommend(catalog, request);
    const Firmness firm = firmness(catalog, request);
    Usd least = r.choices.front().cost->total;
    for (const Choice& c : r.choices)
        least = std::min(least, c.cost->total);
    for (const Choice& c : r.choices) {
        const FirmChoice* f = choice_in(firm, c);
        REQUIRE(f);
        CHECK(f->probability_first == Approx(c.rank == 1 ? 1 : 0).margin(1e-9));
        CHECK(f->expected_regret->value() == Approx((c.cost->total - least).value()).margin(1e-6));
    }
}

TEST_CASE("prices of an age: first as often as still_first says", "[firmness]") {
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    const Request request{.constraints = {.gpu = {"H100"}, .provider = {"*"}},
                          .today = {2026, 11, 28}};
    const Recommendation r = recommend(clouds, request);
    const Firmness firm = firmness(clouds, request, {.cases = 4000});
    CHECK(firm.choices.front().probability_first == Approx(*r.still_first).margin(0.02));
    CHECK_FALSE(firm.choices.front().expected_regret); // of no plan
}

TEST_CASE("a job: the cheapest choice, against a plain simulation", "[firmness]") {
    const Catalog catalog = Catalog::bundled();
    Request request{
        .constraints = {.instance = {"g5.xlarge", "g6.xlarge"}, .region = {"us-east-1"}}};
    training(request) = Job{.model = "resnet-50"};
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.choices.size() == 2);
    std::array<std::vector<double>, 2> costs;
    std::mt19937 random{3};
    constexpr int kDraws = 4000;
    double regret = 0;
    int cheapest = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        const Estimate& e = r.choices[i].job->time;
        const auto hours = HoursDistribution::student(e.median, e.scale, e.degrees_of_freedom);
        for (int n = 0; n < kDraws; ++n) {
            // as the distribution is cut into 64 values of the same chance
            const double p = (static_cast<double>(random() % 64) + 0.5) / 64;
            costs[i].push_back(r.choices[i].cost->total.value() * (hours.quantile(p) / e.median));
        }
    }
    for (std::size_t n = 0; n < kDraws; ++n) {
        cheapest += costs[0][n] < costs[1][n] ? 1 : 0;
        regret += std::max(0.0, costs[0][n] - costs[1][n]) / kDraws;
    }
    const Firmness firm = firmness(catalog, request);
    const FirmChoice& first = firm.choices.front();
    CHECK(first.probability_cheapest ==
          Approx(static_cast<double>(cheapest) / kDraws).margin(0.03));
    CHECK(first.expected_regret->value() == Approx(regret).epsilon(0.1));
    CHECK(first.probability_cheapest == first.probability_first); // judged by cost alone
}

// ---- flips --------------------------------------------------------------------------

namespace {

std::string first_instance(const Catalog& catalog, const Request& request, const Charges& charges) {
    try {
        const Recommendation r = recommend(catalog, request, charges);
        return r.choices.empty() ? "" : r.choices.front().instance;
    } catch (const Error& e) {
        return e.what();
    }
}

/// The tables with all prices of a machine times a factor.
Tables dearer(Tables tables, const std::string& instance, double factor) {
    for (Price& price : tables.prices)
        if (price.instance == instance)
            price.hourly = price.hourly * factor;
    return tables;
}

double& weight_of(Weights& weights, std::string_view name) {
    constexpr std::array<double Weights::*, kCriteria> kFields{&Weights::cost,
                                                               &Weights::speed,
                                                               &Weights::gpu_memory,
                                                               &Weights::memory,
                                                               &Weights::vcpus,
                                                               &Weights::network};
    for (std::size_t c = 0; c < kCriteria; ++c)
        if (to_string(static_cast<Criterion>(c)) == name)
            return weights.*kFields[c];
    FAIL(name);
    return weights.cost;
}

/// A question with one weight at a value, the others as they are to one another.
Request weighed(Request request, const Recommendation& r, const std::string& name, double value) {
    Weights weights;
    for (std::size_t c = 0; c < kCriteria; ++c) {
        const std::string_view other = to_string(static_cast<Criterion>(c));
        weight_of(weights, other) = r.weights[c] * (1 - value);
        if (other == name)
            weight_of(weights, other) = 0;
    }
    double rest = 0;
    for (std::size_t c = 0; c < kCriteria; ++c)
        if (to_string(static_cast<Criterion>(c)) != name)
            rest += r.weights[c];
    for (std::size_t c = 0; c < kCriteria; ++c)
        weight_of(weights, to_string(static_cast<Criterion>(c))) /= rest;
    weight_of(weights, name) = value;
    request.weights = weights;
    return request;
}

struct Tried {
    Tables tables;
    Request request;
    Charges charges;

    /// Who is first with a flip's value times a factor.
    [[nodiscard]] std::string
    first(const Recommendation& r, const Flip& flip, double factor) const {
        const double value = flip.value * factor;
        if (flip.key == "price_usd_per_hour")
            return first_instance(Catalog{dearer(tables,
                                                 r.choices.front().instance,
                                                 value / r.choices.front().price.value())},
                                  request,
                                  charges);
        Request asked = request;
        if (flip.key.starts_with("weights."))
            asked = weighed(request, r, flip.key.substr(8), value);
        else
            set(asked, flip.key, std::array{fmt::format("{}", value)});
        return first_instance(Catalog{tables}, asked, charges);
    }
};

Tried random_trial(unsigned seed) {
    Tried out{
        .tables = random_tables(seed),
        .request = {.budget = {.days = Days{20.0 + seed % 50}, .hours_per_day = HoursPerDay{5}},
                    .constraints = {.any_region = true},
                    .weights = Weights{.cost = 3, .speed = 2, .memory = 1}},
        .charges = Charges::none()};
    Request& q = out.request;
    if (seed % 2 == 0)
        q.budget.total = Usd{40.0 + seed % 400};
    if (seed % 3 == 0)
        q.constraints.min_memory = GiB{16};
    if (seed % 5 == 0)
        q.constraints.max_price = UsdPerHour{2.5};
    if (seed % 7 == 0)
        q.weights = Weights{.cost = 1, .speed = 1, .gpu_memory = 1, .vcpus = 0.5};
    if (seed % 5 == 2) { // the cheapest comes first
        q.budget.total.reset();
        q.constraints.max_price.reset();
        q.weights.reset();
    }
    if (seed % 4 == 1) {
        q.usage.storage = GiB{50};
        out.charges =
            Charges::parse("provider: cloud\n"
                           "sources: [{name: s, title: t, as_of: 2026-07-01}]\n"
                           "charges:\n"
                           "  - {charge: storage_disk, region: all, usd: 0.4, source: s}\n",
                           "test.yaml");
    }
    return out;
}

} // namespace

TEST_CASE("the values of flips make another machine the first", "[firmness][property]") {
    const unsigned seed = GENERATE(take(60, random(1U, 1'000'000U)));
    CAPTURE(seed);
    Tried trial = random_trial(seed);
    Request asked = trial.request;
    asked.firmness = true;
    const Recommendation r = recommend(Catalog{trial.tables}, asked, trial.charges);
    if (!r.firmness)
        return;
    const std::string first = r.choices.front().instance;
    for (const Flip& flip : r.firmness->flips) {
        CAPTURE(flip.key, flip.value, flip.above, first);
        constexpr double kTiny = 1e-6;
        CHECK(trial.first(r, flip, 1 + (flip.above ? kTiny : -kTiny)) == flip.instance);
        CHECK(trial.first(r, flip, 1 - (flip.above ? kTiny : -kTiny)) == first);
    }
    for (const FirmChoice& c : r.firmness->choices) {
        if (!c.first_below)
            continue;
        CAPTURE(c.instance, c.region, c.first_below->value());
        for (const double factor : {1 - 1e-9, 1 + 1e-9}) {
            Tables tables = trial.tables;
            for (Price& price : tables.prices)
                if (price.instance == c.instance && price.region == c.region &&
                    kind_of(price.purchase) == c.purchase)
                    price.hourly = *c.first_below * factor;
            const Recommendation now = recommend(Catalog{tables}, trial.request, trial.charges);
            CHECK((now.choices.front().instance == c.instance &&
                   now.choices.front().region == c.region) == (factor < 1));
        }
    }
}

TEST_CASE("more interruptions are as a higher price", "[firmness]") {
    // Two machines of the same speed on spot, 1 USD/h and 1.02 USD/h: the first may take 1.02 times
    // the expected hours of the second, which is not interrupted.
    const auto market = [](double share) {
        Tables t{.name = "two", .as_of = {2026, 7, 1}};
        t.sources = {{"s", "by hand", {2026, 7, 1}, false}};
        t.regions = {{.provider = "cloud", .code = "r", .source = "s"}};
        t.families = {{"cloud", "f", Purpose::training, 0, "", "s"}};
        Gpu gpu{.name = "x", .memory = GiB{16}, .source = "s"};
        gpu.fp32 = Tflops{10};
        t.gpus = {gpu};
        for (const auto& [name, price] : {std::pair{"f.a", 1.0}, std::pair{"f.b", 1.02}}) {
            t.instances.push_back({.provider = "cloud",
                                   .name = name,
                                   .family = "f",
                                   .vcpus = 4,
                                   .memory = GiB{16},
                                   .arch = "x86_64",
                                   .gpu = "x",
                                   .gpu_count = 1,
                                   .source = "s"});
            t.prices.push_back({"cloud", name, "r", Purchase::spot, UsdPerHour{price}, "s"});
        }
        return std::pair{
            Catalog{t},
            Charges::parse(fmt::format("provider: cloud\n"
                                       "sources: [{{name: s, title: t, as_of: "
                                       "2026-07-01}}]\n"
                                       "interruptions:\n"
                                       "  - {{instance: f.a, region: r, from: {0}, source: s}}\n"
                                       "  - {{instance: f.b, region: r, from: 0, source: s}}\n",
                                       share),
                           "test.yaml")};
    };
    Request request{.budget = {.days = Days{30}, .hours_per_day = HoursPerDay{24}},
                    .constraints = {.purchase = {Purchase::spot}},
                    .precision = Precision::fp32,
                    .speed = Speed::peak,
                    .weights = Weights{.cost = 1},
                    .firmness = true};
    const auto [catalog, charges] = market(0.1);
    const Recommendation r = recommend(catalog, request, charges);
    REQUIRE(r.firmness);
    CHECK(r.choices.front().instance == "f.a");
    const auto flip = std::ranges::find_if(
        r.firmness->flips, [](const Flip& f) { return f.key == "interruptions_per_hour"; });
    REQUIRE(flip != r.firmness->flips.end());
    CHECK(flip->instance == "f.b");
    const Hours work{720};
    CHECK(expected_hours(work, flip->value, Recovery{}).value() ==
          Approx(1.02 * expected_hours(work, 0, Recovery{}).value()));
    for (const double factor : {0.999, 1.001}) {
        const auto [other, rates] = market(1 - std::exp(-730 * flip->value * factor));
        CHECK(recommend(other, request, rates).choices.front().instance ==
              (factor > 1 ? "f.b" : "f.a"));
    }
}
