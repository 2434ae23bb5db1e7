// Records as flat rows of plain cells, for tables: Arrow, data frames, HTML and text.

#pragma once

#include "casters.hpp"

#include <cstdint>

namespace flopwise::python {

enum class Kind : std::uint8_t { boolean, integer, number, text, list };

/// One value of a table; nothing where it is not known.
using Cell =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

struct Column {
    std::string name;
    Kind kind;
    std::vector<Cell> cells{};
};

/// The columns as an ArrowArrayStream of one batch, in a capsule as the Arrow PyCapsule
/// interface asks for.
py::capsule arrow_stream(std::vector<Column> columns);
/// The columns' names and types, as an ArrowSchema in a capsule.
py::capsule arrow_schema(std::vector<Column> columns);

/// A table for a terminal: the first rows, as many columns as its width holds.
std::string text_of(const std::vector<Column>& columns, std::size_t rows);

} // namespace flopwise::python
