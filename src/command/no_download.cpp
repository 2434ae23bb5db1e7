// Stands in for download.cpp where there is no libcurl.

#include <flopwise/error.hpp>

#include "command/download.hpp"

namespace flopwise {

bool can_download() {
    return false;
}

Downloaded download(const Download& what) {
    throw InputError{{.file = what.url}, "cannot be downloaded: built without libcurl"};
}

} // namespace flopwise
