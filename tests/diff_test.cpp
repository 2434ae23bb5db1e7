#include <flopwise/diff.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"

using namespace flopwise;

/// Two machines in one region; the second has a price only if it is positive.
static Catalog catalog_of(double small, double large) {
    Tables t = random_tables(7, {.types = 2, .regions = 1, .priced = 1});
    t.offerings.clear();
    t.instances[0].name = "small";
    t.instances[1].name = "large";
    t.instances[0].family = t.families[0].name = "f0";
    t.families.push_back(t.families[0]);
    t.instances[1].family = t.families.back().name = "f1";
    t.prices = {{"cloud", "small", "r0", Purchase::on_demand, UsdPerHour{small}, "new"}};
    if (large > 0)
        t.prices.push_back({"cloud", "large", "r0", Purchase::spot, UsdPerHour{large}, "new"});
    return Catalog{t};
}

TEST_CASE("a catalog does not differ from itself", "[diff]") {
    const Catalog catalog = catalog_of(1, 2);
    CHECK(diff(catalog, catalog).empty());
    CHECK(to_text(diff(catalog, catalog)) == "no change\n");
    CHECK(diff(catalog, catalog_of(1 + 1e-7, 2)).empty()); // the same to a millionth
}

TEST_CASE("prices rise, fall, appear and go", "[diff]") {
    const auto changes = diff(catalog_of(1, 0), catalog_of(0.5, 2));
    REQUIRE(changes.size() == 2);
    CHECK(changes[0] == PriceChange{.kind = ChangeKind::appeared,
                                    .provider = "cloud",
                                    .instance = "large",
                                    .family = "f1",
                                    .region = "r0",
                                    .purchase = Purchase::spot,
                                    .after = UsdPerHour{2}});
    CHECK(changes[1].kind == ChangeKind::fell);
    CHECK(to_text(changes) == "1 fell, 1 appeared\n"
                              "cloud f0: 1 fell; median -50.0 %\n"
                              "cloud f1: 1 appeared\n"
                              "\n"
                              "cloud large in r0, spot, appeared: 2 USD/h\n"
                              "cloud small in r0, on_demand, fell: 1 -> 0.5 USD/h (-50.0 %)\n");
    const std::string json = to_json(changes);
    CHECK(json.find(R"("fell": 1)") != std::string::npos);
    CHECK(json.find(R"("before_usd_per_hour": null)") != std::string::npos);
    CHECK(json.find(R"("after_usd_per_hour": 0.5)") != std::string::npos);
}

TEST_CASE("a diff turned round has the opposite changes", "[diff][property]") {
    const auto [small, large] = GENERATE(table<double, double>({{1, 2}, {3, 0}, {0.5, 1}}));
    const Catalog a = catalog_of(1, 1);
    const Catalog b = catalog_of(small, large);
    const auto there = diff(a, b);
    const auto back = diff(b, a);
    REQUIRE(there.size() == back.size());
    for (std::size_t i = 0; i < there.size(); ++i) {
        CHECK(there[i].before == back[i].after);
        CHECK(there[i].after == back[i].before);
        CHECK(there[i].kind != back[i].kind);
    }
}
