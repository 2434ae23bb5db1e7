#include <flopwise/recommendation.hpp>

namespace flopwise {

std::string_view to_string(Outcome outcome) {
    constexpr std::array<std::string_view, 3> kNames{"found", "nothing_fits", "nothing_affordable"};
    return kNames.at(static_cast<std::size_t>(outcome));
}

std::string_view to_string(Sold sold) {
    constexpr std::array<std::string_view, kSoldStates> kNames{"yes", "no", "unknown"};
    return kNames.at(static_cast<std::size_t>(sold));
}

} // namespace flopwise
