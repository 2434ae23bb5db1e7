// Figures of an import that are beyond belief.

#pragma once

#include <flopwise/feed.hpp>

#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace flopwise {

struct Outliers {
    std::set<std::size_t> machines{};     ///< rows of the import's table
    std::set<std::size_t> prices{};       ///< rows of the import's table
    std::set<std::string> concerned{};    ///< machines
    std::vector<Rejected> descriptions{}; ///< each with its figure and that of its like
};

/// What a catalog makes of figures. An outlier is more than a hundred times that of its like, or
/// less than a hundredth of it: of the same machine in the catalog, there or in other regions, else
/// of the provider's machines with the same GPUs, for each GPU, or, of those without, for each
/// vCPU. What has no like is believed.
class Plausible {
public:
    explicit Plausible(const Catalog& known);

    [[nodiscard]] Outliers outliers_of(const Import& import) const;

private:
    using Key = std::tuple<std::string, std::string, Purchase>;
    using Middles = std::map<Key, double>;
    /// The most of a provider's machines that are known.
    struct Largest {
        double vcpus = 0;
        double memory = 0;
        double gpus = 0;
    };

    [[nodiscard]] std::optional<double> like(const Price& p, const Instance* machine) const;
    [[nodiscard]] std::string unbelievable(const Instance& i) const;

    const Catalog& known_;
    Middles of_machine_;
    Middles of_size_; ///< for each GPU of a kind, or each vCPU
    std::map<std::string, Largest> largest_;
};

} // namespace flopwise
