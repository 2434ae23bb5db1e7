#include "solve/ranking.hpp"

#include <algorithm>

namespace flopwise {

Ranking::Ranking(const Catalog& catalog, const Request& request, const Charges& charges)
    : question_{catalog, request, charges}, solver_{question_.solver()} {}

const std::vector<Ranked>& Ranking::rows() {
    if (rows_)
        return *rows_;
    const Pricing& pricing = *question_.pricing;
    const Goal& goal = *question_.goal;
    std::vector<Ranked>& out = rows_.emplace();
    for (const std::uint32_t row : solver_.ranking()) {
        const std::uint32_t type = pricing.columns().type[row];
        const UsdPerHour effective{pricing.columns().usd_per_hour[row]};
        const auto hours = goal.hours(type);
        out.push_back(
            {.row = row,
             .offer = pricing.offer(row),
             .effective = effective,
             .hours = hours ? hours->central() : Hours{},
             .spent = effective * Hours{goal.machines(type) * goal.hours_compared(type)}});
    }
    return out;
}

std::optional<Choice> Ranking::best(const Condition& condition) {
    const auto& all = rows();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Ranked& row) {
        return condition(row, question_.catalog.offer(row.offer));
    });
    return found == all.end() ? std::nullopt : std::optional{choice(*found)};
}

Choice Ranking::choice(const Ranked& row) {
    return solver_.described(row.row);
}

std::optional<Milliseconds> Ranking::rtt(const Offer& offer) const {
    return question_.sites.rtt(
        static_cast<std::size_t>(&offer.region - question_.catalog.regions().data()));
}

} // namespace flopwise
