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
    CHECK(charges.storage_types() == std::vector<std::string_view>{"cloud-ssd",
                                                                   "disk",
                                                                   "gp2",
                                                                   "gp3",
                                                                   "io1",
                                                                   "io2",
                                                                   "network-volume",
                                                                   "network_ssd",
                                                                   "network_ssd_io_m3",
                                                                   "network_ssd_non_replicated",
                                                                   "pd-balanced",
                                                                   "pd-ssd",
                                                                   "pd-standard",
                                                                   "persistent-disk",
                                                                   "sc1",
                                                                   "st1",
                                                                   "standard",
                                                                   "standard-hdd",
                                                                   "standard-ssd"});
    // 924 tiers, 64 blocks, 83,888 rates in data/prices/*-reserved-*.csv, counted by another
    // program with that of the newest table alone, 8 ratios, 15,062 bands
    CHECK(charges.size() == 99946);
}

TEST_CASE("what is not known is absent", "[charges]") {
    const Charges charges = Charges::bundled();
    CHECK_FALSE(charges.rate("aws", "us-east-2", "object_storage"));
    CHECK_FALSE(charges.rate("aws", "nowhere", "egress"));
    CHECK_FALSE(charges.rate("lambda", "us-east-1", "public_ipv4"));
    CHECK_FALSE(charges.reserved("aws", "us-east-1", "a1.large", {}));
    CHECK_FALSE(charges.reserved("aws", "us-east-1", "g5.xlarge", {.years = 2}));
    CHECK_FALSE(charges.interruption("aws", "us-east-1", "c8a.large"));
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

TEST_CASE("what has the rates of another offering, and blocks of days", "[charges]") {
    const Temporary folder;
    const auto read = [&](std::string_view more) {
        return Charges::read(folder.file(
            "charges.yaml",
            file_of(fmt::format(
                "reserved:\n"
                "  - {{instance: m, region: r, offering: standard_1yr, usd_per_hour: 2, "
                "source: s}}\n{}",
                more))));
    };
    const Term plan{.commitment = Commitment::instance_savings};
    const Charges none = read("");
    CHECK_FALSE(none.reserved("p", "r", "m", plan));
    CHECK_FALSE(none.offers("p", plan));
    CHECK(none.offers("p", {}));
    CHECK_FALSE(none.offers("q", {}));
    const std::string same =
        "same_rates:\n  - {offering: instance_savings_1yr, as: standard_1yr, source: s}\n";
    const Charges charges = read(same);
    CHECK(charges.reserved("p", "r", "m", plan)->hourly == UsdPerHour{2});
    CHECK(charges.reserved("p", "r", "m", plan)->same_as == "standard_1yr");
    CHECK(charges.reserved("p", "r", "m", {})->same_as.empty());
    CHECK(charges.offers("p", plan));
    CHECK_FALSE(charges.offers("p", {.years = 3, .commitment = Commitment::instance_savings}));
    const Charges with_block =
        read("blocks:\n  - {instance: m, region: r, usd_per_hour: 3, source: s}\n");
    CHECK(with_block.block("p", "r", "m")->hourly == UsdPerHour{3});
    CHECK_FALSE(with_block.block("p", "q", "m"));
    CHECK(with_block.offers_blocks("p"));
    CHECK_FALSE(charges.offers_blocks("p"));
    CHECK_FALSE(charges.block("p", "r", "m"));
}

namespace {

/// A file of charges with two tables beside it.
class ReservedTables {
public:
    explicit ReservedTables(std::string_view older, std::string_view newer = kNewer) {
        (void)folder_.file("older.csv", older);
        (void)folder_.file("newer.csv", newer);
        (void)folder_.file("mine.yaml", R"(provider: a
sources: [{name: old, title: Old, as_of: 2024-01-01}, {name: new, title: New, as_of: 2025-01-01}]
reserved_tables:
  - {file: newer.csv, source: new}
  - {file: older.csv, source: old}
)");
    }
    [[nodiscard]] Charges charges() const { return Charges::read(folder_.path() / "mine.yaml"); }
    [[nodiscard]] std::string refusal() const {
        try {
            (void)charges();
        } catch (const InputError& e) {
            return std::string{e.what()}.substr(folder_.path().string().size() + 1);
        }
        return "";
    }

    static constexpr std::string_view kOlder =
        "instance,region,on_demand,standard_1yr,standard_3yr\n"
        "m,r1,2,1.5,1\n"
        "m,r2,,1.6,\n"
        "n,r1,2,1.5,1\n";
    static constexpr std::string_view kNewer = "instance,region,on_demand,standard_1yr\n"
                                               "m,r1,1.8,1.4\n";

private:
    Temporary folder_;
};

} // namespace

TEST_CASE("tables of reserved rates: of the same rate, the newest counts", "[charges][csv]") {
    const Charges charges = ReservedTables{ReservedTables::kOlder}.charges();
    CHECK(charges.size() ==
          5); // by hand: five cells with a rate but one, which is superseded, and one
    const auto newer = charges.reserved("a", "r1", "m", {});
    REQUIRE(newer);
    CHECK(newer->hourly == UsdPerHour{1.4});
    CHECK(newer->on_demand == UsdPerHour{1.8});
    CHECK(newer->source.title == "New");
    const auto older = charges.reserved("a", "r1", "m", {.years = 3});
    REQUIRE(older);
    CHECK(older->hourly == UsdPerHour{1});
    CHECK(older->on_demand == UsdPerHour{2});
    CHECK(older->source.title == "Old");
    CHECK_FALSE(charges.reserved("a", "r2", "m", {})->on_demand);
    CHECK_FALSE(charges.reserved("a", "r2", "m", {.years = 3}));
    CHECK(charges.reserved("a", "r1", "n", {})->hourly == UsdPerHour{1.5});
    CHECK(charges.merged(Charges::none()).size() == 5);
}

TEST_CASE("a bad table of reserved rates is refused with its place", "[charges][csv][error]") {
    const std::string head = "instance,region,on_demand,standard_1yr\n";
    CHECK(ReservedTables{""}.refusal() == "older.csv: must be a table of reserved rates, is empty");
    CHECK(
        ReservedTables{"instance,region,standard_1yr\n"}.refusal() ==
        "older.csv:1: must begin with the columns instance, region and on_demand and have that of "
        "an offering");
    CHECK(ReservedTables{"instance,region,on_demand,standard_2yr\n"}.refusal() ==
          "older.csv:1: standard_2yr: must be standard_1yr, standard_3yr, convertible_1yr, "
          "convertible_3yr, compute_savings_1yr, compute_savings_3yr, instance_savings_1yr, "
          "instance_savings_3yr, committed_1yr or committed_3yr, did you mean standard_1yr?");
    CHECK(ReservedTables{"instance,region,on_demand,standard_1yr,standard_1yr\n"}.refusal() ==
          "older.csv:1: standard_1yr: must not be given twice");
    CHECK(ReservedTables{head + "m,r1,2\n"}.refusal() == "older.csv:2: must have 4 fields, has 3");
    CHECK(ReservedTables{head + "m,,2,1\n"}.refusal() == "older.csv:2: region: must be given");
    CHECK(ReservedTables{head + "m,r1,2,0\n"}.refusal() ==
          "older.csv:2: standard_1yr: must be positive and finite, got \"0\"");
    CHECK(ReservedTables{head + "m,r1,-2,1\n"}.refusal() ==
          "older.csv:2: on_demand: must be positive and finite, got \"-2\"");
    CHECK(ReservedTables{head + "m,r1,2,\n"}.refusal() == "older.csv:2: must have a rate");
    CHECK(ReservedTables{head + "m,r2,2,1\nm,r1,2,1\n"}.refusal() ==
          "older.csv:3: instance: must be after the row before it, by instance and region");
}

TEST_CASE("the usual type of disk", "[charges]") {
    const Charges bundled = Charges::bundled();
    CHECK(bundled.default_storage("aws") == "gp3");
    CHECK(bundled.default_storage("gcp") == "pd-balanced");
    CHECK_FALSE(bundled.default_storage("azure"));
    const Temporary folder;
    const auto usual = [&](std::string_view more) {
        const std::string rows = fmt::format(
            "charges:\n  - {{charge: storage_ssd, region: r, usd: 1, source: s}}\n{}", more);
        const Charges charges = Charges::read(folder.file("charges.yaml", file_of(rows)));
        return std::string{charges.default_storage("p").value_or("none")};
    };
    CHECK(usual("") == "ssd"); // there is no other
    const std::string other = "  - {charge: storage_hdd, region: r, usd: 1, source: s}\n";
    CHECK(usual(other) == "none");
    CHECK(usual(other + "default_storage: hdd\n") == "hdd");
}

TEST_CASE("a bad file of charges is refused with its place", "[charges][error]") {
    const auto [rows, message] = GENERATE(table<std::string, std::string>({
        {"charges: 3", "4: charges: must be a list of rows"},
        {"charges:\n  - {charge: weather, region: r, usd: 1, source: s}",
         "5: charges[0].charge: must be a known charge, got \"weather\""},
        {"charges:\n  - {charge: egress, region: r, usd: -1, source: s}",
         "5: charges[0].usd: must not be negative, got -1"},
        {"charges:\n  - {charge: storage_ssd, region: r, usd: 1, smallest_size: 0, source: s}",
         "5: charges[0].smallest_size: must be positive, got 0"},
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
         "5: reserved[0].offering: must be standard_1yr, standard_3yr, convertible_1yr, "
         "convertible_3yr, compute_savings_1yr, compute_savings_3yr, instance_savings_1yr, "
         "instance_savings_3yr, committed_1yr or committed_3yr, got \"standard\", did you mean "
         "standard_1yr?"},
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
        {"blocks:\n  - {instance: m, region: r, usd_per_hour: 0, source: s}",
         "5: blocks[0].usd_per_hour: must be positive, got 0"},
        {"blocks:\n  - {instance: m, region: r, usd_per_hour: 1, source: s}\n"
         "  - {instance: m, region: r, usd_per_hour: 2, source: s}",
         "6: blocks[1]: must not be given twice"},
        {"same_rates:\n  - {offering: committed_1yr, as: committed_1yr, source: s}",
         "5: same_rates[0].as: must be another offering, got \"committed_1yr\""},
        {"same_rates:\n  - {offering: committed_1yr, as: convertible_1yr, source: s}\n"
         "  - {offering: committed_1yr, as: standard_1yr, source: s}",
         "6: same_rates[1]: must not be given twice"},
        {"default_storage: tape",
         "4: default_storage: must be a type of disk with a rate, got "
         "\"tape\""},
        {"interruptions:\n  - {instance: m, region: r, from: 1, source: s}",
         "5: interruptions[0].from: must be in [0, 1), got 1"},
        {"interruptions:\n  - {instance: m, region: r, from: 0.2, to: 0.1, source: s}",
         "5: interruptions[0].to: must be above 0.2, got 0.1"},
    }));
    const Temporary folder;
    const auto file = folder.file("charges.yaml", file_of(rows));
    CHECK_THROWS_WITH(Charges::read(file), file.string() + ":" + message);
}

constexpr const char* kRatesCsv =
    "provider,instance,region,years,offering_class,payment,hourly_usd_per_hour,upfront_usd,"
    "effective_usd_per_hour,on_demand_usd_per_hour,source,title,as_of,file\n";

TEST_CASE("a table of reserved rates is read as charges", "[charges][csv]") {
    // By hand, with a year of 8,760 h: 0.38 + 3,328.8 / 8,760 = 0.76, which is 0.95 of 0.8 and half
    // of it upfront; 6,307.2 / 8,760 = 0.72, which is 0.9. A later file has m at 0.7.
    const std::string rows =
        "p,m,r,1,standard,no_upfront,0.8,0,0.8,1.2,s,\"Rates, by \"\"p\"\"\",2026-10-02,a.json\n"
        "p,m,r,1,standard,partial_upfront,0.38,3328.8,,1.2,s,\"Rates, by \"\"p\"\"\",2026-10-02,"
        "a.json\r\n"
        "p,m,r,1,standard,all_upfront,0,6307.2,,1.2,s,\"Rates, by \"\"p\"\"\",2026-10-02,a.json\n"
        "p,m,q,3,convertible,no_upfront,0.5,0,0.5,,s,\"Rates, by \"\"p\"\"\",2026-10-02,a.json\n"
        "p,m,r,1,standard,no_upfront,0.7,0,0.7,,s,Rates,2026-11,b.json\n";
    const Temporary folder;
    const Charges charges =
        Charges::read(folder.file("r.csv", "\xEF\xBB\xBF" + std::string{kRatesCsv} + rows));
    CHECK(charges.size() == 4); // 2 rates, 2 ratios
    const auto rate = [&](Payment payment) {
        return *charges.reserved("p", "r", "m", {.payment = payment});
    };
    CHECK(rate(Payment::no_upfront).hourly == UsdPerHour{0.7});
    CHECK_FALSE(rate(Payment::no_upfront).on_demand); // the later file has none beside it
    CHECK(rate(Payment::no_upfront).source == Source{"s", "Rates", {2026, 11}});
    CHECK(rate(Payment::partial_upfront).hourly.value() == Approx(0.7 * 0.95));
    CHECK(rate(Payment::partial_upfront).upfront == Approx(0.5));
    CHECK(rate(Payment::all_upfront).hourly.value() == Approx(0.7 * 0.9));
    CHECK(rate(Payment::all_upfront).upfront == 1);
    const auto other =
        charges.reserved("p", "q", "m", {.years = 3, .commitment = Commitment::convertible});
    REQUIRE(other);
    CHECK(other->hourly == UsdPerHour{0.5});
    CHECK(other->source == Source{"s", "Rates, by \"p\"", {2026, 10, 2}});
}

TEST_CASE("a table is known by how it begins, and stands beside other files", "[charges][csv]") {
    const Temporary folder;
    const std::string row = "p,m,r,1,standard,no_upfront,0.8,0,0.8,1.2,s,t,2026,a.json\n";
    const auto rates = folder.file("rates", kRatesCsv + row);
    const auto bands = folder.file("bands.yaml",
                                   "sources:\n  - {name: s, title: t, as_of: 2026}\n"
                                   "interruptions:\n  - {provider: p, instance: m, region: r, "
                                   "from: 0.1, source: s}\n");
    for (const auto& files : {std::vector{rates, bands}, std::vector{bands, rates}}) {
        const Charges charges = Charges::read(files);
        CHECK(charges.reserved("p", "r", "m", {})->on_demand == UsdPerHour{1.2});
        CHECK(charges.interruption("p", "r", "m")->from == 0.1);
    }
    // The two files that one import writes have one source.
    CHECK(Charges::read(std::vector{bands,
                                    folder.file("sources.yaml",
                                                "sources:\n  - {name: s, title: t, as_of: "
                                                "2026}\n")})
              .size() == 1);
    const auto again = folder.file("again.csv", kRatesCsv + row);
    CHECK_THROWS_WITH(Charges::read(std::vector{rates, again}),
                      again.string() + ":2: must not be given twice");
}

TEST_CASE("a table of interruptions is read as charges", "[charges][csv]") {
    const Charges charges =
        Charges::parse("provider,instance,region,at_least,below,source,title,as_of\n"
                       "p,m,r,0.05,0.1,s,t,undated\n"
                       "p,m,q,0.2,1,s,t,undated\n");
    CHECK(charges.interruption("p", "r", "m")->from == 0.05);
    CHECK(charges.interruption("p", "r", "m")->to == 0.1);
    CHECK_FALSE(charges.interruption("p", "q", "m")->to); // up to all of them: open
}

TEST_CASE("a bad table of charges is refused with its place", "[charges][csv][error]") {
    const auto [text, message] = GENERATE(table<std::string, std::string>({
        {"", ": must be a file of charges, is empty"},
        {"provider;instance\np;m\n",
         ":1: region: must be a column of the table"}, // semicolons part fields too
        {"provider,instance,region,years,offering_class,payment,hourly_usd_per_hour,upfront_usd,"
         "effective_usd_per_hour,source\n",
         ":1: title: must be a column of the table"},
        {"provider,instance,region,at_least,below,source,title,as_of,colour\n",
         ":1: colour: must be a known column"},
        {"provider,instance,region,at_least,below,source,title,as_of,file,file\n",
         ":1: file: must not be given twice"},
        {"provider,instance,region,at_least,below,source,title,as_of\np,m,r,0.1,0.2,s,t\n",
         ":2: must have 8 fields, has 7"},
        {"provider,instance,region,at_least,below,source,title,as_of\np,m,r,1,1,s,t,2026\n",
         ":2: at_least: must be in [0, 1), got 1"},
        {"provider,instance,region,at_least,below,source,title,as_of\np,m,r,0.2,0.1,s,t,2026\n",
         ":2: below: must be above 0.2 and at most 1, got 0.1"},
        {"provider,instance,region,at_least,below,source,title,as_of\np,m,r,x,1,s,t,2026\n",
         ":2: at_least: must be a number, got \"x\""},
        {"provider,instance,region,at_least,below,source,title,as_of\n\"p\"q,m,r,0,1,s,t,2026\n",
         ":2: column 1: must end at its closing quote"},
        {"provider,instance,region,at_least,below,source,title,as_of\np,m,r,0,1,s,t,soon\n",
         ":2: as_of: must be a date such as 2026-07-20, 2026-07, 2026 or undated, got \"soon\""},
        {"provider,instance,region,at_least,below,source,title,as_of\np,m,r,0,1,s,,2026\n",
         ":2: title: must be given"},
        {"provider,instance,region,at_least,below,source,title,as_of\np,m,r,0,1,s,t,2026\n"
         "\np,m,r,0,0.5,s,t,2026\n",
         ":4: must not be given twice"},
    }));
    const Temporary folder;
    const auto file = folder.file("bad.csv", text);
    CHECK_THROWS_WITH(Charges::read(file), file.string() + message);
}

TEST_CASE("a bad row of reserved rates is refused with its place", "[charges][csv][error]") {
    const auto [row, message] = GENERATE(table<std::string, std::string>({
        {"p,m,r,2,standard,no_upfront,1,0,,,s,t,2026,", "years: must be 1 or 3, got 2"},
        {"p,m,r,1,gold,no_upfront,1,0,,,s,t,2026,",
         "offering_class: must be standard, convertible, compute_savings, instance_savings or "
         "committed, got \"gold\""},
        {"p,m,r,1,standard,later,1,0,,,s,t,2026,",
         "payment: must be no_upfront, partial_upfront or all_upfront, got \"later\""},
        {"p,m,r,1,standard,no_upfront,-1,0,,,s,t,2026,",
         "hourly_usd_per_hour: must not be negative, got -1"},
        {"p,m,r,1,standard,no_upfront,inf,0,,,s,t,2026,",
         "hourly_usd_per_hour: must be a number, got \"inf\""},
        {"p,m,r,1,standard,no_upfront,0,0,,,s,t,2026,",
         "hourly_usd_per_hour: must be positive where nothing is paid upfront, got 0"},
        {"p,m,r,1,standard,all_upfront,0,8760,2,,s,t,2026,",
         "effective_usd_per_hour: must be the 1 that both fees come to, got 2"},
        {"p,m,r,1,standard,no_upfront,1,0,1,0,s,t,2026,",
         "on_demand_usd_per_hour: must be positive, got 0"},
        {",m,r,1,standard,no_upfront,1,0,1,,s,t,2026,", "provider: must be given"},
    }));
    CHECK_THROWS_WITH(Charges::parse(kRatesCsv + row + "\n", "r.csv"), "r.csv:2: " + message);
}

TEST_CASE("charges over others: a row replaces that of the same names", "[charges]") {
    constexpr const char* kBase = R"(
provider: a
sources: [{name: s, title: Base, as_of: 2026-01-01}]
charges:
  - {charge: egress, region: r1, usd: 0, source: s}
  - {charge: egress, region: r1, from: 100, usd: 0.09, source: s}
  - {charge: egress, region: all, usd: 0.2, source: s}
reserved:
  - {instance: m, region: r1, offering: standard_1yr, usd_per_hour: 0.6, source: s}
  - {instance: m, region: r2, offering: standard_1yr, usd_per_hour: 0.7, source: s}
reserved_ratios:
  - {offering: standard_1yr, payment: all_upfront, ratio: 0.9, source: s}
interruptions:
  - {instance: m, region: r1, from: 0.1, to: 0.2, source: s}
)";
    constexpr const char* kNewer = R"(
provider: a
sources: [{name: s, title: Contract, as_of: 2026-09-01}]
charges:
  - {charge: egress, region: r1, usd: 0.05, source: s}
reserved:
  - {instance: m, region: r1, offering: standard_1yr, usd_per_hour: 0.5, on_demand_usd_per_hour: 1, source: s}
  - {instance: b, region: r1, offering: standard_3yr, usd_per_hour: 0.3, source: s}
interruptions:
  - {instance: m, region: r3, from: 0.2, source: s}
)";
    const Charges base = Charges::parse(kBase);
    const Charges all = base.merged(Charges::parse(kNewer));
    CHECK(all.size() == 8); // by hand: 2 tiers, 3 rates, 1 ratio, 2 bands
    const auto egress = all.rate("a", "r1", "egress");
    REQUIRE(egress->tiers.size() == 1); // both tiers were one row
    CHECK(egress->tiers[0] == Tier{0, 0.05});
    CHECK(egress->source.title == "Contract");
    CHECK(all.rate("a", "r9", "egress")->tiers[0].usd == 0.2);
    CHECK(all.rate("a", "r9", "egress")->source.title == "Base");
    const auto here = all.reserved("a", "r1", "m", {});
    CHECK(here->hourly == UsdPerHour{0.5});
    CHECK(here->on_demand == UsdPerHour{1});
    CHECK(all.reserved("a", "r2", "m", {})->hourly == UsdPerHour{0.7});
    CHECK_FALSE(all.reserved("a", "r2", "m", {})->on_demand);
    CHECK(all.reserved("a", "r1", "b", {.years = 3})->source.title == "Contract");
    CHECK(all.reserved("a", "r1", "m", {.payment = Payment::all_upfront})->hourly.value() ==
          Approx(0.45)); // the ratio of the base, the rate of the other
    CHECK(all.interruption("a", "r1", "m")->to == 0.2);
    CHECK_FALSE(all.interruption("a", "r3", "m")->to);
    CHECK(Charges::none().merged(base).size() == base.size());
    CHECK(base.merged(Charges::none()).size() == base.size());
}
