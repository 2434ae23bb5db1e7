// Imports put over a catalog: its tables with positions by name, to which rows are added.

#pragma once

#include "catalog/tables.hpp"
#include "feed/outliers.hpp"
#include "feed/price_key.hpp"
#include "feed/whole_list.hpp"

#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace flopwise {

using Named = std::pair<std::string, std::string>; // provider, name
using Regions = std::set<std::string>;
/// Which of the imports a price is from.
constexpr std::size_t kOfTheBase = SIZE_MAX;

/// The tables of a catalog with positions by name, to which imports are added.
class Join {
public:
    Join(const Catalog& base, std::span<const Import> imports, const JoinOptions& options);

    void add(const Import& import);
    Joined finish();

private:
    std::string add_source(const Source& source);
    void add_instance(Instance instance, const Import& import);
    bool add_region(const Named& region, const std::string& source);
    void offer_in_new_regions();
    void settle();
    void add_price(Price price);
    void count_effects(const Catalog& joined);
    [[nodiscard]] bool lacks(const WholeList& list, std::size_t price) const;
    void leave_selections();
    void retire();
    void add_offerings(const Import& import, const std::string& source);
    Outliers outliers_of(const Import& import);
    void add_rates(const Import& import, const std::string& source);
    [[nodiscard]] Regions
    offered_so_far(const Named& machine, const Regions* row, const Regions& priced) const;
    void leave_out(std::string_view why) { ++left_out_[std::string{why}]; }
    [[nodiscard]] std::uint64_t rows_left_out() const {
        std::uint64_t sum = 0;
        for (const auto& [why, rows] : left_out_)
            sum += rows;
        return sum;
    }
    [[nodiscard]] Date date_of_source(const std::string& name) const { return dates_.at(name); }

    std::optional<Plausible> plausible_; ///< unless all is accepted
    std::vector<Rejected> outliers_;
    Tables out_;
    std::map<std::string, Date> dates_; ///< of sources
    std::set<std::string> gpus_;
    std::set<Named> families_;
    std::set<Named> regions_;
    std::set<Named> new_regions_; ///< which the base does not have
    std::set<Named> covered_;     ///< regions whose offerings an import lists
    std::map<Named, std::size_t> instances_;
    std::map<PriceKey, std::size_t> prices_;
    std::vector<std::size_t> from_; ///< by price, the import that gave it last
    std::vector<UsdPerHour> base_;  ///< by price that the base has, what it was
    std::vector<WholeList> whole_;
    std::set<Format> incomplete_; ///< of which a file is a page of several
    std::vector<ImportEffect> effects_;
    std::map<std::pair<PriceKey, std::string>, Price> superseded_; ///< by source too
    std::map<std::string, std::uint64_t> left_out_;
    std::vector<std::string> names_;
    std::vector<std::pair<Date, std::string>> rates_; ///< of each import that has some
};

inline bool contradict(const Price& a, const Price& b) {
    constexpr double kTolerance = 0.01;
    return std::abs(a.hourly / b.hourly - 1) > kTolerance;
}

} // namespace flopwise
