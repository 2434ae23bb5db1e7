// flopwise: the earlier name of catalog_text.hpp, for one release

#pragma once

#include <flopwise/catalog_text.hpp>

namespace flopwise {

/// The earlier name of table_of().
[[deprecated("table_of")]] inline std::string machines(const Catalog& catalog,
                                                       std::string_view pattern = {}) {
    return table_of(catalog, pattern);
}
/// The earlier name of sheet_of().
[[deprecated("sheet_of")]] inline std::string machine(const Catalog& catalog,
                                                      std::string_view name) {
    return sheet_of(catalog, name);
}

} // namespace flopwise
