// Rows that stand for several offers: machines, GPUs, providers, regions, and families, of which it
// is told what the types of each come to together.

#include "solve/solver.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace flopwise {

/// What offers have in common that are listed in one row.
static std::tuple<std::string_view, std::string_view, Purchase> row_of(By by, const Offer& offer) {
    switch (by) {
    case By::gpu:
        return {"", offer.instance.gpu, {}};
    case By::provider:
        return {offer.instance.provider, "", {}};
    case By::region:
        return {offer.region.provider, offer.region.code, {}};
    default:
        return {offer.instance.provider, offer.instance.name, offer.purchase};
    }
}

/// The best offers of each type: with one price, as a dearer one is never better.
std::vector<Solver::Scored> Solver::best_of_types() const {
    std::vector<Scored> out;
    for (const std::uint32_t type : qualified_)
        for (std::size_t p = 0; p < kPurchases; ++p) {
            if (!filter_.pays(static_cast<Purchase>(p)))
                continue;
            const std::size_t before = out.size();
            for_each_admitted(group(type, p), [&](std::uint32_t i) {
                const double price = columns_.usd_per_hour[i];
                if (out.size() > before && price > columns_.usd_per_hour[out.back().offer])
                    return false;
                const Score score = score_of(type, price);
                out.push_back({i, score, worth(i, score.value)});
                return true;
            });
        }
    std::sort(out.begin(), out.end(), [this](const Scored& a, const Scored& b) {
        return this->before(a, b);
    });
    return out;
}

/// The best offer of each machine, GPU, provider or region.
std::vector<Solver::Scored> Solver::best_of_each(std::size_t top) const {
    const bool by_type = request_.by != By::region && !sorts_by_part_;
    std::vector<Scored> out;
    std::set<std::tuple<std::string_view, std::string_view, Purchase>> seen;
    for (const Scored& scored :
         by_type ? best_of_types() : best_offers(std::numeric_limits<std::size_t>::max()))
        if (out.size() < top &&
            seen.insert(row_of(request_.by, offer_of(catalog_, columns_, scored.offer))).second)
            out.push_back(scored);
    return out;
}

/// Other regions in which a machine qualifies and is paid for in the same way.
std::vector<std::string> Solver::others_than(std::uint32_t offer) const {
    std::vector<Scored> all;
    const Offer own = offer_of(catalog_, columns_, offer);
    const std::uint32_t type = columns_.type[offer];
    for_each_admitted(group(type, static_cast<std::size_t>(own.purchase)), [&](std::uint32_t i) {
        const Score score = score_of(type, columns_.usd_per_hour[i]);
        all.push_back({i, score, worth(i, score.value)});
        return true;
    });
    std::sort(
        all.begin(), all.end(), [this](const Scored& a, const Scored& b) { return before(a, b); });
    std::vector<std::string> out;
    for (const Scored& scored : all)
        if (const Offer one = offer_of(catalog_, columns_, scored.offer);
            &one.region != &own.region)
            out.push_back(one.region.code);
    return out;
}

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
        if (result.best != kNone && (sum.best == kNone || result.worth > types_[sum.best].worth))
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

/// Those with a machine that qualifies; equal ones stay in the order of the catalog.
std::vector<FamilyChoice> Solver::families() const {
    const std::vector<FamilySum> sums = family_sums();
    std::vector<std::uint32_t> order;
    for (std::uint32_t f = 0; f < sums.size(); ++f)
        if (sums[f].best != kNone)
            order.push_back(f);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return types_[sums[a].best].worth > types_[sums[b].best].worth;
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
