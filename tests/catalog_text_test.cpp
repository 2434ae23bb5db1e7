// The prices are those that AWS publishes for p2 and p3 on demand.

#include <flopwise/catalog_text.hpp>
#include <flopwise/recommend.hpp>

#include "catalog/binary.hpp"
#include "catch.hpp"

#include <algorithm>

using namespace flopwise;

static bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

static const Catalog& listed() {
    static const Catalog catalog = Catalog::bundled("aws-2020-04");
    return catalog;
}

TEST_CASE("prices are listed as CSV", "[listing]") {
    const std::string csv = to_csv(listed());
    CHECK(csv.starts_with("provider,instance,family,region,purchase,price_usd_per_hour,offered,gpu,"
                          "gpu_count,gpu_memory_gib,vcpus,memory_gib,network_gbps,arch,source,"
                          "as_of,stack\n"));
    CHECK(has(csv,
              "\naws,p3.2xlarge,p3,us-east-1,on_demand,3.06,true,nvidia-v100-sxm2-16gb,1,16,8,61,"
              "2.5,x86_64,aws-price-feed-2020-06-18,2020-06-18,CUDA\n"));
    const auto lines = static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n'));
    CHECK(lines == listed().size() + 1);
}

/// An import of one file of that day.
static Import imported(std::vector<ReservedPrice> rates, std::vector<InterruptionBand> bands) {
    return {.file = "prices.json",
            .tables = {.sources = {{"s", "Prices, of 1 day", {2026, 10, 2}}},
                       .prices = {{"aws",
                                   "p3.2xlarge",
                                   "us-east-1",
                                   Purchase::on_demand,
                                   UsdPerHour{3.06},
                                   "s"}}},
            .reserved = std::move(rates),
            .interruptions = std::move(bands)};
}

TEST_CASE("cells of CSV are quoted where they must be", "[listing]") {
    const std::vector<Import> imports{imported({}, {{"aws", "a,b", "r \"one\"", 0.05, 0.1, "s"}})};
    const std::string csv = interruptions_csv(imports);
    CHECK(csv == "provider,instance,region,at_least,below,source,title,as_of,file\n"
                 "aws,\"a,b\",\"r \"\"one\"\"\",0.05,0.1,s,\"Prices, of 1 day\",2026-10-02,"
                 "prices.json\n");
    const Charges charges = Charges::parse(csv);
    const auto band = charges.interruption("aws", "r \"one\"", "a,b");
    REQUIRE(band);
    CHECK(band->to == 0.1);
    CHECK(band->source.title == "Prices, of 1 day");
}

TEST_CASE("prices are listed as JSON, with null for what is not known", "[listing]") {
    const std::string json = to_json(listed());
    CHECK(has(json, R"("instance": "p2.xlarge")"));
    CHECK(has(json, R"("price_usd_per_hour": 1.718)")); // in Singapore
    const Tables all = listed().tables();
    const Tables tables{.sources = all.sources, .regions = all.regions};
    CHECK(to_json(Catalog{tables}) == "[]\n");
}

TEST_CASE("reserved rates are listed with what an hour comes to", "[listing]") {
    // 0.5 USD/h and 876 USD for one year of 8,760 h: 0.6 USD/h. The file has the price on demand of
    // the one machine and not of the other.
    const ReservedPrice rate{.provider = "aws",
                             .instance = "p3.2xlarge",
                             .region = "us-east-1",
                             .years = 1,
                             .offering_class = "standard",
                             .payment = "partial_upfront",
                             .hourly = UsdPerHour{0.5},
                             .upfront = Usd{876},
                             .source = "s"};
    ReservedPrice other = rate;
    other.instance = "p3.8xlarge";
    const std::vector<Import> imports{imported({rate, other}, {})};
    CHECK(reserved_csv(imports) ==
          "provider,instance,region,years,offering_class,payment,hourly_usd_per_hour,upfront_usd,"
          "effective_usd_per_hour,on_demand_usd_per_hour,source,title,as_of,file\n"
          "aws,p3.2xlarge,us-east-1,1,standard,partial_upfront,0.5,876,0.6,3.06,s,"
          "\"Prices, of 1 day\",2026-10-02,prices.json\n"
          "aws,p3.8xlarge,us-east-1,1,standard,partial_upfront,0.5,876,0.6,,s,"
          "\"Prices, of 1 day\",2026-10-02,prices.json\n");
}

TEST_CASE("machines are listed by pattern with the range of their prices", "[listing]") {
    CHECK(table_of(listed(), "p3dn*") ==
          "provider  machine        GPUs                       vCPU  GiB  from USD/h  to USD/h  "
          "regions  as of\n"
          "aws       p3dn.24xlarge  8 x nvidia-v100-sxm2-32gb    96  768      31.212    42.783  "
          "      4  2020-06-18\n");
    CHECK(has(table_of(listed(), {}), "p2.xlarge"));
    CHECK(table_of(listed(), "q*").empty());
}

TEST_CASE("a machine is shown with its facts and prices", "[listing]") {
    const std::string shown = sheet_of(listed(), "p2.xlarge");
    CHECK(shown.starts_with("aws p2.xlarge\n  family         p2\n"));
    CHECK(has(shown, "  memory         61 GiB\n  GPUs           1 x nvidia-k80-gk210\n"));
    CHECK(has(shown, "us-east-1       on_demand    0.9  yes"));
    CHECK(sheet_of(listed(), "p9.xlarge").empty());
}

// g6f.xlarge has an eighth, g6f.4xlarge half of an L4 of 24 GiB
// (aws.amazon.com/ec2/instance-types/g6: 3 and 12 GB), g6.xlarge a whole one.
TEST_CASE("of a share of a GPU its share of the memory is listed", "[listing]") {
    const Catalog catalog = Catalog::bundled();
    const std::string csv = to_csv(catalog);
    const auto row = [&](std::string_view start) {
        const auto at = csv.find(start);
        return at == std::string::npos ? "" : csv.substr(at, csv.find('\n', at) - at);
    };
    CHECK(has(row("aws,g6f.xlarge,"), ",nvidia-l4,0.125,3,"));
    CHECK(has(row("aws,g6f.4xlarge,"), ",nvidia-l4,0.5,12,"));
    CHECK(has(row("aws,g6.xlarge,"), ",nvidia-l4,1,24,"));
    const std::string json = to_json(catalog);
    const auto at = json.find(R"("instance": "g6f.xlarge")");
    REQUIRE(at != std::string::npos);
    CHECK(has(json.substr(at, 500), R"("gpu_count": 0.125,
  "gpu_memory_gib": 3.0,)"));
    CHECK(has(sheet_of(catalog, "g6f.xlarge"),
              "  GPUs           1/8 x nvidia-l4\n  GPU memory     3 GiB of 24\n"));
    CHECK(has(sheet_of(catalog, "g6.xlarge"), "  GPU memory     24 GiB\n"));
    CHECK(has(table_of(catalog, "g6f.4xlarge"), "1/2 x nvidia-l4"));
}

TEST_CASE("what became of a file is told in lines", "[listing]") {
    const Import import{.format = Format::gpuhunt,
                        .file = "aws.csv",
                        .rows = 5,
                        .kept = 2,
                        .skipped = {{"price of zero", 2}},
                        .rejected = {{{.file = "aws.csv", .line = 4, .field = "price"},
                                      "must be a number, got \"x\""}},
                        .rows_rejected = 1};
    CHECK(to_text(import) ==
          "aws.csv: gpuhunt, as of undated: 5 rows, 2 usable, 2 skipped: price of "
          "zero, 1 rejected\n"
          "aws.csv:4: price: must be a number, got \"x\"\n");
}

// ---- rates in a catalog's file ---------------------------------------------------------

constexpr const char* kWithRates = R"(
extends: aws-2020-04
catalog: {name: acme, as_of: 2020-05-01}
provider: aws
sources:
  - {name: contract, title: "Contract of Acme, annex \"B\"", as_of: 2020-05-01}
charges:
  - {charge: egress, region: us-east-1, usd: 0.01, source: contract}
reserved:
  - {instance: p3.2xlarge, region: us-east-1, offering: standard_1yr, usd_per_hour: 1.5, on_demand_usd_per_hour: 3.06, source: contract}
interruptions:
  - {instance: p3.2xlarge, region: us-east-1, from: 0, to: 0.01, source: contract}
)";

TEST_CASE("a catalog keeps the rates of its file, as text and as bytes", "[listing]") {
    const Catalog catalog = Catalog::parse(kWithRates);
    REQUIRE_FALSE(catalog.rates().empty());
    CHECK(Catalog::parse(to_yaml(catalog)) == catalog);
    CHECK(Catalog::parse(to_yaml(catalog)).rates() == catalog.rates());
    CHECK(CatalogBinary::checked(CatalogBinary::write(catalog)).rates() == catalog.rates());
    CHECK(listed().rates().empty());
    CHECK(listed().merged(catalog).rates() == catalog.rates());
    CHECK(catalog.with_prices({}).rates() == catalog.rates());
    Tables other = catalog.tables();
    other.rates.clear();
    CHECK_FALSE(Catalog{other} == catalog);
}

TEST_CASE("an answer uses the rates of its catalog, over the bundled ones", "[listing]") {
    const Catalog catalog = Catalog::parse(kWithRates);
    Request request;
    request.constraints.instance = {"p3.2xlarge"};
    request.constraints.region = {"us-east-1"};
    request.budget = {.days = Days{365}, .hours_per_day = HoursPerDay{24}};
    request.ways = {PurchaseKind::on_demand, PurchaseKind::reserved_1yr_no_upfront};
    const Recommendation r = recommend(catalog, request);
    REQUIRE(r.outcome == Outcome::found);
    CHECK(r.choices[0].purchase == PurchaseKind::reserved_1yr_no_upfront);
    CHECK(r.choices[0].price == UsdPerHour{1.5});
    CHECK(r.choices[0].cost->total.value() == Approx(1.5 * 8760));
    const Charges charges = charges_of(request, catalog);
    CHECK(charges.rate("aws", "us-east-1", "egress")->tiers[0].usd == 0.01);
    CHECK(charges.rate("aws", "us-east-1", "storage_gp3")->tiers[0].usd == 0.08); // bundled
    CHECK(charges.interruption("aws", "us-east-1", "p3.2xlarge")->to == 0.01);
    CHECK(charges.size() > Charges::bundled().size() - 10);
    CHECK(charges_of(Request{}, catalog).size() == 0); // nothing is charged
}

TEST_CASE("rates over rates: rows of the same names are replaced", "[listing]") {
    const Catalog first = Catalog::parse(kWithRates);
    const Catalog second = Catalog::parse(R"(
extends: aws-2020-04
catalog: {name: new, as_of: 2020-06-01}
provider: aws
sources: [{name: contract, title: A newer one, as_of: 2020-06-01}]
reserved:
  - {instance: p3.2xlarge, region: us-east-1, offering: standard_1yr, usd_per_hour: 1.4, source: contract}
)");
    const Charges charges = Charges::parse(first.merged(second).rates());
    CHECK(charges.size() == 3);
    const auto rate = charges.reserved("aws", "us-east-1", "p3.2xlarge", {});
    CHECK(rate->hourly == UsdPerHour{1.4});
    CHECK_FALSE(rate->on_demand); // a row is replaced as a whole
    CHECK(rate->source.title == "A newer one");
    CHECK(charges.rate("aws", "us-east-1", "egress")->source.title ==
          "Contract of Acme, annex \"B\"");
}

TEST_CASE("a wrong rate of a catalog is named", "[listing][error]") {
    std::string yaml = kWithRates;
    yaml.replace(yaml.find("usd_per_hour: 1.5"), 17, "usd_per_hour: -1");
    Request request;
    request.usage.storage = GiB{1};
    const Catalog catalog = Catalog::parse(yaml);
    CHECK_THROWS_WITH(recommend(catalog, request),
                      "acme: reserved[0].usd_per_hour: must be positive, got -1");
    CHECK_THROWS_WITH(Catalog::parse("reserved: 3\n"), "text:1: reserved: must be a list of rows");
}
