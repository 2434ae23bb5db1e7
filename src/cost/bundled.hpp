// What the build compiles in from data/: charges and what electricity costs.

#pragma once

#include <flopwise/ownership.hpp>
#include <flopwise/price_age.hpp>

#include <span>
#include <string_view>

namespace flopwise {

struct PriceAgeRow {
    std::string_view providers; ///< names or patterns, by commas
    std::string_view families;  ///< the same; empty: any
    Purchase purchase;
    PriceAge age;
};

namespace bundled {

std::string_view charges();
std::span<const Tariff> tariffs();         ///< of electricity, by code
std::span<const PriceAgeRow> price_ages(); ///< the first that fits holds

} // namespace bundled
} // namespace flopwise
