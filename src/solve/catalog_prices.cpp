#include "solve/catalog_prices.hpp"

#include "cost/payer.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

CatalogPrices::CatalogPrices(const Catalog& catalog, const Request& request, const Goal& goal)
    : catalog_{catalog}, request_{request}, goal_{goal}, columns_{columns_of(catalog)} {
    max_price_ = highest_price(request);
}

// ---- what a group has ---------------------------------------------------------------

/// The end of the rows that cost at most `limit`.
std::uint32_t CatalogPrices::end_within(OfferRange rows, double limit) const {
    const double* price = columns_.usd_per_hour.data();
    if (rows.begin == rows.end || price[rows.end - 1] <= limit) // most types lie on one side of it
        return rows.end;
    if (price[rows.begin] > limit)
        return rows.begin;
    return static_cast<std::uint32_t>(
        std::upper_bound(price + rows.begin, price + rows.end, limit) - price);
}

std::uint32_t CatalogPrices::end_below_max(OfferRange rows) const {
    return end_within(rows, max_price_);
}

std::uint32_t CatalogPrices::end_affordable(OfferRange rows) const {
    return rows.begin == rows.end ? rows.end : end_within(rows, limit(rows.begin));
}

double CatalogPrices::limit(std::uint32_t row) const {
    return goal_.price_limit(columns_.type[row]);
}

bool CatalogPrices::is_affordable(std::uint32_t row) const {
    return columns_.usd_per_hour[row] <= limit(row);
}

double CatalogPrices::excess(std::uint32_t row) const {
    return std::log(columns_.usd_per_hour[row] / std::min(max_price_, limit(row)));
}

/// They stand by price.
void CatalogPrices::add_prices(OfferRange rows, const Sites& sites, PriceExtent& to) const {
    const std::uint32_t first = sites.first_in_scope(columns_, rows.begin, rows.end);
    if (first == rows.end)
        return;
    std::uint32_t last = rows.end - 1;
    while (sites[columns_.site[last]] == Site::out_of_scope)
        --last;
    to.add(first, columns_.usd_per_hour[first]);
    to.add(last, columns_.usd_per_hour[last]);
}

// ---- of a row -----------------------------------------------------------------------

UsdPerHour CatalogPrices::price(std::uint32_t row) const {
    return UsdPerHour{columns_.usd_per_hour[row]};
}

PurchaseKind CatalogPrices::paid(std::uint32_t row) const {
    return kind_of(catalog_.offer(row).purchase);
}

const Source& CatalogPrices::source(std::uint32_t row) const {
    return catalog_.sources()[columns_.source[row]];
}

DateRange CatalogPrices::price_dates(std::uint32_t row, PurchaseKind /*kind*/) const {
    DateRange out;
    out.add(source(row).as_of);
    return out;
}

PlanTime CatalogPrices::time(std::size_t type, const Budget& plan) const {
    PlanTime out = plan_time(plan, goal_.usage(), goal_.machines(type));
    out.billed = out.work; // by the rule: price times hours
    return out;
}

Bill CatalogPrices::bill(std::uint32_t row) const {
    const std::size_t type = columns_.type[row];
    const PlanTime plan = time(type, goal_.usual_plan(type));
    return summed(
        lines(Payer::at(price(row), price(row), plan)), {}, request_.budget.fixed, plan.days);
}

void CatalogPrices::describe(std::uint32_t row, Choice& to) const {
    const std::size_t type = columns_.type[row];
    if (goal_.has_hours(type))
        to.cost = bill(row);
    else if (request_.budget.total)
        to.lasts = days_affordable(request_.budget, request_.uncertainty, to.price);
}

std::optional<Outlook> CatalogPrices::outlook(std::uint32_t row) const {
    const std::size_t type = columns_.type[row];
    const auto hours = goal_.hours(type);
    if (!hours)
        return std::nullopt;
    return Outlook{.hours = *hours, .cost = [this, type, price = price(row)](Hours work) {
                       return Payer::at(price, price, time(type, goal_.plan(work))).total() +
                              request_.budget.fixed;
                   }};
}

/// The price of the same machine, in its region.
std::string CatalogPrices::dearer(std::uint32_t row) const {
    const std::size_t group = columns_.type[row] * kPurchases;
    for (std::uint32_t i = columns_.first[group]; i < columns_.first[group + 1]; ++i)
        if (columns_.site[i] == columns_.site[row])
            return price(row) > price(i) ? fmt::format("{} against {}", price(row), price(i)) : "";
    return "";
}

void CatalogPrices::explain_budget(std::uint32_t row, Refusal& to) const {
    say(goal_.cost_in_words(columns_.type[row], price(row)), to);
    goal_.relax_budget(columns_.type[row], price(row), to);
    to.cost = bill(row);
}

std::optional<std::uint32_t> CatalogPrices::row_of(std::size_t offer) const {
    return static_cast<std::uint32_t>(offer);
}

} // namespace flopwise
