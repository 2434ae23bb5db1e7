// What imports have of reserved rates and interruptions, as a catalog keeps it (Tables::rates).

#pragma once

#include <flopwise/feed.hpp>

#include <map>
#include <tuple>

namespace flopwise {

using MachinePlace =
    std::tuple<std::string, std::string, std::string>; ///< provider, instance, region

/// The prices on demand of an import, which stand beside its reserved rates.
std::map<MachinePlace, UsdPerHour> on_demand_prices(const Import& import);

/// The rates of an import as the text of a file of charges, whose source has that name; empty if
/// it has none. A reserved rate
/// has the price on demand of the same file beside it. What is paid upfront stands as its ratio to
/// what is paid by the hour, the median of the machines of the file; `left_out` counts rates of
/// machines that have none by the hour.
std::string
imported_rates(const Import& import, const std::string& source, std::uint64_t& left_out);

} // namespace flopwise
