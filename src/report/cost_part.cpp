#include "report/cost_part.hpp"

#include "report/job_part.hpp"
#include "text/figures.hpp"

#include <algorithm>

namespace flopwise {

using Align = TextTable::Align;

// ---- another currency ---------------------------------------------------------------

std::string currency_line(const Recommendation& r) {
    if (!r.request.currency)
        return "";
    const Currency& c = *r.request.currency;
    return fmt::format("1 USD = {} {}{}; all limits are in USD",
                       c.units_per_usd,
                       c.code,
                       c.as_of.year == 0 ? ", undated" : " on " + to_string(c.as_of));
}

std::string currency_code(const Recommendation& r) {
    return r.request.currency ? r.request.currency->code : "";
}

std::string in_currency(const Recommendation& r, Usd amount) {
    constexpr int kDecimals = 2;
    return r.request.currency
               ? grouped(amount.value() * r.request.currency->units_per_usd, kDecimals)
               : "";
}

std::string in_currency(const Recommendation& r, UsdPerHour price) {
    return r.request.currency ? large(price.value() * r.request.currency->units_per_usd) : "";
}

// ---- charges ------------------------------------------------------------------------

std::string charges_line(const Recommendation& r) {
    if (!r.charges)
        return "";
    const ChargeSummary& c = *r.charges;
    if (!c.ceiling || !r.price_ceiling)
        return fmt::format("Charges of {} USD in {}", money(c.total), c.region);
    return fmt::format("Charges of {} USD in {} lower the ceiling by {} USD/h, from {}",
                       money(c.total),
                       c.region,
                       figure((*c.ceiling_before - *c.ceiling).value()),
                       figure(c.ceiling_before->value()));
}

// ---- the bill -----------------------------------------------------------------------

static const Choice* planned(const Recommendation& r) {
    const Choice* best = r.choices.empty() ? nullptr : &r.choices.front();
    const bool shown =
        best != nullptr && best->cost && (best->effective || best->cost->items.size() > 1);
    return shown ? best : nullptr;
}

/// Of the best choice; without any, of what comes nearest and is above the budget.
static const Bill* bill_of(const Recommendation& r) {
    if (const Choice* best = planned(r))
        return &*best->cost;
    const auto& nearest = r.refusals.nearest;
    const bool shown = r.choices.empty() && !nearest.empty() && nearest.front().cost;
    return shown ? &*nearest.front().cost : nullptr;
}

std::string bill_title(const Recommendation& r) {
    if (r.choices.empty()) {
        const Refusal& nearest = r.refusals.nearest.front();
        return fmt::format("Bill of {} in {}, above the budget", nearest.instance, nearest.region);
    }
    const Choice& c = r.choices.front();
    return fmt::format("Bill of {} in {}", machine_name(c), c.region);
}

/// "0.08", or "0 - 0.09" where there are tiers.
static std::string rate_of(const LineItem& item) {
    if (item.tiers.empty())
        return "";
    const auto [least, most] =
        std::minmax_element(item.tiers.begin(), item.tiers.end(), [](const Tier& a, const Tier& b) {
            return a.usd < b.usd;
        });
    return least->usd == most->usd ? figure(least->usd)
                                   : fmt::format("{} - {}", figure(least->usd), figure(most->usd));
}

TextTable bill_grid(const Recommendation& r, bool sources) {
    TextTable grid;
    grid.column("charge", Align::left);
    grid.column("quantity", Align::right);
    grid.column("unit", Align::left);
    grid.column("USD each", Align::right, 50);
    grid.column("USD", Align::right);
    grid.column(currency_code(r), Align::right);
    grid.column("USD/month", Align::right, 5);
    grid.column("source", Align::left, 10);
    const Bill* bill = bill_of(r);
    if (bill == nullptr)
        return grid;
    const auto monthly = [](const std::optional<Usd>& usd) { return usd ? money(*usd) : ""; };
    for (const LineItem& item : bill->items)
        grid.row({item.charge,
                  large(item.quantity),
                  item.unit,
                  rate_of(item),
                  item.amount ? money(*item.amount) : "unknown",
                  item.amount ? in_currency(r, *item.amount) : "",
                  monthly(item.per_month),
                  sources ? item.source : ""});
    grid.row({complete(*bill) ? "total" : "total of what is known",
              "",
              "",
              "",
              money(bill->total),
              in_currency(r, bill->total),
              monthly(bill->per_month),
              ""});
    return grid;
}

// ---- purchase options --------------------------------------------------------------------

/// Of work, of all machines together.
static std::string hours_of_plan(const Recommendation& r) {
    for (const PurchaseOption& o : r.purchase_options)
        if (o.total && o.effective)
            return large((*o.total / *o.effective).value());
    return "unknown";
}

std::string ways_title(const Recommendation& r) {
    const Choice& c = r.choices.front();
    return fmt::format("Ways to pay for {} in {} ({} h, without charges)",
                       machine_name(c),
                       c.region,
                       hours_of_plan(r));
}

/// Whether a way has a line of its own: any that has a cost, or at least a price of which to say
/// that the cost is not known.
static bool tabulated(const PurchaseOption& o) {
    return o.total || o.price;
}

/// The cheapest ways (those of one cost count once), that on demand, the one that is taken, and
/// all that are not known; or all.
static std::vector<const PurchaseOption*> shown_ways(const Recommendation& r, bool all) {
    constexpr std::size_t kCheapest = 5;
    std::vector<const PurchaseOption*> out;
    std::size_t costs = 0;
    for (std::size_t i = 0; i < r.purchase_options.size(); ++i) {
        const PurchaseOption& o = r.purchase_options[i];
        costs += i == 0 || o.total != r.purchase_options[i - 1].total ? 1 : 0;
        const bool named = o.kind == PurchaseKind::on_demand || o.kind == PurchaseKind::spot ||
                           o.kind == r.choices.front().purchase;
        if (all || named || !o.total || costs <= kCheapest)
            out.push_back(&o);
    }
    return out;
}

TextTable ways_grid(const Recommendation& r, bool all) {
    TextTable grid;
    grid.column("way", Align::left);
    grid.column("USD/h", Align::right);
    grid.column("hours paid", Align::right, 60);
    grid.column("upfront", Align::right, 40);
    grid.column("total USD", Align::right);
    grid.column("worth USD", Align::right);
    grid.column("USD/h of work", Align::right, 50);
    grid.column("", Align::left);
    if (planned(r) == nullptr || r.purchase_options.empty())
        return grid;
    for (const PurchaseOption* o : shown_ways(r, all)) {
        if (!tabulated(*o))
            continue;
        grid.row({std::string{to_string(o->kind)},
                  o->price ? price(*o->price) : "",
                  o->total && o->hours ? large(o->hours->value()) : "",
                  o->upfront > Usd{} ? money(o->upfront) : "",
                  o->total ? money(*o->total) : "not known",
                  o->present ? money(*o->present) : "",
                  o->effective ? price(*o->effective) : "",
                  o->kind == r.choices.front().purchase ? "*" : ""});
    }
    return grid;
}

static const PurchaseOption* find(const Recommendation& r, PurchaseKind kind) {
    const auto& all = r.purchase_options;
    const auto found =
        std::find_if(all.begin(), all.end(), [kind](const auto& o) { return o.kind == kind; });
    return found == all.end() ? nullptr : &*found;
}

/// What decides between a way and on demand.
static std::string threshold(const PurchaseOption& o) {
    if (o.break_even)
        return fmt::format("pays from {:.1f} h/day on", o.break_even->value());
    if (o.break_even_rate)
        return fmt::format("pays while it runs {} h or more between interruptions on average",
                           figure(1 / *o.break_even_rate));
    return "";
}

/// What "least" is said of: how many of the ways have a known cost; empty if all have.
static std::string of_the_known(const Recommendation& r) {
    const auto& all = r.purchase_options;
    const auto known =
        std::count_if(all.begin(), all.end(), [](const auto& o) { return o.total.has_value(); });
    return static_cast<std::size_t>(known) == all.size()
               ? ""
               : fmt::format(
                     "of the {} of {} purchase options whose cost is known, ", known, all.size());
}

/// How amounts are compared that are paid at different times; empty if they are as they are paid.
static std::string discounted(const Request& request) {
    return request.discount_rate > 0
               ? fmt::format(", with what is paid later discounted by {:.4g} % "
                             "a year",
                             100 * request.discount_rate)
               : "";
}

static std::string why(const Recommendation& r) {
    const auto& all = r.purchase_options;
    const PurchaseOption& best = all.front();
    const PurchaseOption* on_demand = find(r, PurchaseKind::on_demand);
    if (!best.total || on_demand == nullptr || !on_demand->total)
        return "";
    if (best.kind != PurchaseKind::on_demand) {
        const auto worth = [](const PurchaseOption& o) { return o.present.value_or(*o.total); };
        const double saved = 1 - worth(best) / worth(*on_demand);
        const std::string when = threshold(best);
        return fmt::format("{}{} costs {:.1f} % less than on demand for this use{}{}",
                           of_the_known(r),
                           to_string(best.kind),
                           100 * saved,
                           discounted(r.request),
                           when.empty() ? "" : "; it " + when);
    }
    if (all.size() < 2 || !all[1].total)
        return fmt::format("on_demand is the only one of {} purchase options whose cost is known",
                           all.size());
    const std::string use =
        trains(r.request) ? "this job"
                          : fmt::format("{:.4g} h/day", r.request.budget.hours_per_day.value());
    std::string out = fmt::format(
        "{}on_demand costs least for {}{}", of_the_known(r), use, discounted(r.request));
    if (const std::string when = threshold(all[1]); !when.empty())
        out += fmt::format("; {} {}", to_string(all[1].kind), when);
    return out;
}

std::vector<std::string> ways_lines(const Recommendation& r, bool all) {
    std::vector<std::string> out;
    if (planned(r) == nullptr || r.purchase_options.empty())
        return out;
    if (std::string line = why(r); !line.empty())
        out.push_back(std::move(line));
    std::vector<std::string_view> unknown;                  // and nothing to say of them
    std::vector<std::pair<std::string, std::string>> notes; // with the ways they hold for
    const auto note = [&notes](const std::string& text, std::string_view way) {
        const auto found = std::find_if(
            notes.begin(), notes.end(), [&text](const auto& n) { return n.first == text; });
        if (found == notes.end())
            notes.emplace_back(text, way);
        else
            found->second.append(", ").append(way);
    };
    for (const PurchaseOption* o : shown_ways(r, all)) {
        for (const std::string& text : o->notes)
            note(text, to_string(o->kind));
        if (o->hours_p90)
            note(fmt::format("{} h expected, {} h at most with probability 0.9",
                             large(o->hours->value()),
                             large(o->hours_p90->value())),
                 to_string(o->kind));
        if (!o->total && o->notes.empty())
            unknown.emplace_back(to_string(o->kind));
    }
    for (const auto& [text, ways] : notes)
        out.push_back(fmt::format("{}: {}", ways, text));
    if (!unknown.empty())
        out.push_back(fmt::format(
            "{} whose cost is not known: {}", unknown.size(), fmt::join(unknown, ", ")));
    return out;
}

} // namespace flopwise
