#include "recommend/warnings.hpp"

#include <flopwise/launch.hpp>
#include <flopwise/score.hpp>

#include "cost/bill_lines.hpp"
#include "recommend/price_ages.hpp"
#include "text/day.hpp"
#include "text/figures.hpp"
#include "text/text.hpp"
#include "training/step_time.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace flopwise {

constexpr std::string_view kNotBuilt = "sm_"; // how a note begins on what has no wheel

template <class Condition>
static std::vector<const Choice*> choices_where(const Recommendation& r, Condition condition) {
    std::vector<const Choice*> out;
    for (const Choice& choice : r.choices)
        if (condition(choice))
            out.push_back(&choice);
    return out;
}

/// The first machines by name, and how many more there are.
static std::string names_of(const std::vector<const Choice*>& choices, std::size_t most = 3) {
    std::vector<std::string> names;
    for (const Choice* choice : choices)
        if (std::find(names.begin(), names.end(), choice->instance) == names.end())
            names.push_back(choice->instance);
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < most; ++i)
        out += (i == 0 ? "" : ", ") + names[i];
    return names.size() > most ? fmt::format("{} and {} more", out, names.size() - most) : out;
}

std::string foreign(const std::string& arch, const std::string& stack, const std::string& note) {
    std::string other = stack == "CUDA" ? "" : stack == "none" ? "no CUDA" : stack;
    if (other.empty() && note.starts_with(kNotBuilt))
        other = note.substr(0, note.find(':'));
    if (arch.empty() || arch == "x86_64")
        return other;
    return other.empty() ? arch : fmt::format("{} on {}", other, arch);
}

/// "! not CUDA on x86_64: trn1.2xlarge Neuron; not in PyTorch's usual wheel: p3.2xlarge sm_70"
std::string platform_line(const Recommendation& r) {
    std::vector<std::string> others;
    std::vector<std::string> not_built;
    const auto add = [&](const std::string& instance, const auto& machine) {
        const std::string what = foreign(machine);
        auto& parts = what.starts_with(kNotBuilt) ? not_built : others;
        std::string part = fmt::format("{} {}", instance, what);
        if (!what.empty() && std::find(parts.begin(), parts.end(), part) == parts.end())
            parts.push_back(std::move(part));
    };
    if (r.request.by != By::family)
        for (const Choice& c : r.choices)
            add(c.instance, c);
    for (std::size_t i = 0; i < r.families.size() && std::cmp_less(i, r.request.top); ++i)
        add(r.families[i].best, r.families[i]);
    std::string out = others.empty() ? "" : "! not CUDA on x86_64: " + joined(others, ", ");
    if (!not_built.empty())
        out += (out.empty() ? "! " : "; ") +
               fmt::format("not in PyTorch's usual wheel: {}", joined(not_built, ", "));
    return out;
}

/// What programs have to be built for, of each choice that the usual wheel of PyTorch does not run
/// on, the first choice first. Graphics need no CUDA.
static std::vector<std::string> platform_warnings(const Recommendation& r) {
    std::vector<std::string> out;
    std::set<std::string> told;
    for (const Choice& c : r.choices) {
        std::string note = c.stack_note;
        if (r.request.profile == Profile::graphics && note.starts_with("not CUDA"))
            note = note.find("; ") == std::string::npos ? "" : note.substr(note.find("; ") + 2);
        if (note.empty() || !told.insert(c.stack_note).second)
            continue;
        const auto alike =
            choices_where(r, [&](const Choice& other) { return other.stack_note == c.stack_note; });
        const std::string names = names_of(alike);
        out.push_back(fmt::format("{} {} {}", names, names == c.instance ? "is" : "are", note));
    }
    return out;
}

/// The oldest price of each provider among some choices.
static std::map<std::string, Date> oldest_prices(const std::vector<const Choice*>& choices) {
    std::map<std::string, Date> out;
    for (const Choice* choice : choices) {
        Date& oldest = out.try_emplace(choice->provider, choice->as_of).first->second;
        oldest = std::min(oldest, choice->as_of);
    }
    return out;
}

static std::string dates_in_words(const std::map<std::string, Date>& dates) {
    std::string out;
    for (const auto& [provider, date] : dates)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", provider, to_string(date));
    return out;
}

static std::string providers_in_words(const std::map<std::string, Date>& dates) {
    std::string out;
    for (const auto& [provider, date] : dates)
        out += (out.empty() ? "" : ", ") + provider;
    return out;
}

static bool differ(const std::map<std::string, Date>& dates) {
    return std::any_of(dates.begin(), dates.end(), [&](const auto& row) {
        return row.second != dates.begin()->second;
    });
}

/// Network rates that are assumed, prices of different dates, hosts of different kinds, and spot of
/// different providers.
static std::vector<std::string> what_is_not_comparable(const Catalog& catalog,
                                                       const Recommendation& r) {
    std::vector<std::string> out;
    const bool network_counts = r.weights[static_cast<std::size_t>(Criterion::network)] > 0;
    const auto unknown = choices_where(r, [](const Choice& c) { return !c.network; });
    if (network_counts && !unknown.empty())
        out.push_back(fmt::format(
            "network rate not known, scored as {}: {}", kAssumedNetwork, names_of(unknown)));
    const auto unsized = choices_where(r, [](const Choice& c) { return !c.memory || !c.vcpus; });
    if (!unsized.empty())
        out.push_back(fmt::format("memory or vCPUs not published, scored as {:g} and {}: {}",
                                  kAssumedMemory,
                                  kAssumedVcpus,
                                  names_of(unsized)));
    const auto unclear = choices_where(r, [&](const Choice& c) {
        return r.request.speed == Speed::predicted && c.tflops && !c.predicted;
    });
    if (!unclear.empty())
        out.push_back(fmt::format("memory bandwidth not published, predicted as if it were usual "
                                  "for the rate: {}",
                                  names_of(unclear)));
    const auto dates = oldest_prices(choices_where(r, [](const Choice&) { return true; }));
    if (differ(dates))
        out.push_back(
            fmt::format("prices of different dates are compared: {}", dates_in_words(dates)));
    const auto community = choices_where(r, [&](const Choice& c) {
        const Instance* machine = catalog.find_instance(c.provider, c.instance);
        return machine != nullptr && machine->community;
    });
    if (!community.empty())
        out.push_back(
            fmt::format("hosts of private people, not of a data centre: {}", names_of(community)));
    const auto spot = oldest_prices(
        choices_where(r, [](const Choice& c) { return c.purchase == PurchaseKind::spot; }));
    if (spot.size() > 1)
        out.push_back(fmt::format("spot is not the same thing everywhere: how prices move, how "
                                  "often machines are reclaimed and with what notice differs "
                                  "between {}",
                                  providers_in_words(spot)));
    return out;
}

// ---- a job, dates, charges -----------------------------------------------------------

/// Whether the disk that is billed holds what lies on it: the dataset, and a checkpoint as nets are
/// published, with 2 bytes a parameter.
static std::string disk_warning(const Request& request) {
    constexpr double kBytesPerGib = 1024.0 * 1024 * 1024;
    const GiB has = request.usage.storage;
    const Model net = model_of(job_of(request));
    const GiB needed =
        request.dataset.size.value_or(GiB{}) + GiB{2 * net.parameters.value_or(0) / kBytesPerGib};
    if (has == GiB{} || has >= needed)
        return "";
    return fmt::format("storage of {:.6g} is less than the dataset and one checkpoint of 2 bytes a "
                       "parameter take: {:.1f}",
                       has,
                       needed);
}

/// Whether what it takes to move what is offloaded is in the hours: the factors have it.
static bool offload_is_timed(const JobChoice& job) {
    return std::ranges::any_of(job.factors,
                               [](const Factor& f) { return f.name.starts_with(kOffloadFactor); });
}

/// Of several machines without a batch: how much they take at once, or that this is not known.
static std::string batch_warning(const Catalog& catalog, const Recommendation& r) {
    const Job& job = job_of(r.request);
    if (job.batch || job.max_machines == 1)
        return "";
    for (const Choice& c : r.choices)
        if (const Gpu* gpu = catalog.find_gpu(c.gpu);
            c.job->machines > 1 && c.job->memory && gpu != nullptr)
            return fmt::format(
                "without `batch`, each GPU takes what its memory has room for, on {} x "
                "{} {:.0f} samples in each step; a smaller one takes longer on "
                "several machines",
                c.job->machines,
                c.instance,
                c.job->memory->micro_batch * c.gpu_count * std::max(1, gpu->devices) *
                    c.job->machines / model_parallel(job).gpus());
    const bool unknown = std::ranges::any_of(
        r.choices, [](const Choice& c) { return !c.job->memory || c.job->memory->partial; });
    return unknown ? "without `batch`, how often several machines exchange gradients is not known "
                     "where the need of memory is not, and one alone is taken"
                   : "";
}

/// Of a net that is split over GPUs: what its hours rest on, and where its layers leave a machine.
static std::vector<std::string> split_warnings(const Catalog& catalog, const Recommendation& r) {
    const ModelParallel split = model_parallel(job_of(r.request));
    std::vector<std::string> out;
    if (!split.splits() || r.choices.empty())
        return out;
    out.emplace_back(
        "the time of tensor and pipeline parallelism follows published formulas, which "
        "were not fitted to runs: the interval is wider for it");
    const auto apart = choices_where(r, [&](const Choice& c) {
        const Gpu* gpu = catalog.find_gpu(c.gpu);
        return gpu != nullptr && c.job->machines > 1 &&
               leaves_machine(split, c.gpu_count * std::max(1, gpu->devices));
    });
    if (!apart.empty())
        out.push_back(fmt::format("`tensor_parallel` {} goes beyond one machine, so each layer "
                                  "waits for the network: {}",
                                  split.tensor,
                                  names_of(apart, r.choices.size())));
    return out;
}

/// A program that nobody measured with such nets changes no hours.
static std::string program_warning(const Request& request) {
    const Job& job = job_of(request);
    if (!job.program)
        return {};
    const Work work = work_of(job);
    if (program_factor(work))
        return {};
    return fmt::format("no source measured {} with such nets: hours are those of other programs",
                       to_string(*job.program));
}

/// What a reader of the answer has to know about a job: what was not checked, what may be slow.
static std::vector<std::string> job_warnings(const Catalog& catalog, const Recommendation& r) {
    constexpr double kImagesPerVcpu = 100; // our rule of thumb, for JPEG files and augmentation
    std::vector<std::string> out;
    const auto jobs_where = [&r](auto condition) {
        return names_of(choices_where(r, [&](const Choice& c) { return condition(*c.job); }),
                        r.choices.size());
    };
    const auto add = [&out](const std::string& names, std::string_view what) {
        if (!names.empty())
            out.push_back(fmt::format("{}: {}", what, names));
    };
    const Job& job = job_of(r.request);
    if (!job.model.empty() && job.measured.empty() && model_of(job).kind == ModelKind::other)
        out.push_back(fmt::format("the hours of {} are those of its FLOPs, which recurrent nets, "
                                  "recommenders and speech do not follow: they take several times "
                                  "as long; give a rate that was seen (`measured`)",
                                  job.model));
    add(jobs_where([](const JobChoice& j) { return !j.memory; }),
        "how much GPU memory it needs is not known and was not checked");
    add(jobs_where([](const JobChoice& j) { return j.memory && j.memory->tight(); }),
        fmt::format("tight: GPU memory suffices with a probability below {}", kRoomy));
    add(names_of(choices_where(r, [](const Choice& c) { return c.job->host_needed && !c.memory; }),
                 r.choices.size()),
        "how much memory the machine has is not published, and was not checked");
    add(jobs_where([](const JobChoice& j) {
            return j.memory && j.memory->offloaded > GiB{} && !offload_is_timed(j);
        }),
        "what it takes to move offloaded states and weights is not in the hours");
    for (std::string line : {batch_warning(catalog, r), disk_warning(r.request)})
        if (!line.empty())
            out.push_back(std::move(line));
    if (std::string line = program_warning(r.request); !line.empty())
        out.push_back(std::move(line));
    for (std::string& line : split_warnings(catalog, r))
        out.push_back(std::move(line));
    add(jobs_where([](const JobChoice& j) { return j.input_bound; }),
        "reading the dataset takes longer than the GPUs need");
    add(jobs_where([](const JobChoice& j) {
            return j.samples_per_second_per_vcpu.value_or(0) > kImagesPerVcpu;
        }),
        "needs more than 100 images a second from each vCPU, so decode them beforehand or on the "
        "GPU");
    return out;
}

/// The oldest date of what makes a choice's cost; what has none is older than all.
static Date oldest(const Choice& choice) {
    return choice.price_dates.undated ? Date{} : choice.price_dates.oldest;
}

static void warn_of_old_prices(Recommendation& r) {
    constexpr int kOldAfterDays = 90;
    const Date today = r.request.today;
    if (today.year == 0)
        return;
    const auto old = choices_where(r, [today](const Choice& c) {
        return oldest(c).year == 0 || days_between(oldest(c), today) > kOldAfterDays;
    });
    if (old.empty())
        return;
    const Choice* least = *std::min_element(
        old.begin(), old.end(), [](auto a, auto b) { return oldest(*a) < oldest(*b); });
    r.warnings.push_back(fmt::format("{} of {} prices shown are older than {} days on {}; the "
                                     "oldest is {}",
                                     old.size(),
                                     r.choices.size(),
                                     kOldAfterDays,
                                     to_string(today),
                                     to_string(oldest(*least))));
}

static void warn_of_old_rate(Recommendation& r) {
    constexpr int kOldAfterDays = 30;
    const Date today = r.request.today;
    if (!r.request.currency || today.year == 0)
        return;
    const Currency& c = *r.request.currency;
    if (const int age = days_between(c.as_of, today); age > kOldAfterDays)
        r.warnings.push_back(
            fmt::format("the rate of {} is {} days old on {}", c.code, age, to_string(today)));
}

static void warn_of_gpus_in_no_machine(const Catalog& catalog, Recommendation& r) {
    std::string list;
    for (const GpuMatch& match : r.gpu_matches) {
        const auto all = catalog.instances();
        if (!text::is_pattern(match.name) &&
            std::none_of(all.begin(), all.end(), [&match](const Instance& i) {
                return std::find(match.gpus.begin(), match.gpus.end(), i.gpu) != match.gpus.end();
            }))
            for (const std::string& gpu : match.gpus)
                list += (list.empty() ? "" : ", ") + gpu;
    }
    if (!list.empty())
        r.warnings.push_back("no machine of this catalog has " + list);
}

/// Only some providers' machines are all in a catalog, and it does not say whose.
static void warn_of_other_machines(const Catalog& catalog, Recommendation& r) {
    const auto& asked = r.request.constraints.provider;
    if (asked.empty() || r.outcome != Outcome::nothing_fits)
        return;
    std::map<std::string_view, std::size_t> machines;
    for (const Instance& i : catalog.instances())
        if (text::any_matches(asked, i.provider))
            ++machines[i.provider];
    std::string list;
    for (const auto& [provider, count] : machines)
        list += fmt::format("{}{} of {}", list.empty() ? "" : ", ", count, provider);
    r.warnings.push_back(fmt::format(
        "this catalog may have only some of the machines that are rented out: {}", list));
}

static void warn_of_prices_to_come(Recommendation& r) {
    const Date today = r.request.today;
    const auto later =
        choices_where(r, [today](const Choice& c) { return is_after_tomorrow(c.as_of, today); });
    if (!later.empty())
        r.warnings.push_back(fmt::format("{} of {} prices shown are dated after {}: {}",
                                         later.size(),
                                         r.choices.size(),
                                         to_string(today),
                                         to_string(later.front()->as_of)));
}

static void warn_of_charges(Recommendation& r) {
    std::vector<std::string> parts;
    for (const Choice& choice : r.choices) {
        if (!choice.cost)
            continue;
        for (const LineItem& item : choice.cost->items) {
            std::string part = fmt::format("{} in {}", item.charge, choice.region);
            if (!item.amount && item.charge != kLostWork &&
                std::find(parts.begin(), parts.end(), part) == parts.end())
                parts.push_back(std::move(part));
        }
    }
    if (parts.empty())
        return;
    std::string list;
    for (std::size_t i = 0; i < parts.size(); ++i)
        list += (i == 0 ? "" : ", ") + parts[i];
    r.warnings.push_back(fmt::format(
        "not known and not in the total, but ranked as in the dearest region known: {}", list));
}

/// Hours that are uncertain, and those of owning, do not know of interruptions; nor does a job,
/// which says so itself.
static void warn_of_lost_work(Recommendation& r) {
    const auto spot = choices_where(r, [&](const Choice& c) {
        return c.purchase == PurchaseKind::spot && !c.effective && !c.job &&
               (c.cost || c.lasts || r.ownership);
    });
    if (!spot.empty())
        r.warnings.emplace_back("work lost to interruptions of spot machines is not in hours and "
                                "cost");
}

/// The start plan makes a disk and an address, which cost too.
static void warn_of_launch(Recommendation& r) {
    if (!r.request.launch.wanted || r.choices.empty())
        return;
    if (const std::string why = why_no_launch(r.request, r.choices.front()); !why.empty()) {
        r.warnings.push_back("there is no start plan: " + why);
        return;
    }
    const Usage& usage = r.request.usage;
    const GiB needed = disk_needed(r.request.dataset);
    std::string unpaid;
    if (usage.storage == GiB{})
        unpaid = fmt::format("a disk of {}", needed);
    if (usage.public_ipv4 == 0)
        unpaid += fmt::format("{}a public IPv4 address", unpaid.empty() ? "" : " and ");
    if (!unpaid.empty())
        r.warnings.push_back("the start plan has what is not in the cost: " + unpaid);
    if (usage.storage > GiB{} && usage.storage < needed)
        r.warnings.push_back(
            fmt::format("a disk of {} may be too small: image, tools and data need about {}",
                        usage.storage,
                        needed));
}

/// Where the age of the prices may have moved the first choice's, or turned the ranking.
static void warn_of_age(Recommendation& r) {
    constexpr double kSure = 0.9;
    constexpr double kSame = 0.005;
    if (r.choices.empty())
        return;
    const Choice& c = r.choices.front();
    if (c.price_p10 && (*c.price_p90 / c.price > 1 + kSame || *c.price_p10 / c.price < 1 - kSame))
        r.warnings.push_back(fmt::format("{} at {} USD/h, as of {}, costs today between {} and {} "
                                         "USD/h with 80 % probability",
                                         c.instance,
                                         figure(c.price.value()),
                                         to_string(c.as_of),
                                         figure(c.price_p10->value()),
                                         figure(c.price_p90->value())));
    if (!r.still_first || *r.still_first >= kSure)
        return;
    const Choice* next = likeliest_instead(r);
    r.warnings.push_back(
        fmt::format("as old as the prices are, {} is still the first with probability {:.2f}{}",
                    c.instance,
                    *r.still_first,
                    next == nullptr ? ""
                                    : fmt::format("; the likeliest instead is {} of {}, as of {}",
                                                  next->instance,
                                                  next->provider,
                                                  to_string(next->as_of))));
}

void add_warnings(const Catalog& catalog, Recommendation& r) {
    constexpr GiB kTrainingMemory{32};
    for (std::string& warning : platform_warnings(r))
        r.warnings.push_back(std::move(warning));
    warn_of_old_prices(r);
    warn_of_old_rate(r);
    warn_of_age(r);
    warn_of_prices_to_come(r);
    warn_of_charges(r);
    warn_of_lost_work(r);
    warn_of_launch(r);
    if (trains(r.request))
        for (std::string& warning : job_warnings(catalog, r))
            r.warnings.push_back(std::move(warning));
    if (r.request.profile == Profile::training)
        if (const auto small = choices_where(r,
                                             [&](const Choice& c) {
                                                 return c.memory && *c.memory < kTrainingMemory &&
                                                        !c.gpu.empty();
                                             });
            !small.empty())
            r.warnings.push_back(fmt::format("less than {} of memory is little for training: {}",
                                             kTrainingMemory,
                                             names_of(small)));
    if (const auto gone = choices_where(r, [](const Choice& c) { return c.retired; });
        !gone.empty())
        r.warnings.push_back(fmt::format("priced but no longer offered: {}", names_of(gone)));
    if (const auto guessed = choices_where(r, [](const Choice& c) { return c.network_estimated; });
        !guessed.empty())
        r.warnings.push_back(fmt::format(
            "network rate estimated from the provider's word for it: {}", names_of(guessed)));
    for (std::string& warning : what_is_not_comparable(catalog, r))
        r.warnings.push_back(std::move(warning));
    warn_of_gpus_in_no_machine(catalog, r);
    warn_of_other_machines(catalog, r);
}

} // namespace flopwise
