#include "recommend/against.hpp"

#include "recommend/recommend.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

/// The price of a machine in a catalog.
static std::optional<UsdPerHour> price_in(const Catalog& catalog, const AnswerChange& of) {
    const auto found = catalog.find_offer(of.provider, of.instance, of.region, of.purchase);
    return found ? std::optional{catalog.offer(*found).price} : std::nullopt;
}

static AnswerChange row_of(const Choice& choice) {
    return {.provider = choice.provider,
            .instance = choice.instance,
            .region = choice.region,
            .purchase =
                choice.purchase == PurchaseKind::spot ? Purchase::spot : Purchase::on_demand};
}

static bool same_price(const AnswerChange& row) {
    constexpr double kRounding = 1e-6; // as in diff()
    return row.then.has_value() == row.now.has_value() &&
           (!row.then || std::abs(*row.now / *row.then - 1) <= kRounding);
}

/// The machines of both lists of choices, each once.
static std::vector<AnswerChange> rows_of(const Recommendation& answer,
                                         const Recommendation& other) {
    std::vector<AnswerChange> out;
    for (const Recommendation* r : {&answer, &other})
        for (const Choice& choice : r->choices)
            if (AnswerChange row = row_of(choice); std::ranges::find(out, row) == out.end())
                out.push_back(std::move(row));
    return out;
}

Against against(const Catalog& given,
                const Catalog& today,
                const Request& request,
                const Charges& charges,
                const Recommendation& answer) {
    Request then = request;
    then.as_of = request.against;
    then.today = request.against;
    then.against = {};
    then.firmness = false;
    then.currency.reset(); // whose rate may be of a later day
    const Catalog before = [&] {
        try {
            return on_day_asked(given, then);
        } catch (const ArgumentError& e) {
            request.refuse("against", e.reason());
        }
    }();
    const Recommendation other = answered_of_one_day(before, then, charges);
    Against out{.as_of = request.against, .outcome = other.outcome};
    if (!other.choices.empty())
        out.best = other.choices.front();
    for (AnswerChange& row : rows_of(answer, other)) {
        row.then = price_in(before, row);
        row.now = price_in(today, row);
        if (same_price(row))
            ++out.unchanged;
        else
            out.changes.push_back(std::move(row));
    }
    return out;
}

} // namespace flopwise
