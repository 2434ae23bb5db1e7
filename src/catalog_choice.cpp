// Which bundled catalog answers a request that names none, and what one adds to a catalog.

#include "catalog_choice.hpp"

#include <flopwise/request.hpp>

#include "catalog_data.hpp"
#include "text.hpp"

#include <algorithm>

namespace flopwise {

constexpr std::string_view kAllClouds = "clouds-"; // and a month

using Providers = std::vector<std::string_view>;

Providers providers_of(const Catalog& catalog) {
    Providers out;
    for (const Instance& machine : catalog.instances()) // which stand by provider
        if (out.empty() || out.back() != machine.provider)
            out.emplace_back(machine.provider);
    return out;
}

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

static Providers matching(std::string_view pattern, const Providers& names) {
    Providers out;
    std::copy_if(names.begin(), names.end(), std::back_inserter(out), [pattern](auto name) {
        return text::matches(pattern, name);
    });
    return out;
}

static std::optional<Catalog> all_clouds() {
    for (const std::string_view name : Catalog::bundled_names())
        if (name.starts_with(kAllClouds))
            return Catalog::bundled(name);
    return std::nullopt;
}

Catalog catalog_for(const Request& request, const Catalog& usual) {
    const auto& wanted = request.constraints.provider;
    const auto clouds = wanted.empty() ? std::nullopt : all_clouds();
    if (!clouds)
        return usual;
    const Providers here = providers_of(usual);
    const Providers there = providers_of(*clouds);
    const bool has_all = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& pattern) {
        const Providers found = matching(pattern, here);
        return !found.empty() && std::ranges::includes(found, matching(pattern, there));
    });
    return has_all ? usual : *clouds;
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
    drop_unused_sources(tables);
}

Catalog with_providers(const Catalog& catalog, const std::set<std::string>& providers) {
    std::set<std::string> missing = providers;
    for (const std::string_view here : providers_of(catalog))
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
