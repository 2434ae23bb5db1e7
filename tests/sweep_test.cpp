#include "catch.hpp"
#include "random_catalog.hpp"
#include "recommend/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

using namespace flopwise;

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// Rows, and room for what a sweep answers.
struct Rows {
    explicit Rows(std::size_t rows)
        : group(rows), budget_usd(rows, kNothing), days(rows, kNothing),
          hours_per_day(rows, kNothing), fixed_usd(rows, kNothing), max_price(rows, kNothing),
          offer(rows), purchase(rows), price(rows), total(rows), score(rows), ceiling(rows),
          outcome(rows) {}

    [[nodiscard]] SweepFigures figures() const {
        return {.budget_usd = budget_usd,
                .days = days,
                .hours_per_day = hours_per_day,
                .fixed_usd = fixed_usd,
                .max_price_usd_per_hour = max_price,
                .missing = {}};
    }
    [[nodiscard]] SweepAnswers answers() {
        return {.offer = offer,
                .purchase = purchase,
                .price_usd_per_hour = price,
                .total_usd = total,
                .score = score,
                .price_ceiling_usd_per_hour = ceiling,
                .outcome = outcome,
                .more = {},
                .runner_up = {},
                .runner_up_purchase = {}};
    }

    std::vector<std::uint32_t> group;
    std::vector<double> budget_usd;
    std::vector<double> days;
    std::vector<double> hours_per_day;
    std::vector<double> fixed_usd;
    std::vector<double> max_price;
    std::vector<std::int32_t> offer;
    std::vector<std::int8_t> purchase;
    std::vector<double> price;
    std::vector<double> total;
    std::vector<double> score;
    std::vector<double> ceiling;
    std::vector<std::int8_t> outcome;
};

} // namespace

/// The request that a row stands for.
static Request request_of(const SweepGroup& group, const Rows& rows, std::size_t row) {
    Request out = group.request;
    const auto put = [&](const char* key, double value) {
        if (!std::isnan(value))
            set(out, key, std::array{fmt::format("{}", value)});
    };
    put("budget_usd", rows.budget_usd[row]);
    put("days", rows.days[row]);
    put("hours_per_day", rows.hours_per_day[row]);
    put("fixed_usd", rows.fixed_usd[row]);
    put("max_price_usd_per_hour", rows.max_price[row]);
    return out;
}

static bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

static std::vector<SweepGroup> groups_of(const Catalog& catalog) {
    std::vector<SweepGroup> out(10, SweepGroup{.catalog = &catalog});
    out[1].request.constraints.region = {catalog.regions()[0].code};
    out[2].request.constraints.purchase = {Purchase::on_demand, Purchase::spot};
    out[2].request.profile = Profile::graphics;
    out[3].request.constraints.min_memory = GiB{1e6};
    out[4].request.usage.starts_per_day = 2000; // charged: its costs depend on each row's figures
    out[5].request.constraints.purchase = {Purchase::spot};
    out[5].request.usage.starts_per_day = 100;
    out[6].request.constraints.near = Place{10, 20}; // the region depends on what qualifies
    out[7].request.sort = Sort::speed;
    out[8].request.sort = Sort::score;
    out[9].request.constraints.max_price = UsdPerHour{2}; // so that all rows are limited
    return out;
}

TEST_CASE("a sweep answers each row as recommend does", "[sweep][property]") {
    const unsigned seed = GENERATE(range(1U, 31U));
    const Catalog catalog{random_tables(seed)};
    const auto groups = groups_of(catalog);
    std::mt19937 random{seed};
    const auto one_of = [&random](std::initializer_list<double> values) {
        return *(values.begin() + random() % values.size());
    };
    Rows rows(60);
    for (std::size_t i = 0; i < rows.group.size(); ++i) {
        rows.group[i] = static_cast<std::uint32_t>(random() % groups.size());
        rows.budget_usd[i] = one_of({kNothing, 1, 30, 100, 1000, 1e9, 1e11}); // 1e11: not plain
        rows.days[i] = one_of({kNothing, 0.5, 10, 100, 36'510});
        rows.hours_per_day[i] = one_of({kNothing, 1, 8, 24});
        if (rows.budget_usd[i] > 1)
            rows.fixed_usd[i] = one_of({kNothing, 0, 0.5});
        rows.max_price[i] = one_of({kNothing, kNothing, 0.5, 3});
        if (groups[rows.group[i]].request.constraints.max_price)
            rows.max_price[i] = kNothing; // the request has it
    }
    Sweep sweep{groups, rows.group, rows.figures(), rows.answers()};
    std::thread other{[&sweep] { sweep.work(); }};
    sweep.work();
    other.join();
    REQUIRE(sweep.done() == rows.group.size());
    CHECK(sweep.errors().empty());
    for (std::size_t i = 0; i < rows.group.size(); ++i) {
        const Recommendation r = recommend(catalog, request_of(groups[rows.group[i]], rows, i));
        INFO("row " << i);
        CHECK(rows.outcome[i] == static_cast<std::int8_t>(r.outcome));
        CHECK(same(rows.ceiling[i], r.price_ceiling ? r.price_ceiling->value() : kNothing));
        if (r.choices.empty()) {
            CHECK(rows.offer[i] == -1);
            CHECK(rows.purchase[i] == -1);
            CHECK(std::isnan(rows.score[i]));
            continue;
        }
        const Choice& best = r.choices.front();
        const Offer offer = catalog.offer(static_cast<std::size_t>(rows.offer[i]));
        CHECK(offer.instance.name == best.instance);
        CHECK(offer.region.code == best.region);
        CHECK(rows.purchase[i] == static_cast<std::int8_t>(best.purchase));
        CHECK(rows.price[i] == best.price.value());
        CHECK(rows.score[i] == best.score.value);
        CHECK(same(rows.total[i], best.cost ? best.cost->total.value() : kNothing));
    }
}

TEST_CASE("a sweep with an uncertain use answers as recommend does", "[sweep]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    std::vector<SweepGroup> groups(1, SweepGroup{.catalog = &catalog});
    groups[0].request.uncertainty = {.use_cv = 0.8, .confidence = 0.95};
    Rows rows(4);
    rows.budget_usd = {600, 2000, 2000, 9000};
    rows.days = {365, 365, 90, 365};
    rows.hours_per_day = {2, 2, 4, 2};
    Sweep sweep{groups, rows.group, rows.figures(), rows.answers()};
    sweep.work();
    CHECK(sweep.errors().empty());
    for (std::size_t i = 0; i < rows.group.size(); ++i) {
        const Recommendation r = recommend(catalog, request_of(groups[0], rows, i));
        CHECK(rows.ceiling[i] == r.price_ceiling->value());
        CHECK(rows.price[i] == r.choices.front().price.value());
    }
}

TEST_CASE("a sweep says how each machine is paid for", "[sweep]") {
    const Catalog catalog = Catalog::bundled();
    std::vector<SweepGroup> groups(1, SweepGroup{.catalog = &catalog});
    groups[0].request.constraints.instance = {"g5.xlarge"};
    groups[0].request.constraints.region = {"us-east-1"};
    groups[0].request.ways = {PurchaseKind::on_demand, PurchaseKind::reserved_1yr_no_upfront};
    Rows rows{2};
    rows.days = {365, 365};
    rows.hours_per_day = {8, 24};
    Sweep sweep{groups, rows.group, rows.figures(), rows.answers()};
    sweep.work();
    CHECK(rows.purchase[0] == static_cast<std::int8_t>(PurchaseKind::on_demand));
    CHECK(rows.purchase[1] == static_cast<std::int8_t>(PurchaseKind::reserved_1yr_no_upfront));
    CHECK(rows.total[0] == Approx(1.006 * 365 * 8));    // the bundled prices: docs/model.md,
    CHECK(rows.total[1] == Approx(0.63378 * 365 * 24)); // "Ways to pay"
    for (const std::int32_t offer : rows.offer)
        CHECK(catalog.offer(static_cast<std::size_t>(offer)).purchase == Purchase::on_demand);
}

TEST_CASE("a sweep refuses single rows, in their order", "[sweep][error]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    std::vector<SweepGroup> groups(3, SweepGroup{.catalog = &catalog});
    groups[1].request.constraints.region = {"nowhere"};
    groups[2].error = ArgumentError{"precision", "must be known"};
    Rows rows(5);
    rows.group = {0, 2, 1, 0, 2};
    rows.days = {-1, kNothing, 3, 3, -1};
    Sweep sweep{groups, rows.group, rows.figures(), rows.answers()};
    sweep.work();
    CHECK(rows.outcome == std::vector<std::int8_t>{-1, -1, -1, 0, -1});
    CHECK(rows.offer[3] >= 0);
    const auto errors = sweep.errors();
    REQUIRE(errors.size() == 4);
    CHECK(std::string{errors[0].error.what()} == "days: must be positive, got -1 d");
    CHECK(std::string{errors[1].error.what()} == "precision: must be known");
    CHECK(errors[2].error.where().field == "region");
    CHECK(errors[2].row == 2);
    CHECK(errors[3].row == 4);
}

TEST_CASE("a row with a missing value is no question, and no error", "[sweep]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    std::vector<SweepGroup> groups(2, SweepGroup{.catalog = &catalog});
    groups[1].error = ArgumentError{"precision", "must be known"};
    Rows rows(3);
    rows.group = {0, 1, 0};
    SweepFigures figures = rows.figures();
    const std::vector<std::uint8_t> missing{1, 1, 0};
    figures.missing = missing;
    std::vector<double> machines(3);
    SweepAnswers answers = rows.answers();
    answers.more[static_cast<std::size_t>(SweepFigure::machines)] = machines;
    Sweep sweep{groups, rows.group, figures, answers};
    sweep.work();
    CHECK(sweep.errors().empty());
    CHECK(rows.outcome == std::vector<std::int8_t>{kMissingRow, kMissingRow, 0});
    CHECK(rows.offer[0] == -1);
    CHECK(std::isnan(rows.score[1]));
    CHECK(std::isnan(machines[0]));
    CHECK(machines[2] == 1);
}

TEST_CASE("a sweep of budgets refuses what is no number, as recommend does", "[sweep][error]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const std::vector<Budget> budgets{{.total = Usd{kNothing}, .days = Days{30}},
                                      {.total = Usd{500}, .days = Days{kNothing}},
                                      {.total = Usd{500}, .hours_per_day = HoursPerDay{kNothing}},
                                      {.days = Days{30}, .fixed = Usd{kNothing}},
                                      {.total = Usd{500}, .days = Days{30}}};
    const auto answers = sweep(catalog, Request{}, budgets);
    for (std::size_t i = 0; i < budgets.size(); ++i) {
        Request request;
        request.budget = budgets[i];
        std::string expected;
        try {
            (void)recommend(catalog, request);
        } catch (const Error& e) {
            expected = e.what();
        }
        CHECK(answers[i].error == expected);
        CHECK(answers[i].outcome.has_value() == expected.empty());
    }
    CHECK(answers[0].error == "budget_usd: must be a number, got \"nan\"");
}

/// What a sweep tells of a request, from recommend().
static void check_more(const SweepAnswer& told, const Recommendation& r, bool runner_up) {
    REQUIRE(told.outcome == r.outcome);
    const Choice* best = r.choices.empty() ? nullptr : r.choices.data();
    REQUIRE(told.hours.has_value() == (best != nullptr && best->cost.has_value()));
    CHECK(told.machines.has_value() == (best != nullptr));
    CHECK(told.charges.has_value() == (best != nullptr && r.charges.has_value()));
    if (told.charges)
        CHECK(*told.charges == r.charges->total);
    CHECK(told.runner_up.has_value() == (runner_up && r.choices.size() > 1));
    if (best == nullptr)
        return;
    CHECK(told.cost_quantiles == best->cost_quantiles);
    CHECK(told.probability_within_budget == best->probability_within_budget);
    if (told.runner_up) {
        const Choice& second = r.choices[1];
        CHECK(told.runner_up->price == second.price);
        CHECK(told.runner_up->score == second.score.value);
        CHECK(told.runner_up->purchase == second.purchase);
        CHECK(told.runner_up->total.has_value() == second.cost.has_value());
    }
    if (best->job) {
        CHECK(*told.hours == best->job->time.median);
        CHECK(*told.hours_p90 == best->job->p90);
        CHECK(*told.machines == best->job->machines);
        CHECK(*told.memory_needed == best->job->memory->needed);
        CHECK(*told.memory_available == best->job->memory->available);
        CHECK(*told.memory_probability == best->job->memory->probability);
        CHECK(told.probability_in_time == best->job->probability_in_time);
    }
}

TEST_CASE("a sweep tells hours, charges and the runner-up as recommend does", "[sweep]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    std::vector<Request> requests(5);
    requests[1].uncertainty = {.use_cv = 0.8, .confidence = 0.9};
    requests[2].usage.storage = GiB{100};
    set(requests[3], "model", std::array{std::string{"resnet50"}});
    set(requests[3], "deadline", std::array{std::string{"300h"}});
    requests[4].ways = {PurchaseKind::on_demand, PurchaseKind::reserved_1yr_no_upfront};
    const bool runner_up = GENERATE(false, true);
    for (const Request& request : requests) {
        std::vector<Budget> budgets{
            {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
            {.total = Usd{0.5}, .days = Days{3}, .hours_per_day = HoursPerDay{2}},
            {.total = Usd{9000}, .days = Days{90}, .hours_per_day = HoursPerDay{2}}};
        if (trains(request))
            budgets = {{.total = Usd{2000}}, {.total = Usd{0.5}}};
        const auto told = sweep(catalog, request, budgets, {.runner_up = runner_up});
        for (std::size_t i = 0; i < budgets.size(); ++i) {
            Request one = request;
            one.budget = budgets[i];
            check_more(told[i], recommend(catalog, one), runner_up);
        }
    }
}

TEST_CASE("a cancelled sweep stops", "[sweep]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const std::vector<SweepGroup> groups(1, SweepGroup{.catalog = &catalog});
    Rows rows(10);
    Sweep sweep{groups, rows.group, rows.figures(), rows.answers()};
    sweep.cancelled = true;
    sweep.work();
    CHECK(sweep.done() == 0);
    CHECK(sweep.failure() == nullptr);
}

TEST_CASE("qualifying offers are those that why_not has nothing against", "[sweep]") {
    const Catalog catalog{random_tables(7)};
    Request request;
    request.constraints.purchase = {Purchase::spot};
    request.budget = {.total = Usd{500}, .days = Days{10}};
    const auto found = filter(catalog, request);
    REQUIRE_FALSE(found.empty());
    for (std::uint32_t i = 0; i < catalog.size(); ++i)
        CHECK(std::binary_search(found.begin(), found.end(), i) ==
              !why_not(catalog, request, i).has_value());
}

TEST_CASE("so are those of a plan with charges", "[sweep]") {
    const Catalog catalog{random_tables(7)};
    Request request;
    request.budget = {.total = Usd{500}, .days = Days{10}};
    request.usage.starts_per_day = 2000; // 33.3 h are billed a day
    const auto ways =
        GENERATE(std::vector<PurchaseKind>{},
                 std::vector{PurchaseKind::on_demand, PurchaseKind::reserved_1yr_no_upfront});
    request.ways = ways;
    const auto found = filter(catalog, request);
    REQUIRE_FALSE(found.empty());
    for (std::uint32_t i = 0; i < catalog.size(); ++i)
        if (catalog.offer(i).purchase == Purchase::on_demand)
            CHECK(std::binary_search(found.begin(), found.end(), i) ==
                  !why_not(catalog, request, i).has_value());
}
