// Price files in the forms in which people have them: packed, quoted, in parts, and what is none.

#include <flopwise/catalog_text.hpp>
#include <flopwise/feed.hpp>

#include "catch.hpp"
#include "temporary.hpp"

#include <fstream>
#include <zlib.h>

using namespace flopwise;

static const Catalog& the_bundled() {
    static const Catalog catalog = Catalog::bundled();
    return catalog;
}

/// Two machines of verda, as SkyPilot has them (skypilot-catalog v8/verda@000c1d0).
constexpr std::string_view kVms = "InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,"
                                  "Region,Price,SpotPrice\n"
                                  "1B200.30V,30.0,184.0,B200,1.0,FIN-03,4.89,1.712\n"
                                  "1H100.80S,32.0,185.0,H100,1.0,\"FIN-03\",2.19,0.8\n";

static std::string with_replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

static Import imported_as(std::string_view content, const ImportOptions& options = {}) {
    const Temporary folder;
    return import_feed(folder.file("verda.csv", content), the_bundled(), options);
}

/// Why a file of this content is refused, without its folder.
static std::string why_refused(std::string_view content, std::string_view name = "aws.csv") {
    const Temporary folder;
    try {
        (void)import_feed(folder.file(name, content), the_bundled());
    } catch (const Error& e) {
        return e.reason();
    }
    return "none";
}

/// Bits are those of gzip (31) or, for a zip, raw (-15).
static std::string deflated(std::string_view text, int bits) {
    z_stream z{};
    REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string in{text};
    std::string out(deflateBound(&z, in.size()) + 64, '\0');
    z.next_in = reinterpret_cast<Bytef*>(in.data());
    z.avail_in = static_cast<uInt>(in.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

static std::string little_endian(std::size_t number, int count) {
    std::string out;
    for (int i = 0; i < count; ++i)
        out += static_cast<char>(number >> (8 * i));
    return out;
}

/// A file as it stands in a zip (APPNOTE.TXT 4.3.7), stored or deflated.
static std::string zipped(std::string_view name, std::string_view text, bool stored = false) {
    const std::string data = stored ? std::string{text} : deflated(text, -15);
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
    return std::string{"PK\3\4", 4} + little_endian(20, 2) + little_endian(0, 2) +
           little_endian(stored ? 0 : 8, 2) + little_endian(0, 4) + little_endian(crc, 4) +
           little_endian(data.size(), 4) + little_endian(text.size(), 4) +
           little_endian(name.size(), 2) + little_endian(0, 2) + std::string{name} + data;
}

const std::string kEndOfZip = std::string{"PK\1\2", 4} + std::string(42, '\0');

TEST_CASE("a table is read however its fields are parted and quoted", "[feed]") {
    const Import plain = imported_as(kVms);
    CHECK(plain.kept == 2);
    const std::string text{kVms};
    const std::string semicolons = with_replaced(text, ",", ";");
    for (const std::string& other :
         {semicolons,
          with_replaced(text, ",", "\t"),
          with_replaced(text, "\n", "\r\n"),
          "\xEF\xBB\xBF" + semicolons,
          "sep=;\r\n" + semicolons, // as Excel writes it
          with_replaced(
              with_replaced(with_replaced(semicolons, "\"", ""), ";", "\";\""), "\n", "\"\n\"")}) {
        CAPTURE(other);
        const bool all_quoted = other.find("InstanceType\";\"") != std::string::npos;
        const std::string content =
            all_quoted ? '"' + other.substr(0, other.size() - 1) : other; // a quote at each end
        CHECK(imported_as(content).tables == plain.tables);
    }
}

TEST_CASE("a comma in a number is its point, unless it can part thousands", "[feed]") {
    std::string text = with_replaced(std::string{kVms}, ",", ";");
    for (const char* number : {"30.0", "184.0", "4.89", ";0.8"})
        text = with_replaced(text, number, with_replaced(number, ".", ","));
    CHECK(imported_as(text).tables == imported_as(kVms).tables);
    // 1.712 or 1712: not for us to say.
    const Import unclear = imported_as(with_replaced(text, "1.712", "1,712"));
    REQUIRE(unclear.rejected.size() == 1);
    CHECK(unclear.rejected.front().reason == "must be a number with a point, got \"1,712\"");
    for (const char* number : {"1,2,3", "1.000,5", ",5", "-0,5", "1 000,5"}) {
        CAPTURE(number);
        CHECK(imported_as(with_replaced(text, ";0,8", std::string{";"} + number)).rejected.size() ==
              1);
    }
}

TEST_CASE("what gzip and zip have packed is read", "[feed]") {
    const Import plain = imported_as(kVms);
    const std::size_t half = 60;
    const std::string parts = deflated(kVms.substr(0, half), 31) + deflated(kVms.substr(half), 31);
    for (const std::string& packed : {deflated(kVms, 31),
                                      parts,
                                      zipped("verda/vms.csv", kVms) + kEndOfZip,
                                      zipped("vms.csv", kVms, true) + kEndOfZip,
                                      zipped("verda/", "", true) + zipped("verda/vms.csv", kVms) +
                                          zipped("__MACOSX/._vms.csv", "x", true) + kEndOfZip})
        CHECK(imported_as(packed).tables == plain.tables);
}

TEST_CASE("what is broken in a packed file is refused", "[feed][error]") {
    const std::string gz = deflated(kVms, 31);
    CHECK(why_refused(gz.substr(0, gz.size() / 2)) == "must be complete, ends early");
    std::string flipped = gz;
    flipped[gz.size() - 6] = static_cast<char>(flipped[gz.size() - 6] ^ 1); // the checksum
    CHECK(why_refused(flipped) == "must be gzip, is broken");
    CHECK(why_refused(zipped("a", kVms) + zipped("b", kVms) + kEndOfZip) ==
          "must be a zip of one file, has more: unpack it, and import the folder");
    std::string wrong = zipped("a", kVms, true);
    wrong[14] = static_cast<char>(wrong[14] ^ 1);
    CHECK(why_refused(wrong + kEndOfZip) ==
          "must have the checksum that its zip states, has another");
    std::string many{kVms}; // 400,000 rows that are one: 20 MB of some 80 KB
    for (int i = 0; i < 400'000; ++i)
        many += "1B200.30V,30.0,184.0,B200,1.0,FIN-03,4.89,1.712\n";
    CHECK(why_refused(deflated(many, 31)) ==
          "must unpack to at most 200 times its size, becomes more");
}

TEST_CASE("a file that is no price file is named", "[feed][error]") {
    const auto [content, reason] = GENERATE(table<std::string, std::string>({
        {std::string{"PAR1\x15\x04", 6},
         "must be a price file, is a Parquet file: write it as CSV (DuckDB: COPY (FROM "
         "'x.parquet') TO 'x.csv')"},
        {"<!DOCTYPE html><html><head><title>403 Forbidden</title></head></html>",
         "must be a price file, is an HTML page, titled \"403 Forbidden\""},
        {"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Access "
         "Denied</Message></Error>",
         "must be a price file, is an XML page that tells an error, \"AccessDenied: Access "
         "Denied\""},
        {"<?xml version=\"1.0\"?><prices/>", "must be a price file, is an XML page"},
        {"\x28\xB5\x2F\xFDxx", "must be a price file, is packed by zstd: unpack it"},
        {std::string{"\xFF\xFEI\0n\0", 6},
         "must be a price file, is text in UTF-16: write it as UTF-8"},
        {"", "must be a price file, is empty"},
    }));
    CHECK(why_refused(content) == reason);
    CHECK(why_refused(zipped("[Content_Types].xml", "<Types/>")) ==
          "must be a price file, is a workbook of Excel: save its sheet as CSV");
}

TEST_CASE("a column that is missing is named", "[feed][error]") {
    CHECK(why_refused("InstanceType,AcceleratorName,AcceleratorCount,MemoryGiB,Price,Region\n") ==
          "must have a column \"vCPUs\"");
    CHECK(why_refused("instance_name,location,price,cpu,gpu_count,gpu_name\n") ==
          "must have a column \"memory\"");
}

TEST_CASE("rows of JSON are read without what is around them", "[feed]") {
    // `--query SpotPriceHistory` and `--query InstanceTypes` of the command aws leave a list.
    const std::string history =
        R"({"AvailabilityZone": "us-east-1d", "InstanceType": "g5.xlarge",
            "ProductDescription": "Linux/UNIX", "SpotPrice": "0.42",
            "Timestamp": "2026-09-01T10:00:00+00:00"})";
    const std::string offering =
        R"({"InstanceType": "g5.xlarge", "LocationType": "region", "Location": "us-east-1"})";
    const std::string item =
        R"({"currencyCode": "USD", "retailPrice": 3.5, "armRegionName": "eastus",
            "productName": "Virtual Machines", "serviceName": "Virtual Machines",
            "unitOfMeasure": "1 Hour", "type": "Consumption", "meterName": "M", "skuName": "M",
            "armSkuName": "Standard_NC24ads_A100_v4"})";
    const auto line = [](std::string row) { return with_replaced(std::move(row), "\n", " "); };
    for (const auto& [row, format] : {std::pair{history, Format::aws_spot_history},
                                      std::pair{offering, Format::aws_instance_regions},
                                      std::pair{item, Format::azure_retail_prices}}) {
        CAPTURE(row);
        for (const std::string& content : {"[" + row + ",\n" + row + "]",
                                           line(row) + "\n" + line(row) + "\n",
                                           row + "\n" + row}) { // as `jq '.[]'` writes it
            const Import import = imported_as(content);
            CHECK(import.format == format);
            CHECK(import.rows == 2);
            CHECK(import.rows_rejected == 0);
        }
    }
}

TEST_CASE("a bad row among JSON lines is set apart with its byte", "[feed][error]") {
    const Import import = imported_as("{\"instance\": \"a\", \"price_usd_per_hour\": \"much\", "
                                      "\"region\": \"x\"}\n"
                                      "{\"instance\": \"b\", \"gpu\": \"T4\", \"gpu_count\": 1, "
                                      "\"price_usd_per_hour\": 0.5, \"region\": \"x\"}\n");
    CHECK(import.kept == 1);
    REQUIRE(import.rejected.size() == 1);
    CHECK(import.rejected[0].where.byte == 1);
    CHECK(import.rejected[0].where.field == "price_usd_per_hour");
    CHECK(why_refused("{\"instance\": \"a\", \"price_usd_per_hour\": 1") ==
          "must be complete, ends early");
}

// ---- tables of one's own ------------------------------------------------------------

TEST_CASE("a table of one's own is a list of machines and prices", "[feed][table]") {
    const Import import =
        imported_as("name,vcpus,memory_gib,gpu,gpu_count,region,price_usd_per_hour,purchase,date\n"
                    "box-8,96,1024,H100,8,oslo,15.5,on_demand,2026-10-01\n"
                    "box-8,96,1024,H100,8,oslo,9,spot,2026-11-01\n"
                    "cpu-4,4,16,,,oslo,0.2,,\n"
                    "gpu-1,,,RTX 4090,1,oslo,0.5,,2026-11-01\n"
                    "bad,4,16,,,,0.2,,\n"
                    "worse,4,16,,,oslo,0,,\n"
                    "worst,4,,,,oslo,1,,\n",
                    {.format = Format::table, .provider = "mine"});
    CHECK(import.format == Format::table);
    CHECK(import.kept == 4);
    REQUIRE(import.rejected.size() == 3);
    CHECK(import.rejected[0].where.field == "region");
    CHECK(import.rejected[0].where.line == 6);
    CHECK(import.rejected[1].where.field == "price_usd_per_hour");
    CHECK(import.rejected[2].where.field == "memory_gib");
    CHECK(import.tables.instances.at(2).vcpus == std::nullopt); // not known, not zero
    CHECK(import.tables.prices.at(0).provider == "mine");
    CHECK(import.tables.sources ==
          std::vector<Source>{
              {"mine_table", "table of machines and prices", Date{2026, 10, 1}, false},
              {"mine_table-2026-11-01", "table of machines and prices", Date{2026, 11, 1}, false},
              {"mine_table-undated", "table of machines and prices", Date{}, false}});
}

TEST_CASE("a column that is a slip is refused with what is meant", "[feed][table][error]") {
    const Temporary folder;
    CHECK_THROWS_WITH(
        import_feed(folder.file("a.csv", "instance,memry_gib,price_usd_per_hour\n"), the_bundled()),
        Catch::Contains("memry_gib: must be a column of a table (") &&
            Catch::Contains("did you mean memory_gib?"));
    CHECK_THROWS_WITH(
        import_feed(folder.file("b.csv", "vcpus,price_usd_per_hour\n"), the_bundled()),
        Catch::Contains("must have a column \"instance\""));
}

TEST_CASE("what catalog export writes is read back", "[feed][table]") {
    const Catalog before = Catalog::bundled("aws-2020-04");
    const Temporary folder;
    const Import of_csv = import_feed(folder.file("prices", to_csv(before)), before);
    const Import of_json = import_feed(folder.file("prices.json", to_json(before)), before);
    CHECK(of_csv.format == Format::table);
    CHECK(of_json.format == Format::table_json);
    CHECK(of_csv.rows_rejected == 0);
    CHECK(of_csv.tables.prices == of_json.tables.prices);
    CHECK(of_csv.tables.instances == of_json.tables.instances);
    const Joined joined = join(before, {&of_csv, 1});
    CHECK(joined.effects[0].unchanged == of_csv.tables.prices.size());
    CHECK(joined.effects[0].in_effect() == joined.effects[0].unchanged);
}

TEST_CASE("a catalog of one's own has just its machines", "[feed][table]") {
    const Catalog mine = own_catalog("instance,gpu,gpu_count,region,price_usd_per_hour\n"
                                     "box,H100,8,here,12.5\n",
                                     the_bundled(),
                                     {.as_of = {2026, 11, 1}});
    CHECK(mine.name() == "own");
    CHECK(mine.size() == 1);
    CHECK(mine.instances().size() == 1);
    CHECK(mine.providers() == std::vector<std::string_view>{"own"});
    CHECK(mine.offer(0).price == UsdPerHour{12.5});
    CHECK_THROWS_WITH(
        own_catalog("instance,region,price_usd_per_hour\nbox,here,1\n", the_bundled()),
        "table: must say what each machine is, has 1 rows: price of a machine that "
        "is not in the catalog");
    CHECK_THROWS_WITH(own_catalog("instance,gpu,gpu_count\nbox,Warp9,1\n", the_bundled()),
                      Catch::StartsWith("table:2: gpu: must be the name of a known GPU"));
}

// ---- several files ------------------------------------------------------------------

TEST_CASE("folders and patterns go on past a file that cannot be read", "[feed]") {
    const Temporary folder;
    (void)folder.file("verda.csv", kVms);
    (void)folder.file("readme.txt", "hello\n");
    (void)folder.file(".hidden", "x");
    std::filesystem::create_directory(folder.path() / "lambda");
    std::ofstream{folder.path() / "lambda/vms.csv"} << kVms;
    const std::filesystem::path paths[] = {folder.path()};
    const Feeds all = import_all(paths, the_bundled());
    REQUIRE(all.imports.size() == 2);
    CHECK(all.imports[0].tables.prices.at(0).provider == "lambda");
    REQUIRE(all.unreadable.size() == 1);
    CHECK(all.unreadable[0].where.file == folder.path() / "readme.txt");
    CHECK_THROWS_AS(import_all(paths, the_bundled(), {.strict = true}), InputError);
    const std::filesystem::path pattern[] = {folder.path() / "*.csv"};
    CHECK(feed_files(pattern).size() == 1);
    const std::filesystem::path none[] = {folder.path() / "*.json"};
    CHECK_THROWS_WITH(feed_files(none), Catch::EndsWith("must match a file, matches none"));
    const std::filesystem::path one[] = {folder.path() / "readme.txt"};
    CHECK_THROWS_AS(import_all(one, the_bundled()), InputError);
}

TEST_CASE("a price of a machine that cannot be rented there takes no effect", "[feed][join]") {
    // i3.metal is not offered in eu-west-1 by the bundled catalog, whatever a file says it costs.
    const Import import = imported_as("instance,provider,region,price_usd_per_hour,date\n"
                                      "g5.xlarge,aws,us-east-1,1,2026-11-20\n"
                                      "i3.metal,aws,eu-west-1,5,2026-11-20\n");
    const Catalog base = the_bundled();
    const ImportEffect effect = join(base, {&import, 1}).effects[0];
    CHECK(effect.prices == 2);
    CHECK(effect.in_effect() == 1);
    CHECK(effect.not_offered == 1);
}
