// How a net fits into some GPUs: the least sharding, and the samples that there is room for.

#include "training/memory_fit.hpp"

#include "text/doubles.hpp"
#include "training/fitted.hpp"
#include "training/parallel.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

using bundled::memory;
using MemoryStudent = boost::math::students_t_distribution<double, Doubles>;

double MemoryNeed::probability(double samples, GiB available) const {
    if (!(available > GiB{}))
        return 0;
    const MemoryStudent t{memory().degrees_of_freedom};
    return boost::math::cdf(t, std::log(available / total(samples)) / scale(samples));
}

/// The quantile of the Student-t of scale 1; none at even odds, which most ask for.
static double memory_quantile(double p) {
    return p == 0.5 ? 0 : boost::math::quantile(MemoryStudent{memory().degrees_of_freedom}, p);
}

MemoryAsked::MemoryAsked(GiB memory_available, double p)
    : available{memory_available}, confidence{p}, quantile{memory_quantile(p)} {}

/// Whether the peak of so many samples stays below, with the probability that is asked for.
static bool holds(const MemoryNeed& need, double samples, const MemoryAsked& asked) {
    constexpr double kRounding = 1 + 1e-12; // of sums that are equal but for their last bit
    const double sure = asked.quantile == 0 ? 1 : std::exp(asked.quantile * need.scale(samples));
    return need.total(samples) * sure <= asked.available * kRounding;
}

/// The largest whole number of samples, at least none.
static double micro_batch(const MemoryNeed& need, const MemoryAsked& asked) {
    constexpr double kMost = 1 << 24; // samples; more than any memory holds
    if (!holds(need, 1, asked))
        return 0;
    double fits = 1;
    double not_yet = 2;
    while (not_yet < kMost && holds(need, not_yet, asked)) {
        fits = not_yet;
        not_yet *= 2;
    }
    while (not_yet - fits > 1) {
        const double middle = std::floor((fits + not_yet) / 2);
        (holds(need, middle, asked) ? fits : not_yet) = middle;
    }
    return fits;
}

/// As it is, or with its pages of states gone to the host.
static double paged_batch(const Training& training, const MemoryAsked& asked, MemoryNeed& need) {
    const double batch = micro_batch(need, asked);
    if (batch >= 1 || training.optimiser != Optimiser::paged_adam_8bit ||
        training.offload != Offload::none)
        return batch;
    const double copies = need.copies > GiB{} ? 4.0 / 6 : 0; // of 32 bits are not paged
    const GiB pages = need.optimiser * (1 - copies);
    need.offloaded = need.offloaded + pages;
    need.optimiser = need.optimiser - pages;
    return micro_batch(need, asked);
}

/// Of a Student-t of scale 1.
static double ninetieth() {
    static const double found = memory_quantile(0.9);
    return found;
}

/// Whether nine of ten such runs stay below: no longer tight.
static bool has_room(const std::vector<MemoryNeed>& stages, const MemoryAsked& asked) {
    return std::ranges::all_of(stages, [&asked](const MemoryNeed& need) {
        return need.total(1) * std::exp(ninetieth() * need.scale(1)) <= asked.available;
    });
}

/// What all stages have room for.
static double
fitting_batch(const Training& training, const MemoryAsked& asked, std::vector<MemoryNeed>& stages) {
    double least = std::numeric_limits<double>::infinity();
    for (MemoryNeed& need : stages)
        least = std::min(least, paged_batch(training, asked, need));
    return least;
}

static MemoryFit fit_into(const std::vector<MemoryNeed>& stages,
                          double batch,
                          Sharding sharding,
                          const MemoryAsked& asked) {
    const MemoryNeed& need = worst_stage(stages);
    const GiB needed = need.total(1);
    const double wide = std::exp(ninetieth() * need.scale(1));
    return {.fits = batch >= 1,
            .sharding = sharding,
            .micro_batch = need.partial ? 0 : batch,
            .needed = needed,
            .available = asked.available,
            .probability = need.probability(1, asked.available),
            .p10 = needed / wide,
            .p90 = needed * wide,
            .offloaded = need.offloaded,
            .confidence = asked.confidence,
            .partial = need.partial};
}

namespace {

/// The needs of the stages with one of the shardings, and the samples that fit so.
struct MemoryTried {
    std::vector<MemoryNeed> stages{};
    Sharding sharding = Sharding::none;
    double batch = 0;
};

} // namespace

/// Whether a sharding is one to try where none is asked for. What offloads does so by part: states
/// from the first stage on, weights where they are split.
static bool is_tried(Sharding sharding, const Training& training, double replicas) {
    if (replicas == 1)
        return sharding == Sharding::none;
    const bool four_bits = training.fine_tune == FineTune::qlora;
    if (sharding >= Sharding::zero3)
        return (sharding == Sharding::fsdp) == four_bits;
    return training.offload == Offload::none ||
           (training.offload == Offload::optimiser && sharding >= Sharding::zero1);
}

std::optional<MemoryFit> memory_fit_of(const Model& net,
                                       bool derived,
                                       const Training& training,
                                       Precision precision,
                                       std::optional<Sharding> sharding,
                                       const MemoryAsked& asked,
                                       double gpus) {
    const double whole = std::max(1.0, gpus); // a share of a GPU is a small GPU
    const double replicas = whole / model_parallel(training).gpus();
    std::optional<MemoryTried> best;
    for (std::size_t i = 0; i < kShardings; ++i) {
        const auto s = static_cast<Sharding>(i);
        if (sharding ? s != *sharding : !is_tried(s, training, replicas))
            continue;
        if (best && best->batch > 0 &&
            (splits_weights(s, training.fine_tune) || has_room(best->stages, asked)))
            break;
        MemoryTried now{.stages = stage_needs(net, derived, training, precision, s, whole),
                        .sharding = s};
        if (now.stages.empty())
            return std::nullopt;
        now.batch = fitting_batch(training, asked, now.stages);
        if (!best || best->batch == 0 || has_room(now.stages, asked))
            best = std::move(now);
    }
    if (!best || (best->stages.front().partial && best->batch > 0))
        return std::nullopt;
    return fit_into(best->stages, best->batch, best->sharding, asked);
}

std::optional<MemoryFit> memory_fit(const Model& net,
                                    const Training& training,
                                    Precision precision,
                                    std::optional<Sharding> sharding,
                                    GiB available,
                                    double gpus,
                                    double confidence) {
    require_memory_confidence(confidence);
    require_split(net, training, gpus);
    return memory_fit_of(completed(net),
                         activations_derived(net),
                         training,
                         precision,
                         sharding,
                         MemoryAsked{available, confidence},
                         gpus);
}

double samples_of_pass(const MemoryFit& fit) {
    return fit.partial ? 0 : std::max(1.0, fit.micro_batch);
}

void require_memory_confidence(double p) {
    if (!(p >= 0.5 && p < 1))
        throw ArgumentError{"memory_confidence",
                            fmt::format("must be at least 0.5 and below 1, got {}", p)};
}

} // namespace flopwise
