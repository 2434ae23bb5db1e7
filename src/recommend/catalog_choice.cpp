// Which bundled catalog answers a request that names none.

#include <flopwise/recommend.hpp>

#include "feed/base_catalog.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise {

using Providers = std::vector<std::string_view>;

static Providers matching(std::string_view pattern, const Providers& names) {
    Providers out;
    std::copy_if(names.begin(), names.end(), std::back_inserter(out), [pattern](auto name) {
        return text::matches(pattern, name);
    });
    return out;
}

Catalog catalog_for(const Request& request, const Catalog& usual) {
    const auto& wanted = request.constraints.provider;
    const auto clouds = wanted.empty() ? std::nullopt : all_clouds();
    if (!clouds)
        return usual;
    const Providers here = usual.providers();
    const Providers there = clouds->providers();
    const bool has_all = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& pattern) {
        const Providers found = matching(pattern, here);
        return !found.empty() && std::ranges::includes(found, matching(pattern, there));
    });
    return has_all ? usual : *clouds;
}

Catalog opened(const Request& request) {
    if (request.catalog.empty())
        return catalog_for(request, Catalog::bundled());
    const auto names = Catalog::bundled_names();
    if (std::ranges::find(names, request.catalog) != names.end())
        return Catalog::bundled(request.catalog);
    const bool is_file = request.catalog.find('/') != std::string::npos ||
                         request.catalog.ends_with(".yaml") || request.catalog.ends_with(".yml");
    return is_file ? Catalog::read(request.catalog) : Catalog::bundled(request.catalog);
}

} // namespace flopwise
