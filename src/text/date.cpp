#include <flopwise/date.hpp>

#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace flopwise {

std::string to_string(Date date) {
    if (date.year == 0)
        return "undated";
    if (date.month == 0)
        return fmt::format("{:04}", date.year);
    if (date.day == 0)
        return fmt::format("{:04}-{:02}", date.year, date.month);
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

static std::chrono::year_month_day earliest(Date date) {
    return {std::chrono::year{date.year},
            std::chrono::month{static_cast<unsigned>(std::max(1, date.month))},
            std::chrono::day{static_cast<unsigned>(std::max(1, date.day))}};
}

std::optional<Date> date_of(std::string_view written) {
    if (written == "undated")
        return Date{};
    constexpr std::array<std::size_t, 3> kWidths{4, 2, 2};
    std::array<int, 3> figures{};
    const auto parts = text::split(written, '-');
    if (parts.size() > figures.size())
        return std::nullopt;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].size() != kWidths[i] ||
            parts[i].find_first_not_of("0123456789") != std::string::npos)
            return std::nullopt;
        figures[i] = std::stoi(parts[i]);
        if (figures[i] == 0)
            return std::nullopt;
    }
    const Date date{.year = figures[0], .month = figures[1], .day = figures[2]};
    return earliest(date).ok() ? std::optional{date} : std::nullopt;
}

int days_between(Date from, Date to) {
    const auto days = std::chrono::sys_days{earliest(to)} - std::chrono::sys_days{earliest(from)};
    return static_cast<int>(days.count());
}

void DateRange::add(Date date) {
    if (date.year == 0) {
        undated = true;
        return;
    }
    oldest = oldest.year == 0 ? date : std::min(oldest, date);
    newest = std::max(newest, date);
}

void DateRange::add(const DateRange& dates) {
    undated = undated || dates.undated;
    for (const Date date : {dates.oldest, dates.newest})
        if (date.year != 0)
            add(date);
}

std::string to_string(const DateRange& dates) {
    if (dates.oldest.year == 0)
        return dates.undated ? "undated" : "";
    std::string out = to_string(dates.oldest);
    if (dates.newest != dates.oldest)
        out += " to " + to_string(dates.newest);
    return dates.undated ? out + ", some undated" : out;
}

} // namespace flopwise
