// The inside of a Catalog, shared by the files that build, load and save one.

#pragma once

#include "catalog/offer_columns.hpp"

namespace flopwise {

/// Where machines can be launched; row i names the regions [first[i], first[i + 1]), in ascending
/// order.
struct Offerings {
    Column<std::uint32_t> instance;
    Column<std::uint16_t> source;
    Column<std::uint32_t> first;
    Column<std::uint16_t> region;
};

struct Catalog::Data {
    std::string name;
    Date as_of;
    std::vector<Source> sources;
    std::vector<Gpu> gpus;
    std::vector<Family> families;
    std::vector<Instance> instances;
    std::vector<Region> regions;
    Offerings offerings;
    std::vector<Price> superseded;
    std::vector<Explanation> explained;
    std::string rates;
    OfferColumns columns;
};

// The offers keep regions and sources as 16-bit numbers.
constexpr std::size_t kMostRegions = 32'767;
constexpr std::size_t kMostSources = 65'535;

/// The first thing wrong in some tables: which row of which section, which of its fields.
struct Problem {
    std::string_view section;
    std::size_t row = 0;
    std::string field;
    std::string reason;
};
/// Looks at each row alone and at its references; empty if the tables can be joined.
std::optional<Problem> problem_in(const Tables& tables);

/// The columns by machine type, then those by offer, of rows that are sorted by their names.
void add_types(OfferColumns& columns,
               const std::vector<Instance>& instances,
               const std::vector<Gpu>& gpus,
               const std::vector<Family>& families);
void add_offers(OfferColumns& columns,
                const std::vector<Price>& prices,
                const std::vector<Instance>& instances,
                const std::vector<Region>& regions,
                const std::vector<Source>& sources,
                const Offerings& offerings);

/// Leaves out the sources that no row names.
void drop_unused_sources(Tables& tables);

/// Says of all explanations that they are another catalog's.
void inherit(std::vector<Explanation>& explained);

/// The rows of `newer`, then those of `base` that none of them replaces.
Tables overlaid(Tables base, const Tables& newer);

} // namespace flopwise
