// A request's constraints with their names looked up in a catalog: what of it can be decided for
// a machine type, for a region, and for a price.

#pragma once

#include "solve/pricing.hpp"

namespace flopwise {

/// Reasons that lie in what a machine is called, or is made of.
constexpr ReasonSet kNameReasons =
    bit(Reason::excluded) | bit(Reason::other_instance) | bit(Reason::other_family) |
    bit(Reason::other_gpu) | bit(Reason::other_vendor) | bit(Reason::unknown_vendor) |
    bit(Reason::other_stack) | bit(Reason::unknown_stack) | bit(Reason::other_arch);

/// Whether a GPU can be used for what a profile is for.
bool suits(const Gpu& gpu, Profile profile);

/// The GPUs that each name or pattern of Constraints::gpu stands for.
using NamedGpus = std::vector<std::vector<const Gpu*>>;

class Filter {
public:
    /// Throws through Request::refuse() for names that the catalog does not have. Offers are rows
    /// of `pricing`. All arguments outlive this.
    Filter(const Catalog& catalog,
           const Request& request,
           const Sites& sites,
           const Goal& goal,
           const Pricing& pricing);

    [[nodiscard]] bool pays(Purchase p) const { return purchases_[static_cast<std::size_t>(p)]; }
    [[nodiscard]] const Sites& sites() const { return sites_; }
    [[nodiscard]] const NamedGpus& named_gpus() const { return named_; }
    /// Whether a type has a price in a region.
    [[nodiscard]] bool priced_in(std::size_t type, std::size_t region) const;
    /// Reasons for which a type does not qualify, whatever it costs and wherever it is.
    [[nodiscard]] ReasonSet type_reasons(std::size_t type) const;
    /// All reasons for which one offer does not qualify.
    [[nodiscard]] ReasonSet reasons(std::size_t offer) const;

    /// Whether machines without a GPU take part, so that rates are vCPUs.
    [[nodiscard]] bool without_gpu() const { return without_gpu_; }
    /// How far a type is from what the machine must have: the sum of |ln(has / needed)|.
    [[nodiscard]] double distance(std::size_t type) const;

    /// What an offer has and what was needed, in words and as the change that would admit it.
    [[nodiscard]] Refusal refusal(std::size_t offer) const;

private:
    void explain_name(Reason reason, const Offer& offer, Refusal& to) const;
    void explain_figure(Reason reason, std::size_t type, const Instance& i, Refusal& to) const;
    void explain_excess(Reason reason, std::size_t type, const Instance& i, Refusal& to) const;
    void explain_distance(const Region& region, Refusal& to) const;
    void explain(Reason reason, std::size_t offer, Refusal& to) const;

    const Catalog& catalog_;
    const Request& request_;
    const Sites& sites_;
    const Goal& goal_;
    const Pricing& pricing_;
    const OfferColumns& columns_;
    double min_gpus_;
    bool without_gpu_;
    std::array<bool, kPurchases> purchases_{};
    std::vector<bool> suited_; ///< by GPU, for the profile
    NamedGpus named_;
    std::vector<bool> gpu_wanted_;        ///< by GPU; empty: any
    std::vector<ReasonSet> name_reasons_; ///< by type; empty: no names are asked for
};

} // namespace flopwise
