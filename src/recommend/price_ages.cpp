#include "recommend/price_ages.hpp"

#include "recommend/aged.hpp"
#include "recommend/choice_figures.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

namespace {

constexpr double kDaysOfAYear = 365.25;
constexpr std::size_t kSteps = 400; // of the first choice's distribution

} // namespace

std::optional<Aged> aged(
    std::string_view provider, std::string_view family, Purchase purchase, Date as_of, Date today) {
    if (today.year == 0 || as_of.year == 0)
        return std::nullopt;
    return Aged{price_age(provider, family, purchase),
                std::max(0, days_between(as_of, today)) / kDaysOfAYear};
}

std::optional<Aged> aged(const Choice& c, Date today) {
    const bool market = c.purchase == PurchaseKind::on_demand || c.purchase == PurchaseKind::spot;
    if (!market)
        return std::nullopt;
    const auto purchase = c.purchase == PurchaseKind::spot ? Purchase::spot : Purchase::on_demand;
    return aged(c.provider, c.family, purchase, c.as_of, today);
}

/// What a choice costs, for the same work as all others.
static double spent(const Recommendation& r, const Choice& c) {
    return c.cost ? (c.cost->total - r.request.budget.fixed).value()
                  : c.effective.value_or(c.price).value();
}

/// By how much the prices of two choices have to move against each other to change places, as a
/// factor; empty if no price can do that.
static std::optional<double> margin(const Recommendation& r, const Choice& first, const Choice& c) {
    const Sort sort = r.request.sort.value_or(Sort::score);
    if (sort == Sort::speed)
        return std::nullopt;
    if (sort == Sort::cost)
        return spent(r, c) / spent(r, first);
    if (sort == Sort::price)
        return c.price * machines_of(c) / (first.price * machines_of(first));
    const double weight = r.weights[static_cast<std::size_t>(Criterion::cost)];
    if (!(weight > 0))
        return std::nullopt;
    return std::exp(std::log(first.score.value / c.score.value) / weight);
}

/// The best choice of each other provider and purchase: those of one move together.
static std::vector<const Choice*> rivals(const Recommendation& r) {
    std::vector<const Choice*> out;
    const auto key = [](const Choice& c) { return std::pair{c.provider, c.purchase}; };
    for (const Choice& c : r.choices)
        if (key(c) != key(r.choices.front()) &&
            std::ranges::none_of(out, [&](const Choice* other) { return key(*other) == key(c); }))
            out.push_back(&c);
    return out;
}

static std::optional<double> still_first(const Recommendation& r) {
    if (r.choices.empty())
        return std::nullopt;
    const Choice& first = r.choices.front();
    const auto own = aged(first, r.request.today);
    if (!own)
        return std::nullopt;
    std::vector<std::pair<Aged, double>> others; // with the factor at which they win
    for (const Choice* c : rivals(r)) {
        const auto rival = aged(*c, r.request.today);
        const auto factor = margin(r, first, *c);
        if (!rival)
            return std::nullopt;
        if (factor)
            others.emplace_back(*rival, *factor);
    }
    if (others.empty()) // as in most answers: one provider, one way to pay
        return 1;
    double sum = 0;
    for (std::size_t step = 0; step < kSteps; ++step) {
        const double ratio = own->quantile((static_cast<double>(step) + 0.5) / kSteps);
        double wins = 1;
        for (const auto& [rival, factor] : others)
            wins *= rival.above(ratio / factor);
        sum += wins;
    }
    return sum / kSteps;
}

void add_price_ages(Recommendation& to) {
    const auto bound = [&to](Choice& c) {
        if (const auto age = aged(c, to.request.today)) {
            c.price_p10 = c.price * age->quantile(kLowPrice);
            c.price_p90 = c.price * age->quantile(kHighPrice);
            widen_cost(*age, to.request.budget.total, c);
        }
    };
    std::ranges::for_each(to.choices, bound);
    if (to.instead)
        bound(*to.instead);
    to.still_first = still_first(to);
}

const Choice* likeliest_instead(const Recommendation& r) {
    const Choice* out = nullptr;
    double highest = 0;
    if (r.choices.empty())
        return out;
    const Choice& first = r.choices.front();
    for (const Choice* c : rivals(r)) {
        const auto rival = aged(*c, r.request.today);
        const auto factor = margin(r, first, *c);
        const double chance = rival && factor ? 1 - rival->above(1 / *factor) : 0;
        if (chance > highest) {
            highest = chance;
            out = c;
        }
    }
    return out;
}

} // namespace flopwise
