// flopwise: which offers are out of the question, and why

#pragma once

#include <flopwise/bill.hpp>
#include <flopwise/catalog.hpp>

#include <variant>

namespace flopwise {

/// What a machine must have, and where and how it may be rented. What is left out is no
/// constraint, but for two: a machine must have a GPU, and is paid for on demand.
///
/// Lists are alternatives. Names may be patterns with `*` and `?`; each must match what exists.
struct Constraints {
    /// Names, aliases or what Catalog::find_gpus() knows: "nvidia-t4", "A100", "nvidia-a100*".
    std::vector<std::string> gpu{};
    std::vector<std::string> vendor{};   ///< of the GPU, in any case: "nvidia", "intel"
    std::vector<std::string> stack{};    ///< of the GPU, in any case: "cuda", "rocm", "habana"
    std::optional<double> min_gpus{};    ///< 0: no GPU is asked for, machines without count too
    std::optional<double> max_gpus{};    ///< 0: only machines without a GPU
    std::optional<GiB> min_gpu_memory{}; ///< of each GPU, or of the share of one
    std::optional<GiB> max_gpu_memory{}; ///< of each GPU, or of the share of one
    std::optional<GiB> min_memory{};     ///< of the machine
    std::optional<GiB> max_memory{};     ///< of the machine
    std::optional<double> min_vcpus{};   ///< of the machine; a share of a core is possible
    std::optional<double> max_vcpus{};   ///< of the machine
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
    other_provider,    ///< out of scope: not of Constraints::provider
    other_region,      ///< out of scope: not in Constraints::region
    other_purchase,    ///< out of scope: not paid for as asked
    excluded,          ///< named in Constraints::exclude
    other_instance,    ///< not in Constraints::instance
    other_family,      ///< not in Constraints::family
    other_gpu,         ///< none of Constraints::gpu in it
    other_vendor,      ///< its GPU is made by none of Constraints::vendor
    unknown_vendor,    ///< a vendor is asked for, and who made its GPU is not known
    other_stack,       ///< its GPU has none of Constraints::stack
    unknown_stack,     ///< a stack is asked for, and that of its GPU is not known
    other_arch,        ///< its processors are not of Constraints::arch
    retired,           ///< can no longer be launched anywhere
    no_gpu,            ///< has none, and one is asked for
    other_work,        ///< its accelerator cannot do the work of the profile (Gpu::not_for)
    other_method,      ///< the job's method is not to be had on its GPU (Gpu::unsupported)
    too_few_gpus,      ///< below Constraints::min_gpus
    too_many_gpus,     ///< above Constraints::max_gpus
    little_gpu_memory, ///< below Constraints::min_gpu_memory
    much_gpu_memory,   ///< above Constraints::max_gpu_memory
    little_memory,     ///< below Constraints::min_memory
    much_memory,       ///< above Constraints::max_memory
    few_vcpus,         ///< below Constraints::min_vcpus
    many_vcpus,        ///< above Constraints::max_vcpus
    slow_network,      ///< below Constraints::min_network
    unknown_network,   ///< a network is asked for, and its rate is not known
    unknown_rate,      ///< its GPU has no published rate in the precision
    broken_replica,    ///< its GPUs are no multiple of tensor_parallel * pipeline_parallel
    does_not_fit,      ///< the job does not fit into its GPU memory
    little_host,       ///< the job needs more memory of the machine, beside its GPUs
    misses_deadline,   ///< the job is not done in time on it
    not_offered,       ///< priced in the region, but cannot be launched there
    too_far,           ///< its region is beyond Constraints::max_rtt
    above_max_price,   ///< above Constraints::max_price
    above_ceiling,     ///< the budget does not carry it
};
constexpr std::size_t kReasons = 35;

/// In words, as the reports count them: "above the price ceiling".
FLOPWISE_API std::string_view to_string(Reason reason);

/// One setting of the request and the value that would admit an offer.
struct Relaxation {
    std::string key; ///< of a Setting, see find_setting(): "min_memory_gib", "budget_usd", "family"
    std::variant<double, std::string, bool> value;

    bool operator==(const Relaxation&) const = default;
};

using Change [[deprecated("Relaxation")]] = Relaxation;

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
    std::vector<Relaxation> relaxation{};
    /// The same as sets, each of which admits it if all of its changes are made.
    std::vector<std::vector<Relaxation>> alternatives{};
    std::optional<Bill> cost{}; ///< of the plan, if that is above the budget

    bool operator==(const Refusal&) const = default;
};

} // namespace flopwise
