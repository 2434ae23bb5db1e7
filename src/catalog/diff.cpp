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
            out.push_back({.kind = kind, .provider = i.provider, .instance = i.name});
}

std::vector<PriceChange> diff(const Catalog& before, const Catalog& after) {
    std::map<OfferKey, Sides> prices;
    for (const Price& p : before.tables().prices)
        prices[{p.provider, p.instance, p.region, p.purchase}].first = p.hourly;
    for (const Price& p : after.tables().prices)
        prices[{p.provider, p.instance, p.region, p.purchase}].second = p.hourly;
    std::vector<PriceChange> out;
    add_machines(after, before, ChangeKind::machine_appeared, out);
    add_machines(before, after, ChangeKind::machine_went, out);
    for (const auto& [key, sides] : prices)
        if (!same(sides))
            out.push_back({.kind = kind_of(sides),
                           .provider = std::get<0>(key),
                           .instance = std::get<1>(key),
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

std::string to_text(std::span<const PriceChange> changes) {
    if (changes.empty())
        return "no change\n";
    std::string out;
    for (const PriceChange& change : changes)
        out += line_of(change);
    const auto counts = counts_of(changes);
    std::string total;
    for (std::size_t i = 0; i < kChangeKinds; ++i)
        if (counts.at(i) > 0) {
            constexpr std::array<std::string_view, kChangeKinds> kWords{
                "rose", "fell", "appeared", "went", "new machines", "machines gone"};
            total += fmt::format("{}{} {}", total.empty() ? "" : ", ", counts.at(i), kWords.at(i));
        }
    return out + total + "\n";
}

std::string to_json(std::span<const PriceChange> changes) {
    Json counts = Json::object();
    const auto all = counts_of(changes);
    for (std::size_t i = 0; i < kChangeKinds; ++i)
        counts[std::string{to_string(static_cast<ChangeKind>(i))}] = all.at(i);
    Json rows = Json::array();
    for (const PriceChange& c : changes) {
        Json row{{"kind", to_string(c.kind)}, {"provider", c.provider}, {"instance", c.instance}};
        if (!c.region.empty()) {
            row["region"] = c.region;
            row["purchase"] = to_string(c.purchase);
            row["before_usd_per_hour"] = or_null(c.before);
            row["after_usd_per_hour"] = or_null(c.after);
        }
        rows.push_back(std::move(row));
    }
    return Json{{"counts", counts}, {"changes", rows}}.dump(1) + "\n";
}

} // namespace flopwise
