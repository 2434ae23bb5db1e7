#include <flopwise/catalog.hpp>

#include "catalog/bundled.hpp"
#include "catch.hpp"
#include "random_catalog.hpp"
#include "temporary.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace flopwise;

static const std::filesystem::path kData = FLOPWISE_SOURCE_DIR "/data";

static std::string refusal_of(std::string_view yaml) {
    const Temporary folder;
    const auto file = folder.file("my.yaml", yaml);
    try {
        (void)Catalog::read(file);
    } catch (const InputError& e) {
        const std::string message = e.what();
        return message.substr(message.find("my.yaml"));
    }
    return "accepted";
}

constexpr std::string_view kSmall = R"(provider: mine
sources:
  - {name: s, title: a list, as_of: 2026-07}
gpus:
  - {name: big, memory_gib: 80, fp32_tflops: 10, source: s}
families:
  - {name: f, purpose: training, source: s}
instances:
  - {name: f.one, family: f, vcpus: 4, memory_gib: 16, gpu: big, gpu_count: 1, source: s}
regions:
  - {code: here, latitude: 1, longitude: 2, source: s}
prices:
  - {instance: f.one, region: here, purchase: on_demand, usd_per_hour: 0.5, source: s}
)";

/// kSmall with one piece replaced.
static std::string changed(std::string_view from, std::string_view to) {
    std::string text{kSmall};
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

TEST_CASE("the bundled catalogs are the files under data/", "[catalog]") {
    const std::vector<std::filesystem::path> newest{
        kData / "gpus.yaml", kData / "regions.yaml", kData / "aws.yaml"};
    const std::vector<std::filesystem::path> old{
        kData / "gpus.yaml", kData / "regions.yaml", kData / "snapshots/aws-2020-04.yaml"};
    CHECK(Catalog::bundled() == Catalog::read(newest));
    CHECK(Catalog::bundled("aws-2020-04") == Catalog::read(old));
    std::vector<std::filesystem::path> clouds = newest;
    const Catalog all = Catalog::bundled("clouds-2026-11");
    for (const std::string_view provider : all.providers())
        if (provider != "aws")
            clouds.push_back(kData / fmt::format("{}.yaml", provider));
    clouds.push_back(kData / "clouds.yaml");
    CHECK(all == Catalog::read(clouds));
    CHECK(Catalog::bundled_names() ==
          std::vector<std::string_view>{"aws-2026-10", "clouds-2026-11", "aws-2020-04"});
    CHECK(Catalog::bundled().name() == "aws-2026-10");
    CHECK_THROWS_WITH(
        Catalog::bundled("aws-2020-05"),
        "catalog: must be the name of a bundled catalog (aws-2026-10, "
        "clouds-2026-11 or aws-2020-04) or a file, got \"aws-2020-05\", did you mean aws-2020-04?");
}

TEST_CASE("the newest catalog has every machine, region and price of its sources", "[catalog]") {
    const Catalog catalog = Catalog::bundled();
    CHECK(catalog.instances().size() == 1395); // 1,386 described, 9 that only have a price
    CHECK(catalog.regions().size() == 34);
    CHECK(catalog.gpus().size() == 122);
    CHECK(catalog.size() == 26838); // 13,785 on demand, 13,053 spot
    CHECK(catalog.as_of() == Date{2026, 10, 10});
    CHECK(to_string(catalog.as_of()) == "2026-10-10");
}

TEST_CASE("the catalog of all clouds has every provider, and AWS whole", "[catalog]") {
    // Counted by a program of its own (Python): rows of `instances`, and rows of the tables with
    // a price in force on 2026-11-28.
    const std::map<std::string, std::pair<int, int>> expected{
        {"akamai", {2, 2}},       {"akash", {18, 18}},         {"aws", {1395, 26838}},
        {"azure", {87, 1362}},    {"coreweave", {9, 14}},      {"crusoe", {8, 8}},
        {"cudo", {54, 66}},       {"dataoorts", {21, 37}},     {"digitalocean", {8, 8}},
        {"gcp", {561, 25818}},    {"genesis-cloud", {3, 3}},   {"gpuhub", {1, 1}},
        {"hyperstack", {29, 35}}, {"jarvislabs", {17, 17}},    {"lambda", {23, 23}},
        {"modal", {5, 5}},        {"nebius", {22, 36}},        {"novita", {9, 17}},
        {"oci", {11, 11}},        {"openrelay", {3, 3}},       {"packet-ai", {1, 1}},
        {"paperspace", {10, 10}}, {"qubrid", {6, 6}},          {"replicate", {2, 2}},
        {"runpod", {95, 139}},    {"salad", {33, 33}},         {"scaleway", {6, 6}},
        {"sf-compute", {1, 1}},   {"thunder-compute", {7, 7}}, {"together", {1, 1}},
        {"vast", {45, 45}},       {"verda", {43, 89}},         {"voltage-park", {2, 2}},
        {"vultr", {7, 7}}};
    const Catalog catalog = Catalog::bundled("clouds-2026-11");
    std::map<std::string, std::pair<int, int>> found;
    for (const Instance& machine : catalog.instances())
        ++found[machine.provider].first;
    for (std::size_t i = 0; i < catalog.size(); ++i)
        ++found[catalog.offer(i).region.provider].second;
    CHECK(found == expected);
    CHECK(catalog.regions().size() == 184); // 34 of AWS
}

TEST_CASE("a cloud's own name for a card is not taken for another card", "[catalog]") {
    struct Row {
        const char* machine;
        const char* gpu;
    };
    const Catalog catalog = Catalog::bundled("clouds-2026-11");
    const Row row = GENERATE(values<Row>({
        {"Standard_NC24ads_A100_v4", "nvidia-a100-pcie-80gb"}, // "A100"
        {"Standard_NC6s_v3", "nvidia-v100-pcie-16gb"},         // "V100"
        {"Standard_NC40ads_H100_v5", "nvidia-h100-nvl-94gb"},  // "H100", of 94 GB
        {"gpu_1x_rtx6000", "nvidia-quadro-rtx-6000"},          // "RTX6000", Turing
        {"1x_A100-80GB_COMMUNITY", "nvidia-a100-pcie-80gb"},   // "A100-80GB"
        {"epyc-genoa-a100-pcie_1x2v4gb", "nvidia-a100-pcie-80gb"},
        {"gpu_8x_a100", "nvidia-a100-sxm4-40gb"},
        {"a3-megagpu-8g", "nvidia-h100-sxm5-80gb"}, // "H100-MEGA"
    }));
    const auto found = std::find_if(catalog.instances().begin(),
                                    catalog.instances().end(),
                                    [&](const auto& i) { return i.name == row.machine; });
    REQUIRE(found != catalog.instances().end());
    CHECK(found->gpu == row.gpu);
}

TEST_CASE("no machine of any cloud is a GPU without its machine", "[catalog]") {
    const Catalog catalog = Catalog::bundled("clouds-2026-11");
    for (const Instance& machine : catalog.instances())
        CHECK_FALSE(machine.name.starts_with("gpu:"));
}

TEST_CASE("a region that is no one place has no coordinates", "[catalog]") {
    const Temporary folder;
    const auto with = [&](const std::string& coordinates) {
        return folder.file("mine.yaml", R"(extends: aws-2020-04
provider: aws
sources:
  - {name: mine, title: Mine, as_of: 2026-09-01}
regions:
  - {code: all, )" + coordinates + R"(source: mine}
)");
    };
    const Catalog catalog = Catalog::read(with(""));
    const auto regions = catalog.regions();
    const auto all = std::find_if(
        regions.begin(), regions.end(), [](const Region& r) { return r.code == "all"; });
    REQUIRE(all != regions.end());
    CHECK_FALSE(all->place);
    CHECK(Catalog::read(folder.file("again.yaml", to_yaml(catalog))) == catalog);
    const auto file = with("latitude: 10, ");
    CHECK_THROWS_WITH(Catalog::read(file),
                      file.string() + ":6: regions[0].longitude: must be given");
}

TEST_CASE("the snapshot of April 2020 has 19 machines and none is retired", "[catalog]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    CHECK(catalog.instances().size() == 19);
    CHECK(std::none_of(catalog.instances().begin(),
                       catalog.instances().end(),
                       [](const Instance& i) { return i.retired || i.name == "g4dn.metal"; }));
    std::size_t virginia = 0;
    for (std::size_t i = 0; i < catalog.size(); ++i)
        virginia += static_cast<std::size_t>(catalog.offer(i).region.code == "us-east-1");
    CHECK(virginia == 19);
}

TEST_CASE("figures of well-known machines are right", "[catalog]") {
    const Catalog catalog = Catalog::bundled();
    // AWS instance type pages
    auto [name, gpu, count, vcpus, memory, retired] =
        GENERATE(table<const char*, const char*, double, double, double, bool>({
            {"p2.xlarge", "nvidia-k80-gk210", 1, 4, 61, true},
            {"p3.16xlarge", "nvidia-v100-sxm2-16gb", 8, 64, 488, true},
            {"p3dn.24xlarge", "nvidia-v100-sxm2-32gb", 8, 96, 768, false},
            {"p4de.24xlarge", "nvidia-a100-sxm4-80gb", 8, 96, 1152, false},
            {"g6f.large", "nvidia-l4", 0.125, 2, 8, false},
            {"g4dn.metal", "nvidia-t4", 8, 96, 384, false},
            {"m5.large", "", 0, 2, 8, false},
        }));
    CAPTURE(name);
    const auto found = std::find_if(catalog.instances().begin(),
                                    catalog.instances().end(),
                                    [&name = name](const Instance& i) { return i.name == name; });
    REQUIRE(found != catalog.instances().end());
    CHECK(found->gpu == gpu);
    CHECK(found->gpu_count == count);
    CHECK(found->vcpus == vcpus);
    CHECK(found->memory == GiB{memory});
    CHECK(found->retired == retired);
}

TEST_CASE("a GPU is found by name and alias in any case", "[catalog]") {
    const Catalog catalog = Catalog::bundled();
    for (const char* name : {"T4", "Tesla T4", "nvidia-t4", "NVIDIA-T4", "tesla t4"})
        CHECK(catalog.find_gpu(name) == catalog.find_gpu("nvidia-t4"));
    CHECK(catalog.find_gpu("T4")->memory == GiB{16});
    CHECK(catalog.find_gpu("T44") == nullptr);
}

TEST_CASE("a successor is the first family along the line that is still offered", "[catalog]") {
    const Catalog catalog = Catalog::bundled();
    const auto successor = [&](std::string_view name) -> std::string {
        for (const Family& f : catalog.families())
            if (f.name == name)
                return catalog.successor(f) == nullptr ? "" : catalog.successor(f)->name;
        return "?";
    };
    CHECK(successor("p2") == "p4d"); // p2, p3, p4d
    CHECK(successor("g2") == "g4dn");
    CHECK(successor("g5").empty());
}

TEST_CASE("a chain of successors that is a circle has no end", "[catalog]") {
    Tables t = random_tables(1);
    for (Instance& i : t.instances)
        i.retired = true;
    t.families[0].successor = "b";
    t.families[1].successor = "a";
    const Catalog catalog{t};
    CHECK(catalog.successor(catalog.families()[0]) == nullptr);
}

TEST_CASE("offers of a type stand together, cheapest first", "[catalog][property]") {
    const Catalog catalog = random_catalog(GENERATE(take(20, random(1U, 10'000U))));
    for (std::size_t i = 1; i < catalog.size(); ++i) {
        const Offer a = catalog.offer(i - 1);
        const Offer b = catalog.offer(i);
        CHECK(&a.instance <= &b.instance);
        if (&a.instance == &b.instance && a.purchase == b.purchase)
            CHECK(a.price <= b.price);
    }
}

TEST_CASE("the order of the rows changes nothing", "[catalog][property]") {
    Tables t = random_tables(GENERATE(take(20, random(1U, 10'000U))));
    const Catalog before{t};
    std::reverse(t.prices.begin(), t.prices.end());
    std::reverse(t.instances.begin(), t.instances.end());
    std::reverse(t.regions.begin(), t.regions.end());
    std::reverse(t.gpus.begin(), t.gpus.end());
    std::reverse(t.families.begin(), t.families.end());
    std::reverse(t.sources.begin(), t.sources.end());
    CHECK(Catalog{t} == before);
}

TEST_CASE("what is written reads back as the same catalog", "[catalog][property]") {
    const Temporary folder;
    const Catalog catalog = random_catalog(GENERATE(take(20, random(1U, 10'000U))));
    const auto file = folder.file("catalog.yaml", to_yaml(catalog));
    CHECK(Catalog::read(file) == catalog);
    CHECK(to_yaml(Catalog::read(file)) == to_yaml(catalog));
}

TEST_CASE("the bundled catalog survives writing and reading", "[catalog]") {
    const Temporary folder;
    const Catalog catalog = Catalog::bundled();
    CHECK(Catalog::read(folder.file("catalog.yaml", to_yaml(catalog))) == catalog);
}

TEST_CASE("awkward text survives writing and reading", "[catalog]") {
    Tables t = random_tables(3);
    t.name = "it's \"mine\", #1: {x}";
    t.regions[0].note = "- not: a list\n\t# nor a comment \\";
    t.regions[0].city = "no";
    t.regions[1].city = "1.5";
    const Temporary folder;
    const Catalog catalog{t};
    CHECK(Catalog::read(folder.file("c.yaml", to_yaml(catalog))) == catalog);
}

TEST_CASE("a catalog is a value", "[catalog]") {
    const Catalog a = random_catalog(1);
    const Catalog b = a; // NOLINT(performance-unnecessary-copy-initialization)
    CHECK(a == b);
    CHECK_FALSE(a == random_catalog(2));
}

TEST_CASE("newer prices replace those of the same offer and add others", "[catalog]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const std::vector<Source> sources{{"contract", "our contract", {2026, 1, 1}, false}};
    const std::vector<Price> prices{
        {"aws", "p3.2xlarge", "us-east-1", Purchase::on_demand, UsdPerHour{2}, "contract"},
        {"aws", "p3.2xlarge", "us-east-1", Purchase::spot, UsdPerHour{1}, "contract"},
    };
    const Catalog mine = catalog.with_prices(prices, sources);
    CHECK(mine.size() == catalog.size() + 1);
    std::vector<double> found;
    for (std::size_t i = 0; i < mine.size(); ++i)
        if (const Offer o = mine.offer(i);
            o.instance.name == "p3.2xlarge" && o.region.code == "us-east-1") {
            found.push_back(o.price.value());
            CHECK(o.source.title == "our contract");
        }
    CHECK(found == std::vector<double>{2, 1}); // on demand before spot
    CHECK_THROWS_WITH(catalog.with_prices(prices),
                      "prices[0].source: must be the name of a source, got \"contract\"");
}

TEST_CASE("a merged catalog has the rows of both", "[catalog]") {
    const Temporary folder;
    const Catalog mine = Catalog::read(folder.file("mine.yaml", kSmall));
    const Catalog both = Catalog::bundled("aws-2020-04").merged(mine);
    CHECK(both.size() == Catalog::bundled("aws-2020-04").size() + 1);
    CHECK(both.name() == "aws-2020-04+mine");
    CHECK(both.find_gpu("big") != nullptr);
}

TEST_CASE("a file without a name is called after itself", "[catalog]") {
    const Temporary folder;
    const Catalog catalog = Catalog::read(folder.file("mine.yaml", kSmall));
    CHECK(catalog.name() == "mine");
    CHECK(catalog.size() == 1);
    CHECK(catalog.offer(0).price == UsdPerHour{0.5});
    CHECK(catalog.offer(0).source.as_of == Date{2026, 7, 0});
}

TEST_CASE("a file can extend a bundled catalog", "[catalog]") {
    const Temporary folder;
    const Catalog catalog = Catalog::read(folder.file("mine.yaml", R"(extends: aws-2020-04
provider: aws
sources:
  - {name: contract, title: our contract, as_of: 2026-01-01}
prices:
  - {instance: p3.2xlarge, region: us-east-1, purchase: on_demand, usd_per_hour: 2, source: contract}
)"));
    CHECK(catalog.name() == "aws-2020-04");
    CHECK(catalog.size() == Catalog::bundled("aws-2020-04").size());
}

TEST_CASE("a bad catalog file is refused with file, line and field", "[catalog][error]") {
    CHECK(refusal_of(kSmall) == "accepted");
    auto [from, to, message] = GENERATE(table<const char*, const char*, const char*>({
        {"usd_per_hour: 0.5",
         "usd_per_hour: 0",
         "my.yaml:13: prices[0].usd_per_hour: must be positive and finite, got 0"},
        {"usd_per_hour: 0.5",
         "usd_per_hour: -3",
         "my.yaml:13: prices[0].usd_per_hour: must be positive and finite, got -3"},
        {"usd_per_hour: 0.5",
         "usd_per_hour: .nan",
         "my.yaml:13: prices[0].usd_per_hour: must be a number, got \".nan\""},
        {"usd_per_hour: 0.5",
         "usd_per_hour: .inf",
         "my.yaml:13: prices[0].usd_per_hour: must be a number, got \".inf\""},
        {"usd_per_hour: 0.5",
         "usd_per_hour: 0.5 USD",
         "my.yaml:13: prices[0].usd_per_hour: must be a number, got \"0.5 USD\""},
        {"usd_per_hour: 0.5",
         "usd_per_hour: \"0.5\"",
         "my.yaml:13: prices[0].usd_per_hour: must be a number without quotes, got \"0.5\""},
        {"usd_per_hour: 0.5",
         "usd_per_hour: [1]",
         "my.yaml:13: prices[0].usd_per_hour: must be a number, got a list"},
        {"usd_per_hour: 0.5",
         "usd_per_hour: ",
         "my.yaml:13: prices[0].usd_per_hour: must have a value, got nothing"},
        {"usd_per_hour: 0.5",
         "usd: 0.5",
         "my.yaml:13: prices[0].usd: must be a known key, did you mean usd_per_hour?"},
        {", source: s}\n)", "", ""},
        {"0.5, source: s",
         "0.5",
         "my.yaml:13: prices[0].source: must be given: a figure without a source is not accepted"},
        {"0.5, source: s",
         "0.5, source: t",
         "my.yaml:13: prices[0].source: must be the name of a source, got \"t\", did you mean s?"},
        {"0.5, source: s",
         "0.5, source: s, note: x",
         "my.yaml:13: prices[0].note: must be a known key"},
        {"0.5, source: s",
         "0.5, source: s, region: x",
         "my.yaml:13: region: must not be given twice"},
        {"instance: f.one",
         "instance: f.oen",
         "my.yaml:13: prices[0].instance: must be the name of an instance, got \"f.oen\", did you "
         "mean f.one?"},
        {"region: here",
         "region: there",
         "my.yaml:13: prices[0].region: must be the code of a region, got \"there\", did you mean "
         "here?"},
        {"on_demand",
         "on-demand",
         "my.yaml:13: prices[0].purchase: must be on_demand or spot, got \"on-demand\", did you "
         "mean on_demand?"},
        {"purpose: training",
         "purpose: trianing",
         "my.yaml:7: families[0].purpose: must be training, inference, graphics, hpc, general, "
         "compute, memory, storage, fpga or video, got \"trianing\", did you mean training?"},
        {"gpu: big",
         "gpu: bug",
         "my.yaml:9: instances[0].gpu: must be the name of a GPU, got \"bug\", did you mean big?"},
        {"family: f,",
         "family: g,",
         "my.yaml:9: instances[0].family: must be the name of a family, got \"g\", did you mean "
         "f?"},
        {"gpu: big, ", "", "my.yaml:9: instances[0].gpu_count: must not be given without gpu"},
        {"gpu_count: 1, ", "", "my.yaml:9: instances[0].gpu_count: must be given"},
        {"usd_per_hour: 0.5",
         "usd_per_hour: 1e10",
         "my.yaml:13: prices[0].usd_per_hour: must be at most 1000000000 USD/h, got 10000000000 "
         "USD/h"},
        {"name: f.one",
         "name: \"f\\e[1m\"",
         "my.yaml:9: instances[0].name: must have no control characters, got \"f\\x1b[1m\""},
        {"vcpus: 4",
         "vcpus: 0",
         "my.yaml:9: instances[0].vcpus: must be positive and finite, got 0"},
        {"latitude: 1",
         "latitude: 91",
         "my.yaml:11: regions[0].latitude: must be in [-90, 90], got 91"},
        {"as_of: 2026-07",
         "as_of: 2026-13",
         "my.yaml:3: sources[0].as_of: must be a date such as 2026-07-20, 2026-07, 2026 or "
         "undated, "
         "got \"2026-13\""},
        {", as_of: 2026-07", "", "my.yaml:3: sources[0].as_of: must be given"},
        {"memory_gib: 80",
         "memory_gib: 80, aliases: [big one, BIG ONE, small], not_for: [chess]",
         "my.yaml:5: gpus[0].not_for: must be training, inference, graphics, hpc, general, "
         "compute, "
         "memory, storage, fpga or video, got \"chess\""},
        {"memory_gib: 80",
         "memory_gib: 80, not_for: [fpga]",
         "my.yaml:5: gpus[0].not_for: must be training, inference, graphics or hpc, got fpga"},
        {"gpus:\n",
         "gpus:\n  - {name: BIG, memory_gib: 1, source: s}\n",
         "my.yaml:6: gpus[1].name: must not be given twice, got \"big\""},
        {"prices:", "price:", "my.yaml:13: price: must be a known key, did you mean price_tables?"},
        {"provider: mine",
         "provider: mine\nextends: aws-2020",
         "my.yaml:2: extends: must be bundled, aws-2026-10, clouds-2026-11 or aws-2020-04, got "
         "\"aws-2020\", did "
         "you "
         "mean aws-2020-04?"},
    }));
    if (std::string_view{message}.empty())
        return;
    CAPTURE(from, to);
    CHECK(refusal_of(changed(from, to)) == message);
}

TEST_CASE("the same offer twice is refused", "[catalog][error]") {
    std::string text{kSmall};
    text +=
        "  - {instance: f.one, region: here, purchase: on_demand, usd_per_hour: 1, source: s}\n";
    CHECK(refusal_of(text) ==
          "my.yaml:14: prices[1]: must not be given twice, got f.one in here, on_demand");
}

TEST_CASE("a file that is no catalog is refused", "[catalog][error]") {
    CHECK(refusal_of("") == "my.yaml: must be a catalog, is empty");
    CHECK(refusal_of("# nothing\n") == "my.yaml: must be a catalog, is empty");
    CHECK(refusal_of("just text") == "my.yaml:1: must be a mapping of keys to values, got text");
    CHECK(refusal_of("provider: x\n") == "my.yaml: prices: must have at least one price");
    CHECK(refusal_of("prices: {}\n") == "my.yaml:1: prices: must be a list of rows");
    CHECK(refusal_of(std::string(kSmall).substr(0, 300)).starts_with("my.yaml:"));
}

TEST_CASE("bad tables are refused by row and field", "[catalog][error]") {
    Tables t = random_tables(1);
    t.prices.at(2).hourly = UsdPerHour{NAN};
    CHECK_THROWS_WITH(Catalog{t}, "prices[2].usd_per_hour: must be positive and finite, got nan");
}

TEST_CASE("dates are as exact as they are written", "[catalog]") {
    for (const char* text : {"2026-07-20", "2026-07", "2026", "undated"})
        CHECK(to_string(date_of(text).value()) == text);
    for (const char* bad : {"", "2026-7-20", "2026-02-30", "26", "2026-07-20-1", "2026-00", "x"})
        CHECK_FALSE(date_of(bad));
    CHECK(days_between({2026, 7, 20}, {2026, 10, 18}) == 90);
    CHECK(days_between({2026, 7, 0}, {2026, 8, 1}) == 31); // from the first of July
    CHECK(days_between({2024, 2, 28}, {2024, 3, 1}) == 2); // a leap year
    CHECK(Date{2026, 0, 0} < Date{2026, 7, 0});
}

// A view into a temporary catalog would dangle: a change that lets one of these compile fails here.
template <class T>
concept HasOffers = requires(T catalog) {
    static_cast<T>(catalog).offer(0).price;
};
template <class T>
concept HasGpus = requires(T catalog) {
    static_cast<T>(catalog).gpus().size();
};
template <class T>
concept FindsGpus = requires(T catalog) {
    static_cast<T>(catalog).find_gpu("T4")->memory;
};
static_assert(HasOffers<Catalog&> && HasGpus<Catalog&> && FindsGpus<Catalog&>);
static_assert(!HasOffers<Catalog&&> && !HasGpus<Catalog&&> && !FindsGpus<Catalog&&>);

TEST_CASE("a superseded price refers to what is there, and makes no offer", "[catalog]") {
    Tables t = Catalog::bundled().tables();
    const std::size_t offers = t.prices.size();
    Price old = t.prices[0];
    old.hourly = old.hourly * 2;
    t.superseded = {old};
    CHECK(Catalog{t}.size() == offers);
    CHECK(Catalog{t}.tables().superseded == std::vector<Price>{old});
    CHECK(Catalog{t}.merged(Catalog{t}).tables().superseded == std::vector<Price>{old});
    t.superseded[0].region = "mars-1";
    CHECK_THROWS_WITH(Catalog{t},
                      "superseded[0].region: must be the code of a region, got \"mars-1\"");
    t.superseded[0].region = old.region;
    t.superseded[0].hourly = UsdPerHour{0};
    CHECK_THROWS_WITH(Catalog{t}, "superseded[0].usd_per_hour: must be positive and finite, got 0");
}

TEST_CASE("the providers of a catalog are those of its machines, each once, by name", "[catalog]") {
    const Catalog aws = Catalog::bundled("aws-2020-04");
    CHECK(aws.providers() == std::vector<std::string_view>{"aws"});
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    std::set<std::string_view> of_machines;
    for (const Instance& machine : clouds.instances())
        of_machines.insert(machine.provider);
    const auto found = clouds.providers();
    CHECK(found == std::vector<std::string_view>(of_machines.begin(), of_machines.end()));
}
