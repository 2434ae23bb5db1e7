// Families: what the types of each come to together, best first.

#include "solve/solver.hpp"

#include <algorithm>

namespace flopwise {

/// The lowest and the highest price of a type that has an offer in scope.
void Solver::add_prices(std::size_t type, PriceExtent& to) const {
    const Result& result = types_[type];
    if (result.in_scope == 1 && result.admitted == 1)
        return to.add(result.best, pricing_.price(result.best).value());
    pricing_.prepare(type);
    for (std::size_t p = 0; p < kPurchases; ++p)
        if (const OfferRange offers = group(type, p);
            offers.begin < offers.end && filter_.pays(static_cast<Purchase>(p)))
            pricing_.add_prices(offers, sites_, to);
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
    DateRange dates;
    for (const std::uint32_t row : {sum.prices.cheapest, sum.prices.dearest})
        dates.add(pricing_.price_dates(row, pricing_.paid(row)));
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
            .stack = gpu == nullptr ? "" : gpu->stack,
            .stack_note = notes_.note(gpu, best.arch)};
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
