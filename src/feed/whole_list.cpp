#include "feed/whole_list.hpp"

#include "feed/reader.hpp"

#include <algorithm>

namespace flopwise {

WholeList::WholeList(const Import& of, std::size_t number)
    : import{number}, as_of{of.tables.as_of}, purchases{of.whole.begin(), of.whole.end()},
      unread{of.unread.begin(), of.unread.end()} {
    for (const Instance& machine : of.tables.instances) {
        provider = machine.provider;
        listed.insert(machine.name);
        (machine.gpu.empty() ? has_others : has_gpus) = true;
    }
    const feed::Reader* reader = feed::reader_of(of.format);
    by_region = reader != nullptr && reader->whole == feed::Whole::regions;
    if (!by_region)
        return;
    has_gpus = has_others = true; // AWS's price list has no machines, but the prices of all
    for (const Price& price : of.tables.prices) {
        provider = price.provider;
        ++regions[price.region];
    }
}

namespace {

using Places = std::map<std::string, std::set<std::string>>; // regions by machine

/// The tables against a list: what is newer than it stays as it is.
class AgainstList {
public:
    AgainstList(Tables& tables, const WholeList& list);

    std::uint64_t retire_machines();
    std::uint64_t retire(const std::set<std::string>& lost);
    void offer_where_priced();
    void drop_regions();

private:
    [[nodiscard]] bool is_newer(const std::string& source) const {
        return dates_.at(source) > list_.as_of;
    }
    [[nodiscard]] bool is_listed_and_sold(const std::string& machine) const {
        return list_.listed.contains(machine) && sold_.contains(machine);
    }

    Tables& tables_;
    const WholeList& list_;
    std::map<std::string, Date> dates_; ///< of sources
    Places priced_;
    std::set<std::string> sold_; ///< machines with a price of the list's day, or newer
};

} // namespace

AgainstList::AgainstList(Tables& tables, const WholeList& list) : tables_{tables}, list_{list} {
    for (const Source& source : tables.sources)
        dates_.emplace(source.name, source.as_of);
    for (const Price& price : tables.prices)
        if (price.provider == list.provider) {
            priced_[price.instance].insert(price.region);
            if (dates_.at(price.source) >= list.as_of)
                sold_.insert(price.instance);
        }
}

std::uint64_t AgainstList::retire_machines() {
    std::uint64_t retired = 0;
    for (Instance& machine : tables_.instances) {
        if (!list_.speaks_of(machine.provider, machine.name, !machine.gpu.empty()))
            continue;
        if (is_listed_and_sold(machine.name)) {
            machine.retired = false;
        } else if (!priced_.contains(machine.name) && !machine.retired &&
                   !is_newer(machine.source)) {
            machine.retired = true;
            ++retired;
        }
    }
    return retired;
}

/// Those without a price that no row says are offered somewhere.
std::uint64_t AgainstList::retire(const std::set<std::string>& lost) {
    std::set<std::string> offered;
    for (const Offering& row : tables_.offerings)
        if (row.provider == list_.provider && !row.regions.empty())
            offered.insert(row.instance);
    std::uint64_t retired = 0;
    for (Instance& machine : tables_.instances) {
        if (machine.provider != list_.provider || machine.retired || !lost.contains(machine.name) ||
            priced_.contains(machine.name) || offered.contains(machine.name) ||
            is_newer(machine.source))
            continue;
        machine.retired = true;
        ++retired;
    }
    return retired;
}

/// A machine that the list has is offered where it has a price, and one that was retired nowhere.
void AgainstList::offer_where_priced() {
    std::set<std::string> retired;
    for (const Instance& machine : tables_.instances)
        if (machine.provider == list_.provider && machine.retired)
            retired.insert(machine.name);
    for (Offering& row : tables_.offerings) {
        if (row.provider != list_.provider || is_newer(row.source))
            continue;
        if (retired.contains(row.instance)) {
            row.regions.clear();
        } else if (is_listed_and_sold(row.instance)) {
            const auto& places = priced_.at(row.instance);
            row.regions.assign(places.begin(), places.end());
        }
    }
}

void AgainstList::drop_regions() {
    std::set<std::string> used;
    for (const auto& [machine, regions] : priced_)
        used.insert(regions.begin(), regions.end());
    for (const Offering& row : tables_.offerings)
        if (row.provider == list_.provider)
            used.insert(row.regions.begin(), row.regions.end());
    std::erase_if(tables_.regions, [&](const Region& region) {
        return region.provider == list_.provider && !region.place && !used.contains(region.code);
    });
}

std::uint64_t
retire_unpriced(Tables& tables, const WholeList& list, const std::set<std::string>& lost) {
    AgainstList against{tables, list};
    if (list.by_region)
        return against.retire(lost);
    const std::uint64_t retired = against.retire_machines();
    against.offer_where_priced();
    against.drop_regions();
    return retired;
}

} // namespace flopwise
