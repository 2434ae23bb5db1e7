// The day of a command: that of its flag, else that of the system's clock.

#pragma once

#include <flopwise/catalog.hpp>

#include <chrono>

namespace flopwise {

/// In UTC.
inline Date system_day() {
    const std::chrono::year_month_day day{
        std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())};
    return {static_cast<int>(day.year()),
            static_cast<int>(static_cast<unsigned>(day.month())),
            static_cast<int>(static_cast<unsigned>(day.day()))};
}

/// Of that day, the whole seconds that are past.
inline Hours system_time_of_day() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto past = now - std::chrono::floor<std::chrono::days>(now);
    return Hours{std::chrono::duration<double, std::ratio<3600>>{past}.count()};
}

} // namespace flopwise
