#include "catalog/tables.hpp"
#include "text/text.hpp"

#include <set>
#include <tuple>

namespace flopwise {

namespace {

using Named = std::pair<std::string, std::string>; // provider, name
using NameSet = std::set<std::string, std::less<>>;
using ProviderNames = std::set<Named>;

/// Looks through one section and stops at the first problem.
class Section {
public:
    Section(std::string_view name, const NameSet& sources) : name_{name}, sources_{sources} {}

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
    void positive(std::string_view field, double value) {
        if (!(value > 0 && std::isfinite(value)))
            refuse(field, fmt::format("must be positive and finite, got {}", value));
    }
    template <class Unit>
    void positive(std::string_view field, const std::optional<Quantity<Unit>>& value) {
        if (value)
            positive(field, value->value());
    }
    void within(std::string_view field, double value, double least, double most) {
        if (!(value >= least && value <= most))
            refuse(field, fmt::format("must be in [{}, {}], got {}", least, most, value));
    }
    void source(const std::string& name) {
        if (name.empty())
            refuse("source", "must be given: a figure without a source is not accepted");
        else if (!sources_.contains(name))
            unknown("source", "the name of a source", name, sources_);
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

private:
    std::string_view name_;
    const NameSet& sources_;
    std::size_t row_ = 0;
};

struct Known {
    NameSet sources;
    NameSet gpus;
    ProviderNames families;
    ProviderNames instances;
    ProviderNames regions;
};

} // namespace

static void look(Section& s, const Source& row, Known& known) {
    s.given("name", row.name);
    s.unique("name", known.sources.insert(row.name).second, row.name);
    s.given("title", row.title); // --explain prints it
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
    if (row.not_for.size() >= 4)
        s.refuse("not_for", "must leave some work that it can do");
    s.positive("memory_gib", row.memory.value());
    s.positive("memory_bandwidth_gb_per_s", row.memory_bandwidth);
    s.positive("fp64_tflops", row.fp64);
    s.positive("fp64_tensor_tflops", row.fp64_tensor);
    s.positive("fp32_tflops", row.fp32);
    s.positive("tf32_tensor_tflops", row.tf32_tensor);
    s.positive("fp16_tflops", row.fp16);
    s.positive("fp16_tensor_tflops", row.fp16_tensor);
    s.positive("bf16_tensor_tflops", row.bf16_tensor);
    s.positive("fp8_tensor_tflops", row.fp8_tensor);
    s.positive("int8_tops", row.int8);
    s.positive("fp4_tensor_tflops", row.fp4_tensor);
    s.positive("interconnect_gb_per_s", row.interconnect_bandwidth);
    s.positive("tdp_watts", row.tdp);
    s.source(row.source);
}

static void look(Section& s, const Family& row, Known& known) {
    s.given("provider", row.provider);
    s.given("name", row.name);
    s.unique("name", known.families.insert({row.provider, row.name}).second, row.name);
    s.source(row.source);
}

static void look(Section& s, const Instance& row, Known& known) {
    s.given("provider", row.provider);
    s.given("name", row.name);
    s.unique("name", known.instances.insert({row.provider, row.name}).second, row.name);
    s.reference("family", "the name of a family", row.provider, row.family, known.families);
    s.positive("vcpus", row.vcpus);
    s.positive("memory_gib", row.memory.value());
    if (!row.gpu.empty() && !known.gpus.contains(row.gpu))
        s.unknown("gpu", "the name of a GPU", row.gpu, known.gpus);
    if (!row.gpu.empty())
        s.positive("gpu_count", row.gpu_count);
    else if (row.gpu_count != 0)
        s.refuse("gpu_count", "must not be given without gpu");
    s.positive("reported_gpu_memory_gib", row.reported_gpu_memory);
    s.positive("local_storage_gb", row.local_storage);
    s.positive("network_gbps", row.network);
    s.positive("network_peak_gbps", row.network_peak);
    s.positive("ebs_gbps", row.ebs);
    s.source(row.source);
}

static void look(Section& s, const Region& row, Known& known) {
    s.given("provider", row.provider);
    s.given("code", row.code);
    s.unique("code", known.regions.insert({row.provider, row.code}).second, row.code);
    if (row.place) {
        s.within("latitude", row.place->latitude, -90, 90);
        s.within("longitude", row.place->longitude, -180, 180);
    }
    s.source(row.source);
}

static void look(Section& s, const Offering& row, const Known& known, ProviderNames& seen) {
    s.reference("instance", "the name of an instance", row.provider, row.instance, known.instances);
    s.unique("instance", seen.insert({row.provider, row.instance}).second, row.instance);
    for (const std::string& code : row.regions)
        s.reference("regions", "the code of a region", row.provider, code, known.regions);
    s.source(row.source);
}

constexpr UsdPerHour kMostPrice{1e9}; // no bill overflows, and no slip passes

using PriceKey = std::tuple<std::string_view, std::string_view, std::string_view, Purchase>;

static void look(Section& s, const Price& row, const Known& known) {
    s.reference("instance", "the name of an instance", row.provider, row.instance, known.instances);
    s.reference("region", "the code of a region", row.provider, row.region, known.regions);
    s.positive("usd_per_hour", row.hourly.value());
    if (row.hourly > kMostPrice)
        s.refuse("usd_per_hour", fmt::format("must be at most {}, got {}", kMostPrice, row.hourly));
    s.source(row.source);
}

static void look(Section& s, const Price& row, const Known& known, std::set<PriceKey>& seen) {
    look(s, row, known);
    if (!seen.insert({row.provider, row.instance, row.region, row.purchase}).second)
        s.refuse("",
                 fmt::format("must not be given twice, got {} in {}, {}",
                             row.instance,
                             row.region,
                             to_string(row.purchase)));
}

static std::optional<Problem> problem_in_name(const Tables& tables) {
    const NameSet none;
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
    const auto first_in = [&](std::string_view name, const auto& rows, auto&... more) {
        Section section{name, known.sources};
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
    return problem;
}

} // namespace flopwise
