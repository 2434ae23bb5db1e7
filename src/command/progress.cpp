#include "command/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace flopwise {

Progress::Progress(std::string what)
    : what_{std::move(what)}, terminal_{::isatty(STDERR_FILENO) == 1} {}

Progress::~Progress() {
    if (shown_)
        std::fputs("\r\033[K", stderr);
}

void Progress::show(std::uint64_t done, std::uint64_t all) {
    constexpr double kMega = 1e6;
    constexpr double kWidth = 30;
    constexpr std::chrono::milliseconds kPause{100};
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || now < next_)
        return;
    next_ = now + kPause;
    shown_ = true;
    const auto mega = static_cast<double>(done) / kMega;
    if (all == 0) {
        fmt::print(stderr, "\r{}: {:.1f} MB\033[K", what_, mega);
    } else {
        const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(all));
        const auto full = static_cast<std::size_t>(kWidth * share);
        fmt::print(stderr,
                   "\r{}: [{:.<30}] {:3.0f} % of {:.1f} MB\033[K",
                   what_,
                   std::string(full, '#'),
                   100 * share,
                   static_cast<double>(all) / kMega);
    }
    std::fflush(stderr);
}

} // namespace flopwise
