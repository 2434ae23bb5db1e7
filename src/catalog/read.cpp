#include "catalog/tables.hpp"
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
    std::map<std::string, std::vector<Origin>, std::less<>> origins; ///< by section
    std::string base;                                                ///< value of `extends`
    std::string file;                                                ///< read last
};

template <class Unit>
void read(yaml::Fields& row, std::string_view key, std::optional<Quantity<Unit>>& to) {
    if (const auto value = row.number_or_none(key))
        to = Quantity<Unit>{*value};
}

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

// ---- one function for each kind of row ----------------------------------------------

void read(yaml::Fields& row, const std::string& /*provider*/, Source& to) {
    to.name = row.text("name");
    to.title = row.text("title");
    to.as_of = date(row, "as_of");
    const std::string evidence = row.text_or("evidence", "looked_up");
    if (evidence != "looked_up" && evidence != "recalled")
        row.refuse(*row.take("evidence"),
                   "evidence",
                   fmt::format("must be looked_up or recalled, got {}", text::quoted(evidence)));
    to.recalled = evidence == "recalled";
}

void read(yaml::Fields& row, const std::string& /*provider*/, Gpu& to) {
    to.name = row.text("name");
    to.marketing_name = row.text_or("marketing_name", "");
    to.vendor = row.text_or("vendor", "");
    to.architecture = row.text_or("architecture", "");
    to.year = row.whole_number_or("year", 0);
    to.memory = GiB{row.number("memory_gib")};
    read(row, "memory_bandwidth_gb_per_s", to.memory_bandwidth);
    read(row, "fp64_tflops", to.fp64);
    read(row, "fp64_tensor_tflops", to.fp64_tensor);
    read(row, "fp32_tflops", to.fp32);
    read(row, "tf32_tensor_tflops", to.tf32_tensor);
    read(row, "fp16_tflops", to.fp16);
    read(row, "fp16_tensor_tflops", to.fp16_tensor);
    read(row, "bf16_tensor_tflops", to.bf16_tensor);
    read(row, "fp8_tensor_tflops", to.fp8_tensor);
    read(row, "int8_tops", to.int8);
    read(row, "fp4_tensor_tflops", to.fp4_tensor);
    to.interconnect = row.text_or("interconnect", "");
    read(row, "interconnect_gb_per_s", to.interconnect_bandwidth);
    read(row, "tdp_watts", to.tdp);
    to.aliases = row.texts("aliases");
    to.stack = row.text_or("stack", "");
    to.unsupported = row.texts("unsupported");
    for (const std::string& name : row.texts("not_for"))
        to.not_for.push_back(enumerator<Purpose>(row, "not_for", kPurposes, name));
    to.note = row.text_or("note", "");
    to.source = source(row);
}

void read(yaml::Fields& row, const std::string& provider, Family& to) {
    to.provider = row.text_or("provider", provider);
    to.name = row.text("name");
    to.purpose = enumerator<Purpose>(row, "purpose", kPurposes);
    to.year = row.whole_number_or("year", 0);
    to.successor = row.text_or("successor", "");
    to.source = source(row);
}

void read(yaml::Fields& row, const std::string& provider, Instance& to) {
    to.provider = row.text_or("provider", provider);
    to.name = row.text("name");
    to.family = row.text("family");
    to.vcpus = row.number("vcpus");
    to.memory = GiB{row.number("memory_gib")};
    to.arch = row.text_or("arch", "");
    to.cpu_vendor = row.text_or("cpu_vendor", "");
    to.clock_ghz = row.number_or_none("clock_ghz").value_or(0);
    to.gpu = row.text_or("gpu", "");
    to.gpu_count =
        to.gpu.empty() ? row.number_or_none("gpu_count").value_or(0) : row.number("gpu_count");
    read(row, "reported_gpu_memory_gib", to.reported_gpu_memory);
    read(row, "local_storage_gb", to.local_storage);
    to.local_storage_kind = row.text_or("local_storage_kind", "");
    read(row, "network_gbps", to.network);
    read(row, "network_peak_gbps", to.network_peak);
    to.network_estimated = row.flag("network_estimated");
    read(row, "ebs_gbps", to.ebs);
    to.burstable = row.flag("burstable");
    to.bare_metal = row.flag("bare_metal");
    to.retired = row.flag("retired");
    to.source = source(row);
}

void read(yaml::Fields& row, const std::string& provider, Region& to) {
    to.provider = row.text_or("provider", provider);
    to.code = row.text("code");
    to.name = row.text_or("name", "");
    to.city = row.text_or("city", "");
    to.country = row.text_or("country", "");
    const bool latitude = row.number_or_none("latitude").has_value();
    const bool longitude = row.number_or_none("longitude").has_value();
    if (latitude || longitude) // one alone is refused
        to.place = Place{.latitude = row.number("latitude"), .longitude = row.number("longitude")};
    to.year = row.whole_number_or("year", 0);
    to.note = row.text_or("note", "");
    to.source = source(row);
}

void read(yaml::Fields& row, const std::string& provider, Offering& to) {
    to.provider = row.text_or("provider", provider);
    to.instance = row.text("instance");
    to.regions = row.texts("regions");
    to.source = source(row);
}

void read(yaml::Fields& row, const std::string& provider, Price& to) {
    to.provider = row.text_or("provider", provider);
    to.instance = row.text("instance");
    to.region = row.text("region");
    to.purchase = enumerator<Purchase>(row, "purchase", kPurchases);
    to.hourly = UsdPerHour{row.number("usd_per_hour")};
    to.source = source(row);
}

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
        read(row, provider, to.emplace_back());
        row.done();
        origins.push_back({file.file(), node.line, i});
    }
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
    read_section(file, "prices", provider, tables.prices, reading);
    read_section(file, "superseded", provider, tables.superseded, reading);
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

Catalog Catalog::read(const std::filesystem::path& file) {
    return read({&file, 1});
}

/// The tables of what was read, whose first file gives a name to a catalog without one.
static Tables tables_of(Reading reading, const std::string& first_file) {
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

Catalog Catalog::read(std::span<const std::filesystem::path> files) {
    Reading reading;
    for (const auto& file : files)
        read_text(text::read_file(file, yaml::kLargestFile), file.string(), reading);
    return Catalog{tables_of(std::move(reading), files.empty() ? "" : files.front().string())};
}

Catalog Catalog::parse(const std::string& yaml, const std::string& name) {
    Reading reading;
    read_text(yaml, name, reading);
    return Catalog{tables_of(std::move(reading), name)};
}

} // namespace flopwise
