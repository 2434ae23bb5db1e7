// `catalog update`: the public price files of a provider, into the user's cache.

#pragma once

#include <flopwise/catalog.hpp>

#include <string>
#include <vector>

namespace flopwise {

struct Update {
    std::string provider;               ///< "aws" or "azure"
    std::vector<std::string> regions{}; ///< empty: those in which the catalog has prices
    std::string from{};                 ///< URL of a mirror; empty: the provider's own
    std::string base{};                 ///< as catalog_called() has it
    std::string cacert{};               ///< file of certificates to trust; empty: the usual ones
    bool accept_outliers = false;       ///< use figures a hundred times off their like too
    long stall_seconds = 60;
    Date today{}; ///< files that are dated after the day after it are refused
};

/// Downloads what is new, joins it over the base, the usual catalog if none is named, and replaces
/// the one in the cache. Says on standard output what became of each region. Throws InputError or
/// ArgumentError; the cache is then as it was, and what was downloaded serves the next call.
void update(const Update& what);

} // namespace flopwise
