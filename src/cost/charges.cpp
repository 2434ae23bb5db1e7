#include <flopwise/charges.hpp>

#include "cost/bundled.hpp"
#include "cost/charge_rows.hpp"
#include "cost/charges_binary.hpp"
#include "cost/machine_rates.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace flopwise {

constexpr std::string_view kEverywhere = "all";

std::string_view to_string(Payment payment) {
    constexpr std::array<std::string_view, kPayments> kNames{
        "no_upfront", "partial_upfront", "all_upfront"};
    return text::name_of(kNames, payment);
}

std::string_view to_string(Commitment commitment) {
    constexpr std::array<std::string_view, kCommitments> kNames{
        "standard", "convertible", "compute_savings", "instance_savings", "committed_use"};
    return text::name_of(kNames, commitment);
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

bool holds(const ReservedRate& rate, std::optional<UsdPerHour> today) {
    constexpr double kTolerance = 1e-4; // prices are published to four decimals and more
    return !rate.on_demand || (today && std::abs(*rate.on_demand / *today - 1) <= kTolerance);
}

double billed_size(const Rate& rate, double quantity) {
    if (!(rate.smallest_size > 0) || !(quantity > 0))
        return quantity;
    double size = rate.smallest_size;
    while (size < quantity)
        size *= 2;
    return size;
}

// ---- looking up ---------------------------------------------------------------------

std::optional<std::uint64_t> Charges::Data::number(std::string_view name) const {
    const auto found = std::lower_bound(names.begin(), names.end(), name);
    if (found == names.end() || *found != name)
        return std::nullopt;
    return static_cast<std::uint64_t>(found - names.begin());
}

std::optional<std::uint64_t> Charges::Data::key(std::span<const std::string_view> of) const {
    std::uint64_t key = 0;
    for (const std::string_view name : of) {
        const auto found = number(name);
        if (!found)
            return std::nullopt;
        key = (key << kNameBits) | *found;
    }
    return key;
}

RowRange rows_with(const ChargeRows& rows, std::uint64_t key) {
    const auto begin = std::lower_bound(rows.key.begin(), rows.key.end(), key);
    const auto end = std::find_if(begin, rows.key.end(), [key](auto one) { return one != key; });
    return {static_cast<std::size_t>(begin - rows.key.begin()),
            static_cast<std::size_t>(end - rows.key.begin())};
}

RowRange rows_below(const ChargeRows& rows, std::uint64_t prefix) {
    const std::uint64_t first = prefix << kNameBits;
    const auto begin = std::lower_bound(rows.key.begin(), rows.key.end(), first);
    const auto end = std::upper_bound(begin, rows.key.end(), first | kNameMask);
    return {static_cast<std::size_t>(begin - rows.key.begin()),
            static_cast<std::size_t>(end - rows.key.begin())};
}

Charges::Charges(std::shared_ptr<const Data> data) noexcept : data_{std::move(data)} {}

Charges Charges::bundled() {
    return ChargesBinary::read(bundled::charges());
}

Charges Charges::none() {
    return ChargesBinary::read({});
}

std::size_t Charges::size() const noexcept {
    const auto& rates = data_->reserved.count;
    return std::accumulate(rates.begin(), rates.end(), std::size_t{0}) + data_->tiers.size() +
           data_->ratio.size() + data_->interruptions.band.size();
}

std::optional<Rate>
Charges::rate(std::string_view provider, std::string_view region, std::string_view charge) const& {
    for (const std::string_view place : {region, kEverywhere}) {
        const auto key = data_->key(std::array{provider, charge, place});
        const auto [begin, end] = key ? rows_with(data_->charges, *key) : RowRange{};
        if (begin < end)
            return Rate{.tiers = std::span<const Tier>{data_->tiers}.subspan(begin, end - begin),
                        .unit = unit_of(charge),
                        .region = data_->names[data_->charges.key[begin] & kNameMask],
                        .source = data_->sources[data_->charges.source[end - 1]],
                        .smallest_size = data_->smallest_size[begin]};
    }
    return std::nullopt;
}

DateRange Charges::dates(std::string_view provider,
                         std::string_view region,
                         std::string_view charge,
                         double quantity) const {
    DateRange out;
    const auto found = rate(provider, region, charge);
    if (!found)
        return out;
    const auto first = static_cast<std::size_t>(found->tiers.data() - data_->tiers.data());
    for (std::size_t i = 0; i < found->tiers.size(); ++i)
        if (i == 0 || found->tiers[i].from < quantity)
            out.add(data_->sources[data_->charges.source[first + i]].as_of);
    return out;
}

std::vector<Rate> Charges::rates(std::string_view provider, std::string_view charge) const& {
    std::vector<Rate> out;
    const auto prefix = data_->key(std::array{provider, charge});
    if (!prefix)
        return out;
    const auto& keys = data_->charges.key;
    auto at = std::lower_bound(keys.begin(), keys.end(), *prefix << kNameBits);
    while (at != keys.end() && *at >> kNameBits == *prefix) {
        out.push_back(*rate(provider, data_->names[*at & kNameMask], charge));
        at = std::upper_bound(at, keys.end(), *at);
    }
    return out;
}

std::vector<Rate> Charges::rates(std::string_view charge) const& {
    std::vector<Rate> out;
    const auto sought = data_->number(charge);
    const auto& keys = data_->charges.key;
    for (auto at = keys.begin(); sought && at != keys.end();
         at = std::upper_bound(at, keys.end(), *at))
        if ((*at >> kNameBits & kNameMask) == *sought)
            out.push_back(
                *rate(data_->names[*at >> 2 * kNameBits], data_->names[*at & kNameMask], charge));
    return out;
}

std::optional<ReservedRate> Charges::reserved(std::string_view provider,
                                              std::string_view region,
                                              std::string_view instance,
                                              Term term) const& {
    const MachineRates rates{*this};
    return rates.reserved(rates.rows(provider, region, instance), term);
}

bool Charges::Data::offers(std::string_view provider, std::string_view offering) const {
    const auto number = key(std::array{provider, offering});
    return number && std::binary_search(offered.begin(), offered.end(), *number);
}

bool Charges::offers(std::string_view provider, Term term) const {
    const auto offering = offering_of(term);
    return offering && data_->offers(provider, kOfferings[*offering]);
}

std::optional<BlockRate> Charges::block(std::string_view provider,
                                        std::string_view region,
                                        std::string_view instance) const& {
    const MachineRates rates{*this};
    return rates.block(rates.rows(provider, region, instance));
}

bool Charges::offers_blocks(std::string_view provider) const {
    return data_->offers(provider, kBlock);
}

std::optional<Interruption> Charges::interruption(std::string_view provider,
                                                  std::string_view region,
                                                  std::string_view instance) const& {
    const MachineRates rates{*this};
    return rates.interruption(rates.rows(provider, region, instance));
}

std::vector<std::string_view> Charges::storage_types() const& {
    std::vector<std::string_view> out;
    for (const std::string_view name : data_->names)
        if (unit_of(name) == "GiB-month" && name.starts_with(kStorage))
            out.push_back(name.substr(kStorage.size()));
    return out;
}

std::optional<std::string_view> Charges::default_storage(std::string_view provider) const& {
    const auto number = data_->number(provider);
    for (const std::uint64_t key : data_->default_storage)
        if (number && key >> kNameBits == *number)
            return std::string_view{data_->names[key & kNameMask]}.substr(kStorage.size());
    return std::nullopt;
}

std::vector<std::string_view> Charges::default_storages() const& {
    std::vector<std::string_view> out;
    for (const std::uint64_t key : data_->default_storage)
        out.push_back(std::string_view{data_->names[key & kNameMask]}.substr(kStorage.size()));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

} // namespace flopwise
