// The settings about how a plan is carried out: uncertain use, a machine to buy, data, start.

#pragma once

#include <flopwise/settings.hpp>

namespace flopwise {

std::span<const Setting> plan_settings();

} // namespace flopwise
