#include "catalog/read.hpp"

#include "catalog/fields.hpp"
#include "catalog/image.hpp"
#include "catalog/rates.hpp"
#include "catalog/tables.hpp"
#include "text/files.hpp"
#include "text/seal.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <algorithm>
#include <map>

namespace flopwise {

namespace {

/// Where a row stands in its file.
struct Origin {
    std::string file;
    int line;
    std::size_t row; ///< counted within its section of its file
};

struct Reading {
    Tables tables;
    PriceTables prices;
    std::map<std::string, std::vector<Origin>, std::less<>> origins; ///< by section
    std::string base;                                                ///< value of `extends`
    std::string file;                                                ///< read last
};

/// The enumerator of type E of that name; the error points at `key`.
template <class E>
E enumerator(yaml::Fields& row, std::string_view key, std::size_t count, const std::string& value) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < count; ++i) {
        names.push_back(to_string(static_cast<E>(i)));
        if (names.back() == value)
            return static_cast<E>(i);
    }
    row.refuse(*row.take(key),
               key,
               fmt::format("must be {}, got {}{}",
                           text::one_of(names),
                           text::quoted(value),
                           text::did_you_mean(value, names)));
}

template <class E>
E enumerator(yaml::Fields& row, std::string_view key, std::size_t count) {
    return enumerator<E>(row, key, count, row.text(key));
}

Date date(yaml::Fields& row, std::string_view key) {
    const std::string value = row.text(key);
    if (const auto date = date_of(value))
        return *date;
    row.refuse(*row.take(key),
               key,
               fmt::format("must be a date such as 2026-07-20, 2026-07, 2026 or undated, got {}",
                           text::quoted(value)));
}

std::string source(yaml::Fields& row) {
    if (!row.has("source"))
        row.refuse(
            row.node(), "source", "must be given: a figure without a source is not accepted");
    return row.text("source");
}

/// Reads the fields of a row.
struct FromYaml {
    yaml::Fields& row;
    const std::string& provider; ///< of the file

    void operator()(const Field& f, std::string& to) const {
        if (f.is(kSourceName))
            to = source(row);
        else if (f.is(kRequired))
            to = row.text(f.in_file());
        else
            to = row.text_or(f.in_file(), f.is(kOfFile) ? provider : "");
    }
    void operator()(const Field& f, std::vector<std::string>& to) const {
        to = row.texts(f.in_file());
    }
    void operator()(const Field& f, double& to) const {
        const bool required = f.is(kWithGpu) ? !row.text_or("gpu", "").empty() : f.is(kRequired);
        to = required ? row.number(f.in_file()) : row.number_or_none(f.in_file()).value_or(0);
    }
    void operator()(const Field& f, std::optional<double>& to) const {
        to = row.number_or_none(f.in_file());
    }
    template <class Unit>
    void operator()(const Field& f, Quantity<Unit>& to) const {
        to = Quantity<Unit>{row.number(f.in_file())};
    }
    template <class Unit>
    void operator()(const Field& f, std::optional<Quantity<Unit>>& to) const {
        if (const auto value = row.number_or_none(f.in_file()))
            to = Quantity<Unit>{*value};
    }
    void operator()(const Field& f, int& to) const { to = row.whole_number_or(f.in_file(), 0); }
    void operator()(const Field& f, bool& to) const {
        to = f.set_word.empty() ? row.flag(f.in_file()) : one_of_two(f);
    }
    void operator()(const Field& f, Date& to) const { to = date(row, f.in_file()); }
    void operator()(const Field& f, Purchase& to) const {
        to = enumerator<Purchase>(row, f.in_file(), kPurchases);
    }
    void operator()(const Field& f, Purpose& to) const {
        to = enumerator<Purpose>(row, f.in_file(), kPurposes);
    }
    void operator()(const Field& f, std::vector<Purpose>& to) const {
        for (const std::string& name : row.texts(f.in_file()))
            to.push_back(enumerator<Purpose>(row, f.in_file(), kPurposes, name));
    }
    /// One of its two keys alone is refused.
    void operator()(const Field& north, const Field& east, std::optional<Place>& to) const {
        const bool latitude = row.number_or_none(north.in_file()).has_value();
        const bool longitude = row.number_or_none(east.in_file()).has_value();
        if (latitude || longitude)
            to = Place{.latitude = row.number(north.in_file()),
                       .longitude = row.number(east.in_file())};
    }

private:
    [[nodiscard]] bool one_of_two(const Field& f) const {
        const std::string word = row.text_or(f.in_file(), std::string{f.unset_word});
        if (word != f.unset_word && word != f.set_word)
            row.refuse(
                *row.take(f.in_file()),
                f.in_file(),
                fmt::format(
                    "must be {} or {}, got {}", f.unset_word, f.set_word, text::quoted(word)));
        return word == f.set_word;
    }
};

} // namespace

template <class Row>
static void read_section(yaml::Fields& file,
                         std::string_view section,
                         const std::string& provider,
                         std::vector<Row>& to,
                         Reading& reading) {
    const yaml::Node* rows = file.take(section);
    if (rows == nullptr)
        return;
    if (rows->kind != yaml::Node::Kind::list)
        file.refuse(*rows, section, "must be a list of rows");
    auto& origins = reading.origins[std::string{section}];
    for (std::size_t i = 0; i < rows->items.size(); ++i) {
        const yaml::Node& node = rows->items[i];
        yaml::Fields row{node, file.file(), fmt::format("{}[{}]", section, i)};
        fields(FromYaml{row, provider}, to.emplace_back());
        row.done();
        origins.push_back({file.file(), node.line, i});
    }
}

/// The tables of prices that a file names, beside it, and the days on which prices changed.
static void read_price_tables(yaml::Fields& file, const std::string& provider, Reading& reading) {
    const auto each = [&file](std::string_view section, auto read) {
        const yaml::Node* rows = file.take(section);
        if (rows != nullptr && rows->kind != yaml::Node::Kind::list)
            file.refuse(*rows, section, "must be a list of rows");
        for (std::size_t i = 0; rows != nullptr && i < rows->items.size(); ++i) {
            yaml::Fields row{rows->items[i], file.file(), fmt::format("{}[{}]", section, i)};
            read(row);
            row.done();
        }
    };
    each("price_tables", [&](yaml::Fields& row) {
        const std::filesystem::path folder = std::filesystem::path{file.file()}.parent_path();
        reading.prices.tables.push_back(
            read_price_table(folder / row.text("file"),
                             row.text_or("provider", provider),
                             enumerator<Purchase>(row, "purchase", kPurchases),
                             row.texts("complete"),
                             reading.tables.sources));
    });
    each("price_breaks", [&](yaml::Fields& row) {
        reading.prices.breaks.push_back(
            {.provider = row.text_or("provider", provider),
             .purchase = enumerator<Purchase>(row, "purchase", kPurchases),
             .instances = row.texts("instances"),
             .on = date(row, "on"),
             .source = source(row)});
    });
}

static void read_text(const std::string& content, const std::string& path, Reading& reading) {
    reading.file = path;
    const yaml::Node root = yaml::parse(content, path);
    if (root.kind == yaml::Node::Kind::null)
        throw InputError{{.file = path}, "must be a catalog, is empty"};
    yaml::Fields file{root, path, ""};
    Tables& tables = reading.tables;
    if (const yaml::Node* about = file.take("catalog")) {
        yaml::Fields fields{*about, file.file(), "catalog"};
        tables.name = fields.text("name");
        tables.as_of = date(fields, "as_of");
        fields.done();
    }
    if (const yaml::Node* base = file.take("extends")) {
        reading.base = file.text("extends");
        auto names = Catalog::bundled_names();
        if (reading.base == "bundled")
            reading.base = names.front();
        names.insert(names.begin(), "bundled");
        if (std::find(names.begin(), names.end(), reading.base) == names.end())
            file.refuse(*base,
                        "extends",
                        fmt::format("must be {}, got {}{}",
                                    text::one_of(names),
                                    text::quoted(reading.base),
                                    text::did_you_mean(reading.base, names)));
    }
    const std::string provider = file.text_or("provider", "");
    read_section(file, "sources", provider, tables.sources, reading);
    read_section(file, "gpus", provider, tables.gpus, reading);
    read_section(file, "families", provider, tables.families, reading);
    read_section(file, "instances", provider, tables.instances, reading);
    read_section(file, "regions", provider, tables.regions, reading);
    read_section(file, "offerings", provider, tables.offerings, reading);
    read_price_tables(file, provider, reading);
    read_section(file, "prices", provider, tables.prices, reading);
    read_section(file, "superseded", provider, tables.superseded, reading);
    read_section(file, "explained", provider, tables.explained, reading);
    tables.rates = overlaid_rates(tables.rates, rates_in(file));
    file.done();
}

/// Turns a problem in the joined tables into an error at the file and line of its row.
[[noreturn]] static void refuse(const Problem& problem, const Reading& reading) {
    const auto found = reading.origins.find(problem.section);
    const std::string dot = problem.field.empty() ? "" : ".";
    if (problem.section == "catalog")
        throw InputError{{.file = reading.file, .field = "catalog.name"}, problem.reason};
    if (found == reading.origins.end() || problem.row >= found->second.size()) // not of the file
        throw InputError{{.file = reading.file,
                          .field = fmt::format("{}{}{}", problem.section, dot, problem.field)},
                         fmt::format("{} (a row of the catalog that is extended)", problem.reason)};
    const Origin& origin = found->second[problem.row];
    throw InputError{
        {.file = origin.file,
         .line = origin.line,
         .field = fmt::format("{}[{}]{}{}", problem.section, origin.row, dot, problem.field)},
        problem.reason};
}

/// The rows read so far over those of the bundled catalog that the file extends. The file's rows
/// come first, so the number of a row is still that of its origin.
static Tables extended(const Tables& own, std::string_view base) {
    Tables out = overlaid(Catalog::bundled(base).tables(), own);
    if (!own.name.empty())
        out.name = own.name;
    if (own.as_of.year != 0)
        out.as_of = own.as_of;
    return out;
}

/// Adds the prices of a table that are in force on a day.
static void
add_in_force(const PriceTable& table, const PriceTables& dated, Date day, Reading& reading) {
    const auto complete = complete_in(table);
    auto& origins = reading.origins["prices"];
    for (const PriceRow& row : table.rows) {
        const Date broken =
            last_break(dated.breaks, table.provider, row.instance, table.purchase, day);
        const auto found = in_force(table.columns, row.usd, complete.at(row.region), day, broken);
        if (!found)
            continue;
        reading.tables.prices.push_back({.provider = table.provider,
                                         .instance = row.instance,
                                         .region = row.region,
                                         .purchase = table.purchase,
                                         .hourly = UsdPerHour{row.usd[*found]},
                                         .source = table.columns[*found].source});
        origins.push_back({table.file, row.line, origins.size()});
    }
}

/// The tables of what was read, whose first file gives a name to a catalog without one.
static Tables tables_of(Reading reading, const std::string& first_file) {
    constexpr Date kLast{.year = 9999, .month = 12, .day = 31};
    const Date day = reading.tables.as_of.year != 0 ? reading.tables.as_of : kLast;
    for (const PriceTable& table : reading.prices.tables)
        add_in_force(table, reading.prices, day, reading);
    if (!reading.base.empty())
        reading.tables = extended(reading.tables, reading.base);
    if (const auto problem = problem_in(reading.tables))
        refuse(*problem, reading);
    if (reading.tables.prices.empty())
        throw InputError{{.file = first_file, .field = "prices"}, "must have at least one price"};
    if (reading.tables.name.empty())
        reading.tables.name = std::filesystem::path{first_file}.stem().string();
    return std::move(reading.tables);
}

static Reading read_files(std::span<const std::filesystem::path> files) {
    Reading reading;
    for (const auto& file : files)
        read_text(text::read_file(file, yaml::kLargestFile), file.string(), reading);
    return reading;
}

PriceTables read_dated_prices(std::span<const std::filesystem::path> files) {
    Reading reading = read_files(files);
    reading.prices.sources = std::move(reading.tables.sources);
    return std::move(reading.prices);
}

ReadCatalog read_catalog(const std::filesystem::path& file) {
    const std::string content = text::read_file(file, yaml::kLargestFile);
    const auto image = image_beside(file);
    const bool has_image = is_own_file(image);
    const std::uint64_t of = has_image ? checksum(content) : 0;
    if (auto there = has_image ? ImageFile::open(image) : std::nullopt;
        there && there->of().content == of)
        if (auto catalog = there->catalog())
            return {.catalog = *std::move(catalog)};
    Reading reading;
    read_text(content, file.string(), reading);
    const bool says_all = reading.prices.tables.empty() && !reading.tables.name.empty();
    return {.catalog = Catalog{tables_of(std::move(reading), file.string())},
            .outdated_image = has_image && says_all ? std::optional{of} : std::nullopt};
}

Catalog Catalog::read(const std::filesystem::path& file) {
    return read_catalog(file).catalog;
}

Catalog Catalog::read(std::span<const std::filesystem::path> files) {
    Reading reading = read_files(files);
    return Catalog{tables_of(std::move(reading), files.empty() ? "" : files.front().string())};
}

Catalog Catalog::parse(const std::string& yaml, const std::string& name) {
    Reading reading;
    read_text(yaml, name, reading);
    return Catalog{tables_of(std::move(reading), name)};
}

} // namespace flopwise
