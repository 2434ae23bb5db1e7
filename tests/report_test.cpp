#include <flopwise/flopwise.hpp>

#include "catch.hpp"
#include "text/table.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace flopwise;

/// Compares with tests/approved/NAME; FLOPWISE_APPROVE=1 writes the file instead.
static void check_approved(const std::string& name, const std::string& text) {
    const std::filesystem::path file =
        std::filesystem::path{FLOPWISE_SOURCE_DIR} / "tests/approved" / name;
    if (std::getenv("FLOPWISE_APPROVE") != nullptr)
        std::ofstream{file} << text;
    std::ifstream stream{file};
    std::ostringstream approved;
    approved << stream.rdbuf();
    CHECK(text == approved.str());
}

/// The article's question in the world of the article.
static Recommendation article_answer(Precision precision = Precision::fp64) {
    return recommend(
        Catalog::bundled("aws-2020-04"),
        {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
         .constraints = {.region = {"us-east-1"}},
         .precision = precision,
         .today = {2026, 11, 23}});
}

static Recommendation refused() {
    return recommend(
        Catalog::bundled(),
        {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
         .constraints = {.family = {"p2"}}});
}

static Recommendation near_vietnam() {
    return recommend(
        Catalog::bundled(),
        {.budget = {.total = Usd{500}, .hours_per_day = HoursPerDay{4}, .fixed = Usd{20}},
         .constraints = {.min_memory = GiB{64},
                         .near = place_of("vn"),
                         .purchase = {Purchase::on_demand, Purchase::spot}},
         .top = 5});
}

/// The article's question with a use that varies, and with a machine to buy.
static Recommendation own_or_rent() {
    return recommend(
        Catalog::bundled("aws-2020-04"),
        {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
         .uncertainty = {.use_cv = 1, .confidence = 0.95},
         .constraints = {.near = Place{10.8, 106.7}},
         .own = {.price = Usd{10'000},
                 .residual = Usd{1000},
                 .rate = 0.05,
                 .power = Watts{500},
                 .electricity = electricity_of("vn"),
                 .upkeep = 0.02,
                 .staff = Hours{10},
                 .staff_price = UsdPerHour{20}},
         .precision = Precision::fp64,
         .top = 3});
}

/// A training job with a deadline and a budget, on a few machines of one region.
static Recommendation training_job() {
    Request request{.budget = {.total = Usd{1500}},
                    .constraints = {.family = {"p4d", "p5", "g5", "g6e"}, .region = {"us-east-1"}},
                    .top = 3};
    request.goal = Job{.model = "llama-2-7b", .tokens = 2e9, .deadline = Hours{48}};
    return recommend(Catalog::bundled(), request);
}

TEST_CASE("the reports are as approved", "[report][approved]") {
    Recommendation by_family = article_answer();
    by_family.request.by = By::family;
    check_approved("article.txt", table(article_answer()));
    check_approved("article-explained.txt", table(article_answer(), {.explain = true}));
    check_approved("article.json", json(article_answer()));
    check_approved("article.csv", csv(article_answer()));
    check_approved("article.md", markdown(article_answer(), {.explain = true}));
    check_approved("families.txt", table(by_family));
    check_approved("families.csv", csv(by_family));
    check_approved("refused.txt", table(refused()));
    check_approved("refused.json", json(refused()));
    check_approved("near-vietnam.txt", table(near_vietnam()));
    check_approved("own-or-rent.txt", table(own_or_rent(), {.explain = true}));
    check_approved("own-or-rent.md", markdown(own_or_rent()));
    check_approved("own-or-rent.json", json(own_or_rent()));
    check_approved("training.txt", table(training_job(), {.explain = true}));
    check_approved("training.md", markdown(training_job(), {.explain = true}));
    check_approved("training.json", json(training_job()));
    check_approved("training.csv", csv(training_job()));
}

TEST_CASE("a table is at most 80 columns wide", "[report]") {
    for (const Recommendation& r :
         {article_answer(),
          article_answer(Precision::mixed),
          refused(),
          near_vietnam(),
          training_job(),
          recommend(Catalog::bundled(), {.top = 1000}),
          recommend(Catalog::bundled(), {.constraints = {.min_gpus = 0}})}) {
        std::istringstream lines{table(r, {.explain = true})};
        for (std::string line; std::getline(lines, line);) {
            INFO(line);
            CHECK(line.size() <= 80);
        }
    }
}

static std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in{text};
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);)
        out.push_back(line);
    return out;
}

/// The line with the titles of the table of choices.
static std::string heads_of(const Recommendation& r, const TableStyle& style) {
    for (const std::string& line : lines_of(table(r, style)))
        if (line.find(" machine ") != std::string::npos)
            return line;
    return "";
}

TEST_CASE("a table fits its terminal, and drops region and GPUs last", "[report]") {
    const Recommendation r =
        recommend(Catalog::bundled(),
                  {.budget = {.total = Usd{500}, .days = Days{20}, .hours_per_day = HoursPerDay{8}},
                   .top = 20});
    const int width = GENERATE(60, 72, 80, 100, 250);
    std::size_t columns = 0;
    for (const std::string& line : lines_of(table(r, {.width = width}))) {
        INFO(line);
        CHECK(line.size() <= static_cast<std::size_t>(width));
        columns = std::max(columns, line.size());
    }
    const std::string heads = heads_of(r, {.width = width});
    for (const char* needed : {"machine", "region", "GPUs"})
        CHECK(heads.find(needed) != std::string::npos);
    CHECK((heads.find("TFLOPS") != std::string::npos) == (width > 80));
    CHECK_THROWS_WITH(table(r, {.width = 59}), "width: must be from 60 to 250, got 59");
    CHECK_THROWS_WITH(table(r, {.width = 251}), "width: must be from 60 to 250, got 251");
}

TEST_CASE("amounts in another currency stand beside those in US dollars", "[report]") {
    const Recommendation plain = article_answer();
    Recommendation r = plain;
    r.request.currency = Currency{"EUR", 0.92, {2026, 11, 1}};
    const std::string text = table(r);
    // The article's p2.xlarge: 365 days of 2 h at 0.90 USD are 657 USD, and 657 * 0.92 = 604.44.
    CHECK(text.find("total USD total EUR") != std::string::npos);
    CHECK(text.find("657.00    604.44") != std::string::npos);
    CHECK(text.find("1 USD = 0.92 EUR on 2026-11-01; all limits are in USD\n") !=
          std::string::npos);
    CHECK(table(plain).find("EUR") == std::string::npos);
    CHECK(csv(r) == csv(plain)); // which is in US dollars
    CHECK(json(plain).find("currency") == std::string::npos);
    CHECK(json(r).find("\"currency\": {\n    \"code\": \"EUR\",\n    \"units_per_usd\": 0.92,\n"
                       "    \"as_of\": \"2026-11-01\"\n  }") != std::string::npos);
    const std::string page = html(r);
    CHECK(page.find("657.00 USD (604.44 EUR)") != std::string::npos);
    CHECK(page.find("0.90 USD/h (0.828 EUR/h)") != std::string::npos);
    r.request.currency->as_of = {};
    CHECK(table(r).find("1 USD = 0.92 EUR, undated;") != std::string::npos);
}

TEST_CASE("another currency changes no choice", "[report]") {
    Request request{
        .budget = {.total = Usd{600}, .days = Days{60}}, .usage = {.storage = GiB{100}}, .top = 3};
    const Recommendation usd = recommend(Catalog::bundled(), request);
    request.currency = Currency{"VND", 26'000};
    const Recommendation vnd = recommend(Catalog::bundled(), request);
    CHECK(vnd.choices == usd.choices);
    CHECK(vnd.refusals == usd.refusals);
    CHECK(vnd.price_ceiling == usd.price_ceiling);
    // 100 GiB for 60 of the 30.4167 days of a month, at 0.08 USD.
    const std::string bill = table(vnd);
    CHECK(bill.find(" 410,301.37 ") != std::string::npos);
}

TEST_CASE("without a total the price is in the other currency", "[report]") {
    const Recommendation r =
        recommend(Catalog::bundled("aws-2020-04"),
                  {.currency = Currency{"EUR", 0.5},
                   .constraints = {.instance = {"p3.2xlarge"}, .region = {"us-east-1"}}});
    CHECK(table(r).find("EUR/h") != std::string::npos);
    CHECK(table(r).find("3.06  1.53") != std::string::npos);
    CHECK(table(r, {.columns = {"instance", "price_in_currency_per_hour"}})
              .find("machine     EUR/h\np3.2xlarge   1.53\n") != std::string::npos);
}

TEST_CASE("a wide table has more of each choice", "[report]") {
    Recommendation r = recommend(Catalog::bundled(),
                                 {.constraints = {.instance = {"p3.8xlarge"},
                                                  .region = {"us-east-1"},
                                                  .include_retired = true},
                                  .today = Date{2026, 11, 28}});
    const std::string heads = heads_of(r, {.wide = true});
    for (const char* more : {"USD/GPU h", "as of", "days old", "stack", "arch", "Gbps"})
        CHECK(heads.find(more) != std::string::npos);
    // p3.8xlarge has 4 V100: 12.24 / 4 = 3.06, the price of p3.2xlarge, which has one.
    const std::string row =
        table(r, {.width = 250, .columns = {"instance", "usd_per_gpu_hour", "price_source"}});
    CHECK(row.find("machine     USD/GPU h  price_source") != std::string::npos);
    CHECK(row.find("p3.8xlarge       3.06  ") != std::string::npos);
    CHECK(markdown(r, {.columns = {"rank", "region"}}).find("| # | region |") != std::string::npos);
    CHECK_THROWS_WITH(
        table(r, {.columns = {"regoin"}}),
        "columns: must be columns of the answer, got \"regoin\", did you mean region?");
}

TEST_CASE("what a machine costs on spot stands beside its price", "[report]") {
    Recommendation r = recommend(
        Catalog::bundled("aws-2020-04"),
        {.constraints = {.instance = {"p3.2xlarge", "p2.xlarge"}, .region = {"us-east-1"}}});
    REQUIRE(r.choices.size() == 2);
    r.choices[0].spot = UsdPerHour{0.27};
    r.choices[0].spot_as_of = Date{2020, 6, 18};
    r.choices[1].spot.reset();
    r.choices[1].spot_as_of.reset();
    CHECK(table(r).find("spot") == std::string::npos);
    const std::string wide = table(r, {.wide = true});
    CHECK(wide.find("spot USD/h") != std::string::npos);
    // What is not known is an empty cell.
    CHECK(table(r, {.columns = {"rank", "spot_usd_per_hour", "spot_as_of", "marks"}})
              .find("#  spot USD/h  spot as of  marks\n1        0.27  2020-06-18  *\n"
                    "2                          *\n") != std::string::npos);
}

TEST_CASE("ties are marked, and said why", "[report][ties]") {
    Recommendation r = article_answer(Precision::mixed); // by score, at predicted speeds
    const auto marked = [&r](const std::string& reason) {
        const std::string text = table(r, {.width = 250});
        return text.find("=\n") != std::string::npos &&
               text.find("; = tied with the first: " + reason + "\n") != std::string::npos;
    };
    for (Choice& c : r.choices)
        c.tied = false;
    CHECK(table(r).find("tied") == std::string::npos);
    r.choices[1].tied = true;
    CHECK(marked("the difference is within what the model is off"));
    CHECK(html(r).find("; tied: the difference is within what the model is off") !=
          std::string::npos);
    CHECK(json(r).find("\"tied\": true") != std::string::npos);
    r.request.sort = Sort::cost;
    CHECK(marked("the same cost"));
    r.request.sort = Sort::score;
    r.request.speed = Speed::peak;
    CHECK(marked("the same score"));
}

TEST_CASE("a machine with one row has the other regions beside it", "[report]") {
    Recommendation r = recommend(Catalog::bundled("aws-2020-04"), {.top = 3});
    r.choices[0].also = {"r2"};
    r.choices[1].also = {"r2", "r3", "r4"};
    const std::string rows = table(r, {.columns = {"rank", "also"}});
    CHECK(rows.find("#  also\n1  r2\n2  r2, 2 more\n3\n") != std::string::npos);
}

TEST_CASE("colour adds escape codes and nothing else", "[report]") {
    const std::string plain = table(article_answer());
    std::string coloured = table(article_answer(), {.colour = true});
    CHECK(coloured != plain);
    for (const char* code : {"\x1b[1m", "\x1b[0m"})
        for (std::size_t at = 0; (at = coloured.find(code)) != std::string::npos;)
            coloured.erase(at, std::string_view{code}.size());
    CHECK(coloured == plain);
}

TEST_CASE("the brief report is one line", "[report]") {
    CHECK(brief(article_answer()) ==
          "p2.xlarge in us-east-1 at 0.90 USD/h, 657.00 USD in all, score 47.3");
    CHECK(brief(refused()) == "Nothing qualifies: no machine has all that is asked for.");
}

TEST_CASE("fields with commas and quotes are quoted in CSV", "[report]") {
    Recommendation r = article_answer();
    r.choices.resize(1);
    r.choices[0].region = "a \"b\", c";
    CHECK(csv(r).find(",\"a \"\"b\"\", c\",") != std::string::npos);
}

TEST_CASE("an explanation multiplies to the score", "[report]") {
    // 0.634^.45 * 0.187^.25 * 0.75^.15 * 1^.05 * 0.5^.05 * 0.4^.05 = 0.473
    CHECK(explanation(article_answer(), article_answer().choices[0]) ==
          "0.634x work per USD (-0.205), 0.187x speed (-0.420), 0.75x GPU memory (-0.043), "
          "1x memory (+0.000), 0.5x vCPUs (-0.035), 0.4x network (-0.046)");
}

TEST_CASE("a cell of CSV has quotes where a reader needs them", "[report][text]") {
    const auto [text, written] = GENERATE(table<std::string, std::string>({
        {"g5.xlarge", "g5.xlarge"},
        {"", ""},
        {" a b ", " a b "},
        {"a,b", "\"a,b\""},
        {"say \"b\"", "\"say \"\"b\"\"\""}, // RFC 4180, section 2.7
        {"a\nb", "\"a\nb\""},
        {"a\rb", "\"a\rb\""},
    }));
    CHECK(csv_cell(text) == written);
}

TEST_CASE("a grid leaves out what can be spared", "[report]") {
    TextTable grid;
    grid.column("name", TextTable::Align::left);
    grid.column("spare", TextTable::Align::right, 1);
    grid.column("empty", TextTable::Align::right);
    grid.column("n", TextTable::Align::right);
    grid.row({"long-name", "12345678", "", "1"});
    grid.row({"x", "2", "", "22"});
    CHECK(grid.terminal(80, false) == "name          spare   n\n"
                                      "long-name  12345678   1\n"
                                      "x                 2  22\n");
    CHECK(grid.terminal(21, false) == "name         spare  n\n"
                                      "long-name 12345678  1\n"
                                      "x                2 22\n");
    CHECK(grid.terminal(15, false) == "name        n\nlong-name   1\nx          22\n");
    CHECK(grid.markdown() == "| name | spare | n |\n| --- | ---: | ---: |\n"
                             "| long-name | 12345678 | 1 |\n| x | 2 | 22 |\n");
}

TEST_CASE("wrapped text keeps its words and its indent", "[report]") {
    CHECK(wrapped("a bb ccc dddd", 8, 2) == "a bb ccc\n  dddd");
    CHECK(wrapped("    a bb ccc", 8, 6) == "    a bb\n      ccc");
    CHECK(wrapped("averylongword b", 5, 2) == "averylongword\n  b");
    CHECK(wrapped("", 5, 2).empty());
}

TEST_CASE("the version is that of the project", "[report]") {
    CHECK(version() == "0.1.0");
}

TEST_CASE("what is not CUDA on x86_64 is marked in every form, and warned of where it is first",
          "[report]") {
    const auto r =
        recommend(Catalog::bundled(),
                  {.budget = {.total = Usd{400}, .days = Days{30}, .hours_per_day = HoursPerDay{8}},
                   .constraints = {.instance = {"trn1.2xlarge", "g5g.*", "g5.xlarge"},
                                   .region = {"us-east-1"}},
                   .speed = Speed::peak,
                   .top = 3});
    REQUIRE(r.choices.size() == 3);
    CHECK(r.choices[0].instance == "trn1.2xlarge");
    CHECK(r.choices[0].stack == "Neuron");
    CHECK(r.choices[0].arch == "x86_64");
    CHECK(r.choices[1].instance == "g5g.xlarge");
    CHECK(r.choices[1].stack == "CUDA");
    CHECK(r.choices[1].arch == "arm64");
    CHECK(r.families.front().stack == "Neuron");
    const auto has = [](const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    };
    const std::string marked = "! not CUDA on x86_64: trn1.2xlarge Neuron, ";
    CHECK(has(table(r), marked));
    CHECK(has(table(r), "*!\n"));
    CHECK(has(markdown(r), marked));
    CHECK(brief(r).starts_with("trn1.2xlarge (Neuron) in us-east-1 at "));
    CHECK(has(csv(r), ",x86_64,Neuron,"));
    CHECK(has(csv(r), ",arm64,CUDA,"));
    CHECK(has(json(r), "\"stack\": \"Neuron\""));
    CHECK(r.warnings.front() == "trn1.2xlarge is not CUDA: programs need Neuron");
}

TEST_CASE("a first choice with another processor is warned of", "[report]") {
    const auto first = [](const std::string& machine, Profile profile) {
        return recommend(Catalog::bundled(),
                         {.budget = {.total = Usd{400}},
                          .constraints = {.instance = {machine}, .region = {"us-east-1"}},
                          .profile = profile})
            .warnings;
    };
    CHECK(first("g5g.xlarge", Profile::training).front() ==
          "g5g.xlarge is arm64: x86 images and wheels do not run; nvidia-t4g needs a build for "
          "sm_75, and the usual arm64 wheel of PyTorch 2.15 (2026-10-28, CUDA 13.2) has none");
    const auto none = [](const auto& warnings) {
        return std::ranges::none_of(warnings, [](const std::string& w) {
            return w.find("is not CUDA") != std::string::npos ||
                   w.find("is arm64") != std::string::npos;
        });
    };
    CHECK(none(first("g5.xlarge", Profile::training)));
    CHECK(none(first("g4ad.xlarge", Profile::graphics))); // graphics do not need it
}

// ---- a page of HTML -----------------------------------------------------------------

/// How often a text stands in another one.
static std::size_t count_of(std::string_view text, std::string_view what) {
    std::size_t out = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + 1))
        ++out;
    return out;
}

TEST_CASE("a page of HTML is whole, asks for nothing from elsewhere, and has all sections",
          "[report][html]") {
    Recommendation charged = recommend(
        Catalog::bundled(),
        parse_request(
            "{budget_usd: 2000, days: 90, hours_per_day: 4, storage_gib: 200, "
            "egress_gib_per_month: 50, purchase: best, region: us-east-1, firmness: true, "
            "today: 2026-11-23, top: 40}"));
    const std::vector<Recommendation> all{
        article_answer(), refused(), near_vietnam(), own_or_rent(), training_job(), charged};
    for (const Recommendation& r : all) {
        const std::string page = html(r);
        CHECK(page.starts_with("<!DOCTYPE html>"));
        CHECK(page.ends_with("</html>\n"));
        for (const char* tag : {"table", "tr", "section", "svg", "figure", "h2", "details"}) {
            CAPTURE(tag);
            CHECK(count_of(page, fmt::format("<{}>", tag)) +
                      count_of(page, fmt::format("<{} ", tag)) ==
                  count_of(page, fmt::format("</{}>", tag)));
        }
        CHECK(count_of(page, "src=\"http") == 0);
        CHECK(count_of(page, "<link") == 0);
        for (const Choice& c : r.choices)
            CHECK(page.find(c.instance) != std::string::npos);
        CHECK(page.size() < 400'000);
    }
    CHECK(html(charged).find("How firm") != std::string::npos);
    CHECK(html(all[4]).find("<svg") != std::string::npos);
}

TEST_CASE("what a catalog calls its machines cannot end a tag of a page", "[report][html]") {
    Recommendation r = article_answer();
    r.choices.front().instance = "<script>alert(1)</script>";
    r.warnings = {"<b>&\"'"};
    const std::string page = html(r);
    CHECK(page.find("<script>alert(1)") == std::string::npos);
    CHECK(page.find("&lt;script&gt;alert(1)") != std::string::npos);
    CHECK(page.find("<b>&\"") == std::string::npos);
}

TEST_CASE("settings are called by flags, or as Python has them", "[report]") {
    Request request{.budget = {.total = Usd{500}, .days = Days{365}}, .nearest = 100};
    request.constraints.instance = {"p2.xlarge"};
    request.constraints.exclude = {"p2.xlarge"};
    request.constraints.region = {"us-east-1"};
    const Recommendation r = recommend(Catalog::bundled("aws-2020-04"), request);
    const std::string flags = table(r, {.width = 250});
    CHECK(flags.find("no --exclude p2.xlarge and one of --budget 7884.00, --days 23.148") !=
          std::string::npos);
    const std::string said = table(r, {.width = 250, .keywords = true});
    CHECK(said.find("exclude without p2.xlarge and one of budget_usd=7884.00, days=23.148") !=
          std::string::npos);
    Recommendation warned = r;
    warned.warnings = {"without `batch`, it is not known"};
    CHECK(table(warned).find("without --batch, it") != std::string::npos);
    CHECK(table(warned, {.keywords = true}).find("without `batch`, it") != std::string::npos);
    CHECK(html(warned).find("without --batch, it") != std::string::npos);
    const std::string page = html(warned, {.keywords = true});
    CHECK(page.find("without <code>batch</code>, it") != std::string::npos);
    CHECK(page.find("<code>exclude without p2.xlarge") != std::string::npos);
}
