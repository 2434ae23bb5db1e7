// Which bundled catalog answers a request that names none.

#include <flopwise/request.hpp>

#include "text.hpp"

#include <algorithm>
#include <set>

namespace flopwise {

constexpr std::string_view kAllClouds = "clouds-"; // and a month

using Providers = std::set<std::string_view>;

static Providers providers_of(const Catalog& catalog) {
    Providers out;
    for (const Instance& machine : catalog.instances()) // which stand by provider
        if (out.empty() || *out.rbegin() != machine.provider)
            out.insert(machine.provider);
    return out;
}

static Providers matching(std::string_view pattern, const Providers& names) {
    Providers out;
    for (const std::string_view name : names)
        if (text::matches(pattern, name))
            out.insert(name);
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

} // namespace flopwise
