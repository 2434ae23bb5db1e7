#include "catalog/rates.hpp"

#include "text/text.hpp"

#include <algorithm>
#include <set>

namespace flopwise {

namespace {

constexpr std::string_view kName = "the rates of a catalog";

/// Sources by name, and the rows of each section.
struct Rates {
    std::map<std::string, yaml::Node, std::less<>> sources;
    std::map<std::string_view, std::vector<yaml::Node>> rows;

    [[nodiscard]] bool empty() const {
        return std::all_of(rows.begin(), rows.end(), [](auto& s) { return s.second.empty(); });
    }
};

const yaml::Node* value_of(const yaml::Node& row, std::string_view key) {
    const auto found = std::find(row.keys.begin(), row.keys.end(), key);
    return found == row.keys.end() ? nullptr
                                   : &row.items[static_cast<std::size_t>(found - row.keys.begin())];
}

/// A row and its values, which are scalars.
yaml::Node copy_of(const yaml::Node& row) {
    const auto plain = [](const yaml::Node& node) {
        return yaml::Node{
            .kind = node.kind, .quoted = node.quoted, .line = node.line, .text = node.text};
    };
    yaml::Node out = plain(row);
    out.keys = row.keys;
    for (const yaml::Node& item : row.items)
        out.items.push_back(plain(item));
    return out;
}

std::string text_of(const yaml::Node& row, std::string_view key) {
    const yaml::Node* value = value_of(row, key);
    return value == nullptr ? "" : value->text;
}

/// A number as it is, all else in double quotes, so that equal rows are equal texts.
std::string written(const yaml::Node& value) {
    if (value.kind != yaml::Node::Kind::scalar)
        return "~";
    if (!value.quoted && text::number(value.text))
        return value.text;
    std::string out = "\"";
    for (const char c : value.text)
        if (static_cast<unsigned char>(c) < ' ')
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out.append(c == '"' || c == '\\' ? "\\" : "").push_back(c);
    return out + '"';
}

std::string line_of(const yaml::Node& row) {
    std::string out = "  - {";
    for (std::size_t i = 0; i < row.keys.size(); ++i)
        out += fmt::format("{}{}: {}", i == 0 ? "" : ", ", row.keys[i], written(row.items[i]));
    return out + "}\n";
}

std::string sections_of(const Rates& rates) {
    std::string out;
    for (const std::string_view section : kRateSections) {
        const auto found = rates.rows.find(section);
        if (found == rates.rows.end() || found->second.empty())
            continue;
        out += fmt::format("{}:\n", section);
        for (const yaml::Node& row : found->second)
            out += line_of(row);
    }
    return out;
}

std::string written(const Rates& rates) {
    if (rates.empty())
        return {};
    std::string out = "sources:\n";
    for (const auto& [name, source] : rates.sources)
        out += line_of(source);
    return out + sections_of(rates);
}

void put(yaml::Node& row, std::string_view key, std::string value, bool quoted) {
    yaml::Node node{.kind = yaml::Node::Kind::scalar, .quoted = quoted, .text = std::move(value)};
    if (const auto found = std::find(row.keys.begin(), row.keys.end(), key);
        found != row.keys.end()) {
        row.items[static_cast<std::size_t>(found - row.keys.begin())] = std::move(node);
        return;
    }
    row.keys.insert(row.keys.begin(), std::string{key});
    row.items.insert(row.items.begin(), std::move(node));
}

Rates read(yaml::Fields& file) {
    Rates out;
    const std::string provider = file.text_or("provider", "");
    std::set<std::string> used;
    for (const std::string_view section : kRateSections) {
        const yaml::Node* rows = file.take(section);
        if (rows == nullptr)
            continue;
        if (rows->kind != yaml::Node::Kind::list)
            file.refuse(*rows, section, "must be a list of rows");
        for (std::size_t i = 0; i < rows->items.size(); ++i) {
            const yaml::Node& row = rows->items[i];
            (void)yaml::Fields{row, file.file(), fmt::format("{}[{}]", section, i)}; // a mapping
            yaml::Node& to = out.rows[section].emplace_back(copy_of(row));
            if (!provider.empty() && value_of(row, "provider") == nullptr)
                put(to, "provider", provider, true);
            used.insert(text_of(row, "source"));
        }
    }
    if (const yaml::Node* sources = file.take("sources"))
        for (const yaml::Node& source : sources->items)
            if (const std::string name = text_of(source, "name"); used.contains(name))
                out.sources.emplace(name, copy_of(source));
    return out;
}

Rates parsed(const std::string& rates) {
    if (rates.empty())
        return {};
    const yaml::Node root = yaml::parse(rates, std::string{kName});
    yaml::Fields file{root, std::string{kName}, ""};
    return read(file);
}

/// What a row is told from others by: all but its figures and its source.
std::vector<std::pair<std::string, std::string>> names_of(const yaml::Node& row) {
    std::vector<std::pair<std::string, std::string>> out;
    for (std::size_t i = 0; i < row.keys.size(); ++i)
        if (row.keys[i] != "source" && (row.items[i].quoted || !text::number(row.items[i].text)))
            out.emplace_back(row.keys[i], row.items[i].text);
    std::sort(out.begin(), out.end());
    return out;
}

bool same(const yaml::Node& a, const yaml::Node& b) {
    return line_of(a) == line_of(b);
}

/// Gives a source another name, in its rows too.
void rename(Rates& rates, const std::string& from, const std::string& to) {
    auto node = rates.sources.extract(from);
    put(node.mapped(), "name", to, true);
    node.key() = to;
    rates.sources.insert(std::move(node));
    for (auto& [section, rows] : rates.rows)
        for (yaml::Node& row : rows)
            if (text_of(row, "source") == from)
                put(row, "source", to, true);
}

/// A name that none has, made of one that is taken.
template <class Taken>
std::string free_name(const std::string& name, Taken taken) {
    for (int n = 2;; ++n)
        if (std::string other = fmt::format("{}-{}", name, n); !taken(other))
            return other;
}

} // namespace

std::string rates_in(yaml::Fields& file) {
    return written(read(file));
}

std::string overlaid_rates(const std::string& base, const std::string& newer) {
    if (base.empty() || newer.empty())
        return base.empty() ? newer : base;
    Rates out = parsed(newer);
    Rates old = parsed(base);
    std::vector<std::string> clashing;
    for (const auto& [name, source] : old.sources)
        if (const auto found = out.sources.find(name);
            found != out.sources.end() && !same(source, found->second))
            clashing.push_back(name);
    for (const std::string& name : clashing)
        rename(old, name, free_name(name, [&](const std::string& other) {
                   return out.sources.contains(other) || old.sources.contains(other);
               }));
    std::set<std::string> used;
    for (auto& [section, rows] : old.rows) {
        std::set<std::vector<std::pair<std::string, std::string>>> replaced;
        for (const yaml::Node& row : out.rows[section])
            replaced.insert(names_of(row));
        for (yaml::Node& row : rows)
            if (!replaced.contains(names_of(row))) {
                used.insert(text_of(row, "source"));
                out.rows[section].push_back(std::move(row));
            }
    }
    for (auto& [name, source] : old.sources)
        if (used.contains(name))
            out.sources.emplace(name, std::move(source));
    return written(out);
}

WrittenRates written_rates(const std::string& rates, const std::vector<Source>& sources) {
    Rates all = parsed(rates);
    WrittenRates out;
    std::map<std::string_view, const Source*> there;
    for (const Source& source : sources)
        there.emplace(source.name, &source);
    std::vector<std::string> names;
    for (const auto& [name, node] : all.sources)
        names.push_back(name);
    for (const std::string& name : names) {
        const yaml::Node& node = all.sources.at(name);
        Source source{.name = name,
                      .title = text_of(node, "title"),
                      .as_of = date_of(text_of(node, "as_of")).value_or(Date{}),
                      .recalled = text_of(node, "evidence") == "recalled"};
        const auto found = there.find(name);
        if (found != there.end() && *found->second == source)
            continue;
        if (found != there.end()) {
            source.name = free_name(name, [&](const std::string& other) {
                return there.contains(other) || all.sources.contains(other);
            });
            rename(all, name, source.name);
        }
        out.sources.push_back(source);
    }
    out.sections = sections_of(all);
    return out;
}

} // namespace flopwise
