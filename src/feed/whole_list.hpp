// A file that has all that a provider sells, so that what it lacks is not sold any more.

#pragma once

#include <flopwise/feed.hpp>

#include <set>

namespace flopwise {

struct WholeList {
    WholeList(const Import& of, std::size_t number);

    /// Whether it would list such a machine if it were sold in this way.
    [[nodiscard]] bool speaks_of(const Price& price, bool with_gpu) const {
        return speaks_of(price.provider, price.instance, with_gpu) &&
               purchases.contains(price.purchase);
    }
    [[nodiscard]] bool
    speaks_of(const std::string& whose, const std::string& instance, bool with_gpu) const {
        return whose == provider && (with_gpu ? has_gpus : has_others) &&
               !unread.contains(instance);
    }

    std::size_t import; ///< which of them it is
    std::string provider{};
    Date as_of{};
    std::set<Purchase> purchases{};
    std::set<std::string> listed{}; ///< machines
    std::set<std::string> unread{}; ///< machines
    bool has_gpus = false;          ///< a machine with accelerators
    bool has_others = false;        ///< one without
};

/// Retires the machines of which the list speaks and that have no price any more, and takes out
/// regions without a place that nothing refers to any more. Returns the number of machines.
std::uint64_t retire_unpriced(Tables& tables, const WholeList& list);

} // namespace flopwise
