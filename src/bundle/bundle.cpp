// Compiles data/ into a C++ source: flopwise-bundle OUT data/bundle.yaml

#include <flopwise/catalog.hpp>

#include "bundle/rows.hpp"
#include "bundle/stacks.hpp"
#include "bundle/training.hpp"
#include "catalog/binary.hpp"
#include "catalog/history_tables.hpp"
#include "cost/charges_binary.hpp"
#include "text/files.hpp"
#include "text/packed.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <cstdio>
#include <exception>
#include <iterator>
#include <set>

using namespace flopwise;

/// As texts: compilers read these ten times as fast as lists of numbers.
static void add_bytes(std::string& out, std::string_view bytes) {
    constexpr std::size_t kPerLine = 64;
    for (std::size_t i = 0; i < bytes.size(); i += kPerLine) {
        out += "\n\"";
        for (const char byte : bytes.substr(i, kPerLine))
            fmt::format_to(std::back_inserter(out),
                           "\\{:03o}",
                           static_cast<unsigned>(static_cast<unsigned char>(byte)));
        out += '"';
    }
}

static void add_image(std::string& out, const std::string& name, std::string_view image) {
    fmt::format_to(std::back_inserter(out), "alignas(8) constexpr char {}[] = \"\"", name);
    add_bytes(out, image);
    out += ";\n";
}

/// Reads a file by `read`, which has to take all that is in it.
template <class Read>
static void read_data(const std::string& file, Read read) {
    constexpr std::size_t kLargest = std::size_t{1} << 20U;
    const yaml::Node root = yaml::parse(text::read_file(file, kLargest), file);
    yaml::Fields fields{root, file, ""};
    read(fields);
    fields.done();
}

static void add_countries(std::string& out, yaml::Fields& file) {
    (void)file.take("sources");
    out += "constexpr Country kCountries[] = {\n";
    each_row(file, "countries", [&](yaml::Fields& row) {
        (void)row.text("source");
        const std::string city = row.text("city");
        fmt::format_to(std::back_inserter(out),
                       "    {{\"{}\", \"{}\", {{{}, {}}}}}, // {}\n",
                       row.text("code"),
                       row.text("name"),
                       row.number("latitude"),
                       row.number("longitude"),
                       city);
    });
    out += "};\n";
}

/// One text: of a table, each name would be a place that the loader has to fill in.
static void add_cities(std::string& out, yaml::Fields& file) {
    (void)file.take("sources");
    std::string lines;
    each_row(file, "cities", [&](yaml::Fields& row) {
        (void)row.text("source");
        std::vector<std::string> names = row.texts("also");
        names.insert(names.begin(), row.text("name"));
        for (const std::string& name : names)
            if (name.find_first_of("|\t\n,") != std::string::npos)
                row.refuse(row.node(), "name", "must have no comma, bar, tab or line, got " + name);
        lines += fmt::format("{}\t{}\t{}\t{}\n",
                             text::lower(fmt::format("{}", fmt::join(names, "|"))),
                             row.text("country"),
                             row.number("latitude"),
                             row.number("longitude"));
    });
    add_image(out, "kCities", lines);
}

static void add_tariffs(std::string& out, yaml::Fields& file) {
    const RowSources sources = sources_of(file);
    out += "constexpr Tariff kTariffs[] = {\n";
    each_row(file, "tariffs", [&](yaml::Fields& row) {
        fmt::format_to(std::back_inserter(out),
                       "    {{\"{}\", UsdPerKwh{{{}}}, \"{}\", \"{}\"}},\n",
                       row.text("code"),
                       row.number("usd_per_kwh"),
                       row.text("what"),
                       source_of(row, sources).as_of);
    });
    out += "};\n";
}

static void add_price_ages(std::string& out, yaml::Fields& file) {
    const auto list = [](const std::vector<std::string>& names) {
        return fmt::format("{}", fmt::join(names, ","));
    };
    out += "constexpr PriceAgeRow kPriceAges[] = {\n";
    each_row(file, "ages", [&](yaml::Fields& row) {
        (void)row.number("pairs");
        const std::string purchase = row.text("purchase");
        if (purchase != "on_demand" && purchase != "spot")
            row.refuse(row.node(), "purchase", "must be on_demand or spot, got " + purchase);
        out += fmt::format("    {{\"{}\", \"{}\", Purchase::{}, {{{}, {}, {}, {}}}}},\n",
                           list(row.texts("providers")),
                           list(row.texts("families")),
                           purchase,
                           row.number("changes_per_year"),
                           row.number("median_change"),
                           row.number("spread"),
                           row.flag("grows"));
    });
    out += "};\n";
}

static void add_providers(std::string& out, yaml::Fields& file) {
    const RowSources sources = sources_of(file);
    std::set<std::string> words;
    out += "constexpr ProviderWord kProviderWords[] = {\n";
    each_row(file, "providers", [&](yaml::Fields& row) {
        const std::string name = row.text("name");
        const bool zones = row.flag("zones");
        const bool partial = row.flag("partial");
        std::vector<std::string> all = row.texts("aliases");
        all.insert(all.begin(), name);
        for (const std::string& word : all) {
            // It is looked for between the '-', '_' and '.' of a file's name in lower case.
            if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") != std::string::npos)
                row.refuse(
                    row.node(), "name", "must be of lower-case letters and digits, got " + word);
            if (!words.insert(word).second)
                row.refuse(row.node(), "name", "must be unique, got " + word + " again");
            out += fmt::format("    {{\"{}\", \"{}\", {}, {}}},\n", word, name, zones, partial);
        }
        (void)source_of(row, sources);
    });
    out += "};\nconstexpr std::string_view kMachinesWithGpus[] = {\n";
    each_row(file, "machines_with_gpus", [&](yaml::Fields& row) {
        const std::string what = row.text("what");
        out += fmt::format("    \"{}\", // {}\n", row.text("machine"), what);
        (void)source_of(row, sources);
    });
    out += "};\n";
}

/// What is compiled in, of data/bundle.yaml, each file below its folder.
struct Bundle {
    using Files = std::vector<std::filesystem::path>;

    std::string countries;
    std::string cities;
    std::string electricity;
    std::string price_age;
    std::string providers;
    std::string models;
    std::string stacks;
    std::string memory;
    std::string utilisation;
    Files charges;
    Files history;               ///< of prices
    std::vector<Files> catalogs; ///< the usual one first
};

static Bundle bundle_of(const std::string& file) {
    constexpr std::size_t kLargest = std::size_t{1} << 20U;
    const std::filesystem::path folder = std::filesystem::path{file}.parent_path();
    const yaml::Node root = yaml::parse(text::read_file(file, kLargest), file);
    yaml::Fields fields{root, file, ""};
    const auto path = [&](std::string_view key) { return (folder / fields.text(key)).string(); };
    const auto paths = [&](yaml::Fields& of, std::string_view key) {
        Bundle::Files out;
        for (const std::string& name : of.texts(key))
            out.push_back(folder / name);
        return out;
    };
    Bundle out{.countries = path("countries"),
               .cities = path("cities"),
               .electricity = path("electricity"),
               .price_age = path("price_age"),
               .providers = path("providers"),
               .models = path("models"),
               .stacks = path("stacks"),
               .memory = path("memory"),
               .utilisation = path("utilisation"),
               .charges = paths(fields, "charges"),
               .history = paths(fields, "history"),
               .catalogs = {}};
    const yaml::Node* rows = fields.take("catalogs");
    for (std::size_t i = 0; rows != nullptr && i < rows->items.size(); ++i) {
        yaml::Fields row{rows->items[i], file, fmt::format("catalogs[{}]", i)};
        out.catalogs.push_back(paths(row, "files"));
        row.done();
    }
    fields.done();
    if (out.catalogs.empty())
        fields.refuse(root, "catalogs", "must be a list of at least one catalog");
    return out;
}

/// Differs if any image does: FNV-1a.
static std::uint64_t hash_of(std::string_view bytes, std::uint64_t hash) {
    constexpr std::uint64_t kPrime = 0x100000001b3;
    for (const char c : bytes)
        hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
    return hash;
}

/// Images of the catalogs, and what is fitted to the GPUs of the newest.
static std::string catalogs_as_code(const Bundle& bundle) {
    std::string out;
    std::string table;
    std::uint64_t hash = 0xcbf29ce484222325;
    for (std::size_t i = 0; i < bundle.catalogs.size(); ++i) {
        const Catalog catalog = Catalog::read(bundle.catalogs[i]);
        if (i == 0)
            out += utilisation_as_code(bundle.utilisation, catalog);
        const std::string image = CatalogBinary::write(catalog);
        hash = hash_of(image, hash);
        add_image(out, fmt::format("kImage{}", i), image);
        fmt::format_to(std::back_inserter(table),
                       "    {{\"{}\", {{kImage{}, sizeof kImage{} - 1}}}},\n",
                       catalog.name(),
                       i,
                       i);
    }
    return out + "std::span<const CatalogBytes> catalogs() {\n" +
           "    static const CatalogBytes kImages[] = {\n" + table +
           "    };\n    return kImages;\n}\n" +
           fmt::format("std::uint64_t build() {{ return {:#x}; }}\n", hash);
}

constexpr std::string_view kHead = R"(// Made from data/ by the build.
#include "catalog/bundled.hpp"
#include "cost/bundled.hpp"
#include "feed/bundled.hpp"
#include "training/fitted.hpp"
#include <limits>
namespace flopwise::bundled {
)";
constexpr std::string_view kTail =
    R"(std::span<const Country> countries() { return kCountries; }
std::string_view cities() { return {kCities, sizeof kCities - 1}; }
std::span<const Tariff> tariffs() { return kTariffs; }
std::span<const PriceAgeRow> price_ages() { return kPriceAges; }
std::span<const ProviderWord> provider_words() { return kProviderWords; }
std::span<const std::string_view> machines_with_gpus() { return kMachinesWithGpus; }
std::span<const ModelRow> models() { return kModels; }
std::span<const TechniqueRow> techniques() { return kTechniques; }
std::span<const NeedRow> needs() { return kNeeds; }
std::span<const WheelRow> wheels() { return kWheels; }
const MemoryModel& memory() { return kMemory; }
const Utilisation& utilisation() { return kUtilisation; }
std::string_view history() { return {kHistory, sizeof kHistory - 1}; }
std::string_view charges() { return {kCharges, sizeof kCharges - 1}; }
} // namespace flopwise::bundled
)";

static std::string as_code(const Bundle& bundle) {
    std::string out{kHead};
    read_data(bundle.countries, [&](yaml::Fields& file) { add_countries(out, file); });
    read_data(bundle.cities, [&](yaml::Fields& file) { add_cities(out, file); });
    read_data(bundle.electricity, [&](yaml::Fields& file) { add_tariffs(out, file); });
    read_data(bundle.price_age, [&](yaml::Fields& file) { add_price_ages(out, file); });
    read_data(bundle.providers, [&](yaml::Fields& file) { add_providers(out, file); });
    add_image(out, "kCharges", ChargesBinary::write(Charges::read(bundle.charges)));
    add_image(
        out, "kHistory", text::packed(HistoryBinary::write(PriceHistory::read(bundle.history))));
    out += models_as_code(bundle.models) + stacks_as_code(bundle.stacks) +
           memory_as_code(bundle.memory);
    return out + catalogs_as_code(bundle) + std::string{kTail};
}

int main(int argc, char** argv) {
    try {
        const std::vector<std::string> args{argv + 1, argv + argc};
        if (args.size() != 2)
            throw ArgumentError{"bundle", "needs OUT and data/bundle.yaml"};
        text::write_file(args[0], as_code(bundle_of(args[1])));
        return 0;
    } catch (const std::exception& e) {
        fmt::print(stderr, "{}\n", e.what());
        return 2;
    }
}
