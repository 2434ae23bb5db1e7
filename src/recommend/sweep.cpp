#include "recommend/sweep.hpp"

#include "cost/rule.hpp"
#include "recommend/choice_figures.hpp"
#include "recommend/recommend.hpp"
#include "recommend/region_choice.hpp"
#include "request/completed.hpp"
#include "solve/ranking.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::int8_t kNone = -1;

static std::int8_t code_of(PurchaseKind kind) {
    return static_cast<std::int8_t>(kind);
}

std::string_view to_string(SweepFigure figure) {
    constexpr std::array<std::string_view, kSweepFigures> kNames{
        "hours",
        "hours_p90",
        "cost_p50_usd",
        "cost_p80_usd",
        "cost_p90_usd",
        "probability_within_budget",
        "probability_in_time",
        "machines",
        "memory_needed_gib",
        "memory_available_gib",
        "memory_probability",
        "charges_usd",
        "runner_up_price_usd_per_hour",
        "runner_up_total_usd",
        "runner_up_score",
    };
    return text::name_of(kNames, figure);
}

bool SweepAnswers::with_more() const {
    return with_runner_up() ||
           std::any_of(more.begin(), more.end(), [](auto column) { return !column.empty(); });
}

bool SweepAnswers::with_runner_up() const {
    const auto wanted = [this](SweepFigure figure) {
        return !more[static_cast<std::size_t>(figure)].empty();
    };
    return !runner_up.empty() || !runner_up_purchase.empty() ||
           wanted(SweepFigure::runner_up_price) || wanted(SweepFigure::runner_up_total) ||
           wanted(SweepFigure::runner_up_score);
}

std::vector<std::uint32_t> filter(const Catalog& catalog, const Request& request) {
    require_no_catalog(request);
    require_no_day(request);
    const Request asked = completed(request);
    const Charges charges = charges_of(asked, catalog);
    const Request full = with_nearest_region(catalog, asked, charges);
    std::vector<std::uint32_t> out;
    Ranking ranking{catalog, full, charges};
    for (const Ranked& row : ranking.rows())
        out.push_back(row.offer);
    std::sort(out.begin(), out.end());
    return out;
}

bool SweepGroup::request_is_plain() const {
    return !needs_plan_prices(request) && !pays_spot(request) && !trains(request) &&
           request.uncertainty == Uncertainty{} && request.own == Ownership{} &&
           !chooses_region(request.constraints);
}

/// A ranking without what can never be its best: an offer that a better one undercuts. So prices
/// fall with the rank, and the best below a limit is found by bisection.
struct Sweep::Steps {
    bool wanted = false; ///< by a row
    std::vector<double> price_usd_per_hour{};
    std::vector<double> score{};
    std::vector<std::uint32_t> offer{};
    std::vector<Purchase> purchase{};
};

/// What the rows of a group share. Those whose money is limited may be ordered by something else
/// than the rest.
struct Sweep::Prepared {
    std::once_flag once{};
    std::atomic<std::size_t> rows_left = 0;
    Steps limited{};
    Steps open{};       ///< of rows that are ordered otherwise
    bool two = false;   ///< whether there are such
    bool plain = false; ///< one ranking serves all figures, and it is here
    std::optional<Error> error{};
    std::optional<Charges> charges{}; ///< absent if they cannot be read
};

/// Some rows of one group.
struct Sweep::Piece {
    std::uint32_t group;
    std::size_t begin;
    std::size_t end;
};

Sweep::Sweep(std::span<const SweepGroup> groups,
             std::span<const std::uint32_t> group_of,
             const SweepFigures& figures,
             const SweepAnswers& answers)
    : groups_{groups}, figures_{figures}, answers_{answers}, more_{answers.with_more()},
      runner_up_{answers.with_runner_up()}, rows_(group_of.size()), prepared_(groups.size()) {
    constexpr std::size_t kMostRequests = 16'384; // short enough to stop soon, long enough to share
    std::vector<std::size_t> first(groups.size() + 1);
    for (const std::uint32_t group : group_of)
        ++first[group + 1];
    for (std::size_t g = 0; g < groups.size(); ++g) {
        prepared_[g].rows_left = first[g + 1];
        first[g + 1] += first[g];
        for (std::size_t begin = first[g]; begin < first[g + 1]; begin += kMostRequests)
            pieces_.push_back({static_cast<std::uint32_t>(g),
                               begin,
                               std::min(begin + kMostRequests, first[g + 1])});
    }
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const Request& request = groups[g].request;
        prepared_[g].two =
            !is_limited(request) && sort_of(request, false) != sort_of(request, true);
    }
    for (std::uint32_t row = 0; row < group_of.size(); ++row) {
        rows_[first[group_of[row]]++] = row;
        steps(prepared_[group_of[row]], row).wanted = true;
    }
}

/// The ranking that a row is answered from.
Sweep::Steps& Sweep::steps(Prepared& prepared, std::size_t row) const {
    const auto given = [row](std::span<const double> figures) {
        return !figures.empty() && !std::isnan(figures[row]);
    };
    const bool limited = given(figures_.budget_usd) || given(figures_.max_price_usd_per_hour);
    return prepared.two && !limited ? prepared.open : prepared.limited;
}

Sweep::~Sweep() = default;

void Sweep::work() noexcept {
    try {
        while (!cancelled) {
            const std::size_t i = next_++;
            if (i >= pieces_.size())
                return;
            answer(pieces_[i]);
        }
    } catch (...) {
        cancelled = true;
        const std::lock_guard lock{mutex_};
        failure_ = std::current_exception();
    }
}

void Sweep::rank(const Catalog& catalog,
                 const Request& request,
                 const Charges& charges,
                 Steps& to) {
    const Question question{catalog, request, charges};
    Solver solver = question.solver();
    for (const std::uint32_t position : solver.ranking()) {
        const Offer offer = catalog.offer(position);
        if (!to.offer.empty() && offer.price.value() >= to.price_usd_per_hour.back())
            continue;
        to.offer.push_back(position);
        to.purchase.push_back(offer.purchase);
        to.price_usd_per_hour.push_back(offer.price.value());
        to.score.push_back(solver.score_of(position).value);
    }
}

void Sweep::prepare(Prepared& prepared, const SweepGroup& group) {
    if (group.error) {
        prepared.error = group.error;
        return;
    }
    try {
        require_no_day(group.request);
        prepared.plain = group.request_is_plain();
        prepared.charges =
            group.charges ? *group.charges : charges_of(group.request, *group.catalog);
        if (!prepared.plain) // its answer depends on the figures of each row
            return;
        Request full = completed(group.request);
        for (const bool limited : {true, false}) {
            full.sort = sort_of(group.request, limited);
            if (Steps& to = limited ? prepared.limited : prepared.open; to.wanted)
                rank(*group.catalog, full, *prepared.charges, to);
        }
    } catch (const Error& e) {
        prepared.error = e;
    }
}

void Sweep::answer(const Piece& piece) {
    Prepared& prepared = prepared_[piece.group];
    const SweepGroup& group = groups_[piece.group];
    std::call_once(prepared.once, [&] { prepare(prepared, group); });
    for (std::size_t i = piece.begin; i < piece.end; ++i)
        answer(prepared, group, rows_[i]);
    const std::size_t rows = piece.end - piece.begin;
    done_ += rows;
    if ((prepared.rows_left -= rows) == 0) { // there may be as many plans as rows
        prepared.limited = {};
        prepared.open = {};
        prepared.charges = {};
    }
}

namespace {

/// The figures of one row; NaN for one that is not given.
struct SweepRow {
    double budget_usd;
    double days;
    double hours_per_day;
    double fixed_usd;
    double max_price_usd_per_hour;

    /// Whether they are surely accepted. What is not plain goes the slow way, which decides.
    [[nodiscard]] bool plain() const {
        const auto within = [](double value, double most) {
            return std::isnan(value) || (value > 0 && value <= most);
        };
        const double fixed = std::isnan(fixed_usd) ? 0 : fixed_usd;
        return within(budget_usd, 1e9) && within(days, 36'500) && within(hours_per_day, 24) &&
               within(max_price_usd_per_hour, 1e6) && fixed >= 0 && fixed <= 1e9 &&
               (std::isnan(budget_usd) ? fixed == 0 || !std::isnan(days) : fixed < budget_usd);
    }
    [[nodiscard]] Budget budget() const {
        Budget out;
        if (!std::isnan(budget_usd))
            out.total = Usd{budget_usd};
        if (!std::isnan(days))
            out.days = Days{days};
        if (!std::isnan(hours_per_day))
            out.hours_per_day = HoursPerDay{hours_per_day};
        if (!std::isnan(fixed_usd))
            out.fixed = Usd{fixed_usd};
        return out;
    }
};

double at(std::span<const double> figures, std::size_t row) {
    return figures.empty() ? kNothing : figures[row];
}

SweepRow row_of(const SweepFigures& f, std::size_t row) {
    return {at(f.budget_usd, row),
            at(f.days, row),
            at(f.hours_per_day, row),
            at(f.fixed_usd, row),
            at(f.max_price_usd_per_hour, row)};
}

} // namespace

void Sweep::answer(Prepared& prepared, const SweepGroup& group, std::size_t row) {
    if (!figures_.missing.empty() && figures_.missing[row] != 0)
        return clear(row, kMissingRow);
    const SweepRow figures = row_of(figures_, row);
    if (!figures.plain() || !prepared.plain || runner_up_)
        return answer_slowly(prepared, group, row);
    if (prepared.error)
        return refuse(row, *prepared.error);
    const Budget budget = figures.budget();
    double limit = std::numeric_limits<double>::infinity();
    if (!std::isnan(figures.max_price_usd_per_hour))
        limit = figures.max_price_usd_per_hour;
    if (budget.total && budget.days) {
        limit = std::min(limit, affordable_limit(budget).value());
        answers_.price_ceiling_usd_per_hour[row] = price_ceiling(budget).value();
    } else {
        answers_.price_ceiling_usd_per_hour[row] = kNothing;
    }
    const Steps& from = steps(prepared, row);
    const auto& prices = from.price_usd_per_hour;
    const auto best = static_cast<std::size_t>(
        std::partition_point(
            prices.begin(), prices.end(), [limit](double price) { return price > limit; }) -
        prices.begin());
    const bool found = best < prices.size();
    const Outcome outcome = found            ? Outcome::found
                            : prices.empty() ? Outcome::nothing_fits
                                             : Outcome::nothing_affordable;
    answers_.outcome[row] = static_cast<std::int8_t>(outcome);
    answers_.offer[row] = found ? static_cast<std::int32_t>(from.offer[best]) : -1;
    answers_.purchase[row] = found ? code_of(kind_of(from.purchase[best])) : kNone;
    answers_.price_usd_per_hour[row] = found ? prices[best] : kNothing;
    answers_.score[row] = found ? from.score[best] : kNothing;
    answers_.total_usd[row] =
        found && budget.days ? total_needed(budget, UsdPerHour{prices[best]}).value() : kNothing;
    if (!more_)
        return;
    clear_more(row);
    if (!found)
        return;
    tell(row, SweepFigure::machines, 1);
    if (budget.days)
        tell(row, SweepFigure::hours, rented_hours(budget).value());
}

/// A machine that is paid for in another way than on demand and spot stands for its offer on
/// demand.
static std::int32_t position_of(const Catalog& catalog, const Choice& choice) {
    const Purchase purchase =
        choice.purchase == PurchaseKind::spot ? Purchase::spot : Purchase::on_demand;
    const auto found =
        catalog.find_offer(choice.provider, choice.instance, choice.region, purchase);
    return found ? static_cast<std::int32_t>(*found) : -1; // -1 is not to be had
}

/// As recommend() answers; for figures that are out of range or nearly so.
void Sweep::answer_slowly(const Prepared& prepared, const SweepGroup& group, std::size_t row) {
    const SweepRow f = row_of(figures_, row);
    try {
        if (group.error)
            return refuse(row, *group.error);
        if (prepared.error && f.plain()) // else it may be the row's own figure that is named first
            return refuse(row, *prepared.error);
        require_no_day(group.request);
        Request request = group.request;
        request.top = runner_up_ ? 2 : 1;
        request.nearest = 0;
        request.firmness = false;
        for (const auto& [key, value] :
             {std::pair{"budget_usd", f.budget_usd},
              std::pair{"days", f.days},
              std::pair{"hours_per_day", f.hours_per_day},
              std::pair{"fixed_usd", f.fixed_usd},
              std::pair{"max_price_usd_per_hour", f.max_price_usd_per_hour}})
            if (!std::isnan(value))
                set(request, key, std::array{fmt::format("{}", value)});
        const Recommendation r =
            answered(*group.catalog,
                     request,
                     prepared.charges ? *prepared.charges : charges_of(request, *group.catalog));
        const Choice* best = r.choices.empty() ? nullptr : &r.choices.front();
        answers_.outcome[row] = static_cast<std::int8_t>(r.outcome);
        answers_.price_ceiling_usd_per_hour[row] =
            r.price_ceiling ? r.price_ceiling->value() : kNothing;
        answers_.offer[row] = best != nullptr ? position_of(*group.catalog, *best) : -1;
        answers_.purchase[row] = best != nullptr ? code_of(best->purchase) : kNone;
        answers_.price_usd_per_hour[row] = best != nullptr ? best->price.value() : kNothing;
        answers_.score[row] = best != nullptr ? best->score.value : kNothing;
        answers_.total_usd[row] =
            best != nullptr && best->cost ? best->cost->total.value() : kNothing;
        if (more_)
            tell_more(row, r);
        if (runner_up_)
            tell_runner_up(row, *group.catalog, r);
    } catch (const Error& e) {
        refuse(row, e);
    }
}

void Sweep::tell(std::size_t row, SweepFigure figure, std::optional<double> value) {
    if (const auto column = answers_.more[static_cast<std::size_t>(figure)]; !column.empty())
        column[row] = value.value_or(kNothing);
}

/// All figures of a row beside those that each sweep has.
void Sweep::tell_more(std::size_t row, const Recommendation& answer) {
    clear_more(row);
    if (answer.choices.empty())
        return;
    const Choice& best = answer.choices.front();
    const auto figure = [](const auto& value) {
        return value ? std::optional{value->value()} : std::nullopt;
    };
    tell(row, SweepFigure::hours, figure(best.hours));
    tell(row, SweepFigure::hours_p90, figure(best.hours_p90));
    if (const auto& cost = best.cost_quantiles) {
        tell(row, SweepFigure::cost_p50, cost->p50.value());
        tell(row, SweepFigure::cost_p80, cost->p80.value());
        tell(row, SweepFigure::cost_p90, cost->p90.value());
    }
    tell(row, SweepFigure::probability_within_budget, best.probability_within_budget);
    tell(row, SweepFigure::machines, machines_of(best));
    if (best.job) {
        tell(row, SweepFigure::probability_in_time, best.job->probability_in_time);
        if (const auto& memory = best.job->memory) {
            tell(row, SweepFigure::memory_needed, memory->needed.value());
            tell(row, SweepFigure::memory_available, memory->available.value());
            tell(row, SweepFigure::memory_probability, memory->probability);
        }
    }
    if (answer.charges)
        tell(row, SweepFigure::charges, answer.charges->total.value());
}

void Sweep::tell_runner_up(std::size_t row, const Catalog& catalog, const Recommendation& answer) {
    if (answer.choices.size() < 2)
        return;
    const Choice& second = answer.choices[1];
    if (!answers_.runner_up.empty())
        answers_.runner_up[row] = position_of(catalog, second);
    if (!answers_.runner_up_purchase.empty())
        answers_.runner_up_purchase[row] = code_of(second.purchase);
    tell(row, SweepFigure::runner_up_price, second.price.value());
    if (second.cost)
        tell(row, SweepFigure::runner_up_total, second.cost->total.value());
    tell(row, SweepFigure::runner_up_score, second.score.value);
}

/// A row without an answer.
void Sweep::clear(std::size_t row, std::int8_t outcome) {
    answers_.outcome[row] = outcome;
    answers_.offer[row] = -1;
    answers_.purchase[row] = kNone;
    for (const auto figures : {answers_.price_usd_per_hour,
                               answers_.total_usd,
                               answers_.score,
                               answers_.price_ceiling_usd_per_hour})
        figures[row] = kNothing;
    clear_more(row);
}

void Sweep::clear_more(std::size_t row) {
    for (const std::span<double> column : answers_.more)
        if (!column.empty())
            column[row] = kNothing;
    if (!answers_.runner_up.empty())
        answers_.runner_up[row] = -1;
    if (!answers_.runner_up_purchase.empty())
        answers_.runner_up_purchase[row] = kNone;
}

void Sweep::refuse(std::size_t row, const Error& error) {
    clear(row, kRefusedRow);
    const std::lock_guard lock{mutex_};
    errors_.push_back({row, error});
}

std::vector<SweepError> Sweep::errors() const {
    std::vector<SweepError> out = errors_;
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
    return out;
}

} // namespace flopwise
