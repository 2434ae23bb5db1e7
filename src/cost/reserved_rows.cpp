#include "cost/reserved_rows.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

namespace flopwise {

namespace {

/// Rates that are given one after another; like ones are kept once.
class SharedRates {
public:
    explicit SharedRates(ReservedRows& to) : to_{to} {}

    /// Where these rates begin, by offering.
    std::uint32_t place_of(std::span<const ReservedFact> facts) {
        std::vector<std::pair<std::uint8_t, double>> rates;
        for (const ReservedFact& fact : facts)
            rates.emplace_back(fact.offering, fact.usd_per_hour);
        const auto [at, added] =
            places_.try_emplace(rates, static_cast<std::uint32_t>(to_.usd_per_hour.size()));
        for (std::size_t i = 0; added && i < rates.size(); ++i) {
            to_.offering.push_back(rates[i].first);
            to_.usd_per_hour.push_back(rates[i].second);
        }
        return at->second;
    }

private:
    ReservedRows& to_;
    std::map<std::vector<std::pair<std::uint8_t, double>>, std::uint32_t> places_;
};

/// What tells one row from another; NaN is like itself.
auto row_of(const ReservedFact& fact) {
    return std::tuple{
        fact.machine, fact.source, std::bit_cast<std::uint64_t>(fact.on_demand_usd_per_hour)};
}

} // namespace

ReservedRows packed(std::vector<ReservedFact> facts) {
    std::sort(facts.begin(), facts.end(), [](const ReservedFact& a, const ReservedFact& b) {
        return std::tuple{row_of(a), a.offering} < std::tuple{row_of(b), b.offering};
    });
    ReservedRows out;
    SharedRates rates{out};
    for (auto begin = facts.begin(); begin != facts.end();) {
        const auto end = std::find_if(
            begin, facts.end(), [&](const ReservedFact& f) { return row_of(f) != row_of(*begin); });
        out.machines.key.push_back(begin->machine);
        out.machines.source.push_back(begin->source);
        out.on_demand_usd_per_hour.push_back(begin->on_demand_usd_per_hour);
        out.first.push_back(rates.place_of({begin, end}));
        out.count.push_back(static_cast<std::uint8_t>(end - begin));
        begin = end;
    }
    return out;
}

std::vector<ReservedFact> facts_of(const ReservedRows& rows) {
    std::vector<ReservedFact> out;
    for (std::size_t row = 0; row < rows.first.size(); ++row)
        for (std::size_t rate = rows.first[row]; rate < rows.first[row] + rows.count[row]; ++rate)
            out.push_back({.machine = rows.machines.key[row],
                           .offering = rows.offering[rate],
                           .source = rows.machines.source[row],
                           .on_demand_usd_per_hour = rows.on_demand_usd_per_hour[row],
                           .usd_per_hour = rows.usd_per_hour[rate]});
    return out;
}

BandRows packed(std::vector<BandFact> facts) {
    std::ranges::sort(facts, {}, &BandFact::machine);
    BandRows out;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> places;
    for (const BandFact& fact : facts) {
        const auto [at, added] = places.try_emplace(
            {std::bit_cast<std::uint64_t>(fact.from), std::bit_cast<std::uint64_t>(fact.to)},
            static_cast<std::uint32_t>(out.from.size()));
        if (added) {
            out.from.push_back(fact.from);
            out.to.push_back(fact.to);
        }
        out.machines.key.push_back(fact.machine);
        out.machines.source.push_back(fact.source);
        out.band.push_back(at->second);
    }
    return out;
}

std::vector<BandFact> facts_of(const BandRows& rows) {
    std::vector<BandFact> out;
    for (std::size_t row = 0; row < rows.band.size(); ++row)
        out.push_back({.machine = rows.machines.key[row],
                       .source = rows.machines.source[row],
                       .from = rows.from[rows.band[row]],
                       .to = rows.to[rows.band[row]]});
    return out;
}

} // namespace flopwise
