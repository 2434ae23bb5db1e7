// One list of fields for each row: what is written of a row in each form is the same, for random
// catalogs, and every field of the list survives every form.

#include <flopwise/catalog_text.hpp>

#include "catalog/binary.hpp"
#include "catch.hpp"
#include "random_catalog.hpp"
#include "temporary.hpp"
#include "text/json_out.hpp"
#include "text/yaml.hpp"

#include <map>
#include <set>
#include <sstream>

using namespace flopwise;

using Texts = std::map<std::string, std::string>; // by key; without what is not known

static unsigned random_seed() {
    return GENERATE(take(20, random(1U, 1'000'000U)));
}

// ---- each form as texts by key, read by other code than wrote it --------------------

static std::string text_of(const nlohmann::ordered_json& value) {
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_boolean())
        return value.get<bool>() ? "true" : "false";
    return fmt::format("{}", value.get<double>());
}

static std::vector<Texts> json_rows(const Catalog& catalog) {
    std::vector<Texts> out;
    for (const auto& row : nlohmann::ordered_json::parse(to_json(catalog))) {
        Texts& texts = out.emplace_back();
        for (const auto& [key, value] : row.items())
            if (!value.is_null())
                texts[key] = text_of(value);
    }
    return out;
}

static std::vector<std::string> split(const std::string& line, char at) {
    std::vector<std::string> out;
    std::istringstream in{line + at};
    for (std::string part; std::getline(in, part, at);)
        out.push_back(part);
    return out;
}

/// Of random catalogs and bundled ones, no cell needs quotes.
static std::vector<Texts> csv_rows(const Catalog& catalog) {
    std::vector<std::string> lines = split(to_csv(catalog), '\n');
    const std::vector<std::string> keys = split(lines.front(), ',');
    lines.erase(lines.begin());
    std::erase(lines, "");
    std::vector<Texts> out;
    for (const std::string& line : lines) {
        const std::vector<std::string> cells = split(line, ',');
        REQUIRE(cells.size() == keys.size());
        Texts& texts = out.emplace_back();
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (!cells[i].empty())
                texts[keys[i]] = cells[i];
    }
    return out;
}

/// The rows of a section of the catalog's YAML by two of their keys.
static std::map<std::pair<std::string, std::string>, Texts>
yaml_rows(const Catalog& catalog, const std::string& section, const char* a, const char* b) {
    const yaml::Node root = yaml::parse(to_yaml(catalog), "catalog.yaml");
    std::map<std::pair<std::string, std::string>, Texts> out;
    for (std::size_t s = 0; s < root.keys.size(); ++s)
        for (const yaml::Node& row : root.items[s].items) {
            if (root.keys[s] != section)
                continue;
            Texts texts;
            for (std::size_t i = 0; i < row.keys.size(); ++i)
                if (row.items[i].kind == yaml::Node::Kind::scalar)
                    texts[row.keys[i]] = row.items[i].text;
            out[{texts[a], texts[b]}] = texts;
        }
    return out;
}

/// The facts that `catalog show` has of a machine, by their labels.
static Texts shown(const Catalog& catalog, const std::string& name) {
    Texts out;
    for (const std::string& line : split(sheet_of(catalog, name), '\n'))
        if (line.starts_with("  ") && line.size() > 17)
            out[line.substr(2, line.find("  ", 2) - 2)] = line.substr(17);
    return out;
}

static std::string or_empty(const Texts& texts, const std::string& key) {
    const auto found = texts.find(key);
    return found == texts.end() ? "" : found->second;
}

/// "1/4" of 0.25, by trying: another way than the library's.
static std::string share(const std::string& count) {
    const double value = std::stod(count);
    for (int parts = 2; value < 1 && parts <= 64; ++parts)
        for (int n = 1; n < parts; ++n)
            if (std::abs(value * parts - n) < 1e-6)
                return std::to_string(n) + "/" + std::to_string(parts);
    return count;
}

// ---- what must hold -----------------------------------------------------------------

static void forms_agree(const Catalog& catalog) {
    const std::vector<Texts> json = json_rows(catalog);
    const std::vector<Texts> csv = csv_rows(catalog);
    const auto machines = yaml_rows(catalog, "instances", "provider", "name");
    const auto gpus = yaml_rows(catalog, "gpus", "name", "name");
    std::map<std::string, std::set<std::string>> sold_by;
    for (const Instance& machine : catalog.instances())
        sold_by[machine.name].insert(machine.provider);
    std::string last;
    REQUIRE(json.size() == catalog.size());
    REQUIRE(csv.size() == json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
        Texts row = json[i];
        const std::string name = row["instance"];
        INFO(name << " in " << row["region"]);
        if (!row.contains("gpu"))
            row.erase("gpu_count"); // none: 0 in JSON, empty in CSV, absent in YAML
        CHECK(row == csv[i]);
        const Texts& machine = machines.at({row["provider"], name});
        for (const char* key :
             {"family", "gpu", "gpu_count", "vcpus", "memory_gib", "network_gbps", "arch"}) {
            INFO(key);
            CHECK(or_empty(row, key) == or_empty(machine, key));
        }
        if (machine.contains("retired"))
            CHECK(row["offered"] == "false");
        std::string memory;
        std::string whole;
        if (row.contains("gpu")) {
            whole = gpus.at({row["gpu"], row["gpu"]}).at("memory_gib");
            const double part = std::min(1.0, std::stod(machine.at("gpu_count")));
            memory = fmt::format("{}", std::stod(whole) * part);
        }
        CHECK(or_empty(row, "gpu_memory_gib") == memory);
        if (std::exchange(last, name) == name || sold_by[name].size() > 1)
            continue; // a sheet of several providers has the facts of each
        const Texts facts = shown(catalog, name);
        const auto with = [](const std::string& value, const std::string& unit) {
            return value.empty() ? "" : value + unit;
        };
        CHECK(or_empty(facts, "family") == row["family"]);
        CHECK(or_empty(facts, "vCPUs") == or_empty(row, "vcpus"));
        CHECK(or_empty(facts, "memory") == with(or_empty(row, "memory_gib"), " GiB"));
        CHECK(or_empty(facts, "network") == with(or_empty(row, "network_gbps"), " Gbps"));
        CHECK(or_empty(facts, "architecture") == or_empty(row, "arch"));
        CHECK(or_empty(facts, "stack") == or_empty(row, "stack"));
        CHECK(or_empty(facts, "GPUs") ==
              (memory.empty() ? "" : share(row["gpu_count"]) + " x " + row["gpu"]));
        if (!memory.empty()) {
            const std::string of = std::stod(row["gpu_count"]) < 1 ? " of " + whole : "";
            CHECK(or_empty(facts, "GPU memory") ==
                  fmt::format("{:.6g} GiB", std::stod(memory)) + of);
        }
    }
}

TEST_CASE("JSON, CSV, YAML and `catalog show` agree on every field they share",
          "[fields][property]") {
    Tables tables = random_tables(random_seed());
    tables.gpus[0].stack = "CUDA";
    tables.instances[0].gpu = tables.gpus[0].name;
    tables.instances[0].gpu_count = 1.0 / 6; // as of an A10 of 24 GiB: 4 GiB
    forms_agree(Catalog{tables});
}

TEST_CASE("of the bundled clouds all forms agree on every field they share", "[fields]") {
    Tables tables = Catalog::bundled("clouds-2026-11").tables();
    constexpr std::size_t kOneOf = 23; // machines have prices in many regions; all take minutes
    std::size_t i = 0;
    std::erase_if(tables.prices, [&](const auto& /*price*/) { return i++ % kOneOf != 0; });
    forms_agree(Catalog{tables});
}

namespace {

/// Gives each field of a row a value that is not its default, if it has none and may have any.
struct Filled {
    double figure = 1;

    void operator()(const Field& f, std::string& to) {
        if (to.empty() && !f.is(kGpuName) && f.key != "successor")
            to = fmt::format("a {} \"of\" {}", f.key, ++figure);
    }
    void operator()(const Field& f, std::vector<std::string>& to) {
        if (to.empty() && f.key != "unsupported")
            to = {fmt::format("{} {}", f.key, ++figure), "b"};
    }
    void operator()(const Field& f, double& to) {
        if (to == 0 && !f.is(kWithGpu))
            to = ++figure / 8;
    }
    void operator()(const Field& /*field*/, std::optional<double>& to) { to = ++figure / 8; }
    void operator()(const Field& /*field*/, int& to) { to = 2000 + static_cast<int>(++figure); }
    template <class Unit>
    void operator()(const Field& /*field*/, Quantity<Unit>& to) {
        to = Quantity<Unit>{++figure / 8};
    }
    template <class Unit>
    void operator()(const Field& f, std::optional<Quantity<Unit>>& to) {
        // What is usable of a memory is at most that.
        to = Quantity<Unit>{f.key == "usable_memory_gib" ? 1.0 / 16 : ++figure / 8};
    }
    void operator()(const Field& /*field*/, bool& to) { to = true; }
    void operator()(const Field& /*field*/, Date& to) { to = {2026, 3, 2}; }
    void operator()(const Field& /*field*/, Purchase& to) { to = Purchase::spot; }
    void operator()(const Field& /*field*/, Purpose& to) { to = Purpose::video; }
    void operator()(const Field& /*field*/, std::vector<Purpose>& to) { to = {Purpose::hpc}; }
    void operator()(const Field& /*field*/, const Field& /*too*/, std::optional<Place>& to) {
        to = Place{1.5, -2.25};
    }
};

} // namespace

TEST_CASE("every field of every row survives YAML and the image", "[fields]") {
    Tables tables = random_tables(7, {.types = 2, .regions = 1, .priced = 1});
    tables.prices.resize(1);
    tables.gpus[0].aliases = {"One"};
    Filled fill;
    const auto all = [&fill](auto& rows) { fields(fill, rows.front()); };
    all(tables.sources);
    all(tables.gpus);
    all(tables.families);
    all(tables.instances);
    all(tables.regions);
    all(tables.prices);
    const Catalog catalog{tables};
    const std::string yaml = to_yaml(catalog);
    const Temporary folder;
    CHECK(Catalog::read(folder.file("catalog.yaml", yaml)) == catalog);
    CHECK(CatalogBinary::checked(CatalogBinary::write(catalog)) == catalog);
    const auto named = [&yaml](const Field& f, const auto& /*value*/) {
        INFO(f.in_file());
        const bool filled =
            f.key != "unsupported" && f.key != "successor" && !f.is(kGpuName) && !f.is(kWithGpu);
        if (filled)
            CHECK(yaml.find(fmt::format("{}: ", f.in_file())) != std::string::npos);
    };
    fields(named, tables.sources.front());
    fields(named, tables.gpus.front());
    fields(named, tables.families.front());
    fields(named, tables.instances.front());
    fields(named, tables.prices.front());
}

// aws.amazon.com/ec2/instance-types/g6 (an L4 of 24 GiB); learn.microsoft.com, "NVads A10 v5
// series" (an A10 of 24 GiB).
TEST_CASE("of a share of a GPU every form has its share of the memory", "[fields]") {
    const std::map<std::string, std::pair<std::string, double>> shares{
        {"g6f.xlarge", {"1/8 x nvidia-l4", 3}},
        {"g6f.2xlarge", {"1/4 x nvidia-l4", 6}},
        {"g6f.4xlarge", {"1/2 x nvidia-l4", 12}},
        {"gr6f.4xlarge", {"1/2 x nvidia-l4", 12}},
        {"Standard_NV6ads_A10_v5", {"1/6 x nvidia-a10", 4}},
        {"Standard_NV12ads_A10_v5", {"1/3 x nvidia-a10", 8}},
        {"Standard_NV18ads_A10_v5", {"1/2 x nvidia-a10", 12}},
        {"Standard_NV36ads_A10_v5", {"1 x nvidia-a10", 24}},
        {"Standard_NV72ads_A10_v5", {"2 x nvidia-a10", 24}}};
    const Catalog catalog = Catalog::bundled("clouds-2026-11");
    std::size_t found = 0;
    for (const Texts& row : json_rows(catalog))
        if (const auto share = shares.find(row.at("instance")); share != shares.end()) {
            INFO(share->first);
            ++found;
            CHECK(std::stod(row.at("gpu_memory_gib")) == Approx(share->second.second));
        }
    CHECK(found >= shares.size());
    for (const auto& [name, share] : shares) {
        const Texts facts = shown(catalog, name);
        const bool part = share.first.find('/') != std::string::npos;
        CHECK(facts.at("GPUs") == share.first);
        CHECK(facts.at("GPU memory") ==
              fmt::format("{} GiB{}", share.second, part ? " of 24" : ""));
    }
}

// ---- docs/catalog.md ----------------------------------------------------------------

/// The rows of the table under a heading, by key: cells by the titles of their columns.
static std::map<std::string, Texts> documented(const std::string& page,
                                               const std::string& section) {
    const std::size_t begin = page.find("\n### " + section + "\n") + 1;
    const std::string part = page.substr(begin, page.find("\n### ", begin) - begin);
    std::vector<std::string> titles;
    std::map<std::string, Texts> out;
    for (const std::string& line : split(part, '\n')) {
        if (!line.starts_with("| "))
            continue;
        const std::vector<std::string> cells = split(line, '|');
        const auto trimmed = [](std::string text) {
            std::erase(text, '`');
            const std::size_t first = text.find_first_not_of(' ');
            return first == std::string::npos
                       ? ""
                       : text.substr(first, text.find_last_not_of(' ') + 1 - first);
        };
        if (titles.empty()) {
            titles = cells;
            continue;
        }
        Texts& row = out[trimmed(cells.at(1))];
        for (std::size_t i = 1; i < titles.size() && i < cells.size(); ++i)
            row[trimmed(titles[i])] = trimmed(cells[i]);
    }
    return out;
}

namespace {

/// Compares the fields of a row with the rows of its table in the documentation.
struct Documented {
    std::map<std::string, Texts>& rows;

    void operator()(const Field& f, const auto& /*value*/) const { one(f); }
    void operator()(const Field& f, const Field& g, const auto& /*value*/) const {
        one(f);
        one(g);
    }

private:
    void one(const Field& f) const {
        INFO(f.in_file());
        const auto found = rows.find(std::string{f.in_file()});
        REQUIRE(found != rows.end());
        const Texts& row = found->second;
        CHECK(row.at("required or default").starts_with("yes") ==
              f.is(kRequired | kWithGpu | kUnlessGpu | kSourceName));
        CHECK((row.at("required or default") == "the file's provider") == f.is(kOfFile));
        if (row.contains("unit, range"))
            CHECK((row.at("unit, range").find("> 0") != std::string::npos) ==
                  f.is(kPositive | kWithGpu));
        rows.erase(found);
    }
};

} // namespace

TEST_CASE("the documentation has every field of a row, and no other", "[fields]") {
    std::ifstream in{FLOPWISE_SOURCE_DIR "/docs/catalog.md"};
    const std::string page{std::istreambuf_iterator<char>{in}, {}};
    const auto check = [&page](const char* section, const auto& row) {
        INFO(section);
        auto rows = documented(page, section);
        fields(Documented{rows}, row);
        CHECK(rows.empty());
    };
    check("sources", Source{});
    check("gpus", Gpu{});
    check("families", Family{});
    check("instances", Instance{});
    check("regions", Region{});
    check("offerings", Offering{});
    check("prices", Price{});
    check("explained", Explanation{});
}
