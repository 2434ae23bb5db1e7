// Charges over others.

#include "cost/reserved_rows.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

namespace {

/// A row of one of the two, by its key among the names of both.
struct Taken {
    std::uint64_t key = 0;
    bool newer = false;
    std::size_t row = 0;
};

/// The positions of some names among those of both, which are sorted.
std::vector<std::uint64_t> numbers_of(const std::vector<std::string>& names,
                                      const std::vector<std::string>& all) {
    std::vector<std::uint64_t> out;
    out.reserve(names.size());
    for (const std::string& name : names)
        out.push_back(static_cast<std::uint64_t>(std::lower_bound(all.begin(), all.end(), name) -
                                                 all.begin()));
    return out;
}

std::uint64_t
renumbered(std::uint64_t key, std::size_t width, const std::vector<std::uint64_t>& numbers) {
    std::uint64_t out = 0;
    for (std::size_t name = width; name-- > 0;)
        out = (out << kNameBits) | numbers[(key >> (name * kNameBits)) & kNameMask];
    return out;
}

} // namespace

struct ChargesMerge {
    const Charges::Data& base;
    const Charges::Data& newer;
    Charges::Data out{};
    std::array<std::vector<std::uint64_t>, 2> numbers{}; ///< of the names of base and of newer

    using Rows = ChargeRows Charges::Data::*;

    void add_names() {
        std::set_union(base.names.begin(),
                       base.names.end(),
                       newer.names.begin(),
                       newer.names.end(),
                       std::back_inserter(out.names));
        numbers = {numbers_of(base.names, out.names), numbers_of(newer.names, out.names)};
        out.sources = base.sources;
        out.sources.insert(out.sources.end(), newer.sources.begin(), newer.sources.end());
    }

    /// The rows of one table with keys of so many names; then its columns by add().
    std::vector<Taken> rows(Rows table, std::size_t width) {
        std::vector<Taken> taken;
        const auto& theirs = (newer.*table).key;
        std::vector<std::uint64_t> replaced;
        for (std::size_t i = 0; i < theirs.size(); ++i) {
            replaced.push_back(renumbered(theirs[i], width, numbers[1]));
            taken.push_back({replaced.back(), true, i});
        }
        const auto& own = (base.*table).key; // both ascend, and so do their new numbers
        for (std::size_t i = 0; i < own.size(); ++i)
            if (const auto key = renumbered(own[i], width, numbers[0]);
                !std::binary_search(replaced.begin(), replaced.end(), key))
                taken.push_back({key, false, i});
        std::stable_sort(taken.begin(), taken.end(), [](const Taken& a, const Taken& b) {
            return a.key < b.key;
        });
        for (const Taken& row : taken) {
            (out.*table).key.push_back(row.key);
            (out.*table)
                .source.push_back(static_cast<std::uint16_t>(
                    row.newer ? (newer.*table).source[row.row] + base.sources.size()
                              : (base.*table).source[row.row]));
        }
        return taken;
    }

    /// Keys of two names, of which the first `distinct` tell one from another: a newer one
    /// replaces.
    void add_pairs(Column<std::uint64_t> Charges::Data::*table, unsigned distinct) {
        std::vector<std::uint64_t> keys;
        for (const std::uint64_t key : newer.*table)
            keys.push_back(renumbered(key, 2, numbers[1]));
        const std::vector<std::uint64_t> theirs = keys;
        const unsigned shift = (2 - distinct) * kNameBits;
        for (const std::uint64_t own : base.*table) {
            const std::uint64_t key = renumbered(own, 2, numbers[0]);
            if (std::none_of(theirs.begin(), theirs.end(), [&](std::uint64_t other) {
                    return other >> shift == key >> shift;
                }))
                keys.push_back(key);
        }
        std::sort(keys.begin(), keys.end());
        out.*table = std::move(keys);
    }

    /// Facts of machines; of two with the same key the newer one.
    template <class Rows, class Key>
    void add_facts(Rows Charges::Data::*table, Key key) {
        auto all = facts_of(newer.*table);
        std::vector<decltype(key(all[0]))> replaced;
        for (auto& fact : all) {
            fact.machine = renumbered(fact.machine, 3, numbers[1]);
            fact.source = static_cast<std::uint16_t>(fact.source + base.sources.size());
            replaced.push_back(key(fact));
        }
        std::sort(replaced.begin(), replaced.end());
        for (auto fact : facts_of(base.*table)) {
            fact.machine = renumbered(fact.machine, 3, numbers[0]);
            if (!std::binary_search(replaced.begin(), replaced.end(), key(fact)))
                all.push_back(fact);
        }
        out.*table = packed(std::move(all));
    }

    template <class... Column>
    void add(const std::vector<Taken>& rows, Column Charges::Data::*... columns) {
        for (const Taken& row : rows)
            ((out.*columns).push_back(((row.newer ? newer : base).*columns)[row.row]), ...);
    }
};

Charges Charges::merged(const Charges& others) const {
    ChargesMerge merge{*data_, *others.data_};
    merge.add_names();
    merge.add(merge.rows(&Data::charges, 3), &Data::tiers, &Data::smallest_size);
    merge.add_facts(&Data::reserved, [](const ReservedFact& fact) {
        return std::pair{fact.machine, fact.offering};
    });
    merge.add(merge.rows(&Data::ratios, 3), &Data::ratio, &Data::upfront);
    merge.add(merge.rows(&Data::same, 3));
    merge.add_pairs(&Data::default_storage, 1);
    merge.add_pairs(&Data::offered, 2);
    merge.add_facts(&Data::interruptions, [](const BandFact& fact) { return fact.machine; });
    return Charges{std::make_shared<const Data>(std::move(merge.out))};
}

} // namespace flopwise
