#include <flopwise/version.hpp>

namespace flopwise {

std::string_view version() {
    return FLOPWISE_VERSION;
}

} // namespace flopwise
