// Stands in for the generated source while the build compiles data/ for the first time.

#include "catalog/bundled.hpp"
#include "cost/bundled.hpp"
#include "feed/bundled.hpp"
#include "training/fitted.hpp"

namespace flopwise::bundled {

std::span<const CatalogBytes> catalogs() {
    return {};
}
std::span<const TechniqueRow> techniques() {
    return {};
}
std::span<const NeedRow> needs() {
    return {};
}
std::span<const WheelRow> wheels() {
    return {};
}
std::string_view history() {
    return {};
}
std::uint64_t build() {
    return 0;
}
std::span<const Country> countries() {
    return {};
}
std::string_view cities() {
    return {};
}
std::span<const Tariff> tariffs() {
    return {};
}
std::span<const PriceAgeRow> price_ages() {
    return {};
}
std::span<const ProviderWord> provider_words() {
    return {};
}
std::span<const std::string_view> machines_with_gpus() {
    return {};
}
std::span<const ModelRow> models() {
    return {};
}
const MemoryModel& memory() {
    static constexpr MemoryModel kNone{};
    return kNone;
}
const Utilisation& utilisation() {
    static constexpr Utilisation kNone{};
    return kNone;
}
std::string_view charges() {
    return {};
}

} // namespace flopwise::bundled
