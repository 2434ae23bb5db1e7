// Hours of days, months and years, as bills and the budget rule count them.

#pragma once

namespace flopwise {

constexpr double kSecondsPerHour = 3600;
constexpr double kHoursPerDay = 24;
constexpr double kHoursPerMonth = 730; // a year's 8,760 h in twelve parts
constexpr double kDaysPerYear = 365;
constexpr double kHoursPerYear = 8760;

} // namespace flopwise
