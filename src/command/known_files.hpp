// What is known of files that were downloaded, as the file `update.state` has it.

#pragma once

#include "command/http_head.hpp"

#include <map>
#include <string>
#include <string_view>

namespace flopwise {

/// A price file that was downloaded.
struct Known {
    std::string url; ///< without a password
    Version version;
    std::string sha256;
    bool joined = false; ///< its prices are in the cached catalog, and the file is gone

    bool operator==(const Known&) const = default;
};

using KnownFiles = std::map<std::string, Known>; ///< by name

/// The content of the file. `mark` says for which catalog it was written.
std::string state_text(const std::string& mark, const KnownFiles& files);
/// What it says. Lines that cannot be read are left out, and so are files whose prices are in
/// another catalog than that of `mark`.
KnownFiles known_files(std::string_view content, std::string_view mark, Date today);

} // namespace flopwise
