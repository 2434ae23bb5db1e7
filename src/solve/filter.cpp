#include "solve/filter.hpp"

#include "cost/rule.hpp"
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
                                   text::did_you_mean(name, names)));
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
    const auto regions = all(catalog.regions(), &Region::code);
    must_exist(request, "region", "region", c.region, regions);
    if (const std::string& lies_in = request.dataset.region; !lies_in.empty())
        must_exist(request, "dataset_region", "region", {lies_in}, regions);
}

/// Which GPUs of the catalog are asked for; empty if any is.
static std::vector<bool> gpus_wanted(const Catalog& catalog, const Request& request) {
    const auto& wanted = request.constraints.gpu;
    const auto gpus = catalog.gpus();
    std::vector<bool> out(wanted.empty() ? 0 : gpus.size());
    for (const std::string& name : wanted) {
        if (text::is_pattern(name)) {
            const auto matches = [pattern = text::lower(name)](const std::string& spelling) {
                return text::matches(pattern, text::lower(spelling));
            };
            bool any = false;
            for (std::size_t i = 0; i < gpus.size(); ++i)
                if (matches(gpus[i].name) ||
                    std::any_of(gpus[i].aliases.begin(), gpus[i].aliases.end(), matches))
                    any = out[i] = true;
            if (!any)
                refuse_pattern(request, "gpu", "GPU", name);
        } else if (const Gpu* gpu = catalog.find_gpu(name)) {
            out[static_cast<std::size_t>(gpu - gpus.data())] = true;
        } else {
            std::vector<std::string_view> names;
            for (const Gpu& g : gpus) {
                names.insert(names.end(), g.aliases.begin(), g.aliases.end());
                names.emplace_back(g.name);
            }
            request.refuse("gpu",
                           fmt::format("must be a GPU of the catalog, got {}{}",
                                       text::quoted(name),
                                       text::did_you_mean(name, names)));
        }
    }
    return out;
}

/// Which types are refused for their name, or for the name of their family or GPU.
static std::vector<ReasonSet>
name_reasons(const Catalog& catalog, const Constraints& c, const std::vector<bool>& gpu_wanted) {
    if (c.gpu.empty() && c.family.empty() && c.instance.empty() && c.exclude.empty() &&
        c.arch.empty())
        return {};
    const auto set = [](bool when, Reason reason) { return when ? bit(reason) : 0; };
    std::vector<ReasonSet> by_family;
    for (const Family& family : catalog.families())
        by_family.push_back(set(text::any_matches(c.exclude, family.name), Reason::excluded) |
                            set(!c.family.empty() && !text::any_matches(c.family, family.name),
                                Reason::other_family));
    std::vector<ReasonSet> out;
    out.reserve(catalog.instances().size());
    for (std::size_t type = 0; type < catalog.instances().size(); ++type) {
        const Instance& i = catalog.instances()[type];
        const std::int32_t gpu = columns_of(catalog).gpu[type];
        const bool wanted_gpu =
            c.gpu.empty() || (gpu >= 0 && gpu_wanted[static_cast<std::size_t>(gpu)]);
        out.push_back(
            by_family[columns_of(catalog).family[type]] |
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

std::vector<std::string_view> missing_methods(const Gpu& gpu, const Job& job) {
    std::vector<std::string_view> out;
    for (const std::string_view method : {to_string(job.fine_tune), to_string(job.optimiser)})
        if (std::find(gpu.unsupported.begin(), gpu.unsupported.end(), method) !=
            gpu.unsupported.end())
            out.push_back(method);
    return out;
}

/// A share of a GPU is asked for by any minimum below one, so "some GPU" is the smallest share.
constexpr double kSomeGpu = std::numeric_limits<double>::min();

Filter::Filter(const Catalog& catalog,
               const Request& request,
               Precision precision,
               const PlanPrices* plans)
    : catalog_{catalog}, request_{request}, plans_{plans},
      columns_{plans == nullptr ? columns_of(catalog) : plans->columns()}, precision_{precision} {
    const Constraints& c = request.constraints;
    check_names(catalog, request);
    const bool only_without = c.max_gpus == 0.0 && !c.min_gpus;
    min_gpus_ = c.min_gpus.value_or(only_without ? 0 : kSomeGpu);
    without_gpu_ = min_gpus_ == 0;
    if (c.max_gpus && *c.max_gpus < min_gpus_)
        request.refuse("max_gpus",
                       fmt::format("must not be below the least number of GPUs, got {} and {}",
                                   *c.max_gpus,
                                   min_gpus_));
    if (c.max_rtt && !c.near)
        request.refuse("max_rtt_ms", "must come with a place to be near to");
    if (c.purchase.empty())
        request.refuse("purchase", "must name at least one way to pay");
    for (const Purchase purchase : c.purchase)
        purchases_[static_cast<std::size_t>(purchase)] = true;

    constexpr double kAnyPrice = std::numeric_limits<double>::infinity();
    max_price_ = c.max_price ? c.max_price->value() : kAnyPrice;
    const bool priced = request.budget.total && request.budget.days;
    budget_limit_ =
        priced ? affordable_limit(at_confidence(request.budget, request.uncertainty)).value()
               : kAnyPrice;

    for (const Gpu& gpu : catalog.gpus()) {
        const auto rate = peak(gpu, precision);
        rate_by_gpu_.push_back(rate ? rate->value() : kUnknown);
        suited_.push_back(suits(gpu, request.profile));
        able_.push_back(missing_methods(gpu, request.job).empty());
    }
    gpu_wanted_ = gpus_wanted(catalog, request);
    name_reasons_ = name_reasons(catalog, c, gpu_wanted_);
    add_sites();
    if (wanted(request.job))
        add_job();
}

/// The cheapest offer of a type in scope, in USD/h; infinite if there is none.
double Filter::cheapest(std::size_t type) const {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t p = 0; p < kPurchases; ++p) {
        const std::size_t group = type * kPurchases + p;
        const std::uint32_t end = columns_.first[group + 1];
        const std::uint32_t first = first_admitted(columns_.first[group], end);
        if (purchases_[p] && first < end)
            least = std::min(least, columns_.usd_per_hour[first]);
    }
    return least;
}

void Filter::add_job() {
    job_ = std::make_unique<const JobTimes>(
        catalog_, request_, [this](std::size_t type) { return cheapest(type); });
    for (std::size_t type = 0; type < catalog_.instances().size(); ++type)
        job_limit_.push_back(job_->known(type) ? job_->price_limit(type)
                                               : std::numeric_limits<double>::infinity());
}

/// A region of which the distance is not known is not near enough either.
bool Filter::is_too_far(std::size_t region) const {
    const auto& most = request_.constraints.max_rtt;
    return most && !(rtt_ms_[region] <= most->value());
}

void Filter::add_sites() {
    const Constraints& c = request_.constraints;
    const auto regions = catalog_.regions();
    const auto state = [&](std::size_t i, bool offered) {
        if (!((c.provider.empty() || text::any_matches(c.provider, regions[i].provider)) &&
              (c.region.empty() || text::any_matches(c.region, regions[i].code))))
            return Site::out_of_scope;
        if (!offered && !c.include_retired)
            return Site::not_offered;
        return is_too_far(i) ? Site::too_far : Site::admitted;
    };
    for (const Region& region : regions)
        if (c.near)
            rtt_ms_.push_back(
                region.place ? round_trip(great_circle(*c.near, *region.place)).value() : kUnknown);
    for (const bool offered : {true, false})
        for (std::size_t i = 0; i < regions.size(); ++i)
            sites_.push_back(state(i, offered));
    for (const Site site : sites_)
        counted_.push_back(SiteCounts::one(site));
    const auto& used = columns_.used_sites;
    everywhere_ = std::all_of(
        used.begin(), used.end(), [this](std::uint16_t s) { return sites_[s] == Site::admitted; });
}

SiteCounts Filter::count(std::uint32_t begin, std::uint32_t end) const {
    if (everywhere_)
        return SiteCounts::all(Site::admitted, end - begin);
    const std::uint16_t* site = columns_.site.data();
    SiteCounts sum;
    for (; begin < end; ++begin)
        sum = sum + counted_[site[begin]];
    return sum;
}

std::uint32_t Filter::first_admitted(std::uint32_t begin, std::uint32_t end) const {
    const std::uint16_t* site = columns_.site.data();
    while (begin < end && sites_[site[begin]] != Site::admitted)
        ++begin;
    return begin;
}

std::uint32_t Filter::first_in_scope(std::uint32_t begin, std::uint32_t end) const {
    const std::uint16_t* site = columns_.site.data();
    while (begin < end && sites_[site[begin]] == Site::out_of_scope)
        ++begin;
    return begin;
}

bool Filter::priced(std::size_t type) const {
    return std::isfinite(cheapest(type));
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

double Filter::rate(std::size_t type) const {
    if (job_ != nullptr)
        return job_->known(type) ? 1 / job_->median(type).value() : kUnknown;
    if (without_gpu_)
        return columns_.vcpus[type];
    const std::int32_t gpu = columns_.gpu[type];
    return gpu < 0 ? kUnknown
                   : rate_by_gpu_[static_cast<std::size_t>(gpu)] * columns_.gpu_count[type];
}

std::optional<Milliseconds> Filter::rtt(std::size_t region) const {
    return rtt_ms_.empty() || std::isnan(rtt_ms_[region])
               ? std::nullopt
               : std::optional{Milliseconds{rtt_ms_[region]}};
}

ReasonSet Filter::type_reasons(std::size_t type) const {
    const Constraints& c = request_.constraints;
    ReasonSet reasons = name_reasons_.empty() ? 0 : name_reasons_[type];
    // "Not at least": an unknown figure passes no minimum.
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
    refuse(c.min_memory && !(columns_.memory_gib[type] >= c.min_memory->value()),
           Reason::little_memory);
    refuse(c.min_vcpus && !(columns_.vcpus[type] >= *c.min_vcpus), Reason::few_vcpus);
    refuse(c.min_network && network < c.min_network->value(), Reason::slow_network);
    refuse(c.min_network && std::isnan(network), Reason::unknown_network);
    refuse((gpus > 0 || without_gpu_) && std::isnan(rate(type)), Reason::unknown_rate);
    refuse(job_ != nullptr && gpus > 0 && !able_[static_cast<std::size_t>(columns_.gpu[type])],
           Reason::other_method);
    if (job_ != nullptr && job_->known(type)) {
        refuse(!job_->fits(type), Reason::does_not_fit);
        refuse(!job_->in_time(type), Reason::misses_deadline);
    }
    return reasons;
}

/// For an hour, as it stands: what the highest price is compared with.
UsdPerHour Filter::price(std::size_t offer) const {
    return plans_ == nullptr ? UsdPerHour{columns_.usd_per_hour[offer]}
                             : plans_->price(static_cast<std::uint32_t>(offer));
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
    if (is_too_far(region))
        reasons |= bit(Reason::too_far);
    if (!(price(offer).value() <= max_price_))
        reasons |= bit(Reason::above_max_price);
    if (!(o.price.value() <= budget_limit(columns_.type[offer])))
        reasons |= bit(Reason::above_ceiling);
    return reasons;
}

constexpr double kVeryFar = 10; // a factor of 22,000

double Filter::distance(std::size_t type) const {
    const Constraints& c = request_.constraints;
    double sum = 0;
    const auto add = [&sum](double has, double needed, bool fits) {
        if (!fits)
            sum += has > 0 && needed > 0 ? std::abs(std::log(has / needed)) : kVeryFar;
    };
    const auto least = [&add](double has, double needed) { add(has, needed, has >= needed); };
    const double gpus = columns_.gpu_count[type];
    least(gpus, min_gpus_);
    if (c.max_gpus)
        add(gpus, *c.max_gpus, gpus <= *c.max_gpus);
    if (c.min_gpu_memory)
        least(columns_.gpu_memory_gib[type], c.min_gpu_memory->value());
    if (c.min_memory)
        least(columns_.memory_gib[type], c.min_memory->value());
    if (c.min_vcpus)
        least(columns_.vcpus[type], *c.min_vcpus);
    if (c.min_network)
        least(columns_.network_gbps[type], c.min_network->value());
    if (job_ != nullptr && job_->known(type)) {
        if (!job_->fits(type))
            if (const auto fit = job_->fit(type))
                least(fit->available.value(), fit->needed.value());
        if (!job_->in_time(type))
            add(job_->sure(type).value(), job_->deadline()->value(), false);
    }
    return sum;
}

double Filter::detour(std::uint16_t site) const {
    if (sites_[site] != Site::too_far)
        return 0;
    const double rtt = rtt_ms_[site % rtt_ms_.size()];
    return std::isnan(rtt) ? kVeryFar : std::log(rtt / request_.constraints.max_rtt->value());
}

} // namespace flopwise
