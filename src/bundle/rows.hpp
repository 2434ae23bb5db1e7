// The lists of a file of data/ that becomes constants: its rows, and the sources that they name.

#pragma once

#include "text/yaml.hpp"

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

namespace flopwise {

/// Calls `use` for each mapping of a list, with its place in the file.
template <class Use>
void each_row(yaml::Fields& from, std::string_view key, Use use) {
    const yaml::Node* rows = from.take(key);
    for (std::size_t i = 0; rows != nullptr && i < rows->items.size(); ++i) {
        yaml::Fields row{rows->items[i], from.file(), fmt::format("{}[{}]", from.path(key), i)};
        use(row);
        row.done();
    }
}

struct RowSource {
    std::string title;
    std::string as_of;
};
using RowSources = std::map<std::string, RowSource>;

/// The section `sources`, by name.
inline RowSources sources_of(yaml::Fields& root) {
    RowSources out;
    each_row(root, "sources", [&](yaml::Fields& row) {
        (void)row.text_or("evidence", "");
        (void)row.text_or("url", "");
        const std::string name = row.text("name");
        out[name] = {row.text("title"), row.text("as_of")};
    });
    return out;
}

/// The source that a row names. Throws InputError if it is none of them.
inline const RowSource& source_of(yaml::Fields& row, const RowSources& sources) {
    const std::string source = row.text("source");
    if (!sources.contains(source))
        row.refuse(row.node(), "source", "must be one of the sources, got " + source);
    return sources.at(source);
}

} // namespace flopwise
