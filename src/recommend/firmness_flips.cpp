// Which values of a price, a setting or a weight make another machine the first.

#include "cost/bill_lines.hpp"
#include "recommend/aged.hpp"
#include "recommend/firmness.hpp"
#include "recommend/recommend.hpp"
#include "request/completed.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

void name(const Firm& of, std::uint32_t row, Flip& to) {
    const Offer offer = of.catalog.offer(of.question.pricing->offer(row));
    to.provider = offer.instance.provider;
    to.instance = offer.instance.name;
    to.region = offer.region.code;
    to.purchase = of.question.pricing->paid(row);
}

void name(const Choice& choice, Flip& to) {
    to.provider = choice.provider;
    to.instance = choice.instance;
    to.region = choice.region;
    to.purchase = choice.purchase;
}

// ---- prices -------------------------------------------------------------------------

/// Whether a price is all that its change changes, and what the order goes by: not where ways to
/// pay are compared or what is paid later counts for less, nor where the number of machines goes by
/// the budget.
bool price_stands_alone(const Firm& of) {
    const Request& q = of.question.request;
    const Job& job = job_of(q);
    const bool machines_vary = trains(q) && job.max_machines > 1 &&
                               job.objective == Objective::time && q.budget.total.has_value();
    return (of.by_score() || of.by_cost()) && q.ways.empty() && q.discount_rate == 0 &&
           !machines_vary;
}

/// What of the cost in a score goes with the price: all, but for charges. Absent if it is not
/// known.
std::optional<double> part_by_price(const Firm& of, const Choice& choice) {
    if (!needs_plan_prices(of.question.request))
        return 1;
    if (!choice.cost)
        return std::nullopt;
    Usd total{};
    for (const LineItem& item : choice.cost->items) {
        if (item.charge == kLostWork && !item.amount)
            return std::nullopt;
        if (item.charge != "fixed")
            total = total + charged_amount(item);
    }
    return paid_by_the_hour(choice) / total;
}

/// The factor of its price at which a choice's score is changed by this logarithm; infinite if
/// there is none, absent if it is not known.
std::optional<double> price_factor(const Firm& of, const Choice& choice, double change) {
    const double weight = of.weight(Criterion::cost);
    const auto part = part_by_price(of, choice);
    if (!price_stands_alone(of) || !part || !(*part > 0))
        return std::nullopt;
    if (!(weight > 0))
        return kNever;
    return (std::exp(-change / weight) - (1 - *part)) / *part;
}

/// The factor of its price from which an offer of the first machine is too dear for the request;
/// absent if it is not known.
std::optional<double> limit_factor(const Firm& of, const Choice& offer) {
    const Request& q = of.question.request;
    double out = kNever;
    if (const auto& most = q.constraints.max_price)
        out = *most / offer.price;
    const std::size_t type = of.question.pricing->columns().type[of.rivals.front().row];
    if (!needs_plan_prices(q))
        return std::min(out, of.question.goal->price_limit(type) / offer.price.value());
    if (!q.budget.total || !offer.cost)
        return out;
    if (!(of.question.goal->sure_plan(type) == of.question.goal->usual_plan(type)))
        return std::nullopt;
    constexpr Usd kHalfCent{0.005}; // as in affordable()
    Usd total{};
    for (const LineItem& item : offer.cost->items)
        total = total + charged_amount(item);
    const Usd by_the_hour = paid_by_the_hour(offer);
    return std::min(out, (*q.budget.total + kHalfCent - (total - by_the_hour)) / by_the_hour);
}

/// The offers of the first machine. Without charges its best stays the best, whatever its price.
std::vector<Choice> offers_of_first(const Firm& of) {
    if (!needs_plan_prices(of.question.request))
        return {of.first()};
    const auto& types = of.question.pricing->columns().type;
    Solver solver = of.question.solver();
    std::vector<Choice> out;
    for (const std::uint32_t row : solver.ranking())
        if (types[row] == types[of.rivals.front().row])
            out.push_back(solver.described(row));
    return out;
}

/// How far the prices of the first machine may rise together until another one is first.
std::optional<double> first_factor(const Firm& of) {
    double out = 1;
    if (!price_stands_alone(of))
        return std::nullopt;
    for (const Choice& offer : offers_of_first(of)) {
        const auto limit = limit_factor(of, offer);
        const auto factor = price_factor(of, offer, of.rivals[1].worth - of.worth(offer));
        if (!limit || !factor)
            return std::nullopt;
        out = std::max(out, std::min(*limit, *factor));
    }
    return out;
}

std::optional<Flip> of_price(const Firm& of) {
    const auto factor = first_factor(of);
    if (!factor || !std::isfinite(*factor))
        return std::nullopt;
    Flip out{
        .key = "price_usd_per_hour", .value = (of.first().price * *factor).value(), .above = true};
    name(of, of.rivals[1].row, out);
    return out;
}

/// On spot that is paid for its hours alone, more interruptions are as a higher price.
std::optional<Flip> of_interruptions(const Firm& of) {
    if (trains(of.asked) || of.first().purchase != PurchaseKind::spot || !of.first().cost)
        return std::nullopt;
    const auto factor = first_factor(of);
    const auto outlook = of.question.pricing->outlook(of.rivals.front().row);
    if (!factor || !outlook || !outlook->known)
        return std::nullopt;
    const std::size_t type = of.question.pricing->columns().type[of.rivals.front().row];
    const Hours work = of.question.goal->hours(type)->central();
    const Recovery& recovery = of.question.request.recovery;
    const Hours most = expected_hours(work, outlook->interruptions, recovery) * *factor;
    constexpr double kMostRate = 100; // an hour, as in break_even_rate()
    if (expected_hours(work, kMostRate, recovery) <= most)
        return std::nullopt;
    double low = outlook->interruptions;
    double high = kMostRate;
    constexpr int kSteps = 60;
    for (int step = 0; step < kSteps; ++step) {
        const double middle = (low + high) / 2;
        (expected_hours(work, middle, recovery) <= most ? low : high) = middle;
    }
    Flip out{.key = "interruptions_per_hour", .value = high, .above = true};
    name(of, of.rivals[1].row, out);
    return out;
}

// ---- weights ------------------------------------------------------------------------

/// A machine's logarithm of the score with one criterion of this weight is a line in it.
struct ByWeight {
    double rest = 0; ///< at 0
    double own = 0;  ///< at 1
};

/// Where the line of another crosses that of the first, from a weight on up or down.
std::optional<double> crossing(const ByWeight& first, const ByWeight& other, bool above) {
    const double at_0 = first.rest - other.rest;
    const double at_1 = first.own - other.own;
    if (!(above ? at_1 < 0 : at_0 < 0))
        return std::nullopt;
    return at_0 / (at_0 - at_1);
}

std::optional<Flip> of_weight(const Firm& of, std::size_t criterion, bool above) {
    const double weight = of.answer.weights[criterion];
    const auto line = [&](const Rival& rival) {
        double rest = 0;
        for (std::size_t c = 0; c < kCriteria; ++c)
            if (c != criterion && of.answer.weights[c] > 0)
                rest += of.answer.weights[c] * rival.merits[c];
        return ByWeight{rest / (1 - weight), rival.merits[criterion]};
    };
    const ByWeight first = line(of.rivals.front());
    std::optional<double> nearest;
    const Rival* winner = nullptr;
    for (const Rival& rival : of.rivals) {
        const auto at = crossing(first, line(rival), above);
        if (at && (!nearest || (above ? *at < *nearest : *at > *nearest))) {
            nearest = at;
            winner = &rival;
        }
    }
    if (!nearest)
        return std::nullopt;
    Flip out{.key = fmt::format("weights.{}", to_string(static_cast<Criterion>(criterion))),
             .value = *nearest,
             .above = above};
    name(of, winner->row, out);
    return out;
}

/// A criterion takes part that is known of all machines.
void add_weights(const Firm& of, std::vector<Flip>& to) {
    for (std::size_t c = 0; c < kCriteria; ++c) {
        const bool counted =
            static_cast<Criterion>(c) != Criterion::gpu_memory || !of.answer.on_vcpus;
        const bool known = std::ranges::all_of(
            of.rivals, [&](const Rival& rival) { return std::isfinite(rival.merits[c]); });
        if (!counted || !known || of.answer.weights[c] == 1)
            continue;
        for (const bool above : {false, true})
            if (auto flip = of_weight(of, c, above))
                to.push_back(std::move(*flip));
    }
}

// ---- settings -----------------------------------------------------------------------

/// A setting that is turned from where the first choice is first.
struct Knob {
    std::string_view key;
    double from = 0;
    double to = 0;
    bool to_and_fro = false; ///< it may be first, and not, and again on the way
    void (*set)(Request&, double);
};

class Turned {
public:
    explicit Turned(const Firm& of) : firm_{of} {}

    [[nodiscard]] std::optional<Flip> flip(const Knob& knob) const {
        if (knob.from == knob.to || !stays(knob, knob.from))
            return std::nullopt;
        auto [inside, outside] = steps(knob);
        if (stays(knob, outside))
            return std::nullopt;
        constexpr double kNear = 1e-8; // of the logarithm
        while (std::abs(std::log(outside / inside)) > kNear) {
            const double middle = std::sqrt(inside * outside);
            (stays(knob, middle) ? inside : outside) = middle;
        }
        const auto winner = first(knob, outside);
        if (!winner)
            return std::nullopt;
        Flip out{.key = std::string{knob.key}, .value = outside, .above = outside > inside};
        name(*winner, out);
        return out;
    }

private:
    /// The answer's first choice at a value; empty if there is none or the value is refused.
    [[nodiscard]] std::optional<Choice> first(const Knob& knob, double value) const {
        Request asked = firm_.asked;
        asked.firmness = false;
        asked.top = 1;
        asked.nearest = 0;
        asked.own = {};
        asked.origin.clear();
        knob.set(asked, value);
        try {
            Recommendation r = answered_of_one_day(firm_.catalog, asked, firm_.charges);
            if (!r.choices.empty())
                return std::move(r.choices.front());
        } catch (const Error&) { // beyond what a request may say
        }
        return std::nullopt;
    }
    [[nodiscard]] bool stays(const Knob& knob, double value) const {
        const auto now = first(knob, value);
        return now && now->provider == firm_.first().provider &&
               now->instance == firm_.first().instance;
    }
    /// Neighbours on the way of which the first choice is first at one and not at the other; or
    /// the last ones.
    [[nodiscard]] std::pair<double, double> steps(const Knob& knob) const {
        constexpr double kStep = 0.34657359027997264; // ln 2 / 2
        const double way = std::log(knob.to / knob.from);
        const int count = knob.to_and_fro ? static_cast<int>(std::ceil(std::abs(way) / kStep)) : 1;
        double inside = knob.from;
        for (int i = 1;; ++i) {
            const double outside = i == count ? knob.to : knob.from * std::exp(way * i / count);
            if (i == count || !stays(knob, outside))
                return {inside, outside};
            inside = outside;
        }
    }

    const Firm& firm_;
};

constexpr double kFar = 64; ///< times more or less: as far as is looked

/// Money lasts or does not: what is first at a budget stays first until it cannot be paid, or
/// until a better one can.
void add_budget_knobs(const Firm& of, std::vector<Knob>& to) {
    const auto set = [](Request& q, double value) { q.budget.total = Usd{value}; };
    const auto& total = of.question.request.budget.total;
    if (!of.first().cost)
        return;
    const double cost = of.first().cost->total.value();
    const double now = total ? total->value() : cost * kFar;
    to.push_back({"budget_usd", now, std::min(now, cost) / kFar, false, set});
    if (total)
        to.push_back({"budget_usd", now, now * kFar, false, set});
}

void add_time_knobs(const Firm& of, std::vector<Knob>& to) {
    constexpr double kNear = 16;
    constexpr double kDay = 24;
    const Request& q = of.question.request;
    if (!of.first().cost || (!q.budget.total && !needs_plan_prices(q) && !trains(q)))
        return;
    const auto set_use = [](Request& r, double v) { r.budget.hours_per_day = HoursPerDay{v}; };
    const double use = q.budget.hours_per_day.value();
    to.push_back({"hours_per_day", use, use / kNear, true, set_use});
    to.push_back({"hours_per_day", use, std::min(kDay, use * kNear), true, set_use});
    if (!q.budget.days)
        return;
    const auto set_days = [](Request& r, double v) { r.budget.days = Days{v}; };
    const double days = q.budget.days->value();
    to.push_back({"days", days, days / kNear, true, set_days});
    to.push_back({"days", days, days * kNear, true, set_days});
}

/// What a machine must have: more than the first choice has, or less than is asked for.
void add_least_knobs(std::string_view key,
                     std::optional<GiB> has,
                     std::optional<GiB> asked,
                     void (*set)(Request&, double),
                     std::vector<Knob>& to) {
    constexpr double kJustAbove = 1 + 1e-8;
    constexpr double kLittle = 1024;
    if (has)
        to.push_back({key, has->value(), has->value() * kJustAbove, false, set});
    if (asked && asked->value() > 0)
        to.push_back({key, asked->value(), asked->value() / kLittle, false, set});
}

std::vector<Knob> knobs(const Firm& of) {
    std::vector<Knob> out;
    add_budget_knobs(of, out);
    add_time_knobs(of, out);
    const Constraints& c = of.question.request.constraints;
    add_least_knobs(
        "min_memory_gib",
        of.first().memory,
        c.min_memory,
        [](Request& q, double value) { q.constraints.min_memory = GiB{value}; },
        out);
    add_least_knobs(
        "min_gpu_memory_gib",
        of.first().gpu_memory,
        c.min_gpu_memory,
        [](Request& q, double value) { q.constraints.min_gpu_memory = GiB{value}; },
        out);
    return out;
}

} // namespace

std::optional<UsdPerHour> first_below(const Firm& of, const Choice& choice) {
    if (&choice == &of.first())
        return std::nullopt;
    const auto factor = price_factor(of, choice, of.rivals.front().worth - of.worth(choice));
    if (!factor || !(*factor > 0) || !std::isfinite(*factor))
        return std::nullopt;
    return choice.price * *factor;
}

std::vector<Flip> flips(const Firm& of) {
    std::vector<Flip> out;
    if (of.rivals.size() > 1) {
        for (const auto& flip : {of_price(of), of_interruptions(of)})
            if (flip)
                out.push_back(*flip);
    }
    const Turned turned{of};
    for (const Knob& knob : knobs(of))
        if (auto flip = turned.flip(knob))
            out.push_back(std::move(*flip));
    if (of.rivals.size() > 1 && of.by_score())
        add_weights(of, out);
    return out;
}

} // namespace flopwise
