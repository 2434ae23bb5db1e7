// Where the offers of a catalog stand: which regions a request takes, and how far away they are.

#pragma once

#include <flopwise/request.hpp>

#include "catalog/offer_columns.hpp"

#include <array>

namespace flopwise {

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
    /// Four counts in one word, so that an offer costs one addition: of up to kMostPacked offers.
    static constexpr std::uint32_t kMostPacked = 0xffff;
    static constexpr std::uint64_t packed(Site site) {
        return std::uint64_t{1} << (kPackedBits * static_cast<unsigned>(site));
    }
    static constexpr SiteCounts of(std::uint64_t packed) {
        SiteCounts out;
        for (std::uint32_t& count : out.counts_) {
            count = packed & kMostPacked;
            packed >>= kPackedBits;
        }
        return out;
    }

    friend constexpr SiteCounts operator+(SiteCounts a, const SiteCounts& b) {
        for (std::size_t i = 0; i < b.counts_.size(); ++i)
            a.counts_[i] += b.counts_[i];
        return a;
    }
    [[nodiscard]] constexpr std::uint32_t operator[](Site site) const {
        return counts_[static_cast<std::size_t>(site)];
    }

private:
    static constexpr unsigned kPackedBits = 16;
    std::array<std::uint32_t, 4> counts_{};
};

class Sites {
public:
    /// The arguments outlive this. Throws through Request::refuse() for `max_rtt` without `near`.
    Sites(const Catalog& catalog, const Request& request);

    /// By OfferColumns::site.
    [[nodiscard]] Site operator[](std::uint16_t site) const { return sites_[site]; }
    /// The kinds of the sites of rows [begin, end), which are of one group.
    [[nodiscard]] SiteCounts
    count(const OfferColumns& rows, std::uint32_t begin, std::uint32_t end) const;
    /// The first of rows [begin, end) that is at an admitted site, or in scope; else `end`.
    [[nodiscard]] std::uint32_t
    first_admitted(const OfferColumns& rows, std::uint32_t begin, std::uint32_t end) const;
    [[nodiscard]] std::uint32_t
    first_in_scope(const OfferColumns& rows, std::uint32_t begin, std::uint32_t end) const;
    /// The lowest price of a type in scope, in USD/h; infinite if there is none.
    [[nodiscard]] double cheapest(const OfferColumns& rows, std::size_t type) const;

    /// Absent without `near`, and for a region that is no one place.
    [[nodiscard]] std::optional<Milliseconds> rtt(std::size_t region) const;
    /// A region of which the distance is not known is not near enough either.
    [[nodiscard]] bool is_too_far(std::size_t region) const;
    /// How far a site's round trip is above the longest that is admitted, as a logarithm.
    [[nodiscard]] double detour(std::uint16_t site) const;

private:
    const Catalog& catalog_;
    const Constraints& constraints_;
    bool everywhere_ = true; ///< every offer of the catalog is at an admitted site
    std::array<bool, kPurchases> purchases_{};
    std::vector<Site> sites_;            ///< by OfferColumns::site
    std::vector<std::uint64_t> counted_; ///< by OfferColumns::site: 1 in the place of its kind
    std::vector<double> rtt_ms_;         ///< by region; empty without `near`
};

/// A figure that is so far off that no figure mends it: a factor of 22,000.
constexpr double kVeryFar = 10;

} // namespace flopwise
