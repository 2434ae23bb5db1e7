// What an answer shows of the plans: bills, ways to pay, charges, and why a plan is not to be had.

#include "cost/bill_lines.hpp"
#include "cost/rule.hpp"
#include "solve/greatest.hpp"
#include "solve/plan_prices.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

constexpr Days kCentury{36'525};

// ---- of one row ---------------------------------------------------------------------

Bill PlanPrices::bill(const Row& row, PurchaseKind kind) const {
    const Budget plan = goal_.usual_plan(type_of(row));
    const Priced p = priced(row, kind, rated(row), plan, beside(row, time(type_of(row), plan)));
    return summed(lines(p.parts),
                  region_charges_[region_of(row)].lines(p.beside.time),
                  request_.budget.fixed,
                  p.beside.time.days);
}

void PlanPrices::describe(std::uint32_t row, Choice& to) const {
    const Row& r = rows_[row];
    to.effective = UsdPerHour{columns_.usd_per_hour[row] * (r.usd / r.present)};
    if (goal_.has_hours(type_of(r))) {
        to.cost = bill(r, r.kind);
        if (request_.discount_rate > 0)
            to.present = Usd{r.present} + request_.budget.fixed;
    } else if (request_.budget.total)
        to.lasts = Days{greatest(kCentury.value(), [&](double days) {
            Budget plan = request_.budget;
            plan.days = Days{days};
            return flopwise::affordable(plan, cost(row, plan));
        })};
}

/// What a plan costs if it takes some hours: on spot these are those until it is done.
std::optional<Outlook> PlanPrices::outlook(std::uint32_t row) const {
    const Row r = rows_[row];
    const std::size_t type = type_of(r);
    const auto work = goal_.hours(type);
    const RatedMachine of = rated(r);
    if (!work)
        return std::nullopt;
    const bool known = r.kind != PurchaseKind::spot || payer_.source(r.kind, of) != nullptr;
    const auto cost = [this, r, of, type](Hours hours) {
        const PlanTime t = time(type, goal_.plan(hours));
        const Parts parts = r.kind == PurchaseKind::spot ? Payer::spot_for(hours, of, t)
                                                         : payer_.parts(r.kind, of, t);
        const Priced p{.parts = parts, .beside = beside(r, t)};
        return p.total() + request_.budget.fixed;
    };
    return Outlook{.hours = hours(r, *work),
                   .cost = cost,
                   .known = known,
                   .interruptions = r.kind == PurchaseKind::spot
                                        ? payer_.interruptions(of, goal_.machines(type))
                                        : 0};
}

std::string PlanPrices::dearer(std::uint32_t row) const {
    const Row& r = rows_[row];
    const auto on_demand = machine(r).on_demand;
    if (!on_demand || r.kind == PurchaseKind::on_demand)
        return "";
    if (!goal_.has_hours(type_of(r)))
        return price(row) > *on_demand ? fmt::format("{} against {}", price(row), *on_demand) : "";
    const Usd own = bill(r, r.kind).total;
    const Usd other = bill(r, PurchaseKind::on_demand).total;
    return own - other >= kHalfCent ? fmt::format("{:.2f} against {:.2f}", own, other) : "";
}

std::string PlanPrices::why_left_out(std::uint32_t offer) const {
    const OfferColumns& all = columns_of(catalog_);
    Row row{.offer = offer, .on_demand = kNone, .spot = kNone, .site = all.site[offer]};
    const std::size_t type = all.type[offer];
    const auto same = [&](Purchase purchase) {
        const std::size_t group = type * kPurchases + static_cast<std::size_t>(purchase);
        for (std::uint32_t i = all.first[group]; i < all.first[group + 1]; ++i)
            if (all.site[i] == row.site)
                return i;
        return kNone;
    };
    row.on_demand = same(Purchase::on_demand);
    row.spot = same(Purchase::spot);
    for (const PurchaseKind kind : request_.ways)
        if (const auto notes =
                payer_.option(kind, rated(row), time(type, goal_.usual_plan(type))).notes;
            !notes.empty())
            return notes.front();
    return "";
}

const Source& PlanPrices::source(std::uint32_t row) const {
    const Row& r = rows_[row];
    if (r.kind != PurchaseKind::on_demand && r.kind != PurchaseKind::spot)
        return *payer_.source(r.kind, rated(r));
    const std::uint32_t offer = r.kind == PurchaseKind::spot ? r.spot : r.on_demand;
    return catalog_.sources()[columns_of(catalog_).source[offer]];
}

DateRange PlanPrices::price_dates(std::uint32_t row, PurchaseKind kind) const {
    const Row& r = rows_[row];
    DateRange out;
    const auto add_offer = [&](std::uint32_t offer) {
        if (offer != kNone)
            out.add(catalog_.sources()[columns_of(catalog_).source[offer]].as_of);
    };
    if (kind == PurchaseKind::spot)
        add_offer(r.spot);
    if (kind == PurchaseKind::on_demand || usage_.reserved_capacity > HoursPerDay{})
        add_offer(r.on_demand);
    const RatedMachine of = rated(r);
    if (const Source* rates = payer_.source(kind, of))
        out.add(rates->as_of);
    out.add(rate_dates(usage_, of.machine.provider, of.machine.region, charges_));
    return out;
}

Usd PlanPrices::cost(std::uint32_t row, const Budget& plan) const {
    return Usd{priced(rows_[row], plan, plan).usd};
}

void PlanPrices::explain_budget(std::uint32_t row, Refusal& to) const {
    const Row& r = rows_[row];
    const Budget& b = request_.budget;
    if (!std::isfinite(r.sure_usd)) // no budget mends that
        return say(fmt::format("cannot be paid as {} for so long with probability {}",
                               to_string(r.kind),
                               request_.uncertainty.confidence),
                   to);
    const std::string sure = r.sure_usd == r.usd ? ""
                                                 : fmt::format(" and {:.2f} with probability {}",
                                                               Usd{r.sure_usd},
                                                               request_.uncertainty.confidence);
    say(fmt::format("costs {:.2f}{} with {}all charges, the budget has {:.2f}",
                    Usd{r.usd},
                    sure,
                    r.kind == PurchaseKind::spot ? "lost work and " : "",
                    *b.total - b.fixed),
        to);
    const auto affordable = [&](const Budget& plan) {
        return flopwise::affordable(plan, cost(row, plan));
    };
    goal_.relax_budget(type_of(r), Usd{r.sure_usd} + b.fixed, affordable, to);
    to.cost = bill(r, r.kind);
}

void PlanPrices::explain_late(std::uint32_t row, Refusal& to) const {
    const Row& r = rows_[row];
    const double confidence = request_.uncertainty.confidence;
    const Hours needed = hours(r, *goal_.hours(type_of(r))).quantile(confidence);
    say(fmt::format("needs {:.4g} on spot with probability {}, lost work included; it is done "
                    "within the {:.4g} until the deadline with probability {:.2f}",
                    needed,
                    confidence,
                    *goal_.deadline(),
                    chance_in_time(r)),
        to);
    const Hours through = *goal_.plan(needed).days * HoursPerDay{kHoursPerDay};
    to.relaxation.push_back({"deadline", fmt::format("{:.0f}h", std::ceil(through.value()))});
}

std::optional<std::uint32_t> PlanPrices::row_of(std::size_t offer) const {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) {
        return row.offer == offer || (cheapest_ && (row.spot == offer || row.on_demand == offer));
    });
    if (found == rows_.end())
        return std::nullopt;
    return static_cast<std::uint32_t>(found - rows_.begin());
}

// ---- of one region ------------------------------------------------------------------

ChargeSummary PlanPrices::summary(std::size_t region, std::size_t type) const {
    ChargeSummary out{.provider = catalog_.regions()[region].provider,
                      .region = catalog_.regions()[region].code};
    const Budget plan = goal_.sure_plan(type);
    const PlanTime t = time(type, plan);
    for (const LineItem& item : region_charges_[region].lines(t)) {
        out.total = out.total + charged_amount(item);
        if (!item.amount)
            out.unknown.push_back(item.charge);
    }
    if (!plan.total || !goal_.has_hours(type))
        return out;
    out.hours = (t.billed + t.startup + t.capacity) * t.machines;
    out.ceiling_before = price_ceiling(plan) / t.machines;
    out.ceiling = std::max(Usd{}, *plan.total - plan.fixed - out.total) / out.hours;
    return out;
}

bool PlanPrices::asked(const Region& region) const {
    const Constraints& c = request_.constraints;
    const auto any = [](const std::vector<std::string>& patterns, const std::string& name) {
        return patterns.empty() || text::any_matches(patterns, name);
    };
    return any(c.provider, region.provider) && any(c.region, region.code);
}

std::size_t PlanPrices::cheapest_region(std::size_t type) const {
    std::size_t best = 0;
    std::optional<Usd> least;
    const PlanTime t = time(type, goal_.usual_plan(type));
    for (std::size_t region = 0; region < region_charges_.size(); ++region)
        if (const Usd total = region_charges_[region].total(t);
            asked_[region] && (!least || total < *least)) {
            least = total;
            best = region;
        }
    return best;
}

/// The charges of the best choice's region, the ceiling they leave, and its purchase options.
void PlanPrices::complete(std::span<const std::uint32_t> rows, Recommendation& to) const {
    warn(rows, to);
    const std::size_t type = rows.empty() ? 0 : type_of(rows_[rows.front()]);
    if (!rows.empty() && goal_.has_hours(type)) {
        const Row& best = rows_[rows.front()];
        to.purchase_options =
            purchase_options(payer_, machine(best), time(type, goal_.usual_plan(type)), charges_);
        for (const PurchaseOption& option : to.purchase_options)
            if (option.total)
                to.price_dates.add(price_dates(rows.front(), option.kind));
    }
    if (!charged(request_.usage) || (rows.empty() && !request_.budget.days))
        return;
    to.charges =
        summary(rows.empty() ? cheapest_region(type) : region_of(rows_[rows.front()]), type);
    if (to.price_ceiling && to.charges->ceiling)
        to.price_ceiling = to.charges->ceiling;
}

/// Lost work of which only an assumption is in the ranking; absent if it is known or no spot.
static const LineItem* unknown_lost_work(const Bill& bill) {
    const auto found = std::find_if(bill.items.begin(), bill.items.end(), [](const LineItem& i) {
        return i.charge == kLostWork && !i.amount;
    });
    return found == bill.items.end() ? nullptr : &*found;
}

void PlanPrices::warn(std::span<const std::uint32_t> rows, Recommendation& to) const {
    text::Named unknown;
    bool assumed = false;
    for (const std::uint32_t row : rows) {
        const Row& r = rows_[row];
        if (r.kind != PurchaseKind::spot)
            continue;
        const Bill bill = this->bill(r, r.kind);
        if (const LineItem* lost = unknown_lost_work(bill)) {
            unknown.add(catalog_.instances()[type_of(r)].name);
            assumed = assumed || lost->assumed;
        }
    }
    if (!unknown.empty())
        to.warnings.push_back(
            fmt::format("how often spot is interrupted is not known, so lost work is not in the "
                        "total{}: {}",
                        assumed ? ", but ranked as at the highest rate known" : "",
                        unknown.text()));
}

} // namespace flopwise
