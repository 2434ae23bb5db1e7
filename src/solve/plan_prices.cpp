#include "solve/plan_prices.hpp"

#include "cost/bill_lines.hpp"
#include "cost/rule.hpp"
#include "request/completed.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <numeric>

namespace flopwise {

constexpr Days kMonth{730.0 / 24}; // of a plan whose days are not known
constexpr Days kCentury{36'525};

/// For a month if it has no days.
static Budget with_days(Budget budget) {
    if (!budget.days)
        budget.days = kMonth;
    return budget;
}

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

PlanPrices::PlanPrices(const Catalog& catalog, const Request& request, const Charges& charges)
    : catalog_{catalog}, request_{request}, charges_{charges}, plan_{with_days(request.budget)},
      cheapest_{!request.ways.empty()}, payer_{plan_, request.usage, request.recovery, charges},
      columns_{types_of(columns_of(catalog))}, priced_(catalog.instances().size()) {
    if (request.budget.total && request.budget.days)
        limit_ = affordable_limit(request.budget).value();
    const auto regions = catalog.regions();
    for (const Region& region : regions) {
        asked_.push_back(asked(region));
        region_charges_.emplace_back();
        if (asked_.back() || region_charges_.size() == 1) // which stands for none
            region_charges_.back() =
                region_charges(plan_, request.usage, region.provider, region.code, charges);
    }
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
            if (asked_[all.site[i] % asked_.size()])
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
        columns_.first.resize(columns_.first.size() + kPurchases, rows());
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

/// Whether the costs of some purchase option are known, but perhaps for the work lost on spot.
bool PlanPrices::payable(const Row& row) {
    const bool held = request_.usage.reserved_capacity > HoursPerDay{}; // at the price on demand
    const auto offered = [&](PurchaseKind kind) {
        return kind == PurchaseKind::on_demand ? row.on_demand != kNone
                                               : kind == PurchaseKind::spot && row.spot != kNone &&
                                                     (!held || row.on_demand != kNone);
    };
    if (!cheapest_)
        return offered(row.kind);
    if (std::any_of(request_.ways.begin(), request_.ways.end(), offered))
        return true;
    const RatedMachine m = payer_.rated(machine(row));
    return std::any_of(request_.ways.begin(), request_.ways.end(), [&](PurchaseKind kind) {
        return !payer_.parts(kind, m).empty();
    });
}

/// Prices a row in its own way or in the cheapest. What is not known in full is taken only where
/// nothing else is known.
void PlanPrices::price(Row& row, Payer& payer, std::span<const LineItem> charges) const {
    const bool plain = !cheapest_ && row.kind == PurchaseKind::on_demand;
    const RatedMachine rated = plain ? RatedMachine{machine(row)} : payer.rated(machine(row));
    Parts best;
    for (const PurchaseKind kind : request_.ways)
        if (const Parts parts = payer.parts(kind, rated);
            !parts.empty() && (best.empty() || parts.total() < best.total())) {
            best = parts;
            row.kind = kind;
        }
    if (best.empty()) {
        if (cheapest_)
            row.kind = PurchaseKind::spot;
        best = payer.known_parts(row.kind, rated);
    }
    row.price = best.price.value();
    row.usd = best.total().value();
    for (const LineItem& item : charges)
        row.usd += charged_amount(item).value();
}

/// The cost of a plan for a rented hour. The limit on the price is made to agree with what the
/// budget says of the cost, to the last bit.
double PlanPrices::effective(double usd) const {
    const double price = usd / rented_hours(plan_).value();
    if (!limit_)
        return price;
    return affordable(request_.budget, Usd{usd})
               ? std::min(price, *limit_)
               : std::max(price, std::nextafter(*limit_, std::numeric_limits<double>::infinity()));
}

void PlanPrices::price_type(std::size_t type) {
    if (priced_[type])
        return;
    priced_[type] = true;
    const auto& most = request_.constraints.max_price;
    const auto above = [&most](const Row& row) { return most && row.price > most->value(); };
    for (std::size_t group = type * kPurchases; group < (type + 1) * kPurchases; ++group) {
        const std::span rows{rows_.data() + columns_.first[group],
                             rows_.data() + columns_.first[group + 1]};
        for (Row& row : rows)
            price(row, payer_, region_charges_[row.site % asked_.size()]);
        std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
            return std::tuple{above(a), a.usd, a.offer} < std::tuple{above(b), b.usd, b.offer};
        });
        for (std::uint32_t i = columns_.first[group]; i < columns_.first[group + 1]; ++i) {
            columns_.usd_per_hour[i] = effective(rows_[i].usd);
            columns_.site[i] = rows_[i].site;
            columns_.source[i] = columns_of(catalog_).source[rows_[i].offer];
        }
    }
}

// ---- of one row ---------------------------------------------------------------------

Bill PlanPrices::bill(std::uint32_t row) {
    const Row& r = rows_[row];
    const Machine m = machine(r);
    const Parts parts = payer_.known_parts(r.kind, payer_.rated(m));
    return summed(lines(parts), region_charges_[r.site % asked_.size()], plan_.fixed);
}

std::optional<UsdPerHour> PlanPrices::on_demand_price(std::uint32_t row) const {
    return machine(rows_[row]).on_demand;
}

std::optional<Bill> PlanPrices::on_demand_bill(std::uint32_t row) {
    const Row& r = rows_[row];
    const Parts parts = payer_.parts(PurchaseKind::on_demand, {machine(r)});
    if (parts.empty())
        return std::nullopt;
    return summed(lines(parts), region_charges_[r.site % asked_.size()], plan_.fixed);
}

std::string PlanPrices::why_left_out(std::uint32_t offer) {
    const OfferColumns& all = columns_of(catalog_);
    Row row{.offer = offer, .on_demand = kNone, .spot = kNone, .site = all.site[offer]};
    const std::size_t group = all.type[offer] * kPurchases;
    const auto same = [&](std::size_t p) {
        for (std::uint32_t i = all.first[group + p]; i < all.first[group + p + 1]; ++i)
            if (all.site[i] == row.site)
                return i;
        return kNone;
    };
    row.on_demand = same(static_cast<std::size_t>(Purchase::on_demand));
    row.spot = same(static_cast<std::size_t>(Purchase::spot));
    const RatedMachine rated = payer_.rated(machine(row));
    for (const PurchaseKind kind : request_.ways)
        if (const auto notes = payer_.option(kind, rated).notes; !notes.empty())
            return notes.front();
    return "";
}

std::vector<PurchaseOption> PlanPrices::options(std::uint32_t row) const {
    return purchase_options(
        plan_, request_.usage, request_.recovery, machine(rows_[row]), charges_);
}

const Source& PlanPrices::source(std::uint32_t row) const {
    const Row& r = rows_[row];
    if (term_of(r.kind))
        return *payer_.source(r.kind, payer_.rated(machine(r)));
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
    if (kind == PurchaseKind::on_demand || request_.usage.reserved_capacity > HoursPerDay{})
        add_offer(r.on_demand);
    const Machine m = machine(r);
    if (const Source* rates = payer_.source(kind, payer_.rated(m)))
        out.add(rates->as_of);
    out.add(rate_dates(request_.usage, m.provider, m.region, charges_));
    return out;
}

double PlanPrices::cost(std::uint32_t row, const Budget& plan) const {
    Row r = rows_[row];
    const Machine m = machine(r);
    Payer payer{plan, request_.usage, request_.recovery, charges_};
    price(r, payer, region_charges(plan, request_.usage, m.provider, m.region, charges_));
    return r.usd;
}

/// The greatest value in (0, most] at which a cost that rises with it can be paid; 0: none.
template <class Fits>
static double greatest(double most, Fits fits) {
    constexpr double kShortest = 1e-6;
    constexpr int kSteps = 60;
    if (fits(most))
        return most;
    double low = kShortest;
    double high = most;
    if (!fits(low))
        return 0;
    for (int i = 0; i < kSteps; ++i) {
        const double middle = (low + high) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

Days PlanPrices::lasts(std::uint32_t row) const {
    return Days{greatest(kCentury.value(), [&](double days) {
        Budget plan = request_.budget;
        plan.days = Days{days};
        return affordable(plan, Usd{cost(row, plan)});
    })};
}

void PlanPrices::relax(std::uint32_t row, Refusal& to) const {
    Budget plan = plan_;
    to.relaxation.push_back({"budget_usd", (cost(row) + plan.fixed).value()});
    const double days = greatest(plan_.days->value(), [&](double value) {
        plan.days = Days{value};
        return affordable(plan, Usd{cost(row, plan)});
    });
    plan = plan_;
    const double use = greatest(plan_.hours_per_day.value(), [&](double value) {
        plan.hours_per_day = HoursPerDay{value};
        return affordable(plan, Usd{cost(row, plan)});
    });
    if (days > 0)
        to.relaxation.push_back({"days", days});
    if (use > 0)
        to.relaxation.push_back({"hours_per_day", use});
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

ChargeSummary PlanPrices::summary(std::size_t region) const {
    ChargeSummary out{.provider = catalog_.regions()[region].provider,
                      .region = catalog_.regions()[region].code};
    for (const LineItem& item : region_charges_[region]) {
        out.total = out.total + charged_amount(item);
        if (!item.amount)
            out.unknown.push_back(item.charge);
    }
    const Budget& budget = request_.budget;
    if (!budget.total || !budget.days)
        return out;
    out.hours = billed_hours(budget, request_.usage) + capacity_hours(budget, request_.usage);
    out.ceiling_before = price_ceiling(budget);
    out.ceiling = std::max(Usd{}, *budget.total - budget.fixed - out.total) / out.hours;
    return out;
}

bool PlanPrices::asked(const Region& region) const {
    const Constraints& c = request_.constraints;
    const auto any = [](const std::vector<std::string>& patterns, const std::string& name) {
        return patterns.empty() || text::any_matches(patterns, name);
    };
    return any(c.provider, region.provider) && any(c.region, region.code);
}

std::size_t PlanPrices::cheapest_region() const {
    std::size_t best = 0;
    std::optional<Usd> least;
    for (std::size_t region = 0; region < region_charges_.size(); ++region)
        if (const Usd total = summary(region).total; asked_[region] && (!least || total < *least)) {
            least = total;
            best = region;
        }
    return best;
}

} // namespace flopwise
