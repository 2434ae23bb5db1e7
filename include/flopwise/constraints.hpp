// flopwise: which offers are out of the question, and why

#pragma once

#include <flopwise/catalog.hpp>

#include <variant>

namespace flopwise {

/// What a machine must have, and where and how it may be rented. What is left out is no
/// constraint, but for two: a machine must have a GPU, and is paid for on demand.
///
/// Lists are alternatives. Names may be patterns with `*` and `?`; each must match what exists.
struct Constraints {
    std::vector<std::string> gpu{};      ///< names or aliases: "nvidia-t4", "T4", "nvidia-a100*"
    std::optional<double> min_gpus{};    ///< 0: no GPU is asked for, machines without count too
    std::optional<double> max_gpus{};    ///< 0: only machines without a GPU
    std::optional<GiB> min_gpu_memory{}; ///< of each GPU, or of the share of one
    std::optional<GiB> min_memory{};     ///< of the machine
    std::optional<double> min_vcpus{};   ///<
    std::optional<Gbps> min_network{};   ///< sustained
    std::vector<std::string> arch{};     ///< "x86_64", "arm64"
    std::vector<std::string> family{};   ///< "g4dn", "g*"
    std::vector<std::string> instance{}; ///< "p3.2xlarge", "*.metal"
    std::vector<std::string> exclude{};  ///< machines left out, by instance or family name

    std::vector<std::string> provider{};
    std::vector<std::string> region{};     ///< "us-east-1", "eu-*"
    bool any_region = false;               ///< with `near`: all regions, not only the nearest
    std::optional<Place> near{};           ///< the user; gives each region a round trip
    std::optional<Milliseconds> max_rtt{}; ///< longest round trip from `near`, which it needs
    std::vector<Purchase> purchase{Purchase::on_demand};
    bool include_retired = false;          ///< admit machines that can no longer be launched
    std::optional<UsdPerHour> max_price{}; ///< beside the ceiling of the budget

    bool operator==(const Constraints&) const = default;
};

/// Why an offer is refused, in the order in which they are looked at: an offer counts under the
/// first that applies. The first three put it out of scope, and then it is not counted at all.
enum class Reason : std::uint8_t {
    other_provider,
    other_region,
    other_purchase,
    excluded,
    other_instance,
    other_family,
    other_gpu,
    other_arch,
    retired,
    no_gpu,
    other_work,
    other_method,
    too_few_gpus,
    too_many_gpus,
    little_gpu_memory,
    little_memory,
    few_vcpus,
    slow_network,
    unknown_network,
    unknown_rate,
    does_not_fit,
    misses_deadline,
    not_offered,
    too_far,
    above_max_price,
    above_ceiling,
};
constexpr std::size_t kReasons = 26;

/// In words, as the reports count them: "above the price ceiling".
FLOPWISE_API std::string_view to_string(Reason reason);

/// One setting of the request and the value that would admit an offer.
struct Change {
    std::string key; ///< "min_memory_gib", "budget_usd", "family"
    std::variant<double, std::string, bool> value;

    bool operator==(const Change&) const = default;
};

/// An offer that does not qualify.
struct Refusal {
    std::string provider{};
    std::string instance{};
    std::string family{};
    std::string region{};
    Purchase purchase = Purchase::on_demand;
    UsdPerHour price{};
    Date as_of{};                  ///< of the price
    std::vector<Reason> reasons{}; ///< all that apply, the binding one first
    std::string text{};            ///< the reasons with what it has and what was needed
    /// The smallest changes that admit it. All are needed together, except that `budget_usd`,
    /// `days` and `hours_per_day` are alternatives: one of them is enough.
    std::vector<Change> relaxation{};

    bool operator==(const Refusal&) const = default;
};

} // namespace flopwise
