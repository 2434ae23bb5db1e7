// Compiles data/ into a C++ source: bundle OUT COUNTRIES TARIFFS MODELS UTILISATION CHARGES,...
// CATALOG,FILE,...

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

constexpr std::size_t kFirstCatalog = 6; // among the arguments

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

static std::vector<std::filesystem::path> files_of(const std::string& list) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : text::split(list, ','))
        files.emplace_back(file);
    return files;
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

static std::string bundle(std::span<const std::string> args) {
    std::string out = "// Made from data/ by the build.\n#include \"catalog/bundled.hpp\"\n"
                      "#include \"cost/bundled.hpp\"\n"
                      "#include \"training/fitted.hpp\"\n#include <limits>\n"
                      "namespace flopwise::bundled {\n";
    add_countries(out, args[1]);
    add_tariffs(out, args[2]);
    add_image(out, "kCharges", ChargesImage::write(Charges::read(files_of(args[5]))));
    out += nets_as_code(args[3]);
    std::string table;
    std::uint64_t hash = 0xcbf29ce484222325;
    for (std::size_t i = kFirstCatalog; i < args.size(); ++i) {
        const Catalog catalog = Catalog::read(files_of(args[i]));
        if (i == kFirstCatalog)
            out += utilisation_as_code(args[4], catalog);
        const std::string image = CatalogImage::write(catalog);
        hash = hash_of(image, hash);
        add_image(out, fmt::format("kImage{}", i), image);
        fmt::format_to(std::back_inserter(table),
                       "    {{\"{}\", {{reinterpret_cast<const char*>(kImage{}), sizeof "
                       "kImage{}}}}},\n",
                       catalog.name(),
                       i,
                       i);
    }
    out += "std::span<const Image> images() {\n    static const Image kImages[] = {\n" + table +
           "    };\n    return kImages;\n}\n" +
           fmt::format("std::uint64_t build() {{ return {:#x}; }}\n", hash) +
           "std::span<const Country> countries() { return kCountries; }\n"
           "std::span<const Tariff> tariffs() { return kTariffs; }\n"
           "std::span<const NetRow> nets() { return kNets; }\n"
           "const Utilisation& utilisation() { return kUtilisation; }\n"
           "std::string_view charges() {\n"
           "    return {reinterpret_cast<const char*>(kCharges), sizeof kCharges};\n}\n"
           "} // namespace flopwise::bundled\n";
    return out;
}

int main(int argc, char** argv) {
    try {
        const std::vector<std::string> args{argv + 1, argv + argc};
        if (args.size() <= kFirstCatalog)
            throw ArgumentError{
                "bundle", "needs OUT COUNTRIES TARIFFS MODELS UTILISATION CHARGES CATALOG..."};
        text::write_file(args[0], bundle(args));
        return 0;
    } catch (const std::exception& e) {
        fmt::print(stderr, "{}\n", e.what());
        return 2;
    }
}
