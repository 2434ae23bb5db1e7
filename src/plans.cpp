#include "plans.hpp"

#include "cost_parts.hpp"
#include "text.hpp"

#include <algorithm>
#include <numeric>

namespace flopwise {

constexpr Days kMonth{730.0 / 24}; // of a plan whose days are not known
constexpr Days kCentury{36'525};

bool Plans::needed(const Request& request) {
    return charged(request.usage) || !request.ways.empty() ||
           (request.dataset.size && !request.dataset.region.empty());
}

Plans::Plans(const Catalog& catalog, const Request& request, const Charges& charges)
    : catalog_{catalog}, request_{request}, charges_{charges}, plan_{request.budget},
      cheapest_{!request.ways.empty()}, columns_{catalog.columns()} {
    if (request.budget.total && request.budget.days)
        limit_ = affordable_limit(request.budget).value();
    if (!plan_.days)
        plan_.days = kMonth;
    for (const Region& region : catalog.regions())
        region_charges_.push_back(
            region_charges(plan_, request.usage, region.provider, region.code, charges));
    Payer payer{plan_, request.usage, request.recovery, charges};
    columns_.first.assign(1, 0);
    columns_.usd_per_hour.clear();
    columns_.site.clear();
    columns_.source.clear();
    columns_.type.clear();
    const std::size_t regions = catalog.regions().size();
    for (std::size_t type = 0; type < catalog.instances().size(); ++type)
        for (std::size_t p = 0; p < kPurchases; ++p) {
            std::vector<Row> rows = rows_of(type, p);
            std::erase_if(rows, [&](Row& row) {
                return !priced(row, payer, region_charges_[row.site % regions]);
            });
            add(std::move(rows), type);
        }
}

/// The offers of a type and a way to pay; with several ways, one for each place of the type.
std::vector<Plans::Row> Plans::rows_of(std::size_t type, std::size_t purchase) const {
    const Columns& all = catalog_.columns();
    const auto group = [&](std::size_t p) {
        return std::pair{all.first[type * kPurchases + p], all.first[type * kPurchases + p + 1]};
    };
    constexpr auto kSpot = static_cast<std::size_t>(Purchase::spot);
    std::vector<Row> out;
    if (cheapest_ && purchase == kSpot)
        return out;
    const auto find = [&](std::size_t p, std::uint16_t site) {
        const auto [begin, end] = group(p);
        for (std::uint32_t i = begin; i < end; ++i)
            if (all.site[i] == site)
                return i;
        return kNone;
    };
    for (std::size_t p = 0; p < kPurchases; ++p)
        for (auto [i, end] = group(p); i < end; ++i) {
            Row row{.offer = i, .site = all.site[i]};
            row.on_demand = p == kSpot ? find(0, row.site) : i;
            row.spot = p == kSpot ? i : find(kSpot, row.site);
            row.kind = static_cast<PurchaseKind>(p);
            if (cheapest_ ? p != kSpot || row.on_demand == kNone : p == purchase)
                out.push_back(row);
        }
    return out;
}

Machine Plans::machine(const Row& row) const {
    const Columns& all = catalog_.columns();
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

/// The way an offer is paid for where only its price counts: lost work is not looked at.
static Parts as_offered(const Machine& m, PurchaseKind kind, const Usage& usage, Payer& payer) {
    if (kind == PurchaseKind::on_demand)
        return payer.parts(kind, m);
    if (usage.reserved_capacity > HoursPerDay{} && !m.on_demand)
        return {}; // capacity is held at the price on demand
    return payer.at(*m.spot, m.on_demand.value_or(*m.spot));
}

/// Prices a row in its own way or in the cheapest; false if that is not known.
bool Plans::priced(Row& row, Payer& payer, std::span<const LineItem> charges) const {
    const Machine m = machine(row);
    Parts best;
    if (!cheapest_)
        best = as_offered(m, row.kind, request_.usage, payer);
    else
        for (const PurchaseKind kind : request_.ways)
            if (const Parts parts = payer.parts(kind, m);
                !parts.empty() && (best.empty() || parts.total() < best.total())) {
                best = parts;
                row.kind = kind;
            }
    if (best.empty())
        return false;
    row.price = best.price.value();
    row.usd = best.total().value();
    for (const LineItem& item : charges)
        row.usd += charged_amount(item).value();
    return true;
}

/// The cost of a plan for a rented hour. The limit on the price is made to agree with what the
/// budget says of the cost, to the last bit.
double Plans::effective(double usd) const {
    const double price = usd / rented_hours(plan_).value();
    if (!limit_)
        return price;
    return affordable(request_.budget, Usd{usd})
               ? std::min(price, *limit_)
               : std::max(price, std::nextafter(*limit_, std::numeric_limits<double>::infinity()));
}

void Plans::add(std::vector<Row> rows, std::size_t type) {
    const auto& most = request_.constraints.max_price;
    const auto above = [&most](const Row& row) { return most && row.price > most->value(); };
    std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
        return std::tuple{above(a), a.usd, a.offer} < std::tuple{above(b), b.usd, b.offer};
    });
    for (const Row& row : rows) {
        columns_.usd_per_hour.push_back(effective(row.usd));
        columns_.site.push_back(row.site);
        columns_.source.push_back(catalog_.columns().source[row.offer]);
        columns_.type.push_back(static_cast<std::uint32_t>(type));
    }
    rows_.insert(rows_.end(), rows.begin(), rows.end());
    columns_.first.push_back(static_cast<std::uint32_t>(rows_.size()));
}

// ---- of one row ---------------------------------------------------------------------

Bill Plans::bill(std::uint32_t row) const {
    const Row& r = rows_[row];
    const Machine m = machine(r);
    Payer payer{plan_, request_.usage, request_.recovery, charges_};
    const Parts parts =
        cheapest_ ? payer.parts(r.kind, m) : as_offered(m, r.kind, request_.usage, payer);
    return summed(lines(parts), region_charges_[r.site % catalog_.regions().size()], plan_.fixed);
}

std::vector<PurchaseOption> Plans::options(std::uint32_t row) const {
    return purchase_options(
        plan_, request_.usage, request_.recovery, machine(rows_[row]), charges_);
}

double Plans::cost(std::uint32_t row, const Budget& plan) const {
    Row r = rows_[row];
    const Machine m = machine(r);
    Payer payer{plan, request_.usage, request_.recovery, charges_};
    (void)priced(r, payer, region_charges(plan, request_.usage, m.provider, m.region, charges_));
    return r.usd;
}

/// The greatest value in (0, most] at which a cost that rises with it can be paid; 0: none.
template <class Fits>
static double greatest(double most, Fits fits) {
    constexpr double kLeast = 1e-6;
    constexpr int kSteps = 60;
    if (fits(most))
        return most;
    double low = kLeast;
    double high = most;
    if (!fits(low))
        return 0;
    for (int i = 0; i < kSteps; ++i) {
        const double middle = (low + high) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

Days Plans::lasts(std::uint32_t row) const {
    return Days{greatest(kCentury.value(), [&](double days) {
        Budget plan = request_.budget;
        plan.days = Days{days};
        return affordable(plan, Usd{cost(row, plan)});
    })};
}

void Plans::relax(std::uint32_t row, Refusal& to) const {
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

std::optional<std::uint32_t> Plans::row_of(std::size_t offer) const {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) {
        return row.offer == offer || (cheapest_ && (row.spot == offer || row.on_demand == offer));
    });
    if (found == rows_.end())
        return std::nullopt;
    return static_cast<std::uint32_t>(found - rows_.begin());
}

// ---- of one region ------------------------------------------------------------------

ChargeSummary Plans::summary(std::size_t region) const {
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

bool Plans::asked(std::size_t region) const {
    const Constraints& c = request_.constraints;
    const Region& r = catalog_.regions()[region];
    const auto any = [](const std::vector<std::string>& patterns, const std::string& name) {
        return patterns.empty() ||
               std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
                   return text::matches(pattern, name);
               });
    };
    return any(c.provider, r.provider) && any(c.region, r.code);
}

std::size_t Plans::cheapest_region() const {
    std::size_t best = 0;
    std::optional<Usd> least;
    for (std::size_t region = 0; region < region_charges_.size(); ++region)
        if (const Usd total = summary(region).total; asked(region) && (!least || total < *least)) {
            least = total;
            best = region;
        }
    return best;
}

} // namespace flopwise
