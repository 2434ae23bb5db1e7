// The names of what lint() finds.

#pragma once

#include <array>
#include <string_view>

namespace flopwise::finding {

inline constexpr std::string_view kGpuMemory = "GPU memory";
inline constexpr std::string_view kNoRate = "GPU without a rate";
inline constexpr std::string_view kNoSuccessor = "retired without a successor";
inline constexpr std::string_view kPriceBySize = "price falls with size";
inline constexpr std::string_view kSpot = "spot above on demand";
inline constexpr std::string_view kNoPrice = "no price";
inline constexpr std::string_view kOutlier = "price far from its like";
inline constexpr std::string_view kSources = "sources disagree";
inline constexpr std::string_view kExplainsNothing = "explains nothing";

/// Those that a catalog can explain.
inline constexpr std::array kAll{
    kGpuMemory, kNoRate, kNoSuccessor, kPriceBySize, kSpot, kNoPrice, kOutlier, kSources};

} // namespace flopwise::finding
