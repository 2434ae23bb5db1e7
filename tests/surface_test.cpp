// What a program that links the library reaches for first: rows by name, enumerators by name, text
// in place of files, many budgets at once; and that what is wrong ends in an Error.

#include <flopwise/flopwise.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"

#include <algorithm>

using namespace flopwise;

TEST_CASE("a row is found by its name, as a walk over all rows finds it", "[surface]") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const Catalog catalog{random_tables(seed)};
        for (const Instance& i : catalog.instances())
            CHECK(catalog.find_instance(i.provider, i.name) == &i);
        for (const Region& r : catalog.regions())
            CHECK(catalog.find_region(r.provider, r.code) == &r);
        std::size_t found = 0;
        for (const Instance& i : catalog.instances())
            for (const Region& r : catalog.regions())
                for (const Purchase purchase : {Purchase::on_demand, Purchase::spot})
                    if (const auto at = catalog.find_offer(i.provider, i.name, r.code, purchase)) {
                        const Offer offer = catalog.offer(*at);
                        CHECK(&offer.instance == &i);
                        CHECK(&offer.region == &r);
                        CHECK(offer.purchase == purchase);
                        ++found;
                    }
        CHECK(found == catalog.size());
        CHECK(catalog.find_instance("cloud", "nothing") == nullptr);
        CHECK(catalog.find_instance("", "") == nullptr);
        CHECK(catalog.find_region("cloud", "zz") == nullptr);
        CHECK_FALSE(catalog.find_offer("cloud", "nothing", "r0", Purchase::on_demand));
    }
}

TEST_CASE("an accelerator is found by name and alias, in any case", "[surface]") {
    const Catalog catalog = Catalog::bundled();
    for (const Gpu& gpu : catalog.gpus()) {
        CHECK(catalog.find_gpu(gpu.name) == &gpu);
        for (const std::string& alias : gpu.aliases)
            CHECK(catalog.find_gpu(alias) == &gpu);
    }
    CHECK(catalog.find_gpu("tEsLa t4") == catalog.find_gpu("nvidia-t4"));
    CHECK(catalog.find_gpu("T") == nullptr);
}

template <class E>
static void check_names() {
    for (std::size_t i = 0; i < kEnumerators<E>; ++i)
        CHECK(from_name<E>(to_string(static_cast<E>(i))) == static_cast<E>(i));
    CHECK_FALSE(from_name<E>("no such name"));
    CHECK_THROWS_WITH(to_string(static_cast<E>(kEnumerators<E>)),
                      fmt::format("must be a value that has a name, got {}", kEnumerators<E>));
}

TEST_CASE("each enumerator is read from its name, and none beyond the last has one", "[surface]") {
    check_names<By>();
    check_names<ChangeKind>();
    check_names<Commitment>();
    check_names<Criterion>();
    check_names<FineTune>();
    check_names<Format>();
    check_names<Market>();
    check_names<ModelKind>();
    check_names<Objective>();
    check_names<Loss>();
    check_names<Offload>();
    check_names<Optimiser>();
    check_names<Recipe>();
    check_names<Program>();
    check_names<Outcome>();
    check_names<Payment>();
    check_names<Precision>();
    check_names<Profile>();
    check_names<Purchase>();
    check_names<PurchaseKind>();
    check_names<Purpose>();
    check_names<Reason>();
    check_names<Recompute>();
    check_names<Sharding>();
    check_names<Sold>();
    check_names<Sort>();
}

TEST_CASE("a catalog is read from text as from a file", "[surface]") {
    const Catalog catalog{random_tables(3)};
    CHECK(Catalog::parse(to_yaml(catalog)) == catalog);
    CHECK_THROWS_WITH(Catalog::parse("", "mine"), "mine: must be a catalog, is empty");
    CHECK_THROWS_WITH(Catalog::parse("prices: []\n", "mine"),
                      "mine: prices: must have at least one price");
}

TEST_CASE("a request is read from text as from a file", "[surface]") {
    const Request request = parse_request("budget_usd: 2000\ndays: 365\n");
    CHECK(request.budget.total == Usd{2000});
    CHECK(request.budget.days == Days{365});
    CHECK_THROWS_WITH(parse_request("days: 365\nbugdet_usd: 2000\n", "mine"),
                      "mine:2: bugdet_usd: must be a known key, did you mean budget_usd?");
}

TEST_CASE("a bundled catalog is made once", "[surface]") {
    const Catalog one = Catalog::bundled();
    const Catalog other = Catalog::bundled();
    CHECK(one.instances().data() == other.instances().data());
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    CHECK(one.instances().data() != clouds.instances().data());
}

TEST_CASE("the catalog that a request names is opened, or refused beside another", "[surface]") {
    const Request request = parse_request("catalog: aws-2020-04\nbudget_usd: 1000\ndays: 30\n");
    const Recommendation r = recommend(request);
    CHECK(r.catalog_name == "aws-2020-04");
    CHECK(r.request.catalog == "aws-2020-04");
    Request rest = request;
    rest.catalog.clear();
    CHECK(r.choices == recommend(Catalog::bundled("aws-2020-04"), rest).choices);
    const Catalog other = Catalog::bundled();
    const auto* const refused =
        "text:1: catalog: must not be named where a catalog is given, got \"aws-2020-04\"";
    CHECK_THROWS_WITH(recommend(other, request), refused);
    CHECK_THROWS_WITH(recommend(other, request, Charges::none()), refused);
    CHECK_THROWS_WITH(why_not(other, request, 0), refused);
    CHECK_THROWS_WITH(filter(other, request), refused);
    CHECK_THROWS_WITH(sweep(other, request, {}), refused);
    CHECK_THROWS_WITH(recommend(Request{.catalog = "no/such/file.yaml"}),
                      Catch::Matchers::StartsWith("no/such/file.yaml: cannot be read"));
}

TEST_CASE("what no row has is an Error", "[surface]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const auto message =
        fmt::format("offer: must be below {}, got {}", catalog.size(), catalog.size() + 10);
    CHECK_THROWS_WITH(catalog.offer(catalog.size() + 10), message);
    CHECK_THROWS_WITH(why_not(catalog, {}, catalog.size() + 10), message);
    CHECK_THROWS_AS(catalog.find_offer("aws", "p3.2xlarge", "us-east-1", static_cast<Purchase>(9)),
                    Error);
    CHECK_THROWS_WITH(recommend(catalog, {.precision = static_cast<Precision>(77)}),
                      "precision: must be a value that has a name");
    CHECK_THROWS_WITH(recommend(catalog, {.constraints = {.purchase = {static_cast<Purchase>(9)}}}),
                      "purchase: must be a value that has a name");
    const Work work = work_of({.model = "resnet-50"});
    CHECK_THROWS_WITH(estimate(work, {}, Precision::fp32), "gpu: must be given, got none");
}

TEST_CASE("a sweep answers as recommend() does at each budget", "[surface]") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        const Catalog catalog{random_tables(seed)};
        std::vector<Budget> budgets;
        for (const double usd : {0.5, 20.0, 90.0, 400.0, 5000.0})
            for (const double days : {1.0, 30.0})
                budgets.push_back({.total = Usd{usd}, .days = Days{days}});
        budgets.push_back({});
        budgets.push_back({.total = Usd{-1}});
        for (const Request& request :
             {Request{},
              Request{.constraints = {.purchase = {Purchase::on_demand, Purchase::spot}}}}) {
            const auto answers = sweep(catalog, request, budgets);
            REQUIRE(answers.size() == budgets.size());
            for (std::size_t i = 0; i + 1 < budgets.size(); ++i) {
                Request one = request;
                one.budget = budgets[i];
                const Recommendation r = recommend(catalog, one);
                CHECK(answers[i].outcome == r.outcome);
                CHECK(answers[i].error.empty());
                REQUIRE(answers[i].offer.has_value() == !r.choices.empty());
                if (!answers[i].offer)
                    continue;
                const Offer offer = catalog.offer(*answers[i].offer);
                CHECK(offer.instance.name == r.choices.front().instance);
                CHECK(offer.region.code == r.choices.front().region);
                CHECK(answers[i].price == r.choices.front().price);
                CHECK(answers[i].score == r.choices.front().score.value);
            }
            CHECK_FALSE(answers.back().outcome);
            CHECK(answers.back().error == "budget_usd: must be positive, got -1 USD");
        }
    }
}

TEST_CASE("filter() gives the offers of which why_not() has nothing to say", "[surface]") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const Catalog catalog{random_tables(seed)};
        const Request request{.constraints = {.max_price = UsdPerHour{2}}};
        const auto found = filter(catalog, request);
        CHECK(std::is_sorted(found.begin(), found.end()));
        for (std::uint32_t i = 0; i < catalog.size(); ++i)
            CHECK(std::binary_search(found.begin(), found.end(), i) ==
                  !why_not(catalog, request, i));
    }
}
