// What imports have of reserved rates and interruptions, as a catalog keeps it (Tables::rates).

#pragma once

#include <flopwise/feed.hpp>

namespace flopwise {

/// The rates of an import as the text of a file of charges, whose source has that name; empty if
/// it has none. A reserved rate
/// has the price on demand of the same file beside it. What is paid upfront stands as its ratio to
/// what is paid by the hour, the median of the machines of the file; `left_out` counts rates of
/// machines that have none by the hour.
std::string
imported_rates(const Import& import, const std::string& source, std::uint64_t& left_out);

} // namespace flopwise
