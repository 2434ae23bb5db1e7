// Several files at once, each with what became of it.

#pragma once

#include <flopwise/feed.hpp>

#include <exception>
#include <utility>

namespace flopwise::feed {

/// Of each file its import, or the error that it has.
std::pair<std::vector<Import>, std::vector<std::exception_ptr>>
import_in_threads(std::span<const std::filesystem::path> files,
                  const Catalog& known,
                  const ImportOptions& options);

} // namespace flopwise::feed
