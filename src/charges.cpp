#include <flopwise/charges.hpp>

#include "bundled.hpp"
#include "charges_data.hpp"
#include "image.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

constexpr std::string_view kEverywhere = "all";
constexpr std::string_view kStorage = "storage_";

std::string_view to_string(Payment payment) {
    constexpr std::array<std::string_view, kPayments> kNames{
        "no_upfront", "partial_upfront", "all_upfront"};
    return kNames.at(static_cast<std::size_t>(payment));
}

std::string_view unit_of(std::string_view charge) {
    struct Unit {
        std::string_view charge;
        std::string_view unit;
    };
    static constexpr std::array<Unit, 9> kUnits{{{"egress", "GiB"},
                                                 {"inter_region", "GiB"},
                                                 {"inter_zone", "GiB"},
                                                 {"nat_data", "GiB"},
                                                 {"nat_gateway", "gateway-h"},
                                                 {"object_storage", "GiB-month"},
                                                 {"public_ipv4", "address-h"},
                                                 {"snapshots", "GiB-month"},
                                                 {"unused_capacity", "of on demand"}}};
    for (const Unit& u : kUnits)
        if (u.charge == charge)
            return u.unit;
    if (!charge.starts_with(kStorage) || charge.size() == kStorage.size())
        return "";
    return charge.ends_with("_iops")         ? "IOPS-month"
           : charge.ends_with("_throughput") ? "MiB/s-month"
                                             : "GiB-month";
}

Usd tiered(std::span<const Tier> tiers, double quantity) {
    double usd = 0;
    for (std::size_t i = 0; i < tiers.size() && tiers[i].from < quantity; ++i) {
        const double end = i + 1 < tiers.size() ? std::min(tiers[i + 1].from, quantity) : quantity;
        usd += tiers[i].usd * (end - tiers[i].from);
    }
    return Usd{usd};
}

// ---- looking up ---------------------------------------------------------------------

/// The number of a name; empty if no row has it.
static std::optional<std::uint64_t> number_of(const std::vector<std::string>& names,
                                              std::string_view name) {
    const auto found = std::lower_bound(names.begin(), names.end(), name);
    if (found == names.end() || *found != name)
        return std::nullopt;
    return static_cast<std::uint64_t>(found - names.begin());
}

std::optional<std::uint64_t> Charges::Data::key(std::span<const std::string_view> of) const {
    constexpr unsigned kBits = 16;
    std::uint64_t key = 0;
    for (const std::string_view name : of) {
        const auto number = number_of(names, name);
        if (!number)
            return std::nullopt;
        key = (key << kBits) | *number;
    }
    return key;
}

namespace {

struct Found {
    std::size_t begin = 0;
    std::size_t end = 0;
};

Found rows_with(const ChargeRows& rows, std::optional<std::uint64_t> key) {
    if (!key)
        return {};
    const auto [begin, end] = std::equal_range(rows.key.begin(), rows.key.end(), *key);
    return {static_cast<std::size_t>(begin - rows.key.begin()),
            static_cast<std::size_t>(end - rows.key.begin())};
}

} // namespace

Charges::Charges(std::shared_ptr<const Data> data) noexcept : data_{std::move(data)} {}

Charges Charges::bundled() {
    return ChargesImage::read(bundled::charges());
}

Charges Charges::none() {
    return ChargesImage::read({});
}

std::size_t Charges::size() const noexcept {
    return data_->tiers.size() + data_->usd_per_hour.size() + data_->ratio.size() +
           data_->from.size();
}

std::optional<Rate>
Charges::rate(std::string_view provider, std::string_view region, std::string_view charge) const& {
    for (const std::string_view place : {region, kEverywhere}) {
        const auto [begin, end] =
            rows_with(data_->charges, data_->key(std::array{provider, charge, place}));
        if (begin < end)
            return Rate{.tiers = std::span{data_->tiers}.subspan(begin, end - begin),
                        .unit = unit_of(charge),
                        .region = data_->names[data_->charges.key[begin] & 0xffffU],
                        .source = data_->sources[data_->charges.source[end - 1]]};
    }
    return std::nullopt;
}

std::vector<Rate> Charges::rates(std::string_view provider, std::string_view charge) const& {
    constexpr unsigned kBits = 16; // the region is the last of the key's three names
    std::vector<Rate> out;
    const auto prefix = data_->key(std::array{provider, charge});
    if (!prefix)
        return out;
    const auto& keys = data_->charges.key;
    auto at = std::lower_bound(keys.begin(), keys.end(), *prefix << kBits);
    while (at != keys.end() && *at >> kBits == *prefix) {
        out.push_back(*rate(provider, data_->names[*at & 0xffffU], charge));
        at = std::upper_bound(at, keys.end(), *at);
    }
    return out;
}

std::optional<ReservedRate> Charges::reserved(std::string_view provider,
                                              std::string_view region,
                                              std::string_view instance,
                                              Term term) const& {
    const std::string offering =
        fmt::format("{}_{}yr", term.convertible ? "convertible" : "standard", term.years);
    const auto row =
        rows_with(data_->reserved,
                  data_->key(std::array{provider, instance, region, std::string_view{offering}}));
    if (row.begin == row.end)
        return std::nullopt;
    const UsdPerHour hourly{data_->usd_per_hour[row.begin]};
    const Source& source = data_->sources[data_->reserved.source[row.begin]];
    if (term.payment == Payment::no_upfront)
        return ReservedRate{.hourly = hourly, .source = source};
    const auto ratio = rows_with(
        data_->ratios,
        data_->key(std::array{provider, std::string_view{offering}, to_string(term.payment)}));
    if (ratio.begin == ratio.end)
        return std::nullopt;
    return ReservedRate{
        .hourly = hourly * data_->ratio[ratio.begin], .estimated = true, .source = source};
}

std::optional<Interruption> Charges::interruption(std::string_view provider,
                                                  std::string_view region,
                                                  std::string_view instance) const& {
    const auto row =
        rows_with(data_->interruptions, data_->key(std::array{provider, instance, region}));
    if (row.begin == row.end)
        return std::nullopt;
    const double to = data_->to[row.begin];
    return Interruption{.from = data_->from[row.begin],
                        .to = std::isnan(to) ? std::nullopt : std::optional{to},
                        .source = data_->sources[data_->interruptions.source[row.begin]]};
}

std::vector<std::string_view> Charges::storage_types() const& {
    std::vector<std::string_view> out;
    for (const std::string_view name : data_->names)
        if (unit_of(name) == "GiB-month" && name.starts_with(kStorage))
            out.push_back(name.substr(kStorage.size()));
    return out;
}

} // namespace flopwise
