#include "recommend/refused.hpp"

#include <flopwise/settings.hpp>

#include "solve/solver.hpp"

#include <algorithm>

namespace flopwise {

/// An offer whose price in none of the purchase options that are asked for is known.
static Refusal without_price(const Offer& offer) {
    return {.provider = offer.instance.provider,
            .instance = offer.instance.name,
            .family = offer.instance.family,
            .region = offer.region.code,
            .purchase = offer.purchase,
            .price = offer.price,
            .as_of = offer.source.as_of,
            .reasons = {Reason::other_purchase},
            .text = "has no known price in the ways to pay that are asked for",
            .relaxation = {{"purchase", std::string{to_string(offer.purchase)}}},
            .alternatives = {{{"purchase", std::string{to_string(offer.purchase)}}}}};
}

std::optional<Refusal>
refused(const Catalog& catalog, const Request& request, const Charges& charges, std::size_t offer) {
    const Offer o = catalog.offer(offer);
    const std::uint32_t type = columns_of(catalog).type[offer];
    Request there = request; // plans are made only where they are asked for
    there.constraints.provider = {o.instance.provider};
    there.constraints.region = {o.region.code};
    if (request.ways.empty())
        there.constraints.purchase.push_back(o.purchase);
    const Sites sites{catalog, request};
    const auto goal = goal_of(catalog, request, sites, type);
    const auto pricing = pricing_of(catalog, there, *goal, charges);
    pricing->prepare(type);
    const auto row = pricing->row_of(offer);
    if (!row)
        return without_price(o);
    Refusal out = Filter{catalog, request, sites, *goal, *pricing}.refusal(*row);
    return out.reasons.empty() ? std::nullopt : std::optional{std::move(out)};
}

// ---- what admits it -----------------------------------------------------------------

using Changes = std::vector<Relaxation>;

static std::string text_of(const Relaxation& change) {
    if (const auto* number = std::get_if<double>(&change.value))
        return fmt::format("{}", *number);
    const auto* name = std::get_if<std::string>(&change.value);
    return name != nullptr ? *name : "true";
}

static Request with(Request request, const Changes& changes) {
    for (const Relaxation& change : changes) {
        const std::vector<std::string> text{text_of(change)};
        if (change.key == "exclude")
            std::erase(request.constraints.exclude, text.front());
        else
            set(request, change.key, text);
    }
    return request;
}

/// Whether a change is of what is trained or how: its hours change.
static bool changes_job(const Relaxation& change) {
    const auto& key = change.key;
    return key == "fine_tune" || key == "optimiser" || key == "recipe" || key == "loss" ||
           key == "offload" || key == "recompute" || key == "sharding" || key == "seq_len" ||
           key == "max_machines" || key == "tensor_parallel" || key == "pipeline_parallel" ||
           key == "precision";
}

/// Whether a change depends on the hours.
static bool follows_hours(const Relaxation& change) {
    return change.key == "deadline" || change.key == "budget_usd";
}

/// Whether an offer is paid for as spot, or may be: its hours have lost work in them.
static bool may_be_spot(const Request& request, const Refusal& refusal) {
    const auto& ways = request.ways;
    return ways.empty() ? refusal.purchase == Purchase::spot
                        : std::find(ways.begin(), ways.end(), PurchaseKind::spot) != ways.end();
}

/// The changes with what else it takes; empty if no more than that is known to admit the offer.
static Changes settled(const Catalog& catalog,
                       const Request& request,
                       const Charges& charges,
                       std::size_t offer,
                       Changes changes) {
    constexpr int kRounds = 4;
    std::erase_if(changes, follows_hours);
    for (int round = 0; round < kRounds; ++round) {
        const auto still = refused(catalog, with(request, changes), charges, offer);
        if (!still)
            return changes;
        if (still->alternatives.empty())
            return {};
        for (const Relaxation& change : still->alternatives.front()) {
            std::erase_if(changes, [&](const Relaxation& c) { return c.key == change.key; });
            changes.push_back(change);
        }
    }
    return {};
}

/// Gives each alternative what else it needs; those that do not admit the offer are left out.
static void settle_alternatives(const Catalog& catalog,
                                const Request& request,
                                const Charges& charges,
                                std::size_t offer,
                                std::vector<Changes>& all) {
    for (Changes& one : all)
        try {
            one = settled(catalog, request, charges, offer, one);
        } catch (const Error&) { // so changed, it is no question: the answer to this one stands
            one.clear();
        }
    std::erase(all, Changes{});
}

/// The fewest machines that do the job in time, if more than may be do; on spot perhaps not with
/// what is lost.
static std::optional<int>
machines_in_time(const Catalog& catalog, const Request& request, std::size_t offer) {
    Request several = request;
    training(several).max_machines = kUsuallyJoined;
    training(several).objective = Objective::cost; // no more than it takes
    const std::uint32_t type = columns_of(catalog).type[offer];
    const Sites sites{catalog, several};
    try {
        const auto goal = goal_of(catalog, several, sites, type);
        const int machines = goal->machines(type);
        const bool late = (goal->reasons(type) & bit(Reason::misses_deadline)) != 0;
        return late || machines <= job_of(request).max_machines ? std::nullopt
                                                                : std::optional{machines};
    } catch (const Error&) { // of such work it is not known how long several take
        return std::nullopt;
    }
}

/// More machines in place of a later deadline, with what else it takes; empty if they are too late
/// too.
static Changes more_machines(const Catalog& catalog,
                             const Request& request,
                             const Charges& charges,
                             std::size_t offer) {
    const auto fewest = machines_in_time(catalog, request, offer);
    for (int n = fewest.value_or(kUsuallyJoined + 1); n <= kUsuallyJoined; ++n) {
        std::vector<Changes> one{{{"max_machines", static_cast<double>(n)}}};
        settle_alternatives(catalog, request, charges, offer, one);
        if (one.empty())
            return {};
        const auto is_later = [](const Relaxation& change) { return change.key == "deadline"; };
        if (std::none_of(one.front().begin(), one.front().end(), is_later))
            return one.front();
    }
    return {};
}

void settle(const Catalog& catalog,
            const Request& request,
            const Charges& charges,
            Refusal& refusal) {
    auto& all = refusal.alternatives;
    if (!trains(request) || all.empty())
        return;
    const auto offer =
        catalog.find_offer(refusal.provider, refusal.instance, refusal.region, refusal.purchase);
    const bool spot = may_be_spot(request, refusal);
    const auto is_open = [spot](const Changes& one) {
        return std::any_of(one.begin(), one.end(), [spot](const Relaxation& change) {
            return changes_job(change) || (spot && change.key == "deadline");
        });
    };
    const bool open = std::any_of(all.begin(), all.end(), is_open);
    const bool late =
        std::ranges::find(refusal.reasons, Reason::misses_deadline) != refusal.reasons.end();
    const Changes more = late ? more_machines(catalog, request, charges, *offer) : Changes{};
    if (open) {
        settle_alternatives(catalog, request, charges, *offer, all);
        refusal.relaxation = all.empty() ? Changes{} : all.front();
    }
    if (!more.empty() && std::find(all.begin(), all.end(), more) == all.end())
        all.push_back(more);
}

} // namespace flopwise
