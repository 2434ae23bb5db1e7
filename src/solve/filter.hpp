// A request's constraints with their names looked up in a catalog: what of it can be decided for
// a machine type, for a region, and for a price.

#pragma once

#include "catalog/offer_columns.hpp"
#include "solve/job_times.hpp"
#include "solve/plan_prices.hpp"

namespace flopwise {

/// A set of reasons as bits.
using ReasonSet = std::uint32_t;
constexpr ReasonSet bit(Reason reason) {
    return ReasonSet{1} << static_cast<unsigned>(reason);
}

/// Reasons that lie in what a machine is called, or is made of.
constexpr ReasonSet kNameReasons = bit(Reason::excluded) | bit(Reason::other_instance) |
                                   bit(Reason::other_family) | bit(Reason::other_gpu) |
                                   bit(Reason::other_arch);

/// What a region, as it is offered or not, means for every offer there.
enum class Site : std::uint8_t { admitted, not_offered, too_far, out_of_scope };

/// How many offers stand at each kind of site.
class SiteCounts {
public:
    static constexpr SiteCounts all(Site site, std::uint32_t offers) {
        SiteCounts out;
        out.counts_[static_cast<std::size_t>(site)] = offers;
        return out;
    }
    static constexpr SiteCounts one(Site site) { return all(site, 1); }

    friend constexpr SiteCounts operator+(SiteCounts a, const SiteCounts& b) {
        for (std::size_t i = 0; i < b.counts_.size(); ++i)
            a.counts_[i] += b.counts_[i];
        return a;
    }
    [[nodiscard]] constexpr std::uint32_t operator[](Site site) const {
        return counts_[static_cast<std::size_t>(site)];
    }

private:
    std::array<std::uint32_t, 4> counts_{};
};

/// Whether a GPU can be used for what a profile is for.
bool suits(const Gpu& gpu, Profile profile);

/// Methods that a job needs and a GPU does not run: "qlora", "adam_8bit".
std::vector<std::string_view> missing_methods(const Gpu& gpu, const Job& job);

class Filter {
public:
    /// Throws through Request::refuse() for names that the catalog does not have.
    /// With `plans`, offers are rows of these.
    Filter(const Catalog& catalog,
           const Request& request,
           Precision precision,
           const PlanPrices* plans = nullptr);

    [[nodiscard]] bool pays(Purchase p) const { return purchases_[static_cast<std::size_t>(p)]; }
    [[nodiscard]] Site site(std::uint16_t site) const { return sites_[site]; }
    /// The kinds of the sites of offers [begin, end), which are of one group.
    [[nodiscard]] SiteCounts count(std::uint32_t begin, std::uint32_t end) const;
    /// The first of offers [begin, end) that is at an admitted site, or in scope; else `end`.
    [[nodiscard]] std::uint32_t first_admitted(std::uint32_t begin, std::uint32_t end) const;
    [[nodiscard]] std::uint32_t first_in_scope(std::uint32_t begin, std::uint32_t end) const;
    /// Whether a type has a price where it is asked for, in any region or in this one.
    [[nodiscard]] bool priced(std::size_t type) const;
    [[nodiscard]] bool priced_in(std::size_t type, std::size_t region) const;
    /// Reasons for which a type does not qualify, whatever it costs and wherever it is.
    [[nodiscard]] ReasonSet type_reasons(std::size_t type) const;
    /// All reasons for which one offer does not qualify.
    [[nodiscard]] ReasonSet reasons(std::size_t offer) const;

    /// Work per second of a whole machine: TFLOPS in the precision, or vCPUs where no GPU is
    /// asked for; with a job, the jobs an hour of its machines together. Unknown if it is not
    /// published.
    [[nodiscard]] double rate(std::size_t type) const;
    /// Whether machines without a GPU take part, so that rates are vCPUs.
    [[nodiscard]] bool without_gpu() const { return without_gpu_; }
    /// Absent without `near`, and for a region that is no one place.
    [[nodiscard]] std::optional<Milliseconds> rtt(std::size_t region) const;
    /// Highest prices that the request and its budget admit; infinite if there is no limit.
    [[nodiscard]] double max_price() const { return max_price_; }
    [[nodiscard]] double budget_limit(std::size_t type) const {
        return job_ == nullptr ? budget_limit_ : job_limit_[type];
    }
    /// Of a training job; null if none is asked for.
    [[nodiscard]] const JobTimes* job() const { return job_.get(); }
    /// Machines of a type that are rented together.
    [[nodiscard]] int machines(std::size_t type) const {
        return job_ == nullptr ? 1 : job_->machines(type);
    }
    /// How far a type is from what the machine must have: the sum of |ln(has / needed)|.
    [[nodiscard]] double distance(std::size_t type) const;
    /// How far a site's round trip is above the longest that is admitted, in the same measure.
    [[nodiscard]] double detour(std::uint16_t site) const;

    /// What an offer has and what was needed, in words and as the change that would admit it.
    [[nodiscard]] Refusal refusal(std::size_t offer) const;

private:
    void add_sites();
    [[nodiscard]] bool is_too_far(std::size_t region) const;
    void add_job();
    void explain_name(Reason reason, const Offer& offer, Refusal& to) const;
    void explain_figure(Reason reason, std::size_t type, const Instance& i, Refusal& to) const;
    void explain_distance(const Region& region, Refusal& to) const;
    void explain_rate(const Offer& offer, Refusal& to) const;
    void explain_method(std::size_t type, const Gpu& gpu, Refusal& to) const;
    void explain_memory(std::size_t type, Refusal& to) const;
    void explain_deadline(std::size_t type, Refusal& to) const;
    [[nodiscard]] double cheapest(std::size_t type) const;
    void explain(Reason reason, std::size_t offer, Refusal& to) const;
    void relax_budget(std::size_t offer, Refusal& to) const;
    [[nodiscard]] std::string cost_in_words(std::size_t offer) const;
    [[nodiscard]] std::string job_cost_in_words(std::size_t offer) const;
    [[nodiscard]] UsdPerHour price(std::size_t offer) const;

    const Catalog& catalog_;
    const Request& request_;
    const PlanPrices* plans_;
    const OfferColumns& columns_;
    Precision precision_;
    bool without_gpu_ = false;
    bool everywhere_ = true; ///< every offer of the catalog is at an admitted site
    double min_gpus_ = 0;
    double max_price_ = 0;
    double budget_limit_ = 0;
    std::array<bool, kPurchases> purchases_{};
    std::unique_ptr<const JobTimes> job_;
    std::vector<double> job_limit_;       ///< by type: highest price that a job's budget admits
    std::vector<Site> sites_;             ///< by OfferColumns::site
    std::vector<SiteCounts> counted_;     ///< by OfferColumns::site
    std::vector<double> rtt_ms_;          ///< by region; empty without `near`
    std::vector<double> rate_by_gpu_;     ///< of one GPU
    std::vector<bool> suited_;            ///< by GPU, for the profile
    std::vector<bool> able_;              ///< by GPU, for the methods of a job
    std::vector<bool> gpu_wanted_;        ///< by GPU; empty: any
    std::vector<ReasonSet> name_reasons_; ///< by type; empty: no names are asked for
};

} // namespace flopwise
