#include "cost/machine_rates.hpp"

#include <cmath>

namespace flopwise {

std::optional<std::size_t> offering_of(Term term) {
    constexpr int kShort = 1;
    constexpr int kLong = 3;
    if (term.years != kShort && term.years != kLong)
        return std::nullopt;
    return 2 * static_cast<std::size_t>(term.commitment) + (term.years == kLong ? 1U : 0U);
}

MachineRates::MachineRates(const Charges& charges)
    : data_{*charges.data_}, block_{data_.number(kBlock)} {
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
    out.reserved = rows_below(data_.reserved, machine);
    out.interruption = rows_with(data_.interruptions, machine);
    return out;
}

std::optional<std::size_t> MachineRates::row_of(const Rows& of, std::uint64_t offering) const {
    for (std::size_t row = of.reserved.begin; row < of.reserved.end; ++row)
        if ((data_.reserved.key[row] & kNameMask) == offering)
            return row;
    return std::nullopt;
}

/// What an offering costs with a part of it paid at the start, if that is known.
bool MachineRates::with_upfront(const Rows& of,
                                std::uint64_t offering,
                                Payment payment,
                                ReservedRate& to) const {
    const auto number = payments_[static_cast<std::size_t>(payment)];
    const RowRange ratio =
        number ? rows_with(data_.ratios, name_key(std::array{*of.provider, offering, *number}))
               : RowRange{};
    if (ratio.begin == ratio.end)
        return false;
    to.hourly = to.hourly * data_.ratio[ratio.begin];
    to.estimated = true;
    to.upfront = data_.upfront[ratio.begin];
    return true;
}

std::optional<ReservedRate> MachineRates::reserved(const Rows& of, Term term) const {
    const auto place = offering_of(term);
    auto offering = place ? offerings_[*place] : std::nullopt;
    if (!offering || of.reserved.begin == of.reserved.end)
        return std::nullopt;
    auto row = row_of(of, *offering);
    std::string_view same_as;
    if (const RowRange same = rows_below(data_.same, name_key(std::array{*of.provider, *offering}));
        !row && same.begin < same.end) {
        offering = data_.same.key[same.begin] & kNameMask;
        same_as = data_.names[*offering];
        row = row_of(of, *offering);
    }
    if (!row)
        return std::nullopt;
    const double beside = data_.on_demand_usd_per_hour[*row];
    ReservedRate out{.hourly = UsdPerHour{data_.usd_per_hour[*row]},
                     .on_demand =
                         std::isnan(beside) ? std::nullopt : std::optional{UsdPerHour{beside}},
                     .source = data_.sources[data_.reserved.source[*row]],
                     .same_as = same_as};
    if (term.payment != Payment::no_upfront && !with_upfront(of, *offering, term.payment, out))
        return std::nullopt;
    return out;
}

std::optional<BlockRate> MachineRates::block(const Rows& of) const {
    const auto row = block_ ? row_of(of, *block_) : std::nullopt;
    if (!row)
        return std::nullopt;
    return BlockRate{.hourly = UsdPerHour{data_.usd_per_hour[*row]},
                     .source = data_.sources[data_.reserved.source[*row]]};
}

Interruption MachineRates::band(std::size_t row) const {
    const double to = data_.to[row];
    return Interruption{.from = data_.from[row],
                        .to = std::isnan(to) ? std::nullopt : std::optional{to},
                        .source = data_.sources[data_.interruptions.source[row]]};
}

std::optional<Interruption> MachineRates::interruption(const Rows& of) const {
    const auto [row, end] = of.interruption;
    return row == end ? std::nullopt : std::optional{band(row)};
}

std::vector<Interruption> MachineRates::interruptions() const {
    std::vector<Interruption> out;
    for (std::size_t row = 0; row < data_.from.size(); ++row)
        out.push_back(band(row));
    return out;
}

} // namespace flopwise
