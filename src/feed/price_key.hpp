// What there is one price of.

#pragma once

#include <flopwise/catalog.hpp>

#include <string>
#include <tuple>

namespace flopwise {

using PriceKey = std::tuple<std::string, std::string, std::string, Purchase>;

inline PriceKey price_key(const Price& p) {
    return {p.provider, p.instance, p.region, p.purchase};
}

} // namespace flopwise
