#include "report/firmness_part.hpp"

#include "text/figures.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

namespace {

std::string share_text(double share) {
    return share > 0 && share < 0.005 ? "less than 1 %" : fmt::format("{:.0f} %", 100 * share);
}

/// Nothing where one criterion counts alone, and leaves nothing to weigh.
std::string shares_line(const Recommendation& r) {
    constexpr std::size_t kShown = 3;
    const Firmness& f = *r.firmness;
    const FirmChoice& first = f.choices.front();
    if (!first.weights_share || std::ranges::find(r.weights, 1.0) != r.weights.end())
        return "";
    std::vector<const FirmChoice*> others;
    for (const FirmChoice& c : f.choices)
        if (&c != &first && c.weights_share.value_or(0) > 0)
            others.push_back(&c);
    std::ranges::stable_sort(
        others, [](const auto* a, const auto* b) { return *a->weights_share > *b->weights_share; });
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < others.size() && i < kShown; ++i)
        parts.push_back(
            fmt::format("{} for {}", others[i]->instance, share_text(*others[i]->weights_share)));
    return fmt::format("{} is first for {} of {}{}{}",
                       first.instance,
                       share_text(*first.weights_share),
                       f.spread < 1 ? "weights like these" : "all weights",
                       parts.empty() ? "" : "; ",
                       joined(parts, ", "));
}

std::string cases_line(const Firmness& f) {
    const FirmChoice& first = f.choices.front();
    std::vector<std::string> parts;
    if (first.probability_first)
        parts.push_back(fmt::format("first in {} of cases", share_text(*first.probability_first)));
    if (first.probability_cheapest)
        parts.push_back(fmt::format("the cheapest of these choices in {}",
                                    share_text(*first.probability_cheapest)));
    if (first.expected_regret)
        parts.push_back(fmt::format("{} USD dearer than the cheapest on average",
                                    money(*first.expected_regret)));
    return parts.empty() ? ""
                         : "As hours, prices and lost work may turn out: " + joined(parts, ", ");
}

/// "above 6 h a day".
std::string condition(const Flip& flip) {
    struct Words {
        std::string_view key, before, unit;
    };
    constexpr std::array<Words, 7> kWords{{
        {"price_usd_per_hour", "at its price ", " USD/h"},
        {"interruptions_per_hour", "", " interruptions an hour"},
        {"budget_usd", "with a budget ", " USD"},
        {"days", "", " days"},
        {"hours_per_day", "", " h a day"},
        {"min_memory_gib", "if memory must be ", " GiB"},
        {"min_gpu_memory_gib", "if GPU memory must be ", " GiB"},
    }};
    const auto* const known =
        std::ranges::find_if(kWords, [&](const Words& words) { return words.key == flip.key; });
    const std::string_view side = flip.above ? "above" : "below";
    if (known != kWords.end())
        return fmt::format("{}{} {}{}", known->before, side, large(flip.value), known->unit);
    std::string criterion = flip.key.substr(flip.key.find('.') + 1);
    std::ranges::replace(criterion, '_', ' ');
    return fmt::format("with a weight of {} {} {}", criterion, side, figure(flip.value));
}

/// The weights of cost and speed, and with `explain` all others.
bool shown(const Flip& flip, bool explain) {
    return explain || !flip.key.starts_with("weights.") || flip.key == "weights.cost" ||
           flip.key == "weights.speed";
}

/// Each machine that would be first, with all that would make it so.
std::vector<std::string> flip_lines(const Firmness& f, bool explain) {
    struct Winner {
        const Flip* flip;
        std::vector<std::string> conditions;
    };
    std::vector<Winner> winners;
    for (const Flip& flip : f.flips) {
        if (!shown(flip, explain))
            continue;
        const auto known = std::ranges::find_if(winners, [&](const Winner& winner) {
            return winner.flip->provider == flip.provider && winner.flip->instance == flip.instance;
        });
        (known != winners.end() ? *known : winners.emplace_back(Winner{&flip, {}}))
            .conditions.push_back(condition(flip));
    }
    std::vector<std::string> out;
    out.reserve(winners.size());
    for (const Winner& winner : winners)
        out.push_back(fmt::format(
            "{} would be first {}", winner.flip->instance, joined(winner.conditions, ", or ")));
    return out;
}

std::string prices_line(const Firmness& f) {
    constexpr std::size_t kShown = 3;
    std::vector<std::string> parts;
    std::vector<std::string> named{f.choices.front().instance};
    for (const FirmChoice& c : f.choices) {
        if (!c.first_below || parts.size() == kShown ||
            std::ranges::find(named, c.instance) != named.end())
            continue;
        named.push_back(c.instance);
        parts.push_back(fmt::format("{} {} USD/h", c.instance, figure(c.first_below->value())));
    }
    return parts.empty() ? "" : "To be first, they would have to cost less: " + joined(parts, ", ");
}

} // namespace

std::vector<std::string> firmness_lines(const Recommendation& r, bool explain) {
    if (!r.firmness || r.firmness->choices.empty())
        return {};
    const Firmness& f = *r.firmness;
    std::vector<std::string> out{shares_line(r), cases_line(f)};
    for (std::string& line : flip_lines(f, explain))
        out.push_back(std::move(line));
    out.push_back(prices_line(f));
    return out;
}

} // namespace flopwise
