// What is sold where it is asked for, at a price that is not known. All machines, prices and
// places here are made up, so each expected text follows from the rows below.

#include <flopwise/report.hpp>

#include "catch.hpp"

#include <algorithm>

using namespace flopwise;

static bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

static Instance machine(std::string name, std::string gpu = "nvidia-t4") {
    const double gpus = gpu.empty() ? 0 : 1;
    return {.provider = "aws",
            .name = std::move(name),
            .family = "f",
            .vcpus = 4,
            .memory = GiB{64},
            .gpu = std::move(gpu),
            .gpu_count = gpus,
            .network = Gbps{5},
            .source = "s"};
}

static Region region(std::string code, Place place) {
    return {.provider = "aws", .code = std::move(code), .place = place, .source = "s"};
}

/// East and north have prices, south and west have none.
static Catalog catalog() {
    const auto price = [](const char* name, const char* where, double usd, Purchase how) {
        return Price{"aws", name, where, how, UsdPerHour{usd}, "s"};
    };
    constexpr auto kOnDemand = Purchase::on_demand;
    constexpr auto kSpot = Purchase::spot;
    return Catalog{{.name = "made-up",
                    .sources = {{"s", "Made up", {2026, 7, 20}}},
                    .gpus = {{.name = "nvidia-t4",
                              .memory = GiB{16},
                              .memory_bandwidth = GBPerSecond{320},
                              .fp16_tensor = Tflops{65},
                              .source = "s"}},
                    .families = {{.provider = "aws", .name = "f", .source = "s"}},
                    .instances = {machine("a.large"),
                                  machine("spot.large"),
                                  machine("never.large"),
                                  machine("silent.large"),
                                  machine("plain.large", "")},
                    .regions = {region("east", {0, 0}),
                                region("north", {10, 0}),
                                region("south", {-40, 0}),
                                region("west", {-60, 0})},
                    .offerings = {{"aws", "a.large", {"east", "north", "south"}, "s"},
                                  {"aws", "spot.large", {"north", "south"}, "s"},
                                  {"aws", "never.large", {"west"}, "s"},
                                  {"aws", "plain.large", {"east", "south"}, "s"}},
                    .prices = {price("a.large", "east", 1.5, kOnDemand),
                               price("a.large", "north", 1.25, kOnDemand),
                               price("spot.large", "north", 0.5, kSpot),
                               price("plain.large", "east", 0.25, kOnDemand)}}};
}

static Recommendation ask(Constraints constraints, int nearest = 3) {
    return recommend(catalog(), {.constraints = std::move(constraints), .nearest = nearest});
}

/// What is said of the machine, which is the first to be told of.
static std::string said_of(std::string_view name, Constraints constraints) {
    const Recommendation r = ask(std::move(constraints));
    if (r.unpriced.machines.empty() || r.unpriced.machines[0].instance != name)
        return "nothing";
    return r.unpriced.machines[0].text;
}

TEST_CASE("of a machine without a price in a region it is said where one is known", "[unpriced]") {
    CHECK(said_of("a.large", {.instance = {"a.large"}, .region = {"south"}}) ==
          "no price on demand in south in this catalog (known in north: 1.25); it is sold there");
    CHECK(said_of("a.large", {.instance = {"a.*"}, .region = {"south", "west"}}) ==
          "no price on demand in south, west in this catalog (known in north: 1.25); it is sold in "
          "south");
    CHECK(said_of("a.large",
                  {.instance = {"a.large"},
                   .region = {"south"},
                   .purchase = {Purchase::spot, Purchase::on_demand}}) ==
          "no price spot or on demand in south in this catalog (known in north: 1.25); it is sold "
          "there");
    CHECK(said_of("spot.large", {.instance = {"spot.large"}}) ==
          "only a spot price, north, 0.5; it is sold in north, south");
    CHECK(said_of("a.large", {.instance = {"a.large"}, .purchase = {Purchase::spot}}) ==
          "only a price on demand, north, 1.25; it is sold in east, north, south");
    CHECK(said_of("never.large", {.instance = {"never.large"}}) ==
          "no price in any region in this catalog; it is sold in west");
}

TEST_CASE("not sold, not known to be sold, and sold are kept apart", "[unpriced]") {
    CHECK(said_of("a.large", {.instance = {"a.large"}, .region = {"west"}}) ==
          "not sold in west (known in north: 1.25)");
    CHECK(said_of("silent.large", {.instance = {"silent.large"}, .region = {"west"}}) ==
          "no price in any region in this catalog; whether it is sold there is not known");
    const auto sold = [](const char* name) {
        return ask({.instance = {name}, .region = {"west"}}).unpriced.machines.at(0).sold;
    };
    CHECK(sold("a.large") == Sold::no);
    CHECK(sold("silent.large") == Sold::unknown);
    CHECK(sold("never.large") == Sold::yes);
    CHECK(ask({.instance = {"a.large"}, .region = {"west"}}).unpriced.count == 0);
    CHECK(ask({.instance = {"never.large"}, .region = {"west"}}).unpriced.count == 1);
}

TEST_CASE("what else is against a machine that is named is said with it", "[unpriced]") {
    CHECK(said_of("plain.large", {.instance = {"plain.large"}, .region = {"south"}}) ==
          "no GPU; no price on demand in south in this catalog (known in east: 0.25); it is sold "
          "there");
    CHECK(ask({.instance = {"plain.large"}, .region = {"south"}}).unpriced.count == 0);
    CHECK(
        said_of("plain.large", {.min_gpus = 0, .instance = {"plain.large"}, .region = {"south"}}) ==
        "no price on demand in south in this catalog (known in east: 0.25); it is sold there");
}

TEST_CASE("a region without a price names what is sold there", "[unpriced]") {
    const Recommendation r = ask({.region = {"south"}});
    CHECK(r.outcome == Outcome::nothing_fits);
    CHECK(r.refusals.count == 0);
    CHECK(r.unpriced.count == 2); // a.large and spot.large; plain.large has no GPU
    REQUIRE(r.unpriced.machines.size() == 2);
    CHECK(r.unpriced.machines[0].instance == "a.large"); // whose price elsewhere is known
    CHECK(r.unpriced.machines[1].regions == std::vector<std::string>{"south"});
    CHECK(brief(r) == "Nothing qualifies: what fits is sold, but its price is not known.");
    for (const std::string& report : {table(r), markdown(r)}) {
        CHECK(has(report, "a.large: no price on demand in south in this catalog"));
        CHECK(has(report, "spot.large: only a spot price, north, 0.5; it is sold there"));
    }
    CHECK(has(json(r), R"("reason": "only a spot price, north, 0.5; it is sold there")"));
    CHECK(has(table(ask({.region = {"south"}}, 1)),
              "2 machines that have all that is asked for are sold there, price not known"));
    CHECK(brief(ask({.instance = {"a.large"}, .region = {"west"}})) ==
          "Nothing qualifies: the catalog has no price for that region and way to pay.");
}

TEST_CASE("beside choices, what has no price is named in a line", "[unpriced]") {
    const Recommendation r = ask({.region = {"north"}});
    CHECK(r.outcome == Outcome::found);
    CHECK(r.unpriced.count == 1);
    CHECK(has(table(r), "\nSold there, price not known: spot.large\n"));
    CHECK(has(markdown(r), "\n- Sold there, price not known: spot.large\n"));
    // Where nothing is narrowed down, nobody looks for it.
    CHECK_FALSE(has(table(ask({})), "not known"));
    CHECK(ask({}).unpriced.count == 2); // spot.large and never.large
}

TEST_CASE("a price that is too high is not an unknown price", "[unpriced]") {
    const Recommendation r = ask({.region = {"east"}, .max_price = UsdPerHour{0.1}});
    CHECK(r.outcome == Outcome::nothing_affordable);
    CHECK(r.unpriced.count == 0);
}

TEST_CASE("a nearer region that sells it at an unknown price is not one without", "[unpriced]") {
    const Recommendation r = ask({.near = Place{-60, 0}});
    REQUIRE(r.region_choice);
    // East, 60 degrees away, and north, 70, are one place to the estimate; north is cheaper.
    CHECK(r.region_choice->region.region == "north");
    const auto names = [](const std::vector<Nearby>& regions) {
        std::string out;
        for (const Nearby& n : regions)
            out += (out.empty() ? "" : " ") + n.region;
        return out;
    };
    CHECK(names(r.region_choice->nearer) == "west south");
    CHECK(names(r.region_choice->unpriced) == "west south"); // never.large; a.large
    CHECK(has(table(r), "Nearer: west, south sell them, price not known\n"));
    CHECK_FALSE(has(table(r), "without one"));
    const Recommendation a = ask({.instance = {"a.large"}, .near = Place{-60, 0}});
    REQUIRE(a.region_choice);
    CHECK(names(a.region_choice->unpriced) == "south");
    CHECK(has(table(a),
              "Nearer, but without one: west\nNearer: south sells them, price not known\n"));
    // Within 30 ms there is south alone (16.7 ms + 1.57 ms each 100 km: 840 km at most).
    CHECK(said_of("a.large",
                  {.instance = {"a.large"}, .near = Place{-40, 0}, .max_rtt = Milliseconds{30}}) ==
          "no price on demand near enough in this catalog (known in north: 1.25); it is sold in "
          "south");
}

TEST_CASE("a GPU that no machine has is said to be in none", "[unpriced]") {
    Tables tables = catalog().tables();
    tables.gpus.push_back(
        {.name = "nvidia-l4", .memory = GiB{24}, .fp16_tensor = Tflops{121}, .source = "s"});
    const Catalog two{tables};
    const auto warned = [&](std::vector<std::string> gpus) {
        const auto r = recommend(two, {.constraints = {.gpu = std::move(gpus)}});
        return std::count(
            r.warnings.begin(), r.warnings.end(), "no machine of this catalog has nvidia-l4");
    };
    CHECK(warned({"nvidia-l4"}) == 1);
    CHECK(warned({"nvidia-t4", "NVIDIA-L4"}) == 1);
    CHECK(warned({"nvidia-t4"}) == 0);
}

TEST_CASE("a pattern that matches nothing is refused as a name is", "[unpriced][error]") {
    const auto [constraints, message] = GENERATE(table<Constraints, const char*>({
        {{.gpu = {"nvidia-h1oo*"}}, "gpu: matches no GPU of the catalog, got \"nvidia-h1oo*\""},
        {{.family = {"z9*"}}, "family: matches no family of the catalog, got \"z9*\""},
        {{.instance = {"a.*", "g4-?"}},
         "instance: matches no machine of the catalog, got \"g4-?\""},
        {{.exclude = {"z*"}}, "exclude: matches no machine or family of the catalog, got \"z*\""},
        {{.arch = {"arm*"}}, "arch: matches no architecture of the catalog, got \"arm*\""},
        {{.region = {"eu-*"}}, "region: matches no region of the catalog, got \"eu-*\""},
        {{.provider = {"z*"}}, "provider: matches no provider of the catalog, got \"z*\""},
    }));
    CHECK_THROWS_WITH(recommend(catalog(), {.constraints = constraints}), message);
}
