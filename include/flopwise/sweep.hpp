// flopwise: what qualifies, and one question at many budgets

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// Positions in the catalog of the offers that qualify, ascending; see Catalog::offer(). Throws as
/// recommend() does.
FLOPWISE_API std::vector<std::uint32_t> filter(const Catalog& catalog, const Request& request);

/// What recommend() answers to one request, as far as a sweep keeps it.
struct SweepAnswer {
    std::optional<Outcome> outcome{};          ///< absent: the request is refused, see `error`
    std::optional<std::size_t> offer{};        ///< position of the best in the catalog
    std::optional<PurchaseKind> purchase{};    ///< how the best is paid for
    std::optional<UsdPerHour> price{};         ///< of the best
    std::optional<Usd> total{};                ///< of the plan on the best; needs days
    std::optional<double> score{};             ///< of the best
    std::optional<UsdPerHour> price_ceiling{}; ///< needs a budget and days
    std::string error{};                       ///< why the request is refused; else empty

    /// Of the plan on the best: the mean, the median of a job, expected with lost work on spot.
    std::optional<Hours> hours{};
    std::optional<Hours> hours_p90{}; ///< enough in nine cases of ten, where the hours vary
    std::optional<CostQuantiles> cost_quantiles{};
    std::optional<double> probability_within_budget{};
    std::optional<double> probability_in_time{};
    std::optional<int> machines{};              ///< that work together; of a job, else one
    std::optional<GiB> memory_needed{};         ///< of a job, by one GPU
    std::optional<GiB> memory_available{};      ///< of one GPU
    std::optional<double> memory_probability{}; ///< that the first is at most the second
    std::optional<Usd> charges{}; ///< beside the machine; absent if nothing is charged

    /// The second choice.
    struct RunnerUp {
        std::size_t offer = 0; ///< position in the catalog
        PurchaseKind purchase = PurchaseKind::on_demand;
        UsdPerHour price{};
        std::optional<Usd> total{};
        double score = 0;
    };
    std::optional<RunnerUp> runner_up{}; ///< if it is asked for
};

/// What a sweep is to find out beside the best machine.
struct SweepOptions {
    bool runner_up = false; ///< costs a search for each budget
};

/// The answers to a request at each of some budgets, which stand in place of its own. Equal to
/// recommend() at each; where only the rule depends on the budget, one ranking answers all, so that
/// a million budgets take about a second. A budget that recommend() would refuse has an `error`.
/// Throws as recommend() does for what is wrong at every budget.
///
///     const std::vector<Budget> budgets{{.total = Usd{500}, .days = Days{90}},
///                                       {.total = Usd{900}, .days = Days{90}}};
///     for (const SweepAnswer& a : sweep(catalog, request, budgets)) ...
FLOPWISE_API std::vector<SweepAnswer> sweep(const Catalog& catalog,
                                            const Request& request,
                                            std::span<const Budget> budgets,
                                            const SweepOptions& options = {});

} // namespace flopwise
