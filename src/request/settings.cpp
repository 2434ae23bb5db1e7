#include <flopwise/settings.hpp>

#include "request/day_settings.hpp"
#include "request/job_settings.hpp"
#include "request/plan_settings.hpp"
#include "request/setting_text.hpp"
#include "text/files.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

// Figures outside of these are slips, not plans.
constexpr double kMostDays = 36'525; // a century
constexpr double kMostHoursPerDay = 24;
constexpr double kMostMilliseconds = 1e6;
constexpr double kMostIops = 1e9;
constexpr double kMostMinutes = 1e6;

namespace {

Weights weights(const SettingText& in) {
    constexpr std::array<double Weights::*, kCriteria> kFields{&Weights::cost,
                                                               &Weights::speed,
                                                               &Weights::gpu_memory,
                                                               &Weights::memory,
                                                               &Weights::vcpus,
                                                               &Weights::network};
    Weights out;
    std::vector<Criterion> seen;
    for (const std::string& part : in.list()) {
        const auto equals = part.find('=');
        if (equals == std::string::npos)
            in.request.refuse(in.key,
                              fmt::format("must be NAME=NUMBER, got {}", text::quoted(part)));
        const auto criterion = in.named<Criterion>(text::split(part, '=').front(), kCriteria);
        const auto value = text::number(text::split(part.substr(equals + 1), '=').front());
        if (!value || part.find('=', equals + 1) != std::string::npos)
            in.request.refuse(in.key,
                              fmt::format("must be NAME=NUMBER, got {}", text::quoted(part)));
        if (std::find(seen.begin(), seen.end(), criterion) != seen.end())
            in.request.refuse(in.key,
                              fmt::format("must not be given twice, got {}", text::quoted(part)));
        seen.push_back(criterion);
        out.*kFields[static_cast<std::size_t>(criterion)] = *value;
    }
    try {
        (void)normalised(out);
    } catch (const ArgumentError& e) {
        in.request.refuse(in.key, e.reason());
    }
    return out;
}

/// A name; which types there are, the charges say.
std::string storage_type(const SettingText& in) {
    std::string written = in.one();
    const bool is_name = std::all_of(written.begin(), written.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
    if (!is_name)
        in.request.refuse(in.key,
                          fmt::format("must be a name of letters, digits, - and _, got {}",
                                      text::quoted(written)));
    return written;
}

/// The purchase option of that name, or all of them for "best".
std::vector<PurchaseKind> ways_of(const SettingText& in, const std::string& name) {
    std::vector<std::string_view> names{"best"};
    std::vector<PurchaseKind> all;
    for (std::size_t k = 0; k < kPurchaseKinds; ++k) {
        all.push_back(static_cast<PurchaseKind>(k));
        names.push_back(to_string(all.back()));
        if (names.back() == name)
            return {all.back()};
    }
    if (name == names.front())
        return all;
    in.request.refuse(in.key,
                      fmt::format("must be on_demand, spot, best or a reservation such as "
                                  "reserved_1yr_no_upfront, got {}{}",
                                  text::quoted(name),
                                  text::did_you_mean(name, names)));
}

/// On demand and spot alone choose among the offers. With any other way, each machine is paid
/// for in the cheapest of those that are named.
void purchases(const SettingText& in) {
    std::vector<PurchaseKind> ways;
    for (const std::string& name : in.list())
        for (const PurchaseKind kind : ways_of(in, name))
            if (std::find(ways.begin(), ways.end(), kind) == ways.end())
                ways.push_back(kind);
    Constraints& c = in.request.constraints;
    c.purchase.clear();
    in.request.ways.clear();
    const bool offered = std::all_of(ways.begin(), ways.end(), [](PurchaseKind kind) {
        return static_cast<std::size_t>(kind) < kPurchases;
    });
    if (!offered) {
        std::sort(ways.begin(), ways.end());
        in.request.ways = ways;
        c.purchase = Constraints{}.purchase;
        return;
    }
    for (const PurchaseKind kind : ways)
        c.purchase.push_back(static_cast<Purchase>(kind));
}

/// "any" is the word for the pattern that every name matches.
std::vector<std::string> providers(const SettingText& in) {
    std::vector<std::string> out = in.list();
    std::replace(out.begin(), out.end(), std::string{"any"}, std::string{"*"});
    return out;
}

Place place(const SettingText& in) {
    std::string joined; // a YAML list [LAT, LON] is one place too
    for (const std::string& text : in.texts)
        joined += (joined.empty() ? "" : ",") + text;
    try {
        return place_of(joined);
    } catch (const ArgumentError& e) {
        in.request.refuse(in.key, e.reason());
    }
}

void set_regions(const SettingText& in) {
    Constraints& c = in.request.constraints;
    std::vector<std::string> regions = in.list();
    c.any_region = std::find(regions.begin(), regions.end(), "any") != regions.end();
    if (c.any_region && regions.size() > 1)
        in.request.refuse(in.key, "must not name regions beside any");
    c.region = c.any_region ? std::vector<std::string>{} : std::move(regions);
}

// ---- values to show -----------------------------------------------------------------

/// The minutes that were written: the product is not always the number that was divided.
constexpr Hours kNotGiven{-1};

Value minutes_value(Hours value, Hours otherwise) {
    constexpr double kDigits = 1e9; // kLeast is one
    const double minutes = value.value() * kMinutesPerHour;
    const double plain = std::round(minutes * kDigits) / kDigits;
    if (value == otherwise)
        return {};
    return Value{plain / kMinutesPerHour == value.value() ? plain : minutes};
}
/// "best", or the purchase options of which each machine takes the cheapest.
Value ways_value(const std::vector<PurchaseKind>& ways) {
    std::vector<std::string> names{"best"};
    if (ways.size() < kPurchaseKinds) {
        names.clear();
        for (const PurchaseKind kind : ways)
            names.emplace_back(to_string(kind));
    }
    return names;
}
Value purchases_value(const Request& r) {
    if (!r.ways.empty())
        return ways_value(r.ways);
    if (r.constraints.purchase == Constraints{}.purchase)
        return {};
    std::vector<std::string> names;
    for (const Purchase p : r.constraints.purchase)
        names.emplace_back(to_string(p));
    return names;
}
Value weights_value(const Request& r) {
    if (!r.weights)
        return {};
    const Weights& w = *r.weights;
    return std::vector<std::pair<std::string, double>>{{"cost", w.cost},
                                                       {"speed", w.speed},
                                                       {"gpu_memory", w.gpu_memory},
                                                       {"memory", w.memory},
                                                       {"vcpus", w.vcpus},
                                                       {"network", w.network}};
}

using Texts = std::span<const std::string>;
using Key = std::string_view;

constexpr double kMostDiscount = 10; // a year; more is a slip, perhaps a percentage

constexpr std::string_view kMust = "What the machine must have";
constexpr std::string_view kWhere = "Where and how";
constexpr std::string_view kCharges = "Charges and interruptions";
constexpr std::string_view kCatalog = "Catalog";
constexpr std::string_view kOutput = "Output";

// clang-format off
const auto kRequestSettings = std::to_array<Setting>({
    {"budget_usd", "budget", kMoney, "USD", "all there is to spend",
     [](Request& r, Key k, Texts t) { r.budget.total = SettingText{r, k, t}.quantity<Usd>(kMostUsd); },
     [](const Request& r) { return value_of(r.budget.total); }},
    {"days", "days", kMoney, "DAYS", "days the budget has to last",
     [](Request& r, Key k, Texts t) { r.budget.days = SettingText{r, k, t}.quantity<Days>(kMostDays); },
     [](const Request& r) { return value_of(r.budget.days); }},
    {"hours_per_day", "hours-per-day", kMoney, "HOURS", "hours rented on each day (24)",
     [](Request& r, Key k, Texts t) { r.budget.hours_per_day = SettingText{r, k, t}.quantity<HoursPerDay>(kMostHoursPerDay); },
     [](const Request& r) { return r.budget.hours_per_day == Budget{}.hours_per_day ? Value{} : Value{r.budget.hours_per_day.value()}; }},
    {"fixed_usd", "fixed", kMoney, "USD", "charges that no choice of machine changes (0)",
     [](Request& r, Key k, Texts t) { r.budget.fixed = SettingText{r, k, t}.quantity<Usd>(kMostUsd, true); },
     [](const Request& r) { return r.budget.fixed == Usd{} ? Value{} : Value{r.budget.fixed.value()}; }},
    {"max_price_usd_per_hour", "max-price", kMoney, "USD/H", "highest price per hour, beside the budget's",
     [](Request& r, Key k, Texts t) { r.constraints.max_price = SettingText{r, k, t}.quantity<UsdPerHour>(kMostUsdPerHour); },
     [](const Request& r) { return value_of(r.constraints.max_price); }},

    {"gpu", "gpu", kMust, "NAME,...", R"(GPU by name or pattern: T4, "A100 80GB", "nvidia-a100*")",
     [](Request& r, Key k, Texts t) { r.constraints.gpu = SettingText{r, k, t}.list(); },
     [](const Request& r) { return value_of(r.constraints.gpu); }},
    {"vendor", "vendor", kMust, "NAME,...", "who makes the GPU: nvidia, amd, aws, intel, ...",
     [](Request& r, Key k, Texts t) { r.constraints.vendor = SettingText{r, k, t}.list(); },
     [](const Request& r) { return value_of(r.constraints.vendor); }},
    {"stack", "stack", kMust, "NAME,...", "what programs for the GPU are built on: cuda, rocm, neuron, ...",
     [](Request& r, Key k, Texts t) { r.constraints.stack = SettingText{r, k, t}.list(); },
     [](const Request& r) { return value_of(r.constraints.stack); }},
    {"min_gpus", "min-gpus", kMust, "N", "GPUs at least; 0 admits machines without",
     [](Request& r, Key k, Texts t) { r.constraints.min_gpus = SettingText{r, k, t}.number(kMostGpus, "", true); },
     [](const Request& r) { return value_of(r.constraints.min_gpus); }},
    {"max_gpus", "max-gpus", kMust, "N", "GPUs at most; 0 admits only machines without",
     [](Request& r, Key k, Texts t) { r.constraints.max_gpus = SettingText{r, k, t}.number(kMostGpus, "", true); },
     [](const Request& r) { return value_of(r.constraints.max_gpus); }},
    {"min_gpu_memory_gib", "min-gpu-memory", kMust, "GIB", "memory of each GPU at least",
     [](Request& r, Key k, Texts t) { r.constraints.min_gpu_memory = SettingText{r, k, t}.quantity<GiB>(kMostGib, true); },
     [](const Request& r) { return value_of(r.constraints.min_gpu_memory); }},
    {"max_gpu_memory_gib", "max-gpu-memory", kMust, "GIB", "memory of each GPU at most",
     [](Request& r, Key k, Texts t) { r.constraints.max_gpu_memory = SettingText{r, k, t}.quantity<GiB>(kMostGib, true); },
     [](const Request& r) { return value_of(r.constraints.max_gpu_memory); }},
    {"min_memory_gib", "min-memory", kMust, "GIB", "memory of the machine at least",
     [](Request& r, Key k, Texts t) { r.constraints.min_memory = SettingText{r, k, t}.quantity<GiB>(kMostGib); },
     [](const Request& r) { return value_of(r.constraints.min_memory); }},
    {"max_memory_gib", "max-memory", kMust, "GIB", "memory of the machine at most",
     [](Request& r, Key k, Texts t) { r.constraints.max_memory = SettingText{r, k, t}.quantity<GiB>(kMostGib); },
     [](const Request& r) { return value_of(r.constraints.max_memory); }},
    {"min_vcpus", "min-vcpus", kMust, "N", "vCPUs at least",
     [](Request& r, Key k, Texts t) { r.constraints.min_vcpus = SettingText{r, k, t}.number(kMostVcpus, "vCPUs"); },
     [](const Request& r) { return value_of(r.constraints.min_vcpus); }},
    {"max_vcpus", "max-vcpus", kMust, "N", "vCPUs at most",
     [](Request& r, Key k, Texts t) { r.constraints.max_vcpus = SettingText{r, k, t}.number(kMostVcpus, "vCPUs"); },
     [](const Request& r) { return value_of(r.constraints.max_vcpus); }},
    {"min_network_gbps", "min-network", kMust, "GBPS", "sustained network rate at least",
     [](Request& r, Key k, Texts t) { r.constraints.min_network = SettingText{r, k, t}.quantity<Gbps>(kMostGbps); },
     [](const Request& r) { return value_of(r.constraints.min_network); }},
    {"arch", "arch", kMust, "NAME,...", "processor: x86_64, arm64",
     [](Request& r, Key k, Texts t) { r.constraints.arch = SettingText{r, k, t}.list(); },
     [](const Request& r) { return value_of(r.constraints.arch); }},
    {"family", "family", kMust, "NAME,...", "families by name or pattern: g4dn, \"g*\"",
     [](Request& r, Key k, Texts t) { r.constraints.family = SettingText{r, k, t}.list(); },
     [](const Request& r) { return value_of(r.constraints.family); }},
    {"instance", "instance", kMust, "NAME,...", "machines by name or pattern: p3.2xlarge, \"*.metal\"",
     [](Request& r, Key k, Texts t) { r.constraints.instance = SettingText{r, k, t}.list(); },
     [](const Request& r) { return value_of(r.constraints.instance); }},
    {"exclude", "exclude", kMust, "NAME,...", "machines or families to leave out",
     [](Request& r, Key k, Texts t) { r.constraints.exclude = SettingText{r, k, t}.list(); },
     [](const Request& r) { return value_of(r.constraints.exclude); }},

    {"provider", "provider", kWhere, "NAME,...", "who rents it out: aws, azure, gcp, ..., any",
     [](Request& r, Key k, Texts t) { r.constraints.provider = providers({r, k, t}); },
     [](const Request& r) { return value_of(r.constraints.provider); }},
    {"region", "region", kWhere, "CODE,...", "regions by code or pattern: us-east-1, \"eu-*\"; any",
     [](Request& r, Key k, Texts t) { set_regions({r, k, t}); },
     [](const Request& r) { return value_of(r.constraints.any_region ? std::vector<std::string>{"any"} : r.constraints.region); }},
    {"near", "near", kWhere, "PLACE", "where you are: LAT,LON, a country or a city: vn, Hanoi",
     [](Request& r, Key k, Texts t) { r.constraints.near = place({r, k, t}); },
     [](const Request& r) {
         const auto& p = r.constraints.near;
         return p ? Value{fmt::format("{},{}", p->latitude, p->longitude)} : Value{}; }},
    {"max_rtt_ms", "max-rtt", kWhere, "MS", "longest estimated round trip; needs --near",
     [](Request& r, Key k, Texts t) { r.constraints.max_rtt = SettingText{r, k, t}.quantity<Milliseconds>(kMostMilliseconds); },
     [](const Request& r) { return value_of(r.constraints.max_rtt); }},
    {"purchase", "purchase", kWhere, "NAME,...", "on_demand, spot, best, or reserved_1yr_no_upfront and the like (on_demand)",
     [](Request& r, Key k, Texts t) { purchases({r, k, t}); },
     purchases_value},
    {"discount_rate", "discount-rate", kWhere, "SHARE", "a year, on what is paid later, where ways to pay are compared: 0.08 (0)",
     [](Request& r, Key k, Texts t) { r.discount_rate = SettingText{r, k, t, kShare}.number(kMostDiscount, "", true); },
     [](const Request& r) { return value_unless(r.discount_rate, 0); }},
    {"include_retired", "include-retired", kWhere, "", "admit machines that can no longer be launched",
     [](Request& r, Key k, Texts t) { r.constraints.include_retired = SettingText{r, k, t}.yes(); },
     [](const Request& r) { return r.constraints.include_retired ? Value{true} : Value{}; }},

    {"storage_gib", "storage", kCharges, "GIB", "block storage, billed while the machine is stopped too",
     [](Request& r, Key k, Texts t) { r.usage.storage = SettingText{r, k, t}.quantity<GiB>(kMostGib, true); },
     [](const Request& r) { return value_unless(r.usage.storage.value(), 0); }},
    {"storage_type", "storage-type", kCharges, "NAME", "a type of disk that the charges have: gp3, io2, pd-ssd (the provider's usual one)",
     [](Request& r, Key k, Texts t) { r.usage.storage_type = storage_type({r, k, t}); },
     [](const Request& r) { return r.usage.storage_type == Usage{}.storage_type ? Value{} : Value{r.usage.storage_type}; }},
    {"storage_iops", "storage-iops", kCharges, "N", "provisioned in all",
     [](Request& r, Key k, Texts t) { r.usage.storage_iops = SettingText{r, k, t}.number(kMostIops, "", true); },
     [](const Request& r) { return value_unless(r.usage.storage_iops, 0); }},
    {"storage_throughput_mib_per_s", "storage-throughput", kCharges, "MIB/S", "provisioned in all",
     [](Request& r, Key k, Texts t) { r.usage.storage_throughput_mib_per_s = SettingText{r, k, t, kMibPerSecond}.number(kMostIops, "", true); },
     [](const Request& r) { return value_unless(r.usage.storage_throughput_mib_per_s, 0); }},
    {"snapshots_gib", "snapshots", kCharges, "GIB", "snapshots kept",
     [](Request& r, Key k, Texts t) { r.usage.snapshots = SettingText{r, k, t}.quantity<GiB>(kMostGib, true); },
     [](const Request& r) { return value_unless(r.usage.snapshots.value(), 0); }},
    {"egress_gib_per_month", "egress", kCharges, "GIB", "data to the internet each month",
     [](Request& r, Key k, Texts t) { r.usage.egress_per_month = SettingText{r, k, t}.quantity<GiB>(kMostGib, true); },
     [](const Request& r) { return value_unless(r.usage.egress_per_month.value(), 0); }},
    {"inter_region_gib_per_month", "inter-region", kCharges, "GIB", "data to other regions each month",
     [](Request& r, Key k, Texts t) { r.usage.inter_region_per_month = SettingText{r, k, t}.quantity<GiB>(kMostGib, true); },
     [](const Request& r) { return value_unless(r.usage.inter_region_per_month.value(), 0); }},
    {"inter_zone_gib_per_month", "inter-zone", kCharges, "GIB", "data between zones each month, in either direction",
     [](Request& r, Key k, Texts t) { r.usage.inter_zone_per_month = SettingText{r, k, t}.quantity<GiB>(kMostGib, true); },
     [](const Request& r) { return value_unless(r.usage.inter_zone_per_month.value(), 0); }},
    {"public_ipv4", "public-ipv4", kCharges, "COUNT", "public addresses, attached or kept",
     [](Request& r, Key k, Texts t) { r.usage.public_ipv4 = SettingText{r, k, t}.number(kMostIops, "", true); },
     [](const Request& r) { return value_unless(r.usage.public_ipv4, 0); }},
    {"object_storage_gib", "object-storage", kCharges, "GIB", "objects kept, standard class",
     [](Request& r, Key k, Texts t) { r.usage.object_storage = SettingText{r, k, t}.quantity<GiB>(kMostGib, true); },
     [](const Request& r) { return value_unless(r.usage.object_storage.value(), 0); }},
    {"nat_gateways", "nat-gateways", kCharges, "COUNT", "NAT gateways",
     [](Request& r, Key k, Texts t) { r.usage.nat_gateways = SettingText{r, k, t}.number(kMostIops, "", true); },
     [](const Request& r) { return value_unless(r.usage.nat_gateways, 0); }},
    {"nat_gib_per_month", "nat-data", kCharges, "GIB", "data through NAT gateways each month",
     [](Request& r, Key k, Texts t) { r.usage.nat_per_month = SettingText{r, k, t}.quantity<GiB>(kMostGib, true); },
     [](const Request& r) { return value_unless(r.usage.nat_per_month.value(), 0); }},
    {"reserved_capacity_hours_per_day", "reserved-capacity", kCharges, "HOURS", "hours a day that capacity is held while none runs",
     [](Request& r, Key k, Texts t) { r.usage.reserved_capacity = SettingText{r, k, t}.quantity<HoursPerDay>(kMostHoursPerDay, true); },
     [](const Request& r) { return value_unless(r.usage.reserved_capacity.value(), 0); }},
    {"starts_per_day", "starts-per-day", kCharges, "N", "starts, each billed a minute at least (1)",
     [](Request& r, Key k, Texts t) { r.usage.starts_per_day = SettingText{r, k, t}.number(kMostIops, ""); },
     [](const Request& r) { return value_of(r.usage.starts_per_day); }},
    {"startup_minutes", "startup-minutes", kCharges, "MIN", "from a start until work begins (job: 10)",
     [](Request& r, Key k, Texts t) { r.usage.startup = Hours{SettingText{r, k, t}.number(kMostMinutes, "min", true) / kMinutesPerHour}; },
     [](const Request& r) { return r.usage.startup ? minutes_value(*r.usage.startup, kNotGiven) : Value{}; }},
    {"checkpoint_minutes", "checkpoint-minutes", kCharges, "MIN", "to save work before an interruption (5)",
     [](Request& r, Key k, Texts t) { r.recovery.checkpoint = Hours{SettingText{r, k, t}.number(kMostMinutes, "min", true) / kMinutesPerHour}; },
     [](const Request& r) { return minutes_value(r.recovery.checkpoint, Recovery{}.checkpoint); }},
    {"restart_minutes", "restart-minutes", kCharges, "MIN", "to go on after an interruption (10)",
     [](Request& r, Key k, Texts t) { r.recovery.restart = Hours{SettingText{r, k, t}.number(kMostMinutes, "min", true) / kMinutesPerHour}; },
     [](const Request& r) { return minutes_value(r.recovery.restart, Recovery{}.restart); }},

    {"profile", "profile", kWhatFor, "NAME", "training, inference, graphics or hpc (training)",
     [](Request& r, Key k, Texts t) { r.profile = SettingText{r, k, t}.enumerator<Profile>(kProfiles); },
     [](const Request& r) { return value_if(r.profile != Profile::training, r.profile); }},
    {"precision", "precision", kWhatFor, "NAME", "mixed, fp64, fp32, tf32, fp16, bf16, fp8 or int8",
     [](Request& r, Key k, Texts t) { r.precision = SettingText{r, k, t}.enumerator<Precision>(kPrecisions); },
     [](const Request& r) { return value_if(r.precision.has_value(), r.precision.value_or(Precision::mixed)); }},
    {"weights", "weights", kWhatFor, "NAME=N,...", "your own weights: cost=0.5,speed=0.3,memory=0.2",
     [](Request& r, Key k, Texts t) { r.weights = weights({r, k, t}); },
     weights_value},

    {"catalog", "catalog", kCatalog, "NAME", "a bundled catalog or a YAML file",
     [](Request& r, Key k, Texts t) { r.catalog = SettingText{r, k, t}.one(); },
     [](const Request& r) { return r.catalog.empty() ? Value{} : Value{r.catalog}; }},
    {"charges", "charges", kCatalog, "FILE,...", "files of charges instead of the bundled ones",
     [](Request& r, Key k, Texts t) { r.charges = SettingText{r, k, t}.list(); },
     [](const Request& r) { return value_of(r.charges); }},
    {"as_of", "as-of", kCatalog, "DATE", "the prices, regions and machines of that day",
     [](Request& r, Key k, Texts t) { r.as_of = SettingText{r, k, t}.day(); },
     [](const Request& r) { return r.as_of.year == 0 ? Value{} : Value{to_string(r.as_of)}; }},
    {"against", "against", kCatalog, "DATE", "say what is different in the answer of that day",
     [](Request& r, Key k, Texts t) { r.against = SettingText{r, k, t}.day(); },
     [](const Request& r) { return r.against.year == 0 ? Value{} : Value{to_string(r.against)}; }},
    {"today", "today", kCatalog, "DATE", "the day to count from (the system's); 2026-11-30T18:30: UTC",
     [](Request& r, Key k, Texts t) { set_today({r, k, t}); },
     shown_today},

    {"top", "top", kOutput, "N", "most choices to show (10)",
     [](Request& r, Key k, Texts t) { r.top = SettingText{r, k, t}.whole_number(1); },
     [](const Request& r) { return r.top == Request{}.top ? Value{} : Value{static_cast<double>(r.top)}; }},
    {"nearest", "nearest", kOutput, "N", "most refusals to spell out (3)",
     [](Request& r, Key k, Texts t) { r.nearest = SettingText{r, k, t}.whole_number(0); },
     [](const Request& r) { return r.nearest == Request{}.nearest ? Value{} : Value{static_cast<double>(r.nearest)}; }},
    {"by", "by", kOutput, "NAME", "one row for each instance, machine, gpu, family, provider or region (instance)",
     [](Request& r, Key k, Texts t) { r.by = SettingText{r, k, t}.enumerator<By>(kBys); },
     [](const Request& r) { return value_if(r.by != By::instance, r.by); }},
    {"sort", "sort", kOutput, "NAME", "price, cost, speed or score (cost; score with a budget, a highest price, a job or weights)",
     [](Request& r, Key k, Texts t) { r.sort = SettingText{r, k, t}.enumerator<Sort>(kSorts); },
     [](const Request& r) { return value_if(r.sort.has_value(), r.sort.value_or(Sort::score)); }},
    {"firmness", "firmness", kOutput, "", "say for how much the first choice stays first, and what would change it",
     [](Request& r, Key k, Texts t) { r.firmness = SettingText{r, k, t}.yes(); },
     [](const Request& r) { return r.firmness ? Value{true} : Value{}; }},
});
// clang-format on

} // namespace

std::span<const Setting> settings() {
    static const std::vector<Setting> all = [] {
        std::vector<Setting> out(kRequestSettings.begin(), kRequestSettings.end());
        for (const auto more : {job_settings(), plan_settings()})
            out.insert(out.end(), more.begin(), more.end());
        return out;
    }();
    return all;
}

const Setting* find_setting(std::string_view key) {
    for (const Setting& setting : settings())
        if (setting.key == key)
            return &setting;
    return nullptr;
}

void set(Request& request,
         std::string_view key,
         std::span<const std::string> texts,
         const Where& where) {
    const Setting* setting = find_setting(key);
    if (where != Where{})
        request.origin.insert_or_assign(std::string{key}, where);
    if (setting == nullptr) {
        std::vector<std::string_view> keys;
        keys.reserve(settings().size());
        for (const Setting& s : settings())
            keys.push_back(s.key);
        request.refuse(key, fmt::format("must be a known key{}", text::did_you_mean(key, keys)));
    }
    setting->set(request, key, texts);
}

/// The texts of a value in a request file. A mapping such as {cost: 0.5} gives "cost=0.5".
static std::vector<std::string> texts_of(const yaml::Node& value, const Where& where) {
    using Kind = yaml::Node::Kind;
    if (value.kind == Kind::scalar)
        return {value.text};
    std::vector<std::string> out;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        const yaml::Node& item = value.items[i];
        if (item.kind != Kind::scalar)
            throw InputError{where, "must be text, a number or a list of these"};
        out.push_back(value.kind == Kind::mapping ? value.keys[i] + "=" + item.text : item.text);
    }
    if (out.empty())
        throw InputError{where, "must have a value, got nothing"};
    return out;
}

void read_files(Request& request) {
    const Job& job = job_of(request);
    if (!job.config && is_config_path(job.model))
        read_config(training(request));
}

Request read_request(const std::filesystem::path& path) {
    return parse_request(text::read_file(path, kLargestRequest), path.string());
}

Request parse_request(const std::string& yaml, const std::string& file) {
    Request request;
    parse_over(request, yaml, file);
    return request;
}

void parse_over(Request& request, const std::string& yaml, const std::string& file) {
    const yaml::Node root = yaml::parse(yaml, file);
    if (root.kind == yaml::Node::Kind::null)
        throw InputError{{.file = file}, "must be a request, is empty"};
    const yaml::Fields fields{root, file, ""}; // refuses what is no mapping
    for (std::size_t i = 0; i < root.keys.size(); ++i) {
        if (root.keys[i] == kSavedPlan)
            continue;
        const Where where{
            .file = file, .line = root.items[i].line, .field = text::shortened(root.keys[i])};
        set(request, root.keys[i], texts_of(root.items[i], where), where);
    }
}

} // namespace flopwise
