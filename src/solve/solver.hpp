// The engine behind recommend(): one pass over the machine types of a catalog, then the best.
//
// A type is refused or scored as a whole; its offers add only the price, and they stand cheapest
// first. So an offer costs at most a look at its region, and nothing where no region is excluded.

#pragma once

#include <flopwise/recommendation.hpp>
#include <flopwise/score.hpp>

#include "solve/filter.hpp"

#include <limits>
#include <memory>

namespace flopwise {

class Solver {
public:
    /// `request` has its precision and weights filled in, and outlives the solver.
    /// With `plans`, offers are rows of these, which are priced as far as the answer needs them.
    Solver(const Catalog& catalog, const Request& request, PlanPrices* plans = nullptr);

    /// The answer without `instead`, and with the warnings that are about purchase options.
    Recommendation solve();

    /// All offers that are admitted, best first, whatever the request's `top`.
    std::vector<std::uint32_t> ranking();
    [[nodiscard]] Score score_of(std::uint32_t offer) const;

private:
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

    /// A half-open range of offers, cheapest first.
    struct Range {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
    };

    /// What one machine type comes to.
    struct Result {
        std::uint32_t in_scope = 0; ///< offers
        std::uint32_t admitted = 0;
        ReasonSet reasons = 0;      ///< of the type, whatever the offer
        std::uint32_t best = kNone; ///< its cheapest offer that is admitted
        double price = 0;           ///< of `best`
        double score = 0;           ///< of `best`
    };

    /// The lowest and the highest price of some offers, and whose they are.
    struct Extent {
        double from = std::numeric_limits<double>::infinity(); ///< USD/h
        double to = 0;
        std::uint32_t cheapest = kNone;
        std::uint32_t dearest = kNone;

        void add(std::uint32_t offer, double price);
    };

    /// What the types of one family come to.
    struct FamilySum {
        std::size_t admitted = 0; ///< offers
        std::size_t refused = 0;
        Extent prices{};
        std::uint32_t best = kNone; ///< type
    };

    struct Scored {
        std::uint32_t offer = 0;
        Score score{};
    };

    [[nodiscard]] Range group(std::size_t type, std::size_t purchase) const;
    [[nodiscard]] Score score_of(std::size_t type, double price) const;

    void scan();
    [[nodiscard]] std::uint32_t end_within(Range offers, double limit) const;
    [[nodiscard]] std::uint32_t end_below_max(Range offers) const;
    [[nodiscard]] UsdPerHour price(std::uint32_t offer) const;
    [[nodiscard]] double excess(std::uint32_t offer) const;
    void admit(Range offers, Result& to);
    void refuse(Reason reason, std::size_t offers);

    [[nodiscard]] std::vector<Choice> choices(const std::vector<Scored>& best) const;
    [[nodiscard]] std::vector<Scored> best_offers(std::size_t top) const;
    [[nodiscard]] double least_score(std::size_t top) const;
    void add_offers(Range offers, double least, std::vector<Scored>& to) const;
    [[nodiscard]] bool before(const Scored& a, const Scored& b) const;
    [[nodiscard]] Choice choice(const Scored& scored) const;
    void add_cost(std::uint32_t offer, Choice& to) const;
    void add_charges(const std::vector<Scored>& best, Recommendation& to) const;
    [[nodiscard]] std::optional<UsdPerHour> on_demand_price(std::uint32_t offer) const;
    [[nodiscard]] std::string dearer(std::uint32_t offer, const Choice& choice) const;
    [[nodiscard]] std::string left_out() const;
    void warn_of_payments(const std::vector<Scored>& best, Recommendation& to) const;
    [[nodiscard]] double spent(std::size_t type, double price) const;
    [[nodiscard]] bool pareto(std::uint32_t offer) const;
    [[nodiscard]] std::vector<FrontPoint> front() const;
    void add_prices(std::size_t type, Extent& to) const;
    [[nodiscard]] std::vector<FamilySum> family_sums() const;
    [[nodiscard]] FamilyChoice family_choice(const Family& family, const FamilySum& sum) const;
    [[nodiscard]] std::vector<FamilyChoice> families() const;
    [[nodiscard]] Refusals refusals() const;
    [[nodiscard]] std::vector<Refusal> nearest() const;
    [[nodiscard]] std::uint32_t nearest_offer(std::size_t type) const;
    [[nodiscard]] Outcome outcome() const;
    [[nodiscard]] UnpricedMachines unpriced() const;
    [[nodiscard]] DateRange price_dates(std::uint32_t offer) const;
    void add_dates(Recommendation& to) const;

    const Catalog& catalog_;
    PlanPrices* plans_;
    const OfferColumns& columns_;
    const Request& request_;
    Filter filter_;
    Figures reference_;
    std::array<double, kCriteria> weights_;

    std::vector<Result> types_;
    std::vector<std::uint32_t> qualified_;        ///< the types with an offer that is admitted
    std::array<std::size_t, kReasons> refused_{}; ///< offers, by the first reason
    std::size_t admitted_ = 0;
    std::size_t in_scope_ = 0;
};

// ---- one question to the solver: priced by the catalog alone or by the cost of whole plans -----

/// The plans of a completed request; null if the catalog alone prices it. All arguments outlive
/// what is returned.
std::unique_ptr<PlanPrices>
plan_prices_of(const Catalog& catalog, const Request& request, const Charges& charges);

/// The solver's answer to a completed request.
Recommendation solved(const Catalog& catalog, const Request& request, const Charges& charges);

/// An offer of the catalog that qualifies, and what stands for its price in the score.
struct Ranked {
    std::uint32_t offer = 0;
    UsdPerHour effective{};
};

/// The offers that qualify, best first.
std::vector<Ranked> ranked(const Catalog& catalog, const Request& request, const Charges& charges);

} // namespace flopwise
