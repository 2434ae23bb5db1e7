#include "cost/machine_rates.hpp"

#include <cmath>

namespace flopwise {

constexpr std::array<std::string_view, 4> kOfferingNames{
    "standard_1yr", "standard_3yr", "convertible_1yr", "convertible_3yr"};

/// Of a term in the order above; empty for a term that nobody offers.
static std::optional<std::size_t> offering_of(Term term) {
    constexpr int kShort = 1;
    constexpr int kLong = 3;
    if (term.years != kShort && term.years != kLong)
        return std::nullopt;
    return (term.convertible ? 2U : 0U) + (term.years == kLong ? 1U : 0U);
}

MachineRates::MachineRates(const Charges& charges) : data_{*charges.data_} {
    static_assert(kOfferingNames.size() == kOfferings);
    for (std::size_t i = 0; i < kOfferings; ++i)
        offerings_[i] = data_.number(kOfferingNames[i]);
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

std::optional<ReservedRate> MachineRates::reserved(const Rows& of, Term term) const {
    const auto offering = offering_of(term);
    const auto number = offering ? offerings_[*offering] : std::nullopt;
    if (!number)
        return std::nullopt;
    std::size_t row = of.reserved.begin;
    while (row < of.reserved.end && (data_.reserved.key[row] & kNameMask) != *number)
        ++row;
    if (row == of.reserved.end)
        return std::nullopt;
    const double beside = data_.on_demand_usd_per_hour[row];
    ReservedRate out{.hourly = UsdPerHour{data_.usd_per_hour[row]},
                     .on_demand =
                         std::isnan(beside) ? std::nullopt : std::optional{UsdPerHour{beside}},
                     .source = data_.sources[data_.reserved.source[row]]};
    if (term.payment == Payment::no_upfront)
        return out;
    const auto payment = payments_[static_cast<std::size_t>(term.payment)];
    if (!payment)
        return std::nullopt;
    const RowRange ratio =
        rows_with(data_.ratios, name_key(std::array{*of.provider, *number, *payment}));
    if (ratio.begin == ratio.end)
        return std::nullopt;
    out.hourly = out.hourly * data_.ratio[ratio.begin];
    out.estimated = true;
    out.upfront = data_.upfront[ratio.begin];
    return out;
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
