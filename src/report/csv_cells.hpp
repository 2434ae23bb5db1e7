// The cells of a choice as CSV has them.

#pragma once

#include <flopwise/recommendation.hpp>

#include <map>
#include <string>
#include <string_view>

namespace flopwise {

/// By the key of their field; what is not known is empty.
using CsvCells = std::map<std::string_view, std::string>;
CsvCells csv_cells(const Recommendation& recommendation, const Choice& choice);

} // namespace flopwise
