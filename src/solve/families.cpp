// Families: what the types of each come to together, best first.

#include "solve/solver.hpp"

#include <algorithm>

namespace flopwise {

void Solver::Extent::add(std::uint32_t offer, double price) {
    if (cheapest == kNone || price < from) {
        from = price;
        cheapest = offer;
    }
    if (dearest == kNone || price > to) {
        to = price;
        dearest = offer;
    }
}

/// The lowest and the highest price of a type that has an offer in scope.
void Solver::add_prices(std::size_t type, Extent& to) const {
    const Result& result = types_[type];
    if (result.in_scope == 1 && result.admitted == 1)
        return to.add(result.best, price(result.best).value());
    if (plans_ != nullptr)
        plans_->price_type(type);
    for (std::size_t p = 0; p < kPurchases; ++p) {
        if (!filter_.pays(static_cast<Purchase>(p)))
            continue;
        const Range offers = group(type, p);
        const std::uint32_t first = filter_.first_in_scope(offers.begin, offers.end);
        if (first == offers.end)
            continue;
        std::uint32_t last = result.in_scope == 1 ? first : offers.end - 1;
        while (filter_.site(columns_.site[last]) == Site::out_of_scope)
            --last;
        if (plans_ != nullptr) { // which do not stand by price
            for (std::uint32_t i = first; i <= last; ++i)
                if (filter_.site(columns_.site[i]) != Site::out_of_scope)
                    to.add(i, price(i).value());
            continue;
        }
        to.add(first, columns_.usd_per_hour[first]);
        to.add(last, columns_.usd_per_hour[last]);
    }
}

std::vector<Solver::FamilySum> Solver::family_sums() const {
    std::vector<FamilySum> sums(catalog_.families().size());
    for (std::uint32_t type = 0; type < types_.size(); ++type) {
        const Result& result = types_[type];
        if (result.in_scope == 0)
            continue;
        FamilySum& sum = sums[columns_.family[type]];
        sum.admitted += result.admitted;
        sum.refused += result.in_scope - result.admitted;
        if (result.best != kNone && (sum.best == kNone || result.score > types_[sum.best].score))
            sum.best = type;
    }
    for (std::uint32_t type = 0; type < types_.size(); ++type)
        if (FamilySum& sum = sums[columns_.family[type]];
            sum.best != kNone && types_[type].in_scope > 0)
            add_prices(type, sum.prices);
    return sums;
}

FamilyChoice Solver::family_choice(const Family& family, const FamilySum& sum) const {
    const Instance& best = catalog_.instances()[sum.best];
    DateRange dates = price_dates(sum.prices.cheapest);
    dates.add(price_dates(sum.prices.dearest));
    const Gpu* gpu = best.gpu.empty() ? nullptr : catalog_.find_gpu(best.gpu);
    return {.provider = family.provider,
            .family = family.name,
            .purpose = family.purpose,
            .gpu = best.gpu,
            .score = types_[sum.best].score,
            .best = best.name,
            .price_from = UsdPerHour{sum.prices.from},
            .price_to = UsdPerHour{sum.prices.to},
            .price_dates = dates,
            .admitted = sum.admitted,
            .refused = sum.refused,
            .arch = best.arch,
            .stack = gpu == nullptr ? "" : gpu->stack};
}

/// Those with a machine that qualifies; equal scores stay in the order of the catalog.
std::vector<FamilyChoice> Solver::families() const {
    const std::vector<FamilySum> sums = family_sums();
    std::vector<std::uint32_t> order;
    for (std::uint32_t f = 0; f < sums.size(); ++f)
        if (sums[f].best != kNone)
            order.push_back(f);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return types_[sums[a].best].score > types_[sums[b].best].score;
    });
    std::vector<FamilyChoice> out;
    out.reserve(order.size());
    for (const std::uint32_t f : order) {
        out.push_back(family_choice(catalog_.families()[f], sums[f]));
        out.back().rank = static_cast<int>(out.size());
    }
    return out;
}

} // namespace flopwise
