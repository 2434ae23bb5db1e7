// Catalogs of any size: the machines of the bundled catalog in regions that do not exist.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise::bench {

enum class Market {
    on_demand,
    with_gaps, ///< each machine can be launched in seven of eight regions only
    with_spot, ///< half of the offers are spot
};

/// As many offers as asked for. A price is the machine's real price on demand times a random
/// factor in [0.8, 1.6], for spot times another in [0.2, 0.7], in steps of 0.0001 USD/h as
/// providers have it. Regions alternate between "east-0000" and "west-0001" and so on, at random
/// places. Equal arguments give equal catalogs on every machine.
Catalog synthetic(Market market, std::size_t offers);

} // namespace flopwise::bench
