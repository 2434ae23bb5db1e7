#include <flopwise/bill.hpp>

#include "cost/bill_lines.hpp"
#include "cost/charge_rows.hpp"
#include "cost/payer.hpp"
#include "text/durations.hpp"

#include <algorithm>

namespace flopwise {

constexpr Hours kLeastBilled{60.0 / 3600}; // for each start

bool charged(const Usage& usage) {
    Usage idle;
    idle.storage_type = usage.storage_type; // says nothing without a size
    return !(usage == idle);
}

bool complete(const Bill& bill) {
    return std::all_of(
        bill.items.begin(), bill.items.end(), [](const LineItem& i) { return i.amount; });
}

Hours billed_hours(const Budget& budget, const Usage& usage) {
    const Hours hours = rented_hours(budget);
    const double starts = budget.days->value() * usage.starts_per_day.value_or(1);
    return std::max(hours, kLeastBilled * starts);
}

// ---- checks -------------------------------------------------------------------------

void validate(const Usage& u, const Budget& budget) {
    require_not_negative("storage_gib", u.storage);
    require_not_negative("storage_iops", u.storage_iops);
    require_not_negative("storage_throughput_mib_per_s", u.storage_throughput_mib_per_s);
    for (const auto& [field, value] :
         {std::pair{"storage_iops", u.storage_iops},
          std::pair{"storage_throughput_mib_per_s", u.storage_throughput_mib_per_s}})
        if (value > 0 && u.storage == GiB{})
            throw ArgumentError{field, "must come with storage_gib"};
    require_not_negative("snapshots_gib", u.snapshots);
    require_not_negative("egress_gib_per_month", u.egress_per_month);
    require_not_negative("inter_region_gib_per_month", u.inter_region_per_month);
    require_not_negative("inter_zone_gib_per_month", u.inter_zone_per_month);
    require_not_negative("public_ipv4", u.public_ipv4);
    require_not_negative("object_storage_gib", u.object_storage);
    require_not_negative("nat_gateways", u.nat_gateways);
    require_not_negative("nat_gib_per_month", u.nat_per_month);
    if (u.nat_per_month > GiB{} && u.nat_gateways == 0)
        throw ArgumentError{"nat_gib_per_month", "must come with nat_gateways"};
    require_not_negative("reserved_capacity_hours_per_day", u.reserved_capacity);
    if (const HoursPerDay room{kHoursPerDay - budget.hours_per_day.value()};
        u.reserved_capacity > room)
        throw ArgumentError{"reserved_capacity_hours_per_day",
                            fmt::format("must be at most the {} left of the day, got {}",
                                        room,
                                        u.reserved_capacity)};
    require_not_negative("dataset_gib", u.moved_in);
    if (u.starts_per_day)
        require_positive("starts_per_day", *u.starts_per_day);
}

// ---- lines --------------------------------------------------------------------------

namespace {

/// How a quantity becomes an amount.
enum class Form {
    kept,   ///< as it is through the plan: the tiered rate of a month, for the months of the plan
    flow,   ///< anew each month: the tiers start over
    hourly, ///< for each hour of the plan
    once,   ///< a single time
};

struct BilledQuantity {
    std::string charge;
    double quantity;
    Form form;
    std::string rate{};   ///< the charge whose rate it has, if not its own
    std::string region{}; ///< whose rate it is, if not that of the machine
};

std::vector<BilledQuantity> billed_quantities(const Usage& u, std::string_view region) {
    std::vector<BilledQuantity> out;
    const auto add = [&out](std::string charge, double quantity, Form form) {
        if (quantity > 0)
            out.push_back({std::move(charge), quantity, form});
    };
    const std::string disk = "storage_" + u.storage_type;
    add(disk, u.storage.value(), Form::kept);
    add(disk + "_iops", u.storage_iops, Form::kept);
    add(disk + "_throughput", u.storage_throughput_mib_per_s, Form::kept);
    add("snapshots", u.snapshots.value(), Form::kept);
    add("egress", u.egress_per_month.value(), Form::flow);
    add("inter_region", u.inter_region_per_month.value(), Form::flow);
    add("inter_zone", u.inter_zone_per_month.value(), Form::flow);
    add("public_ipv4", u.public_ipv4, Form::hourly);
    add("object_storage", u.object_storage.value(), Form::kept);
    add("nat_gateway", u.nat_gateways, Form::hourly);
    add("nat_data", u.nat_per_month.value(), Form::flow);
    if (u.moved_in > GiB{} && u.moved_from != region)
        out.push_back(
            {"dataset_move", u.moved_in.value(), Form::once, "inter_region", u.moved_from});
    return out;
}

Usd amount_of(const BilledQuantity& w, std::span<const Tier> tiers, double hours) {
    const double months = hours / kHoursPerMonth;
    switch (w.form) {
    case Form::kept:
        return tiered(tiers, w.quantity) * months;
    case Form::flow: {
        const double whole = std::floor(months);
        return tiered(tiers, w.quantity) * whole + tiered(tiers, w.quantity * (months - whole));
    }
    case Form::hourly:
        return tiered(tiers, w.quantity) * hours;
    case Form::once:
        return tiered(tiers, w.quantity);
    }
    return {};
}

} // namespace

std::string cited(const Source& source) {
    return fmt::format("{}, {}", source.title, to_string(source.as_of));
}

static std::string_view rate_name(const BilledQuantity& w) {
    return w.rate.empty() ? w.charge : w.rate;
}

static std::optional<Rate> rate_of(const BilledQuantity& w,
                                   std::string_view provider,
                                   std::string_view region,
                                   const Charges& charges) {
    return charges.rate(provider, w.region.empty() ? region : w.region, rate_name(w));
}

/// Where no rate is known: what it comes to in the dearest region known; in that of any provider
/// where its own says nothing, for not to say is no advantage.
static std::optional<Usd>
assumed(const BilledQuantity& w, double hours, std::string_view provider, const Charges& charges) {
    std::optional<Usd> out;
    auto rates = charges.rates(provider, rate_name(w));
    if (rates.empty())
        rates = charges.rates(rate_name(w));
    for (const Rate& rate : rates)
        out = std::max(out.value_or(Usd{}), amount_of(w, rate.tiers, hours));
    return out;
}

static LineItem line(const BilledQuantity& w,
                     double hours,
                     std::string_view provider,
                     std::string_view region,
                     const Charges& charges) {
    const double times = w.form == Form::once     ? 1
                         : w.form == Form::hourly ? hours
                                                  : hours / kHoursPerMonth;
    LineItem out{.charge = w.charge,
                 .quantity = w.quantity * times,
                 .unit = std::string{unit_of(rate_name(w))}};
    if (const auto rate = rate_of(w, provider, region, charges)) {
        out.amount = amount_of(w, rate->tiers, hours);
        out.tiers.assign(rate->tiers.begin(), rate->tiers.end());
        out.source = cited(rate->source);
    } else {
        out.assumed = assumed(w, hours, provider, charges);
    }
    return out;
}

static double hours_of_plan(const Budget& budget) {
    return rented_hours({.days = budget.days}).value();
}

std::vector<LineItem> region_charges(const Budget& budget,
                                     const Usage& usage,
                                     std::string_view provider,
                                     std::string_view region,
                                     const Charges& charges) {
    validate(usage, budget);
    const double hours = hours_of_plan(budget);
    std::vector<LineItem> out;
    for (const BilledQuantity& w : billed_quantities(usage, region))
        out.push_back(line(w, hours, provider, region, charges));
    return out;
}

DateRange rate_dates(const Usage& usage,
                     std::string_view provider,
                     std::string_view region,
                     const Charges& charges) {
    DateRange out;
    for (const BilledQuantity& w : billed_quantities(usage, region))
        out.add(charges.dates(
            provider, w.region.empty() ? region : w.region, rate_name(w), w.quantity));
    return out;
}

Usd charged_amount(const LineItem& item) {
    return item.amount ? *item.amount : item.assumed.value_or(Usd{});
}

Bill summed(std::vector<LineItem> machine, std::span<const LineItem> region, Usd fixed) {
    Bill out{.items = std::move(machine)};
    out.items.insert(out.items.end(), region.begin(), region.end());
    if (fixed > Usd{})
        out.items.push_back({.charge = "fixed", .quantity = 1, .unit = "plan", .amount = fixed});
    for (const LineItem& item : out.items)
        out.total = out.total + item.amount.value_or(Usd{});
    return out;
}

Hours capacity_hours(const Budget& budget, const Usage& usage) {
    return *budget.days * usage.reserved_capacity;
}

// ---- bills --------------------------------------------------------------------------

Bill bill(const Budget& budget, UsdPerHour price) {
    (void)total_needed(budget, price); // checks them
    const Hours hours = rented_hours(budget);
    return summed(
        {{.charge = "compute", .quantity = hours.value(), .unit = "h", .amount = price * hours}},
        {},
        budget.fixed);
}

Bill bill(const Budget& budget, const Usage& usage, const Rental& rental, const Charges& charges) {
    (void)total_needed(budget, rental.price); // checks them
    const auto region = region_charges(budget, usage, rental.provider, rental.region, charges);
    const Recovery recovery;
    const Payer payer{budget, usage, recovery, charges};
    return summed(lines(payer.at(rental.price, rental.on_demand.value_or(rental.price))),
                  region,
                  budget.fixed);
}

} // namespace flopwise
