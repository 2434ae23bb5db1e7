#include <flopwise/lint.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"

#include <algorithm>
#include <map>

using namespace flopwise;

static std::vector<Finding> findings(const Catalog& catalog, std::string_view what) {
    auto all = lint(catalog);
    std::erase_if(all, [what](const Finding& f) { return f.what != what; });
    return all;
}

TEST_CASE("the bundled data has only findings that are known and explained", "[check][data]") {
    std::map<std::string, std::size_t> counts;
    for (const Finding& f : lint(Catalog::bundled())) {
        INFO(f.what << ": " << f.where << ": " << f.detail);
        ++counts[f.what];
        // data/README.md gives the reason for each.
        if (f.what == "GPU memory")
            CHECK(f.where.find(" trn2.") != std::string::npos);
    }
    CHECK(counts["spot above on demand"] == 0);
    CHECK(counts["retired without a successor"] == 0);
    CHECK(lint(Catalog::bundled("aws-2020-04")).size() <= 5);
}

TEST_CASE("every figure of the bundled data has a source with a date", "[check][data]") {
    for (const std::string_view name : Catalog::bundled_names()) {
        const Catalog catalog = Catalog::bundled(name);
        for (const Source& s : catalog.sources()) {
            CHECK_FALSE(s.title.empty());
            CHECK((s.as_of.year >= 2018 || s.title.ends_with("undated")));
        }
    }
}

TEST_CASE("a price that falls with size is found", "[check]") {
    Tables t = random_tables(5, {.types = 2, .regions = 1, .priced = 1});
    t.offerings.clear();
    for (Instance& i : t.instances) {
        i = t.instances[0];
        i.gpu.clear();
        i.gpu_count = 0;
    }
    t.instances[0].name = "small";
    t.instances[1].name = "large";
    t.instances[1].vcpus = 2 * *t.instances[0].vcpus;
    t.prices = {{"cloud", "small", "r0", Purchase::on_demand, UsdPerHour{2}, "new"},
                {"cloud", "large", "r0", Purchase::on_demand, UsdPerHour{1}, "new"}};
    CHECK(findings(Catalog{t}, "price falls with size") ==
          std::vector<Finding>{
              {"price falls with size", "cloud large in r0", "1 USD/h, but small costs 2 USD/h"}});
    t.prices[1].hourly = UsdPerHour{2};
    CHECK(findings(Catalog{t}, "price falls with size").empty());
}

TEST_CASE("spot above on demand is found", "[check]") {
    Tables t = random_tables(5, {.types = 1, .regions = 1, .priced = 1});
    t.prices = {{"cloud", t.instances[0].name, "r0", Purchase::on_demand, UsdPerHour{1}, "new"},
                {"cloud", t.instances[0].name, "r0", Purchase::spot, UsdPerHour{1.5}, "new"}};
    const auto found = findings(Catalog{t}, "spot above on demand");
    REQUIRE(found.size() == 1);
    CHECK(found[0].detail == "spot 1.5 USD/h, on demand 1 USD/h");
}

TEST_CASE("a GPU memory that does not fit the model is found", "[check]") {
    Tables t = random_tables(5, {.types = 1, .regions = 1, .priced = 1});
    t.offerings.clear();
    t.instances[0].gpu = "x-one"; // 8 GiB
    t.instances[0].gpu_count = 0.5;
    t.instances[0].reported_gpu_memory = GiB{3.7}; // of 4: error correction
    CHECK(findings(Catalog{t}, "GPU memory").empty());
    t.instances[0].reported_gpu_memory = GiB{8};
    CHECK(findings(Catalog{t}, "GPU memory").size() == 1);
}

TEST_CASE("missing rates, successors and prices are found", "[check]") {
    Tables t = random_tables(5, {.types = 2, .regions = 1, .priced = 1});
    t.offerings.clear();
    t.gpus.push_back({.name = "mute", .memory = GiB{8}, .source = "new"});
    t.families.push_back({"cloud", "gone", Purpose::training, 0, "", "new"});
    for (Instance& i : t.instances)
        i.retired = false;
    t.instances[0].family = "gone";
    t.instances[0].gpu = "mute";
    t.instances[0].gpu_count = 1;
    t.instances[0].retired = true;
    t.prices = {{"cloud", t.instances[0].name, "r0", Purchase::on_demand, UsdPerHour{1}, "new"}};
    const Catalog catalog{t};
    CHECK(findings(catalog, "GPU without a rate").size() == 1);
    CHECK(findings(catalog, "retired without a successor").size() == 1);
    CHECK(findings(catalog, "no price").size() == 1);
}

TEST_CASE("a price far from those of machines alike is found", "[check]") {
    // 24 machines whose price is 0.01 USD/h for a vCPU, and one that costs ten times that.
    Tables t = random_tables(5, {.types = 25, .regions = 1, .priced = 1});
    t.offerings.clear();
    t.prices.clear();
    for (std::size_t i = 0; i < t.instances.size(); ++i) {
        Instance& machine = t.instances[i];
        machine.gpu.clear();
        machine.gpu_count = 0;
        machine.reported_gpu_memory.reset();
        machine.burstable = false;
        machine.vcpus = static_cast<double>(i % 8 + 1);
        machine.memory = GiB{static_cast<double>(i % 5 + 1)};
        t.prices.push_back({machine.provider,
                            machine.name,
                            "r0",
                            Purchase::on_demand,
                            UsdPerHour{(i == 11 ? 0.1 : 0.01) * *machine.vcpus},
                            "new"});
    }
    const std::string slipped = t.instances[11].name;
    const auto found = findings(Catalog{t}, "price far from its like");
    REQUIRE(found.size() == 1);
    CHECK(found[0].where == fmt::format("cloud {} in r0", slipped));
    CHECK(found[0].detail == "0.4 USD/h, 10.0 times what its size suggests");
    t.prices[11].hourly = UsdPerHour{0.04};
    CHECK(findings(Catalog{t}, "price far from its like").empty());
    t.prices.resize(11); // too few for a fit
    CHECK(findings(Catalog{t}, "price far from its like").empty());
}
