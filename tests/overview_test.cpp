#include <flopwise/overview.hpp>

#include "catch.hpp"

#include <nlohmann/json.hpp>

using namespace flopwise;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

static nlohmann::json rows(Overview what, std::string_view request, std::string_view pattern = {}) {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const std::string text =
        overview(what, catalog, parse_request(std::string{request}), pattern, OverviewForm::json);
    return text.empty() ? nlohmann::json::array() : nlohmann::json::parse(text);
}

TEST_CASE("GPUs are those of machines that qualify, at the least price of one", "[overview]") {
    const auto all = rows(Overview::gpus, "{region: us-east-1}");
    const auto t4 = std::find_if(
        all.begin(), all.end(), [](const auto& row) { return row["name"] == "nvidia-t4"; });
    REQUIRE(t4 != all.end());
    // g4dn: xlarge 0.526 for one, 12xlarge 3.912 for four, metal 7.824 for eight (EC2, 2020-04)
    CHECK((*t4)["from_usd_per_gpu_hour"].get<double>() == Approx(0.526));
    CHECK((*t4)["memory_gib"] == 16.0);
    const auto large = rows(Overview::gpus, "{region: us-east-1, min_gpu_memory_gib: 24}");
    CHECK(large.size() < all.size());
    for (const auto& row : large)
        CHECK(row["memory_gib"].get<double>() >= 24);
    CHECK(rows(Overview::gpus, "{region: us-east-1}", "*v100*").size() == 2);   // 16 and 32 GB
    CHECK(rows(Overview::gpus, "{region: us-east-1}", "tesla t4").size() == 1); // another name
    CHECK(rows(Overview::gpus, "{region: us-east-1}", "h100").empty());
}

TEST_CASE("regions and providers count what qualifies", "[overview]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    std::size_t offers = 0;
    for (std::size_t i = 0; i < catalog.size(); ++i)
        if (catalog.offer(i).purchase == Purchase::on_demand && catalog.offer(i).offered &&
            !catalog.offer(i).instance.retired)
            ++offers;
    double counted = 0;
    for (const auto& row : rows(Overview::regions, "{top: 1}"))
        counted += row["on_demand_prices"].get<double>();
    CHECK(counted == static_cast<double>(offers));
    const auto provider = rows(Overview::providers, "{top: 1}");
    REQUIRE(provider.size() == 1);
    CHECK(provider[0]["name"] == "aws");
    CHECK(provider[0]["on_demand_prices"] == static_cast<double>(offers));
    CHECK(rows(Overview::regions, "{region: 'eu-*'}", "us-*").empty());
}

TEST_CASE("nets and ways to pay are all there are", "[overview]") {
    CHECK(rows(Overview::models, "{top: 1}").size() == models().size());
    CHECK(rows(Overview::purchases, "{top: 1}").size() == kPurchaseKinds);
    const auto net = rows(Overview::models, "{top: 1}", "resnet-50");
    REQUIRE(net.size() == 1);
    CHECK(net[0]["epochs"] == 90.0);
    CHECK(net[0]["layers"].is_null() == !find_model("resnet-50").layers.has_value());
}

TEST_CASE("an overview has one list of columns in each of its forms", "[overview]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const auto what = GENERATE(Overview::gpus,
                               Overview::models,
                               Overview::regions,
                               Overview::providers,
                               Overview::purchases);
    const std::string csv = overview(what, catalog, {}, {}, OverviewForm::csv);
    const auto json =
        nlohmann::ordered_json::parse(overview(what, catalog, {}, {}, OverviewForm::json));
    std::string header;
    for (const auto& [key, value] : json[0].items())
        header += (header.empty() ? "" : ",") + key;
    CHECK_THAT(csv, StartsWith(header + "\n"));
    CHECK(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')) == json.size() + 1);
    CHECK_FALSE(overview(what, catalog).empty());
    CHECK(overview(what, catalog, {}, "no such name").empty());
}
