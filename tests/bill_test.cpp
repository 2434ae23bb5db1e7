#include <flopwise/bill.hpp>

#include "bundled_charges.hpp"
#include "catch.hpp"
#include "cost/bill_lines.hpp"

#include <random>

using namespace flopwise;

TEST_CASE("a bill lists its charges and adds them up", "[cost]") {
    // p2.xlarge for the article's year: 0.90 * 365 * 2 = 657.00
    const Bill plain = bill({.days = Days{365}, .hours_per_day = HoursPerDay{2}}, UsdPerHour{0.9});
    REQUIRE(plain.items.size() == 1);
    CHECK(plain.items[0] == LineItem{.charge = "compute",
                                     .quantity = 730,
                                     .unit = "h",
                                     .amount = Usd{657},
                                     .per_month = Usd{54.75}});
    CHECK(plain.total == Usd{657});

    const Bill with_fixed =
        bill({.days = Days{10}, .hours_per_day = HoursPerDay{3}, .fixed = Usd{40}}, UsdPerHour{2});
    REQUIRE(with_fixed.items.size() == 2);
    CHECK(with_fixed.items[0].amount == Usd{60});
    CHECK(with_fixed.items[1] == LineItem{"fixed", 1, "plan", Usd{40}});
    CHECK(with_fixed.total == Usd{100});
}

TEST_CASE("a bill needs days and a price", "[cost][error]") {
    CHECK_THROWS_WITH(bill({}, UsdPerHour{1}), "days: must be given");
    CHECK_THROWS_WITH(bill({.days = Days{1}}, UsdPerHour{-1}),
                      "price_usd_per_hour: must be positive and finite, got -1 USD/h");
}

// ---- bills worked by hand -----------------------------------------------------------
//
// Rates of us-east-1 as data/charges/aws.yaml has them: gp3 0.08 USD/GiB-month, 3,000 IOPS and
// 125 MiB/s included, 0.005 and 0.04 above; snapshots 0.05; egress 100 GiB free, then 0.09 to
// 10,240 GiB and 0.085 to 51,200; other regions 0.02, other zones 0.01; address 0.005 USD/h;
// NAT 0.045 USD/h and 0.045 USD/GiB. 365 days are 12 months of 730 h.

/// The article's year: 365 days at 2 h/day.
static const Budget kYear{.days = Days{365}, .hours_per_day = HoursPerDay{2}};

static Bill
billed(const Usage& usage, const Budget& budget = kYear, std::string_view region = "us-east-1") {
    return bill(budget, usage, {"aws", region, UsdPerHour{0.9}}, charges());
}

static const LineItem& item(const Bill& bill, std::string_view charge) {
    for (const LineItem& i : bill.items)
        if (i.charge == charge)
            return i;
    FAIL("no " << charge);
    throw 0;
}

TEST_CASE("nothing but the machine: the bill of the rule", "[cost]") {
    // 0.90 * 365 * 2 = 657.00
    CHECK(billed({}).total == bill(kYear, UsdPerHour{0.9}).total);
    CHECK_FALSE(charged({}));
    CHECK_FALSE(charged({.storage_type = "gp2"})); // of no disk
    CHECK(charged({.egress_per_month = GiB{1}}));
    CHECK(charged({.starts_per_day = 2}));
}

TEST_CASE("bills worked by hand", "[cost]") {
    const auto [usage, usd] = GENERATE(table<Usage, double>({
        // a disk, kept while the machine is stopped: 100 * 0.08 * 12
        {{.storage = GiB{100}}, 96},
        // with 2,000 IOPS and 175 MiB/s above what is included:
        // 500 * 0.08 * 12 + 2000 * 0.005 * 12 + 175 * 0.04 * 12 = 480 + 120 + 84
        {{.storage = GiB{500}, .storage_iops = 5000, .storage_throughput_mib_per_s = 300}, 684},
        // exactly what is included costs nothing more: 100 * 0.08 * 12
        {{.storage = GiB{100}, .storage_iops = 3000, .storage_throughput_mib_per_s = 125}, 96},
        // io2 at 40,000 IOPS: 0.125 * 10 * 12 + (32000 * 0.065 + 8000 * 0.0455) * 12
        {{.storage = GiB{10}, .storage_type = "io2", .storage_iops = 40000}, 15 + 29328},
        // snapshots: 200 * 0.05 * 12
        {{.snapshots = GiB{200}}, 120},
        // the free part of egress, and not a cent more
        {{.egress_per_month = GiB{100}}, 0},
        // (1000 - 100) * 0.09 * 12
        {{.egress_per_month = GiB{1000}}, 972},
        // two tiers: (10140 * 0.09 + 9760 * 0.085) * 12 = (912.60 + 829.60) * 12
        {{.egress_per_month = GiB{20'000}}, 20'906.4},
        // other regions and zones: 500 * 0.02 * 12 + 300 * 0.01 * 12 = 120 + 36
        {{.inter_region_per_month = GiB{500}, .inter_zone_per_month = GiB{300}}, 156},
        // two addresses around the clock: 2 * 0.005 * 8760
        {{.public_ipv4 = 2}, 87.6},
        // objects, 60,000 GiB: (51200 * 0.023 + 8800 * 0.022) * 12 = (1177.60 + 193.60) * 12
        {{.object_storage = GiB{60'000}}, 16'454.4},
        // a gateway with 100 GiB a month: 0.045 * 8760 + 100 * 0.045 * 12 = 394.20 + 54
        {{.nat_gateways = 1, .nat_per_month = GiB{100}}, 448.2},
        // capacity held for four more hours a day: 0.90 * 365 * 4
        {{.reserved_capacity = HoursPerDay{4}}, 1314},
        // 240 starts of 30 s in 2 h are billed a minute each, 4 h in all: 2 h * 365 * 0.90 more
        {{.starts_per_day = 240}, 657},
    }));
    const Bill b = billed(usage);
    CHECK(b.total.value() == Approx(657 + usd).epsilon(1e-12));
    CHECK(complete(b));
    Usd sum;
    for (const LineItem& i : b.items)
        sum = sum + *i.amount;
    CHECK(b.total == sum); // exactly
}

TEST_CASE("bills of Google, from its calculator", "[cost]") {
    // europe-west4, a month of 730 h: 1,025 GiB to the internet 1024 * 0.12 + 0.11 = 122.99;
    // 2,048 GiB of standard disk * 0.044 = 90.11; 1,024 GiB of SSD * 0.187 = 191.49
    const Budget month{.days = Days{730.0 / 24}};
    const auto google = [&](const Usage& usage) {
        return bill(month, usage, {"gcp", "europe-west4", UsdPerHour{1}}, charges());
    };
    CHECK(item(google({.egress_per_month = GiB{1025}}), "egress").amount->value() ==
          Approx(122.99));
    const auto disk = [&](double gib, const std::string& type) {
        return google({.storage = GiB{gib}, .storage_type = type}).items.back().amount->value();
    };
    CHECK(disk(2048, "pd-standard") == Approx(90.112));
    CHECK(disk(1024, "pd-ssd") == Approx(191.488));
    // machines: 3.747972 * 730, 29.983776 * 730, 112.540479 * 730
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    const auto [machine, usd] = GENERATE(table<std::string, double>(
        {{"a2-highgpu-1g", 2736.02}, {"a2-highgpu-8g", 21'888.16}, {"a3-highgpu-8g", 82'154.55}}));
    const auto offer =
        clouds.find_offer("gcp", machine, "europe-west4", Purchase::on_demand).value();
    CHECK(bill(month, clouds.offer(offer).price).total.value() == Approx(usd).epsilon(1e-6));
}

TEST_CASE("a disk of no type is the provider's usual one", "[cost]") {
    const Budget month{.days = Days{730.0 / 24}};
    const auto disk = [&](std::string_view provider, std::string_view region) {
        return bill(month, {.storage = GiB{500}}, {provider, region, UsdPerHour{1}}, charges())
            .items.back();
    };
    // 500 GiB for a month at 0.08, 0.11, 0.071 and, the only type, 0.07 USD
    const auto [provider, region, charge, usd] =
        GENERATE(table<std::string, std::string, std::string, double>({
            {"aws", "us-east-1", "storage_gp3", 40},
            {"gcp", "europe-west4", "storage_pd-balanced", 55},
            {"nebius", "eu-north1", "storage_network_ssd", 35.5},
            {"runpod", "all", "storage_network-volume", 35},
        }));
    CHECK(disk(provider, region).charge == charge);
    CHECK(disk(provider, region).amount->value() == Approx(usd));
    // Not known which: taken for as dear as the dearest usual type of anybody, Google's in some
    // region, and unknown.
    const LineItem unknown = disk("azure", "eastus");
    CHECK(unknown.charge == "storage");
    CHECK(unknown.unit == "GiB-month");
    CHECK_FALSE(unknown.amount);
    double dearest = 0;
    for (const std::string_view type : charges().default_storages())
        for (const Rate& rate : charges().rates(fmt::format("storage_{}", type)))
            dearest = std::max(dearest, rate.tiers.front().usd);
    CHECK(unknown.assumed->value() == Approx(500 * dearest));
    CHECK(dearest > 0.11);
    // with what it is provisioned with
    const Bill fast = bill(month,
                           {.storage = GiB{1}, .storage_iops = 4000},
                           {"azure", "eastus", UsdPerHour{1}},
                           charges());
    CHECK(fast.items.back().charge == "storage_iops");
    CHECK(fast.items.back().assumed->value() > 0);
}

TEST_CASE("a disk that is sold in sizes is billed as the next one", "[cost]") {
    // Azure in eastus: 0.075 USD a GiB and month of standard SSD, which is sold from 4 GiB on, and
    // 0.045 of hard disk, from 32; each size is twice the one before. By hand for a month.
    const Budget month{.days = Days{730.0 / 24}};
    const auto disk = [&](std::string_view type, double gib, std::string_view region) {
        return bill(month,
                    {.storage = GiB{gib}, .storage_type = std::string{type}},
                    {"azure", region, UsdPerHour{1}},
                    charges())
            .items.back();
    };
    const auto [type, gib, billed, usd] = GENERATE(table<std::string, double, double, double>({
        {"standard-ssd", 1, 4, 0.3},
        {"standard-ssd", 32, 32, 2.4},
        {"standard-ssd", 33, 64, 4.8},
        {"standard-ssd", 1024, 1024, 76.8}, // E30 in infracost's outputs of 2024-07
        {"standard-hdd", 4, 32, 1.44},
        {"standard-hdd", 129, 256, 11.52},
    }));
    const LineItem line = disk(type, gib, "eastus");
    CHECK(line.charge == "storage_" + type);
    CHECK(line.quantity == Approx(billed));
    CHECK(line.amount->value() == Approx(usd));
    CHECK(line.source.ends_with("a third party's list, 2026-09-06"));
    const LineItem other = disk(type, gib, "westeurope"); // not known there
    CHECK_FALSE(other.amount);
    CHECK(other.assumed->value() == Approx(usd));
}

TEST_CASE("a bill of more than a month says what a month costs", "[cost]") {
    // 365 days are 12 months of 730 h: 730 h at 1 USD, 100 GiB at 0.08 and 120 USD, by hand.
    const Rental rental{"aws", "us-east-1", UsdPerHour{1}};
    const Usage usage{.storage = GiB{100}, .storage_type = "gp3"};
    const Budget year{.days = Days{365}, .hours_per_day = HoursPerDay{2}, .fixed = Usd{120}};
    const Bill b = bill(year, usage, rental, charges());
    REQUIRE(b.items.size() == 3);
    CHECK(b.items[0].per_month->value() == Approx(730.0 / 12));
    CHECK(b.items[1].per_month->value() == Approx(8));
    CHECK(b.items[2].per_month->value() == Approx(10));
    CHECK(b.per_month->value() == Approx(730.0 / 12 + 18));
    for (const double days : {10.0, 730.0 / 24}) {
        const Bill once = bill({.days = Days{days}}, usage, rental, charges());
        CHECK_FALSE(once.per_month);
        CHECK_FALSE(once.items[1].per_month);
    }
    CHECK(bill({.days = Days{31}}, usage, rental, charges()).per_month);
    const Bill unknown =
        bill(year, {.snapshots = GiB{1}}, {"gcp", "nowhere", UsdPerHour{1}}, charges());
    CHECK_FALSE(unknown.items[1].per_month); // not zero
    CHECK(unknown.per_month->value() == Approx(730.0 / 12 + 10));
}

TEST_CASE("months that are not whole", "[cost]") {
    // 45.625 days are 1.5 months of 730 h. The free 100 GiB count in both:
    // (1000 - 100) * 0.09 + (500 - 100) * 0.09 = 81 + 36
    const Budget plan{.days = Days{45.625}};
    const Bill b = billed({.egress_per_month = GiB{1000}}, plan);
    CHECK(item(b, "egress").quantity == 1500);
    CHECK(item(b, "egress").amount->value() == Approx(117));
    // A disk is billed by the hour: 100 * 0.08 * 240 / 730 for ten days.
    const Budget ten{.days = Days{10}, .hours_per_day = HoursPerDay{1}};
    CHECK(item(billed({.storage = GiB{100}}, ten), "storage_gp3").amount->value() ==
          Approx(100 * 0.08 * 240 / 730));
    // So is an address: 0.005 * 240
    CHECK(item(billed({.public_ipv4 = 1}, ten), "public_ipv4").amount->value() == Approx(1.2));
    // Ten days of 304.17 GiB a month are 100 GiB, all free.
    CHECK(item(billed({.egress_per_month = GiB{100 * 730.0 / 240}}, ten), "egress").amount ==
          Usd{});
}

TEST_CASE("fixed charges and other regions", "[cost]") {
    Budget plan = kYear;
    plan.fixed = Usd{40};
    // Singapore: 100 * 0.096 * 12 + (1000 - 100) * 0.12 * 12 = 115.20 + 1296
    const Bill b =
        billed({.storage = GiB{100}, .egress_per_month = GiB{1000}}, plan, "ap-southeast-1");
    CHECK(b.total.value() == Approx(657 + 115.2 + 1296 + 40));
    CHECK(b.items.back() == LineItem{.charge = "fixed",
                                     .quantity = 1,
                                     .unit = "plan",
                                     .amount = Usd{40},
                                     .per_month = Usd{40.0 / 12}});
    CHECK(item(b, "egress").tiers.size() == 2); // of 5: 1,000 GiB a month reach no more
    CHECK(item(b, "storage_gp3").source ==
          "AWS price feed ec2/USD/current/ebs.json, in yeo/ec2.shop@576c890, 2024-07-18");
}

TEST_CASE("a charge that is not known is not zero", "[cost]") {
    const Bill b = billed({.object_storage = GiB{100}}, kYear, "us-east-2");
    CHECK_FALSE(item(b, "object_storage").amount);
    CHECK_FALSE(complete(b));
    CHECK(b.total == Usd{657}); // of what is known
    // the dearest known is Singapore: 100 * 0.025 * 12
    CHECK(item(b, "object_storage").assumed->value() == Approx(30));
    // no region has a rate for this type of disk
    const Bill odd = billed({.storage = GiB{1}, .storage_type = "tape"});
    CHECK_FALSE(item(odd, "storage_tape").amount);
    CHECK_FALSE(item(odd, "storage_tape").assumed);
}

TEST_CASE("bad figures of a usage are refused", "[cost][error]") {
    const auto [usage, message] = GENERATE(table<Usage, std::string>({
        {{.storage = GiB{-1}}, "storage_gib: must not be negative, got -1 GiB"},
        {{.storage_iops = 5}, "storage_iops: must come with storage_gib"},
        {{.storage = GiB{1}, .storage_iops = -5}, "storage_iops: must not be negative, got -5"},
        {{.storage_throughput_mib_per_s = 5},
         "storage_throughput_mib_per_s: must come with storage_gib"},
        {{.snapshots = GiB{-1}}, "snapshots_gib: must not be negative, got -1 GiB"},
        {{.egress_per_month = GiB{-1}}, "egress_gib_per_month: must not be negative, got -1 GiB"},
        {{.inter_region_per_month = GiB{-1}},
         "inter_region_gib_per_month: must not be negative, got -1 GiB"},
        {{.inter_zone_per_month = GiB{-1}},
         "inter_zone_gib_per_month: must not be negative, got -1 GiB"},
        {{.public_ipv4 = -1}, "public_ipv4: must not be negative, got -1"},
        {{.object_storage = GiB{-1}}, "object_storage_gib: must not be negative, got -1 GiB"},
        {{.nat_gateways = -1}, "nat_gateways: must not be negative, got -1"},
        {{.nat_per_month = GiB{1}}, "nat_gib_per_month: must come with nat_gateways"},
        {{.reserved_capacity = HoursPerDay{23}},
         "reserved_capacity_hours_per_day: must be at most the 22 h/d left of the day, got 23 "
         "h/d"},
        {{.starts_per_day = 0}, "starts_per_day: must be positive and finite, got 0"},
    }));
    CHECK_THROWS_WITH(billed(usage), message);
}

TEST_CASE("a bill rises with each quantity and each rate", "[cost][property]") {
    const Usage least{.storage = GiB{10},
                      .storage_iops = 3100,
                      .storage_throughput_mib_per_s = 130,
                      .snapshots = GiB{5},
                      .egress_per_month = GiB{90},
                      .inter_region_per_month = GiB{1},
                      .inter_zone_per_month = GiB{1},
                      .public_ipv4 = 1,
                      .object_storage = GiB{50'000},
                      .nat_gateways = 1,
                      .nat_per_month = GiB{1},
                      .reserved_capacity = HoursPerDay{1},
                      .starts_per_day = 100};
    std::minstd_rand random{1};
    const auto factor = [&random] { return 1 + static_cast<double>(random() % 1000) / 100; };
    for (int i = 0; i < 200; ++i) {
        const Budget plan{.days = Days{factor() * 30}, .hours_per_day = HoursPerDay{1.5}};
        const Usd before = billed(least, plan).total;
        for (const auto field : {&Usage::storage,
                                 &Usage::snapshots,
                                 &Usage::egress_per_month,
                                 &Usage::inter_region_per_month,
                                 &Usage::inter_zone_per_month,
                                 &Usage::object_storage,
                                 &Usage::nat_per_month}) {
            Usage more = least;
            more.*field = more.*field * factor();
            CHECK(billed(more, plan).total >= before);
        }
        for (const auto field : {&Usage::storage_iops,
                                 &Usage::storage_throughput_mib_per_s,
                                 &Usage::public_ipv4,
                                 &Usage::nat_gateways}) {
            Usage more = least;
            more.*field *= factor();
            CHECK(billed(more, plan).total >= before);
        }
        Usage more = least;
        *more.starts_per_day *= factor();
        more.reserved_capacity = HoursPerDay{factor()};
        CHECK(billed(more, plan).total >= before);
        Budget longer = plan;
        longer.days = *longer.days * factor();
        CHECK(billed(least, longer).total >= before);
        CHECK(
            bill(plan, least, {"aws", "us-east-1", UsdPerHour{0.9 * factor()}}, charges()).total >=
            before);
    }
}

TEST_CASE("a dataset is moved in once, at the rate of the region it comes from") {
    // data/charges/aws.yaml: inter_region is 0.02 in us-east-1 and 0.09 in ap-southeast-1.
    const Charges charges = Charges::bundled();
    const Budget plan{.days = Days{365}, .hours_per_day = HoursPerDay{2}};
    const Usage usage{.moved_in = GiB{500}, .moved_from = "us-east-1"};
    const PlanTime time = plan_time(plan, usage);
    const auto away = RegionCharges{usage, "aws", "ap-southeast-1", charges}.lines(time);
    REQUIRE(away.size() == 1);
    CHECK(away[0].charge == "dataset_move");
    CHECK(away[0].quantity == 500);
    CHECK(away[0].unit == "GiB");
    CHECK(away[0].amount->value() == Approx(500 * 0.02)); // once, not once a month
    CHECK(RegionCharges{usage, "aws", "us-east-1", charges}.lines(time).empty());
}

TEST_CASE("a charge of several lines is the sum of them, and unknown if one is", "[cost]") {
    Bill bill{.items = {{.charge = "egress", .amount = Usd{2}},
                        {.charge = "compute", .amount = Usd{5}},
                        {.charge = "egress", .amount = Usd{3}}}};
    CHECK(amount_of_charge(bill, "egress") == Usd{5});
    CHECK_FALSE(amount_of_charge(bill, "storage_gp3"));
    for (const std::size_t line : {std::size_t{0}, std::size_t{2}}) {
        Bill partly = bill;
        partly.items[line].amount.reset();
        CHECK_FALSE(amount_of_charge(partly, "egress"));
        CHECK(amount_of_charge(partly, "compute") == Usd{5});
    }
}
