#include "request/day_settings.hpp"

#include "text/durations.hpp"

namespace flopwise {

/// "18:30", "18:30:05", each also with a Z.
static std::optional<Hours> time_in(std::string_view text) {
    constexpr std::string_view kForm = "00:00:00";
    if (text.ends_with('Z'))
        text.remove_suffix(1);
    if (text.size() != kForm.size() && text.size() != kForm.rfind(':'))
        return std::nullopt;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 0; i < text.size(); ++i)
        if (kForm[i] == ':' ? text[i] != ':' : !digit(text[i]))
            return std::nullopt;
    const auto part = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
    const int minutes = part(3);
    const int seconds = text.size() == kForm.size() ? part(6) : 0;
    const double hours = part(0) + minutes / kMinutesPerHour + seconds / kSecondsPerHour;
    if (minutes >= kMinutesPerHour || seconds >= kMinutesPerHour || hours >= kHoursPerDay)
        return std::nullopt;
    return Hours{hours};
}

/// A day, or a moment of it in UTC.
void set_today(const SettingText& in) {
    const std::string written = in.one();
    const std::size_t end = std::min(written.find_first_of("T "), written.size());
    const auto date = date_of(std::string_view{written}.substr(0, end));
    const auto time = end == written.size() ? std::optional{Hours{0}}
                                            : time_in(std::string_view{written}.substr(end + 1));
    if (!date || date->day == 0 || !time)
        in.request.refuse(
            in.key,
            fmt::format("must be a date such as 2026-07-20 or 2026-07-20T18:30, got {}",
                        text::quoted(written)));
    in.request.today = *date;
    in.request.time_of_day = *time;
}

Value shown_today(const Request& r) {
    if (r.today.year == 0)
        return {};
    constexpr long long kLastSecond = 86'399; // of a day, which is not rounded into the next
    const auto seconds =
        std::min(kLastSecond, std::llround(r.time_of_day.value() * kSecondsPerHour));
    if (seconds == 0)
        return to_string(r.today);
    const auto whole_minutes = seconds / 60;
    return fmt::format("{}T{:02}:{:02}{}",
                       to_string(r.today),
                       whole_minutes / 60,
                       whole_minutes % 60,
                       seconds % 60 == 0 ? "" : fmt::format(":{:02}", seconds % 60));
}

} // namespace flopwise
