#include "solve/filter.hpp"

#include "catalog/gpu_names.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace flopwise {

using Names = std::vector<std::string_view>;

static std::string with_article(std::string_view what) {
    return fmt::format("{} {}", what.starts_with('a') ? "an" : "a", what);
}

[[noreturn]] static void refuse_pattern(const Request& request,
                                        std::string_view key,
                                        std::string_view what,
                                        std::string_view pattern) {
    request.refuse(
        key, fmt::format("matches no {} of the catalog, got {}", what, text::quoted(pattern)));
}

/// ", did you mean X?"; of a region that is told from others by its number, those others.
static std::string like(std::string_view key, const std::string& name, const Names& names) {
    const std::size_t stem = name.find_last_not_of("0123456789") + 1;
    std::vector<std::string_view> others;
    if (key.ends_with("region") && stem > 0 && stem < name.size())
        for (const std::string_view one : names)
            if (one.find_last_not_of("0123456789") + 1 == stem &&
                one.starts_with(name.substr(0, stem)))
                others.push_back(one);
    return others.empty() ? text::did_you_mean(name, names)
                          : fmt::format("; there are {}", fmt::join(others, ", "));
}

/// Refuses a name that is none of those that `all` lists, and a pattern that matches none. Most
/// requests name nothing, and then nothing is listed.
template <class All>
static void must_exist(const Request& request,
                       std::string_view key,
                       std::string_view what,
                       const std::vector<std::string>& wanted,
                       All all) {
    Names names;
    for (const std::string& name : wanted) {
        if (names.empty())
            names = all();
        if (text::is_pattern(name)) {
            if (std::none_of(names.begin(), names.end(), [&](std::string_view one) {
                    return text::matches(name, one);
                }))
                refuse_pattern(request, key, what, name);
            continue;
        }
        if (std::find(names.begin(), names.end(), name) != names.end())
            continue;
        std::sort(names.begin(), names.end());
        request.refuse(key,
                       fmt::format("must be {} of the catalog, got {}{}",
                                   with_article(what),
                                   text::quoted(name),
                                   like(key, name, names)));
    }
}

/// There are few providers, so a refusal names them all.
static void must_be_provider(const Catalog& catalog, const Request& request) {
    if (request.constraints.provider.empty())
        return;
    Names names = catalog.providers();
    names.emplace_back("any");
    for (const std::string& name : request.constraints.provider)
        if (text::is_pattern(name)) {
            if (std::none_of(names.begin(), names.end(), [&](std::string_view one) {
                    return one != "any" && text::matches(name, one);
                }))
                refuse_pattern(request, "provider", "provider", name);
        } else if (std::find(names.begin(), names.end(), name) == names.end())
            request.refuse("provider",
                           fmt::format("must be {}, got {}{}",
                                       text::one_of(names),
                                       text::quoted(name),
                                       text::did_you_mean(name, names)));
}

/// Whether `asked` is a name, or one of its words: "intel" is "Intel (Habana)". In any case.
static bool is_called(std::string_view name, std::string_view asked) {
    const std::string all = text::lower(name);
    const std::string one = text::lower(asked);
    if (one == "habana" && all == "synapseai") // the stack of who makes Gaudi
        return true;
    if (text::matches(one, all))
        return true;
    const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    for (std::size_t at = all.find(one); at != std::string::npos; at = all.find(one, at + 1)) {
        const std::size_t end = at + one.size();
        if ((at == 0 || !is_part(all[at - 1])) && (end == all.size() || !is_part(all[end])))
            return !one.empty();
    }
    return false;
}

/// Of vendors or stacks there are few, so a refusal names them all.
static void must_be_of_a_gpu(const Catalog& catalog,
                             const Request& request,
                             std::string_view key,
                             std::string Gpu::*field,
                             const std::vector<std::string>& wanted) {
    for (const std::string& one : wanted) {
        Names names;
        bool any = false;
        for (const Gpu& gpu : catalog.gpus()) {
            any = any || is_called(gpu.*field, one);
            if (!(gpu.*field).empty())
                names.push_back(gpu.*field);
        }
        if (any)
            continue;
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        if (text::is_pattern(one) || names.empty())
            refuse_pattern(request, key, key, one);
        request.refuse(key,
                       fmt::format("must be {}, got {}{}",
                                   text::one_of(names),
                                   text::quoted(one),
                                   text::did_you_mean(one, names)));
    }
}

static void check_names(const Catalog& catalog, const Request& request) {
    const Constraints& c = request.constraints;
    const auto all = [](auto rows, auto field) {
        return [rows, field] {
            Names out;
            out.reserve(rows.size());
            for (const auto& row : rows)
                out.push_back(row.*field);
            return out;
        };
    };
    const auto families = all(catalog.families(), &Family::name);
    const auto instances = all(catalog.instances(), &Instance::name);
    const auto either = [&] {
        Names out = instances();
        const Names more = families();
        out.insert(out.end(), more.begin(), more.end());
        return out;
    };
    const auto arches = all(catalog.instances(), &Instance::arch);
    must_exist(request, "family", "family", c.family, families);
    must_exist(request, "instance", "machine", c.instance, instances);
    must_exist(request, "exclude", "machine or family", c.exclude, either);
    must_exist(request, "arch", "architecture", c.arch, arches);
    must_be_provider(catalog, request);
    must_be_of_a_gpu(catalog, request, "vendor", &Gpu::vendor, c.vendor);
    must_be_of_a_gpu(catalog, request, "stack", &Gpu::stack, c.stack);
    const auto regions = all(catalog.regions(), &Region::code);
    must_exist(request, "region", "region", c.region, regions);
    if (const std::string& lies_in = request.dataset.region; !lies_in.empty())
        must_exist(request, "dataset_region", "region", {lies_in}, regions);
}

/// Those that a name or pattern stands for. Throws through Request::refuse() if there are none.
static std::vector<const Gpu*>
gpus_named(const Catalog& catalog, const Request& request, const std::string& name) {
    if (!text::is_pattern(name)) {
        std::vector<const Gpu*> out = catalog.find_gpus(name);
        if (out.empty())
            request.refuse("gpu", why_no_gpu(catalog.gpus(), name));
        return out;
    }
    const auto matches = [pattern = text::lower(name)](const std::string& spelling) {
        return text::matches(pattern, text::lower(spelling));
    };
    std::vector<const Gpu*> out;
    for (const Gpu& gpu : catalog.gpus())
        if (matches(gpu.name) || std::any_of(gpu.aliases.begin(), gpu.aliases.end(), matches))
            out.push_back(&gpu);
    if (out.empty())
        refuse_pattern(request, "gpu", "GPU", name);
    return out;
}

static NamedGpus gpus_of_names(const Catalog& catalog, const Request& request) {
    NamedGpus out;
    for (const std::string& name : request.constraints.gpu)
        out.push_back(gpus_named(catalog, request, name));
    return out;
}

/// Which GPUs of the catalog are asked for; empty if any is.
static std::vector<bool> gpus_wanted(const Catalog& catalog, const NamedGpus& named) {
    std::vector<bool> out(named.empty() ? 0 : catalog.gpus().size());
    for (const auto& gpus : named)
        for (const Gpu* gpu : gpus)
            out[static_cast<std::size_t>(gpu - catalog.gpus().data())] = true;
    return out;
}

/// Why a machine with this GPU, null for none, is refused for who made it or for its stack.
static ReasonSet maker_reasons(const Gpu* gpu, const Constraints& c) {
    const auto reason = [](const std::vector<std::string>& wanted,
                           const std::string* has,
                           Reason other,
                           Reason unknown) -> ReasonSet {
        if (wanted.empty())
            return 0;
        if (has != nullptr && has->empty())
            return bit(unknown);
        const bool fits =
            has != nullptr && std::any_of(wanted.begin(), wanted.end(), [has](const auto& one) {
                return is_called(*has, one);
            });
        return fits ? 0 : bit(other);
    };
    return reason(c.vendor,
                  gpu == nullptr ? nullptr : &gpu->vendor,
                  Reason::other_vendor,
                  Reason::unknown_vendor) |
           reason(c.stack,
                  gpu == nullptr ? nullptr : &gpu->stack,
                  Reason::other_stack,
                  Reason::unknown_stack);
}

/// Which types are refused for their name, or for the name of their family or GPU.
static std::vector<ReasonSet>
name_reasons(const Catalog& catalog, const Constraints& c, const std::vector<bool>& gpu_wanted) {
    if (c.gpu.empty() && c.family.empty() && c.instance.empty() && c.exclude.empty() &&
        c.arch.empty() && c.vendor.empty() && c.stack.empty())
        return {};
    const auto set = [](bool when, Reason reason) { return when ? bit(reason) : 0; };
    std::vector<ReasonSet> by_family;
    for (const Family& family : catalog.families())
        by_family.push_back(set(text::any_matches(c.exclude, family.name), Reason::excluded) |
                            set(!c.family.empty() && !text::any_matches(c.family, family.name),
                                Reason::other_family));
    std::vector<ReasonSet> by_gpu;
    for (const Gpu& gpu : catalog.gpus())
        by_gpu.push_back(maker_reasons(&gpu, c));
    const ReasonSet without = maker_reasons(nullptr, c);
    std::vector<ReasonSet> out;
    out.reserve(catalog.instances().size());
    for (std::size_t type = 0; type < catalog.instances().size(); ++type) {
        const Instance& i = catalog.instances()[type];
        const std::int32_t gpu = columns_of(catalog).gpu[type];
        const bool wanted_gpu =
            c.gpu.empty() || (gpu >= 0 && gpu_wanted[static_cast<std::size_t>(gpu)]);
        out.push_back(
            by_family[columns_of(catalog).family[type]] |
            (gpu >= 0 ? by_gpu[static_cast<std::size_t>(gpu)] : without) |
            set(text::any_matches(c.exclude, i.name), Reason::excluded) |
            set(!c.instance.empty() && !text::any_matches(c.instance, i.name),
                Reason::other_instance) |
            set(!wanted_gpu, Reason::other_gpu) |
            set(!c.arch.empty() && !text::any_matches(c.arch, i.arch), Reason::other_arch));
    }
    return out;
}

bool suits(const Gpu& gpu, Profile profile) {
    return std::none_of(gpu.not_for.begin(), gpu.not_for.end(), [profile](Purpose purpose) {
        return to_string(purpose) == to_string(profile);
    });
}

/// A highest figure is not below the lowest of the same.
static void must_leave_room(const Request& request) {
    const Constraints& c = request.constraints;
    const auto pair = [&request](std::string_view key, const auto& most, const auto& least) {
        if (most && least && *most < *least)
            request.refuse(
                key, fmt::format("must not be below the least, got {} and {}", *most, *least));
    };
    pair("max_gpu_memory_gib", c.max_gpu_memory, c.min_gpu_memory);
    pair("max_memory_gib", c.max_memory, c.min_memory);
    pair("max_vcpus", c.max_vcpus, c.min_vcpus);
}

Filter::Filter(const Catalog& catalog,
               const Request& request,
               const Sites& sites,
               const Goal& goal,
               const Pricing& pricing)
    : catalog_{catalog}, request_{request}, sites_{sites}, goal_{goal}, pricing_{pricing},
      columns_{pricing.columns()}, min_gpus_{least_gpus(request.constraints)}, without_gpu_{
                                                                                   min_gpus_ == 0} {
    const Constraints& c = request.constraints;
    check_names(catalog, request);
    if (c.max_gpus && *c.max_gpus < min_gpus_)
        request.refuse("max_gpus",
                       fmt::format("must not be below the least number of GPUs, got {} and {}",
                                   *c.max_gpus,
                                   min_gpus_));
    must_leave_room(request);
    if (c.purchase.empty())
        request.refuse("purchase", "must name at least one way to pay");
    for (const Purchase purchase : c.purchase)
        purchases_[static_cast<std::size_t>(purchase)] = true;
    for (const Gpu& gpu : catalog.gpus())
        suited_.push_back(suits(gpu, request.profile));
    named_ = gpus_of_names(catalog, request);
    gpu_wanted_ = gpus_wanted(catalog, named_);
    name_reasons_ = name_reasons(catalog, c, gpu_wanted_);
}

bool Filter::priced_in(std::size_t type, std::size_t region) const {
    const std::size_t regions = catalog_.regions().size();
    for (std::size_t p = 0; p < kPurchases; ++p) {
        const std::size_t group = type * kPurchases + p;
        for (std::uint32_t i = columns_.first[group]; i < columns_.first[group + 1]; ++i)
            if (purchases_[p] && columns_.site[i] % regions == region)
                return true;
    }
    return false;
}

ReasonSet Filter::type_reasons(std::size_t type) const {
    const Constraints& c = request_.constraints;
    ReasonSet reasons = name_reasons_.empty() ? 0 : name_reasons_[type];
    // "Not at least": an unknown figure passes no minimum and no maximum.
    const auto refuse = [&reasons](bool when, Reason reason) { reasons |= when ? bit(reason) : 0; };
    const double gpus = columns_.gpu_count[type];
    const double network = columns_.network_gbps[type];
    refuse(columns_.retired[type] != 0 && !c.include_retired, Reason::retired);
    refuse(gpus == 0 && min_gpus_ > 0, Reason::no_gpu);
    refuse(gpus > 0 && !without_gpu_ && !suited_[static_cast<std::size_t>(columns_.gpu[type])],
           Reason::other_work);
    refuse(gpus > 0 && !(gpus >= min_gpus_), Reason::too_few_gpus);
    refuse(c.max_gpus && !(gpus <= *c.max_gpus), Reason::too_many_gpus);
    refuse(c.min_gpu_memory && !(columns_.gpu_memory_gib[type] >= c.min_gpu_memory->value()),
           Reason::little_gpu_memory);
    refuse(c.max_gpu_memory && !(columns_.gpu_memory_gib[type] <= c.max_gpu_memory->value()),
           Reason::much_gpu_memory);
    refuse(c.min_memory && !(columns_.memory_gib[type] >= c.min_memory->value()),
           Reason::little_memory);
    refuse(c.max_memory && !(columns_.memory_gib[type] <= c.max_memory->value()),
           Reason::much_memory);
    refuse(c.min_vcpus && !(columns_.vcpus[type] >= *c.min_vcpus), Reason::few_vcpus);
    refuse(c.max_vcpus && !(columns_.vcpus[type] <= *c.max_vcpus), Reason::many_vcpus);
    refuse(c.min_network && network < c.min_network->value(), Reason::slow_network);
    refuse(c.min_network && std::isnan(network), Reason::unknown_network);
    return reasons | goal_.reasons(type);
}

ReasonSet Filter::reasons(std::size_t offer) const {
    const Constraints& c = request_.constraints;
    const Offer o = offer_of(catalog_, columns_, offer);
    const auto region = static_cast<std::size_t>(&o.region - catalog_.regions().data());
    ReasonSet reasons = type_reasons(columns_.type[offer]);
    if (!c.provider.empty() && !text::any_matches(c.provider, o.region.provider))
        reasons |= bit(Reason::other_provider);
    if (!c.region.empty() && !text::any_matches(c.region, o.region.code))
        reasons |= bit(Reason::other_region);
    if (!pays(o.purchase))
        reasons |= bit(Reason::other_purchase);
    if (!o.offered && !c.include_retired)
        reasons |= bit(Reason::not_offered);
    if (sites_.is_too_far(region))
        reasons |= bit(Reason::too_far);
    const auto row = static_cast<std::uint32_t>(offer);
    if (!pricing_.is_in_time(row))
        reasons |= bit(Reason::misses_deadline);
    if (!pricing_.is_below_max(row))
        reasons |= bit(Reason::above_max_price);
    if (!pricing_.is_affordable(row))
        reasons |= bit(Reason::above_ceiling);
    return reasons;
}

double Filter::distance(std::size_t type) const {
    const Constraints& c = request_.constraints;
    double sum = 0;
    const auto add = [&sum](double has, double needed, bool fits) {
        if (!fits)
            sum += has > 0 && needed > 0 ? std::abs(std::log(has / needed)) : kVeryFar;
    };
    const auto least = [&add](double has, double needed) { add(has, needed, has >= needed); };
    const auto most = [&add](double has, double needed) { add(has, needed, has <= needed); };
    const double gpus = columns_.gpu_count[type];
    least(gpus, min_gpus_);
    if (c.max_gpus)
        most(gpus, *c.max_gpus);
    if (c.max_gpu_memory)
        most(columns_.gpu_memory_gib[type], c.max_gpu_memory->value());
    if (c.max_memory)
        most(columns_.memory_gib[type], c.max_memory->value());
    if (c.max_vcpus)
        most(columns_.vcpus[type], *c.max_vcpus);
    if (c.min_gpu_memory)
        least(columns_.gpu_memory_gib[type], c.min_gpu_memory->value());
    if (c.min_memory)
        least(columns_.memory_gib[type], c.min_memory->value());
    if (c.min_vcpus)
        least(columns_.vcpus[type], *c.min_vcpus);
    if (c.min_network)
        least(columns_.network_gbps[type], c.min_network->value());
    return sum + goal_.distance(type);
}

} // namespace flopwise
