// What `catalog update` reads that others wrote: heads of answers, its own state, price files.

#include <flopwise/flopwise.hpp>

#include "catch.hpp"
#include "command/http_head.hpp"
#include "command/known_files.hpp"
#include "feed/outliers.hpp"

using namespace flopwise;

static constexpr Date kDay{2026, 11, 29};

static Answer answer_of(std::initializer_list<std::string_view> lines) {
    Answer out;
    for (const std::string_view line : lines)
        read_line(line, kDay, out);
    return out;
}

TEST_CASE("a head says the status, the version and what is to be had", "[download]") {
    const Answer a = answer_of({"HTTP/1.1 206 Partial Content\r\n",
                                "ETag: \"one\"\r\n",
                                "last-modified:Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                                "Content-Range: bytes 100-199/1000\r\n",
                                "Content-Encoding: gzip\r\n",
                                "Retry-After: 12\r\n",
                                "\r\n"});
    CHECK(a.status == 206);
    CHECK(a.reason == "206 Partial Content");
    CHECK(a.version == Version{"\"one\"", "Sun, 06 Nov 1994 08:49:37 GMT"});
    CHECK(a.begin == 100U);
    CHECK(a.length == 1'000U);
    CHECK(a.encoded);
    CHECK(a.wait_seconds == 12);
    CHECK(answer_of({"HTTP/1.1 302 Found", "ETag: \"one\"", "HTTP/2 200"}).version.empty());
}

TEST_CASE("a stated SHA-256 is read in each of its forms", "[download]") {
    // of "abc", FIPS 180-4, appendix: ba7816bf...
    const std::string abc = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    const std::string hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    CHECK(answer_of({"Repr-Digest: md5=:x:, sha-256=:" + abc + ":"}).sha256 == hex);
    CHECK(answer_of({"Digest: SHA-256=" + abc}).sha256 == hex);
    CHECK(answer_of({"x-amz-checksum-sha256: " + abc}).sha256 == hex);
    CHECK(answer_of({"x-amz-checksum-sha256: " + abc + "-3"}).sha256.empty()); // of parts
}

TEST_CASE("a version that cannot be kept is none", "[download]") {
    const auto etag = [](std::string_view value) {
        return answer_of({fmt::format("ETag: {}", value)}).version.etag;
    };
    CHECK(etag("\"\xff\"").empty());
    CHECK(etag("\"a\tb\"").empty());
    CHECK(etag("\"a\rb\"").empty());
    CHECK(etag(std::string_view{"\"a\0b\"", 5}).empty());
    CHECK(etag(std::string(1'025, 'e')).empty());
    CHECK(etag(std::string(1'024, 'e')).size() == 1'024);
    const auto modified = [](std::string_view value) {
        return answer_of({fmt::format("Last-Modified: {}", value)}).version.modified;
    };
    CHECK_FALSE(modified("Mon, 30 Nov 2026 23:59:59 GMT").empty()); // tomorrow, for some today
    for (const char* value : {"Tue, 01 Dec 2026 00:00:00 GMT",
                              "Thu, 31 Dec 2099 23:59:59 GMT",
                              "2026-11-01",
                              "Sun Nov  6 08:49:37 1994",
                              "Sun, 06 Nov 1994 08:49:37 UTC",
                              "Sun, 00 Nov 1994 08:49:37 GMT",
                              "Sun, 06 Nix 1994 08:49:37 GMT",
                              "Sun, 06 Nov 1994\t08:49:37 GMT",
                              "0"})
        CHECK(modified(value).empty());
}

TEST_CASE("figures of a head that are none are absent", "[download]") {
    CHECK(answer_of({"HTTP/1.1 abc"}).status == 0);
    CHECK(answer_of({"HTTP/1.1"}).status == 0);
    CHECK(answer_of({"Retry-After: -5"}).wait_seconds == 0);
    CHECK(answer_of({"Retry-After: soon"}).wait_seconds == 0);
    CHECK_FALSE(answer_of({"Content-Range: bytes -1-2/1e300"}).begin);
    CHECK_FALSE(answer_of({"Content-Range: bytes 1-2/1e300"}).length);
    CHECK_FALSE(answer_of({"Content-Range: lines 1-2/3"}).length);
    CHECK(answer_of({":", "", "ETag", ": x"}).version.empty());
}

TEST_CASE("the state says what it was written with", "[download]") {
    const KnownFiles files{
        {"aws-eu-west-1.csv", {"http://x", {"", ""}, "cd", false}},
        {"aws-us-east-1.csv",
         {"https://a.b/c", {"\"one\"", "Sun, 06 Nov 1994 08:49:37 GMT"}, "ab", true}}};
    CHECK(known_files(state_text("mark", files), "mark", kDay) == files);
    const KnownFiles other = known_files(state_text("mark", files), "another", kDay);
    CHECK(other.size() == 1);
    CHECK(other.contains("aws-eu-west-1.csv")); // the file is there, whatever the catalog
}

TEST_CASE("of a state that is damaged, what cannot be read is absent", "[download]") {
    const auto read = [](std::string_view content) { return known_files(content, "mark", kDay); };
    CHECK(read("").empty());
    CHECK(read("mark").empty());
    CHECK(read("mark\n\t\t\t\t\t").empty());
    CHECK(read("mark\na.csv\tu\te\tm\ts").empty());
    CHECK(read("mark\n../../etc/passwd\tu\te\tm\ts\tfile").empty());
    CHECK(read("mark\n/etc/passwd\tu\te\tm\ts\tfile").empty());
    CHECK(read("mark\n.hidden\tu\te\tm\ts\tfile").empty());
    const auto found = read("mark\na.csv\tu\t\x01\tThu, 31 Dec 2099 23:59:59 GMT\ts\tfile");
    REQUIRE(found.size() == 1);
    CHECK(found.at("a.csv").version.empty());
}

// ---- figures beyond belief ----------------------------------------------------------

/// Two prices of a machine with four GPUs, and what an import says of it.
static Catalog known_prices() {
    Tables t{.name = "known", .as_of = {2026, 1, 1}};
    t.sources = {{.name = "s", .title = "S", .as_of = {2026, 1, 1}}};
    t.gpus = {{.name = "g", .memory = GiB{24}, .source = "s"}};
    t.families = {{.provider = "aws", .name = "f", .source = "s"}};
    for (const char* name : {"a", "b"})
        t.instances.push_back({.provider = "aws",
                               .name = name,
                               .family = "f",
                               .vcpus = 8,
                               .memory = GiB{32},
                               .gpu = "g",
                               .gpu_count = 4,
                               .source = "s"});
    for (const char* code : {"r", "q"})
        t.regions.push_back({.provider = "aws", .code = code, .source = "s"});
    t.prices = {{.provider = "aws",
                 .instance = "a",
                 .region = "r",
                 .hourly = UsdPerHour{4},
                 .source = "s"}};
    return Catalog{std::move(t)};
}

static Import import_of(std::string_view machine, std::string_view region, double usd) {
    Import out;
    out.tables.sources = {{.name = "s", .title = "their list", .as_of = {2030, 1, 1}}};
    out.tables.prices = {{.provider = "aws",
                          .instance = std::string{machine},
                          .region = std::string{region},
                          .hourly = UsdPerHour{usd},
                          .source = "s"}};
    return out;
}

TEST_CASE("a price a hundred times off its like is set apart", "[download]") {
    const Catalog known = known_prices();
    const auto apart = [&](std::string_view machine, std::string_view region, double usd) {
        const std::vector<Import> imports{import_of(machine, region, usd)};
        const Joined joined = join(known, imports);
        const std::size_t count = joined.outliers.size();
        CHECK(joined.effects[0].outliers == count);
        CHECK(joined.effects[0].in_effect() + joined.effects[0].unplaced == 1 - count);
        CHECK(join(known, imports, {.accept_outliers = true}).outliers.empty());
        return count == 1;
    };
    CHECK_FALSE(apart("a", "r", 400)); // 100 times 4
    CHECK(apart("a", "r", 401));
    CHECK_FALSE(apart("a", "r", 0.04));
    CHECK(apart("a", "r", 0.039));
    CHECK(apart("a", "q", 401));       // beside the price in another region
    CHECK(apart("b", "r", 401));       // beside what four such GPUs cost
    CHECK_FALSE(apart("c", "r", 401)); // has no like
}

TEST_CASE("a machine a hundred times as large as it is known to be is set apart", "[download]") {
    const Catalog known = known_prices();
    Import import = import_of("a", "r", 4);
    import.tables.instances = {known.instances()[0], known.instances()[1]};
    import.tables.instances[0].vcpus = 801;
    import.tables.instances[1].vcpus = 800;
    import.tables.instances.push_back(known.instances()[0]);
    import.tables.instances[2].name = "new";
    import.tables.instances[2].memory = GiB{3'201};
    const Outliers out = Plausible{known}.outliers_of(import);
    CHECK(out.machines == std::set<std::size_t>{0, 2});
    CHECK(out.prices.empty());
    CHECK(out.concerned == std::set<std::string>{"a", "new"}); // so none of its prices goes
    REQUIRE(out.descriptions.size() == 2);
    CHECK(out.descriptions[0].reason == "a with 801 vCPUs");
    CHECK(out.descriptions[1].reason == "new with 3201 GiB");
    const std::vector<Import> imports{import};
    const Joined joined = join(known, imports);
    CHECK(joined.catalog.find_instance("aws", "a")->vcpus == 8); // as it was
    CHECK(joined.catalog.find_instance("aws", "new") == nullptr);
}
