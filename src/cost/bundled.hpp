// What the build compiles in from data/: charges and what electricity costs.

#pragma once

#include <flopwise/ownership.hpp>

#include <span>
#include <string_view>

namespace flopwise::bundled {

std::string_view charges();
std::span<const Tariff> tariffs(); ///< of electricity, by code

} // namespace flopwise::bundled
