// What the bundled catalogs have to add where a catalog is not named.

#pragma once

#include <flopwise/feed.hpp>

#include <set>

namespace flopwise {

/// The newest bundled catalog of all providers; empty if none is compiled in.
std::optional<Catalog> all_clouds();

/// Those whose rows some imports have.
std::set<std::string> providers_of(std::span<const Import> imports);

/// A catalog with what the bundled catalog of all clouds has of some providers, as far as the
/// catalog has no machine of theirs.
Catalog with_providers(const Catalog& catalog, const std::set<std::string>& providers);

} // namespace flopwise
