#include "text/figures.hpp"

#include "text/durations.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

namespace flopwise {

std::string grouped(double value, int decimals) {
    constexpr double kLongest = 1e15; // a double has no more digits
    if (std::abs(value) >= kLongest)
        return fmt::format("{:.4g}", value);
    std::string out = fmt::format("{:.{}f}", value, decimals);
    const std::size_t first = out.front() == '-' ? 1 : 0;
    std::size_t at = std::min(out.find('.'), out.size());
    while (at > first + 3) {
        at -= 3;
        out.insert(at, ",");
    }
    return out;
}

std::string money(Usd amount) {
    return grouped(amount.value(), 2);
}

std::string price(UsdPerHour hourly) {
    const std::string exact = fmt::format("{:.4f}", hourly.value());
    const std::size_t least = exact.find('.') + 3;
    const std::size_t last = exact.find_last_not_of('0') + 1;
    return exact.substr(0, std::max(least, last));
}

std::string figure(double value) {
    return fmt::format("{:.4g}", value);
}

std::string large(double value) {
    return value >= 1000 ? grouped(value, 0) : figure(value);
}

std::string duration(Hours time) {
    struct Unit {
        double hours;
        double most; ///< of them; of more, the next unit is said
        std::string_view name;
    };
    constexpr auto kUnits =
        std::to_array<Unit>({{1 / kSecondsPerHour, 120, "s"},
                             {60 / kSecondsPerHour, 120, "min"},
                             {1, 48, "h"},
                             {kHoursPerDay, 2 * kDaysPerYear, "d"},
                             {kHoursPerYear, std::numeric_limits<double>::infinity(), "years"}});
    constexpr double kTwoFigures = 9.95; // from here on the part after the point is left out
    const Unit& unit = *std::find_if(kUnits.begin(), std::prev(kUnits.end()), [&](const Unit& u) {
        return time.value() < u.most * u.hours;
    });
    const double count = time.value() / unit.hours;
    const std::string text = grouped(count, count < kTwoFigures ? 1 : 0);
    return fmt::format(
        "{} {}", text.ends_with(".0") ? text.substr(0, text.size() - 2) : text, unit.name);
}

std::string gpus(double count, std::string_view name, std::optional<double> gib) {
    if (name.empty())
        return "";
    const std::string memory = gib && count < 1 ? fmt::format(" ({:.6g} GiB)", *gib) : "";
    return fmt::format("{} x {}{}", text::count(count), name, memory);
}

std::string joined(const std::vector<std::string>& parts, std::string_view with) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i)
        out.append(i == 0 ? "" : with).append(parts[i]);
    return out;
}

} // namespace flopwise
