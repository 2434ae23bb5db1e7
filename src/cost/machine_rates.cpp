#include "cost/machine_rates.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

std::optional<std::size_t> offering_of(Term term) {
    constexpr int kShort = 1;
    constexpr int kLong = 3;
    if (term.years != kShort && term.years != kLong)
        return std::nullopt;
    return 2 * static_cast<std::size_t>(term.commitment) + (term.years == kLong ? 1U : 0U);
}

MachineRates::MachineRates(const Charges& charges) : data_{*charges.data_} {
    for (std::size_t i = 0; i < kOfferings.size(); ++i)
        offerings_[i] = data_.number(kOfferings[i]);
    for (std::size_t i = 0; i < kPayments; ++i)
        payments_[i] = data_.number(to_string(static_cast<Payment>(i)));
}

MachineRates::Rows MachineRates::rows(std::string_view provider,
                                      std::string_view region,
                                      std::string_view instance) const {
    Rows out{.provider = data_.number(provider)};
    const auto type = data_.number(instance);
    const auto place = data_.number(region);
    if (!out.provider || !type || !place)
        return out;
    const std::uint64_t machine = name_key(std::array{*out.provider, *type, *place});
    out.reserved = rows_with(data_.reserved.machines, machine);
    out.interruption = rows_with(data_.interruptions.machines, machine);
    return out;
}

std::optional<MachineRates::RateOf> MachineRates::rate_of(const Rows& of,
                                                          std::size_t offering) const {
    const ReservedRows& all = data_.reserved;
    for (std::size_t row = of.reserved.begin; row < of.reserved.end; ++row)
        for (std::size_t rate = all.first[row]; rate < all.first[row] + all.count[row]; ++rate)
            if (all.offering[rate] == offering)
                return RateOf{row, rate};
    return std::nullopt;
}

std::optional<std::size_t> MachineRates::same_as(const Rows& of, std::size_t offering) const {
    if (!offerings_[offering])
        return std::nullopt;
    const RowRange same =
        rows_below(data_.same, name_key(std::array{*of.provider, *offerings_[offering]}));
    if (same.begin == same.end)
        return std::nullopt;
    const std::uint64_t other = data_.same.key[same.begin] & kNameMask;
    return static_cast<std::size_t>(std::ranges::find(offerings_, other) - offerings_.begin());
}

/// What an offering costs with a part of it paid at the start, if that is known.
bool MachineRates::with_upfront(const Rows& of,
                                std::size_t offering,
                                Payment payment,
                                ReservedRate& to) const {
    const auto paid = payments_[static_cast<std::size_t>(payment)];
    const auto name = offerings_[offering];
    const RowRange ratio =
        paid && name ? rows_with(data_.ratios, name_key(std::array{*of.provider, *name, *paid}))
                     : RowRange{};
    if (ratio.begin == ratio.end)
        return false;
    to.hourly = to.hourly * data_.ratio[ratio.begin];
    to.estimated = true;
    to.upfront = data_.upfront[ratio.begin];
    return true;
}

std::optional<ReservedRate> MachineRates::reserved(const Rows& of, Term term) const {
    auto offering = offering_of(term);
    if (!offering || of.reserved.begin == of.reserved.end)
        return std::nullopt;
    auto found = rate_of(of, *offering);
    std::string_view same;
    if (const auto other = found ? std::nullopt : same_as(of, *offering)) {
        offering = other;
        same = offering_at(*other);
        found = rate_of(of, *other);
    }
    if (!found)
        return std::nullopt;
    const ReservedRows& all = data_.reserved;
    const double beside = all.on_demand_usd_per_hour[found->row];
    ReservedRate out{.hourly = UsdPerHour{all.usd_per_hour[found->rate]},
                     .on_demand =
                         std::isnan(beside) ? std::nullopt : std::optional{UsdPerHour{beside}},
                     .source = data_.sources[all.machines.source[found->row]],
                     .same_as = same};
    if (term.payment != Payment::no_upfront && !with_upfront(of, *offering, term.payment, out))
        return std::nullopt;
    return out;
}

std::optional<BlockRate> MachineRates::block(const Rows& of) const {
    const auto found = rate_of(of, kBlockPlace);
    if (!found)
        return std::nullopt;
    return BlockRate{.hourly = UsdPerHour{data_.reserved.usd_per_hour[found->rate]},
                     .source = data_.sources[data_.reserved.machines.source[found->row]]};
}

Interruption MachineRates::interruption(std::size_t row) const {
    const BandRows& all = data_.interruptions;
    const double to = all.to[all.band[row]];
    return Interruption{.from = all.from[all.band[row]],
                        .to = std::isnan(to) ? std::nullopt : std::optional{to},
                        .source = data_.sources[all.machines.source[row]]};
}

std::optional<Interruption> MachineRates::interruption(const Rows& of) const {
    const auto [row, end] = of.interruption;
    return row == end ? std::nullopt : std::optional{interruption(row)};
}

/// Of the few bands, those that a machine has.
double MachineRates::highest_share() const {
    const BandRows& all = data_.interruptions;
    std::vector<std::size_t> row_of(all.from.size(), all.band.size());
    for (std::size_t row = 0; row < all.band.size(); ++row)
        row_of[all.band[row]] = row;
    double highest = 0;
    for (const std::size_t row : row_of)
        if (row < all.band.size())
            highest = std::max(highest, monthly_share(interruption(row)));
    return highest;
}

} // namespace flopwise
