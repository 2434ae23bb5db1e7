#include "feed/base_catalog.hpp"

#include "catalog/tables.hpp"

#include <algorithm>

namespace flopwise {

constexpr std::string_view kAllClouds = "clouds-"; // and a month

std::set<std::string> providers_of(std::span<const Import> imports) {
    std::set<std::string> out;
    const auto add = [&out](const auto& rows) {
        for (const auto& row : rows)
            out.insert(row.provider);
    };
    for (const Import& import : imports) {
        add(import.tables.instances);
        add(import.tables.offerings);
        add(import.tables.prices);
    }
    return out;
}

std::optional<Catalog> all_clouds() {
    for (const std::string_view name : Catalog::bundled_names())
        if (name.starts_with(kAllClouds))
            return Catalog::bundled(name);
    return std::nullopt;
}

/// Leaves the rows of some providers, and all GPUs.
static void restrict_to(const std::set<std::string>& providers, Tables& tables) {
    const auto restrict = [&providers](auto& rows) {
        std::erase_if(rows, [&](const auto& row) { return !providers.contains(row.provider); });
    };
    restrict(tables.families);
    restrict(tables.instances);
    restrict(tables.regions);
    restrict(tables.offerings);
    restrict(tables.prices);
    restrict(tables.superseded);
    std::erase_if(tables.explained, [&](const Explanation& row) { // of a GPU: of no provider
        return !row.provider.empty() && !providers.contains(row.provider);
    });
    drop_unused_sources(tables);
}

Catalog with_providers(const Catalog& catalog, const std::set<std::string>& providers) {
    std::set<std::string> missing = providers;
    for (const std::string_view here : catalog.providers())
        missing.erase(std::string{here});
    const auto clouds = missing.empty() ? std::nullopt : all_clouds();
    if (!clouds)
        return catalog;
    Tables more = clouds->tables();
    restrict_to(missing, more);
    if (more.instances.empty())
        return catalog;
    Tables out = overlaid(std::move(more), catalog.tables());
    out.name = catalog.name();
    out.as_of = std::max(catalog.as_of(), clouds->as_of());
    return Catalog{std::move(out)};
}

} // namespace flopwise
