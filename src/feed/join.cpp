#include "catalog/rates.hpp"
#include "catalog/tables.hpp"
#include "feed/base_catalog.hpp"
#include "feed/imported_rates.hpp"
#include "feed/price_key.hpp"
#include "feed/reader.hpp"
#include "feed/whole_list.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace flopwise {

namespace {

using Named = std::pair<std::string, std::string>; // provider, name
using Regions = std::set<std::string>;
/// Which of the imports a price is from.
constexpr std::size_t kOfTheBase = SIZE_MAX;

/// The tables of a catalog with positions by name, to which imports are added.
class Join {
public:
    Join(const Catalog& base, std::span<const Import> imports);

    void add(const Import& import);
    Joined finish();

private:
    std::string add_source(const Source& source);
    void add_instance(Instance instance, const Import& import);
    bool add_region(const Named& region, const std::string& source);
    void offer_in_new_regions();
    void settle();
    void add_price(Price price);
    void count_effects();
    [[nodiscard]] bool lacks(const WholeList& list, std::size_t price) const;
    void leave_selections();
    void retire();
    void add_offerings(const Import& import, const std::string& source);
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

} // namespace

Join::Join(const Catalog& base, std::span<const Import> imports) : out_{base.tables()} {
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

static bool contradict(const Price& a, const Price& b) {
    constexpr double kTolerance = 0.01;
    return std::abs(a.hourly / b.hourly - 1) > kTolerance;
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
    const std::string source = add_source(import.tables.sources.front());
    add_rates(import, source);
    names_.push_back(source);
    const auto before = rows_left_out();
    const auto with_source = [&](auto row) {
        row.source = source;
        return row;
    };
    for (const Family& family : import.tables.families)
        if (families_.insert({family.provider, family.name}).second)
            out_.families.push_back(with_source(family));
    for (const Instance& instance : import.tables.instances)
        add_instance(with_source(instance), import);
    for (const Price& price : import.tables.prices)
        add_price(with_source(price));
    add_offerings(import, source);
    if (!import.whole.empty() && !import.incomplete && import.tables.as_of.year != 0)
        whole_.emplace_back(import, effects_.size() - 1);
    const Tables& rows = import.tables;
    if (rows_left_out() - before <
        rows.instances.size() + rows.prices.size() + rows.offerings.size()) // some are in use
        out_.as_of = std::max(out_.as_of, rows.as_of);
}

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
void Join::count_effects() {
    constexpr double kRounding = 1e-6; // as in diff()
    for (std::size_t i = 0; i < from_.size(); ++i) {
        if (from_[i] == kOfTheBase)
            continue;
        ImportEffect& effect = effects_[from_[i]];
        const UsdPerHour now = out_.prices[i].hourly;
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
    count_effects();
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
    return {Catalog{std::move(out_)}, std::move(left_out), std::move(effects_)};
}

Joined join(const Catalog& base, std::span<const Import> imports) {
    Join join{base, imports};
    for (const Import& import : imports)
        join.add(import);
    return join.finish();
}

Joined join(std::span<const Import> imports) {
    return join(with_providers(Catalog::bundled(), providers_of(imports)), imports);
}

} // namespace flopwise
