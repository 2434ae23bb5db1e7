#include "feed/join.hpp"

#include "feed/base_catalog.hpp"
#include "feed/imported_rates.hpp"
#include "feed/reader.hpp"

#include <algorithm>

namespace flopwise {

Join::Join(const Catalog& base, std::span<const Import> imports, const JoinOptions& options)
    : out_{base.tables()} {
    if (!options.accept_outliers)
        plausible_.emplace(base);
    for (const Import& import : imports)
        if (import.incomplete)
            incomplete_.insert(import.format);
    for (const Source& s : out_.sources)
        dates_.emplace(s.name, s.as_of);
    for (const Gpu& gpu : out_.gpus)
        gpus_.insert(gpu.name);
    for (const Family& f : out_.families)
        families_.insert({f.provider, f.name});
    for (const Region& r : out_.regions)
        regions_.insert({r.provider, r.code});
    for (std::size_t i = 0; i < out_.instances.size(); ++i)
        instances_.emplace(Named{out_.instances[i].provider, out_.instances[i].name}, i);
    for (std::size_t i = 0; i < out_.prices.size(); ++i)
        prices_.emplace(price_key(out_.prices[i]), i);
    from_.assign(out_.prices.size(), kOfTheBase);
    for (const Price& price : out_.prices)
        base_.push_back(price.hourly);
    for (Price& price : std::exchange(out_.superseded, {}))
        superseded_.try_emplace({price_key(price), price.source}, std::move(price));
}

/// Adds a source under a name that is free; the same source is there once.
std::string Join::add_source(const Source& source) {
    Source added = source;
    for (int n = 2;; ++n) {
        const auto same = std::find_if(out_.sources.begin(), out_.sources.end(), [&](auto& s) {
            return s.name == added.name;
        });
        if (same == out_.sources.end())
            break;
        if (*same == added)
            return added.name;
        added.name = fmt::format("{}-{}", source.name, n);
    }
    dates_.emplace(added.name, added.as_of);
    out_.sources.push_back(added);
    return added.name;
}

/// What the provider says of its machine counts, and what it does not say stays as it was.
static void update(Instance& to, Instance from) {
    from.family = to.family;
    const auto keep = [](auto& value, const auto& before) {
        if (!value)
            value = before;
    };
    keep(from.reported_gpu_memory, to.reported_gpu_memory);
    keep(from.local_storage, to.local_storage);
    keep(from.network, to.network);
    keep(from.network_peak, to.network_peak);
    keep(from.ebs, to.ebs);
    if (from.gpu.empty())
        std::tie(from.gpu, from.gpu_count) = std::tie(to.gpu, to.gpu_count);
    if (from.network == to.network)
        from.network_estimated = to.network_estimated;
    if (from.arch.empty())
        from.arch = to.arch;
    if (from.cpu_vendor.empty())
        from.cpu_vendor = to.cpu_vendor;
    if (from.clock_ghz == 0)
        from.clock_ghz = to.clock_ghz;
    to = std::move(from); // and it is not retired, as it is described
}

void Join::add_instance(Instance instance, const Import& import) {
    if (!instance.gpu.empty() && !gpus_.contains(instance.gpu))
        return leave_out("machine with a GPU that is not in the catalog");
    const Named key{instance.provider, instance.name};
    const auto found = instances_.find(key);
    if (found != instances_.end()) {
        const feed::Reader* reader = feed::reader_of(import.format);
        if (reader != nullptr && reader->describes_machines)
            update(out_.instances[found->second], std::move(instance));
        return;
    }
    if (!families_.contains({instance.provider, instance.family}))
        return leave_out("machine of a family that is not in the catalog");
    instances_.emplace(key, out_.instances.size());
    out_.instances.push_back(std::move(instance));
}

/// One that the base does not have is added, where it lies is not known.
bool Join::add_region(const Named& region, const std::string& source) {
    if (regions_.contains(region))
        return true;
    if (out_.regions.size() == kMostRegions)
        return false;
    regions_.insert(region);
    new_regions_.insert(region);
    out_.regions.push_back({.provider = region.first, .code = region.second, .source = source});
    return true;
}

/// The newer of two prices counts. A price on demand that the older contradicts is kept beside it;
/// a spot price moves, so that of another day is no contradiction.
void Join::add_price(Price price) {
    ImportEffect& effect = effects_.back();
    if (!instances_.contains({price.provider, price.instance})) {
        ++effect.unplaced;
        return leave_out("price of a machine that is not in the catalog");
    }
    if (!add_region({price.provider, price.region}, price.source)) {
        ++effect.unplaced;
        return leave_out("price in a region more than a catalog can have");
    }
    const std::size_t import = effects_.size() - 1;
    const auto [found, fresh] = prices_.try_emplace(price_key(price), out_.prices.size());
    if (fresh) {
        out_.prices.push_back(std::move(price));
        from_.push_back(import);
        return;
    }
    Price& there = out_.prices[found->second];
    std::size_t& from = from_[found->second];
    const bool of_a_file = from != kOfTheBase;
    const Date day = date_of_source(price.source);
    const bool counts = day >= date_of_source(there.source);
    if (counts) {
        if (of_a_file)
            ++effects_[from].overtaken;
        from = import;
    } else {
        ++(of_a_file ? effect.overtaken : effect.older);
    }
    if (of_a_file && price.source == there.source && price.hourly != there.hourly)
        leave_out("price that another file of the same source contradicts");
    else if (of_a_file && counts && price.source != there.source)
        leave_out("price that another file has newer");
    else if (!counts)
        leave_out(day.year == 0 ? "price without a date, so older than the one there is"
                                : "price older than the one there is");
    if (counts)
        std::swap(price, there);
    const auto row = superseded_.find({price_key(price), price.source});
    if (row != superseded_.end())
        superseded_.erase(row);
    if (price.purchase == Purchase::on_demand && price.source != there.source &&
        contradict(price, there))
        superseded_.try_emplace({price_key(price), price.source}, std::move(price));
}

/// Rows of `table` by machine.
static std::map<Named, Regions> by_machine(const std::vector<Offering>& table) {
    std::map<Named, Regions> out;
    for (const Offering& row : table)
        out[{row.provider, row.instance}].insert(row.regions.begin(), row.regions.end());
    return out;
}

/// Where a machine is offered by what the catalog says so far; without a word, where it is priced.
Regions
Join::offered_so_far(const Named& machine, const Regions* row, const Regions& priced) const {
    if (row != nullptr)
        return *row;
    return out_.instances[instances_.at(machine)].retired ? Regions{} : priced;
}

void Join::add_offerings(const Import& import, const std::string& source) {
    if (import.covered.empty() && import.tables.offerings.empty())
        return;
    std::set<Named> covered{import.covered.begin(), import.covered.end()};
    if (incomplete_.contains(import.format)) // its last page names none that follows
        covered.clear();
    covered_.insert(covered.begin(), covered.end());
    const auto theirs = by_machine(import.tables.offerings);
    const auto ours = by_machine(out_.offerings);
    for (const auto& [machine, regions] : theirs)
        if (!instances_.contains(machine))
            leave_out("offering of a machine that is not in the catalog");
    std::map<Named, Regions> priced;
    for (const Price& price : out_.prices)
        priced[{price.provider, price.instance}].insert(price.region);
    std::map<Named, Regions> changed;
    for (const auto& [machine, row] : instances_) {
        const auto listed = theirs.find(machine);
        const auto before = ours.find(machine);
        const bool had_row = before != ours.end();
        const Regions known =
            offered_so_far(machine, had_row ? &before->second : nullptr, priced[machine]);
        Regions regions = known;
        std::erase_if(regions, [&covered, &provider = machine.first](const auto& region) {
            return covered.contains({provider, region});
        });
        if (listed != theirs.end()) {
            out_.instances[row].retired = false;
            for (const auto& region : listed->second)
                if (add_region({machine.first, region}, source))
                    regions.insert(region);
        }
        if (regions != known || (!had_row && listed != theirs.end()))
            changed.emplace(machine, std::move(regions));
    }
    std::erase_if(out_.offerings, [&](const Offering& o) {
        return changed.contains({o.provider, o.instance});
    });
    for (const auto& [machine, regions] : changed)
        out_.offerings.push_back(
            {machine.first, machine.second, {regions.begin(), regions.end()}, source});
}

/// Rates of a newer file replace those of an older one, and never the other way round.
void Join::add_rates(const Import& import, const std::string& source) {
    std::uint64_t incomplete = 0;
    const std::string rates = imported_rates(import, source, incomplete);
    if (incomplete > 0)
        left_out_["reserved rate of a machine that has none by the hour"] += incomplete;
    if (!rates.empty())
        rates_.emplace_back(import.tables.as_of, rates);
}

Outliers Join::outliers_of(const Import& import) {
    if (!plausible_)
        return {};
    Outliers out = plausible_->outliers_of(import);
    effects_.back().outliers = out.prices.size();
    outliers_.insert(outliers_.end(), out.descriptions.begin(), out.descriptions.end());
    return out;
}

void Join::add(const Import& import) {
    effects_.push_back({.file = import.file,
                        .prices = import.tables.prices.size(),
                        .to_come = import.to_come,
                        .whole = !import.whole.empty(),
                        .undated = import.undated || import.tables.as_of.year == 0,
                        .incomplete = import.incomplete});
    inherit(out_.explained);
    if (import.tables.sources.empty())
        return;
    std::map<std::string, std::string> called; // sources, by their names in the import
    for (const Source& one : import.tables.sources)
        called.emplace(one.name, add_source(one));
    const std::string source = called.at(import.tables.sources.front().name);
    add_rates(import, source);
    names_.push_back(called.size() == 1 ? source : import.tables.name);
    const auto before = rows_left_out();
    const auto with_source = [&](auto row) {
        const auto found = called.find(row.source);
        row.source = found == called.end() ? source : found->second;
        return row;
    };
    for (const Family& family : import.tables.families)
        if (families_.insert({family.provider, family.name}).second)
            out_.families.push_back(with_source(family));
    const Tables& rows = import.tables;
    const Outliers outliers = outliers_of(import);
    for (std::size_t i = 0; i < rows.instances.size(); ++i)
        if (!outliers.machines.contains(i))
            add_instance(with_source(rows.instances[i]), import);
    for (std::size_t i = 0; i < rows.prices.size(); ++i)
        if (!outliers.prices.contains(i))
            add_price(with_source(rows.prices[i]));
    add_offerings(import, source);
    if (!import.whole.empty() && !import.incomplete && rows.as_of.year != 0) {
        whole_.emplace_back(import, effects_.size() - 1);
        whole_.back().unread.insert(outliers.concerned.begin(), outliers.concerned.end());
    }
    if (rows_left_out() - before + outliers.descriptions.size() <
        rows.instances.size() + rows.prices.size() + rows.offerings.size()) // some are in use
        out_.as_of = std::max(out_.as_of, rows.as_of);
}

Joined join(const Catalog& base, std::span<const Import> imports, const JoinOptions& options) {
    Join join{base, imports, options};
    for (const Import& import : imports)
        join.add(import);
    return join.finish();
}

Joined join(std::span<const Import> imports, const JoinOptions& options) {
    return join(with_providers(Catalog::bundled(), providers_of(imports)), imports, options);
}

} // namespace flopwise
