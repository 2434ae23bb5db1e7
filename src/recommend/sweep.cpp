#include "recommend/sweep.hpp"

#include "cost/rule.hpp"
#include "recommend/recommend.hpp"
#include "recommend/region_choice.hpp"
#include "request/completed.hpp"
#include "solve/plan_prices.hpp"
#include "solve/solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::int8_t kNone = -1;

static std::int8_t code_of(PurchaseKind kind) {
    return static_cast<std::int8_t>(kind);
}

std::vector<std::uint32_t> filter(const Catalog& catalog, const Request& request) {
    require_no_catalog(request);
    const Request asked = completed(request);
    const Charges charges = charges_of(asked);
    const Request full = with_nearest_region(catalog, asked, charges);
    std::vector<std::uint32_t> out;
    for (const Ranked& row : ranked(catalog, full, charges))
        out.push_back(row.offer);
    std::sort(out.begin(), out.end());
    return out;
}

bool SweepGroup::request_is_plain() const {
    return !needs_plan_prices(request) && !pays_spot(request) && !wanted(request.job) &&
           request.uncertainty == Uncertainty{} && request.own == Ownership{} &&
           !chooses_region(request.constraints);
}

/// The ranking of a group without what can never be its best: an offer that a better one
/// undercuts. So prices fall with the rank, and the best below a limit is found by bisection.
struct Sweep::Prepared {
    std::once_flag once{};
    std::atomic<std::size_t> rows_left = 0;
    std::vector<double> price_usd_per_hour{};
    std::vector<double> score{};
    std::vector<std::uint32_t> offer{};
    std::vector<Purchase> purchase{};
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
    : groups_{groups}, figures_{figures}, answers_{answers}, rows_(group_of.size()),
      prepared_(groups.size()) {
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
    for (std::uint32_t row = 0; row < group_of.size(); ++row)
        rows_[first[group_of[row]]++] = row;
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

void Sweep::prepare(Prepared& prepared, const SweepGroup& group) {
    if (group.error) {
        prepared.error = group.error;
        return;
    }
    try {
        prepared.plain = group.request_is_plain();
        prepared.charges = charges_of(group.request);
        if (!prepared.plain) // its answer depends on the figures of each row
            return;
        const Request full = completed(group.request);
        Solver solver{*group.catalog, full};
        for (const std::uint32_t position : solver.ranking()) {
            const Offer offer = group.catalog->offer(position);
            if (!prepared.offer.empty() &&
                offer.price.value() >= prepared.price_usd_per_hour.back())
                continue;
            prepared.offer.push_back(position);
            prepared.purchase.push_back(offer.purchase);
            prepared.price_usd_per_hour.push_back(offer.price.value());
            prepared.score.push_back(solver.score_of(position).value);
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
        prepared.price_usd_per_hour = {};
        prepared.score = {};
        prepared.offer = {};
        prepared.purchase = {};
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

void Sweep::answer(const Prepared& prepared, const SweepGroup& group, std::size_t row) {
    const SweepRow figures = row_of(figures_, row);
    if (!figures.plain() || !prepared.plain)
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
    const auto& prices = prepared.price_usd_per_hour;
    const auto best = static_cast<std::size_t>(
        std::partition_point(
            prices.begin(), prices.end(), [limit](double price) { return price > limit; }) -
        prices.begin());
    const bool found = best < prices.size();
    const Outcome outcome = found            ? Outcome::found
                            : prices.empty() ? Outcome::nothing_fits
                                             : Outcome::nothing_affordable;
    answers_.outcome[row] = static_cast<std::int8_t>(outcome);
    answers_.offer[row] = found ? static_cast<std::int32_t>(prepared.offer[best]) : -1;
    answers_.purchase[row] = found ? code_of(kind_of(prepared.purchase[best])) : kNone;
    answers_.price_usd_per_hour[row] = found ? prices[best] : kNothing;
    answers_.score[row] = found ? prepared.score[best] : kNothing;
    answers_.total_usd[row] =
        found && budget.days ? total_needed(budget, UsdPerHour{prices[best]}).value() : kNothing;
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
        Request request = group.request;
        request.top = 1;
        request.nearest = 0;
        for (const auto& [key, value] :
             {std::pair{"budget_usd", f.budget_usd},
              std::pair{"days", f.days},
              std::pair{"hours_per_day", f.hours_per_day},
              std::pair{"fixed_usd", f.fixed_usd},
              std::pair{"max_price_usd_per_hour", f.max_price_usd_per_hour}})
            if (!std::isnan(value))
                set(request, key, std::array{fmt::format("{}", value)});
        const Recommendation r = answered(
            *group.catalog, request, prepared.charges ? *prepared.charges : charges_of(request));
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
    } catch (const Error& e) {
        refuse(row, e);
    }
}

void Sweep::refuse(std::size_t row, const Error& error) {
    answers_.outcome[row] = -1;
    answers_.offer[row] = -1;
    answers_.purchase[row] = kNone;
    for (const auto figures : {answers_.price_usd_per_hour,
                               answers_.total_usd,
                               answers_.score,
                               answers_.price_ceiling_usd_per_hour})
        figures[row] = kNothing;
    const std::lock_guard lock{mutex_};
    errors_.push_back({row, error});
}

std::vector<SweepError> Sweep::errors() const {
    std::vector<SweepError> out = errors_;
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
    return out;
}

// ---- one question at many budgets ---------------------------------------------------

namespace {

/// The columns of a sweep, as it reads and writes them.
struct SweepColumns {
    explicit SweepColumns(std::span<const Budget> budgets)
        : offer(budgets.size()), purchase(budgets.size()), outcome(budgets.size()),
          price(budgets.size()), total(budgets.size()), score(budgets.size()),
          ceiling(budgets.size()) {
        const auto figure = [](const auto& value) { return value ? value->value() : kNothing; };
        for (const Budget& b : budgets) {
            budget_usd.push_back(figure(b.total));
            days.push_back(figure(b.days));
            hours_per_day.push_back(b.hours_per_day.value());
            fixed_usd.push_back(b.fixed.value());
        }
    }

    [[nodiscard]] SweepFigures figures() const {
        return {.budget_usd = budget_usd,
                .days = days,
                .hours_per_day = hours_per_day,
                .fixed_usd = fixed_usd};
    }
    [[nodiscard]] SweepAnswers answers() {
        return {offer, purchase, price, total, score, ceiling, outcome};
    }
    [[nodiscard]] SweepAnswer answer(std::size_t i) const {
        const auto known = [](double value, auto like) {
            return std::isnan(value) ? std::nullopt : std::optional{decltype(like){value}};
        };
        SweepAnswer out{.price = known(price[i], UsdPerHour{}),
                        .total = known(total[i], Usd{}),
                        .score = known(score[i], double{}),
                        .price_ceiling = known(ceiling[i], UsdPerHour{})};
        if (outcome[i] >= 0)
            out.outcome = static_cast<Outcome>(outcome[i]);
        if (offer[i] >= 0)
            out.offer = static_cast<std::size_t>(offer[i]);
        if (purchase[i] >= 0)
            out.purchase = static_cast<PurchaseKind>(purchase[i]);
        return out;
    }

    std::vector<double> budget_usd, days, hours_per_day, fixed_usd;
    std::vector<std::int32_t> offer;
    std::vector<std::int8_t> purchase, outcome;
    std::vector<double> price, total, score, ceiling;
};

} // namespace

std::vector<SweepAnswer>
sweep(const Catalog& catalog, const Request& request, std::span<const Budget> budgets) {
    require_no_catalog(request);
    SweepGroup group{.catalog = &catalog, .request = request};
    group.request.budget = {};
    (void)completed(group.request);
    SweepColumns columns{budgets};
    const std::vector<std::uint32_t> group_of(budgets.size(), 0);
    Sweep sweep{{&group, 1}, group_of, columns.figures(), columns.answers()};
    sweep.work();
    if (sweep.failure())
        std::rethrow_exception(sweep.failure());
    std::vector<SweepAnswer> out;
    for (std::size_t i = 0; i < budgets.size(); ++i)
        out.push_back(columns.answer(i));
    for (const SweepError& e : sweep.errors())
        out[e.row].error = e.error.what();
    return out;
}

} // namespace flopwise
