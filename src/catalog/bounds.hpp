// What no figure of a plan or a catalog is beyond: more is a slip, or meant to do harm.

#pragma once

namespace flopwise {

constexpr double kLeast = 1e-9;    // of anything that has to be positive; less is a slip
constexpr double kMostOther = 1e9; // of what has no bound of its own
constexpr double kMostUsdPerHour = 1e9;
constexpr double kMostGpus = 1e6;
constexpr double kMostGib = 1e9;
constexpr double kMostVcpus = 1e6;
constexpr double kMostGbps = 1e6;
constexpr double kMostTflops = 1e6; // of one device

} // namespace flopwise
