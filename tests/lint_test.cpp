#include <flopwise/feed.hpp>
#include <flopwise/lint.hpp>
#include <flopwise/price_history.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"

#include <algorithm>

using namespace flopwise;

static std::vector<Finding> findings(const Catalog& catalog, std::string_view what) {
    auto all = lint(catalog);
    std::erase_if(all, [what](const Finding& f) { return f.what != what; });
    return all;
}

TEST_CASE("the bundled data has only findings that it explains", "[check][data]") {
    for (const std::string_view name : Catalog::bundled_names())
        for (const Finding& f : lint(Catalog::bundled(name))) {
            INFO(name << ": " << f.what << ": " << f.where << ": " << f.detail);
            CHECK_FALSE(f.why.empty());
        }
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

namespace {

/// Two machines of a family, alike in all but their names; the second costs half as much.
Tables small_and_large() {
    Tables t = random_tables(5, {.types = 2, .regions = 1, .priced = 1});
    t.offerings.clear();
    for (Instance& i : t.instances) {
        i = t.instances[0];
        i.gpu = t.gpus[0].name;
        i.gpu_count = 1;
        i.reported_gpu_memory.reset();
    }
    t.instances[0].name = "small";
    t.instances[1].name = "large";
    t.prices = {{"cloud", "small", "r0", Purchase::on_demand, UsdPerHour{2}, "new"},
                {"cloud", "large", "r0", Purchase::on_demand, UsdPerHour{1}, "new"}};
    return t;
}

} // namespace

TEST_CASE("a price that falls with size is found", "[check]") {
    Tables t = small_and_large();
    t.instances[1].vcpus = 2 * *t.instances[0].vcpus;
    CHECK(findings(Catalog{t}, "price falls with size") ==
          std::vector<Finding>{
              {"price falls with size", "cloud large in r0", "1 USD/h, but small costs 2 USD/h"}});
    t.prices[1].hourly = UsdPerHour{2};
    CHECK(findings(Catalog{t}, "price falls with size").empty());
}

TEST_CASE("a price does not fall with size between machines that are not alike", "[check]") {
    Tables t = small_and_large();
    Instance& small = t.instances[0];
    Instance& large = t.instances[1];
    const auto found = [&] { return findings(Catalog{t}, "price falls with size").size(); };
    CHECK(found() == 0); // of one size: what makes the price is not among the figures
    large.memory = 2 * *small.memory;
    CHECK(found() == 1);
    large.vcpus = *small.vcpus / 2; // more of one, less of another
    CHECK(found() == 0);
    large.vcpus = small.vcpus;
    large.community = !small.community;
    CHECK(found() == 0);
    large.community = small.community;
    large.retired = !small.retired;
    CHECK(found() == 0);
    large.retired = small.retired;
    large.bare_metal = !small.bare_metal;
    CHECK(found() == 0);
    large.bare_metal = small.bare_metal;
    small.vcpus.reset(); // not published: it may have more than the other
    CHECK(found() == 0);
    large.vcpus.reset(); // of both
    CHECK(found() == 1);
}

TEST_CASE("of prices of two days, both are told", "[check]") {
    Tables t = small_and_large();
    t.instances[1].memory = 2 * *t.instances[0].memory;
    t.sources.push_back({"older", "Older", {2024, 3, 1}});
    t.sources.push_back({"newer", "Newer", {2026, 1, 2}});
    t.prices = {{"cloud", "small", "r0", Purchase::on_demand, UsdPerHour{2}, "newer"},
                {"cloud", "large", "r0", Purchase::on_demand, UsdPerHour{1}, "older"}};
    const auto found = findings(Catalog{t}, "price falls with size");
    REQUIRE(found.size() == 1);
    CHECK(found[0].detail == "1 USD/h (2024-03-01), but small costs 2 USD/h (2026-01-02)");
}

// ---- explanations -----------------------------------------------------------------------

/// A catalog of four machines without a price, a GPU without a rate, and some explanations.
static Catalog explained(const std::string& rows, const std::string& more = "") {
    return Catalog::parse(R"(catalog: {name: mine, as_of: 2026-01-02}
provider: acme
sources: [{name: s, title: S, as_of: 2026-01-02}]
gpus: [{name: mute, memory_gib: 8, source: s}]
families: [{name: f, purpose: general, source: s}]
instances:
  - {name: a.1, family: f, vcpus: 1, memory_gib: 1, source: s}
  - {name: a.2, family: f, vcpus: 2, memory_gib: 2, source: s}
  - {name: b.1, family: f, vcpus: 1, memory_gib: 1, source: s}
  - {name: c.1, family: f, vcpus: 1, memory_gib: 1, source: s}
regions: [{code: here, source: s}, {code: there, source: s}]
prices:
  - {instance: c.1, region: here, purchase: on_demand, usd_per_hour: 1, source: s}
  - {instance: c.1, region: here, purchase: spot, usd_per_hour: 2, source: s}
  - {instance: c.1, region: there, purchase: on_demand, usd_per_hour: 1, source: s}
  - {instance: c.1, region: there, purchase: spot, usd_per_hour: 2, source: s}
explained:
)" + rows + more);
}

/// "where: why" of all findings of a catalog that are of some kind.
static std::vector<std::string> reasons(const Catalog& catalog, std::string_view what) {
    std::vector<std::string> out;
    for (const Finding& f : findings(catalog, what))
        out.push_back(f.where + ": " + f.why);
    return out;
}

using Lines = std::vector<std::string>;

TEST_CASE("a catalog explains findings by names, patterns and regions", "[check]") {
    const Catalog catalog = explained(R"(  - {finding: no price, names: ["a.*"], why: not sold}
  - {finding: no price, names: [b.1], provider: other, why: of another provider}
  - {finding: spot above on demand, names: [c.1], regions: ["h*"], why: so it is}
  - {finding: GPU without a rate, names: [mute], why: nobody says}
)");
    CHECK(reasons(catalog, "no price") ==
          Lines{"acme a.1: not sold", "acme a.2: not sold", "acme b.1: "});
    CHECK(reasons(catalog, "spot above on demand") ==
          Lines{"acme c.1 in here: so it is", "acme c.1 in there: "});
    CHECK(reasons(catalog, "GPU without a rate") == Lines{"mute: nobody says"});
}

TEST_CASE("an explanation that explains nothing is a finding, if it is the catalog's own",
          "[check]") {
    const Catalog catalog = explained(R"(  - {finding: no price, names: [a.1, c.1], why: not sold}
)");
    CHECK(findings(catalog, "explains nothing") ==
          std::vector<Finding>{{"explains nothing", "acme c.1", "no price: not sold"}});
    const std::vector<Price> more{{"acme", "a.1", "here", Purchase::on_demand, UsdPerHour{1}, "s"}};
    const Catalog extended = catalog.with_prices(more);
    CHECK(findings(extended, "no price").size() == 2);
    CHECK(findings(extended, "explains nothing").empty());
    CHECK(findings(Catalog::parse(to_yaml(extended)), "explains nothing").empty());
    CHECK(findings(Catalog::parse("extends: bundled\nprovider: aws\n"
                                  "sources: [{name: s, title: S, as_of: 2026-01-02}]\n"
                                  "prices: [{instance: mac1.metal, region: us-east-1, "
                                  "purchase: on_demand, usd_per_hour: 1, source: s}]"),
                   "explains nothing")
              .empty());
}

TEST_CASE("the explanations of a catalog are inherited by what is made of it", "[check]") {
    const Catalog base = explained(R"(  - {finding: no price, names: [c.1], why: not sold}
)");
    CHECK(findings(base, "explains nothing").size() == 1);
    const std::vector<Import> imports(1);
    CHECK(findings(join(base, imports).catalog, "explains nothing").empty());
    CHECK(join(base, {}).catalog == base);
    CHECK(base.with_prices({}) == base);
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    const Catalog then = PriceHistory::bundled().on({2024, 3, 1}, clouds);
    CHECK(findings(then, "explains nothing").empty());
}

TEST_CASE("explanations are rows like others", "[check]") {
    const Catalog catalog = explained(R"(  - {finding: no price, names: ["a.*"], why: not sold}
)");
    CHECK(Catalog::parse(to_yaml(catalog), "mine") == catalog);
    CHECK(catalog.explained().size() == 1);
    const Catalog other = explained(R"(  - {finding: no price, names: ["a.*"], why: sold out}
)");
    CHECK(reasons(catalog.merged(other), "no price").front() == "acme a.1: sold out");
    CHECK(catalog.merged(other).tables().explained.size() == 1);
}

TEST_CASE("an explanation with an error is refused with its place", "[check]") {
    const auto refused = [](const std::string& row, const std::string& reason) {
        INFO(row);
        CHECK_THROWS_WITH(explained("  - {" + row + "}\n"), "text:18: explained[0]" + reason);
    };
    refused("finding: no prize, names: [a.1], why: x",
            ".finding: must be GPU memory, GPU without a rate, retired without a successor, price "
            "falls with size, spot above on demand, no price, price far from its like or sources "
            "disagree, got \"no prize\", did you mean no price?");
    refused("finding: no price, why: x", ".names: must be given");
    refused("finding: no price, names: [\"\"], why: x", ".names: must be given");
    refused("finding: no price, names: [a.1]", ".why: must be given");
    refused("finding: no price, names: [a.1], why: \"\"", ".why: must be given");
    refused("finding: no price, names: [a.1], why: x, until: 2027", ".until: must be a known key");
    CHECK_THROWS_WITH(explained("  - {finding: no price, names: [a.1], why: x}\n",
                                "  - {finding: no price, names: [a.1], why: y}\n"),
                      "text:19: explained[1]: must not be given twice, got no price of a.1");
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
