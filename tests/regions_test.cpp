#include <flopwise/recommend.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"

#include <algorithm>
#include <set>

using namespace flopwise;

static const Place kHoChiMinhCity{10.8, 106.7};
static const Place kHanoi{21.0, 105.8};

static std::vector<std::string> names(const std::vector<Nearby>& regions, std::size_t most) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < std::min(most, regions.size()); ++i)
        out.push_back(regions[i].region);
    return out;
}

TEST_CASE("in 2020, Singapore is nearest to the south of Vietnam and Hong Kong to the north",
          "[nearby]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    CHECK(names(nearby(catalog, kHoChiMinhCity), 2) ==
          std::vector<std::string>{"ap-southeast-1", "ap-east-1"});
    CHECK(names(nearby(catalog, kHanoi), 1) == std::vector<std::string>{"ap-east-1"});
}

TEST_CASE("today, Bangkok and Kuala Lumpur are nearer", "[nearby]") {
    const Catalog catalog = Catalog::bundled();
    const auto regions = nearby(catalog, kHoChiMinhCity);
    CHECK(names(regions, 3) ==
          std::vector<std::string>{"ap-southeast-7", "ap-southeast-5", "ap-southeast-1"});
    CHECK(regions[2].city == "Singapore");
    CHECK(regions[2].distance.value() == Approx(1107).margin(3)); // docs/model.md
    CHECK(regions[2].rtt == round_trip(regions[2].distance));
    CHECK(nearby(catalog, kHanoi).size() == catalog.regions().size());
}

TEST_CASE("a region that is no one place is near to nothing", "[nearby]") {
    const Catalog catalog = Catalog::bundled("clouds-2026-11");
    for (const Nearby& region : nearby(catalog, kHanoi))
        CHECK(region.region != "all");
    Request request{.constraints = {.provider = {"lambda"}, .near = kHanoi}};
    const Recommendation r = recommend(catalog, request);
    CHECK(r.outcome == Outcome::found);
    CHECK_FALSE(r.region_choice);
    for (const Choice& c : r.choices)
        CHECK_FALSE(c.rtt);
    request.constraints.max_rtt = Milliseconds{1000};
    const Recommendation none = recommend(catalog, request);
    CHECK(none.outcome == Outcome::nothing_fits);
    REQUIRE_FALSE(none.refusals.nearest.empty());
    CHECK(none.refusals.nearest[0].text == "is in all of lambda, whose distance is not known");
    CHECK(none.refusals.nearest[0].relaxation.empty());
}

TEST_CASE("the nearest region is of one provider, though another has one of that name",
          "[nearby]") {
    // us-central1 is in Iowa for gcp and in Missouri for nebius.
    Request request{.constraints = {.provider = {"gcp", "nebius"}, .near = Place{39.1, -94.6}}};
    const Recommendation r = recommend(Catalog::bundled("clouds-2026-11"), request);
    REQUIRE(r.region_choice);
    CHECK(r.region_choice->region.provider == "nebius");
    for (const Choice& c : r.choices)
        CHECK(c.provider == "nebius");
}

TEST_CASE("regions stand by distance", "[nearby][property]") {
    const Place place{GENERATE(take(5, random(-90.0, 90.0))),
                      GENERATE(take(5, random(-180.0, 180.0)))};
    const auto regions = nearby(Catalog::bundled(), place);
    CHECK(std::is_sorted(regions.begin(), regions.end(), [](const Nearby& a, const Nearby& b) {
        return a.distance < b.distance;
    }));
}

// ---- in a recommendation ------------------------------------------------------------

static bool is_in(const std::vector<Nearby>& regions, std::string_view code) {
    return std::any_of(regions.begin(), regions.end(), [code](const Nearby& region) {
        return region.region == code;
    });
}

static Request near_to(Place place) {
    return {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
            .constraints = {.near = place}};
}

TEST_CASE("without a region, the nearest with an offer that qualifies decides", "[nearby]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const Request request = near_to(kHanoi);
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.region_choice);
    CHECK(r.request.constraints == request.constraints);  // as it was asked
    CHECK(r.region_choice->region.region == "ap-east-1"); // Hong Kong, 870 km
    CHECK(r.region_choice->nearer.empty());
    for (const Choice& c : r.choices)
        CHECK(c.region == "ap-east-1");
    CHECK(r.admitted + r.refusals.count + r.out_of_scope == catalog.size());
    // The same machine costs less in the United States, and answers later; Oregon is nearest.
    const Choice& best = r.choices.front();
    REQUIRE(r.region_choice->cheapest);
    CHECK(r.region_choice->cheapest->region == "us-west-2");
    CHECK(r.region_choice->cheapest->price < best.price);
    CHECK(*r.region_choice->cheapest->total ==
          bill(request.budget, r.region_choice->cheapest->price).total);
    const auto far = nearby(catalog, kHanoi);
    const auto us = std::find_if(
        far.begin(), far.end(), [](const Nearby& n) { return n.region == "us-west-2"; });
    CHECK(r.region_choice->cheapest->extra_rtt.value() ==
          Approx((us->rtt - *best.rtt).value()).epsilon(1e-12));
}

TEST_CASE("today the nearest region with GPU machines is Kuala Lumpur", "[nearby]") {
    const Recommendation r = recommend(Catalog::bundled(), near_to(kHoChiMinhCity));
    REQUIRE(r.region_choice);
    CHECK(r.region_choice->region.region == "ap-southeast-5");
    CHECK(names(r.region_choice->nearer, 9) == std::vector<std::string>{"ap-southeast-7"});
}

TEST_CASE("what qualifies decides which region is nearest", "[nearby]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    Request request = near_to(kHoChiMinhCity);
    request.constraints.instance = {"g4dn.xlarge"};
    request.constraints.max_price = UsdPerHour{0.55}; // 0.526 in Oregon, more wherever it is nearer
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.region_choice);
    CHECK(r.region_choice->region.region == "us-west-2");
    CHECK_FALSE(r.region_choice->cheapest);
    request.constraints.max_price = UsdPerHour{0.01};
    const Recommendation none = recommend(catalog, request);
    CHECK(none.outcome == Outcome::nothing_affordable);
    CHECK_FALSE(none.region_choice);
    CHECK(none.refusals.count == 239); // all regions were looked at
}

TEST_CASE("the nearest regions are those of the nearest offers of all", "[nearby][property]") {
    const unsigned seed = GENERATE(take(30, random(1U, 1'000'000U)));
    const Catalog catalog = random_catalog(seed);
    Request request{.budget = {.total = Usd{100.0 + seed % 200}, .days = Days{10}},
                    .constraints = {.any_region = true, .near = Place{10, 20}},
                    .top = 1'000'000};
    const Recommendation all = recommend(catalog, request);
    request.constraints.any_region = false;
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.choices.empty() == all.choices.empty());
    CHECK(r.region_choice.has_value() == !r.choices.empty());
    for (const Choice& c : all.choices) {
        const Milliseconds least = r.region_choice->alike.front().rtt;
        const bool here = *c.rtt <= least * (1 + kRoundTripError);
        CHECK(*c.rtt >= least);
        CHECK(here == is_in(r.region_choice->alike, c.region));
        CHECK(here == std::any_of(r.choices.begin(), r.choices.end(), [&](const Choice& chosen) {
                  return chosen.instance == c.instance && chosen.region == c.region;
              }));
    }
    for (const Nearby& nearer : r.region_choice ? r.region_choice->nearer : std::vector<Nearby>{})
        CHECK(nearer.distance <= r.region_choice->alike.front().distance);
}

TEST_CASE("a region or `any` leaves the distance a column", "[nearby]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    Request request = near_to(kHoChiMinhCity);
    request.constraints.any_region = true;
    const Recommendation any = recommend(catalog, request);
    CHECK_FALSE(any.region_choice);
    CHECK(any.choices.front().region == "us-west-2"); // the nearest of the cheapest
    request.constraints.any_region = false;
    request.constraints.region = {"us-*"};
    CHECK_FALSE(recommend(catalog, request).region_choice);
}

TEST_CASE("an offer elsewhere says where it is", "[nearby]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const Request request = near_to(kHoChiMinhCity);
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const auto refusal = why_not(catalog, request, i);
        if (catalog.offer(i).region.code == "us-east-1") {
            REQUIRE(refusal);
            CHECK(refusal->reasons.front() == Reason::other_region);
        }
    }
}

// ---- regions that are alike ------------------------------------------------------------

/// A machine of one GPU at a price in each of some regions on the equator, `east` degrees away.
struct SoldAt {
    const char* provider;
    const char* region;
    double east;
    double usd_per_hour;
};

static Catalog sold(std::initializer_list<SoldAt> rows) {
    Tables tables{.name = "made-up", .as_of = {2026, 1, 1}};
    tables.sources = {{.name = "s", .title = "Made up", .as_of = {2026, 1, 1}}};
    tables.gpus = {{.name = "g", .memory = GiB{16}, .fp16_tensor = Tflops{100}, .source = "s"}};
    std::set<std::string> providers;
    for (const SoldAt& row : rows) {
        const std::string provider = row.provider;
        if (providers.insert(provider).second) {
            tables.families.push_back({.provider = provider, .name = "f", .source = "s"});
            tables.instances.push_back({.provider = provider,
                                        .name = "m-" + provider,
                                        .family = "f",
                                        .vcpus = 8,
                                        .memory = GiB{64},
                                        .gpu = "g",
                                        .gpu_count = 1,
                                        .network = Gbps{10},
                                        .source = "s"});
        }
        tables.regions.push_back(
            {.provider = provider, .code = row.region, .place = Place{0, row.east}, .source = "s"});
        tables.prices.push_back({.provider = provider,
                                 .instance = "m-" + provider,
                                 .region = row.region,
                                 .hourly = UsdPerHour{row.usd_per_hour},
                                 .source = "s"});
    }
    return Catalog{std::move(tables)};
}

TEST_CASE("regions that the estimate does not tell apart are one place", "[nearby]") {
    // A degree of the equator is 111.19 km, so 1.746 ms; the median error of the estimate is 22 %.
    const Catalog catalog = sold({{"a", "near", 5, 6},       // 25.43 ms
                                  {"a", "half", 5.3, 3},     // 25.95 ms
                                  {"b", "within", 8.1, 1},   // 30.84 ms, below 25.43 * 1.22 = 31.02
                                  {"b", "beyond", 8.4, 0.5}, // 31.36 ms
                                  {"b", "far", 60, 0.1}});   // 121 ms
    const Request request{.constraints = {.near = Place{0, 0}}, .profile = Profile::inference};
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.region_choice);
    CHECK(names(r.region_choice->alike, 9) == std::vector<std::string>{"near", "half", "within"});
    CHECK(r.choices.front().region == "within");
    CHECK(r.region_choice->region.region == "within");
    CHECK(r.choices.size() == 3);
    CHECK(r.region_choice->nearer.empty());
    CHECK(r.admitted + r.refusals.count + r.out_of_scope == catalog.size());
    REQUIRE(r.region_choice->cheapest); // of the same machine
    CHECK(r.region_choice->cheapest->region == "far");
    CHECK_FALSE(r.region_choice->farther); // somebody waits for an answer of inference
}

TEST_CASE("for training, what 50 ms more would buy is said", "[nearby]") {
    const Catalog catalog = sold({{"a", "near", 5, 6},     // 25.43 ms
                                  {"b", "mid", 30, 2},     // 69.1 ms: 43.6 more
                                  {"b", "far", 60, 0.1}}); // 121 ms
    Request request{.budget = {.days = Days{10}}, .constraints = {.near = Place{0, 0}}};
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.region_choice);
    CHECK(r.choices.front().region == "near");
    REQUIRE(r.region_choice->farther);
    const auto& farther = *r.region_choice->farther;
    CHECK(farther.instance == "m-b");
    CHECK(farther.region == "mid");
    CHECK(farther.price == UsdPerHour{2});
    CHECK(farther.total == Usd{480}); // 10 days of 24 h
    CHECK(farther.score > r.choices.front().score.value);
    CHECK(farther.extra_rtt.value() == Approx(25 * 111.195 * 0.0157).epsilon(1e-4));
    request.constraints.max_rtt = Milliseconds{60};
    CHECK_FALSE(recommend(catalog, request).region_choice->farther);
    request.constraints.max_rtt.reset();
    request.constraints.provider = {"a"};
    CHECK_FALSE(recommend(catalog, request).region_choice->farther);
}

TEST_CASE("a code that two providers have means the region that is near", "[nearby]") {
    const Catalog catalog = sold({{"a", "r1", 5, 6},     // 25.43 ms
                                  {"b", "r2", 5.1, 3},   // alike
                                  {"b", "r1", 100, 1}}); // far, under the code of another
    const Recommendation r =
        recommend(catalog, {.constraints = {.near = Place{0, 0}}, .profile = Profile::inference});
    REQUIRE(r.region_choice);
    for (const Choice& c : r.choices)
        CHECK(c.rtt->value() < 40);
    CHECK(names(r.region_choice->alike, 9) == std::vector<std::string>{"r1"});
}
