// flopwise: what changed from one catalog to another

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// What happened to a price or a machine.
enum class ChangeKind : std::uint8_t {
    rose,             ///< a price is higher
    fell,             ///< a price is lower
    appeared,         ///< a price is new
    went,             ///< a price is no longer there
    machine_appeared, ///< a machine is new
    machine_went,     ///< a machine is no longer there
};
constexpr std::size_t kChangeKinds = 6;
FLOPWISE_API std::string_view to_string(ChangeKind kind);

/// One difference.
struct PriceChange {
    ChangeKind kind = ChangeKind::rose;
    std::string provider;
    std::string instance;
    std::string family{};               ///< of the machine
    std::string region{};               ///< empty for a machine
    Purchase purchase{};                ///< of a price
    std::optional<UsdPerHour> before{}; ///< empty if the price appeared
    std::optional<UsdPerHour> after{};  ///< empty if it went

    bool operator==(const PriceChange&) const = default;
};

/// Prices that differ by more than a millionth, and prices and machines that only one of the two
/// has; by provider, instance, region and purchase, machines first. A price of a machine that
/// appeared or went is a change too.
FLOPWISE_API std::vector<PriceChange> diff(const Catalog& before, const Catalog& after);

/// A line of counts, one for each family that has changes, with the median of how far its prices
/// moved, and one for each change; "no change" if there is none.
FLOPWISE_API std::string to_text(std::span<const PriceChange> changes);
/// `{"counts": {"rose": 1, ...}, "changes": [{"kind": "rose", "provider": ..., ...}]}`.
FLOPWISE_API std::string to_json(std::span<const PriceChange> changes);

} // namespace flopwise
