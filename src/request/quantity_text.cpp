#include "request/quantity_text.hpp"

#include "text/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace flopwise {

namespace {

/// A name of a unit, and how much of the setting's own unit one of it is.
struct UnitName {
    std::string_view unit; ///< of the setting
    std::string_view name;
    double factor;
    bool told = true; ///< in messages; a second spelling is only read
};

constexpr double kGib = 1024.0 * 1024 * 1024;
constexpr double kMib = 1024.0 * 1024;
constexpr double kDaysOfYear = 365;
constexpr double kHoursOfDay = 24;
constexpr double kMinutes = 60;
constexpr double kBits = 8; // of a byte

// clang-format off
constexpr auto kUnitNames = std::to_array<UnitName>({
    {"GiB", "GiB", 1}, {"GiB", "MiB", kMib / kGib}, {"GiB", "TiB", 1024}, {"GiB", "PiB", kMib},
    {"GiB", "GB", 1e9 / kGib}, {"GiB", "MB", 1e6 / kGib}, {"GiB", "TB", 1e12 / kGib}, {"GiB", "PB", 1e15 / kGib},
    {"GiB", "Mi", kMib / kGib, false}, {"GiB", "Gi", 1, false}, {"GiB", "Ti", 1024, false},
    {"USD", "USD", 1}, {"USD", "$", 1, false}, {"USD", "US$", 1, false}, {"USD", "dollars", 1, false},
    {"USD/h", "USD/h", 1}, {"USD/h", "$/h", 1, false}, {"USD/h", "/h", 1, false}, {"USD/h", "USD", 1, false},
    {"USD/h", "USD/hour", 1, false}, {"USD/h", "$/hour", 1, false}, {"USD/h", "/hour", 1, false},
    {"d", "d", 1}, {"d", "w", 7}, {"d", "months", kDaysOfYear / 12}, {"d", "years", kDaysOfYear}, {"d", "h", 1 / kHoursOfDay},
    {"d", "day", 1, false}, {"d", "days", 1, false}, {"d", "week", 7, false}, {"d", "weeks", 7, false},
    {"d", "mo", kDaysOfYear / 12, false}, {"d", "month", kDaysOfYear / 12, false}, {"d", "y", kDaysOfYear, false},
    {"d", "year", kDaysOfYear, false}, {"d", "hour", 1 / kHoursOfDay, false}, {"d", "hours", 1 / kHoursOfDay, false},
    {"h", "h", 1}, {"h", "min", 1 / kMinutes}, {"h", "d", kHoursOfDay}, {"h", "w", 7 * kHoursOfDay},
    {"h", "hr", 1, false}, {"h", "hrs", 1, false}, {"h", "hour", 1, false}, {"h", "hours", 1, false},
    {"h", "minute", 1 / kMinutes, false}, {"h", "minutes", 1 / kMinutes, false}, {"h", "day", kHoursOfDay, false},
    {"h", "days", kHoursOfDay, false}, {"h", "week", 7 * kHoursOfDay, false}, {"h", "weeks", 7 * kHoursOfDay, false},
    {"h/d", "h", 1}, {"h/d", "min", 1 / kMinutes}, {"h/d", "h/d", 1, false}, {"h/d", "h/day", 1, false},
    {"h/d", "hour", 1, false}, {"h/d", "hours", 1, false}, {"h/d", "minutes", 1 / kMinutes, false},
    {"min", "min", 1}, {"min", "s", 1 / kMinutes}, {"min", "h", kMinutes}, {"min", "minute", 1, false},
    {"min", "minutes", 1, false}, {"min", "seconds", 1 / kMinutes, false}, {"min", "hours", kMinutes, false},
    {"ms", "ms", 1}, {"ms", "s", 1000},
    {"Gbps", "Gbps", 1}, {"Gbps", "Mbps", 1e-3}, {"Gbps", "Tbps", 1e3}, {"Gbps", "GB/s", kBits}, {"Gbps", "MB/s", kBits * 1e-3},
    {"Gbps", "Gbit/s", 1, false}, {"Gbps", "Gb/s", 1, false}, {"Gbps", "Mbit/s", 1e-3, false}, {"Gbps", "Mb/s", 1e-3, false},
    {"Gbps", "GBps", kBits, false}, {"Gbps", "MBps", kBits * 1e-3, false}, {"Gbps", "gigabit", 1, false},
    {"W", "W", 1}, {"W", "kW", 1e3}, {"W", "watts", 1, false},
    {"years", "years", 1}, {"years", "months", 1.0 / 12}, {"years", "y", 1, false}, {"years", "year", 1, false},
    {"years", "month", 1.0 / 12, false}, {"years", "d", 1 / kDaysOfYear, false},
    {"tokens", "tokens", 1}, {"vCPUs", "vCPUs", 1}, {"vCPUs", "cores", 1, false},
    {"FLOP", "FLOP", 1}, {"FLOP", "TFLOP", 1e12}, {"FLOP", "PFLOP", 1e15}, {"FLOP", "EFLOP", 1e18}, {"FLOP", "ZFLOP", 1e21},
    {"FLOP", "FLOPs", 1, false},
    {kShare, "%", 0.01}, {kShare, "percent", 0.01, false},
    {kSequence, "tokens", 1}, {kSequence, "Ki", 1024},
    {kMillions, "M", 1}, {kMillions, "k", 1e-3}, {kMillions, "B", 1e3}, {kMillions, "million", 1, false},
    {kMillions, "millions", 1, false},
    {kGmacs, "GMACs", 1}, {kGmacs, "MMACs", 1e-3}, {kGmacs, "TMACs", 1e3}, {kGmacs, "G", 1, false}, {kGmacs, "M", 1e-3, false},
    {kGmacs, "T", 1e3, false},
    {kPixels, "px", 1}, {kPixels, "pixels", 1, false},
    {kMibPerSecond, "MiB/s", 1}, {kMibPerSecond, "MB/s", 1e6 / kMib}, {kMibPerSecond, "GiB/s", 1024},
    {kMibPerSecond, "GB/s", 1e9 / kMib},
});
// clang-format on

/// Money and counts are written with a multiplier too.
bool is_multiplied(std::string_view unit) {
    return unit.empty() || unit == "tokens" || unit == "USD" || unit == "vCPUs" || unit == "FLOP";
}

/// 0 if there is none of that name.
double multiplier(char letter) {
    switch (letter) {
    case 'k':
    case 'K':
        return 1e3;
    case 'm':
    case 'M':
        return 1e6;
    case 'b':
    case 'B':
        return 1e9;
    case 't':
    case 'T':
        return 1e12;
    default:
        return 0;
    }
}

/// Without case; but a bit is no byte where rates are read.
bool same_name(std::string_view written, std::string_view name, bool bits) {
    const auto folded = [](char c) { return text::lower(std::string_view{&c, 1}).front(); };
    return std::equal(
        written.begin(), written.end(), name.begin(), name.end(), [&](char a, char b) {
            return folded(a) == folded(b) && (!bits || folded(a) != 'b' || a == b);
        });
}

/// How much one of `name` is in `unit`; nothing if it is no name of that kind.
std::optional<double> factor_of(std::string_view name, std::string_view unit) {
    if (name.empty())
        return 1;
    for (const UnitName& row : kUnitNames)
        if (row.unit == unit && same_name(name, row.name, unit == "Gbps"))
            return row.factor;
    return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Without the commas between groups of three digits; as it is if they do not stand so.
std::string without_commas(std::string_view number) {
    const std::size_t whole = std::min(number.find('.'), number.size());
    std::string digits;
    for (std::size_t i = 0; i < number.size(); ++i) {
        if (number[i] != ',') {
            digits += number[i];
            continue;
        }
        const bool grouped = i > 0 && i < whole && is_digit(number[i - 1]) && (whole - i) % 4 == 0;
        if (!grouped)
            return std::string{number};
    }
    const std::size_t first = std::min(number.find(','), whole);
    return first > 3 && first < whole ? std::string{number} : digits;
}

struct NumberParts {
    std::optional<double> number;
    std::string_view rest; ///< what follows it
};

/// The number at the front: digits, a point, commas, an exponent that has digits.
NumberParts parts_of(std::string_view written) {
    std::size_t end = written.starts_with('-') || written.starts_with('+') ? 1 : 0;
    while (end < written.size() &&
           (is_digit(written[end]) || written[end] == '.' || written[end] == ','))
        ++end;
    if (end + 1 < written.size() && (written[end] == 'e' || written[end] == 'E')) {
        const std::size_t sign = written[end + 1] == '-' || written[end + 1] == '+' ? 1 : 0;
        std::size_t digits = end + 1 + sign;
        while (digits < written.size() && is_digit(written[digits]))
            ++digits;
        if (digits > end + 1 + sign)
            end = digits;
    }
    return {.number = text::number(without_commas(written.substr(0, end))),
            .rest = trimmed(written.substr(end))};
}

bool is_money(std::string_view unit) {
    return unit == "USD" || unit == "USD/h";
}

NumberParts parts_in(std::string_view written, std::string_view unit) {
    written = trimmed(written);
    if (is_money(unit) && written.starts_with('$'))
        written.remove_prefix(1);
    return parts_of(written);
}

} // namespace

std::optional<double> number_in(std::string_view written, std::string_view unit) {
    const auto [number, rest] = parts_in(written, unit);
    if (!number)
        return std::nullopt;
    if (const auto factor = factor_of(rest, unit))
        return *number * *factor;
    const double times = is_multiplied(unit) ? multiplier(rest.front()) : 0;
    const auto factor = factor_of(trimmed(rest.substr(1)), unit);
    if (times == 0 || !factor)
        return std::nullopt;
    return *number * times * *factor;
}

std::string must_be(std::string_view written, std::string_view unit) {
    if (!parts_in(written, unit).number)
        return "must be a number";
    std::vector<std::string_view> names;
    if (is_multiplied(unit))
        names = {"k", "M", "B", "T"};
    for (const UnitName& row : kUnitNames)
        if (row.unit == unit && row.told)
            names.push_back(row.name);
    return fmt::format("must be a number, alone or with {}", text::one_of(names));
}

} // namespace flopwise
