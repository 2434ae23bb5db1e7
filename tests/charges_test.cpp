#include <flopwise/charges.hpp>

#include "catch.hpp"
#include "cost/charge_rows.hpp"
#include "temporary.hpp"

using namespace flopwise;

TEST_CASE("a quantity is charged tier by tier", "[charges]") {
    const std::vector<Tier> tiers{{0, 0}, {100, 0.09}, {10240, 0.085}};
    const auto [quantity, usd] = GENERATE(table<double, double>({
        {0, 0},                         // nothing
        {99, 0},                        // within the free part
        {100, 0},                       // exactly all of it
        {101, 0.09},                    // one more
        {10240, 912.6},                 // 10,140 * 0.09
        {10241, 912.685},               // + 1 * 0.085
        {20480, 912.6 + 10240 * 0.085}, // twice as much
    }));
    CHECK(tiered(tiers, quantity).value() == Approx(usd).margin(1e-12));
    // One byte above an edge costs that byte and nothing else.
    const double byte = 1.0 / (1U << 30U);
    CHECK(tiered(tiers, 100 + byte).value() == Approx(0.09 * byte).epsilon(1e-4));
    CHECK(tiered({}, 5) == Usd{});
}

TEST_CASE("the bundled charges agree with what is published", "[charges]") {
    const Charges charges = Charges::bundled();
    // AWS, public IPv4 charge of 2024-02-01: 0.005 USD for each address and hour, everywhere.
    const auto address = charges.rate("aws", "eu-west-1", "public_ipv4");
    REQUIRE(address);
    CHECK(address->tiers.front() == Tier{0, 0.005});
    CHECK(address->unit == "address-h");
    CHECK(address->region == "all");
    CHECK(address->source.as_of == Date{2024, 2, 1});
    // Data to the internet from us-east-1: 100 GB a month free, below 0.10 USD/GB above.
    const auto egress = charges.rate("aws", "us-east-1", "egress");
    REQUIRE(egress);
    REQUIRE(egress->tiers.size() == 5);
    CHECK(egress->tiers[0] == Tier{0, 0});
    CHECK(egress->tiers[1].from == 100);
    for (const Tier& tier : egress->tiers)
        CHECK(tier.usd < 0.10);
    // gp3 in us-east-1: 0.08 USD a GB and month, 3,000 IOPS and 125 MiB/s included.
    CHECK(charges.rate("aws", "us-east-1", "storage_gp3")->tiers.front() == Tier{0, 0.08});
    CHECK(charges.rate("aws", "us-east-1", "storage_gp3_iops")->tiers[1] == Tier{3000, 0.005});
    CHECK(charges.rate("aws", "us-east-1", "storage_gp3_throughput")->tiers[1] == Tier{125, 0.04});
    CHECK(charges.storage_types() ==
          std::vector<std::string_view>{"gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"});
    CHECK(charges.size() == 7906); // 599 tiers, 6,395 reserved, 8 ratios, 904 bands
}

TEST_CASE("what is not known is absent", "[charges]") {
    const Charges charges = Charges::bundled();
    CHECK_FALSE(charges.rate("aws", "us-east-2", "object_storage"));
    CHECK_FALSE(charges.rate("aws", "nowhere", "egress"));
    CHECK_FALSE(charges.rate("gcp", "us-east-1", "public_ipv4"));
    CHECK_FALSE(charges.reserved("aws", "us-east-1", "a1.large", {}));
    CHECK_FALSE(charges.reserved("aws", "us-east-1", "g5.xlarge", {.years = 2}));
    CHECK_FALSE(charges.interruption("aws", "us-east-1", "a1.large"));
    CHECK(charges.rates("aws", "object_storage").size() == 2);
    CHECK(charges.rates("aws", "nothing").empty());
}

TEST_CASE("reserved rates and bands of the bundled charges", "[charges]") {
    const Charges charges = Charges::bundled();
    // AWS price feed of 2025-04-04 and price list of 2026-01-21: g5.xlarge, us-east-1, 1 year,
    // standard, no upfront; on demand 1.006 on both days.
    const auto plain = charges.reserved("aws", "us-east-1", "g5.xlarge", {});
    REQUIRE(plain);
    CHECK(plain->hourly == UsdPerHour{0.63378});
    CHECK_FALSE(plain->estimated);
    CHECK(plain->on_demand == UsdPerHour{1.006});
    const auto all =
        charges.reserved("aws", "us-east-1", "g5.xlarge", {.payment = Payment::all_upfront});
    REQUIRE(all);
    CHECK(all->hourly.value() == Approx(0.63378 * 0.9333));
    CHECK(all->estimated);
    // AWS Spot Instance Advisor of 2025-06-28: p3.2xlarge is in the band above 20 %.
    const auto band = charges.interruption("aws", "us-east-1", "p3.2xlarge");
    REQUIRE(band);
    CHECK(band->from == 0.2);
    CHECK_FALSE(band->to);
    CHECK(unit_of("storage_") == "");
    CHECK(unit_of("weather") == "");
}

TEST_CASE("a reserved rate holds while on demand costs what it did beside it", "[charges]") {
    const Source source{"s", "t", {2026, 1, 1}, false};
    const ReservedRate rate{
        .hourly = UsdPerHour{77.427}, .on_demand = UsdPerHour{98.32}, .source = source};
    CHECK(holds(rate, UsdPerHour{98.32}));
    CHECK(holds(rate, UsdPerHour{98.32 * 1.00009}));
    CHECK_FALSE(holds(rate, UsdPerHour{98.32 * 1.00011}));
    CHECK_FALSE(holds(rate, UsdPerHour{98.32 / 1.00011}));
    CHECK_FALSE(holds(rate, UsdPerHour{55.04})); // p5.48xlarge since June 2025
    CHECK_FALSE(holds(rate, std::nullopt));
    const ReservedRate own{.hourly = UsdPerHour{1}, .source = source}; // of a file without
    CHECK(holds(own, UsdPerHour{55.04}));
    CHECK(holds(own, std::nullopt));
}

TEST_CASE("the price on demand beside a reserved rate is read and checked", "[charges]") {
    const Temporary folder;
    const auto read = [&](std::string_view beside) {
        return Charges::read(folder.file(
            "charges.yaml",
            fmt::format("provider: p\nsources:\n  - {{name: s, title: t, as_of: 2026}}\nreserved:\n"
                        "  - {{instance: m, region: r, offering: standard_1yr, usd_per_hour: 2, {}"
                        "source: s}}\n",
                        beside)));
    };
    const Charges beside = read("on_demand_usd_per_hour: 3, ");
    CHECK(beside.reserved("p", "r", "m", {})->on_demand == UsdPerHour{3});
    const Charges without = read("");
    CHECK_FALSE(without.reserved("p", "r", "m", {})->on_demand);
    CHECK_THROWS_WITH(
        read("on_demand_usd_per_hour: 0, "),
        Catch::Contains("reserved[0].on_demand_usd_per_hour: must be positive, got 0"));
}

static std::string file_of(std::string_view rows) {
    return fmt::format("provider: p\nsources:\n  - {{name: s, title: t, as_of: 2026}}\n{}\n", rows);
}

TEST_CASE("a file of charges is read in any order", "[charges]") {
    const Temporary folder;
    const auto file = folder.file(
        "charges.yaml",
        file_of("charges:\n"
                "  - {charge: egress, region: r, from: 10, usd: 0.5, source: s}\n"
                "  - {charge: egress, region: r, usd: 1, source: s}\n"
                "  - {charge: egress, region: q, usd: 2, source: s}\n"
                "reserved:\n"
                "  - {instance: m, region: r, offering: standard_3yr, usd_per_hour: 2, source: s}\n"
                "interruptions:\n"
                "  - {instance: m, region: r, from: 0, to: 0.05, source: s}"));
    const Charges charges = Charges::read(file);
    const auto rate = charges.rate("p", "r", "egress");
    REQUIRE(rate);
    CHECK(tiered(rate->tiers, 12) == Usd{11}); // 10 * 1 + 2 * 0.5
    CHECK(charges.rates("p", "egress").size() == 2);
    CHECK(charges.reserved("p", "r", "m", {.years = 3})->hourly == UsdPerHour{2});
    CHECK_FALSE(charges.reserved("p", "r", "m", {.years = 3, .payment = Payment::all_upfront}));
    CHECK(charges.interruption("p", "r", "m")->to == 0.05);
    CHECK(charges.size() == 5);
}

TEST_CASE("a bad file of charges is refused with its place", "[charges][error]") {
    const auto [rows, message] = GENERATE(table<std::string, std::string>({
        {"charges: 3", "4: charges: must be a list of rows"},
        {"charges:\n  - {charge: weather, region: r, usd: 1, source: s}",
         "5: charges[0].charge: must be a known charge, got \"weather\""},
        {"charges:\n  - {charge: egress, region: r, usd: -1, source: s}",
         "5: charges[0].usd: must not be negative, got -1"},
        {"charges:\n  - {charge: egress, region: r, usd: .nan, source: s}",
         "5: charges[0].usd: must be a number, got \".nan\""},
        {"charges:\n  - {charge: egress, region: r, usd: 1}",
         "5: charges[0].source: must be given: a figure without a source is not accepted"},
        {"charges:\n  - {charge: egress, region: r, usd: 1, source: x}",
         "5: charges[0].source: must be one of `sources`, got \"x\""},
        {"charges:\n  - {charge: egress, region: r, from: 5, usd: 1, source: s}",
         "5: charges[0]: must have a tier from 0, the first is from 5"},
        {"charges:\n  - {charge: egress, region: r, usd: 1, source: s}\n"
         "  - {charge: egress, region: r, usd: 2, source: s}",
         "6: charges[1]: must not be given twice"},
        {"charges:\n  - {charge: egress, region: r, usd: 1, colour: red, source: s}",
         "5: charges[0].colour: must be a known key"},
        {"reserved:\n  - {instance: m, region: r, offering: standard, usd_per_hour: 1, source: s}",
         "5: reserved[0].offering: must be convertible_1yr, convertible_3yr, standard_1yr or "
         "standard_3yr, got \"standard\", did you mean standard_1yr?"},
        {"reserved:\n"
         "  - {instance: m, region: r, offering: standard_1yr, usd_per_hour: 0, source: s}",
         "5: reserved[0].usd_per_hour: must be positive, got 0"},
        {"reserved_ratios:\n"
         "  - {offering: standard_1yr, payment: none, ratio: 1, source: s}",
         "5: reserved_ratios[0].payment: must be all_upfront or partial_upfront, got \"none\""},
        {"reserved_ratios:\n"
         "  - {offering: standard_1yr, payment: partial_upfront, upfront: 1, ratio: 1, source: s}",
         "5: reserved_ratios[0].upfront: must be above 0 and below 1, got 1"},
        {"reserved_ratios:\n"
         "  - {offering: standard_1yr, payment: all_upfront, upfront: 0.5, ratio: 1, source: s}",
         "5: reserved_ratios[0].upfront: must be 1 where all is paid upfront, got 0.5"},
        {"reserved_ratios:\n"
         "  - {offering: standard_1yr, payment: partial_upfront, ratio: 1, source: s}",
         "5: reserved_ratios[0].upfront: must be given"},
        {"interruptions:\n  - {instance: m, region: r, from: 1, source: s}",
         "5: interruptions[0].from: must be in [0, 1), got 1"},
        {"interruptions:\n  - {instance: m, region: r, from: 0.2, to: 0.1, source: s}",
         "5: interruptions[0].to: must be above 0.2, got 0.1"},
    }));
    const Temporary folder;
    const auto file = folder.file("charges.yaml", file_of(rows));
    CHECK_THROWS_WITH(Charges::read(file), file.string() + ":" + message);
}
