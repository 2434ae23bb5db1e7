// flopwise: one number to rank by
//
// A score compares a machine with a fixed reference machine, criterion by criterion, as a product
// of weighted ratios. So it means the same in every answer: 200 is twice as good as 100, and an
// offer that is added or removed never changes the score or the order of two others.

#pragma once

#include <flopwise/profile.hpp>

namespace flopwise {

/// What stands in the score for a network rate that is not published. It is below that of the
/// reference machine, so that not to say is no advantage; docs/model.md gives the reason.
constexpr Gbps kAssumedNetwork{1};
/// What a machine with a GPU counts as that has no published memory or vCPUs: those of the smallest
/// such machine of AWS, g6f.large.
constexpr GiB kAssumedMemory{8};
constexpr double kAssumedVcpus = 2;

/// A machine's figures, one for each criterion.
struct Figures {
    UsdPerHour price{};
    double rate = 0; ///< TFLOPS as Speed says, or vCPUs where no GPU is asked for; positive
    GiB gpu_memory{};
    GiB memory{};
    double vcpus = 0;
    Gbps network{};
};

/// The reference machine, whose score is 100: p3.2xlarge, on demand in us-east-1, 3.06 USD/h.
/// Its V100 has no tf32, bf16, fp8 or int8 arithmetic of its own; there its rate is that of the
/// wider format it would compute in (fp32 for tf32 and bf16, fp16 for fp8 and int8).
FLOPWISE_API Figures reference(Precision precision, Speed speed = Speed::peak);

///     score = 100 * product over criteria of (figure / reference figure) ^ (sign * weight)
///
/// `weights` as normalised() gives them. A criterion of weight 0 is not looked at, so its figure
/// may be unknown; the others must be positive.
FLOPWISE_API Score score(const Figures& figures,
                         const Figures& reference,
                         const std::array<double, kCriteria>& weights);

} // namespace flopwise
