#include "catalog/fields.hpp"
#include "catalog/rates.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <algorithm>
#include <iterator>

namespace flopwise {

namespace {

/// One row on one line: `  - {key: value, ...}`, leaving out what is not known.
class Row {
public:
    void text(std::string_view key, std::string_view value) {
        if (!value.empty())
            pair(key, yaml::written(value));
    }
    void number(std::string_view key, double value) { pair(key, fmt::format("{}", value)); }
    void flag(std::string_view key, bool value) {
        if (value)
            pair(key, "true");
    }
    void texts(std::string_view key, const std::vector<std::string>& values) {
        std::string list;
        for (const std::string& value : values)
            list += (list.empty() ? "" : ", ") + yaml::written(value);
        if (!values.empty())
            pair(key, "[" + list + "]");
    }
    [[nodiscard]] std::string line() const { return "  - {" + pairs_ + "}\n"; }

private:
    void pair(std::string_view key, std::string_view value) {
        fmt::format_to(
            std::back_inserter(pairs_), "{}{}: {}", pairs_.empty() ? "" : ", ", key, value);
    }

    std::string pairs_;
};

/// Writes the fields of a row.
struct ToYaml {
    Row& to;

    void operator()(const Field& f, const std::string& value) const { to.text(f.in_file(), value); }
    void operator()(const Field& f, const std::vector<std::string>& values) const {
        to.texts(f.in_file(), values);
    }
    void operator()(const Field& f, double value) const {
        if (value != 0 || f.is(kRequired))
            to.number(f.in_file(), value);
    }
    void operator()(const Field& f, const std::optional<double>& value) const {
        if (value)
            to.number(f.in_file(), *value);
    }
    template <class Unit>
    void operator()(const Field& f, Quantity<Unit> value) const {
        (*this)(f, value.value());
    }
    template <class Unit>
    void operator()(const Field& f, const std::optional<Quantity<Unit>>& value) const {
        if (value)
            to.number(f.in_file(), value->value());
    }
    void operator()(const Field& f, int value) const { (*this)(f, static_cast<double>(value)); }
    void operator()(const Field& f, bool value) const {
        if (f.set_word.empty())
            to.flag(f.in_file(), value);
        else
            to.text(f.in_file(), value ? f.set_word : "");
    }
    void operator()(const Field& f, Date value) const { to.text(f.in_file(), to_string(value)); }
    template <class E>
    requires std::is_enum_v<E>
    void operator()(const Field& f, E value) const { to.text(f.in_file(), to_string(value)); }
    template <class E>
    requires std::is_enum_v<E>
    void operator()(const Field& f, const std::vector<E>& values) const {
        std::vector<std::string> names;
        names.reserve(values.size());
        for (const E value : values)
            names.emplace_back(to_string(value));
        to.texts(f.in_file(), names);
    }
    void operator()(const Field& north, const Field& east, const std::optional<Place>& p) const {
        if (p) {
            to.number(north.in_file(), p->latitude);
            to.number(east.in_file(), p->longitude);
        }
    }
};

template <class Rows>
void write_section(std::string& out, std::string_view name, const Rows& rows) {
    if (rows.empty())
        return;
    out += fmt::format("{}:\n", name);
    for (const auto& row : rows) {
        Row line;
        fields(ToYaml{line}, row);
        out += line.line();
    }
}

} // namespace

std::string to_yaml(const Catalog& catalog) {
    Tables tables = catalog.tables();
    const WrittenRates rates = written_rates(tables.rates, tables.sources);
    tables.sources.insert(tables.sources.end(), rates.sources.begin(), rates.sources.end());
    Row about;
    about.text("name", tables.name);
    about.text("as_of", to_string(tables.as_of));
    std::string out = "catalog: " + about.line().substr(std::string_view{"  - "}.size());
    write_section(out, "sources", tables.sources);
    write_section(out, "gpus", tables.gpus);
    write_section(out, "families", tables.families);
    write_section(out, "instances", tables.instances);
    write_section(out, "regions", tables.regions);
    write_section(out, "offerings", tables.offerings);
    write_section(out, "prices", tables.prices);
    write_section(out, "superseded", tables.superseded);
    write_section(out, "explained", tables.explained);
    return out + rates.sections;
}

} // namespace flopwise
