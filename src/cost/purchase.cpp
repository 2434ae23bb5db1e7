#include <flopwise/purchase.hpp>

#include "cost/bill_lines.hpp"
#include "cost/commitments.hpp"
#include "cost/payer.hpp"
#include "cost/present_value.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

std::string_view to_string(PurchaseKind kind) {
    constexpr std::array<std::string_view, kPurchaseKinds> kNames{
        "on_demand",
        "spot",
        "reserved_1yr_no_upfront",
        "reserved_1yr_partial_upfront",
        "reserved_1yr_all_upfront",
        "reserved_3yr_no_upfront",
        "reserved_3yr_partial_upfront",
        "reserved_3yr_all_upfront",
        "convertible_1yr_no_upfront",
        "convertible_1yr_partial_upfront",
        "convertible_1yr_all_upfront",
        "convertible_3yr_no_upfront",
        "convertible_3yr_partial_upfront",
        "convertible_3yr_all_upfront",
        "committed_1yr",
        "committed_3yr",
        "compute_savings_1yr_no_upfront",
        "compute_savings_1yr_partial_upfront",
        "compute_savings_1yr_all_upfront",
        "compute_savings_3yr_no_upfront",
        "compute_savings_3yr_partial_upfront",
        "compute_savings_3yr_all_upfront",
        "instance_savings_1yr_no_upfront",
        "instance_savings_1yr_partial_upfront",
        "instance_savings_1yr_all_upfront",
        "instance_savings_3yr_no_upfront",
        "instance_savings_3yr_partial_upfront",
        "instance_savings_3yr_all_upfront",
        "capacity_block",
    };
    return text::name_of(kNames, kind);
}

double monthly_share(const Interruption& band) {
    return band.to ? (band.from + *band.to) / 2 : band.from;
}

// ---- what each way costs ------------------------------------------------------------

Payer::Payer(const Recovery& recovery, const Charges& charges)
    : recovery_{recovery}, rates_{charges} {
    require_not_negative("checkpoint_minutes", recovery.checkpoint);
    require_not_negative("restart_minutes", recovery.restart);
}

static Part hours_at(std::string_view charge, Hours hours, UsdPerHour price) {
    return {charge, "h", hours.value(), price.value(), (price * hours).value()};
}

/// What all machines start up and hold, which is paid by the hour.
static void add_hours_beside(const PlanTime& time, UsdPerHour price, UsdPerHour held, Parts& to) {
    if (time.startup > Hours{})
        to.add(hours_at("startup", time.startup * time.machines, price));
    if (time.capacity > Hours{})
        to.add(hours_at("unused_capacity", time.capacity * time.machines, held));
}

Parts Payer::at(UsdPerHour price, UsdPerHour on_demand, const PlanTime& time) {
    Parts out;
    out.price = price;
    out.add(hours_at("compute", time.billed * time.machines, price));
    add_hours_beside(time, price, on_demand, out);
    return out;
}

RatedMachine Payer::rated(const Machine& machine) const {
    return {machine, rates_.rows(machine.provider, machine.region, machine.instance)};
}

double Payer::interruptions(const RatedMachine& of, double machines) {
    if (const auto band = rates_.interruption(of.rates))
        return interruption_rate(monthly_share(*band)) * machines;
    if (!highest_share_)
        highest_share_ = rates_.highest_share();
    return interruption_rate(*highest_share_) * machines;
}

Hours Payer::expected_hours(Hours work, double rate) {
    const auto [known, added] = intervals_.try_emplace(rate);
    if (added)
        known->second = checkpoint_interval(rate, recovery_);
    return flopwise::expected_hours(work, std::min(work, known->second), rate, recovery_);
}

static bool has_spot(const Machine& m, const PlanTime& time) {
    return m.spot && (m.on_demand || time.capacity == Hours{});
}

Parts Payer::spot_for(Hours hours, const RatedMachine& of, const PlanTime& time) {
    Parts out;
    const Machine& m = of.machine;
    out.price = *m.spot;
    out.add(hours_at("compute", std::max(time.billed, hours) * time.machines, *m.spot));
    add_hours_beside(time, *m.spot, m.on_demand.value_or(UsdPerHour{}), out);
    return out;
}

Parts Payer::spot(const RatedMachine& of, const PlanTime& time) {
    if (!has_spot(of.machine, time) || !rates_.interruption(of.rates))
        return {};
    return spot_for(expected_hours(time.work, interruptions(of, time.machines)), of, time);
}

Parts Payer::spot_at_least(const RatedMachine& of, const PlanTime& time) {
    if (!has_spot(of.machine, time))
        return {};
    Parts out = spot_for(time.billed, of, time);
    const double rate = interruptions(of, time.machines);
    const Hours most = rate > 0 ? expected_hours(time.work, rate) : Hours{};
    const UsdPerHour price = *of.machine.spot;
    const Usd lost = price * (std::max(Hours{}, most - time.billed) * time.machines);
    out.add({kLostWork,
             "h of work",
             time.work.value() * time.machines,
             price.value(),
             lost.value(),
             false});
    return out;
}

Parts Payer::reserved(const RatedMachine& of, Term term, const PlanTime& time) const {
    Parts out;
    const Machine& m = of.machine;
    const auto rate = rates_.reserved(of.rates, term);
    if (!rate || !holds(*rate, m.on_demand))
        return out;
    out.price = rate->hourly;
    const double term_days = kDaysPerYear * term.years;
    const double days = time.days.value();
    const double whole = std::max(1.0, std::floor(days / term_days));
    const double rest = std::max(0.0, days - whole * term_days) / days; // share of the plan
    const Hours term_hours{kHoursPerYear * term.years};
    const UsdPerHour on_demand = m.on_demand.value_or(UsdPerHour{});
    const Hours billed = time.billed + time.startup;
    const bool renew =
        rest > 0 &&
        (!m.on_demand || rate->hourly * term_hours < on_demand * (billed + time.capacity) * rest);
    const double terms = (whole + (renew ? 1 : 0)) * time.machines;
    const Usd each = rate->hourly * term_hours * rate->upfront;
    if (rate->upfront > 0)
        out.add({"upfront", "term", terms, each.value(), (each * terms).value()});
    if (rate->upfront < 1)
        out.add(hours_at("reservation", term_hours * terms, rate->hourly * (1 - rate->upfront)));
    if (rest > 0 && !renew) {
        const double machines = rest * time.machines;
        out.add(hours_at("compute", billed * machines, on_demand));
        if (time.capacity > Hours{})
            out.add(hours_at("unused_capacity", time.capacity * machines, on_demand));
    }
    return out;
}

Parts Payer::parts(PurchaseKind kind, const RatedMachine& of, const PlanTime& time) {
    if (const auto term = term_of(kind))
        return reserved(of, *term, time);
    if (kind == PurchaseKind::spot)
        return spot(of, time);
    if (kind == PurchaseKind::capacity_block)
        return block_parts(rates_.block(of.rates), time);
    const auto& price = of.machine.on_demand;
    return price ? at(*price, *price, time) : Parts{};
}

Parts Payer::known_parts(PurchaseKind kind, const RatedMachine& of, const PlanTime& time) {
    Parts out = parts(kind, of, time);
    if (out.empty() && kind == PurchaseKind::spot)
        out = spot_at_least(of, time);
    return out;
}

const Source* Payer::source(PurchaseKind kind, const RatedMachine& of) const {
    if (const auto term = term_of(kind)) {
        const auto rate = rates_.reserved(of.rates, *term);
        return rate ? &rate->source : nullptr;
    }
    if (kind == PurchaseKind::capacity_block) {
        const auto rate = rates_.block(of.rates);
        return rate ? &rate->source : nullptr;
    }
    const auto band =
        kind == PurchaseKind::spot ? rates_.interruption(of.rates) : std::optional<Interruption>{};
    return band ? &band->source : nullptr;
}

// ---- the options --------------------------------------------------------------------

std::vector<LineItem> lines(const Parts& parts) {
    std::vector<LineItem> out;
    for (const Part& p : parts) {
        LineItem& item = out.emplace_back(LineItem{
            .charge = std::string{p.charge}, .quantity = p.quantity, .unit = std::string{p.unit}});
        if (p.known) {
            item.amount = Usd{p.usd};
            item.tiers = {{.from = 0, .usd = p.rate}};
        } else if (p.usd > 0) {
            item.assumed = Usd{p.usd};
        }
    }
    return out;
}

void Payer::describe_spot(const RatedMachine& of, const PlanTime& time, PurchaseOption& to) {
    const Machine& m = of.machine;
    const auto band = rates_.interruption(of.rates);
    to.price = m.spot;
    if (band) {
        to.share = monthly_share(*band);
        if (!band->to)
            to.notes.push_back(fmt::format(
                "more than {:.0f} % are reclaimed within a month, how many more is not known",
                100 * band->from));
    } else if (m.spot) {
        to.notes.emplace_back("how often it is interrupted is not known");
    }
    if (!to.total)
        return;
    const SpotHours hours = spot_hours(time.work, interruptions(of, time.machines), recovery_);
    to.hours = std::max(time.billed, hours.expected) * time.machines;
    to.hours_p90 = std::max(time.billed, hours.p90) * time.machines;
    if (m.on_demand)
        to.break_even_rate = flopwise::break_even_rate(*m.spot, *m.on_demand, time.work, recovery_);
    const Hours through = time.days * HoursPerDay{kHoursPerDay};
    if (hours.p90 > through && !time.follows)
        to.notes.push_back(
            fmt::format("may take {:.0f}, longer than the {:.6g} of the plan", hours.p90, through));
}

/// Why a rate is not used.
static std::string outdated(const ReservedRate& rate, std::optional<UsdPerHour> today) {
    return fmt::format("rate of {}, when on demand was {}; {}",
                       to_string(rate.source.as_of),
                       *rate.on_demand,
                       today ? fmt::format("today it is {}", *today) : "today's is not known");
}

void Payer::describe_term(const RatedMachine& of,
                          Term term,
                          const PlanTime& time,
                          PurchaseOption& to) const {
    const Machine& m = of.machine;
    const auto rate = rates_.reserved(of.rates, term);
    if (!rate)
        return;
    if (!holds(*rate, m.on_demand)) {
        to.notes.push_back(outdated(*rate, m.on_demand));
        return;
    }
    to.price = rate->hourly;
    if (!rate->same_as.empty())
        to.notes.push_back(fmt::format("at the rate of {}, which it has too", rate->same_as));
    if (rate->estimated)
        to.notes.emplace_back("upfront discount estimated from another machine");
    if (m.on_demand)
        to.break_even = HoursPerDay{kHoursPerDay * (rate->hourly / *m.on_demand)};
    double hours = 0;
    double terms = 0;
    for (const LineItem& item : to.items) {
        if (item.charge == "upfront") {
            to.upfront = *item.amount;
            terms = item.quantity;
        } else if (item.charge == "reservation") {
            terms = item.quantity / (kHoursPerYear * term.years);
        } else if (item.charge == "compute") {
            hours = item.quantity;
            to.notes.push_back(
                fmt::format("{:.4g} after the last term are paid on demand", Hours{item.quantity}));
        }
    }
    to.hours = Hours{hours + terms * kHoursPerYear * term.years};
    const double days = time.days.value();
    if (const double paid = terms / time.machines * kDaysPerYear * term.years; paid > days)
        to.notes.push_back(fmt::format("pays {} for a plan of {:.6g}", Days{paid}, Days{days}));
}

PurchaseOption Payer::option(PurchaseKind kind, const RatedMachine& of, const PlanTime& time) {
    const Machine& machine = of.machine;
    PurchaseOption out{.kind = kind};
    const Parts parts = this->parts(kind, of, time);
    if (!parts.empty()) {
        out.total = parts.total();
        out.effective = *out.total / (time.work * time.machines);
        if (time.discount_rate > 0)
            out.present = present_value(kind, parts, time);
        out.items = lines(parts);
        out.price = parts.price;
    }
    if (const auto term = term_of(kind)) {
        describe_term(of, *term, time, out);
    } else if (kind == PurchaseKind::spot) {
        describe_spot(of, time, out);
    } else if (kind == PurchaseKind::capacity_block) {
        describe_block(rates_.block(of.rates), time, out);
    } else {
        out.price = machine.on_demand;
        if (machine.on_demand)
            out.hours = time.billed * time.machines;
    }
    if (const Source* rates = source(kind, of)) {
        out.source = cited(*rates);
        out.as_of = rates->as_of;
    }
    return out;
}

std::vector<PurchaseOption> purchase_options(Payer& payer,
                                             const Machine& machine,
                                             const PlanTime& time,
                                             const Charges& charges) {
    const RatedMachine rated = payer.rated(machine);
    std::vector<PurchaseOption> out;
    for (std::size_t k = 0; k < kPurchaseKinds; ++k)
        if (const auto kind = static_cast<PurchaseKind>(k); sold(machine.provider, kind, charges))
            out.push_back(payer.option(kind, rated, time));
    const auto worth = [](const PurchaseOption& o) { return o.present ? *o.present : *o.total; };
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
        return a.total && (!b.total || worth(a) < worth(b));
    });
    return out;
}

std::vector<PurchaseOption> purchase_options(const Budget& budget,
                                             const Usage& usage,
                                             const Recovery& recovery,
                                             const Machine& machine,
                                             const Charges& charges,
                                             double discount_rate) {
    validate(usage, budget);
    require_not_negative("discount_rate", discount_rate);
    Payer payer{recovery, charges};
    PlanTime time = plan_time(budget, usage);
    time.discount_rate = discount_rate;
    return purchase_options(payer, machine, time, charges);
}

Bill bill(const Budget& budget,
          const Usage& usage,
          const PurchaseOption& option,
          const Machine& machine,
          const Charges& charges) {
    validate(usage, budget);
    const RegionCharges region{usage, machine.provider, machine.region, charges};
    const PlanTime time = plan_time(budget, usage);
    return summed(option.items, region.lines(time), budget.fixed, time.days);
}

} // namespace flopwise
