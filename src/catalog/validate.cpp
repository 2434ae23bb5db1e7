#include "catalog/bounds.hpp"
#include "catalog/fields.hpp"
#include "catalog/findings.hpp"
#include "catalog/keys.hpp"
#include "catalog/tables.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace flopwise {

namespace {

using Named = std::pair<std::string, std::string>; // provider, name
using NameSet = std::set<std::string, std::less<>>;
using ProviderNames = std::set<Named>;
using ExplainedSet = std::set<decltype(kByExplained(std::declval<const Explanation&>()))>;

struct Known {
    NameSet sources;
    NameSet gpus;
    ProviderNames families;
    ProviderNames instances;
    ProviderNames regions;
};

/// Looks through one section and stops at the first problem.
class Section {
public:
    Section(std::string_view name, const Known& known) : name_{name}, known_{known} {}

    std::optional<Problem> problem;

    void begin(std::size_t row) { row_ = row; }

    void refuse(std::string_view field, std::string reason) {
        if (!problem)
            problem = Problem{name_, row_, std::string{field}, std::move(reason)};
    }
    /// A name: reports print it as it is.
    void given(std::string_view field, const std::string& value) {
        if (value.empty())
            refuse(field, "must be given");
        plain(field, value);
    }
    void plain(std::string_view field, const std::string& value) {
        for (const char c : value)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                refuse(field,
                       fmt::format("must have no control characters, got {}", text::quoted(value)));
    }
    void unique(std::string_view field, bool inserted, const std::string& value) {
        if (!inserted)
            refuse(field, fmt::format("must not be given twice, got {}", text::quoted(value)));
    }
    void positive(std::string_view field, double value, double most, std::string_view unit = {}) {
        if (!(value > 0 && std::isfinite(value)))
            refuse(field, fmt::format("must be positive and finite, got {}", value));
        const auto with_unit = [unit](double figure) {
            return fmt::format("{}{}{}", figure, unit.empty() ? "" : " ", unit);
        };
        if (value < kLeast)
            refuse(field,
                   fmt::format("must be at least {}, got {}", with_unit(kLeast), with_unit(value)));
        if (value > most)
            refuse(field,
                   fmt::format("must be at most {}, got {}", with_unit(most), with_unit(value)));
    }
    void within(std::string_view field, double value, double least, double most) {
        if (!(value >= least && value <= most))
            refuse(field, fmt::format("must be in [{}, {}], got {}", least, most, value));
    }
    void source(const std::string& name) {
        if (name.empty())
            refuse("source", "must be given: a figure without a source is not accepted");
        else if (!known_.sources.contains(name))
            unknown("source", "the name of a source", name, known_.sources);
    }
    template <class Set>
    void unknown(std::string_view field,
                 std::string_view what,
                 const std::string& name,
                 const Set& known) {
        std::vector<std::string_view> candidates;
        for (const auto& candidate : known) {
            if constexpr (std::is_same_v<Set, ProviderNames>)
                candidates.emplace_back(candidate.second);
            else
                candidates.emplace_back(candidate);
        }
        refuse(field,
               fmt::format("must be {}, got {}{}",
                           what,
                           text::quoted(name),
                           text::did_you_mean(name, candidates)));
    }
    void reference(std::string_view field,
                   std::string_view what,
                   const std::string& provider,
                   const std::string& name,
                   const ProviderNames& known) {
        if (!known.contains({provider, name}))
            unknown(field, what, name, known);
    }

    /// The row that a field names, if it names one.
    void refers(const Field& f, const std::string& provider, const std::string& name) {
        if (f.is(kSourceName))
            source(name);
        if (f.is(kFindingName) && std::ranges::find(finding::kAll, name) == finding::kAll.end())
            refuse(f.in_file(),
                   fmt::format("must be {}, got {}{}",
                               text::one_of(finding::kAll),
                               text::quoted(name),
                               text::did_you_mean(name, finding::kAll)));
        if (f.is(kSome))
            given(f.in_file(), name);
        if (f.is(kGpuName) && !name.empty() && !known_.gpus.contains(name))
            unknown(f.in_file(), "the name of a GPU", name, known_.gpus);
        if (f.is(kFamilyName))
            reference(f.in_file(), "the name of a family", provider, name, known_.families);
        if (f.is(kMachineName))
            reference(f.in_file(), "the name of an instance", provider, name, known_.instances);
        if (f.is(kRegionCode))
            reference(f.in_file(), "the code of a region", provider, name, known_.regions);
    }

private:
    std::string_view name_;
    const Known& known_;
    std::size_t row_ = 0;
};

// The most that a figure can be, by what it is of.
constexpr double most_of(UsdPerHour /*tag*/) {
    return kMostUsdPerHour;
}
constexpr double most_of(GiB /*tag*/) {
    return kMostGib;
}
constexpr double most_of(Gbps /*tag*/) {
    return kMostGbps;
}
constexpr double most_of(Tflops /*tag*/) {
    return kMostTflops;
}
template <class Unit>
constexpr double most_of(Quantity<Unit> /*tag*/) {
    return kMostOther;
}

/// Looks at each field of a row for itself.
template <class Row>
struct Checked {
    Section& section;
    const Row& row;

    void operator()(const Field& f, const std::string& value) const {
        if (f.is(kGiven))
            section.given(f.in_file(), value);
        section.refers(f, provider(), value);
    }
    void operator()(const Field& f, const std::vector<std::string>& values) const {
        if (f.is(kSome) && values.empty())
            section.refuse(f.in_file(), "must be given");
        for (const std::string& value : values)
            section.refers(f, provider(), value);
    }
    void operator()(const Field& f, double value) const {
        if constexpr (requires { row.gpu; })
            if (f.is(kWithGpu) && row.gpu.empty()) {
                if (value != 0)
                    section.refuse(f.in_file(), "must not be given without gpu");
                return;
            }
        if (f.is(kPositive | kWithGpu) || value != 0) // zero of others stands for "not known"
            section.positive(f.in_file(), value, f.is(kWithGpu) ? kMostGpus : kMostOther);
    }
    void operator()(const Field& f, const std::optional<double>& value) const {
        if (value)
            section.positive(f.in_file(), *value, kMostVcpus);
        else
            unknown(f);
    }
    template <class Unit>
    void operator()(const Field& f, Quantity<Unit> value) const {
        section.positive(f.in_file(), value.value(), most_of(value), Unit::symbol);
    }
    template <class Unit>
    void operator()(const Field& f, const std::optional<Quantity<Unit>>& value) const {
        if (value)
            (*this)(f, *value);
        else
            unknown(f);
    }
    void operator()(const Field& north, const Field& east, const std::optional<Place>& p) const {
        if (p) {
            section.within(north.in_file(), p->latitude, -90, 90);
            section.within(east.in_file(), p->longitude, -180, 180);
        }
    }
    template <class Value> // a flag, a date, an enumerator, a year: any will do
    requires std::is_integral_v<Value> || std::is_enum_v<Value> || std::is_same_v<Value, Date>
    void operator()(const Field& /*field*/, Value /*value*/) const {}
    void operator()(const Field& /*field*/, const std::vector<Purpose>& /*values*/) const {}

private:
    void unknown(const Field& f) const {
        if constexpr (requires { row.gpu; })
            if (f.is(kUnlessGpu) && row.gpu.empty())
                section.refuse(f.in_file(), "must be given for a machine without a GPU");
    }
    [[nodiscard]] const std::string& provider() const {
        static const std::string none;
        if constexpr (requires { row.provider; })
            return row.provider;
        else
            return none;
    }
};

} // namespace

static void look(Section& s, const Source& row, Known& known) {
    s.unique("name", known.sources.insert(row.name).second, row.name);
    fields(Checked<Source>{s, row}, row);
}

static void look(Section& s, const Gpu& row, Known& known, NameSet& spellings) {
    s.given("name", row.name);
    s.unique("name", known.gpus.insert(row.name).second, row.name);
    s.unique("name", spellings.insert(text::lower(row.name)).second, row.name);
    NameSet own{text::lower(row.name)}; // "T4g" and "T4G" are one spelling of the same device
    for (const std::string& alias : row.aliases)
        if (const std::string spelling = text::lower(alias); own.insert(spelling).second)
            s.unique("aliases", spellings.insert(spelling).second, alias);
    for (const std::string& method : row.unsupported)
        if (method != "qlora" && method != "adam_8bit")
            s.refuse("unsupported",
                     fmt::format("must be qlora or adam_8bit, got {}", text::quoted(method)));
    for (const Purpose purpose : row.not_for)
        if (purpose > Purpose::hpc)
            s.refuse("not_for",
                     fmt::format("must be training, inference, graphics or hpc, got {}",
                                 to_string(purpose)));
    if (row.usable_memory && *row.usable_memory > row.memory)
        s.refuse("usable_memory_gib",
                 fmt::format("must not be above memory_gib of {}, got {}",
                             row.memory.value(),
                             row.usable_memory->value()));
    if (row.not_for.size() >= 4)
        s.refuse("not_for", "must leave some work that it can do");
    fields(Checked<Gpu>{s, row}, row);
}

static void look(Section& s, const Family& row, Known& known) {
    s.unique("name", known.families.insert({row.provider, row.name}).second, row.name);
    fields(Checked<Family>{s, row}, row);
}

static void look(Section& s, const Instance& row, Known& known) {
    s.unique("name", known.instances.insert({row.provider, row.name}).second, row.name);
    fields(Checked<Instance>{s, row}, row);
}

static void look(Section& s, const Region& row, Known& known) {
    s.unique("code", known.regions.insert({row.provider, row.code}).second, row.code);
    fields(Checked<Region>{s, row}, row);
}

static void look(Section& s, const Offering& row, Known& /*known*/, ProviderNames& seen) {
    s.unique("instance", seen.insert({row.provider, row.instance}).second, row.instance);
    fields(Checked<Offering>{s, row}, row);
}

static void look(Section& s, const Explanation& row, Known& /*known*/, ExplainedSet& seen) {
    fields(Checked<Explanation>{s, row}, row);
    if (!seen.insert(kByExplained(row)).second)
        s.refuse("",
                 fmt::format("must not be given twice, got {} of {}",
                             row.finding,
                             fmt::join(row.names, ", ")));
}

using PriceKey = std::tuple<std::string_view, std::string_view, std::string_view, Purchase>;

static void look(Section& s, const Price& row, Known& /*known*/) {
    fields(Checked<Price>{s, row}, row);
}

static void look(Section& s, const Price& row, Known& known, std::set<PriceKey>& seen) {
    look(s, row, known);
    if (!seen.insert({row.provider, row.instance, row.region, row.purchase}).second)
        s.refuse("",
                 fmt::format("must not be given twice, got {} in {}, {}",
                             row.instance,
                             row.region,
                             to_string(row.purchase)));
}

static std::optional<Problem> problem_in_name(const Tables& tables) {
    const Known none;
    Section section{"catalog", none};
    section.plain("name", tables.name);
    return section.problem;
}

static std::optional<Problem> too_many(const Tables& tables) {
    const auto problem = [](std::string_view section, std::size_t most) {
        return Problem{section, most, "", fmt::format("must be at most {} rows", most)};
    };
    if (tables.regions.size() > kMostRegions)
        return problem("regions", kMostRegions);
    if (tables.sources.size() > kMostSources)
        return problem("sources", kMostSources);
    return std::nullopt;
}

std::optional<Problem> problem_in(const Tables& tables) {
    Known known;
    NameSet spellings;
    ProviderNames offerings;
    std::set<PriceKey> prices;
    ExplainedSet explained;
    const auto first_in = [&](std::string_view name, const auto& rows, auto&... more) {
        Section section{name, known};
        for (std::size_t i = 0; i < rows.size() && !section.problem; ++i) {
            section.begin(i);
            look(section, rows[i], known, more...);
        }
        return section.problem;
    };
    // Each section is looked at after those that it refers to.
    std::optional<Problem> problem = too_many(tables);
    const auto then = [&problem](auto next) {
        if (!problem)
            problem = next();
    };
    then([&] { return problem_in_name(tables); });
    then([&] { return first_in("sources", tables.sources); });
    then([&] { return first_in("gpus", tables.gpus, spellings); });
    then([&] { return first_in("families", tables.families); });
    then([&] { return first_in("instances", tables.instances); });
    then([&] { return first_in("regions", tables.regions); });
    then([&] { return first_in("offerings", tables.offerings, offerings); });
    then([&] { return first_in("prices", tables.prices, prices); });
    then([&] { return first_in("superseded", tables.superseded); });
    then([&] { return first_in("explained", tables.explained, explained); });
    return problem;
}

} // namespace flopwise
