#include <flopwise/compare.hpp>
#include <flopwise/saved_plan.hpp>

#include "catch.hpp"

#include <algorithm>

using namespace flopwise;
using Catch::Matchers::Contains;

namespace {

Request compared_question() {
    Request out{.budget = {.days = Days{365}, .hours_per_day = HoursPerDay{2}},
                .usage = {.storage = GiB{100}}};
    out.constraints.region = {"us-east-1"};
    return out;
}

const ComparedFigure& compared_figure(const Comparison& c, std::string_view key) {
    const auto found = std::ranges::find(c.figures, key, &ComparedFigure::key);
    REQUIRE(found != c.figures.end());
    return *found;
}

} // namespace

TEST_CASE("machines side by side, for the same work", "[compare]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const std::vector<std::string> names{"g4dn.xlarge", "p3.2xlarge", "p2.xlarge"};
    const Comparison c = compare(catalog, compared_question(), names);
    REQUIRE(c.columns.size() == 3);
    // 730 h at 0.526, 3.06 and 0.90 USD/h: 383.98, 2,233.80 and 657.00 USD.
    const ComparedFigure& compute = compared_figure(c, "bill.compute");
    CHECK(*compute.values[0] == Approx(383.98));
    CHECK(*compute.values[1] == Approx(2233.80));
    CHECK(*compute.values[2] == Approx(657.00));
    CHECK(*compute.ratios[0] == 1);
    CHECK(*compute.ratios[1] == Approx(2233.80 / 383.98));
    // The disk is the same for all, and each total the sum of its lines.
    const ComparedFigure& total = compared_figure(c, "total_usd");
    for (std::size_t i = 0; i < names.size(); ++i) {
        Request alone = compared_question();
        alone.constraints.instance = {names[i]};
        const Choice one = recommend(catalog, alone).choices.front();
        CHECK(c.columns[i].choice == one);
        CHECK(total.values[i] == one.cost->total.value());
        double sum = 0;
        for (const ComparedFigure& figure : c.figures)
            if (figure.key.starts_with("bill."))
                sum += figure.values[i].value_or(0);
        CHECK(sum == Approx(*total.values[i]));
    }
    const auto at = [&](std::string_view key) {
        return std::ranges::find(c.figures, key, &ComparedFigure::key) - c.figures.begin();
    };
    CHECK(at("bill.compute") < at("total_usd"));
    CHECK(at("price_usd_per_hour") < at("bill.compute"));
    const std::string text = table(c);
    CHECK(text.find("2,233.80 (5.817x)") != std::string::npos);
    CHECK(csv(c).starts_with("figure,g4dn.xlarge,p3.2xlarge,p2.xlarge\n"));
    CHECK(json(c).find("\"total_usd\"") != std::string::npos);
    CHECK(markdown(c).starts_with("# Comparison\n"));
}

TEST_CASE("a machine that does not qualify says why", "[compare]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    Request request = compared_question();
    request.budget.total = Usd{1000};
    const std::vector<std::string> names{"p3.2xlarge", "g4dn.xlarge"};
    const Comparison c = compare(catalog, request, names);
    CHECK_FALSE(c.columns[0].choice);
    CHECK_FALSE(c.columns[0].reason.empty());
    CHECK(c.columns[1].choice);
    CHECK_FALSE(compared_figure(c, "total_usd").ratios[1]); // there is nothing to compare it with
    CHECK(table(c).find("p3.2xlarge: ") != std::string::npos);
}

TEST_CASE("days side by side", "[compare]") {
    Request request{.constraints = {.instance = {"p5.48xlarge"}, .region = {"us-east-1"}}};
    const std::vector<std::string> names{"2025-04-04", "2026-10-10"};
    const Comparison c = compare(Catalog::bundled(), request, names);
    // As in data/prices: 98.32 USD/h then, 55.04 since 2025-06.
    const ComparedFigure& price = compared_figure(c, "price_usd_per_hour");
    CHECK(*price.values[0] == Approx(98.32));
    CHECK(*price.values[1] == Approx(55.04));
    CHECK(*price.ratios[1] == Approx(55.04 / 98.32));
}

TEST_CASE("two or more are compared", "[compare][error]") {
    const std::vector<std::string> one{"p2.xlarge"};
    CHECK_THROWS_WITH(compare(Catalog::bundled("aws-2020-04"), compared_question(), one),
                      "compare: must name at least two machines, days or saved plans, got 1");
    const std::vector<std::string> unknown{"p2.xlarge", "p9.xlarge"};
    CHECK_THROWS_AS(compare(Catalog::bundled("aws-2020-04"), compared_question(), unknown), Error);
}

TEST_CASE("machines and days are compared in the catalog that is given", "[compare][error]") {
    Request request = compared_question();
    request.catalog = "clouds-2026-11";
    const std::vector<std::string> names{"p2.xlarge", "p3.2xlarge"};
    CHECK_THROWS_WITH(compare(Catalog::bundled("aws-2020-04"), request, names),
                      "catalog: must not be named where a catalog is given, got "
                      "\"clouds-2026-11\"");
}

TEST_CASE("a saved plan's deadline is counted from the time of the question", "[compare]") {
    SavedPlan plan{.request = {.goal = Job{.model = "resnet-50", .deadline_on = {2026, 12, 4}}},
                   .provider = "aws",
                   .instance = "g5.xlarge",
                   .region = "us-east-1"};
    CHECK(*deadline_of(question_of(plan, {2026, 11, 30}, Hours{18.5})) == Hours{4 * 24 + 5.5});
}

TEST_CASE("saved plans side by side, each with its own question", "[compare][saved_plan]") {
    Request half = compared_question();
    half.budget.days = Days{182.5};
    const auto question = [](const char* name, Request request, const char* machine) {
        request.constraints.instance = {machine};
        request.today = {2020, 4, 15};
        const SavedPlan plan =
            saved_plan(recommend(Catalog::bundled("aws-2020-04"), std::move(request)));
        return ComparedQuestion{name, question_of(plan, {2020, 6, 1})};
    };
    const std::vector<ComparedQuestion> both{question("whole", compared_question(), "p2.xlarge"),
                                             question("half", half, "p3.2xlarge")};
    const Comparison c = compare(Catalog::bundled("aws-2020-04"), both);
    CHECK(c.columns[1].name == "half");
    CHECK(c.columns[1].choice->instance == "p3.2xlarge");
    const ComparedFigure& compute = compared_figure(c, "bill.compute");
    CHECK(*compute.values[0] == Approx(0.90 * 730));
    CHECK(*compute.values[1] == Approx(3.06 * 365));
    const std::vector<std::string> names{"a.yaml", "p2.xlarge"};
    CHECK(has_saved_plan(names));
    CHECK_THROWS_WITH(questions_of(names, {2020, 6, 1}), Contains("a.yaml"));
    const std::vector<std::string> other{"p2.xlarge", "a.yaml"};
    CHECK_THROWS_WITH(questions_of(other, {2020, 6, 1}),
                      "compare: must be saved plans alone, or none, got \"p2.xlarge\"");
}
