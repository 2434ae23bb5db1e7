// Refusals in words: what an offer has, what was needed, and the change that would admit it.

#include "solve/filter.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise {

std::string_view to_string(Reason reason) {
    constexpr std::array<std::string_view, kReasons> kNames{
        "another provider",
        "another region",
        "another way to pay",
        "excluded",
        "another machine than asked for",
        "another family than asked for",
        "another GPU than asked for",
        "GPU of another vendor",
        "vendor of the GPU not known",
        "another stack",
        "stack of the GPU not known",
        "another architecture",
        "no longer offered",
        "no GPU",
        "not made for this work",
        "method not to be had on its GPU",
        "too few GPUs",
        "too many GPUs",
        "too little GPU memory",
        "too much GPU memory",
        "too little memory",
        "too much memory",
        "too few vCPUs",
        "too many vCPUs",
        "network too slow",
        "network rate not known",
        "no published rate in this precision",
        "no whole number of replicas on its GPUs",
        "does not fit into GPU memory",
        "too little host memory for the job",
        "not done by the deadline",
        "not offered in this region",
        "too far away",
        "above the highest price",
        "above the price ceiling",
    };
    return text::name_of(kNames, reason);
}

static Profile fitting_profile(const Gpu& gpu) {
    for (std::size_t p = 0; p < kProfiles; ++p)
        if (suits(gpu, static_cast<Profile>(p)))
            return static_cast<Profile>(p);
    return Profile::training; // not to be had: Catalog refuses a GPU that is for nothing
}

static std::string gpus_in_words(double count) {
    return fmt::format("{} {}", text::count(count), count > 0 && count <= 1 ? "GPU" : "GPUs");
}

/// Reasons that lie in a name.
void Filter::explain_name(Reason reason, const Offer& offer, Refusal& to) const {
    const Instance& i = offer.instance;
    switch (reason) {
    case Reason::other_provider:
        return say(fmt::format("is rented out by {}", i.provider), {"provider", i.provider}, to);
    case Reason::other_region:
        return say(fmt::format("is in {}", offer.region.code), {"region", offer.region.code}, to);
    case Reason::other_purchase: {
        const std::string name{to_string(offer.purchase)};
        return say(fmt::format("is paid for as {}", name), {"purchase", name}, to);
    }
    case Reason::excluded: {
        const auto& exclude = request_.constraints.exclude;
        const auto pattern = std::find_if(exclude.begin(), exclude.end(), [&](const auto& p) {
            return text::matches(p, i.name) || text::matches(p, i.family);
        });
        return say(fmt::format("is excluded by {}", *pattern), {"exclude", *pattern}, to);
    }
    case Reason::other_instance:
        return say("is not among the machines asked for", {"instance", i.name}, to);
    case Reason::other_family:
        return say(fmt::format("is of family {}", i.family), {"family", i.family}, to);
    case Reason::other_gpu:
        return i.gpu.empty() ? say("has no GPU", to)
                             : say(fmt::format("has {}", i.gpu), {"gpu", i.gpu}, to);
    case Reason::other_vendor:
        return offer.gpu == nullptr ? say("has no GPU", to)
                                    : say(fmt::format("has a GPU of {}", offer.gpu->vendor),
                                          {"vendor", offer.gpu->vendor},
                                          to);
    case Reason::other_stack:
        return offer.gpu == nullptr ? say("has no GPU", to)
                                    : say(fmt::format("has a GPU for {}", offer.gpu->stack),
                                          {"stack", offer.gpu->stack},
                                          to);
    case Reason::unknown_vendor:
        return say(fmt::format("who made its {} is not known", i.gpu), to);
    case Reason::unknown_stack:
        return say(fmt::format("the stack of its {} is not known", i.gpu), to);
    default:
        return say(fmt::format("is {}", i.arch), {"arch", i.arch}, to);
    }
}

/// Reasons that lie in a figure of the machine, which is not what is needed.
void Filter::explain_figure(Reason reason, std::size_t type, const Instance& i, Refusal& to) const {
    const Constraints& c = request_.constraints;
    switch (reason) {
    case Reason::no_gpu:
        say("has no GPU", to);
        if (goal_.can_do_without_gpu())
            to.relaxation.push_back({"min_gpus", 0.0});
        return;
    case Reason::too_few_gpus:
        return say(
            fmt::format("needs {}, has {}", gpus_in_words(min_gpus_), text::count(i.gpu_count)),
            {"min_gpus", i.gpu_count},
            to);
    case Reason::too_many_gpus:
        say(fmt::format(
                "needs at most {}, has {}", gpus_in_words(*c.max_gpus), text::count(i.gpu_count)),
            to);
        if (*c.max_gpus == 0 && !c.min_gpus) // which asks for machines without
            to.relaxation.push_back({"min_gpus", 0.0});
        to.relaxation.push_back({"max_gpus", i.gpu_count});
        return;
    case Reason::little_gpu_memory: {
        const GiB has{columns_.gpu_memory_gib[type]};
        return say(fmt::format("needs {} of GPU memory, has {:.6g}", *c.min_gpu_memory, has),
                   {"min_gpu_memory_gib", has.value()},
                   to);
    }
    case Reason::little_memory:
        if (!i.memory)
            return say(fmt::format("needs {} of memory, its own is not published", *c.min_memory),
                       to);
        return say(fmt::format("needs {} of memory, has {}", *c.min_memory, *i.memory),
                   {"min_memory_gib", i.memory->value()},
                   to);
    case Reason::few_vcpus:
        if (!i.vcpus)
            return say(fmt::format("needs {} vCPUs, its own are not published", *c.min_vcpus), to);
        return say(fmt::format("needs {} vCPUs, has {}", *c.min_vcpus, *i.vcpus),
                   {"min_vcpus", *i.vcpus},
                   to);
    case Reason::slow_network:
        return say(fmt::format("needs a network of {}, has {}", *c.min_network, *i.network),
                   {"min_network_gbps", i.network->value()},
                   to);
    default:
        return say("has no published network rate", to);
    }
}

/// Reasons that lie in a figure of the machine, which is more than is asked for, or not known.
void Filter::explain_excess(Reason reason, std::size_t type, const Instance& i, Refusal& to) const {
    const Constraints& c = request_.constraints;
    if (reason == Reason::much_gpu_memory) {
        const GiB has{columns_.gpu_memory_gib[type]};
        return say(
            fmt::format("needs at most {} of GPU memory, has {:.6g}", *c.max_gpu_memory, has),
            {"max_gpu_memory_gib", has.value()},
            to);
    }
    if (reason == Reason::much_memory) {
        if (!i.memory)
            return say(
                fmt::format("needs at most {} of memory, its own is not published", *c.max_memory),
                to);
        return say(fmt::format("needs at most {} of memory, has {}", *c.max_memory, *i.memory),
                   {"max_memory_gib", i.memory->value()},
                   to);
    }
    if (!i.vcpus)
        return say(fmt::format("needs at most {} vCPUs, its own are not published", *c.max_vcpus),
                   to);
    say(fmt::format("needs at most {} vCPUs, has {}", *c.max_vcpus, *i.vcpus),
        {"max_vcpus", *i.vcpus},
        to);
}

void Filter::explain_distance(const Region& region, Refusal& to) const {
    const auto rtt = sites_.rtt(static_cast<std::size_t>(&region - catalog_.regions().data()));
    if (!rtt)
        return say(fmt::format(
                       "is in {} of {}, whose distance is not known", region.code, region.provider),
                   to);
    say(fmt::format("needs a round trip of {}, has {:.0f}", *request_.constraints.max_rtt, *rtt),
        {"max_rtt_ms", rtt->value()},
        to);
}

void Filter::explain(Reason reason, std::size_t offer, Refusal& to) const {
    const Offer o = offer_of(catalog_, columns_, offer);
    const std::uint32_t type = columns_.type[offer];
    const auto row = static_cast<std::uint32_t>(offer);
    switch (reason) {
    case Reason::other_provider:
    case Reason::other_region:
    case Reason::other_purchase:
    case Reason::excluded:
    case Reason::other_instance:
    case Reason::other_family:
    case Reason::other_gpu:
    case Reason::other_vendor:
    case Reason::unknown_vendor:
    case Reason::other_stack:
    case Reason::unknown_stack:
    case Reason::other_arch:
        return explain_name(reason, o, to);
    case Reason::no_gpu:
    case Reason::too_few_gpus:
    case Reason::too_many_gpus:
    case Reason::little_gpu_memory:
    case Reason::little_memory:
    case Reason::few_vcpus:
    case Reason::slow_network:
    case Reason::unknown_network:
        return explain_figure(reason, type, o.instance, to);
    case Reason::much_gpu_memory:
    case Reason::much_memory:
    case Reason::many_vcpus:
        return explain_excess(reason, type, o.instance, to);
    case Reason::retired: {
        const Family* next = catalog_.successor(o.family);
        return say(next == nullptr
                       ? "is no longer offered"
                       : fmt::format("is no longer offered, {} succeeds it", next->name),
                   {"include_retired", true},
                   to);
    }
    case Reason::not_offered:
        return say(fmt::format("has a price in {} but is not offered there", o.region.code),
                   {"include_retired", true},
                   to);
    case Reason::other_work:
        return say(
            fmt::format("{} cannot be used for {}", o.instance.gpu, to_string(request_.profile)),
            {"profile", std::string{to_string(fitting_profile(*o.gpu))}},
            to);
    case Reason::misses_deadline:
        if ((goal_.reasons(type) & bit(reason)) == 0)
            return pricing_.explain_late(row, to);
        [[fallthrough]];
    case Reason::other_method:
    case Reason::unknown_rate:
    case Reason::broken_replica:
    case Reason::does_not_fit:
    case Reason::little_host:
        return goal_.explain(reason, type, to);
    case Reason::too_far:
        return explain_distance(o.region, to);
    case Reason::above_max_price:
        return say(fmt::format("costs {}, at most {}",
                               pricing_.price(row),
                               *request_.constraints.max_price),
                   {"max_price_usd_per_hour", pricing_.price(row).value()},
                   to);
    case Reason::above_ceiling:
        return pricing_.explain_budget(row, to);
    }
}

/// Adds to each alternative the changes that all of them need; without alternatives, those are it.
static void complete_alternatives(Refusal& to) {
    std::vector<Relaxation> needed;
    for (const Relaxation& change : to.relaxation)
        if (std::none_of(to.alternatives.begin(), to.alternatives.end(), [&](const auto& one) {
                return std::find(one.begin(), one.end(), change) != one.end();
            }))
            needed.push_back(change);
    if (to.alternatives.empty() && !needed.empty())
        to.alternatives.emplace_back();
    for (auto& one : to.alternatives)
        one.insert(one.begin(), needed.begin(), needed.end());
}

Refusal Filter::refusal(std::size_t offer) const {
    const Offer o = offer_of(catalog_, columns_, offer);
    const auto row = static_cast<std::uint32_t>(offer);
    Refusal out{.provider = o.instance.provider,
                .instance = o.instance.name,
                .family = o.instance.family,
                .region = o.region.code,
                .purchase = catalog_.offer(pricing_.offer(row)).purchase,
                .price = pricing_.price(row),
                .as_of = pricing_.source(row).as_of};
    const ReasonSet set = reasons(offer);
    bool lasting = false; // some reason that no change of the request lifts
    for (std::size_t r = 0; r < kReasons; ++r) {
        const auto reason = static_cast<Reason>(r);
        if ((set & bit(reason)) == 0)
            continue;
        out.reasons.push_back(reason);
        const std::size_t changes = out.relaxation.size();
        explain(reason, offer, out);
        lasting = lasting || out.relaxation.size() == changes;
    }
    // What is retired and what is not offered here are admitted by the same change.
    auto& all = out.relaxation;
    const Relaxation retired{"include_retired", true};
    const auto once = std::find(all.begin(), all.end(), retired);
    if (once != all.end())
        all.erase(std::remove(once + 1, all.end(), retired), all.end());
    if (lasting) { // whatever else is changed
        all.clear();
        out.alternatives.clear();
    }
    complete_alternatives(out);
    return out;
}

} // namespace flopwise
