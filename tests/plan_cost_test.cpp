// Every goal with every payment and every charge: the cost of the whole plan against plain
// arithmetic and, where hours are uncertain, against a simulation.

#include <flopwise/recommend.hpp>

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <random>

using namespace flopwise;

namespace {

constexpr double kMonth = 730;
constexpr double kOnDemand = 3;
constexpr double kSpot = 1;
constexpr double kReserved = 1.8; // an hour of the term of a year
constexpr double kDisk = 0.1;     // for a GiB-month
constexpr double kAddress = 0.005;
constexpr double kEgress = 0.09; // for a GiB above 100 in a month
constexpr double kBand = 0.15;   // the middle of 10 to 20 % a month

Charges charges() {
    return Charges::parse(R"(
provider: aws
sources: [{name: s, title: a table, as_of: 2026-07-01}]
charges:
  - {charge: storage_gp3, region: r, usd: 0.1, source: s}
  - {charge: public_ipv4, region: r, usd: 0.005, source: s}
  - {charge: egress, region: r, usd: 0, source: s}
  - {charge: egress, region: r, from: 100, usd: 0.09, source: s}
reserved:
  - {instance: f.one, region: r, offering: standard_1yr, usd_per_hour: 1.8, on_demand_usd_per_hour: 3, source: s}
blocks:
  - {instance: f.one, region: r, usd_per_hour: 2, source: s}
interruptions:
  - {instance: f.one, region: r, from: 0.1, to: 0.2, source: s}
)");
}

Catalog one_machine() {
    Tables t{.name = "one", .as_of = {2026, 7, 1}};
    t.sources = {{"s", "a table", {2026, 7, 1}, false}};
    t.gpus = {{.name = "gpu",
               .architecture = "Ampere",
               .memory = GiB{40},
               .memory_bandwidth = GBPerSecond{1555},
               .fp32 = Tflops{19.5},
               .fp16_tensor = Tflops{312},
               .source = "s"}};
    t.families = {{"aws", "f", Purpose::training, 0, "", "s"}};
    t.regions = {{.provider = "aws", .code = "r", .source = "s"}};
    t.instances = {{.provider = "aws",
                    .name = "f.one",
                    .family = "f",
                    .vcpus = 8,
                    .memory = GiB{64},
                    .gpu = "gpu",
                    .gpu_count = 1,
                    .network = Gbps{25},
                    .source = "s"}};
    t.prices = {{"aws", "f.one", "r", Purchase::on_demand, UsdPerHour{kOnDemand}, "s"},
                {"aws", "f.one", "r", Purchase::spot, UsdPerHour{kSpot}, "s"}};
    return Catalog{t};
}

enum class What { certain, uncertain, job, job_by_day };
enum class Pay { on_demand, spot, reserved, any };
enum class Extras { none, disk, all };

Request request_of(What what, Pay pay, Extras extras) {
    Request r;
    if (what == What::certain || what == What::uncertain) {
        r.budget.days = Days{300};
        r.budget.hours_per_day = HoursPerDay{4};
        r.uncertainty.use_cv = what == What::uncertain ? 0.8 : 0;
    } else {
        training(r).flops = 2e20;
        r.budget.hours_per_day = HoursPerDay{what == What::job ? 24.0 : 8.0};
    }
    switch (pay) {
    case Pay::on_demand:
        break;
    case Pay::spot:
        r.constraints.purchase = {Purchase::spot};
        break;
    case Pay::reserved:
        r.ways = {PurchaseKind::reserved_1yr_no_upfront};
        break;
    case Pay::any:
        r.ways = {
            PurchaseKind::on_demand, PurchaseKind::spot, PurchaseKind::reserved_1yr_no_upfront};
        break;
    }
    if (extras != Extras::none)
        r.usage.storage = GiB{200};
    if (extras == Extras::all) {
        r.usage.public_ipv4 = 1;
        r.usage.egress_per_month = GiB{300};
        r.budget.fixed = Usd{25};
    }
    return r;
}

/// The whole plan if the machine is there for these hours, written out.
double arithmetic(What what, Pay pay, Extras extras, double hours) {
    const bool job = what == What::job || what == What::job_by_day;
    const double days = !job ? 300 : hours / (what == What::job ? 24 : 8);
    const double started = what == What::job          ? 1
                           : what == What::job_by_day ? std::max(1.0, std::ceil(days))
                                                      : 0;
    const double paid = hours + started * 10 / 60;
    double usd = pay == Pay::on_demand  ? kOnDemand * paid
                 : pay == Pay::reserved ? kReserved * 8760
                                        : kSpot * paid;
    const double months = days * 24 / kMonth;
    if (extras != Extras::none)
        usd += 200 * kDisk * months;
    if (extras == Extras::all) {
        const double rest = months - std::floor(months);
        usd += kAddress * days * 24 + 25;
        usd += kEgress * (200 * std::floor(months) + std::max(0.0, 300 * rest - 100));
    }
    return usd;
}

const double kRate = -std::log1p(-kBand) / kMonth; // interruptions an hour

/// One run of some work on spot, event by event: checkpoints each `interval`, of 5 min, and 10 min
/// to go on after an interruption.

double on_spot(double work, double interval, std::mt19937_64& random) {
    const auto gap = [&random] {
        return -std::log1p(-std::generate_canonical<double, 53>(random)) / kRate;
    };
    double wall = 0;
    double next = gap(); // until the next interruption
    for (double left = work; left > 1e-12;) {
        const double part = std::min(left, interval);
        double attempt = part + 5.0 / 60;
        while (next < attempt) {
            wall += next;
            next = gap();
            attempt = part + 5.0 / 60 + 10.0 / 60;
        }
        wall += attempt;
        next -= attempt;
        left -= part;
    }
    return wall;
}

/// The quantiles are those of many plans that are lived through.
void compare(const Choice& c, What what, Pay pay, Extras extras, std::vector<double> walls) {
    std::sort(walls.begin(), walls.end());
    const auto at = [&](double p) {
        const double n = static_cast<double>(walls.size());
        return arithmetic(what, pay, extras, walls[static_cast<std::size_t>(p * n)]);
    };
    REQUIRE(c.cost_quantiles);
    CHECK(c.cost_quantiles->p50.value() == Approx(at(0.5)).epsilon(0.02));
    CHECK(c.cost_quantiles->p80.value() == Approx(at(0.8)).epsilon(0.02));
    CHECK(c.cost_quantiles->p90.value() == Approx(at(0.9)).epsilon(0.02));
}

} // namespace

TEST_CASE("each goal, payment and charge has one cost, to be followed by hand", "[plan_cost]") {
    const auto what = GENERATE(What::certain, What::uncertain, What::job, What::job_by_day);
    const auto pay = GENERATE(Pay::on_demand, Pay::spot, Pay::reserved, Pay::any);
    const auto extras = GENERATE(Extras::none, Extras::disk, Extras::all);
    INFO(static_cast<int>(what) << ' ' << static_cast<int>(pay) << ' ' << static_cast<int>(extras));
    const Recommendation r = recommend(one_machine(), request_of(what, pay, extras), charges());
    REQUIRE(r.outcome == Outcome::found);
    const Choice& c = r.choices.front();
    // Spot is the cheapest of all for these hours; the reservation pays for a whole year.
    const bool spot = pay == Pay::spot || pay == Pay::any;
    CHECK((c.purchase == PurchaseKind::spot) == spot);
    const double work = c.job ? c.job->time.median.value() : 1200;
    const Recovery recovery;
    const Hours interval = std::min(Hours{work}, checkpoint_interval(kRate, recovery));
    const double wall =
        spot ? expected_hours(Hours{work}, interval, kRate, recovery).value() : work;
    CHECK(c.cost->total.value() == Approx(arithmetic(what, pay, extras, wall)).epsilon(1e-9));
    // The lines add up, and a line of one rate is quantity times rate.
    double sum = 0;
    for (const LineItem& item : c.cost->items) {
        sum += item.amount->value();
        if (item.tiers.size() == 1)
            CHECK(item.quantity * item.tiers[0].usd == Approx(item.amount->value()));
    }
    CHECK(sum == Approx(c.cost->total.value()));
    if (what == What::certain && !spot) {
        CHECK_FALSE(c.cost_quantiles);
        return;
    }
    std::mt19937_64 random{7};
    std::gamma_distribution<double> days{300 / 0.64, 4 * 0.64};
    std::vector<double> walls;
    for (int i = 0; i < 8'000; ++i) {
        const double u = (i + 0.5) / 8'000;
        const double hours = c.job                     ? c.job->time.quantile(u).value()
                             : what == What::uncertain ? days(random)
                                                       : 1200;
        walls.push_back(spot ? on_spot(hours, interval.value(), random) : hours);
    }
    compare(c, what, pay, extras, walls);
}

TEST_CASE("a budget is judged by the hours that are enough with the confidence", "[plan_cost]") {
    const auto what = GENERATE(What::uncertain, What::job);
    const auto pay = GENERATE(Pay::on_demand, Pay::reserved);
    const auto extras = GENERATE(Extras::none, Extras::all);
    Request request = request_of(what, pay, extras);
    const Catalog catalog = one_machine();
    const Choice c = recommend(catalog, request, charges()).choices.front();
    request.budget.total = c.cost_quantiles->p90 + Usd{0.01};
    const Recommendation enough = recommend(catalog, request, charges());
    REQUIRE(enough.outcome == Outcome::found);
    CHECK(*enough.choices.front().probability_within_budget >= 0.8999);
    request.budget.total = c.cost_quantiles->p90 - Usd{0.01};
    const Recommendation little = recommend(catalog, request, charges());
    REQUIRE(little.outcome == Outcome::nothing_affordable);
    // The relaxation, applied, admits it.
    const Relaxation& change = little.refusals.nearest.at(0).relaxation.at(0);
    CHECK(change.key == "budget_usd");
    request.budget.total = Usd{std::get<double>(change.value) + 0.01};
    CHECK(recommend(catalog, request, charges()).outcome == Outcome::found);
}

TEST_CASE("more ways to pay never cost more, more charges never less", "[plan_cost]") {
    const auto what = GENERATE(What::certain, What::uncertain, What::job, What::job_by_day);
    const auto extras = GENERATE(Extras::none, Extras::disk, Extras::all);
    const Catalog catalog = one_machine();
    const auto cost = [&](Pay pay, Extras e) {
        return recommend(catalog, request_of(what, pay, e), charges()).choices.at(0).cost->total;
    };
    for (const Pay pay : {Pay::on_demand, Pay::spot, Pay::reserved})
        CHECK(cost(Pay::any, extras) <= cost(pay, extras));
    CHECK(cost(Pay::any, Extras::none) <= cost(Pay::any, extras));
    CHECK(cost(Pay::any, extras) <= cost(Pay::any, Extras::all));
}

TEST_CASE("with a discount rate a machine is taken for what its cost is worth", "[plan_cost]") {
    Request request{
        .budget = {.days = Days{365}},
        .constraints = {.instance = {"g5.xlarge"}, .region = {"us-east-1"}},
        .usage = {.storage = GiB{100}},
        .ways = {PurchaseKind::reserved_1yr_no_upfront, PurchaseKind::reserved_1yr_all_upfront}};
    const Catalog catalog = Catalog::bundled();
    const Choice plain = recommend(catalog, request).choices.at(0);
    CHECK(plain.purchase == PurchaseKind::reserved_1yr_all_upfront);
    CHECK_FALSE(plain.present);
    // 5,551.91 by the hour is worth 4,714.38 at 40 % a year, and so are the disks' 96 USD 81.52
    request.discount_rate = 0.4;
    const Choice later = recommend(catalog, request).choices.at(0);
    CHECK(later.purchase == PurchaseKind::reserved_1yr_no_upfront);
    CHECK(later.cost->total.value() == Approx(5551.9128 + 96));
    CHECK(later.present->value() == Approx((5551.9128 + 96) * 0.849146));
    CHECK(later.effective->value() == Approx((5551.9128 + 96) / 8760));
}

TEST_CASE("one machine costs the same whatever else can be chosen", "[plan_cost]") {
    const Catalog all = Catalog::bundled();
    Request request;
    training(request).model = "llama-2-7b";
    training(request).tokens = 1e9;
    request.usage.storage = GiB{300};
    for (std::size_t k = 0; k < 3; ++k)
        request.ways.push_back(static_cast<PurchaseKind>(k));
    const Recommendation many = recommend(all, request);
    REQUIRE(many.choices.size() > 3);
    for (const Choice& c : many.choices) {
        CHECK(c.job); // also on spot of which the interruptions are not known
        Request one = request;
        one.constraints.instance = {c.instance};
        one.constraints.region = {c.region};
        one.ways = {c.purchase};
        CHECK(recommend(all, one).choices.at(0).cost == c.cost);
    }
}

TEST_CASE("spot that is not sure to be done by the deadline is refused, and says when",
          "[plan_cost]") {
    const Catalog catalog = one_machine();
    Request request = request_of(What::job, Pay::spot, Extras::disk);
    const Choice c = recommend(catalog, request, charges()).choices.at(0);
    // The work alone is sure to be done by then, but not what is lost besides.
    const double sure = c.job->time.quantile(0.9).value();
    REQUIRE(c.job->p90.value() > sure);
    training(request).deadline = Hours{(sure + c.job->p90.value()) / 2};
    const Recommendation late = recommend(catalog, request, charges());
    CHECK(late.outcome == Outcome::nothing_fits);
    REQUIRE(late.refusals.nearest.size() == 1);
    const Refusal& why = late.refusals.nearest[0];
    CHECK(why.reasons == std::vector<Reason>{Reason::misses_deadline});
    CHECK(why.relaxation.at(0).key == "deadline");
    CHECK(std::get<std::string>(why.relaxation[0].value) ==
          fmt::format("{:.0f}h", std::ceil(c.job->p90.value())));
    // On demand it is in time, so that is the cheapest way of both.
    request.constraints.purchase = {Purchase::on_demand};
    request.ways = {PurchaseKind::on_demand, PurchaseKind::spot};
    CHECK(recommend(catalog, request, charges()).choices.at(0).purchase == PurchaseKind::on_demand);
}

TEST_CASE("a job on several machines pays several disks and addresses", "[plan_cost]") {
    Request request = request_of(What::job, Pay::on_demand, Extras::all);
    request.goal = Job{.model = "resnet-50", .epochs = 90, .batch = 65536};
    training(request).max_machines = 4;
    training(request).objective = Objective::time;
    const Choice c = recommend(one_machine(), request, charges()).choices.at(0);
    const double n = c.job->machines;
    REQUIRE(n > 1);
    const double hours = c.job->time.median.value();
    const double months = hours / kMonth;
    const double egress = kEgress * (200 * std::floor(months) +
                                     std::max(0.0, 300 * (months - std::floor(months)) - 100));
    CHECK(c.cost->total.value() ==
          Approx(n * (kOnDemand * (hours + 1.0 / 6) + 200 * kDisk * months + kAddress * hours) +
                 egress + 25));
}

TEST_CASE("a block has a size, and a job pays for the next that it fits into", "[plan_cost]") {
    // By hand, with m machines in a block at 2 USD/h: 2 * 24 * days * m.
    Request request = request_of(What::job, Pay::on_demand, Extras::none);
    request.goal = Job{.model = "resnet-50", .epochs = 90, .batch = 65536};
    training(request).objective = Objective::time;
    request.ways = {PurchaseKind::capacity_block};
    for (const auto& [most, size] : {std::pair{2, 2}, {3, 4}, {4, 4}, {5, 8}}) {
        training(request).max_machines = most;
        const Choice c = recommend(one_machine(), request, charges()).choices.at(0);
        REQUIRE(c.job->machines == most);
        const double days = std::ceil(c.job->time.median.value() / 24);
        REQUIRE(days <= 14);
        CHECK(c.cost->total == Usd{2 * 24 * days * size});
        CHECK(c.upfront == c.cost->total);
    }
    training(request).max_machines = 128;
    const Recommendation none = recommend(one_machine(), request, charges());
    CHECK(none.choices.empty());
    CHECK(
        none.warnings ==
        std::vector<std::string>{
            "left out, not known what they cost in the ways to pay that are asked for: f.one in r "
            "(a block is of 64 machines at most, the plan of 128)"});
}

TEST_CASE("a block that may be too short for a job is no sure way to pay", "[plan_cost]") {
    // Blocks have 182 days at most. So long is the job at the median, less 12 days; at 0.9 it is
    // longer.
    Request request = request_of(What::job, Pay::on_demand, Extras::disk);
    const Choice once = recommend(one_machine(), request, charges()).choices.at(0);
    *training(request).flops *= 170 * 24 / once.job->time.median.value();
    request.ways = {PurchaseKind::capacity_block};
    const Choice c = recommend(one_machine(), request, charges()).choices.at(0);
    REQUIRE(c.job->time.median < Hours{182 * 24});
    REQUIRE(c.job->time.quantile(0.9) > Hours{182 * 24});
    CHECK(c.upfront == Usd{2 * 24 * 175}); // of 170 days, in whole weeks
    CHECK_FALSE(c.cost_quantiles);
    request.budget.total = Usd{1e6};
    const Recommendation none = recommend(one_machine(), request, charges());
    CHECK(none.outcome == Outcome::nothing_affordable);
    CHECK(none.refusals.nearest.at(0).text ==
          "cannot be paid as capacity_block for so long with probability 0.9");
    CHECK(none.refusals.nearest[0].relaxation.empty()); // no budget mends that
}
