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

} // namespace flopwise
