// Recommendations for plans that are charged more than hours.

#include <flopwise/recommend.hpp>
#include <flopwise/report.hpp>

#include "bundled_charges.hpp"
#include "catch.hpp"
#include "cost/payer.hpp"
#include "random_catalog.hpp"
#include "temporary.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace flopwise;

/// One machine of one GPU, in two regions whose prices and charges differ.
static Catalog two_regions() {
    Tables t{.name = "two", .as_of = {2026, 7, 1}};
    t.sources = {{"s", "a table", {2026, 7, 1}, false}};
    t.gpus = {{.name = "gpu",
               .memory = GiB{16},
               .memory_bandwidth = GBPerSecond{300},
               .fp32 = Tflops{10},
               .source = "s"}};
    t.families = {{"aws", "f", Purpose::training, 0, "", "s"}};
    t.regions = {{.provider = "aws", .code = "us-east-1", .source = "s"},
                 {.provider = "aws", .code = "ap-southeast-1", .source = "s"}};
    t.instances = {{.provider = "aws",
                    .name = "f.one",
                    .family = "f",
                    .vcpus = 4,
                    .memory = GiB{64},
                    .gpu = "gpu",
                    .gpu_count = 1,
                    .network = Gbps{10},
                    .source = "s"}};
    t.prices = {{"aws", "f.one", "us-east-1", Purchase::on_demand, UsdPerHour{1}, "s"},
                {"aws", "f.one", "ap-southeast-1", Purchase::on_demand, UsdPerHour{0.95}, "s"}};
    return Catalog{t};
}

/// A random catalog whose regions have charges.
static Catalog random_aws(unsigned seed) {
    Tables t = random_tables(seed, {.types = 12, .regions = 3});
    const std::array<std::string, 3> codes{"us-east-1", "ap-southeast-1", "us-east-2"};
    for (std::size_t r = 0; r < codes.size(); ++r) {
        const std::string old = t.regions[r].code;
        t.regions[r].code = codes[r];
        for (Price& p : t.prices)
            if (p.region == old)
                p.region = codes[r];
        for (Offering& o : t.offerings)
            std::replace(o.regions.begin(), o.regions.end(), old, codes[r]);
    }
    for (auto& f : t.families)
        f.provider = "aws";
    for (auto& i : t.instances)
        i.provider = "aws";
    for (auto& r : t.regions)
        r.provider = "aws";
    for (auto& o : t.offerings)
        o.provider = "aws";
    for (auto& p : t.prices)
        p.provider = "aws";
    return Catalog{t};
}

// The dates are those of the rows in data/: the price on demand of g5.xlarge is of 2026-07-20, 100
// GB of egress are free since 2021-12-01, and its rate from 150 TB on is recalled, without a date.
TEST_CASE("a rate that is not the catalog's counts with its own date", "[plans]") {
    Request request{.budget = {.days = Days{365}},
                    .constraints = {.instance = {"g5.xlarge"}, .region = {"us-east-1"}},
                    .today = {2026, 10, 1}};
    const auto best = [&](PurchaseKind kind) {
        request.ways = {kind};
        return recommend(Catalog::bundled(), request).choices.at(0);
    };
    const Source rate = charges().reserved("aws", "us-east-1", "g5.xlarge", Term{}).value().source;
    REQUIRE(rate.as_of < Date{2026, 7, 1}); // 92 days
    const Choice reserved = best(PurchaseKind::reserved_1yr_no_upfront);
    CHECK(reserved.as_of == rate.as_of);
    CHECK(reserved.source == rate.title);
    CHECK(reserved.price_dates == DateRange{rate.as_of, rate.as_of});
    const Date band = charges().interruption("aws", "us-east-1", "g5.xlarge").value().source.as_of;
    const Choice spot = best(PurchaseKind::spot);
    CHECK(spot.as_of != Date{2026, 9, 6});
    CHECK(spot.price_dates == DateRange{std::min(spot.as_of, band), std::max(spot.as_of, band)});
    CHECK(to_string(best(PurchaseKind::on_demand).price_dates) == "2026-09-06");

    request.ways = {PurchaseKind::reserved_1yr_no_upfront};
    const Recommendation r = recommend(Catalog::bundled(), request);
    CHECK(r.warnings.at(0) == fmt::format("1 of 1 prices shown are older than 90 days on "
                                          "2026-10-01; the oldest is {}",
                                          to_string(rate.as_of)));
    DateRange all = spot.price_dates; // all purchase options are shown with their prices
    all.add(Date{2026, 9, 6});
    for (const PurchaseOption& o : r.purchase_options)
        if (o.total && term_of(o.kind))
            all.add(o.as_of);
    for (const FamilyChoice& family : r.families)
        all.add(family.price_dates);
    CHECK(r.price_dates == all);

    request.ways = {PurchaseKind::on_demand};
    const auto with_egress = [&](double gib) {
        request.usage.egress_per_month = GiB{gib};
        return to_string(recommend(Catalog::bundled(), request).choices.at(0).price_dates);
    };
    CHECK(with_egress(100) == "2021-12-01 to 2026-09-06");
    CHECK(with_egress(200'000) == "2021-12-01 to 2026-09-06, some undated");
}

TEST_CASE("by total cost another region is best than by price", "[plans]") {
    // A month of 730 h at 2 h/day and 1,000 GiB to the internet:
    //   us-east-1       60.83 h * 1.00 + 900 * 0.09 =  60.83 +  81.00 = 141.83
    //   ap-southeast-1  60.83 h * 0.95 + 900 * 0.12 =  57.79 + 108.00 = 165.79
    const Catalog catalog = two_regions();
    Request request{.budget = {.days = Days{730.0 / 24}, .hours_per_day = HoursPerDay{2}}};
    CHECK(recommend(catalog, request).choices.front().region == "ap-southeast-1");
    request.usage.egress_per_month = GiB{1000};
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.choices.size() == 2);
    CHECK(r.choices[0].region == "us-east-1");
    CHECK(r.choices[0].cost->total.value() == Approx(730.0 / 12 + 81));
    CHECK(r.choices[1].cost->total.value() == Approx(730.0 / 12 * 0.95 + 108));
    CHECK(r.choices[0].price == UsdPerHour{1});
    CHECK(r.choices[0].effective->value() == Approx((730.0 / 12 + 81) / (730.0 / 12)));
}

TEST_CASE("the ceiling falls by what the charges take", "[plans]") {
    // 500 GiB of gp3 for a year: 500 * 0.08 * 12 = 480; (2000 - 480) / 730 = 2.0822
    Request request{
        .budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}}};
    request.constraints.region = {"us-east-1"};
    request.usage.storage = GiB{500};
    const Recommendation r = recommend(two_regions(), request);
    CHECK(r.price_ceiling->value() == Approx(1520.0 / 730));
    REQUIRE(r.charges);
    CHECK(r.charges->total.value() == Approx(480));
    CHECK(r.charges->ceiling_before->value() == Approx(2000.0 / 730));
    CHECK(table(r).find("Charges of 480.00 USD in us-east-1 lower the ceiling by 0.6575 USD/h, "
                        "from 2.74") != std::string::npos);
    // Growing storage: the ceiling falls, in the end to nothing.
    UsdPerHour last = *r.price_ceiling;
    for (const double gib : {600.0, 1000.0, 2000.0, 5000.0}) {
        request.usage.storage = GiB{gib};
        const auto ceiling = recommend(two_regions(), request).price_ceiling;
        CHECK(*ceiling < last);
        last = *ceiling;
    }
    CHECK(last == UsdPerHour{});
    CHECK(recommend(two_regions(), request).outcome == Outcome::nothing_affordable);
}

static Request random_request(std::minstd_rand& random) {
    const auto pick = [&random](unsigned n) { return static_cast<double>(random() % n); };
    Request out{
        .budget = {.days = Days{1 + pick(100)}, .hours_per_day = HoursPerDay{1 + pick(20)}}};
    out.constraints.min_gpus = pick(2);
    out.weights = Weights{.cost = 1, .speed = pick(3), .memory = pick(2)};
    out.usage.storage = GiB{pick(500)};
    out.usage.egress_per_month = GiB{1 + pick(2000)};
    out.usage.reserved_capacity = HoursPerDay{pick(3)};
    out.usage.public_ipv4 = pick(3);
    out.top = 1000;
    out.nearest = 1000;
    return out;
}

/// What an offer costs in a request, from its bill alone.
static double cost_of(const Offer& o, const Request& q) {
    const Bill b = bill(q.budget, q.usage, {o.region.provider, o.region.code, o.price}, charges());
    return b.total.value();
}

TEST_CASE("choices are those of a plain search over all bills", "[plans][property]") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        const Catalog catalog = random_aws(seed);
        std::minstd_rand random{seed};
        Request request = random_request(random);
        Request open = request;
        open.usage = {};
        request.budget.total = Usd{200 + static_cast<double>(random() % 3000)};
        const Recommendation r = recommend(catalog, request);
        // Who may be a choice does not depend on charges; who is one depends on the bill.
        std::size_t affordable_offers = 0;
        for (std::size_t i = 0; i < catalog.size(); ++i)
            if (!why_not(catalog, open, i) &&
                cost_of(catalog.offer(i), request) < request.budget.total->value() + 0.005)
                ++affordable_offers;
        CHECK(r.admitted == affordable_offers);
        CHECK(r.choices.size() == affordable_offers);
        for (const Choice& c : r.choices) {
            for (std::size_t i = 0; i < catalog.size(); ++i) {
                const Offer o = catalog.offer(i);
                if (o.instance.name == c.instance && o.region.code == c.region &&
                    kind_of(o.purchase) == c.purchase)
                    CHECK(c.cost->total.value() == Approx(cost_of(o, request)).epsilon(1e-12));
            }
            CHECK(c.effective->value() * rented_hours(request.budget).value() ==
                  Approx(c.cost->total.value()).epsilon(1e-12));
        }
        CHECK(r.admitted + r.refusals.count + r.out_of_scope == catalog.size());
    }
}

TEST_CASE("a budget of the bill, to the cent, is enough and a cent less is not",
          "[plans][property]") {
    std::minstd_rand random{1};
    for (unsigned seed = 1; seed <= 40; ++seed) {
        const Catalog catalog = random_aws(seed);
        Request request = random_request(random);
        const Recommendation all = recommend(catalog, request);
        for (const Choice& c : all.choices) {
            Request one = request;
            one.constraints.instance = {c.instance};
            one.constraints.region = {c.region};
            const double cents = std::round(c.cost->total.value() * 100);
            one.budget.total = Usd{cents / 100};
            CHECK(recommend(catalog, one).outcome == Outcome::found);
            one.budget.total = Usd{(cents - 1) / 100};
            CHECK(recommend(catalog, one).outcome != Outcome::found);
        }
    }
}

TEST_CASE("what a refusal says admits the offer", "[plans][property]") {
    std::minstd_rand random{7};
    std::size_t tried = 0;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        const Catalog catalog = random_aws(seed);
        Request request = random_request(random);
        request.budget.total = Usd{100 + static_cast<double>(random() % 1000)};
        if (seed % 2 == 0)
            for (std::size_t k = 0; k < kPurchaseKinds; ++k)
                request.ways.push_back(static_cast<PurchaseKind>(k));
        for (const Refusal& refusal : recommend(catalog, request).refusals.nearest) {
            if (refusal.reasons != std::vector{Reason::above_ceiling})
                continue;
            for (const Relaxation& change : refusal.relaxation) {
                Request changed = request;
                set(changed,
                    change.key,
                    std::array{fmt::format("{}", std::get<double>(change.value))});
                changed.constraints.instance = {refusal.instance};
                changed.constraints.region = {refusal.region};
                CHECK(recommend(catalog, changed).outcome == Outcome::found);
                ++tried;
            }
        }
    }
    CHECK(tried > 100);
}

/// Reasons stand in the order of the enumerators.
static std::vector<Reason> with(std::vector<Reason> reasons, Reason more) {
    reasons.insert(std::lower_bound(reasons.begin(), reasons.end(), more), more);
    return reasons;
}

TEST_CASE("why_not() says what the refusals say, and the same of other regions",
          "[plans][property]") {
    std::minstd_rand random{11};
    std::size_t same = 0;
    std::size_t elsewhere = 0;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        const Catalog catalog = random_aws(seed);
        Request request = random_request(random);
        request.budget.total = Usd{100 + static_cast<double>(random() % 1000)};
        if (seed % 2 == 0)
            request.ways = {PurchaseKind::on_demand, PurchaseKind::spot};
        Request open = request;
        request.constraints.region = {"us-east-1"};
        const Recommendation r = recommend(catalog, request);
        for (std::size_t i = 0; i < catalog.size(); ++i) {
            const Offer o = catalog.offer(i);
            const auto refusal = why_not(catalog, request, i);
            if (o.region.code != "us-east-1") {
                const auto anywhere = why_not(catalog, open, i);
                REQUIRE(refusal);
                if (refusal == anywhere) { // it has no price in the ways that are asked for
                    CHECK(refusal->reasons == std::vector{Reason::other_purchase});
                    continue;
                }
                CHECK(refusal->reasons == with(anywhere ? anywhere->reasons : std::vector<Reason>{},
                                               Reason::other_region));
                ++elsewhere;
                continue;
            }
            for (const Refusal& shown : r.refusals.nearest)
                if (shown.instance == o.instance.name && shown.purchase == o.purchase) {
                    CHECK(refusal == shown);
                    ++same;
                }
        }
    }
    CHECK(same > 100);
    CHECK(elsewhere > 100);
}

TEST_CASE("best never costs more than on demand, whatever the catalog", "[plans][property]") {
    std::minstd_rand random{3};
    for (unsigned seed = 1; seed <= 40; ++seed) {
        const Catalog catalog = random_aws(seed);
        Request request = random_request(random);
        const Recommendation plain = recommend(catalog, request);
        for (std::size_t k = 0; k < kPurchaseKinds; ++k)
            request.ways.push_back(static_cast<PurchaseKind>(k));
        const Recommendation best = recommend(catalog, request);
        CHECK(best.admitted >= plain.admitted);
        for (const Choice& c : plain.choices) {
            const auto same =
                std::find_if(best.choices.begin(), best.choices.end(), [&](const Choice& b) {
                    return b.instance == c.instance && b.region == c.region;
                });
            REQUIRE(same != best.choices.end());
            CHECK(same->cost->total.value() <= c.cost->total.value() * (1 + 1e-12));
        }
    }
}

TEST_CASE("the best way to pay follows the hours that are used", "[plans]") {
    Request request{.budget = {.days = Days{365}, .hours_per_day = HoursPerDay{8}}};
    request.constraints.instance = {"g5.xlarge"};
    request.constraints.region = {"us-east-1"};
    request.ways = {PurchaseKind::on_demand, PurchaseKind::reserved_1yr_no_upfront};
    const Catalog catalog = Catalog::bundled();
    // 0.63378 USD/h reserved against 1.006 on demand: even at 24 * 0.63378 / 1.006 = 15.1 h/day
    CHECK(recommend(catalog, request).choices.front().purchase == PurchaseKind::on_demand);
    request.budget.hours_per_day = HoursPerDay{15};
    CHECK(recommend(catalog, request).choices.front().purchase == PurchaseKind::on_demand);
    request.budget.hours_per_day = HoursPerDay{15.2};
    const Recommendation r = recommend(catalog, request);
    CHECK(r.choices.front().purchase == PurchaseKind::reserved_1yr_no_upfront);
    CHECK(r.choices.front().price == UsdPerHour{0.63378});
    CHECK(r.choices.front().cost->total.value() == Approx(0.63378 * 8760));
    CHECK(r.purchase_options.size() == kPurchaseKinds - 2); // all but Google's
}

TEST_CASE("the highest price is compared with the price as it stands", "[plans]") {
    Request request{.budget = {.days = Days{30}, .hours_per_day = HoursPerDay{2}}};
    request.usage.egress_per_month = GiB{1000};
    request.constraints.max_price = UsdPerHour{0.97};
    const Recommendation r = recommend(two_regions(), request);
    REQUIRE(r.choices.size() == 1); // not the one whose plan costs less
    CHECK(r.choices.front().region == "ap-southeast-1");
    CHECK(r.refusals.by_reason.front() == std::pair{Reason::above_max_price, std::size_t{1}});
    CHECK(r.families.front().price_from == UsdPerHour{0.95});
    CHECK(r.families.front().price_to == UsdPerHour{1});
}

TEST_CASE("a charge that is not known is warned of and never makes a region cheap", "[plans]") {
    Tables t = two_regions().tables();
    t.regions.push_back({.provider = "aws", .code = "us-east-2", .source = "s"});
    t.prices.push_back({"aws", "f.one", "us-east-2", Purchase::on_demand, UsdPerHour{1}, "s"});
    Request request{.budget = {.days = Days{365}, .hours_per_day = HoursPerDay{2}}};
    request.usage.object_storage = GiB{1000};
    const Recommendation r = recommend(Catalog{t}, request);
    REQUIRE(r.choices.size() == 3);
    // us-east-1: 730 + 23 * 12 = 1006; Singapore: 693.50 + 25 * 12 = 993.50; us-east-2 as the
    // dearest known: 730 + 300 = 1030, of which 730 is known.
    CHECK(r.choices[0].region == "ap-southeast-1");
    CHECK(r.choices[1].region == "us-east-1");
    CHECK(r.choices[2].region == "us-east-2");
    CHECK(r.choices[2].cost->total == Usd{730});
    CHECK(r.choices[2].effective->value() == Approx(1030.0 / 730));
    CHECK(r.warnings.back() == "not known and not in the total, but ranked as in the dearest "
                               "region known: object_storage in us-east-2");
}

TEST_CASE("without days the money lasts until the bill has used it up", "[plans]") {
    Request request{.budget = {.total = Usd{500}, .hours_per_day = HoursPerDay{2}}};
    request.usage.egress_per_month = GiB{1000};
    const Recommendation r = recommend(two_regions(), request);
    CHECK(r.choices[0].region == "us-east-1"); // a month decides, as in the test above
    CHECK_FALSE(r.price_ceiling);
    CHECK_FALSE(r.choices[0].cost);
    const auto total = [&](double factor) {
        const Budget plan{.days = *r.choices[0].lasts * factor, .hours_per_day = HoursPerDay{2}};
        return bill(plan, request.usage, {"aws", "us-east-1", UsdPerHour{1}}, charges())
            .total.value();
    };
    CHECK(total(1) == Approx(500).margin(0.01));
    CHECK(total(1.001) > 500.01);
}

TEST_CASE("a request names the files of its charges", "[plans]") {
    const Temporary folder;
    const auto file = folder.file("acme.yaml",
                                  "provider: aws\n"
                                  "sources:\n"
                                  "  - {name: s, title: Contract, as_of: 2026-09-01}\n"
                                  "charges:\n"
                                  "  - {charge: storage_gp3, region: all, usd: 1, source: s}\n");
    Request request{.budget = {.days = Days{365}, .hours_per_day = HoursPerDay{2}}};
    request.usage.storage = GiB{10};
    CHECK(charges_of(request).size() == charges().size());
    request.charges = {file.string()};
    CHECK(charges_of(request).size() == 1);
    const Recommendation r = recommend(two_regions(), request); // 730 h at 0.95, 12 months at 10
    CHECK(r.choices.front().cost->total.value() == Approx(730 * 0.95 + 120));
    CHECK(recommend(two_regions(), request, charges()).choices.front().cost->total.value() <
          r.choices.front().cost->total.value());
    request.usage = {};
    CHECK(charges_of(request).size() == 1); // read although nothing is charged: it may be wrong
    request.charges.clear();
    CHECK(charges_of(request).size() == 0);
}

TEST_CASE("other charges than the bundled ones", "[plans]") {
    Request request{.budget = {.days = Days{365}, .hours_per_day = HoursPerDay{2}}};
    request.usage.egress_per_month = GiB{1000};
    const Recommendation r = recommend(two_regions(), request, Charges::none());
    CHECK_FALSE(complete(*r.choices.front().cost));
    CHECK(r.choices.front().region == "ap-southeast-1"); // nothing is known to speak against it
}

TEST_CASE("bad settings of a plan are refused at their place", "[plans][error]") {
    Request request;
    request.ways = {PurchaseKind::spot, PurchaseKind::reserved_1yr_no_upfront};
    CHECK_THROWS_WITH(recommend(two_regions(), request),
                      "purchase: must come with `days` to compare ways to pay");
    request = {};
    request.usage.storage_iops = 4000;
    request.origin["storage_iops"] = {.field = "--storage-iops"};
    CHECK_THROWS_WITH(recommend(two_regions(), request),
                      "--storage-iops: must come with storage_gib");
}

// ---- one cost for one choice --------------------------------------------------------

using Costs = std::map<std::pair<std::string, std::string>, double>;

/// What choices on spot cost, by machine and region.
static Costs spot_costs(const Recommendation& r) {
    Costs out;
    for (const Choice& c : r.choices)
        if (c.purchase == PurchaseKind::spot)
            out[{c.provider + " " + c.instance, c.region}] = c.cost->total.value();
    return out;
}

TEST_CASE("spot costs the same alone as beside other ways, for each machine that is bundled",
          "[plans]") {
    const std::string name = GENERATE("aws-2026-10", "clouds-2026-11");
    const Catalog catalog = Catalog::bundled(name);
    Request request{.budget = {.days = Days{30}, .hours_per_day = HoursPerDay{20}},
                    .top = 100'000,
                    .nearest = 0};
    request.constraints.include_retired = true;
    request.constraints.purchase = {Purchase::spot};
    const Costs alone = spot_costs(recommend(catalog, request));
    request.constraints.purchase = {Purchase::on_demand, Purchase::spot};
    CHECK(spot_costs(recommend(catalog, request)) == alone);
    request.constraints.purchase = {Purchase::on_demand};
    // Three years for a month of use: no reservation undercuts spot whose cost is known.
    request.ways = {PurchaseKind::spot, PurchaseKind::convertible_3yr_all_upfront};
    const Costs several = spot_costs(recommend(catalog, request));
    for (const auto& [key, cost] : several)
        CHECK(alone.at(key) == cost);
    CHECK(alone.size() > 300);
    // Of those whose interruptions are known: price * expected hours (Daly).
    std::size_t known = 0;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        const auto cost = alone.find({o.instance.provider + " " + o.instance.name, o.region.code});
        const auto band =
            charges().interruption(o.instance.provider, o.region.code, o.instance.name);
        if (o.purchase != Purchase::spot || cost == alone.end() || !band)
            continue;
        const Hours hours =
            spot_hours(Hours{600}, interruption_rate(monthly_share(*band)), {}).expected;
        CHECK(cost->second == Approx((o.price * hours).value()).epsilon(1e-12));
        CHECK(several.contains(cost->first));
        ++known;
    }
    CHECK(known > 250);
}

/// Interruptions of some machines of random_aws().
static Charges random_bands(const Catalog& catalog, std::minstd_rand& random) {
    const Temporary folder;
    std::string file = "provider: aws\nsources:\n  - {name: s, title: t, as_of: 2026}\n"
                       "interruptions:\n";
    for (const Instance& i : catalog.instances())
        for (const Region& r : catalog.regions())
            if (const unsigned from = random() % 4; from != 0)
                file += fmt::format("  - {{instance: {}, region: {}, from: 0.{}, source: s}}\n",
                                    i.name,
                                    r.code,
                                    from);
    return Charges::read(folder.file("bands.yaml", file));
}

TEST_CASE("spot costs the same alone as beside other ways, whatever the catalog",
          "[plans][property]") {
    std::minstd_rand random{5};
    std::size_t compared = 0;
    std::size_t not_known = 0;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        const Catalog catalog = random_aws(seed);
        const Charges bands = random_bands(catalog, random);
        Request request = random_request(random);
        if (seed % 2 == 0)
            request.usage = {};
        request.constraints.purchase = {Purchase::spot};
        const Recommendation single = recommend(catalog, request, bands);
        const Costs alone = spot_costs(single);
        request.constraints.purchase = {Purchase::on_demand};
        request.ways = {PurchaseKind::on_demand, PurchaseKind::spot};
        for (const auto& [key, cost] : spot_costs(recommend(catalog, request, bands))) {
            REQUIRE(alone.contains(key));
            CHECK(alone.at(key) == cost);
            ++compared;
        }
        for (const Choice& c : single.choices) {
            const bool known = bands.interruption("aws", c.region, c.instance).has_value();
            const auto lost =
                std::find_if(c.cost->items.begin(), c.cost->items.end(), [](const LineItem& i) {
                    return i.charge == "lost_work";
                });
            CHECK((lost == c.cost->items.end()) == known);
            not_known += known ? 0 : 1;
            if (known)
                continue;
            CHECK_FALSE(lost->amount);
            CHECK(lost->assumed->value() > 0);
        }
    }
    CHECK(compared > 100);
    CHECK(not_known > 50);
}

TEST_CASE("a budget of the cost of spot, to the cent, is enough and a cent less is not",
          "[plans]") {
    // g5.xlarge in us-east-1, 0.5089 USD/h on spot, above 20 % a month: 365 days around the clock
    // are 4,457.96 without lost work, which adds 0.722 %.
    Request request{.budget = {.days = Days{365}}};
    request.constraints.instance = {"g5.xlarge"};
    request.constraints.region = {"us-east-1"};
    request.constraints.purchase = {Purchase::spot};
    const Catalog catalog = Catalog::bundled();
    const Recommendation r = recommend(catalog, request);
    CHECK(r.choices.front().cost->total.value() == Approx(4490.16).margin(0.005));
    CHECK(r.purchase_options.size() == kPurchaseKinds - 2); // all but Google's
    request.budget.total = Usd{4490.16};
    CHECK(recommend(catalog, request).outcome == Outcome::found);
    request.budget.total = Usd{4490.15};
    const Recommendation refused = recommend(catalog, request);
    CHECK(refused.outcome == Outcome::nothing_affordable);
    CHECK(refused.refusals.nearest.front().text ==
          "costs 4490.16 USD with lost work and all charges, the budget has 4490.15 USD");
    // Days that a budget lasts are those whose cost it carries.
    request.budget = {.total = Usd{4490.16}};
    CHECK(recommend(catalog, request).choices.front().lasts->value() == Approx(365).epsilon(1e-4));
}

TEST_CASE("what is not known of spot is said, and not taken where another cost is known",
          "[plans]") {
    Tables t = two_regions().tables();
    t.prices.push_back({"aws", "f.one", "us-east-1", Purchase::spot, UsdPerHour{0.5}, "s"});
    Request request{.budget = {.days = Days{30}}};
    request.constraints.purchase = {Purchase::spot};
    const Recommendation alone = recommend(Catalog{t}, request);
    REQUIRE(alone.choices.size() == 1);
    CHECK(alone.choices[0].cost->total == Usd{0.5 * 720});
    CHECK_FALSE(complete(*alone.choices[0].cost));
    CHECK(alone.warnings == std::vector<std::string>{
                                "how often spot is interrupted is not known, so lost work is not "
                                "in the total, but ranked as at the highest rate known: f.one"});
    CHECK_FALSE(recommend(Catalog{t}, request, Charges::none()).choices[0].cost->items[1].assumed);
    request.ways = {PurchaseKind::on_demand, PurchaseKind::spot};
    request.constraints.purchase = {Purchase::on_demand};
    for (const Choice& c : recommend(Catalog{t}, request).choices)
        CHECK(c.purchase == PurchaseKind::on_demand);
    request.ways = {PurchaseKind::spot, PurchaseKind::reserved_1yr_no_upfront};
    const Recommendation several = recommend(Catalog{t}, request);
    REQUIRE(several.choices.size() == 1);
    CHECK(several.choices[0].cost == alone.choices[0].cost);
    CHECK(several.warnings.back() == "left out, not known what they cost in the ways to pay that "
                                     "are asked for: f.one in ap-southeast-1");
}

TEST_CASE("what is dearer than on demand says so, with both figures", "[plans]") {
    Request request{.budget = {.days = Days{10}, .hours_per_day = HoursPerDay{8}}};
    request.constraints.instance = {"g5.xlarge"};
    request.constraints.region = {"us-east-1"};
    request.constraints.min_memory = GiB{1};
    request.profile = Profile::inference;
    const Catalog catalog = Catalog::bundled();
    const auto warnings = [&](PurchaseKind kind) {
        request.ways = {kind};
        return recommend(catalog, request).warnings;
    };
    // 0.63378 * 8760 and 1.006 * 80
    CHECK(warnings(PurchaseKind::reserved_1yr_no_upfront) ==
          std::vector<std::string>{"dearer than on demand: g5.xlarge in us-east-1, "
                                   "reserved_1yr_no_upfront 5551.91 USD against 80.48 USD"});
    request.budget = {.days = Days{365}};
    CHECK(warnings(PurchaseKind::reserved_1yr_no_upfront).empty());
    // Spot above on demand, with days by the cost and without by the price.
    Tables t = two_regions().tables();
    t.prices.push_back({"aws", "f.one", "us-east-1", Purchase::spot, UsdPerHour{1.5}, "s"});
    Request spot{.budget = {.days = Days{10}}};
    spot.constraints.purchase = {Purchase::spot};
    CHECK(recommend(Catalog{t}, spot).warnings.front() ==
          "dearer than on demand: f.one in us-east-1, spot 360.00 USD against 240.00 USD");
    spot.budget = {};
    CHECK(recommend(Catalog{t}, spot).warnings ==
          std::vector<std::string>{"dearer than on demand: f.one in us-east-1, spot 1.5 USD/h "
                                   "against 1 USD/h"});
}

TEST_CASE("a machine whose only rate predates a price cut is left out and named", "[plans]") {
    Request request{.budget = {.days = Days{365}}};
    request.constraints.instance = {"p5.48xlarge"};
    request.constraints.region = {"us-east-1"};
    request.ways = {PurchaseKind::convertible_1yr_no_upfront};
    const Recommendation r = recommend(Catalog::bundled(), request);
    CHECK(r.outcome != Outcome::found);
    CHECK(r.warnings == std::vector<std::string>{
                            "left out, not known what they cost in the ways to pay that are asked "
                            "for: p5.48xlarge in us-east-1 (rate of 2025-04-04, when on demand "
                            "was 98.32 USD/h; today it is 55.04 USD/h)"});
}

TEST_CASE("uncertain hours on spot have the lost work in them", "[plans]") {
    Request request{.budget = {.days = Days{30}, .hours_per_day = HoursPerDay{2}}};
    request.uncertainty.use_cv = 0.5;
    request.constraints.instance = {"g5.2xlarge"};
    request.constraints.region = {"us-east-1"};
    request.constraints.purchase = {Purchase::spot};
    const Recommendation r = recommend(Catalog::bundled(), request);
    REQUIRE(r.choices.size() == 1);
    const Choice& c = r.choices[0];
    request.uncertainty.use_cv = 0;
    // The mean of the uncertain hours is as many as are certain.
    CHECK(c.cost == recommend(Catalog::bundled(), request).choices[0].cost);
    CHECK(c.cost->total > c.price * Hours{60});
    CHECK(c.cost_quantiles->p90 > c.cost_quantiles->p50);
}
