#include <flopwise/diff.hpp>

#include "text/json_out.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace flopwise {

std::string_view to_string(ChangeKind kind) {
    constexpr std::array<std::string_view, kChangeKinds> kNames{
        "rose", "fell", "appeared", "went", "machine_appeared", "machine_went"};
    return text::name_of(kNames, kind);
}

// ---- comparing ----------------------------------------------------------------------

using OfferKey = std::tuple<std::string, std::string, std::string, Purchase>;
using Sides = std::pair<std::optional<UsdPerHour>, std::optional<UsdPerHour>>; // before, after

static ChangeKind kind_of(const Sides& sides) {
    if (!sides.first)
        return ChangeKind::appeared;
    if (!sides.second)
        return ChangeKind::went;
    return *sides.second > *sides.first ? ChangeKind::rose : ChangeKind::fell;
}

static bool same(const Sides& sides) {
    constexpr double kRounding = 1e-6;
    return sides.first && sides.second && std::abs(*sides.second / *sides.first - 1) <= kRounding;
}

static void add_machines(const Catalog& from,
                         const Catalog& to,
                         ChangeKind kind,
                         std::vector<PriceChange>& out) {
    std::set<std::pair<std::string_view, std::string_view>> there;
    for (const Instance& i : to.instances())
        there.emplace(i.provider, i.name);
    for (const Instance& i : from.instances())
        if (!there.contains({i.provider, i.name}))
            out.push_back(
                {.kind = kind, .provider = i.provider, .instance = i.name, .family = i.family});
}

std::vector<PriceChange> diff(const Catalog& before, const Catalog& after) {
    std::map<OfferKey, Sides> prices;
    for (const Price& p : before.tables().prices)
        prices[{p.provider, p.instance, p.region, p.purchase}].first = p.hourly;
    for (const Price& p : after.tables().prices)
        prices[{p.provider, p.instance, p.region, p.purchase}].second = p.hourly;
    const auto family_of = [&](const std::string& provider, const std::string& name) {
        const Instance* machine = after.find_instance(provider, name);
        return (machine != nullptr ? machine : before.find_instance(provider, name))->family;
    };
    std::vector<PriceChange> out;
    add_machines(after, before, ChangeKind::machine_appeared, out);
    add_machines(before, after, ChangeKind::machine_went, out);
    for (const auto& [key, sides] : prices)
        if (!same(sides))
            out.push_back({.kind = kind_of(sides),
                           .provider = std::get<0>(key),
                           .instance = std::get<1>(key),
                           .family = family_of(std::get<0>(key), std::get<1>(key)),
                           .region = std::get<2>(key),
                           .purchase = std::get<3>(key),
                           .before = sides.first,
                           .after = sides.second});
    std::stable_sort(out.begin(), out.end(), [](const PriceChange& a, const PriceChange& b) {
        return std::tie(a.provider, a.instance, a.region) <
               std::tie(b.provider, b.instance, b.region);
    });
    return out;
}

// ---- text ---------------------------------------------------------------------------

static std::array<std::size_t, kChangeKinds> counts_of(std::span<const PriceChange> changes) {
    std::array<std::size_t, kChangeKinds> counts{};
    for (const PriceChange& change : changes)
        ++counts.at(static_cast<std::size_t>(change.kind));
    return counts;
}

static std::string line_of(const PriceChange& c) {
    const std::string machine = fmt::format("{} {}", c.provider, c.instance);
    if (c.kind == ChangeKind::machine_appeared || c.kind == ChangeKind::machine_went)
        return fmt::format(
            "{} {}\n", machine, c.kind == ChangeKind::machine_went ? "is gone" : "is new");
    std::string figures;
    if (c.before && c.after)
        figures = fmt::format(
            "{} -> {} ({:+.1f} %)", c.before->value(), *c.after, 100 * (*c.after / *c.before - 1));
    else
        figures = fmt::format("{}", c.after ? *c.after : *c.before);
    return fmt::format("{} in {}, {}, {}: {}\n",
                       machine,
                       c.region,
                       to_string(c.purchase),
                       to_string(c.kind),
                       figures);
}

static std::string counts_in_words(std::span<const PriceChange> changes) {
    constexpr std::array<std::string_view, kChangeKinds> kWords{
        "rose", "fell", "appeared", "went", "new machines", "machines gone"};
    const auto counts = counts_of(changes);
    std::string out;
    for (std::size_t i = 0; i < kChangeKinds; ++i)
        if (counts.at(i) > 0)
            out += fmt::format("{}{} {}", out.empty() ? "" : ", ", counts.at(i), kWords.at(i));
    return out;
}

/// By how much the prices that rose or fell moved, in the middle; empty if none did.
static std::string median_move(std::span<const PriceChange> changes) {
    std::vector<double> ratios;
    for (const PriceChange& c : changes)
        if (c.before && c.after)
            ratios.push_back(*c.after / *c.before);
    if (ratios.empty())
        return "";
    std::sort(ratios.begin(), ratios.end());
    const double middle = (ratios[(ratios.size() - 1) / 2] + ratios[ratios.size() / 2]) / 2;
    return fmt::format("; median {:+.1f} %", 100 * (middle - 1));
}

static std::string family_lines(std::span<const PriceChange> changes) {
    std::map<std::pair<std::string_view, std::string_view>, std::vector<PriceChange>> families;
    for (const PriceChange& change : changes)
        families[{change.provider, change.family}].push_back(change);
    std::string out;
    for (const auto& [family, rows] : families)
        out += fmt::format(
            "{} {}: {}{}\n", family.first, family.second, counts_in_words(rows), median_move(rows));
    return out;
}

std::string to_text(std::span<const PriceChange> changes) {
    if (changes.empty())
        return "no change\n";
    std::string out = fmt::format("{}\n{}\n", counts_in_words(changes), family_lines(changes));
    for (const PriceChange& change : changes)
        out += line_of(change);
    return text::printable_lines(out);
}

std::string to_json(std::span<const PriceChange> changes) {
    Json counts = Json::object();
    const auto all = counts_of(changes);
    for (std::size_t i = 0; i < kChangeKinds; ++i)
        counts[std::string{to_string(static_cast<ChangeKind>(i))}] = all.at(i);
    Json rows = Json::array();
    for (const PriceChange& c : changes) {
        Json row{{"kind", to_string(c.kind)},
                 {"provider", c.provider},
                 {"instance", c.instance},
                 {"family", c.family}};
        if (!c.region.empty()) {
            row["region"] = c.region;
            row["purchase"] = to_string(c.purchase);
            row["before_usd_per_hour"] = or_null(c.before);
            row["after_usd_per_hour"] = or_null(c.after);
        }
        rows.push_back(std::move(row));
    }
    return text::json_escaped(Json{{"counts", counts}, {"changes", rows}}.dump(1)) + "\n";
}

} // namespace flopwise
