// The end of a join: what whole lists retire, what the imports did.

#include "catalog/rates.hpp"
#include "feed/join.hpp"

#include <algorithm>

namespace flopwise {

/// What the base says of where a machine is offered says nothing of regions that it does not have.
void Join::offer_in_new_regions() {
    std::map<Named, Regions> priced;
    for (const Price& price : out_.prices)
        if (const Named region{price.provider, price.region};
            new_regions_.contains(region) && !covered_.contains(region))
            priced[{price.provider, price.instance}].insert(price.region);
    for (Offering& row : out_.offerings) {
        const auto found = priced.find({row.provider, row.instance});
        if (found == priced.end())
            continue;
        found->second.insert(row.regions.begin(), row.regions.end());
        row.regions.assign(found->second.begin(), found->second.end());
    }
}

/// Leaves out what the price in use does not contradict any more.
void Join::settle() {
    std::erase_if(superseded_, [this](const auto& row) {
        const Price& used = out_.prices[prices_.at(row.first.first)];
        return row.second.source == used.source || !contradict(row.second, used);
    });
}

/// What the prices in use did to those of the base. Where a file has the price of one before it
/// again, that which is later counts.
void Join::count_effects(const Catalog& joined) {
    constexpr double kRounding = 1e-6; // as in diff()
    for (const auto& [key, i] : prices_) {
        if (from_[i] == kOfTheBase)
            continue;
        ImportEffect& effect = effects_[from_[i]];
        const auto& [provider, instance, region, purchase] = key;
        const auto at = joined.find_offer(provider, instance, region, purchase);
        const bool sold = at && joined.offer(*at).offered && !joined.offer(*at).instance.retired;
        if (!sold) {
            ++effect.not_offered;
            continue;
        }
        const UsdPerHour now = joined.offer(*at).price;
        if (i >= base_.size())
            ++effect.added;
        else if (std::abs(now / base_[i] - 1) <= kRounding)
            ++effect.unchanged;
        else
            ++(now > base_[i] ? effect.rose : effect.fell);
    }
}

/// Whether a whole list lacks a price: one that is not newer, and of another file if it is of the
/// list's day.
bool Join::lacks(const WholeList& list, std::size_t price) const {
    const Price& row = out_.prices[price];
    if (!list.covers(row))
        return false;
    const Instance& machine = out_.instances[instances_.at({row.provider, row.instance})];
    const Date day = date_of_source(row.source);
    return list.speaks_of(row.provider, row.instance, !machine.gpu.empty()) &&
           (day < list.as_of || (day == list.as_of && from_[price] == kOfTheBase));
}

/// A file that lacks more prices of a region than it has was cut or selected from.
void Join::leave_selections() {
    for (WholeList& list : whole_) {
        std::map<std::string, std::size_t> lacking;
        for (std::size_t i = 0; list.by_region && i < out_.prices.size(); ++i)
            if (lacks(list, i))
                ++lacking[out_.prices[i].region];
        std::erase_if(list.regions,
                      [&](const auto& region) { return lacking[region.first] > region.second; });
    }
}

/// Takes out what whole lists lack, each way to pay for itself, and then what is left without any
/// price.
void Join::retire() {
    leave_selections();
    std::vector<Price> left;
    std::set<PriceKey> gone;
    std::vector<std::set<std::string>> lost(whole_.size()); // machines, by list
    for (std::size_t i = 0; i < out_.prices.size(); ++i) {
        Price& price = out_.prices[i];
        const auto lacking = std::find_if(
            whole_.begin(), whole_.end(), [&](const WholeList& list) { return lacks(list, i); });
        if (lacking == whole_.end()) {
            left.push_back(std::move(price));
            continue;
        }
        ++effects_[lacking->import].prices_retired;
        lost[static_cast<std::size_t>(lacking - whole_.begin())].insert(price.instance);
        gone.insert(price_key(price));
    }
    out_.prices = std::move(left);
    std::erase_if(superseded_, [&](const auto& row) { return gone.contains(row.first.first); });
    for (std::size_t i = 0; i < whole_.size(); ++i)
        effects_[whole_[i].import].machines_retired += retire_unpriced(out_, whole_[i], lost[i]);
}

Joined Join::finish() {
    offer_in_new_regions();
    settle();
    if (!whole_.empty())
        retire();
    if (names_.size() == 1)
        out_.name += "+" + names_.front();
    else if (!names_.empty())
        out_.name += fmt::format("+{} imports", names_.size());
    std::vector<Skipped> left_out;
    for (const auto& [why, rows] : left_out_)
        left_out.push_back({why, rows});
    for (auto& [key, price] : superseded_)
        out_.superseded.push_back(std::move(price));
    std::stable_sort(rates_.begin(), rates_.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    for (const auto& [day, rates] : rates_)
        out_.rates = overlaid_rates(out_.rates, rates);
    Catalog joined{std::move(out_)};
    count_effects(joined);
    return {std::move(joined), std::move(left_out), std::move(effects_), std::move(outliers_)};
}

} // namespace flopwise
