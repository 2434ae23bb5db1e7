// The settings about a training job: what is trained, how, and until when.

#pragma once

#include <flopwise/settings.hpp>

namespace flopwise {

std::span<const Setting> job_settings();

} // namespace flopwise
