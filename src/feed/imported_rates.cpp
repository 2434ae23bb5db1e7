#include "feed/imported_rates.hpp"

#include "text/durations.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace flopwise {

namespace {

constexpr std::string_view kByTheHour = "no_upfront";
constexpr std::string_view kAllUpfront = "all_upfront";

using MachinePlace =
    std::tuple<std::string, std::string, std::string>; // provider, instance, region

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

std::string offering_of(const ReservedPrice& rate) {
    return fmt::format("{}_{}yr", rate.offering_class, rate.years);
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Of what is paid upfront: its cost against that by the hour, and the share that is upfront.
struct Ratios {
    std::vector<double> ratio;
    std::vector<double> upfront;
};

class Reserved {
public:
    explicit Reserved(const Import& import) : import_{import} {
        for (const Price& price : import.tables.prices)
            if (price.purchase == Purchase::on_demand)
                on_demand_.emplace(MachinePlace{price.provider, price.instance, price.region},
                                   price.hourly);
        for (const ReservedPrice& rate : import.reserved)
            if (rate.payment == kByTheHour)
                hourly_.emplace(key_of(rate), effective(rate));
    }

    [[nodiscard]] std::string rows(std::string_view source) const {
        std::string out;
        for (const auto& [key, price] : hourly_) {
            const auto& [place, offering] = key;
            const auto beside = on_demand_.find(place);
            out +=
                fmt::format("  - {{{}, offering: {}, usd_per_hour: {}{}, source: {}}}\n",
                            names_of(place),
                            in_quotes(offering),
                            price.value(),
                            beside == on_demand_.end() ? ""
                                                       : fmt::format(", on_demand_usd_per_hour: {}",
                                                                     beside->second.value()),
                            source);
        }
        return out.empty() ? out : "reserved:\n" + out;
    }

    std::string ratios(std::string_view source, std::uint64_t& left_out) const {
        std::map<std::tuple<std::string, std::string, std::string>, Ratios> found;
        for (const ReservedPrice& rate : import_.reserved) {
            if (rate.payment == kByTheHour)
                continue;
            const auto base = hourly_.find(key_of(rate));
            if (base == hourly_.end()) {
                ++left_out;
                continue;
            }
            Ratios& to = found[{rate.provider, offering_of(rate), rate.payment}];
            to.ratio.push_back(effective(rate) / base->second);
            to.upfront.push_back(rate.upfront.value() /
                                 (effective(rate).value() * rate.years * kHoursPerYear));
        }
        std::string out;
        for (const auto& [key, ratios] : found) {
            const auto& [provider, offering, payment] = key;
            const double upfront = median(ratios.upfront);
            if (payment != kAllUpfront && !(upfront > 0 && upfront < 1))
                continue;
            out += fmt::format("  - {{provider: {}, offering: {}, payment: {}{}, ratio: {}, "
                               "source: {}}}\n",
                               in_quotes(provider),
                               in_quotes(offering),
                               in_quotes(payment),
                               payment == kAllUpfront ? "" : fmt::format(", upfront: {}", upfront),
                               median(ratios.ratio),
                               source);
        }
        return out.empty() ? out : "reserved_ratios:\n" + out;
    }

private:
    using Key = std::pair<MachinePlace, std::string>;
    static Key key_of(const ReservedPrice& rate) {
        return {{rate.provider, rate.instance, rate.region}, offering_of(rate)};
    }

    const Import& import_;
    std::map<MachinePlace, UsdPerHour> on_demand_;
    std::map<Key, UsdPerHour> hourly_; ///< paid by the hour
};

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

std::string
imported_rates(const Import& import, const std::string& source_name, std::uint64_t& left_out) {
    const Source& source = import.tables.sources.front();
    const std::string name = in_quotes(source_name);
    const Reserved reserved{import};
    const std::string rows =
        reserved.rows(name) + reserved.ratios(name, left_out) + interruptions(import, name);
    if (rows.empty())
        return {};
    return fmt::format("sources:\n  - {{name: {}, title: {}, as_of: {}}}\n{}",
                       name,
                       in_quotes(source.title),
                       in_quotes(to_string(source.as_of)),
                       rows);
}

} // namespace flopwise
