// Compiles data/ into a C++ source: flopwise-bundle OUT data/bundle.yaml

#include <flopwise/catalog.hpp>

#include "bundle/training.hpp"
#include "catalog/binary.hpp"
#include "cost/charges_binary.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <cstdio>
#include <exception>
#include <iterator>
#include <map>

using namespace flopwise;

static void add_bytes(std::string& out, std::string_view bytes) {
    constexpr std::size_t kPerLine = 32;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        fmt::format_to(std::back_inserter(out),
                       "{}{},",
                       i % kPerLine == 0 ? "\n" : "",
                       static_cast<unsigned>(static_cast<unsigned char>(bytes[i])));
}

static void add_countries(std::string& out, const std::string& file) {
    constexpr std::size_t kLargest = std::size_t{1} << 20U;
    const yaml::Node root = yaml::parse(text::read_file(file, kLargest), file);
    yaml::Fields fields{root, file, ""};
    (void)fields.take("sources");
    const yaml::Node* rows = fields.take("countries");
    fields.done();
    out += "constexpr Country kCountries[] = {\n";
    for (std::size_t i = 0; rows != nullptr && i < rows->items.size(); ++i) {
        yaml::Fields row{rows->items[i], file, fmt::format("countries[{}]", i)};
        (void)row.text("name");
        (void)row.text("source");
        const std::string city = row.text("city");
        fmt::format_to(std::back_inserter(out),
                       "    {{\"{}\", {{{}, {}}}}}, // {}\n",
                       row.text("code"),
                       row.number("latitude"),
                       row.number("longitude"),
                       city);
        row.done();
    }
    out += "};\n";
}

static void add_tariffs(std::string& out, const std::string& file) {
    constexpr std::size_t kLargest = std::size_t{1} << 20U;
    const yaml::Node root = yaml::parse(text::read_file(file, kLargest), file);
    yaml::Fields fields{root, file, ""};
    const yaml::Node* sources = fields.take("sources");
    const yaml::Node* rows = fields.take("tariffs");
    fields.done();
    std::map<std::string, std::string> as_of;
    for (std::size_t i = 0; sources != nullptr && i < sources->items.size(); ++i) {
        yaml::Fields row{sources->items[i], file, fmt::format("sources[{}]", i)};
        (void)row.text("title");
        as_of[row.text("name")] = row.text("as_of");
        row.done();
    }
    out += "constexpr Tariff kTariffs[] = {\n";
    for (std::size_t i = 0; rows != nullptr && i < rows->items.size(); ++i) {
        yaml::Fields row{rows->items[i], file, fmt::format("tariffs[{}]", i)};
        const std::string source = row.text("source");
        if (!as_of.contains(source))
            row.refuse(row.node(), "source", "must be one of the sources, got " + source);
        fmt::format_to(std::back_inserter(out),
                       "    {{\"{}\", UsdPerKwh{{{}}}, \"{}\", \"{}\"}},\n",
                       row.text("code"),
                       row.number("usd_per_kwh"),
                       row.text("what"),
                       as_of[source]);
        row.done();
    }
    out += "};\n";
}

/// What is compiled in, of data/bundle.yaml, each file below its folder.
struct Bundle {
    using Files = std::vector<std::filesystem::path>;

    std::string countries;
    std::string electricity;
    std::string models;
    std::string utilisation;
    Files charges;
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
               .electricity = path("electricity"),
               .models = path("models"),
               .utilisation = path("utilisation"),
               .charges = paths(fields, "charges"),
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

static void add_image(std::string& out, const std::string& name, std::string_view image) {
    fmt::format_to(std::back_inserter(out), "alignas(8) constexpr unsigned char {}[] = {{", name);
    add_bytes(out, image);
    out += "\n};\n";
}

/// Differs if any image does: FNV-1a.
static std::uint64_t hash_of(std::string_view bytes, std::uint64_t hash) {
    constexpr std::uint64_t kPrime = 0x100000001b3;
    for (const char c : bytes)
        hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
    return hash;
}

static std::string as_code(const Bundle& bundle) {
    std::string out = "// Made from data/ by the build.\n#include \"catalog/bundled.hpp\"\n"
                      "#include \"cost/bundled.hpp\"\n"
                      "#include \"training/fitted.hpp\"\n#include <limits>\n"
                      "namespace flopwise::bundled {\n";
    add_countries(out, bundle.countries);
    add_tariffs(out, bundle.electricity);
    add_image(out, "kCharges", ChargesBinary::write(Charges::read(bundle.charges)));
    out += models_as_code(bundle.models);
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
                       "    {{\"{}\", {{reinterpret_cast<const char*>(kImage{}), sizeof "
                       "kImage{}}}}},\n",
                       catalog.name(),
                       i,
                       i);
    }
    out += "std::span<const CatalogBytes> catalogs() {\n    static const CatalogBytes kImages[] = "
           "{\n" +
           table + "    };\n    return kImages;\n}\n" +
           fmt::format("std::uint64_t build() {{ return {:#x}; }}\n", hash) +
           "std::span<const Country> countries() { return kCountries; }\n"
           "std::span<const Tariff> tariffs() { return kTariffs; }\n"
           "std::span<const ModelRow> models() { return kModels; }\n"
           "const Utilisation& utilisation() { return kUtilisation; }\n"
           "std::string_view charges() {\n"
           "    return {reinterpret_cast<const char*>(kCharges), sizeof kCharges};\n}\n"
           "} // namespace flopwise::bundled\n";
    return out;
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
