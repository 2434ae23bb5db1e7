#include "bundle/stacks.hpp"

#include <flopwise/date.hpp>

#include "bundle/rows.hpp"
#include "catalog/bundled.hpp"
#include "text/files.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <algorithm>
#include <set>

namespace flopwise {

/// "8.6" as 86.
static int capability_in(yaml::Fields& row, std::string_view key, const std::string& text) {
    constexpr std::string_view kDigits = "0123456789";
    const std::size_t dot = text.find('.');
    const auto digits = [&](const std::string& part) {
        return !part.empty() && part.size() <= 2 &&
               part.find_first_not_of(kDigits) == std::string::npos;
    };
    if (dot == std::string::npos || !digits(text.substr(0, dot)) || text.size() != dot + 2 ||
        !digits(text.substr(dot + 1)))
        row.refuse(row.node(), key, "must be a compute capability such as 8.6, got " + text);
    return 10 * std::stoi(text.substr(0, dot)) + std::stoi(text.substr(dot + 1));
}

static Date day_in(yaml::Fields& row, std::string_view key, const std::string& text) {
    const auto date = date_of(text);
    if (!date || date->day == 0)
        row.refuse(row.node(), key, "must be a day such as 2026-10-28, got " + text);
    return *date;
}

static std::string date_literal(Date date) {
    return fmt::format("Date{{{}, {}, {}}}", date.year, date.month, date.day);
}

static std::set<std::string> add_techniques(std::string& out, yaml::Fields& root) {
    std::set<std::string> names;
    out += "constexpr TechniqueRow kTechniques[] = {\n";
    each_row(root, "techniques", [&](yaml::Fields& row) {
        const std::string name = row.text("name");
        const std::string what = row.text("what");
        names.insert(name);
        out += fmt::format("    {{\"{}\", \"{}\", {}}},\n", name, what, row.flag("nowhere_else"));
    });
    out += "};\n";
    return names;
}

static void add_needs(std::string& out,
                      yaml::Fields& root,
                      const std::set<std::string>& names,
                      const RowSources& sources) {
    out += "constexpr NeedRow kNeeds[] = {\n";
    each_row(root, "needs", [&](yaml::Fields& row) {
        const std::string stack = row.text("stack");
        const std::string capability = row.text_or("capability", "");
        const std::string since = row.text_or("since", "");
        for (const std::string& name : row.texts("techniques")) {
            if (!names.contains(name))
                row.refuse(row.node(), "techniques", "must be of the list techniques, got " + name);
            out +=
                fmt::format("    {{\"{}\", \"{}\", {}, {}}},\n",
                            name,
                            stack,
                            capability.empty() ? 0 : capability_in(row, "capability", capability),
                            date_literal(since.empty() ? Date{} : day_in(row, "since", since)));
        }
        (void)row.text_or("note", "");
        (void)source_of(row, sources);
    });
    out += "};\n";
}

static std::string capabilities_in(yaml::Fields& row) {
    constexpr std::size_t kMost = std::tuple_size_v<decltype(bundled::WheelRow::capabilities)>;
    const std::vector<std::string> texts = row.texts("capabilities");
    if (texts.size() > kMost)
        row.refuse(row.node(),
                   "capabilities",
                   fmt::format("must be at most {}, got {}", kMost, texts.size()));
    std::string out;
    for (const std::string& text : texts)
        out +=
            fmt::format("{}{}", out.empty() ? "" : ", ", capability_in(row, "capabilities", text));
    return out;
}

static void add_wheels(std::string& out, yaml::Fields& root, const RowSources& sources) {
    out += "constexpr WheelRow kWheels[] = {\n";
    each_row(root, "wheels", [&](yaml::Fields& row) {
        const std::string arch = row.text("arch");
        if (arch != "x86_64" && arch != "arm64")
            row.refuse(row.node(), "arch", "must be x86_64 or arm64, got " + arch);
        const std::string pytorch = row.text("pytorch");
        const std::string ptx = row.text_or("ptx", "");
        const Date since = day_in(row, "since", row.text("since"));
        const std::string cuda = row.text_or("cuda", "");
        out += fmt::format("    {{\"{}\", {}, \"{}\", \"{}\", {}, {}, {{{}}}}},\n",
                           pytorch,
                           date_literal(since),
                           arch,
                           cuda,
                           row.flag("usual"),
                           ptx.empty() ? 0 : capability_in(row, "ptx", ptx),
                           capabilities_in(row));
        (void)source_of(row, sources);
    });
    out += "};\n";
}

std::string stacks_as_code(const std::string& file) {
    constexpr std::size_t kLargestFile = std::size_t{1} << 20U;
    const yaml::Node node = yaml::parse(text::read_file(file, kLargestFile), file);
    yaml::Fields root{node, file, ""};
    const RowSources sources = sources_of(root);
    std::string out;
    const std::set<std::string> names = add_techniques(out, root);
    add_needs(out, root, names, sources);
    add_wheels(out, root, sources);
    root.done();
    return out;
}

} // namespace flopwise
