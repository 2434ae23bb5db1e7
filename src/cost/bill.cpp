#include <flopwise/bill.hpp>

#include "cost/bill_lines.hpp"
#include "cost/charge_rows.hpp"
#include "cost/payer.hpp"
#include "text/durations.hpp"

#include <algorithm>
#include <cmath>

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

PlanTime plan_time(const Budget& budget, const Usage& usage, double machines) {
    const Hours work = rented_hours(budget);
    const double starts = budget.days->value() * usage.starts_per_day.value_or(1);
    const bool through = budget.hours_per_day == HoursPerDay{kHoursPerDay} && !usage.starts_per_day;
    const double started = through ? 1 : std::max(1.0, std::ceil(starts));
    return {.work = work,
            .billed = std::max(work, kLeastBilled * starts),
            .startup = usage.startup.value_or(Hours{}) * started,
            .capacity = *budget.days * usage.reserved_capacity,
            .days = *budget.days,
            .machines = machines};
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
    if (u.startup)
        require_not_negative("startup_minutes", *u.startup);
    if (u.starts_per_day)
        require_positive("starts_per_day", *u.starts_per_day);
}

// ---- lines --------------------------------------------------------------------------

/// How a quantity becomes an amount.
enum class BilledForm {
    kept,   ///< as it is through the plan: the tiered rate of a month, for the months of the plan
    flow,   ///< anew each month: the tiers start over
    hourly, ///< for each hour of the plan
    once,   ///< a single time
};

struct BilledQuantity {
    std::string charge;
    double quantity;
    BilledForm form;
    bool each = false;    ///< of each machine, not of all of them together
    std::string rate{};   ///< the charge whose rate it has, if not its own
    std::string region{}; ///< whose rate it is, if not that of the machine
};

namespace {

/// From the start of the plan to its end, day and night.
double hours_through(const PlanTime& time) {
    return (time.days * HoursPerDay{kHoursPerDay}).value();
}

/// The charge of a disk of the type that is named, or else of the provider's usual one.
std::string disk_of(const Usage& u, std::string_view provider, const Charges& charges) {
    if (!u.storage_type.empty())
        return fmt::format("{}{}", kStorage, u.storage_type);
    const auto usual = charges.default_storage(provider);
    return usual ? fmt::format("{}{}", kStorage, *usual) : std::string{kUnknownStorage};
}

std::vector<BilledQuantity> billed_quantities(const Usage& u,
                                              std::string_view provider,
                                              std::string_view region,
                                              const Charges& charges) {
    std::vector<BilledQuantity> out;
    constexpr bool kEach = true;
    const auto add =
        [&out](std::string charge, double quantity, BilledForm form, bool each = false) {
            if (quantity > 0)
                out.push_back({std::move(charge), quantity, form, each});
        };
    const std::string disk =
        u.storage > GiB{} ? disk_of(u, provider, charges) : std::string{kUnknownStorage};
    add(disk, u.storage.value(), BilledForm::kept, kEach);
    add(disk + "_iops", u.storage_iops, BilledForm::kept, kEach);
    add(disk + "_throughput", u.storage_throughput_mib_per_s, BilledForm::kept, kEach);
    add("snapshots", u.snapshots.value(), BilledForm::kept);
    add("egress", u.egress_per_month.value(), BilledForm::flow);
    add("inter_region", u.inter_region_per_month.value(), BilledForm::flow);
    add("inter_zone", u.inter_zone_per_month.value(), BilledForm::flow);
    add("public_ipv4", u.public_ipv4, BilledForm::hourly, kEach);
    add("object_storage", u.object_storage.value(), BilledForm::kept);
    add("nat_gateway", u.nat_gateways, BilledForm::hourly);
    add("nat_data", u.nat_per_month.value(), BilledForm::flow);
    if (u.moved_in > GiB{} && u.moved_from != region)
        out.push_back({"dataset_move",
                       u.moved_in.value(),
                       BilledForm::once,
                       false,
                       "inter_region",
                       u.moved_from});
    return out;
}

double quantity_of(const BilledQuantity& w, const Rate* rate, const PlanTime& time) {
    return (rate != nullptr ? billed_size(*rate, w.quantity) : w.quantity) *
           (w.each ? time.machines : 1);
}

/// What its tiers are compared with: of what flows, that of a month or of a shorter plan.
double tiered_quantity(const BilledQuantity& w, const Rate& rate, const PlanTime& time) {
    const double months = hours_through(time) / kHoursPerMonth;
    return quantity_of(w, &rate, time) * (w.form == BilledForm::flow ? std::min(1.0, months) : 1);
}

Usd amount_of(const BilledQuantity& w, const Rate& rate, const PlanTime& time) {
    const std::span<const Tier> tiers = rate.tiers;
    const double hours = hours_through(time);
    const double months = hours / kHoursPerMonth;
    const double quantity = quantity_of(w, &rate, time);
    switch (w.form) {
    case BilledForm::kept:
        return tiered(tiers, quantity) * months;
    case BilledForm::flow: {
        const double whole = std::floor(months);
        return tiered(tiers, quantity) * whole + tiered(tiers, quantity * (months - whole));
    }
    case BilledForm::hourly:
        return tiered(tiers, quantity) * hours;
    case BilledForm::once:
        return tiered(tiers, quantity);
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

/// Whether a disk is meant of which the usual type is not known.
static bool of_unknown_disk(std::string_view charge) {
    return charge == kUnknownStorage || charge == "storage_iops" || charge == "storage_throughput";
}

/// The rates that stand for one that is not known; those of any provider where its own says
/// nothing, for not to say is no advantage.
static std::vector<Rate>
elsewhere(const BilledQuantity& w, std::string_view provider, const Charges& charges) {
    auto rates = charges.rates(provider, rate_name(w));
    if (rates.empty())
        rates = charges.rates(rate_name(w));
    if (of_unknown_disk(w.charge))
        for (const std::string_view usual : charges.default_storages())
            for (const Rate& rate : charges.rates(fmt::format(
                     "{}{}{}", kStorage, usual, w.charge.substr(kUnknownStorage.size()))))
                rates.push_back(rate);
    return rates;
}

/// The tiers that a quantity is billed by.
static std::vector<Tier> reached(std::span<const Tier> tiers, double quantity) {
    std::vector<Tier> out;
    for (const Tier& tier : tiers)
        if (out.empty() || tier.from < quantity)
            out.push_back(tier);
    return out;
}

struct RegionCharges::Item {
    BilledQuantity billed;
    std::optional<Rate> rate;
    std::vector<Rate> elsewhere; ///< without a rate: those of other regions

    /// With the rate, or at the dearest elsewhere; absent if there is none.
    [[nodiscard]] std::optional<Usd> amount(const PlanTime& time) const {
        if (rate)
            return amount_of(billed, *rate, time);
        std::optional<Usd> most;
        for (const Rate& other : elsewhere)
            most = std::max(most.value_or(Usd{}), amount_of(billed, other, time));
        return most;
    }
};

RegionCharges::RegionCharges(const Usage& usage,
                             std::string_view provider,
                             std::string_view region,
                             const Charges& charges) {
    std::vector<Item> items;
    for (BilledQuantity& w : billed_quantities(usage, provider, region, charges)) {
        const auto rate = rate_of(w, provider, region, charges);
        auto others = rate ? std::vector<Rate>{} : flopwise::elsewhere(w, provider, charges);
        items.push_back({std::move(w), rate, std::move(others)});
    }
    items_ = std::make_shared<const std::vector<Item>>(std::move(items));
}

Usd RegionCharges::total(const PlanTime& time) const {
    Usd sum;
    for (const Item& item : *items_)
        sum = sum + item.amount(time).value_or(Usd{});
    return sum;
}

std::vector<LineItem> RegionCharges::lines(const PlanTime& time) const {
    std::vector<LineItem> out;
    for (const Item& item : *items_) {
        const BilledQuantity& w = item.billed;
        const Rate* rate = item.rate ? &*item.rate : nullptr;
        const double hours = hours_through(time);
        const double times = w.form == BilledForm::once     ? 1
                             : w.form == BilledForm::hourly ? hours
                                                            : hours / kHoursPerMonth;
        const std::string_view unit =
            w.charge == kUnknownStorage ? "GiB-month" : unit_of(rate_name(w));
        LineItem& line = out.emplace_back(LineItem{.charge = w.charge,
                                                   .quantity = quantity_of(w, rate, time) * times,
                                                   .unit = std::string{unit}});
        if (rate == nullptr) {
            line.assumed = item.amount(time);
            continue;
        }
        line.amount = item.amount(time);
        line.tiers = reached(rate->tiers, tiered_quantity(w, *rate, time));
        line.source = cited(rate->source);
    }
    return out;
}

DateRange rate_dates(const Usage& usage,
                     std::string_view provider,
                     std::string_view region,
                     const Charges& charges) {
    DateRange out;
    for (const BilledQuantity& w : billed_quantities(usage, provider, region, charges))
        out.add(charges.dates(
            provider, w.region.empty() ? region : w.region, rate_name(w), w.quantity));
    return out;
}

Usd charged_amount(const LineItem& item) {
    return item.amount ? *item.amount : item.assumed.value_or(Usd{});
}

std::optional<Usd> amount_of_charge(const Bill& bill, std::string_view charge) {
    std::optional<Usd> sum;
    for (const LineItem& item : bill.items) {
        if (item.charge != charge)
            continue;
        if (!item.amount)
            return std::nullopt;
        sum = sum.value_or(Usd{}) + *item.amount;
    }
    return sum;
}

/// By the month, where there is more than one.
static void add_months(Days days, Bill& to) {
    constexpr double kOneMonth = 1 + 1e-9; // 730 / 24 days may be one by rounding
    const double months = (days * HoursPerDay{kHoursPerDay}).value() / kHoursPerMonth;
    if (!(months > kOneMonth))
        return;
    for (LineItem& item : to.items)
        if (item.amount)
            item.per_month = *item.amount / months;
    to.per_month = to.total / months;
}

Bill summed(std::vector<LineItem> machine, std::span<const LineItem> region, Usd fixed, Days days) {
    Bill out{.items = std::move(machine)};
    out.items.insert(out.items.end(), region.begin(), region.end());
    if (fixed > Usd{})
        out.items.push_back({.charge = "fixed", .quantity = 1, .unit = "plan", .amount = fixed});
    for (const LineItem& item : out.items)
        out.total = out.total + item.amount.value_or(Usd{});
    add_months(days, out);
    return out;
}

// ---- bills --------------------------------------------------------------------------

Bill bill(const Budget& budget, UsdPerHour price) {
    (void)total_needed(budget, price); // checks them
    const Hours hours = rented_hours(budget);
    return summed(
        {{.charge = "compute", .quantity = hours.value(), .unit = "h", .amount = price * hours}},
        {},
        budget.fixed,
        *budget.days);
}

Bill bill(const Budget& budget, const Usage& usage, const Rental& rental, const Charges& charges) {
    (void)total_needed(budget, rental.price); // checks them
    validate(usage, budget);
    const PlanTime time = plan_time(budget, usage);
    const RegionCharges region{usage, rental.provider, rental.region, charges};
    return summed(lines(Payer::at(rental.price, rental.on_demand.value_or(rental.price), time)),
                  region.lines(time),
                  budget.fixed,
                  time.days);
}

} // namespace flopwise
