// flopwise: a day, a month or a year, and the age of what was published then

#pragma once

#include <flopwise/export.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace flopwise {

/// A day, a month or a year: a source that states only "2026-08" has day 0. Year 0: undated.
struct Date {
    int year = 0;
    int month = 0; ///< 1 to 12; 0 if only the year is known
    int day = 0;   ///< 1 to 31; 0 if not known

    auto operator<=>(const Date&) const = default;
};

/// "2026-08-01", "2026-08", "2026" or "undated".
FLOPWISE_API std::string to_string(Date date);
/// Reads what to_string() writes. Empty if the text is no day of the calendar.
FLOPWISE_API std::optional<Date> date_of(std::string_view text);
/// Days from `from` to `to`; what a date leaves out counts as the first of the year or month.
FLOPWISE_API int days_between(Date from, Date to);

/// From the oldest to the newest of some dates; what a date leaves out counts as in days_between().
struct DateRange {
    Date oldest{}; ///< of those that are known; undated if none is
    Date newest{};
    bool undated = false; ///< some have no date

    FLOPWISE_API void add(Date date);
    FLOPWISE_API void add(const DateRange& dates);

    bool operator==(const DateRange&) const = default;
};
/// "2024 to 2026-07-20, some undated", "2026-07-20" or "undated"; empty for no date at all.
FLOPWISE_API std::string to_string(const DateRange& dates);

} // namespace flopwise
