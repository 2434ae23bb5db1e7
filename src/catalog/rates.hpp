// What a catalog file says of charges, reservations and interruptions. Their meaning is that of a
// file of charges (cost/charges_read); here they are rows of names and figures, which are kept,
// laid over one another and written again.

#pragma once

#include <flopwise/catalog.hpp>

#include "text/yaml.hpp"

#include <array>
#include <map>

namespace flopwise {

/// The sections of a file of charges that a catalog file may have too.
constexpr std::array<std::string_view, 4> kRateSections{
    "charges", "reserved", "reserved_ratios", "interruptions"};

/// The rows of those sections in a catalog file, with their sources, as the text of a file of
/// charges; empty if there are none. Takes the sections. Throws InputError for one that is no list
/// of mappings.
std::string rates_in(yaml::Fields& file);

/// The rows of `newer`, then those of `base` that none of them replaces: a row is replaced by one
/// of the same names, whatever its figures and its source.
std::string overlaid_rates(const std::string& base, const std::string& newer);

/// The rows of each section as they stand in a file, and the sources that these name. A source that
/// `sources` has as it is is left out; one of another content gets a name of its own.
struct WrittenRates {
    std::vector<Source> sources;
    std::string sections;
};
WrittenRates written_rates(const std::string& rates, const std::vector<Source>& sources);

} // namespace flopwise
