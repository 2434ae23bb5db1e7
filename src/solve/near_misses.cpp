// Why not the others: what of a solver's pass is told of the offers that it refused.

#include "solve/solver.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>

namespace flopwise {

/// The offer of a type that is nearest to qualifying: the cheapest of those whose region does,
/// else the one with the shortest round trip, else the cheapest that is not offered there.
std::uint32_t Solver::nearest_offer(std::size_t type) const {
    const std::size_t regions = catalog_.regions().size();
    const auto key = [&](std::uint32_t i) {
        const auto site = sites_[columns_.site[i]];
        const auto far = sites_.rtt(columns_.site[i] % regions);
        const double rtt = site != Site::too_far ? 0
                           : far                 ? far->value()
                                                 : std::numeric_limits<double>::infinity();
        const int order = site == Site::admitted ? 0 : site == Site::too_far ? 1 : 2;
        return std::tuple{order, rtt, columns_.usd_per_hour[i]};
    };
    std::uint32_t nearest = kNone;
    for (std::size_t p = 0; p < kPurchases; ++p) {
        if (!filter_.pays(static_cast<Purchase>(p)))
            continue;
        const OfferRange offers = group(type, p);
        for (std::uint32_t i = offers.begin; i < offers.end; ++i) {
            const Site site = sites_[columns_.site[i]];
            if (site == Site::out_of_scope)
                continue;
            if (nearest == kNone || key(i) < key(nearest))
                nearest = i;
            if (site == Site::admitted)
                break; // the rest costs more
        }
    }
    return nearest;
}

/// The nearest `most` of some types. They come with the distance that no price adds to, so that few
/// have to be priced.
std::vector<Solver::Candidate> Solver::nearest_of(std::vector<Candidate> types,
                                                  std::size_t most) const {
    const auto before = [](const Candidate& a, const Candidate& b) {
        return std::tie(a.group, a.distance, a.type) < std::tie(b.group, b.distance, b.type);
    };
    const auto after = [&before](const Candidate& a, const Candidate& b) { return before(b, a); };
    std::make_heap(types.begin(), types.end(), after); // of most, no more is needed than that
    std::vector<Candidate> out;                        // a heap, the farthest first
    for (auto end = types.end(); end != types.begin();) {
        std::pop_heap(types.begin(), end, after);
        Candidate c = *--end;
        const bool full = out.size() == most;
        if (full && !before(c, out.front()))
            break;
        pricing_.prepare(c.type);
        c.offer = nearest_offer(c.type);
        c.distance +=
            sites_.detour(columns_.site[c.offer]) + std::max(0.0, pricing_.excess(c.offer));
        if (full && !before(c, out.front()))
            continue;
        if (full) {
            std::pop_heap(out.begin(), out.end(), before);
            out.pop_back();
        }
        out.push_back(c);
        std::push_heap(out.begin(), out.end(), before);
    }
    std::sort_heap(out.begin(), out.end(), before);
    return out;
}

static constexpr std::size_t bits(ReasonSet set) {
    return static_cast<std::size_t>(std::popcount(set));
}

/// Machines that were not named come after those that were; then what no figure can mend; then
/// how far the figures are off.
std::vector<Refusal> Solver::nearest() const {
    constexpr ReasonSet kFlaws = bit(Reason::retired) | bit(Reason::no_gpu) |
                                 bit(Reason::other_work) | bit(Reason::other_method) |
                                 bit(Reason::unknown_network) | bit(Reason::unknown_rate);
    constexpr std::size_t kMostFlaws = 16; // more than there are of either kind
    constexpr std::size_t kGroups = kMostFlaws * kMostFlaws;
    static_assert(bits(kNameReasons) < kMostFlaws && bits(kFlaws) < kMostFlaws);
    const auto wanted = static_cast<std::size_t>(request_.nearest);
    if (wanted == 0)
        return {};
    const auto is_candidate = [](const Result& r) { return r.in_scope > 0 && r.admitted == 0; };
    const auto group_of = [](const Result& r) {
        return kMostFlaws * bits(r.reasons & kNameReasons) + bits(r.reasons & kFlaws);
    };
    // Figures are compared only among those that can still be among the nearest.
    std::array<std::size_t, kGroups> sizes{};
    for (const Result& r : types_)
        if (is_candidate(r))
            ++sizes[group_of(r)];
    std::size_t last = 0;
    for (std::size_t before = sizes[0]; before < wanted && last + 1 < kGroups;)
        before += sizes[++last];
    std::vector<Candidate> candidates;
    candidates.reserve(types_.size());
    for (std::uint32_t type = 0; type < types_.size(); ++type)
        if (const Result& r = types_[type]; is_candidate(r) && group_of(r) <= last)
            candidates.push_back({group_of(r), filter_.distance(type), type, kNone});
    std::vector<Refusal> out;
    for (const Candidate& c : nearest_of(std::move(candidates), wanted))
        out.push_back(filter_.refusal(c.offer));
    return out;
}

Refusals Solver::refusals() const {
    Refusals out{.count = in_scope_ - admitted_};
    for (std::size_t r = 0; r < kReasons; ++r)
        if (refused_[r] > 0)
            out.by_reason.emplace_back(static_cast<Reason>(r), refused_[r]);
    std::stable_sort(out.by_reason.begin(), out.by_reason.end(), [](const auto& a, const auto& b) {
        return a.second > b.second;
    });
    out.nearest = nearest();
    return out;
}

} // namespace flopwise
