#include "request/in_flags.hpp"

#include <flopwise/settings.hpp>

namespace flopwise {

std::string in_flags(std::string text) {
    std::size_t at = text.find('`');
    while (at != std::string::npos) {
        const std::size_t end = text.find('`', at + 1);
        if (end == std::string::npos)
            break;
        if (const Setting* setting = find_setting(text.substr(at + 1, end - at - 1)))
            text.replace(at, end + 1 - at, fmt::format("--{}", setting->flag));
        at = text.find('`', at + 1);
    }
    return text;
}

} // namespace flopwise
