// flopwise: one number to rank by
//
// A score compares a machine with a fixed reference machine, criterion by criterion, as a product
// of weighted ratios. So it means the same in every answer: 200 is twice as good as 100, and an
// offer that is added or removed never changes the score or the order of two others.

#pragma once

#include <flopwise/workload.hpp>

#include <array>

namespace flopwise {

/// What a machine is judged by.
enum class Criterion : std::uint8_t {
    cost,       ///< USD per unit of work: price / rate; lower is better
    speed,      ///< rate of the whole machine
    gpu_memory, ///< of each GPU
    memory,     ///< of the machine
    vcpus,
    network, ///< sustained
};
constexpr std::size_t kCriteria = 6;
FLOPWISE_API std::string_view to_string(Criterion criterion);

/// How much each criterion counts. Any scale: the weights are divided by their sum.
struct Weights {
    double cost = 0;
    double speed = 0;
    double gpu_memory = 0;
    double memory = 0;
    double vcpus = 0;
    double network = 0;

    bool operator==(const Weights&) const = default;
};

/// What the machine is for; fixes weights and precision unless they are given.
enum class Profile : std::uint8_t { training, inference, graphics, hpc };
constexpr std::size_t kProfiles = 4;
FLOPWISE_API std::string_view to_string(Profile profile);

/// The weights of a profile. docs/model.md gives the reason for each.
FLOPWISE_API Weights weights_of(Profile profile);
/// mixed for training and inference, fp32 for graphics, fp64 for hpc.
FLOPWISE_API Precision precision_of(Profile profile);

/// What stands in the score for a network rate that is not published. It is below that of the
/// reference machine, so that not to say is no advantage; docs/model.md gives the reason.
constexpr Gbps kAssumedNetwork{1};

/// A machine's figures, one for each criterion.
struct Figures {
    UsdPerHour price{};
    double rate = 0; ///< TFLOPS, or vCPUs where no GPU is asked for; positive
    GiB gpu_memory{};
    GiB memory{};
    double vcpus = 0;
    Gbps network{};
};

/// The reference machine, whose score is 100: p3.2xlarge, on demand in us-east-1, 3.06 USD/h.
/// Its V100 has no tf32, bf16, fp8 or int8 arithmetic of its own; there its rate is that of the
/// wider format it would compute in (fp32 for tf32 and bf16, fp16 for fp8 and int8).
FLOPWISE_API Figures reference(Precision precision);
/// The same machine where no GPU is asked for: its rate is its 8 vCPUs.
FLOPWISE_API Figures reference_without_gpu();

/// A score and how it came about.
struct Score {
    double value = 0; ///< 100 is the reference machine
    /// w * ln(ratio to the reference) for each criterion, with the sign turned for cost. They add
    /// up to ln(value / 100).
    std::array<double, kCriteria> contributions{};

    bool operator==(const Score&) const = default;
};

/// The weights divided by their sum.
/// Throws ArgumentError for `weights` if one is negative or not finite, or all are zero.
FLOPWISE_API std::array<double, kCriteria> normalised(const Weights& weights);

///     score = 100 * product over criteria of (figure / reference figure) ^ (sign * weight)
///
/// `weights` as normalised() gives them. A criterion of weight 0 is not looked at, so its figure
/// may be unknown; the others must be positive.
FLOPWISE_API Score score(const Figures& figures,
                         const Figures& reference,
                         const std::array<double, kCriteria>& weights);

} // namespace flopwise
