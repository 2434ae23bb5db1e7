// The registry of price files: which text near the begin of a file makes it which format.

#include <flopwise/feed.hpp>

#include "catch.hpp"
#include "temporary.hpp"

#include <array>

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
        {"AcceleratorName,InstanceType\n", ""}, // no comma behind it
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
