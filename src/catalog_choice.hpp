// What the bundled catalogs have to add where a catalog is not named.

#pragma once

#include <flopwise/feed.hpp>

#include <set>

namespace flopwise {

/// Those who rent out a catalog's machines, in the order of their names.
std::vector<std::string_view> providers_of(const Catalog& catalog);

/// Those whose rows some imports have.
std::set<std::string> providers_of(std::span<const Import> imports);

/// A catalog with what the bundled catalog of all clouds has of some providers, as far as the
/// catalog has no machine of theirs.
Catalog with_providers(const Catalog& catalog, const std::set<std::string>& providers);

} // namespace flopwise
