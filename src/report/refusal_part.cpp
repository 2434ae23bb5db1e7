#include "report/refusal_part.hpp"

#include "text/figures.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

/// A number that still admits the offer when it is typed as it is shown: money is rounded up,
/// time down, to four decimals or four figures.
static std::string typed(std::string_view key, double value) {
    constexpr double kCents = 100;
    if (key == "budget_usd")
        return fmt::format("{:.2f}", std::ceil(value * kCents - 0.5) / kCents);
    if (key == "days" || key == "hours_per_day") {
        const double scale = std::pow(10.0, std::max(4.0, 3 - std::floor(std::log10(value))));
        return fmt::format("{}", std::floor(value * scale) / scale);
    }
    if (key == "max_rtt_ms")
        return fmt::format("{:.0f}", std::ceil(value));
    return fmt::format("{}", value);
}

static std::string keyword_of(const Relaxation& change) {
    if (const auto* number = std::get_if<double>(&change.value))
        return fmt::format("{}={}", change.key, typed(change.key, *number));
    if (const auto* name = std::get_if<std::string>(&change.value))
        return change.key == "exclude" ? fmt::format("{} without {}", change.key, *name)
                                       : fmt::format("{}={}", change.key, text::quoted(*name));
    return change.key + "=True";
}

static std::string flag_of(const Relaxation& change) {
    const Setting* setting = find_setting(change.key);
    std::string flag =
        fmt::format("--{}", setting == nullptr ? std::string_view{change.key} : setting->flag);
    if (const auto* number = std::get_if<double>(&change.value))
        return fmt::format("{} {}", flag, typed(change.key, *number));
    if (const auto* name = std::get_if<std::string>(&change.value))
        return change.key == "exclude" ? fmt::format("no {} {}", flag, *name)
                                       : fmt::format("{} {}", flag, *name);
    return flag;
}

std::string relaxation_of(const Refusal& refusal, bool keywords) {
    const auto name_of = keywords ? keyword_of : flag_of;
    const auto& sets = refusal.alternatives;
    if (sets.empty())
        return {};
    const auto needed = [&sets](const Relaxation& change) {
        return std::all_of(sets.begin(), sets.end(), [&change](const auto& one) {
            return std::find(one.begin(), one.end(), change) != one.end();
        });
    };
    std::vector<std::string> all; // in each of the sets
    for (const Relaxation& change : sets.front())
        if (needed(change))
            all.push_back(name_of(change));
    std::vector<std::string> any;
    for (const auto& one : sets) {
        std::vector<std::string> rest;
        for (const Relaxation& change : one)
            if (!needed(change))
                rest.push_back(name_of(change));
        if (!rest.empty())
            any.push_back(joined(rest, " and "));
    }
    if (all.empty())
        return joined(any, ", or ");
    if (!any.empty())
        all.push_back("one of " + joined(any, ", "));
    return joined(all, " and ");
}

std::string title_of(const Refusal& refusal) {
    return fmt::format("{} ({}{})",
                       refusal.instance,
                       refusal.region,
                       refusal.purchase == Purchase::spot ? ", spot" : "");
}

/// Whether each machine without a price is told of in a line of its own.
static bool in_lines(const Recommendation& r) {
    return r.choices.empty() || !r.request.constraints.instance.empty();
}

/// Whether it is asked for by name or place, so that a reader will look for what is not there.
static bool is_narrow(const Recommendation& r) {
    const Constraints& c = r.request.constraints;
    return !c.region.empty() || !c.gpu.empty() || !c.family.empty() || c.max_rtt || r.region_choice;
}

std::string unpriced_line(const Recommendation& r) {
    const std::size_t count = r.unpriced.count;
    if (count == 0 || in_lines(r) || !is_narrow(r))
        return "";
    std::vector<std::string> names;
    for (const Unpriced& machine : r.unpriced.machines)
        if (names.size() < count)
            names.push_back(machine.instance);
    if (names.empty())
        return fmt::format("Sold there, price not known: {} machines", count);
    const std::size_t more = count - names.size();
    return fmt::format("Sold there, price not known: {}{}",
                       joined(names, ", "),
                       more == 0 ? "" : fmt::format(" and {} more", more));
}

std::vector<std::string> unpriced_lines(const Recommendation& r) {
    std::vector<std::string> out;
    if (!in_lines(r))
        return out;
    std::size_t told = 0;
    for (const Unpriced& machine : r.unpriced.machines) {
        out.push_back(fmt::format("{}: {}", machine.instance, machine.text));
        told += machine.sold == Sold::yes ? 1 : 0;
    }
    if (r.unpriced.count > told)
        out.push_back(fmt::format("{} machines that have all that is asked for are sold there, "
                                  "price not known",
                                  large(static_cast<double>(r.unpriced.count))));
    return out;
}

std::string counts_of(const Recommendation& r) {
    std::vector<std::string> parts;
    for (const auto& [reason, count] : r.refusals.by_reason)
        parts.push_back(fmt::format("{} {}", large(static_cast<double>(count)), to_string(reason)));
    return joined(parts, ", ");
}

} // namespace flopwise
