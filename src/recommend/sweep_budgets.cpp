// One question at many budgets.

#include "recommend/recommend.hpp"
#include "recommend/sweep.hpp"
#include "request/completed.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

constexpr double kNoFigure = std::numeric_limits<double>::quiet_NaN();

namespace {

bool is_nan(const Budget& b) {
    const auto nan = [](const auto& value) { return value && std::isnan(value->value()); };
    return nan(b.total) || nan(b.days) || std::isnan(b.hours_per_day.value()) ||
           std::isnan(b.fixed.value());
}

/// The columns of a sweep, as it reads and writes them.
struct SweepColumns {
    SweepColumns(std::span<const Budget> budgets, bool with_runner_up)
        : offer(budgets.size()), runner_up(with_runner_up ? budgets.size() : 0),
          purchase(budgets.size()), runner_up_purchase(runner_up.size()), outcome(budgets.size()),
          price(budgets.size()), total(budgets.size()), score(budgets.size()),
          ceiling(budgets.size()) {
        for (std::size_t f = 0; f < kSweepFigures; ++f)
            if (with_runner_up || static_cast<SweepFigure>(f) < SweepFigure::runner_up_price)
                more[f].resize(budgets.size());
        const auto figure = [](const auto& value) { return value ? value->value() : kNoFigure; };
        for (const Budget& b : budgets) {
            budget_usd.push_back(figure(b.total));
            days.push_back(figure(b.days));
            hours_per_day.push_back(b.hours_per_day.value());
            fixed_usd.push_back(b.fixed.value());
            missing.push_back(is_nan(b) ? 1 : 0);
        }
    }

    [[nodiscard]] SweepFigures figures() const {
        return {.budget_usd = budget_usd,
                .days = days,
                .hours_per_day = hours_per_day,
                .fixed_usd = fixed_usd,
                .missing = missing};
    }
    [[nodiscard]] SweepAnswers answers() {
        SweepAnswers out{offer, purchase, price, total, score, ceiling, outcome};
        std::copy(more.begin(), more.end(), out.more.begin());
        out.runner_up = runner_up;
        out.runner_up_purchase = runner_up_purchase;
        return out;
    }
    [[nodiscard]] SweepAnswer answer(std::size_t i) const {
        SweepAnswer out{.price = known<UsdPerHour>(price[i]),
                        .total = known<Usd>(total[i]),
                        .score = known<double>(score[i]),
                        .price_ceiling = known<UsdPerHour>(ceiling[i])};
        if (outcome[i] >= 0)
            out.outcome = static_cast<Outcome>(outcome[i]);
        if (offer[i] >= 0)
            out.offer = static_cast<std::size_t>(offer[i]);
        if (purchase[i] >= 0)
            out.purchase = static_cast<PurchaseKind>(purchase[i]);
        add_more(i, out);
        if (!runner_up.empty() && runner_up[i] >= 0)
            out.runner_up =
                SweepAnswer::RunnerUp{.offer = static_cast<std::size_t>(runner_up[i]),
                                      .purchase = static_cast<PurchaseKind>(runner_up_purchase[i]),
                                      .price = UsdPerHour{told(SweepFigure::runner_up_price, i)},
                                      .total = known<Usd>(told(SweepFigure::runner_up_total, i)),
                                      .score = told(SweepFigure::runner_up_score, i)};
        return out;
    }

    template <class T>
    static std::optional<T> known(double value) {
        return std::isnan(value) ? std::nullopt : std::optional{T{value}};
    }
    [[nodiscard]] double told(SweepFigure figure, std::size_t i) const {
        return more[static_cast<std::size_t>(figure)][i];
    }
    void add_more(std::size_t i, SweepAnswer& to) const {
        to.hours = known<Hours>(told(SweepFigure::hours, i));
        to.hours_p90 = known<Hours>(told(SweepFigure::hours_p90, i));
        if (const double p50 = told(SweepFigure::cost_p50, i); !std::isnan(p50))
            to.cost_quantiles = {.p50 = Usd{p50},
                                 .p80 = Usd{told(SweepFigure::cost_p80, i)},
                                 .p90 = Usd{told(SweepFigure::cost_p90, i)}};
        to.probability_within_budget =
            known<double>(told(SweepFigure::probability_within_budget, i));
        to.probability_in_time = known<double>(told(SweepFigure::probability_in_time, i));
        if (const double machines = told(SweepFigure::machines, i); !std::isnan(machines))
            to.machines = static_cast<int>(machines);
        to.memory_needed = known<GiB>(told(SweepFigure::memory_needed, i));
        to.memory_available = known<GiB>(told(SweepFigure::memory_available, i));
        to.memory_probability = known<double>(told(SweepFigure::memory_probability, i));
        to.charges = known<Usd>(told(SweepFigure::charges, i));
    }

    std::vector<double> budget_usd, days, hours_per_day, fixed_usd;
    std::vector<std::uint8_t> missing;
    std::vector<std::int32_t> offer, runner_up;
    std::vector<std::int8_t> purchase, runner_up_purchase, outcome;
    std::vector<double> price, total, score, ceiling;
    std::array<std::vector<double>, kSweepFigures> more;
};

/// Why recommend() refuses a budget; empty if it does not.
std::string refused(const Request& request, const Budget& budget) {
    Request asked = request;
    asked.budget = budget;
    try {
        (void)completed(asked);
    } catch (const Error& e) {
        return e.what();
    }
    return {};
}

/// Throws for what is wrong at every budget.
void require_valid(const Request& request, std::span<const Budget> budgets) {
    const std::string alone = refused(request, {}); // which may only be the want of a budget
    if (!alone.empty() && std::none_of(budgets.begin(), budgets.end(), [&](const Budget& budget) {
            return refused(request, budget).empty();
        })) {
        Request bare = request;
        bare.budget = {};
        (void)completed(bare);
    }
}

} // namespace

std::vector<SweepAnswer> sweep(const Catalog& catalog,
                               const Request& request,
                               std::span<const Budget> budgets,
                               const SweepOptions& options) {
    require_no_catalog(request);
    SweepGroup group{.catalog = &catalog, .request = request};
    group.request.budget = {};
    require_valid(request, budgets);
    SweepColumns columns{budgets, options.runner_up};
    const std::vector<std::uint32_t> group_of(budgets.size(), 0);
    Sweep sweep{{&group, 1}, group_of, columns.figures(), columns.answers()};
    sweep.work();
    if (sweep.failure())
        std::rethrow_exception(sweep.failure());
    std::vector<SweepAnswer> out;
    for (std::size_t i = 0; i < budgets.size(); ++i) {
        out.push_back(columns.answer(i));
        if (is_nan(budgets[i]))
            out.back().error = refused(request, budgets[i]);
    }
    for (const SweepError& e : sweep.errors())
        out[e.row].error = e.error.what();
    return out;
}

} // namespace flopwise
