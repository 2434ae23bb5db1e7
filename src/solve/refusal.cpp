// Refusals in words: what an offer has, what was needed, and the change that would admit it.

#include "solve/filter.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>

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
        "another architecture",
        "no longer offered",
        "no GPU",
        "not made for this work",
        "method not to be had on its GPU",
        "too few GPUs",
        "too many GPUs",
        "too little GPU memory",
        "too little memory",
        "too few vCPUs",
        "network too slow",
        "network rate not known",
        "no published rate in this precision",
        "does not fit into GPU memory",
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
    return fmt::format("{} {}", count, count > 0 && count <= 1 ? "GPU" : "GPUs");
}

void Filter::relax_budget(std::size_t offer, Refusal& to) const {
    if (plans_ != nullptr)
        return plans_->relax(static_cast<std::uint32_t>(offer), to);
    if (job_ != nullptr) {
        const Budget plan = job_->budget(columns_.type[offer]);
        to.relaxation.push_back({"budget_usd", total_needed(plan, this->price(offer)).value()});
        return;
    }
    const Budget& b = request_.budget;
    const Uncertainty& u = request_.uncertainty;
    const UsdPerHour price = this->price(offer);
    to.relaxation.push_back({"budget_usd", total_needed(at_confidence(b, u), price).value()});
    if (const auto days = days_affordable(b, u, price))
        to.relaxation.push_back({"days", days->value()});
    to.relaxation.push_back({"hours_per_day", hours_per_day_affordable(b, u, price).value()});
}

/// At the median, at the confidence, and how sure the budget is to suffice.
std::string Filter::job_cost_in_words(std::size_t offer) const {
    const std::uint32_t type = columns_.type[offer];
    const Budget& b = request_.budget;
    const UsdPerHour all = price(offer) * static_cast<double>(job_->machines(type));
    const Hours median = job_->median(type);
    return fmt::format(
        "costs {:.2f} in {:.4g} at the median and {:.2f} with probability {}; {:.2f} "
        "are enough with probability {:.2f}",
        all * median + b.fixed,
        median,
        total_needed(job_->budget(type), price(offer)),
        request_.uncertainty.confidence,
        *b.total,
        job_->estimate(type).probability((*b.total - b.fixed) / all));
}

/// What it costs against what the budget has.
std::string Filter::cost_in_words(std::size_t offer) const {
    const Budget& b = request_.budget;
    if (job_ != nullptr)
        return job_cost_in_words(offer);
    if (plans_ == nullptr)
        return fmt::format("costs {}, the ceiling is {:.4g}",
                           price(offer),
                           price_ceiling(at_confidence(b, request_.uncertainty)));
    const auto row = static_cast<std::uint32_t>(offer);
    return fmt::format("costs {:.2f} with {}all charges, the budget has {:.2f}",
                       plans_->cost(row),
                       plans_->paid(row) == PurchaseKind::spot ? "lost work and " : "",
                       *b.total - b.fixed);
}

static void say(const std::string& words, Refusal& to) {
    to.text += (to.text.empty() ? "" : "; ") + words;
}

void Filter::explain_rate(const Offer& offer, Refusal& to) const {
    if (job_ != nullptr && peak(*offer.gpu, precision_)) {
        say("has no published memory bandwidth, so its time is not known", to);
        return;
    }
    say(fmt::format("has no published {} rate", to_string(precision_)), to);
    for (std::size_t p = 0; p < kPrecisions; ++p) {
        const auto precision = static_cast<Precision>(p);
        const bool timed =
            job_ == nullptr || precision == Precision::mixed || timed_tflops(*offer.gpu, precision);
        if (timed && peak(*offer.gpu, precision)) {
            to.relaxation.push_back({"precision", std::string{to_string(precision)}});
            return;
        }
    }
}

/// The change is one only if the net fits without, too.
void Filter::explain_method(std::size_t type, const Gpu& gpu, Refusal& to) const {
    const auto missing = missing_methods(gpu, request_.job);
    for (const std::string_view method : missing)
        say(fmt::format("needs {}, which {}{} does not run",
                        method,
                        gpu.name,
                        gpu.stack.empty() ? "" : fmt::format(" ({})", gpu.stack)),
            to);
    if (!job_->fits_without(type, missing))
        return;
    for (const std::string_view method : missing)
        to.relaxation.push_back(
            method == to_string(FineTune::qlora)
                ? Relaxation{"fine_tune", std::string{to_string(FineTune::lora)}}
                : Relaxation{"optimiser", std::string{to_string(Optimiser::adam)}});
}

void Filter::explain_memory(std::size_t type, Refusal& to) const {
    const auto remedy = job_->remedy(type);
    say(explanation(*job_->fit(type), remedy), to);
    if (remedy)
        for (const auto& [key, value] : remedy->settings)
            to.relaxation.push_back({key, value});
}

void Filter::explain_deadline(std::size_t type, Refusal& to) const {
    const Hours sure = job_->sure(type);
    say(fmt::format("needs {:.4g} at the median and {:.4g} with probability {}; it is done by the "
                    "deadline of {:.4g} with probability {:.2f}",
                    job_->median(type),
                    sure,
                    request_.uncertainty.confidence,
                    *job_->deadline(),
                    job_->estimate(type).probability(*job_->deadline())),
        to);
    to.relaxation.push_back({"deadline", fmt::format("{:.0f}h", std::ceil(sure.value()))});
}

/// Adds what an offer has and needs, and the setting that would admit it.
static void say(const std::string& words, Relaxation change, Refusal& to) {
    say(words, to);
    to.relaxation.push_back(std::move(change));
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
    default:
        return say(fmt::format("is {}", i.arch), {"arch", i.arch}, to);
    }
}

/// Reasons that lie in a figure of the machine, which is not what is needed.
void Filter::explain_figure(Reason reason, std::size_t type, const Instance& i, Refusal& to) const {
    const Constraints& c = request_.constraints;
    switch (reason) {
    case Reason::no_gpu:
        return say("has no GPU", {"min_gpus", 0.0}, to);
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
        return say(fmt::format("needs {} of memory, has {}", *c.min_memory, i.memory),
                   {"min_memory_gib", i.memory.value()},
                   to);
    case Reason::few_vcpus:
        return say(fmt::format("needs {} vCPUs, has {}", *c.min_vcpus, i.vcpus),
                   {"min_vcpus", i.vcpus},
                   to);
    case Reason::slow_network:
        return say(fmt::format("needs a network of {}, has {}", *c.min_network, *i.network),
                   {"min_network_gbps", i.network->value()},
                   to);
    default:
        return say("has no published network rate", to);
    }
}

void Filter::explain_distance(const Region& region, Refusal& to) const {
    const double rtt = rtt_ms_[static_cast<std::size_t>(&region - catalog_.regions().data())];
    if (std::isnan(rtt))
        return say(fmt::format(
                       "is in {} of {}, whose distance is not known", region.code, region.provider),
                   to);
    say(fmt::format("needs a round trip of {}, has {:.0f}",
                    *request_.constraints.max_rtt,
                    Milliseconds{rtt}),
        {"max_rtt_ms", rtt},
        to);
}

void Filter::explain(Reason reason, std::size_t offer, Refusal& to) const {
    const Offer o = offer_of(catalog_, columns_, offer);
    const std::uint32_t type = columns_.type[offer];
    switch (reason) {
    case Reason::other_provider:
    case Reason::other_region:
    case Reason::other_purchase:
    case Reason::excluded:
    case Reason::other_instance:
    case Reason::other_family:
    case Reason::other_gpu:
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
    case Reason::other_method:
        return explain_method(type, *o.gpu, to);
    case Reason::unknown_rate:
        return explain_rate(o, to);
    case Reason::does_not_fit:
        return explain_memory(type, to);
    case Reason::misses_deadline:
        return explain_deadline(type, to);
    case Reason::too_far:
        return explain_distance(o.region, to);
    case Reason::above_max_price:
        return say(
            fmt::format("costs {}, at most {}", price(offer), *request_.constraints.max_price),
            {"max_price_usd_per_hour", price(offer).value()},
            to);
    case Reason::above_ceiling:
        say(cost_in_words(offer), to);
        return relax_budget(offer, to);
    }
}

Refusal Filter::refusal(std::size_t offer) const {
    const Offer o = offer_of(catalog_, columns_, offer);
    Refusal out{
        .provider = o.instance.provider,
        .instance = o.instance.name,
        .family = o.instance.family,
        .region = o.region.code,
        .purchase = plans_ == nullptr
                        ? o.purchase
                        : catalog_.offer(plans_->offer(static_cast<std::uint32_t>(offer))).purchase,
        .price = price(offer),
        .as_of = plans_ == nullptr ? o.source.as_of
                                   : plans_->source(static_cast<std::uint32_t>(offer)).as_of};
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
    if (lasting) // whatever else is changed
        all.clear();
    return out;
}

} // namespace flopwise
