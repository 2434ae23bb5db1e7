#include "feed/imported_rates.hpp"

#include "cost/term_fees.hpp"
#include "text/text.hpp"

namespace flopwise {

namespace {

std::string in_quotes(std::string_view value) {
    std::string out = "\"";
    for (const char c : value)
        if (static_cast<unsigned char>(c) < ' ')
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out.append(c == '"' || c == '\\' ? "\\" : "").push_back(c);
    return out + '"';
}

std::string names_of(const MachinePlace& place) {
    const auto& [provider, instance, region] = place;
    return fmt::format("provider: {}, instance: {}, region: {}",
                       in_quotes(provider),
                       in_quotes(instance),
                       in_quotes(region));
}

TermFees fees_of(const ReservedPrice& rate) {
    return {.provider = rate.provider,
            .instance = rate.instance,
            .region = rate.region,
            .offering = fmt::format("{}_{}yr", rate.offering_class, rate.years),
            .payment = rate.payment,
            .years = rate.years,
            .hourly = rate.hourly,
            .upfront = rate.upfront};
}

std::string hourly_rows(const Import& import, std::string_view source) {
    const auto on_demand = on_demand_prices(import);
    std::map<std::pair<MachinePlace, std::string>, UsdPerHour> hourly;
    for (const ReservedPrice& rate : import.reserved)
        if (const TermFees fees = fees_of(rate); fees.by_the_hour())
            hourly.emplace(
                std::pair{MachinePlace{fees.provider, fees.instance, fees.region}, fees.offering},
                fees.effective());
    std::string out;
    for (const auto& [key, price] : hourly) {
        const auto& [place, offering] = key;
        const auto beside = on_demand.find(place);
        out += fmt::format("  - {{{}, offering: {}, usd_per_hour: {}{}, source: {}}}\n",
                           names_of(place),
                           in_quotes(offering),
                           price.value(),
                           beside == on_demand.end() ? ""
                                                     : fmt::format(", on_demand_usd_per_hour: {}",
                                                                   beside->second.value()),
                           source);
    }
    return out.empty() ? out : "reserved:\n" + out;
}

std::string upfront_rows(const Import& import, std::string_view source, std::uint64_t& left_out) {
    std::vector<TermFees> fees;
    for (const ReservedPrice& rate : import.reserved)
        fees.push_back(fees_of(rate));
    std::string out;
    for (const UpfrontRatio& r : upfront_ratios(fees, left_out))
        out += fmt::format("  - {{provider: {}, offering: {}, payment: {}{}, ratio: {}, "
                           "source: {}}}\n",
                           in_quotes(r.provider),
                           in_quotes(r.offering),
                           in_quotes(r.payment),
                           r.upfront == 1 ? "" : fmt::format(", upfront: {}", r.upfront),
                           r.ratio,
                           source);
    return out.empty() ? out : "reserved_ratios:\n" + out;
}

std::string interruptions(const Import& import, std::string_view source) {
    std::map<MachinePlace, const InterruptionBand*> bands;
    for (const InterruptionBand& band : import.interruptions)
        bands.emplace(MachinePlace{band.provider, band.instance, band.region}, &band);
    std::string out;
    for (const auto& [place, band] : bands)
        out += fmt::format("  - {{{}, from: {}{}, source: {}}}\n",
                           names_of(place),
                           band->at_least,
                           band->below < 1 ? fmt::format(", to: {}", band->below) : "",
                           source);
    return out.empty() ? out : "interruptions:\n" + out;
}

} // namespace

std::map<MachinePlace, UsdPerHour> on_demand_prices(const Import& import) {
    std::map<MachinePlace, UsdPerHour> out;
    for (const Price& price : import.tables.prices)
        if (price.purchase == Purchase::on_demand)
            out.emplace(MachinePlace{price.provider, price.instance, price.region}, price.hourly);
    return out;
}

std::string
imported_rates(const Import& import, const std::string& source_name, std::uint64_t& left_out) {
    const Source& source = import.tables.sources.front();
    const std::string name = in_quotes(source_name);
    const std::string rows = hourly_rows(import, name) + upfront_rows(import, name, left_out) +
                             interruptions(import, name);
    if (rows.empty())
        return {};
    return fmt::format("sources:\n  - {{name: {}, title: {}, as_of: {}}}\n{}",
                       name,
                       in_quotes(source.title),
                       in_quotes(to_string(source.as_of)),
                       rows);
}

} // namespace flopwise
