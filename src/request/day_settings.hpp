// The settings that are days, and the moment from which an answer counts.

#pragma once

#include "request/setting_text.hpp"

namespace flopwise {

/// 2026-07-20.
Date day(const SettingText& in);
/// A day, or a moment of it in UTC: 2026-07-20T18:30.
void set_today(const SettingText& in);
Value shown_today(const Request& request);

} // namespace flopwise
