#include "catch.hpp"
#include "temporary.hpp"
#include "text/figures.hpp"
#include "text/files.hpp"
#include "text/table.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <array>

using namespace flopwise;

TEST_CASE("a share of a GPU is written as a fraction", "[text]") {
    const auto [number, written] = GENERATE(table<double, const char*>({
        {8, "8"},
        {0.125, "1/8"},
        {0.16666666666666666, "1/6"},
        {1.0 / 3, "1/3"},
        {0.75, "3/4"},
        {0.1, "1/10"},
        {0.123, "0.123"}, // no fraction of a few parts
        {1.5, "1.5"},
        {0, "0"},
    }));
    CHECK(text::count(number) == written);
}

TEST_CASE("a time is written in the unit in which people say it", "[text]") {
    const auto [hours, written] = GENERATE(table<double, const char*>({
        {0, "0 s"},
        {89.0 / 3600, "89 s"},
        {119.4 / 3600, "119 s"},
        {120.0 / 3600, "2 min"},
        {3.9 / 60, "3.9 min"},
        {9.96 / 60, "10 min"},
        {2, "2 h"},
        {47.4, "47 h"},
        {48, "2 d"},
        {96, "4 d"},
        {729.4 * 24, "729 d"},
        {8760 * 2.4, "2.4 years"},
        {8760 * 1234.5, "1,234 years"},
    }));
    CHECK(duration(Hours{hours}) == written);
}

TEST_CASE("a number is the whole text and finite", "[text]") {
    CHECK(text::number("0.0960000000") == 0.096);
    CHECK(text::number("+5") == 5);
    CHECK(text::number("-1e3") == -1000);
    for (const char* bad :
         {"", " 1", "1 ", "1x", "nan", "inf", "-inf", "1e999", "0x10", "1,5", "++1", "-"})
        CHECK_FALSE(text::number(bad));
}

TEST_CASE("globs match as a shell's do", "[text]") {
    auto [pattern, name, expected] = GENERATE(table<const char*, const char*, bool>({
        {"p3.2xlarge", "p3.2xlarge", true},
        {"p3.*", "p3.2xlarge", true},
        {"p3.*", "p3dn.24xlarge", false},
        {"p3*", "p3dn.24xlarge", true},
        {"*.metal", "g4dn.metal", true},
        {"*.metal", "g4dn.metal-24xl", false},
        {"g?.xlarge", "g5.xlarge", true},
        {"g?.xlarge", "g4dn.xlarge", false},
        {"*", "", true},
        {"", "", true},
        {"", "a", false},
        {"?", "", false},
        {"a*b*c", "a-b-b-c", true},
        {"a*b*c", "a-b-b", false},
        {"**x**", "x", true},
    }));
    CAPTURE(pattern, name);
    CHECK(text::matches(pattern, name) == expected);
}

TEST_CASE("a hostile glob takes no longer than its lengths multiplied", "[text]") {
    std::string pattern;
    for (int i = 0; i < 2000; ++i)
        pattern += "*a";
    CHECK_FALSE(text::matches(pattern + "b", std::string(20'000, 'a')));
}

TEST_CASE("a near miss is suggested, a far one is not", "[text]") {
    constexpr std::array<std::string_view, 3> kNames{"us-east-1", "us-west-2", "eu-west-1"};
    CHECK(text::did_you_mean("us-eats-1", kNames) == ", did you mean us-east-1?");
    CHECK(text::did_you_mean("US-EAST-1", kNames) == ", did you mean us-east-1?");
    CHECK(text::did_you_mean("us-w", kNames) == ", did you mean us-west-2?");
    CHECK(text::did_you_mean("moon", kNames).empty());
    CHECK(text::did_you_mean("", kNames).empty());
    CHECK(text::did_you_mean(std::string(100'000, 'x'), kNames).empty());
}

TEST_CASE("what is quoted in a message is cut between characters", "[text]") {
    CHECK(text::quoted(std::string(59, 'x') + "\xc3\xa9" + std::string(9, 'y')) ==
          "\"" + std::string(59, 'x') + "...\"");
    CHECK(text::quoted(std::string(1000, 'x')) == "\"" + std::string(60, 'x') + "...\"");
}

TEST_CASE("a message stays on its line whatever is quoted in it", "[text]") {
    CHECK(text::quoted(std::string_view{"a\nb\x1b[31m\0\x7f", 10}) ==
          "\"a\\x0ab\\x1b[31m\\x00\\x7f\"");
}

TEST_CASE("what is not UTF-8 is found where it begins", "[text]") {
    const auto [content, at] = GENERATE(table<std::string, std::size_t>({
        {"", std::string::npos},
        {"plain", std::string::npos},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", std::string::npos}, // 2, 3 and 4 bytes
        {"a\xff", 1},                                                // never a first byte
        {"ab\x80", 2},                                               // a continuation alone
        {"\xc3", 0},                                                 // ends early
        {"\xe2\x82", 0},
        {"\xc0\xaf", 0},         // '/' written too long
        {"\xe0\x9f\xbf", 0},     // as is this
        {"\xed\xa0\x80", 0},     // half of a pair of UTF-16
        {"\xf4\x90\x80\x80", 0}, // beyond the last character
    }));
    CHECK(text::not_utf8(content) == at);
}

TEST_CASE("what moves a cursor, turns writing or is not seen is shown as bytes", "[text]") {
    // U+009B, a control of ISO 6429; U+202E, right-to-left override; U+2066, isolate; U+200B, of no
    // width; U+FEFF; U+00AD, a hyphen that is seldom seen; U+2028, a line; U+E0041, a tag
    for (const std::string_view hidden : {"\x1b",
                                          "\x7f",
                                          "\xc2\x9b",
                                          "\xe2\x80\xae",
                                          "\xe2\x81\xa6",
                                          "\xe2\x80\x8b",
                                          "\xef\xbb\xbf",
                                          "\xc2\xad",
                                          "\xe2\x80\xa8",
                                          "\xf3\xa0\x81\x81",
                                          "\xff"}) {
        std::string bytes;
        for (const char c : hidden)
            bytes += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        CHECK(text::printable(fmt::format("a{}b", hidden)) == "a" + bytes + "b");
        CHECK(text::printable_lines(fmt::format("a{}\n\nb\n", hidden)) == "a" + bytes + "\n\nb\n");
    }
    const std::string seen = "B\xc3\xa1"
                             "cs-Kiskun, \xe6\x9d\xb1\xe4\xba\xac, \xf0\x9f\x98\x80";
    CHECK(text::printable(seen) == seen);
    CHECK(text::json_escaped("\xc2\x9b\xf3\xa0\x81\x81") == "\\u009b\\udb40\\udc41"); // RFC 8259
    CHECK(text::yaml_escaped("\xc2\x9b\xf3\xa0\x81\x81") == "\\U0000009b\\U000e0041");
    CHECK(text::json_escaped(seen) == seen);
}

TEST_CASE("a cell that a spreadsheet would reckon stands behind an apostrophe", "[text]") {
    CHECK(csv_cell("=cmd|' /C calc'!A0") == "\"'=cmd|' /C calc'!A0\"");
    CHECK(csv_cell("=HYPERLINK(\"x\")") == "\"'=HYPERLINK(\"\"x\"\")\"");
    CHECK(csv_cell("+1+1") == "\"'+1+1\"");
    CHECK(csv_cell("-1+1") == "\"'-1+1\"");
    CHECK(csv_cell("@SUM(1)") == "\"'@SUM(1)\"");
    CHECK(csv_cell("\t=1") == "\"'\\x09=1\"");
    CHECK(csv_cell("-1.5") == "-1.5");
    CHECK(csv_cell("+2e9") == "+2e9");
    CHECK(csv_cell("p4d.24xlarge") == "p4d.24xlarge");
    CHECK(csv_cell("a,b") == "\"a,b\"");
}

TEST_CASE("names are no HTML, links or bars in Markdown, and no lines in a table", "[text]") {
    CHECK(markdown_text("<img src=x>&|") == "&lt;img src=x>&amp;\\|");
    CHECK(markdown_text("![x](http://x)") == "![x]\\(http://x)");
    CHECK(markdown_text("[10, 20] (USD)") == "[10, 20] (USD)");
    TextTable grid;
    grid.column("name", TextTable::Align::left);
    grid.column("n", TextTable::Align::right);
    grid.row({"a\nb|<b>", "1"});
    grid.row({"B\xc3\xa1"
              "cs",
              "10"});
    CHECK(grid.terminal(80, false) == "name         n\n"
                                      "a\\x0ab|<b>   1\n"
                                      "B\xc3\xa1"
                                      "cs        10\n");
    CHECK(grid.markdown() == "| name | n |\n| --- | ---: |\n"
                             "| a\\x0ab\\|&lt;b> | 1 |\n| B\xc3\xa1"
                             "cs | 10 |\n");
    CHECK(html_text("<a href='x'>\"&\x1b") == "&lt;a href='x'&gt;&quot;&amp;\\x1b");
    CHECK(
        grid.html("a & b", "s") ==
        "<table class=\"s\"><caption>a &amp; b</caption>\n"
        "<thead><tr><th scope=\"col\">name</th><th scope=\"col\" class=\"n\">n</th></tr></thead>\n"
        "<tbody>\n<tr><th scope=\"row\">a\\x0ab|&lt;b&gt;</th><td class=\"n\">1</td></tr>\n"
        "<tr><th scope=\"row\">B\xc3\xa1"
        "cs</th><td class=\"n\">10</td></tr>\n</tbody></table>\n");
}

TEST_CASE("figures beyond all measure keep a sane width", "[text]") {
    CHECK(grouped(999'999'999'999'999, 1) == "999,999,999,999,999.0");
    CHECK(grouped(1e300, 2) == "1e+300");
    CHECK(grouped(-1.5e20, 0) == "-1.5e+20");
}

TEST_CASE("YAML is refused before it takes much more memory than its bytes", "[text][yaml]") {
    const auto refusal = [](const std::string& content) -> std::string {
        try {
            (void)yaml::parse(content, "x.yaml");
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    };
    constexpr std::size_t kMiB = std::size_t{1} << 20U;
    const std::string ahead =
        "x.yaml:1: must have no text, and no list or mapping in brackets, of more than 256 KiB";
    CHECK(refusal(std::string(kMiB, '{')) == ahead);
    CHECK(refusal(std::string(kMiB, '[')) == ahead);
    CHECK(refusal('"' + std::string(kMiB, 'x')) == ahead);
    std::string lists;
    std::string nothings;
    std::string rows = "a:\n";
    while (lists.size() < kMiB) {
        lists += "[a,";
        nothings += "-\n";
        rows += "  - {name: x, price: 1}\n";
    }
    CHECK(refusal(lists) == ahead);
    CHECK(refusal(nothings) ==
          "x.yaml:174765: must have at most 5000000 values, and one in 4 bytes");
    CHECK(refusal(rows).empty());
}

TEST_CASE("lists read as prose", "[text]") {
    constexpr std::array<std::string_view, 3> kNames{"a", "b", "c"};
    CHECK(text::one_of(kNames) == "a, b or c");
    CHECK(text::one_of(std::span{kNames}.first(2)) == "a or b");
    CHECK(text::one_of(std::span{kNames}.first(1)) == "a");
}

TEST_CASE("a file is written whole or not at all", "[text]") {
    const Temporary folder;
    const auto file = folder.path() / "out.txt";
    text::write_file(file, "first");
    text::write_file(file, "second");
    CHECK(text::read_file(file, 100) == "second");
    CHECK_THROWS_WITH(text::write_file(folder.path() / "no" / "out.txt", "x"),
                      (folder.path() / "no" / "out.txt").string() +
                          ": cannot be written: No such file or directory");
    CHECK_THROWS_AS(text::write_file(folder.path(), "x"), InputError);
    CHECK_THROWS_AS(text::write_file("/dev/full", "x"), InputError);
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path()}, {}) == 1);
}

TEST_CASE("writing keeps permissions and follows links", "[text]") {
    const Temporary folder;
    const auto file = folder.path() / "out.txt";
    const auto link = folder.path() / "link.txt";
    text::write_file(file, "first");
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::create_symlink(file, link);
    text::write_file(link, "second");
    CHECK(std::filesystem::is_symlink(link));
    CHECK(text::read_file(file, 100) == "second");
    CHECK(std::filesystem::status(file).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("what is no text file is refused", "[text][error]") {
    const Temporary folder;
    const auto refusal = [&](const std::filesystem::path& file) -> std::string {
        try {
            (void)text::read_file(file, std::size_t{1} << 20U);
        } catch (const InputError& e) {
            return e.reason();
        }
        return "";
    };
    CHECK(refusal(folder.path()) == "must be a file, is a directory");
    CHECK(refusal(folder.path() / "none") == "cannot be read: No such file or directory");
    CHECK(refusal(folder.file("nul", std::string("ab\0c", 4))) ==
          "must be text, has a NUL byte at offset 2");
    CHECK(refusal(folder.file("large", std::string((std::size_t{1} << 20U) + 1, 'x'))) ==
          "must be at most 1 MiB");
}

TEST_CASE("YAML that could mislead is refused with its line", "[text][error]") {
    auto [content, message] = GENERATE(table<const char*, const char*>({
        {"a: 1\nb: 2\na: 3\n", "f.yaml:3: a: must not be given twice"},
        {"a: &x 1\nb: *x\n", "f.yaml:1: must not use anchors and aliases"},
        {"a: !!str 1\n", "f.yaml:1: must not use tags"},
        {"{[1]: 2}\n", "f.yaml:1: must have text as a key"},
        {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "f.yaml:1: must be nested at most 16 levels deep"},
        {"a: 1\n---\nb: 2\n", "f.yaml:3: must be one document, has another"},
        {"a: !mine [1]\n", "f.yaml:1: must not use tags"},
        {"a: !mine {b: 1}\n", "f.yaml:1: must not use tags"},
        {"a: \"x\n", "f.yaml:1: must be YAML, a quote is not closed"},
        {"a: \"x\\\"\n", "f.yaml:1: must be YAML, a quote is not closed"},
        {"b: 'it''s'\na: 'x''\n", "f.yaml:2: must be YAML, a quote is not closed"},
        {"a: [1, 2\n", "f.yaml:2: must be YAML, end of sequence flow not found"},
    }));
    CHECK_THROWS_WITH(yaml::parse(content, "f.yaml"), message);
}

TEST_CASE("a key that nobody knows is refused", "[text][error]") {
    const yaml::Node root = yaml::parse("name: x\nvcpu: 4\n", "f.yaml");
    yaml::Fields fields{root, "f.yaml", "instances[3]"};
    CHECK(fields.text("name") == "x");
    CHECK_FALSE(fields.number_or_none("vcpus"));
    CHECK_THROWS_WITH(fields.done(),
                      "f.yaml:2: instances[3].vcpu: must be a known key, did you mean vcpus?");
}
