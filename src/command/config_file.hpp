// The user's own defaults: a request file in his folder of configurations.

#pragma once

#include <flopwise/settings.hpp>

#include <string>

namespace flopwise {

/// The file that is read where none is named: $XDG_CONFIG_HOME/flopwise/config.yaml, else
/// .config/flopwise/config.yaml in the home folder. Empty if there is none.
std::string config_file();

/// The request of that file: "" for the usual one, "none" for no file.
Request configured(const std::string& file);

/// "region, provider of FILE", of the settings of a request that
/// come from that file; empty if none does.
std::string settings_from(const Request& request, const std::string& file);

} // namespace flopwise
