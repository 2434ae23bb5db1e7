#include <flopwise/saved_plan.hpp>

#include "catalog/tables.hpp"
#include "catch.hpp"

using namespace flopwise;
using Catch::Matchers::Contains;

// The article's question; p2.xlarge at 0.90 USD/h for 730 h is 657.00 USD.
static Recommendation article(const Catalog& catalog) {
    Request request = parse_request("{budget_usd: 2000, days: 365, hours_per_day: 2, "
                                    "region: us-east-1, precision: fp64, today: 2020-04-15}");
    return recommend(catalog, request);
}

/// The catalog with the price of p2.xlarge so many times as high.
static Catalog dearer(double times) {
    Tables tables = Catalog::bundled("aws-2020-04").tables();
    for (Price& price : tables.prices)
        if (price.instance == "p2.xlarge")
            price.hourly = price.hourly * times;
    return Catalog{std::move(tables)};
}

static SavedPlan saved() {
    return saved_plan(article(Catalog::bundled("aws-2020-04")));
}

constexpr Date kLater{2020, 6, 1};

TEST_CASE("a plan is saved as a request file that asks the same", "[saved_plan]") {
    const SavedPlan plan = saved();
    CHECK(plan.instance == "p2.xlarge");
    CHECK(plan.region == "us-east-1");
    CHECK(plan.saved_on == Date{2020, 4, 15});
    REQUIRE(plan.total);
    CHECK(plan.total->value() == Approx(657));
    const std::string yaml = to_yaml(plan);
    const SavedPlan again = parse_saved_plan(yaml);
    CHECK(to_yaml(again) == yaml);
    SavedPlan same = again;
    same.request.origin.clear();
    CHECK(same == plan);
    Request asked = parse_request(yaml); // its choice is passed over
    asked.today = plan.saved_on;
    CHECK(recommend(Catalog::bundled("aws-2020-04"), asked).choices.front().instance ==
          plan.instance);
}

TEST_CASE("a plan costs more by what its price rose", "[saved_plan]") {
    const SavedPlan plan = saved();
    const auto at = [&](double times, double tolerance) {
        return check_plan(dearer(times), plan, kLater, tolerance);
    };
    CHECK(at(1, 0).state == PlanState::holds);
    CHECK(at(1, 0).rise == 0.0);
    CHECK(at(1.1, 0.05).state == PlanState::costs_more);
    CHECK(*at(1.1, 0.05).rise == Approx(0.1)); // 722.70 of 657.00
    CHECK(at(1.1, 0.1).state == PlanState::holds);
    CHECK(at(0.9, 0).state == PlanState::holds);
    CHECK(*at(0.9, 0).rise == Approx(-0.1));
    CHECK(at(1 + 0.004 / 657, 0).state == PlanState::holds); // below half a cent
    CHECK(at(1 + 0.006 / 657, 0).state == PlanState::costs_more);
    CHECK(at(1.1, 0.1).checked_on == kLater);
}

TEST_CASE("a total that is without a charge is no lower for it", "[saved_plan]") {
    Request request = article(Catalog::bundled("aws-2020-04")).request;
    request.usage.egress_per_month = GiB{500};
    const Catalog now = dearer(1.1);
    const SavedPlan plan = saved_plan(recommend(Catalog::bundled("aws-2020-04"), request));
    CHECK(plan.unknown.empty());
    // Without rates there is a line less in the total, which is below that of the plan.
    const PlanCheck check = check_plan(now, plan, kLater, 0.05, Charges::none());
    REQUIRE(check.now);
    CHECK(check.now->cost->total < *plan.total);
    CHECK(check.state == PlanState::costs_more); // the machine, 0.99 USD/h of 0.90
    CHECK(*check.rise == Approx(0.1));
    const std::string text = to_text(check);
    CHECK_THAT(text, Contains("now      at least 722.70 USD at 0.99 USD/h"));
    CHECK_THAT(
        text,
        Contains("unknown  nothing then, egress now: the prices of the machines are compared"));
    // Of two totals without the same charge, what they have is compared.
    const SavedPlan without =
        saved_plan(recommend(Catalog::bundled("aws-2020-04"), request, Charges::none()));
    CHECK(without.unknown == std::vector<std::string>{"egress"});
    CHECK(parse_saved_plan(to_yaml(without)).unknown == without.unknown);
    const PlanCheck alike = check_plan(now, without, kLater, 0.05, Charges::none());
    CHECK(*alike.rise == Approx(0.1));
    CHECK_THAT(to_text(alike), Contains("unknown  egress: not in the totals"));
}

TEST_CASE("without days the price of the machines is looked at", "[saved_plan]") {
    Request request = parse_request("{instance: p2.xlarge, region: us-east-1, today: 2020-04-15}");
    const SavedPlan plan = saved_plan(recommend(Catalog::bundled("aws-2020-04"), request));
    CHECK_FALSE(plan.total);
    CHECK(*check_plan(dearer(1.25), plan, kLater).rise == Approx(0.25));
}

TEST_CASE("a plan whose machine does not qualify any more is gone, with the reason",
          "[saved_plan]") {
    const SavedPlan plan = saved();
    const PlanCheck dear = check_plan(dearer(10), plan, kLater);
    CHECK(dear.state == PlanState::gone);
    CHECK_FALSE(dear.now);
    CHECK_FALSE(dear.rise);
    CHECK_THAT(dear.why_gone, Contains("9 USD/h"));
    REQUIRE(dear.best);
    CHECK(dear.best->instance != "p2.xlarge");
    Tables tables = Catalog::bundled("aws-2020-04").tables();
    std::erase_if(tables.instances, [](const Instance& i) { return i.name == "p2.xlarge"; });
    std::erase_if(tables.prices, [](const Price& p) { return p.instance == "p2.xlarge"; });
    std::erase_if(tables.offerings, [](const Offering& o) { return o.instance == "p2.xlarge"; });
    CHECK(check_plan(Catalog{std::move(tables)}, plan, kLater).why_gone ==
          "is not in the catalog aws-2020-04");
}

TEST_CASE("a check in words says what was, what is, and what would be best", "[saved_plan]") {
    CHECK(to_text(check_plan(dearer(1.1), saved(), kLater, 0.05)) ==
          "plan     p2.xlarge in us-east-1, on_demand\n"
          "then     657.00 USD at 0.90 USD/h  (2020-04-15, aws-2020-04)\n"
          "now      722.70 USD at 0.99 USD/h  (2020-06-01, aws-2020-04, price of 2020-06-18)\n"
          "best     still that machine\n"
          "costs more: 10.0 % more, 5 % more is allowed\n");
    CHECK_THAT(to_text(check_plan(dearer(10), saved(), kLater)), Contains("\ngone: p2.xlarge "));
    CHECK_THAT(json(check_plan(dearer(1.1), saved(), kLater, 0.05)),
               Contains("\"state\": \"costs_more\"") && Contains("\"tolerance\": 0.05"));
}

TEST_CASE("what is no saved plan is refused with its place", "[saved_plan]") {
    const auto [yaml, message] = GENERATE(table<const char*, const char*>({
        {"days: 3",
         "text: saved_plan: must be there to be checked, as a plan that was saved has it"},
        {"saved_plan: {catalog: c, provider: aws, instance: a, region: r, purchase: cash}",
         "text:1: saved_plan.purchase: must be a way to pay, got \"cash\""},
        {"saved_plan: {catalog: c, provider: aws, instance: a, region: r, purchase: spot, "
         "price_usd_per_hour: -1}",
         "text:1: saved_plan.price_usd_per_hour: must not be negative, got -1"},
        {"dayz: 3", "text:1: dayz: must be a known key, did you mean days?"},
    }));
    CHECK_THROWS_WITH(parse_saved_plan(yaml), message);
    CHECK_THROWS_WITH(check_plan(dearer(1), saved(), kLater, -0.1),
                      "tolerance: must be a share of 0 or more, got -0.1");
    Recommendation none;
    CHECK_THROWS_WITH(saved_plan(none), "save: must have a choice to save, nothing qualifies");
}
