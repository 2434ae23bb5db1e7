// What a day may be at most: a file that is dated after tomorrow was made by a clock that is wrong,
// or by somebody who wants to be the newest for ever.

#pragma once

#include <flopwise/date.hpp>

#include <algorithm>
#include <chrono>

namespace flopwise {

/// False if either day is not known. A day of grace, as it is tomorrow already somewhere.
inline bool is_after_tomorrow(Date day, Date today) {
    return day.year != 0 && today.year != 0 && days_between(today, day) > 1;
}

/// Of a day that somebody states, who knows his own. False if either day is not known.
inline bool is_after_today(Date day, Date today) {
    return day.year != 0 && today.year != 0 && days_between(today, day) > 0;
}

inline std::string after_today_reason(Date day, Date today) {
    return fmt::format("must not be after today, {}, got {}", to_string(today), to_string(day));
}

inline std::string after_tomorrow_reason(Date day, Date today) {
    const std::chrono::sys_days now =
        std::chrono::year{today.year} / std::max(today.month, 1) / std::max(today.day, 1);
    const std::chrono::year_month_day tomorrow{now + std::chrono::days{1}};
    return fmt::format("must not be after tomorrow, {}, got {}",
                       to_string(Date{static_cast<int>(tomorrow.year()),
                                      static_cast<int>(static_cast<unsigned>(tomorrow.month())),
                                      static_cast<int>(static_cast<unsigned>(tomorrow.day()))}),
                       to_string(day));
}

} // namespace flopwise
