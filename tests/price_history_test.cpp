#include <flopwise/diff.hpp>
#include <flopwise/price_history.hpp>
#include <flopwise/recommend.hpp>
#include <flopwise/report.hpp>

#include "catalog/price_tables.hpp"
#include "catch.hpp"
#include "temporary.hpp"

#include <cmath>
#include <fstream>

using namespace flopwise;

constexpr auto kOnDemand = Purchase::on_demand;

static double usd(const std::optional<DatedPrice>& price) {
    REQUIRE(price);
    return price->hourly.value().value();
}

// ---- tables -------------------------------------------------------------------------

/// A folder with a catalog of one machine in two regions whose prices stand in a table.
class Files {
public:
    explicit Files(const std::string& table, const std::string& more = "") {
        std::ofstream{folder_.path() / "prices.csv"} << table;
        std::ofstream{file()} << R"(catalog: {name: mine, as_of: 2026-11-28}
provider: me
sources:
  - {name: old, title: Old list, as_of: 2020-01-01}
  - {name: new, title: New list, as_of: 2025-01-01}
families:
  - {name: f, purpose: general, source: old}
instances:
  - {name: f.one, family: f, vcpus: 4, memory_gib: 16, source: old}
  - {name: f.two, family: f, vcpus: 8, memory_gib: 32, source: old}
regions:
  - {code: here, source: old}
  - {code: there, source: old}
price_tables:
  - {file: prices.csv, purchase: on_demand, complete: [new]}
)" << more;
    }
    [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "mine.yaml"; }
    [[nodiscard]] Catalog catalog() const { return Catalog::read(file()); }
    [[nodiscard]] PriceHistory history() const {
        const auto one = file();
        return PriceHistory::read({&one, 1});
    }
    [[nodiscard]] std::string refusal() const {
        try {
            (void)catalog();
        } catch (const InputError& e) {
            return fmt::format("{}:{}: {}: {}",
                               std::filesystem::path{e.where().file}.filename().string(),
                               e.where().line,
                               e.where().field,
                               e.reason());
        }
        return "";
    }

private:
    Temporary folder_;
};

constexpr const char* kTable = "instance,region,2020-01-01 old,2025-01-01 new\n"
                               "f.one,here,1,2\n"
                               "f.one,there,3,\n"
                               "f.two,here,5,\n";

TEST_CASE("a catalog has the prices of a table that are in force on its day", "[prices]") {
    const Catalog catalog = Files{kTable}.catalog();
    // The new list is complete in `here`, where it has f.one, and says nothing of `there`.
    REQUIRE(catalog.size() == 2);
    const auto price = [&](const char* region) {
        const auto found = catalog.find_offer("me", "f.one", region, kOnDemand);
        REQUIRE(found);
        return catalog.offer(*found);
    };
    CHECK(price("here").price == UsdPerHour{2});
    CHECK(price("here").source.name == "new");
    CHECK(price("there").price == UsdPerHour{3});
    CHECK(price("there").source.as_of == Date{2020, 1, 1});
    CHECK_FALSE(catalog.find_offer("me", "f.two", "here", kOnDemand));
}

TEST_CASE("a price does not hold from the day on which such prices changed", "[prices]") {
    const std::string changed = "price_breaks:\n  - {instances: [\"*.one\"], purchase: on_demand, "
                                "on: 2024-06, source: new}\n";
    const Catalog catalog = Files{kTable, changed}.catalog();
    REQUIRE(catalog.size() == 1); // that of 2025; the one of 2020 says nothing of today
    CHECK(catalog.offer(0).region.code == "here");
    const PriceHistory history = Files{kTable, changed}.history();
    CHECK(usd(history.price("me", "f.one", "there", kOnDemand, {2024, 5, 31})) == 3);
    CHECK_FALSE(history.price("me", "f.one", "there", kOnDemand, {2024, 6, 1}));
}

TEST_CASE("a bad table is refused with file, line and column", "[prices][error]") {
    const auto [text, message] = GENERATE(table<std::string, std::string>({
        {"", "prices.csv:0: : must be a table of prices, is empty"},
        {"instance,region\n",
         "prices.csv:1: : must begin with the columns instance and region and have a price"},
        {"instance,region,old\n",
         "prices.csv:1: old: must be a date, a blank and the name of a source"},
        {"instance,region,2020-01-01 odl\n",
         "prices.csv:1: 2020-01-01 odl: must name a source, got \"odl\""},
        {"instance,region,2020-01-02 old\n",
         "prices.csv:1: 2020-01-02 old: must have the date of its source, 2020-01-01, got "
         "2020-01-02"},
        {"instance,region,2025-01-01 new,2020-01-01 old\n",
         "prices.csv:1: 2020-01-01 old: must not be older than the column before it"},
        {"instance,region,2020-01-01 old\nf.one,here,1\n",
         "prices.csv:1: complete: must be columns, got \"new\""},
        {"instance,region,2025-01-01 new\nf.one,here,-1\n",
         "prices.csv:2: 2025-01-01 new: must be positive and finite, got \"-1\""},
        {"instance,region,2025-01-01 new\nf.one,here,1\nf.one,there,0\n",
         "prices.csv:3: 2025-01-01 new: must be positive and finite, got \"0\""},
        {"instance,region,2025-01-01 new\nf.one,here,inf\n",
         "prices.csv:2: 2025-01-01 new: must be positive and finite, got \"inf\""},
        {"instance,region,2025-01-01 new\nf.one,here,\n", "prices.csv:2: : must have a price"},
        {"instance,region,2025-01-01 new\nf.one,here,1,2\n",
         "prices.csv:2: : must have 3 fields, has 4"},
        {"instance,region,2025-01-01 new\nf.two,here,1\nf.one,here,1\n",
         "prices.csv:3: instance: must be after the row before it, by instance and region"},
        {"instance,region,2025-01-01 new\nf.three,here,1\n",
         "prices.csv:2: prices[0].instance: must be the name of an instance, got "
         "\"f.three\""},
    }));
    CHECK(Files{text}.refusal() == message);
}

TEST_CASE("the price in force, by the rule read aloud", "[prices][property]") {
    // Another way than the library's: from the day back, the first column that says anything.
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    const unsigned seed = GENERATE(take(200, random(1U, 1'000'000U)));
    std::mt19937 draw{seed};
    std::vector<PriceColumn> columns;
    std::vector<double> prices;
    std::uint64_t complete = 0;
    for (int year = 2010; year < 2020; ++year) {
        columns.push_back({.source = "s", .as_of = {year, 1, 1}});
        prices.push_back(draw() % 2 == 0 ? 1.0 + static_cast<double>(draw() % 5) : kNone);
        complete |= std::uint64_t{draw() % 3 == 0} << (columns.size() - 1);
    }
    const Date day{2009 + static_cast<int>(draw() % 12), 6, 1};
    const Date broken = draw() % 2 == 0 ? Date{} : Date{2010 + static_cast<int>(draw() % 5), 2, 1};
    std::optional<std::size_t> expected;
    for (std::size_t i = columns.size(); i-- > 0;) {
        if (columns[i].as_of > day)
            continue;
        if (!std::isnan(prices[i])) {
            if (columns[i].as_of >= broken)
                expected = i;
            break;
        }
        if ((complete >> i & 1U) != 0)
            break;
    }
    CHECK(in_force(columns, prices, complete, day, broken) == expected);
}

// ---- the years ----------------------------------------------------------------------

TEST_CASE("prices over the years are those of the lists", "[prices]") {
    // From AWS's price feed of these days, looked up by hand.
    const PriceHistory history = PriceHistory::bundled();
    const auto on = [&](const char* machine, const char* region, Date day) {
        return history.price("aws", machine, region, kOnDemand, day);
    };
    CHECK(usd(on("p3.2xlarge", "ap-southeast-1", {2020, 6, 18})) == 4.234);
    CHECK(usd(on("p2.xlarge", "us-east-1", {2022, 6, 16})) == 0.9);
    CHECK(usd(on("p5.48xlarge", "us-east-1", {2025, 5, 31})) == 98.32);
    CHECK(usd(on("p5.48xlarge", "us-east-1", {2026, 11, 28})) == 55.04); // the cut of June 2025
    CHECK_FALSE(on("p3.2xlarge", "ap-southeast-1", {2020, 6, 17}));      // before the first list
    CHECK_FALSE(on("p3.2xlarge", "nowhere", {2022, 1, 1}));
    CHECK_FALSE(on("p9.large", "us-east-1", {2022, 1, 1}));
    CHECK(history.first_day("aws") == Date{2020, 6, 18});
    CHECK(history.first_day("azure") == Date{2023, 10, 27});
    CHECK(history.first_day("nobody") == Date{});
    CHECK(history.size() > 100'000);
}

TEST_CASE("a catalog of a day has its prices, machines and regions", "[prices]") {
    const Catalog now = Catalog::bundled();
    const Catalog then = PriceHistory::bundled().on({2020, 6, 18}, now);
    CHECK(then.name() == "aws-2020-06-18");
    CHECK(then.as_of() == Date{2020, 6, 18});
    CHECK(then.size() == 3875);                               // counted by another program (Python)
    CHECK(then.find_instance("aws", "g5.xlarge") == nullptr); // of November 2021
    CHECK(then.find_region("aws", "ap-southeast-5") == nullptr);
    REQUIRE(then.find_instance("aws", "p2.xlarge") != nullptr);
    CHECK_FALSE(then.find_instance("aws", "p2.xlarge")->retired);
    CHECK(now.find_instance("aws", "p2.xlarge")->retired);
    // Each price is the one of the history; on the newest day the catalog is as it was.
    const Catalog today = PriceHistory::bundled().on(now.as_of(), now);
    CHECK(today.tables().prices == now.tables().prices);
    CHECK_THROWS_WITH(PriceHistory::bundled().on({2019, 1, 1}, now),
                      "as_of: must be a day on which the catalog has a price, got 2019-01-01");
}

TEST_CASE("an undated price is of no day but its catalog's", "[prices]") {
    // Of all clouds only AWS has a list of June 2020; Paperspace's prices are undated.
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    const PriceHistory history = PriceHistory::bundled();
    const Catalog then = history.on({2020, 6, 18}, clouds);
    CHECK(then.providers() == std::vector<std::string_view>{"aws"});
    const auto undated = [](const Catalog& catalog) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < catalog.size(); ++i)
            count += catalog.offer(i).source.as_of.year == 0 ? 1 : 0;
        return count;
    };
    CHECK(undated(clouds) > 0);
    CHECK(undated(history.on({2026, 11, 28}, clouds)) == undated(clouds));
}

TEST_CASE("the article's question of June 2020 has the article's answer", "[prices]") {
    // 2,000 USD / (365 * 2 h) = 2.74 USD/h; p2.xlarge is 0.90 USD/h in us-east-1.
    Request request{
        .budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
        .constraints = {.min_memory = GiB{32}, .region = {"us-east-1"}},
        .precision = Precision::fp64,
        .as_of = {2020, 6, 18}};
    const Recommendation r = recommend(Catalog::bundled(), request);
    REQUIRE_FALSE(r.choices.empty());
    CHECK(r.choices.front().instance == "p2.xlarge");
    CHECK(r.choices.front().price == UsdPerHour{0.9});
    CHECK(to_string(r.price_dates) == "2020-06-18");
    CHECK(r.catalog_name == "aws-2020-06-18");
}

TEST_CASE("an answer is compared with that of another day", "[prices]") {
    Request request{
        .constraints = {.instance = {"p5.48xlarge", "g5.xlarge"}, .region = {"us-east-1"}},
        .as_of = {2026, 11, 28},
        .against = {2025, 4, 4}};
    const Recommendation r = recommend(Catalog::bundled(), request);
    REQUIRE(r.against);
    CHECK(r.against->as_of == Date{2025, 4, 4});
    REQUIRE(r.against->changes.size() == 1);
    CHECK(r.against->changes[0].instance == "p5.48xlarge");
    CHECK(r.against->changes[0].then == UsdPerHour{98.32});
    CHECK(r.against->changes[0].now == UsdPerHour{55.04});
    CHECK(r.against->unchanged == 1);
    CHECK_THAT(table(r),
               Catch::Matchers::Contains("p5.48xlarge (us-east-1): 98.32 USD/h then, 55.04 USD/h "
                                         "now (-44.0 %)"));
    CHECK_FALSE(recommend(Catalog::bundled(), {}).against);
}

TEST_CASE("the price of a GPU is the lowest share of a machine on each day", "[prices]") {
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    const std::vector<std::string> h100{"nvidia-h100-sxm5-80gb"};
    const auto rows = gpu_prices(PriceHistory::bundled(), clouds, h100);
    const auto of = [&](const char* provider, Date day) {
        const auto found = std::find_if(rows.begin(), rows.end(), [&](const GpuPrice& p) {
            return p.provider == provider && p.as_of == day;
        });
        REQUIRE(found != rows.end());
        return found->per_gpu.value();
    };
    CHECK(of("aws", {2025, 4, 4}) == 98.32 / 8);
    CHECK(of("aws", {2026, 10, 10}) < 98.32 / 8);
    for (std::size_t i = 1; i < rows.size(); ++i)
        CHECK(std::tie(rows[i - 1].provider, rows[i - 1].as_of) <
              std::tie(rows[i].provider, rows[i].as_of));
}
