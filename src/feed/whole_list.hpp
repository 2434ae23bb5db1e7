// A file that has all that a provider sells, so that what it lacks is not sold any more.

#pragma once

#include <flopwise/feed.hpp>

#include <map>
#include <set>

namespace flopwise {

struct WholeList {
    WholeList(const Import& of, std::size_t number);

    /// Whether it has prices of that kind, as far as they do not depend on the machine.
    [[nodiscard]] bool covers(const Price& price) const {
        return price.provider == provider && purchases.contains(price.purchase) &&
               (!by_region || regions.contains(price.region));
    }
    /// Whether it would list such a machine if it were sold.
    [[nodiscard]] bool
    speaks_of(const std::string& whose, const std::string& instance, bool with_gpu) const {
        return whose == provider && (with_gpu ? has_gpus : has_others) &&
               !unread.contains(instance);
    }

    std::size_t import; ///< which of them it is
    std::string provider{};
    Date as_of{};
    std::set<Purchase> purchases{};
    std::set<std::string> listed{};               ///< machines
    std::set<std::string> unread{};               ///< machines
    bool has_gpus = false;                        ///< a machine with accelerators
    bool has_others = false;                      ///< one without
    bool by_region = false;                       ///< it is whole in some regions only
    std::map<std::string, std::size_t> regions{}; ///< these, with the number of its prices
};

/// Retires the machines of which the list speaks and that have no price any more, and takes out
/// regions without a place that nothing refers to any more. Of a list by region, only `lost`, the
/// machines that lost a price, and of them those that are offered nowhere. Returns the number of
/// machines.
std::uint64_t
retire_unpriced(Tables& tables, const WholeList& list, const std::set<std::string>& lost);

} // namespace flopwise
