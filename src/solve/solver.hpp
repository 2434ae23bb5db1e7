// The engine behind recommend(): one pass over the machine types of a catalog, then the best.
//
// A type is refused or scored as a whole; its offers add only the price, and they stand cheapest
// first. So an offer costs at most a look at its region, and nothing where no region is excluded.

#pragma once

#include <flopwise/recommendation.hpp>
#include <flopwise/score.hpp>

#include "catalog/stack_notes.hpp"
#include "solve/filter.hpp"

#include <limits>
#include <memory>

namespace flopwise {

class Solver {
public:
    /// `request` is completed. Offers are rows of `pricing`, which are priced as far as the answer
    /// needs them. All arguments outlive the solver.
    Solver(const Catalog& catalog,
           const Request& request,
           const Sites& sites,
           const Goal& goal,
           Pricing& pricing);

    /// The answer without `instead`, and with the warnings that are about purchase options.
    Recommendation solve();

    /// All offers that are admitted, best first, whatever the request's `top`.
    std::vector<std::uint32_t> ranking();
    /// One that is admitted, as if it were the best.
    Choice described(std::uint32_t offer);
    [[nodiscard]] const NamedGpus& named_gpus() const { return filter_.named_gpus(); }
    [[nodiscard]] Score score_of(std::uint32_t offer) const;
    /// What an offer is ordered by: larger comes first. Within a type it falls with the price, but
    /// where only a part of what is paid counts.
    [[nodiscard]] double worth(std::uint32_t offer, double score) const;
    /// Of each type with an offer that is admitted its cheapest, best first.
    [[nodiscard]] std::vector<std::uint32_t> best_of_types();
    /// The logarithms that weights are multiplied by in a score; of what is not known, no number.
    [[nodiscard]] std::array<double, kCriteria> merits_of(std::uint32_t offer) const;

private:
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

    /// What one machine type comes to.
    struct Result {
        std::uint32_t in_scope = 0; ///< offers
        std::uint32_t admitted = 0;
        bool priced = false;        ///< where it is asked for, whatever it costs
        ReasonSet reasons = 0;      ///< of the type, whatever the offer
        std::uint32_t best = kNone; ///< its cheapest offer that is admitted
        double price = 0;           ///< of `best`
        double score = 0;           ///< of `best`
        double worth = -std::numeric_limits<double>::infinity(); ///< of the offer that comes first
    };

    /// What the types of one family come to.
    struct FamilySum {
        std::size_t admitted = 0; ///< offers
        std::size_t refused = 0;
        PriceExtent prices{};
        std::uint32_t best = kNone; ///< type
    };

    struct Scored {
        std::uint32_t offer = 0;
        Score score{};
        double worth = 0;
    };

    [[nodiscard]] OfferRange group(std::size_t type, std::size_t purchase) const;
    [[nodiscard]] Figures figures_of(std::size_t type, double price) const;
    [[nodiscard]] Score score_of(std::size_t type, double price) const;

    void scan();
    void admit(OfferRange offers, Result& to);
    void refuse(Reason reason, std::size_t offers);

    /// A machine type of which no offer qualifies.
    struct Candidate {
        std::size_t group = 0; ///< by what is at odds
        double distance = 0;   ///< of its figures, and of its price
        std::uint32_t type = 0;
        std::uint32_t offer = kNone;
    };

    struct HoursQuantiles {
        HoursDistribution hours;
        Hours p50{};
        Hours p80{};
        Hours p90{};
    };

    [[nodiscard]] const HoursQuantiles& quantiles_of(const HoursDistribution& hours) const;
    void add_outlook(const Outlook& outlook, Choice& to) const;
    [[nodiscard]] std::vector<Choice> choices(const std::vector<Scored>& best) const;
    [[nodiscard]] std::vector<Scored> best_offers(std::size_t top) const;
    [[nodiscard]] std::vector<Scored> best_of_each(std::size_t top) const;
    [[nodiscard]] std::vector<Scored> best_of_types() const;
    [[nodiscard]] std::vector<std::string> others_than(std::uint32_t offer) const;
    /// Calls `visit` for each offer of a group that is admitted, cheapest first, until it says no.
    template <class Visit>
    void for_each_admitted(OfferRange offers, Visit visit) const {
        const std::uint32_t in_time =
            pricing_.end_in_time({offers.begin, pricing_.end_below_max(offers)});
        const std::uint32_t end = pricing_.end_affordable({offers.begin, in_time});
        for (std::uint32_t i = offers.begin; i < end; ++i)
            if (sites_[columns_.site[i]] == Site::admitted && !visit(i))
                return;
    }
    [[nodiscard]] double least_worth(std::size_t top) const;
    void add_offers(OfferRange offers, double least, std::vector<Scored>& to) const;
    [[nodiscard]] bool before(const Scored& a, const Scored& b) const;
    [[nodiscard]] Choice choice(const Scored& scored) const;
    void warn_of_dearer(const std::vector<Scored>& best, Recommendation& to) const;
    void warn_of_left_out(Recommendation& to) const;
    [[nodiscard]] double spent(std::size_t type, double price) const;
    [[nodiscard]] bool pareto(std::uint32_t offer) const;
    [[nodiscard]] std::vector<FrontPoint> front() const;
    void add_prices(std::size_t type, PriceExtent& to) const;
    [[nodiscard]] std::vector<FamilySum> family_sums() const;
    [[nodiscard]] FamilyChoice family_choice(const Family& family, const FamilySum& sum) const;
    [[nodiscard]] std::vector<FamilyChoice> families() const;
    [[nodiscard]] Refusals refusals() const;
    [[nodiscard]] std::vector<Refusal> nearest() const;
    [[nodiscard]] std::vector<Candidate> nearest_of(std::vector<Candidate> types,
                                                    std::size_t most) const;
    [[nodiscard]] std::uint32_t nearest_offer(std::size_t type) const;
    [[nodiscard]] Outcome outcome() const;
    [[nodiscard]] UnpricedMachines unpriced() const;
    static void add_dates(Recommendation& to);

    const Catalog& catalog_;
    const Request& request_;
    const Sites& sites_;
    const Goal& goal_;
    Pricing& pricing_;
    const OfferColumns& columns_;
    Filter filter_;
    Figures reference_;
    std::array<double, kCriteria> weights_;
    StackNotes notes_;
    Sort sort_;
    bool sorts_by_part_; ///< of what is paid: the price alone, where there is more

    mutable std::vector<HoursQuantiles> quantiles_; ///< of the hours of choices
    bool scanned_ = false;
    std::vector<Result> types_;
    std::vector<std::uint32_t> qualified_;        ///< the types with an offer that is admitted
    std::array<std::size_t, kReasons> refused_{}; ///< offers, by the first reason
    std::size_t admitted_ = 0;
    std::size_t in_scope_ = 0;
};

// ---- one question to the solver -----------------------------------------------------

/// A completed request put to a catalog: where, what for, and at what prices.
struct Question {
    /// All arguments outlive this.
    Question(const Catalog& asked, const Request& completed, const Charges& charges);

    [[nodiscard]] Solver solver() const;
    [[nodiscard]] Filter filter() const;

    const Catalog& catalog;
    const Request& request;
    Sites sites;
    std::unique_ptr<const Goal> goal;
    std::unique_ptr<Pricing> pricing;
};

} // namespace flopwise
