#include "solve/plan_prices.hpp"

#include "cost/bill_lines.hpp"
#include "cost/rule.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace flopwise {

/// The columns of machine types, without an offer.
static OfferColumns types_of(const OfferColumns& all) {
    return {.vcpus = all.vcpus,
            .memory_gib = all.memory_gib,
            .gpu_count = all.gpu_count,
            .gpu_memory_gib = all.gpu_memory_gib,
            .network_gbps = all.network_gbps,
            .gpu = all.gpu,
            .family = all.family,
            .retired = all.retired,
            .usd_per_hour = {},
            .site = {},
            .source = {},
            .type = {},
            .first = {0},
            .used_sites = all.used_sites};
}

PlanPrices::PlanPrices(const Catalog& catalog,
                       const Request& request,
                       const Goal& goal,
                       const Charges& charges)
    : catalog_{catalog}, request_{request}, goal_{goal}, charges_{charges}, usage_{goal.usage()},
      cheapest_{!request.ways.empty()}, payer_{request.recovery, charges},
      columns_{types_of(columns_of(catalog))}, priced_(catalog.instances().size()) {
    max_price_ = highest_price(request);
    const auto regions = catalog.regions();
    for (const Region& region : regions) {
        asked_.push_back(asked(region));
        if (asked_.back() || region_charges_.empty())
            region_charges_.emplace_back(usage_, region.provider, region.code, charges);
        else
            region_charges_.push_back(region_charges_.front()); // which stands for none
    }
    for (std::size_t region = 0; region < regions.size(); ++region)
        asked_.push_back(asked_[region]);           // what is not offered there
    rows_.reserve(columns_of(catalog).type.size()); // at most; what is not used costs nothing
    std::vector<std::uint32_t> on_demand(2 * regions.size(), kNone); // by site
    std::vector<std::uint32_t> spot = on_demand;
    for (std::size_t type = 0; type < priced_.size(); ++type)
        add_rows(type, on_demand, spot);
    columns_.usd_per_hour.resize(rows_.size());
    columns_.source.resize(rows_.size());
}

/// The offers of a type and a purchase option; with several ways, one for each place of the type.
/// The spans are of no offers, before and after.
void PlanPrices::add_rows(std::size_t type,
                          std::span<std::uint32_t> on_demand,
                          std::span<std::uint32_t> spot) {
    const OfferColumns& all = columns_of(catalog_);
    constexpr auto kSpot = static_cast<std::size_t>(Purchase::spot);
    const std::size_t group = type * kPurchases;
    const auto each_offer = [&](std::size_t p, auto action) {
        for (std::uint32_t i = all.first[group + p]; i < all.first[group + p + 1]; ++i)
            if (asked_[all.site[i]])
                action(i, all.site[i]);
    };
    each_offer(0, [&](std::uint32_t i, std::uint16_t site) { on_demand[site] = i; });
    each_offer(kSpot, [&](std::uint32_t i, std::uint16_t site) { spot[site] = i; });
    const auto rows = [this] { return static_cast<std::uint32_t>(rows_.size()); };
    for (std::size_t p = 0; p < kPurchases; ++p) {
        each_offer(p, [&](std::uint32_t i, std::uint16_t site) {
            const Row row{.offer = i,
                          .on_demand = on_demand[site],
                          .spot = spot[site],
                          .kind = static_cast<PurchaseKind>(p),
                          .site = site};
            const bool second = cheapest_ && p == kSpot && row.on_demand != kNone;
            if (second)
                return;
            if (!payable(row)) {
                left_out_.push_back(i);
                return;
            }
            rows_.push_back(row);
            columns_.site.push_back(site);
            columns_.type.push_back(static_cast<std::uint32_t>(type));
        });
        if (!cheapest_)
            columns_.first.push_back(rows());
    }
    if (cheapest_) // all stand in the group of those on demand
        for (std::size_t p = 0; p < kPurchases; ++p)
            columns_.first.push_back(rows());
    each_offer(0, [&](std::uint32_t, std::uint16_t site) { on_demand[site] = kNone; });
    each_offer(kSpot, [&](std::uint32_t, std::uint16_t site) { spot[site] = kNone; });
}

Machine PlanPrices::machine(const Row& row) const {
    const OfferColumns& all = columns_of(catalog_);
    const Instance& instance = catalog_.instances()[all.type[row.offer]];
    const auto price = [&](std::uint32_t offer) {
        return offer == kNone ? std::nullopt : std::optional{UsdPerHour{all.usd_per_hour[offer]}};
    };
    return {.provider = instance.provider,
            .region = catalog_.regions()[row.site % catalog_.regions().size()].code,
            .instance = instance.name,
            .on_demand = price(row.on_demand),
            .spot = price(row.spot)};
}

std::size_t PlanPrices::type_of(const Row& row) const {
    return columns_of(catalog_).type[row.offer];
}

/// Whether what a way to pay costs is known, but perhaps for the work lost on spot.
bool PlanPrices::payable(const Row& row, PurchaseKind kind, const RatedMachine& of) const {
    const bool held = usage_.reserved_capacity > HoursPerDay{}; // at the price on demand
    switch (kind) {
    case PurchaseKind::on_demand:
        return row.on_demand != kNone;
    case PurchaseKind::spot:
        return row.spot != kNone && (!held || row.on_demand != kNone);
    default:
        return !payer_.parts(kind, of, time(type_of(row), goal_.usual_plan(type_of(row)))).empty();
    }
}

bool PlanPrices::payable(const Row& row) const {
    if (!cheapest_)
        return payable(row, row.kind, {});
    const auto simple = [&](PurchaseKind kind) {
        return kind <= PurchaseKind::spot && payable(row, kind, {});
    };
    if (std::any_of(request_.ways.begin(), request_.ways.end(), simple))
        return true;
    const RatedMachine of = rated(row);
    return std::any_of(request_.ways.begin(), request_.ways.end(), [&](PurchaseKind kind) {
        return payable(row, kind, of);
    });
}

PlanTime PlanPrices::time(std::size_t type, const Budget& plan) const {
    PlanTime out = plan_time(plan, usage_, goal_.machines(type));
    out.follows = goal_.ends_with_work();
    out.discount_rate = request_.discount_rate;
    return out;
}

PlanPrices::Beside PlanPrices::beside(const Row& row, const PlanTime& time) const {
    return {.time = time, .charges = region_charges_[region_of(row)].total(time)};
}

/// On spot it takes longer, and so do the disks.
PlanPrices::Priced PlanPrices::priced(const Row& row,
                                      PurchaseKind kind,
                                      const RatedMachine& of,
                                      const Budget& plan,
                                      const Beside& usual) const {
    Priced out{.parts = payer_.known_parts(kind, of, usual.time), .beside = usual};
    if (kind == PurchaseKind::spot && !out.parts.empty()) {
        const double rate = payer_.interruptions(of, usual.time.machines);
        const Hours hours = payer_.expected_hours(usual.time.work, rate);
        out.beside = beside(row, time(type_of(row), goal_.through(plan, hours)));
    }
    return out;
}

/// Of the hours of a row's work, those until it is done in its way to pay.
HoursDistribution PlanPrices::hours(const Row& row, const HoursDistribution& work) const {
    if (row.kind != PurchaseKind::spot)
        return work;
    const double machines = goal_.machines(type_of(row));
    return work.on_spot(payer_.interruptions(rated(row), machines), request_.recovery);
}

double PlanPrices::chance_in_time(const Row& row) const {
    return hours(row, *goal_.hours(type_of(row))).probability(*goal_.deadline());
}

/// Whether spot is less sure to be done by the deadline than is asked for. What is far from the
/// deadline needs no distribution.
bool PlanPrices::late(const Row& row, const RatedMachine& of, const Budget& sure) const {
    constexpr double kSurely = 0.5;
    constexpr double kHardly = 2;
    const auto deadline = goal_.deadline();
    if (row.kind != PurchaseKind::spot || !deadline || !goal_.has_hours(type_of(row)))
        return false;
    const PlanTime t = time(type_of(row), sure);
    const Hours through = payer_.expected_hours(t.work, payer_.interruptions(of, t.machines));
    const double part = through / *deadline;
    return part > kHardly ||
           (part > kSurely && chance_in_time(row) < request_.uncertainty.confidence);
}

/// In its own way or in the best of those that are asked for: one that is known in full, in time,
/// and within the budget, as far as there is one; then the cheapest.
PlanPrices::Row PlanPrices::priced(Row row, const Budget& usual, const Budget& sure) const {
    const RatedMachine of = rated(row);
    const bool certain = sure == usual;
    const Beside at_usual = beside(row, time(type_of(row), usual));
    const Beside at_sure = certain ? at_usual : beside(row, time(type_of(row), sure));
    const auto by = [](const Row& r, bool known, bool paid) {
        return std::tuple{!known, r.late, !paid, r.present};
    };
    std::optional<Row> best;
    bool best_known = false;
    bool best_paid = false;
    const auto look = [&](PurchaseKind kind) {
        const Priced p = priced(row, kind, of, usual, at_usual);
        if (p.parts.empty())
            return;
        Row one = row;
        one.kind = kind;
        one.price = p.parts.price.value();
        one.usd = p.total().value();
        one.present = p.present(kind).value();
        one.sure_usd = certain ? one.usd : priced(row, kind, of, sure, at_sure).total().value();
        one.late = late(one, of, sure);
        const bool known = kind != PurchaseKind::spot || payer_.source(kind, of) != nullptr;
        const bool paid = affordable(one);
        if (!best || by(one, known, paid) < by(*best, best_known, best_paid)) {
            best = one;
            best_known = known;
            best_paid = paid;
        }
    };
    if (!cheapest_)
        look(row.kind);
    for (const PurchaseKind kind : request_.ways)
        look(kind);
    return best.value_or(row);
}

bool PlanPrices::affordable(const Row& row) const {
    return !request_.budget.total || !goal_.has_hours(type_of(row)) ||
           flopwise::affordable(request_.budget, Usd{row.sure_usd});
}

void PlanPrices::prepare(std::size_t type) {
    if (priced_[type])
        return;
    priced_[type] = true;
    const Budget usual = goal_.usual_plan(type);
    const Budget sure = goal_.sure_plan(type);
    const PlanTime t = time(type, usual);
    const Hours compared = t.follows ? t.billed + t.startup : t.work;
    const double hours = (compared * t.machines).value();
    const auto order = [this](const Row& row) {
        return std::tuple{
            row.price > max_price_, row.late, !affordable(row), row.present, row.offer};
    };
    for (std::size_t group = type * kPurchases; group < (type + 1) * kPurchases; ++group) {
        const std::span rows{rows_.data() + columns_.first[group],
                             rows_.data() + columns_.first[group + 1]};
        for (Row& row : rows)
            row = priced(row, usual, sure);
        std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
            return order(a) < order(b);
        });
        for (std::uint32_t i = columns_.first[group]; i < columns_.first[group + 1]; ++i) {
            columns_.usd_per_hour.set(i, rows_[i].present / hours);
            columns_.site.set(i, rows_[i].site);
            columns_.source.set(i, columns_of(catalog_).source[rows_[i].offer]);
        }
    }
}

// ---- what a group has ---------------------------------------------------------------

template <class Fits>
static std::uint32_t end_of(OfferRange rows, Fits fits) {
    std::uint32_t end = rows.begin;
    while (end < rows.end && fits(end))
        ++end;
    return end;
}

std::uint32_t PlanPrices::end_below_max(OfferRange rows) const {
    return end_of(rows, [this](std::uint32_t row) { return rows_[row].price <= max_price_; });
}

std::uint32_t PlanPrices::end_in_time(OfferRange rows) const {
    return end_of(rows, [this](std::uint32_t row) { return !rows_[row].late; });
}

std::uint32_t PlanPrices::end_affordable(OfferRange rows) const {
    return end_of(rows, [this](std::uint32_t row) { return affordable(rows_[row]); });
}

bool PlanPrices::is_affordable(std::uint32_t row) const {
    return affordable(rows_[row]);
}

double PlanPrices::excess(std::uint32_t row) const {
    const Row& r = rows_[row];
    const auto& total = request_.budget.total;
    const double left = total && goal_.has_hours(type_of(r))
                            ? (*total - request_.budget.fixed).value()
                            : r.sure_usd;
    return std::max(std::log(r.price / max_price_), std::log(r.sure_usd / left));
}

/// They do not stand by price.
void PlanPrices::add_prices(OfferRange rows, const Sites& sites, PriceExtent& to) const {
    for (std::uint32_t row = rows.begin; row < rows.end; ++row)
        if (sites[columns_.site[row]] != Site::out_of_scope)
            to.add(row, rows_[row].price);
}

} // namespace flopwise
