// The moment from which an answer counts: a day, or a time of it.

#pragma once

#include "request/setting_text.hpp"

namespace flopwise {

/// A day, or a moment of it in UTC: 2026-07-20T18:30.
void set_today(const SettingText& in);
Value shown_today(const Request& request);

} // namespace flopwise
