#include "recommend/firmness.hpp"

#include "recommend/firmness_weights.hpp"
#include "recommend/recommend.hpp"
#include "recommend/region_choice.hpp"
#include "request/completed.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

std::optional<std::uint32_t> Firm::row_of(const Choice& choice) const {
    for (const Purchase purchase :
         {choice.purchase == PurchaseKind::spot ? Purchase::spot : Purchase::on_demand,
          Purchase::spot})
        if (const auto offer =
                catalog.find_offer(choice.provider, choice.instance, choice.region, purchase))
            if (const auto row = question.pricing->row_of(*offer))
                return row;
    return std::nullopt;
}

/// The cost of a rented hour is the cost of the work of an hour times the speed.
double Firm::worth(const std::array<double, kCriteria>& merits) const {
    constexpr auto kCost = static_cast<std::size_t>(Criterion::cost);
    constexpr auto kSpeed = static_cast<std::size_t>(Criterion::speed);
    if (!by_score())
        return merits[kCost] - (trains(asked) ? 0 : merits[kSpeed]);
    double sum = 0;
    for (std::size_t c = 0; c < kCriteria; ++c)
        if (answer.weights[c] > 0)
            sum += answer.weights[c] * merits[c];
    return sum;
}

double Firm::worth(const Choice& choice) const {
    const auto row = row_of(choice);
    return row ? worth(question.solver().merits_of(*row)) : 0;
}

namespace {

void require_valid(const FirmnessOptions& options) {
    if (!(options.spread > 0 && options.spread <= 1))
        throw ArgumentError{"spread",
                            fmt::format("must be above 0 and at most 1, got {}", options.spread)};
    for (const auto& [name, count] :
         {std::pair{"weights", options.weights}, std::pair{"cases", options.cases}})
        if (count == 0)
            throw ArgumentError{name, "must be at least 1, got 0"};
}

std::vector<Rival> rivals_of(const Firm& of) {
    Solver solver = of.question.solver();
    std::vector<Rival> out;
    for (const std::uint32_t row : solver.best_of_types()) {
        const auto merits = solver.merits_of(row);
        out.push_back({row, of.worth(merits), merits});
    }
    return out;
}

FirmChoice named(const Choice& choice) {
    return {.rank = choice.rank,
            .provider = choice.provider,
            .instance = choice.instance,
            .region = choice.region,
            .purchase = choice.purchase};
}

FirmChoice named(const Firm& of, std::uint32_t row) {
    const Offer offer = of.catalog.offer(of.question.pricing->offer(row));
    return {.provider = offer.instance.provider,
            .instance = offer.instance.name,
            .region = offer.region.code,
            .purchase = of.question.pricing->paid(row)};
}

std::vector<std::size_t> counting_criteria(const Firm& of) {
    std::vector<std::size_t> out;
    for (std::size_t c = 0; c < kCriteria; ++c)
        if (of.answer.weights[c] > 0)
            out.push_back(c);
    return out;
}

/// By rival.
std::vector<WeightShare> shares_of(const Firm& of, const FirmnessOptions& options) {
    const std::vector<std::size_t> criteria = counting_criteria(of);
    Merits all{criteria.size()};
    std::vector<double> own;
    own.reserve(criteria.size());
    for (const std::size_t c : criteria)
        own.push_back(of.answer.weights[c]);
    for (const Rival& rival : of.rivals) {
        std::vector<double> row;
        row.reserve(criteria.size());
        for (const std::size_t c : criteria)
            row.push_back(rival.merits[c]);
        all.add(row);
    }
    const Merits merits = all.within(own, options.spread);
    std::vector<WeightShare> out = drawn_shares(merits, options.weights);
    if (criteria.size() > kExactCriteria)
        return out;
    std::vector<WeightShare> exact = exact_shares(merits);
    for (std::size_t m = 0; m < out.size(); ++m) {
        exact[m].ranks = out[m].ranks;
        exact[m].ranks.front() = exact[m].first;
    }
    return exact;
}

void add_share(const Firm& of, const WeightShare& share, double spread, FirmChoice& to) {
    to.weights_share = share.first;
    to.rank_shares.assign(share.ranks.begin(), share.ranks.end());
    if (!(share.first > 0))
        return;
    const std::vector<std::size_t> criteria = counting_criteria(of);
    auto& weights = to.central_weights.emplace();
    for (std::size_t i = 0; i < criteria.size(); ++i)
        weights[criteria[i]] =
            (1 - spread) * of.answer.weights[criteria[i]] + spread * share.centre[i];
}

/// The shares of the choices that are the best of their machines, and after them the other
/// machines that are first for some weights.
void add_shares(const Firm& of, const FirmnessOptions& options, std::vector<FirmChoice>& to) {
    constexpr std::size_t kMostOthers = 10;
    constexpr double kLeast = 1e-3;
    const std::vector<WeightShare> shares = shares_of(of, options);
    std::vector<std::size_t> others;
    for (std::size_t m = 0; m < shares.size(); ++m) {
        const FirmChoice machine = named(of, of.rivals[m].row);
        const auto shown = std::ranges::find_if(to, [&](const FirmChoice& c) {
            return c.provider == machine.provider && c.instance == machine.instance;
        });
        if (shown != to.end())
            add_share(of, shares[m], options.spread, *shown);
        else if (shares[m].first >= kLeast)
            others.push_back(m);
    }
    std::ranges::stable_sort(
        others, [&](std::size_t a, std::size_t b) { return shares[a].first > shares[b].first; });
    others.resize(std::min(others.size(), kMostOthers));
    for (const std::size_t m : others)
        add_share(of, shares[m], options.spread, to.emplace_back(named(of, of.rivals[m].row)));
}

} // namespace

Firmness firmness_of(const Catalog& catalog,
                     const Request& asked,
                     const Charges& charges,
                     const Recommendation& answer,
                     const FirmnessOptions& options) {
    require_valid(options);
    Firmness out{.spread = options.spread};
    if (answer.choices.empty())
        return out;
    const Request full = with_nearest_region(catalog, completed(asked), charges);
    const Question question{catalog, full, charges};
    Firm firm{catalog, asked, charges, answer, question, {}};
    firm.rivals = rivals_of(firm);
    for (const Choice& choice : answer.choices) {
        out.choices.push_back(named(choice));
        out.choices.back().first_below = first_below(firm, choice);
    }
    add_cases(firm, options.cases, out.choices);
    if (firm.by_score())
        add_shares(firm, options, out.choices);
    out.exact = firm.by_score() && counting_criteria(firm).size() <= kExactCriteria;
    out.flips = flips(firm);
    return out;
}

Firmness firmness(const Catalog& catalog, const Request& request, const FirmnessOptions& options) {
    require_no_catalog(request);
    Request asked = request;
    asked.firmness = false;
    asked.against = {};
    const Charges charges = charges_of(asked, catalog);
    const Catalog of_day = on_day_asked(catalog, asked);
    return firmness_of(
        of_day, asked, charges, answered_of_one_day(of_day, asked, charges), options);
}

} // namespace flopwise
