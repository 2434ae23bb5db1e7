// Figures and lists as people read them. The only place where money is rounded.

#pragma once

#include <flopwise/units.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flopwise {

/// "2,233.80": rounded, with a comma before each three digits.
std::string grouped(double value, int decimals);
std::string money(Usd amount);
/// A price with at least two decimals, and more where it has them: 3.06, 0.526, 1.0079.
std::string price(UsdPerHour hourly);
/// Four figures at most: 4.365, 125, 0.1264, 39580.
std::string figure(double value);
/// As figure(), but all digits of the whole part: 2,928.
std::string large(double value);

/// A time in the unit in which people say it: 89 s, 3.9 min, 15 h, 4 d, 2.4 years.
std::string duration(Hours time);

/// "8 x a100-sxm4-40gb", and of a share, with its memory, "1/6 x a10 (4 GiB)"; empty without a
/// name.
std::string gpus(double count, std::string_view name, std::optional<double> gib = {});

std::string joined(const std::vector<std::string>& parts, std::string_view with);

} // namespace flopwise
