#include <flopwise/launch.hpp>
#include <flopwise/recommend.hpp>

#include "cost/bill_lines.hpp"
#include "recommend/own_or_rent.hpp"
#include "recommend/region_choice.hpp"
#include "recommend/warnings.hpp"
#include "solve/ask.hpp"
#include "solve/filter.hpp"
#include "solve/job_choice.hpp"
#include "solve/plan_prices.hpp"
#include "solve/solver.hpp"
#include "text/day.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <map>

namespace flopwise {

/// A job is judged by what it costs and how long it takes, and by nothing else.
static Weights weights_of(Objective objective) {
    switch (objective) {
    case Objective::cost:
        return {.cost = 1};
    case Objective::time:
        return {.speed = 1};
    case Objective::balanced:
        break;
    }
    return {.cost = 0.5, .speed = 0.5};
}

/// Charges and ways to pay, as far as no catalog is needed.
static void check_plan(const Request& request) {
    check(request.usage, request.budget);
    require_not_negative("checkpoint_minutes", request.recovery.checkpoint);
    require_not_negative("restart_minutes", request.recovery.restart);
    if (!request.ways.empty() && !request.budget.days)
        request.refuse("purchase", "must come with days to compare ways to pay");
    if (request.uncertainty.use_cv != 0 && Plans::needed(request))
        request.refuse("use_cv", "must not come with charges or ways to pay");
}

/// What cannot be asked together with a training job, whose hours are estimated.
static void check_job(const Request& request) {
    const Budget& b = request.budget;
    const auto alone = [&](bool given, std::string_view key, std::string_view reason) {
        if (given)
            request.refuse(key, reason);
    };
    alone(b.days.has_value(),
          "days",
          "must not come with a training job, whose hours are estimated: use deadline");
    alone(b.hours_per_day != Budget{}.hours_per_day && !request.own.price,
          "hours_per_day",
          "must not come with a training job, which runs day and night");
    alone(request.uncertainty.use_cv != 0,
          "use_cv",
          "must not come with a training job, whose hours vary by its own estimate");
    alone(!request.ways.empty(), "purchase", "must be on_demand or spot with a training job");
    alone(!request.dataset.region.empty(),
          "dataset_region",
          "must not come with a training job: charges are not counted in its cost");
    alone(charged(request.usage),
          "model",
          "must not come with charges: they are not counted in the cost of a training job");
    const Constraints& c = request.constraints;
    alone(c.min_gpus == 0.0 || c.max_gpus == 0.0,
          c.min_gpus == 0.0 ? "min_gpus" : "max_gpus",
          "must not be 0 with a training job: its time is predicted for GPUs");
    alone(request.weights && request.job.objective != Objective::cost,
          "objective",
          "must not come with weights");
    const Precision p = request.precision.value_or(Precision::mixed);
    alone(p == Precision::fp64 || p == Precision::int8,
          "precision",
          "must be mixed, fp32, tf32, fp16, bf16 or fp8 with a training job");
}

/// The time of the plan and how uncertain it is, as far as they are given.
static void check_time(const Request& request) {
    Budget plan = request.budget;
    if (plan.days)
        (void)rented_hours(plan);
    else
        plan.days = Days{1}; // the rest can be checked without
    if (request.uncertainty != Uncertainty{})
        (void)at_confidence(plan, request.uncertainty);
    if (request.uncertainty.use_cv != 0 && !request.budget.days && !request.budget.total)
        throw ArgumentError{"use_cv", "must come with a budget or with days"};
}

Request completed(Request request) {
    validate(request);
    const Budget& b = request.budget;
    if (request.dataset.size && !request.dataset.region.empty()) {
        request.usage.moved_in = *request.dataset.size;
        request.usage.moved_from = request.dataset.region;
    }
    if (wanted(request.job))
        check_job(request);
    try {
        check_plan(request);
        if (b.total && b.days)
            (void)price_ceiling(b);
        else if (b.total)
            (void)days_affordable(b, UsdPerHour{1});
        check_time(request);
        (void)normalised(request.weights.value_or(Weights{.cost = 1}));
    } catch (const ArgumentError& e) {
        request.refuse(e.where().field, e.reason());
    }
    if (b.fixed != Usd{} && !b.total && !b.days)
        request.refuse("fixed_usd", "must come with a budget or with days");
    if (!request.precision)
        request.precision = precision_of(request.profile);
    if (!request.weights)
        request.weights =
            wanted(request.job) ? weights_of(request.job.objective) : weights_of(request.profile);
    return request;
}

/// The request without what it asks for by name.
static Request without_names(Request request) {
    Constraints& c = request.constraints;
    c.gpu.clear();
    c.family.clear();
    c.instance.clear();
    request.top = 1;
    request.nearest = 0;
    return request;
}

static bool has_names(const Constraints& c) {
    return !c.gpu.empty() || !c.family.empty() || !c.instance.empty();
}

// ---- warnings -----------------------------------------------------------------------

/// The oldest date of what makes a choice's cost; what has none is older than all.
static Date oldest(const Choice& choice) {
    return choice.price_dates.undated ? Date{} : choice.price_dates.oldest;
}

static void warn_of_old_prices(Recommendation& r) {
    constexpr int kOldAfterDays = 90;
    const Date today = r.request.today;
    if (today.year == 0)
        return;
    const auto old = choices_where(r, [today](const Choice& c) {
        return oldest(c).year == 0 || days_between(oldest(c), today) > kOldAfterDays;
    });
    if (old.empty())
        return;
    const Choice* least = *std::min_element(
        old.begin(), old.end(), [](auto a, auto b) { return oldest(*a) < oldest(*b); });
    r.warnings.push_back(fmt::format("{} of {} prices shown are older than {} days on {}; the "
                                     "oldest is {}",
                                     old.size(),
                                     r.choices.size(),
                                     kOldAfterDays,
                                     to_string(today),
                                     to_string(oldest(*least))));
}

static void warn_of_gpus_in_no_machine(const Catalog& catalog, Recommendation& r) {
    std::string list;
    for (const std::string& name : r.request.constraints.gpu) {
        const Gpu* gpu = catalog.find_gpu(name); // none for a pattern
        const auto all = catalog.instances();
        if (gpu != nullptr && std::none_of(all.begin(), all.end(), [gpu](const Instance& i) {
                return i.gpu == gpu->name;
            }))
            list += (list.empty() ? "" : ", ") + gpu->name;
    }
    if (!list.empty())
        r.warnings.push_back("no machine of this catalog has " + list);
}

/// Only some providers' machines are all in a catalog, and it does not say whose.
static void warn_of_other_machines(const Catalog& catalog, Recommendation& r) {
    const auto& asked = r.request.constraints.provider;
    if (asked.empty() || r.outcome != Outcome::nothing_fits)
        return;
    std::map<std::string_view, std::size_t> machines;
    for (const Instance& i : catalog.instances())
        if (std::any_of(asked.begin(), asked.end(), [&](const std::string& pattern) {
                return text::matches(pattern, i.provider);
            }))
            ++machines[i.provider];
    std::string list;
    for (const auto& [provider, count] : machines)
        list += fmt::format("{}{} of {}", list.empty() ? "" : ", ", count, provider);
    r.warnings.push_back(fmt::format(
        "this catalog may have only some of the machines that are rented out: {}", list));
}

/// Of the prices that are shown beside those of the solver's answer.
static void add_dates(Recommendation& r) {
    if (r.instead)
        r.price_dates.add(r.instead->price_dates);
    if (r.region_choice && r.region_choice->cheapest)
        r.price_dates.add(r.region_choice->cheapest->price_dates);
    if (r.ownership && r.ownership->rented)
        r.price_dates.add(r.ownership->rented->price_dates);
}

static void warn_of_prices_to_come(Recommendation& r) {
    const Date today = r.request.today;
    const auto later =
        choices_where(r, [today](const Choice& c) { return is_after_tomorrow(c.as_of, today); });
    if (!later.empty())
        r.warnings.push_back(fmt::format("{} of {} prices shown are dated after {}: {}",
                                         later.size(),
                                         r.choices.size(),
                                         to_string(today),
                                         to_string(later.front()->as_of)));
}

static void warn_of_charges(Recommendation& r) {
    std::vector<std::string> parts;
    for (const Choice& choice : r.choices) {
        if (!choice.cost)
            continue;
        for (const LineItem& item : choice.cost->items) {
            std::string part = fmt::format("{} in {}", item.charge, choice.region);
            if (!item.amount && item.charge != kLostWork &&
                std::find(parts.begin(), parts.end(), part) == parts.end())
                parts.push_back(std::move(part));
        }
    }
    if (parts.empty())
        return;
    std::string list;
    for (std::size_t i = 0; i < parts.size(); ++i)
        list += (i == 0 ? "" : ", ") + parts[i];
    r.warnings.push_back(fmt::format(
        "not known and not in the total, but ranked as in the dearest region known: {}", list));
}

/// Hours that are uncertain, and those of owning, do not know of interruptions; nor does a job,
/// which says so itself.
static void warn_of_lost_work(Recommendation& r) {
    const auto spot = choices_where(r, [&](const Choice& c) {
        return c.purchase == PurchaseKind::spot && !c.effective && !c.job &&
               (c.cost || c.lasts || r.ownership);
    });
    if (!spot.empty())
        r.warnings.emplace_back("work lost to interruptions of spot machines is not in hours and "
                                "cost");
}

/// The start plan makes a disk and an address, which cost too.
static void warn_of_launch(Recommendation& r) {
    if (!r.request.launch.wanted || r.choices.empty())
        return;
    const Usage& usage = r.request.usage;
    const GiB needed = disk_needed(r.request.dataset);
    std::string unpaid;
    if (usage.storage == GiB{})
        unpaid = fmt::format("a disk of {}", needed);
    if (usage.public_ipv4 == 0)
        unpaid += fmt::format("{}a public IPv4 address", unpaid.empty() ? "" : " and ");
    if (!unpaid.empty())
        r.warnings.push_back("the start plan has what is not in the cost: " + unpaid);
    if (usage.storage > GiB{} && usage.storage < needed)
        r.warnings.push_back(
            fmt::format("a disk of {} may be too small: image, tools and data need about {}",
                        usage.storage,
                        needed));
}

static void add_warnings(Recommendation& r) {
    constexpr GiB kTrainingMemory{32};
    for (std::string& warning : platform_warnings(r))
        r.warnings.push_back(std::move(warning));
    warn_of_old_prices(r);
    warn_of_prices_to_come(r);
    warn_of_charges(r);
    warn_of_lost_work(r);
    warn_of_launch(r);
    if (wanted(r.request.job))
        for (std::string& warning : job_warnings(r))
            r.warnings.push_back(std::move(warning));
    if (r.request.profile == Profile::training)
        if (const auto small = choices_where(
                r, [&](const Choice& c) { return c.memory < kTrainingMemory && !c.gpu.empty(); });
            !small.empty())
            r.warnings.push_back(fmt::format("less than {} of memory is little for training: {}",
                                             kTrainingMemory,
                                             names_of(small)));
    if (const auto gone = choices_where(r, [](const Choice& c) { return c.retired; });
        !gone.empty())
        r.warnings.push_back(fmt::format("priced but no longer offered: {}", names_of(gone)));
    if (const auto guessed = choices_where(r, [](const Choice& c) { return c.network_estimated; });
        !guessed.empty())
        r.warnings.push_back(fmt::format(
            "network rate estimated from the provider's word for it: {}", names_of(guessed)));
    for (std::string& warning : what_is_not_comparable(r))
        r.warnings.push_back(std::move(warning));
}

Charges charges_of(const Request& request) {
    if (request.charges.empty())
        return Plans::needed(request) || Plans::pays_spot(request) ? Charges::bundled()
                                                                   : Charges::none();
    const std::vector<std::filesystem::path> files{request.charges.begin(), request.charges.end()};
    return Charges::read(files);
}

Recommendation recommend(const Catalog& catalog, const Request& request) {
    return recommend(catalog, request, charges_of(request));
}

Recommendation recommend(const Catalog& catalog, const Request& request, const Charges& charges) {
    const Request asked = completed(request);
    check_ownership(catalog, asked);
    const Request full = with_nearest_region(catalog, asked, charges);
    Recommendation out = solved(catalog, full, charges);
    if (out.outcome != Outcome::found && has_names(full.constraints)) {
        Recommendation open = solved(catalog, without_names(full), charges);
        if (open.outcome == Outcome::found)
            out.instead = std::move(open.choices.front());
    }
    out.request = asked;
    out.region_choice = region_choice(catalog, asked, charges, out);
    out.ownership = own_or_rent(catalog, full, charges, out);
    add_dates(out);
    add_warnings(out);
    warn_of_gpus_in_no_machine(catalog, out);
    warn_of_other_machines(catalog, out);
    return out;
}

/// An offer whose price in none of the ways to pay that are asked for is known.
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
            .relaxation = {{"purchase", std::string{to_string(offer.purchase)}}}};
}

std::optional<Refusal> why_not(const Catalog& catalog, const Request& request, std::size_t offer) {
    const Request asked = completed(request);
    const Purchase purchase = catalog.offer(offer).purchase;
    Request priced = asked; // what would admit an offer depends on its own way to pay
    if (priced.ways.empty())
        priced.constraints.purchase.push_back(purchase);
    const Charges charges = charges_of(priced);
    const Request full = with_nearest_region(catalog, asked, charges);
    Request everywhere = full; // plans are made only where they are asked for
    everywhere.constraints.provider.clear();
    everywhere.constraints.region.clear();
    everywhere.constraints.purchase = priced.constraints.purchase;
    const auto plans = plans_of(catalog, everywhere, charges);
    const Filter filter{catalog, full, *full.precision, plans.get()};
    std::size_t row = offer;
    if (plans != nullptr) {
        plans->price_type(catalog.columns().type[offer]);
        const auto found = plans->row_of(offer);
        if (!found)
            return without_price(catalog.offer(offer));
        row = *found;
    }
    Refusal out = filter.refusal(row);
    return out.reasons.empty() ? std::nullopt : std::optional{std::move(out)};
}

} // namespace flopwise
