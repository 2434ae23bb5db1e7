#include <flopwise/recommendation.hpp>

#include "text/text.hpp"

namespace flopwise {

std::string_view to_string(Outcome outcome) {
    constexpr std::array<std::string_view, 3> kNames{"found", "nothing_fits", "nothing_affordable"};
    return text::name_of(kNames, outcome);
}

std::string_view to_string(Sold sold) {
    constexpr std::array<std::string_view, kSoldStates> kNames{"yes", "no", "unknown"};
    return text::name_of(kNames, sold);
}

} // namespace flopwise
