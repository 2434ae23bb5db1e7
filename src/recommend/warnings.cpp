#include "recommend/warnings.hpp"

#include <flopwise/score.hpp>

#include "text/figures.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace flopwise {

std::string names_of(const std::vector<const Choice*>& choices) {
    constexpr std::size_t kShown = 3;
    std::vector<std::string> names;
    for (const Choice* choice : choices)
        if (std::find(names.begin(), names.end(), choice->instance) == names.end())
            names.push_back(choice->instance);
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
        out += (i == 0 ? "" : ", ") + names[i];
    return names.size() > kShown ? fmt::format("{} and {} more", out, names.size() - kShown) : out;
}

std::string foreign(const std::string& arch, const std::string& stack) {
    std::string other = stack == "CUDA" ? "" : stack == "none" ? "no CUDA" : stack;
    if (arch.empty() || arch == "x86_64")
        return other;
    return other.empty() ? arch : fmt::format("{} on {}", other, arch);
}

std::string platform_line(const Recommendation& r) {
    std::vector<std::string> parts;
    const auto add = [&parts](const std::string& instance, const std::string& what) {
        std::string part = fmt::format("{} {}", instance, what);
        if (!what.empty() && std::find(parts.begin(), parts.end(), part) == parts.end())
            parts.push_back(std::move(part));
    };
    if (r.request.by == By::instance)
        for (const Choice& c : r.choices)
            add(c.instance, foreign(c.arch, c.stack));
    for (std::size_t i = 0; i < r.families.size() && std::cmp_less(i, r.request.top); ++i)
        add(r.families[i].best, foreign(r.families[i].arch, r.families[i].stack));
    return parts.empty() ? "" : "! not CUDA on x86_64: " + joined(parts, ", ");
}

std::vector<std::string> platform_warnings(const Recommendation& r) {
    if (r.choices.empty())
        return {};
    const Choice& c = r.choices.front();
    std::vector<std::string> out;
    if (!c.stack.empty() && c.stack != "CUDA" && r.request.profile != Profile::graphics)
        out.push_back(fmt::format("{} is not CUDA: {}",
                                  c.instance,
                                  c.stack == "none" ? "no programs for its GPU are known"
                                                    : "programs need " + c.stack));
    if (!c.arch.empty() && c.arch != "x86_64")
        out.push_back(fmt::format(
            "{} is {}: x86 images and wheels do not run{}",
            c.instance,
            c.arch,
            c.gpu.empty() ? ""
                          : fmt::format("; programs need a build for {} with {}", c.arch, c.gpu)));
    return out;
}

/// The oldest price of each provider among some choices.
static std::map<std::string, Date> oldest_prices(const std::vector<const Choice*>& choices) {
    std::map<std::string, Date> out;
    for (const Choice* choice : choices) {
        Date& oldest = out.try_emplace(choice->provider, choice->as_of).first->second;
        oldest = std::min(oldest, choice->as_of);
    }
    return out;
}

static std::string dates_in_words(const std::map<std::string, Date>& dates) {
    std::string out;
    for (const auto& [provider, date] : dates)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", provider, to_string(date));
    return out;
}

static std::string providers_in_words(const std::map<std::string, Date>& dates) {
    std::string out;
    for (const auto& [provider, date] : dates)
        out += (out.empty() ? "" : ", ") + provider;
    return out;
}

static bool differ(const std::map<std::string, Date>& dates) {
    return std::any_of(dates.begin(), dates.end(), [&](const auto& row) {
        return row.second != dates.begin()->second;
    });
}

/// RunPod rents out other people's machines under this suffix.
static bool is_community(const Choice& choice) {
    return choice.instance.ends_with("_COMMUNITY");
}

std::vector<std::string> what_is_not_comparable(const Recommendation& r) {
    std::vector<std::string> out;
    const bool network_counts = r.weights[static_cast<std::size_t>(Criterion::network)] > 0;
    const auto unknown = choices_where(r, [](const Choice& c) { return !c.network; });
    if (network_counts && !unknown.empty())
        out.push_back(fmt::format(
            "network rate not known, scored as {}: {}", kAssumedNetwork, names_of(unknown)));
    const auto dates = oldest_prices(choices_where(r, [](const Choice&) { return true; }));
    if (differ(dates))
        out.push_back(
            fmt::format("prices of different dates are compared: {}", dates_in_words(dates)));
    const auto community = choices_where(r, is_community);
    if (!community.empty())
        out.push_back(
            fmt::format("hosts of private people, not of a data centre: {}", names_of(community)));
    const auto spot = oldest_prices(
        choices_where(r, [](const Choice& c) { return c.purchase == PurchaseKind::spot; }));
    if (spot.size() > 1)
        out.push_back(fmt::format("spot is not the same thing everywhere: how prices move, how "
                                  "often machines are reclaimed and with what notice differs "
                                  "between {}",
                                  providers_in_words(spot)));
    return out;
}

} // namespace flopwise
