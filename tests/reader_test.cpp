// The registry of price files: which text near the begin of a file makes it which format.

#include <flopwise/feed.hpp>

#include "catch.hpp"
#include "feed/bundled.hpp"
#include "feed/providers.hpp"
#include "feed/reader.hpp"
#include "feed/sink.hpp"
#include "temporary.hpp"
#include "text/input.hpp"

#include <array>
#include <fstream>
#include <map>
#include <set>

using namespace flopwise;

namespace {

/// As what a file with this content is read; "" if it is of no known format.
std::string recognised_as(const std::string& content) {
    static const Catalog catalog = Catalog::bundled();
    const Temporary folder;
    const auto file = folder.file("prices", content);
    for (const Format asked : {Format::gpuhunt, Format::skypilot}) { // it is one of them at most
        const std::string words = fmt::format("prices: must be {}, is ", to_string(asked));
        try {
            (void)import_feed(file, catalog, {.format = asked, .provider = "aws"});
        } catch (const InputError& e) {
            const std::string message = e.what();
            if (message.find("must be of a known format") != std::string::npos)
                return "";
            if (const auto at = message.find(words); at != std::string::npos)
                return message.substr(at + words.size());
        }
    }
    return "?";
}

struct Known {
    std::string_view text;
    std::string_view format;
};

/// Of a JSON object: each mark counts before those behind it. Written down by hand from the
/// documents of the providers, in the order that files have been recognised in since 0.1.
constexpr std::array<Known, 10> kOfObjects{{{"\"offerCode\"", "aws_offers"},
                                            {"\"PriceList\"", "aws_products"},
                                            {"\"InstanceTypeOfferings\"", "aws_instance_regions"},
                                            {"\"InstanceTypes\"", "aws_instance_types"},
                                            {"\"SpotPriceHistory\"", "aws_spot_history"},
                                            {"\"spot_advisor\"", "aws_spot_advisor"},
                                            {"\"instance_types\"", "aws_spot_advisor"},
                                            {"\"armRegionName\"", "azure_retail_prices"},
                                            {"\"BillingCurrency\"", "azure_retail_prices"},
                                            {"\"products\"", "aws_offers"}}};

} // namespace

TEST_CASE("each mark of a JSON object decides, and of two the first", "[feed][reader]") {
    for (const Known& mark : kOfObjects) {
        CAPTURE(mark.text);
        CHECK(recognised_as(fmt::format("{{{}: 1}}", mark.text)) == mark.format);
        CHECK(recognised_as(fmt::format("\xEF\xBB\xBF \r\n\t{{{}: 1}}", mark.text)) == mark.format);
        CHECK(recognised_as(fmt::format("[{{{}: 1}}]", mark.text)).empty());
        CHECK(recognised_as(fmt::format("{}\n", mark.text)).empty());
    }
    for (std::size_t i = 0; i < kOfObjects.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            CAPTURE(kOfObjects[i].text, kOfObjects[j].text);
            // The first of the list decides, wherever in the file it stands.
            CHECK(recognised_as(
                      fmt::format("{{{}: 1, {}: 1}}", kOfObjects[i].text, kOfObjects[j].text)) ==
                  kOfObjects[j].format);
            CHECK(recognised_as(
                      fmt::format("{{{}: 1, {}: 1}}", kOfObjects[j].text, kOfObjects[i].text)) ==
                  kOfObjects[j].format);
        }
}

TEST_CASE("arrays and tables are recognised by their own marks", "[feed][reader]") {
    const auto [content, format] = GENERATE(table<std::string, std::string>({
        {R"([{"pretty_name": 1}])", "ec2instances"},
        {R"([{"instance_type": 1}])", "ec2instances"},
        {R"({"pretty_name": 1})", ""},
        {R"({"instance_type": 1})", ""},
        {"[]", ""},
        {"{}", ""},
        // Heads of tables. Those of EC2's price list may have lines before the header.
        {"\"FormatVersion\",\"v1.0\"\n", "aws_offers_csv"},
        {"\"Disclaimer\",\"x\"\n\"FormatVersion\",\"v1.0\"\n", ""},
        {"\"Disclaimer\",\"x\"\n\"SKU\",\"OfferTermCode\"\n", "aws_offers_csv"},
        {"SKU,OfferTermCode\n", ""},
        {"InstanceType,AcceleratorName\n", "skypilot"},
        {"AcceleratorName,InstanceType,vCPUs\n", "skypilot"},
        {"AcceleratorName,InstanceType\n", "skypilot"},
        {"\"AcceleratorName\";\"InstanceType\"\r\n", "skypilot"},
        {"gpu_name\tinstance_name\n", "gpuhunt"},
        {"AcceleratorName,InstanceTypes\n", ""}, // another name
        {"price_usd_per_hour,name\n", "table"},
        {R"([{"price_usd_per_hour": 1}])", "table_json"},
        {"InstanceType,vCPUs\n", ""},
        {"AcceleratorName\n", ""},
        {"vCPUs\nInstanceType,AcceleratorName\n", ""},
        {"instance_name,gpu_name\n", "gpuhunt"},
        {"gpu_name,instance_name\n", "gpuhunt"},
        {"instance_name\n", ""},
        {"gpu_name\n", ""},
        {"price\ninstance_name,gpu_name\n", ""},
        // Two in one: the price list before SkyPilot before gpuhunt.
        {"gpu_name,instance_name,AcceleratorName,InstanceType,\n", "skypilot"},
        {"gpu_name,instance_name,AcceleratorName,InstanceType,FormatVersion\n", "aws_offers_csv"},
        {"gpu_name,instance_name\n\"OfferTermCode\"\n", "aws_offers_csv"},
        {"AcceleratorName,InstanceType,\n\"OfferTermCode\"\n", "aws_offers_csv"},
        {"gpu_name,InstanceType,\ninstance_name,AcceleratorName\n", ""},
    }));
    CAPTURE(content);
    CHECK(recognised_as(content) == format);
}

TEST_CASE("a mark counts within the first 64 KiB", "[feed][reader]") {
    constexpr std::string_view kMark = "\"PriceList\"";
    constexpr std::size_t kLooked = 65'536;
    const auto ending_at = [&](std::size_t end) { // its last byte, counted from 1
        return recognised_as("{" + std::string(end - kMark.size() - 1, ' ') + std::string{kMark} +
                             ": []}");
    };
    CHECK(ending_at(kLooked) == "aws_products");
    CHECK(ending_at(kLooked + 1).empty());
}

// ---- every row ----------------------------------------------------------------------

/// The begins of files that have one mark alone, and are of the row for it.
static std::vector<std::string> begins_of(const feed::Marks& marks) {
    const std::string before = marks.form == feed::Form::object  ? "{"
                               : marks.form == feed::Form::array ? "[{"
                                                                 : "";
    std::vector<std::string> out;
    for (const feed::Words& words : {marks.any, marks.weak})
        for (const std::string_view word : words)
            if (!word.empty())
                out.push_back(before + std::string{word});
    if (!marks.heading.front().empty())
        out.push_back(before + fmt::format("{},{}", marks.heading[0], marks.heading[1]));
    if (!marks.rows.front().empty())
        for (const std::string_view open : {"[{", "{"})
            out.push_back(fmt::format("{}{} {}", open, marks.rows[0], marks.rows[1]));
    return out;
}

TEST_CASE("each format has one row, and each row is reached by its marks", "[feed][reader]") {
    std::set<std::string_view> names;
    std::set<Format> formats;
    for (const feed::Reader* reader : feed::readers()) {
        CAPTURE(reader->name);
        CHECK(names.insert(reader->name).second);
        CHECK(formats.insert(reader->format).second);
        CHECK(to_string(reader->format) == reader->name);
        CHECK(feed::reader_of(reader->format) == reader);
        CHECK_FALSE(begins_of(reader->marks).empty());
        for (const std::string& begin : begins_of(reader->marks))
            CHECK(feed::recognised(begin) == reader); // no row before it has the mark
    }
    for (std::size_t i = 1; i < kFormats; ++i)
        CHECK(formats.contains(static_cast<Format>(i)));
    CHECK(formats.size() == kFormats - 1);
    CHECK(feed::reader_of(Format::automatic) == nullptr);
    CHECK(to_string(Format::automatic) == "auto");
    CHECK_THROWS_WITH(to_string(static_cast<Format>(kFormats)),
                      fmt::format("must be a value that has a name, got {}", kFormats));
}

TEST_CASE("each row reads what its marks begin, and titles it", "[feed][reader]") {
    const Catalog catalog = Catalog::bundled();
    const std::map<std::string_view, std::string> headers{
        {"aws_offers_csv",
         "SKU,TermType,Unit,PricePerUnit,Currency,Instance Type,Tenancy,Operating System\n"},
        {"skypilot", "InstanceType,vCPUs,MemoryGiB,AcceleratorName,Price,Region\n"},
        {"gpuhunt", "instance_name,location,price,cpu,memory,gpu_count,gpu_name\n"},
        {"table", "instance,price_usd_per_hour\n"}};
    for (const feed::Reader* reader : feed::readers()) {
        CAPTURE(reader->name);
        const feed::Marks& marks = reader->marks;
        const std::string content = marks.form == feed::Form::object  ? "{}"
                                    : marks.form == feed::Form::array ? "[]"
                                                                      : headers.at(reader->name);
        const Temporary folder;
        text::Input input{folder.file("prices", content)};
        const ImportOptions options;
        feed::Sink sink{catalog, options, reader->format, "somebody", "prices"};
        CHECK_FALSE(reader->read(input, sink).empty());
    }
}

TEST_CASE("the page of the formats has a row for each", "[feed][reader]") {
    std::ifstream in{FLOPWISE_SOURCE_DIR "/docs/feeds.md"};
    const std::string page{std::istreambuf_iterator<char>{in}, {}};
    for (const feed::Reader* reader : feed::readers())
        CHECK(page.find(fmt::format("\n| `{}` | ", reader->name)) != std::string::npos);
}

// ---- data/providers.yaml ------------------------------------------------------------

TEST_CASE("a file's name, else its folder's, tells the provider", "[feed][reader]") {
    const auto [file, provider] = GENERATE(table<std::string, std::string>({
        {"vms-lambda.csv", "lambda"},
        {"catalogs/v8/verda/vms.csv", "verda"},
        {"DataCrunch_2025.csv", "datacrunch"}, // known_as() gives it its name of today
        {"aws/azure.csv", "azure"},
        {"aws/azured.csv", "aws"},
        {"prices.csv", ""},
    }));
    CHECK(feed::provider_in(file) == provider);
}

TEST_CASE("each provider that is listed is recognised under all its names", "[feed][reader]") {
    CHECK(bundled::provider_words().size() >= 22);
    for (const auto& row : bundled::provider_words()) {
        CHECK(feed::provider_in(fmt::format("vms-{}.csv", row.word)) == row.word);
        CHECK(feed::known_as(std::string{row.word}) == row.name);
        CHECK(feed::known_as(std::string{row.name}) == row.name); // and it is listed itself
        CHECK(feed::provider_in(fmt::format("{}/vms.csv", row.name)) == row.name);
    }
    CHECK(feed::known_as("lambdalabs") == "lambda");
    CHECK(feed::known_as("datacrunch") == "verda");
    CHECK(feed::known_as("somebody") == "somebody");
}

TEST_CASE("zones and GPUs that are built in are told from data", "[feed][reader]") {
    CHECK(feed::places_are_zones("gcp"));
    CHECK_FALSE(feed::places_are_zones("aws"));
    CHECK_FALSE(feed::places_are_zones("somebody"));
    // Names as Google and others write them.
    const auto [machine, has] = GENERATE(table<std::string, bool>({
        {"a2-highgpu-1g", true},
        {"a2-ultragpu-8g", true},
        {"a3-megagpu-8g", true},
        {"g2-standard-4", true},
        {"g4-standard-48", true},
        {"gpu-h100x1-80gb", true},
        {"n1-standard-8", false},
        {"e2-g2-standard-4", false}, // only at the begin
        {"gpu_1x_a10", false},
        {"g5.xlarge", false},
    }));
    CAPTURE(machine);
    CHECK(feed::has_gpus_built_in(machine) == has);
}
