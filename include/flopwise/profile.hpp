// flopwise: what a machine is judged by, and how much each of it counts

#pragma once

#include <flopwise/precision.hpp>

#include <array>

namespace flopwise {

/// What a machine is judged by.
enum class Criterion : std::uint8_t {
    cost,       ///< USD per unit of work: price / rate; lower is better
    speed,      ///< rate of the whole machine, as Speed says
    gpu_memory, ///< of each GPU
    memory,     ///< of the machine
    vcpus,      ///< of the machine
    network,    ///< sustained
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
enum class Profile : std::uint8_t {
    training,  ///< of models
    inference, ///< of models
    graphics,  ///< rendering and work stations
    hpc,       ///< simulation in fp64
};
constexpr std::size_t kProfiles = 4;
FLOPWISE_API std::string_view to_string(Profile profile);

/// What stands for the speed of a machine with GPUs where no job is given.
enum class Speed : std::uint8_t {
    predicted, ///< what training reaches: predicted_tflops()
    peak,      ///< what is published: peak() of each GPU
};
constexpr std::size_t kSpeeds = 2;
FLOPWISE_API std::string_view to_string(Speed speed);
/// predicted for training and inference, but at fp64 and int8, in which no training was measured;
/// else peak.
FLOPWISE_API Speed speed_of(Profile profile, Precision precision);

/// The weights of a profile. docs/model.md gives the reason for each.
FLOPWISE_API Weights weights_of(Profile profile);
/// mixed for training and inference, fp32 for graphics, fp64 for hpc.
FLOPWISE_API Precision precision_of(Profile profile);

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

} // namespace flopwise
