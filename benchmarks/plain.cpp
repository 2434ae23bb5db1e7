#include "plain.hpp"

#include <flopwise/stack.hpp>

#include "measure.hpp"
#include "solve/reference.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace flopwise::bench {

namespace {

using Strings = std::vector<std::string>;
using MachineName = std::pair<std::string_view, std::string_view>; // provider, name

/// A request with what it leaves open filled in.
struct Question {
    const Catalog& catalog;
    const Request& request;
    const Constraints& c;
    Precision precision;
    bool without_gpu;
    double min_gpus;
    std::array<double, kCriteria> weights;
    Figures reference;
};

struct Admitted {
    std::size_t index = 0;
    Score score{};
    double rtt_ms = 0;
};

struct FamilySum {
    FamilyChoice row;
    Date cheapest{}; ///< of the lowest and the highest price
    Date dearest{};
    bool found = false;
    Admitted best{};
};

struct Answer {
    std::vector<Admitted> admitted; ///< best first
    std::map<Reason, std::size_t> refused;
    std::size_t out_of_scope = 0;
    std::map<MachineName, FamilySum> families;
    std::set<MachineName> in_scope;
    std::set<MachineName> chosen;
};

} // namespace

static bool glob(std::string_view pattern, std::string_view name) {
    if (pattern.empty())
        return name.empty();
    if (pattern.front() == '*')
        return glob(pattern.substr(1), name) || (!name.empty() && glob(pattern, name.substr(1)));
    return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
           glob(pattern.substr(1), name.substr(1));
}

static bool listed(const Strings& patterns, std::string_view name) {
    return std::any_of(
        patterns.begin(), patterns.end(), [&](const auto& pattern) { return glob(pattern, name); });
}

static bool listed_if_any(const Strings& patterns, std::string_view name) {
    return patterns.empty() || listed(patterns, name);
}

static std::string lower(std::string text) {
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

/// A GPU goes by its name and its aliases, in any case.
static bool listed(const Strings& patterns, const Gpu& gpu) {
    Strings spellings = gpu.aliases;
    spellings.push_back(gpu.name);
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
        return std::any_of(spellings.begin(), spellings.end(), [&](const auto& spelling) {
            return glob(lower(pattern), lower(spelling));
        });
    });
}

static Speed speed(const Request& request) {
    const Precision precision = request.precision.value_or(precision_of(request.profile));
    return request.speed.value_or(speed_of(request.profile, precision));
}

static Question question(const Catalog& catalog, const Request& request) {
    const Constraints& c = request.constraints;
    const Precision precision = request.precision.value_or(precision_of(request.profile));
    const bool without_gpu = c.min_gpus == 0.0 || (!c.min_gpus && c.max_gpus == 0.0);
    Weights weights = request.weights.value_or(weights_of(request.profile));
    if (without_gpu)
        weights.gpu_memory = 0;
    return {catalog,
            request,
            c,
            precision,
            without_gpu,
            c.min_gpus.value_or(0),
            normalised(weights),
            without_gpu ? reference_without_gpu() : reference(precision, speed(request))};
}

static std::optional<double> rate(const Question& q, const Offer& o) {
    if (q.without_gpu)
        return o.instance.vcpus;
    if (speed(q.request) == Speed::predicted) {
        const auto all = predicted_tflops(*o.gpu, o.instance.gpu_count, q.precision);
        return all ? std::optional{all->value()} : std::nullopt;
    }
    const auto one = peak(*o.gpu, q.precision);
    return one ? std::optional{one->value() * o.instance.gpu_count} : std::nullopt;
}

static GiB gpu_memory(const Offer& o) {
    return o.gpu == nullptr ? GiB{} : o.gpu->memory * std::min(1.0, o.instance.gpu_count);
}

static Milliseconds rtt(const Question& q, const Offer& o) {
    return round_trip(great_circle(*q.c.near, *o.region.place));
}

static bool unsuited(const Question& q, const Gpu& gpu) {
    return std::any_of(gpu.not_for.begin(), gpu.not_for.end(), [&](Purpose purpose) {
        return to_string(purpose) == to_string(q.request.profile);
    });
}

/// The first reason that applies, in the order of the enumerators.
static std::optional<Reason> refusal(const Question& q, const Offer& o) {
    const Constraints& c = q.c;
    const Instance& i = o.instance;
    const bool gpu = o.gpu != nullptr;
    if (!listed_if_any(c.provider, i.provider))
        return Reason::other_provider;
    if (!listed_if_any(c.region, o.region.code))
        return Reason::other_region;
    if (std::find(c.purchase.begin(), c.purchase.end(), o.purchase) == c.purchase.end())
        return Reason::other_purchase;
    if (listed(c.exclude, i.name) || listed(c.exclude, i.family))
        return Reason::excluded;
    if (!listed_if_any(c.instance, i.name))
        return Reason::other_instance;
    if (!listed_if_any(c.family, i.family))
        return Reason::other_family;
    if (!c.gpu.empty() && !(gpu && listed(c.gpu, *o.gpu)))
        return Reason::other_gpu;
    if (!listed_if_any(c.arch, i.arch))
        return Reason::other_arch;
    if (i.retired && !c.include_retired)
        return Reason::retired;
    if (!gpu && !q.without_gpu)
        return Reason::no_gpu;
    if (gpu && !q.without_gpu && unsuited(q, *o.gpu))
        return Reason::other_work;
    if (gpu && i.gpu_count < q.min_gpus)
        return Reason::too_few_gpus;
    if (c.max_gpus && i.gpu_count > *c.max_gpus)
        return Reason::too_many_gpus;
    if (c.min_gpu_memory && gpu_memory(o) < *c.min_gpu_memory)
        return Reason::little_gpu_memory;
    if (c.min_memory && i.memory < *c.min_memory)
        return Reason::little_memory;
    if (c.min_vcpus && i.vcpus < *c.min_vcpus)
        return Reason::few_vcpus;
    if (c.min_network && i.network && *i.network < *c.min_network)
        return Reason::slow_network;
    if (!i.network && c.min_network)
        return Reason::unknown_network;
    if (!rate(q, o))
        return Reason::unknown_rate;
    if (!o.offered && !c.include_retired)
        return Reason::not_offered;
    if (c.max_rtt && rtt(q, o) > *c.max_rtt)
        return Reason::too_far;
    if (c.max_price && o.price > *c.max_price)
        return Reason::above_max_price;
    const Budget& budget = q.request.budget;
    if (budget.total && budget.days && !affordable(budget, o.price))
        return Reason::above_ceiling;
    return std::nullopt;
}

static Figures figures(const Question& q, const Offer& o) {
    return {.price = o.price,
            .rate = *rate(q, o),
            .gpu_memory = gpu_memory(o),
            .memory = o.instance.memory.value_or(kAssumedMemory),
            .vcpus = o.instance.vcpus.value_or(kAssumedVcpus),
            .network = o.instance.network.value_or(kAssumedNetwork)};
}

/// The formula once more, as a product of powers.
static double product(const Question& q, const Figures& own) {
    const Figures& base = q.reference;
    const std::array<double, kCriteria> ratios{(own.rate / own.price.value()) /
                                                   (base.rate / base.price.value()),
                                               own.rate / base.rate,
                                               own.gpu_memory / base.gpu_memory,
                                               own.memory / base.memory,
                                               own.vcpus / base.vcpus,
                                               own.network / base.network};
    double out = 100;
    for (std::size_t i = 0; i < kCriteria; ++i)
        if (q.weights[i] > 0)
            out *= std::pow(ratios[i], q.weights[i]);
    return out;
}

static Score score_of(const Question& q, const Offer& o) {
    constexpr double kRounding = 1e-12;
    const Figures own = figures(q, o);
    const Score out = score(own, q.reference, q.weights);
    must(std::abs(out.value / product(q, own) - 1) < kRounding, "score() is not its formula");
    return out;
}

static bool before(const Catalog& catalog, const Admitted& a, const Admitted& b) {
    if (a.score.value != b.score.value)
        return a.score.value > b.score.value;
    const Offer left = catalog.offer(a.index);
    const Offer right = catalog.offer(b.index);
    const auto names = [](const Offer& o) {
        return std::tie(o.instance.provider, o.instance.name, o.region.code, o.purchase);
    };
    return a.rtt_ms != b.rtt_ms ? a.rtt_ms < b.rtt_ms : names(left) < names(right);
}

static void add_to_family(const Question& q, const Offer& o, const Admitted* admitted, Answer& to) {
    const auto [found, added] = to.families.try_emplace({o.family.provider, o.family.name});
    FamilySum& sum = found->second;
    if (added)
        sum.row = {.provider = o.family.provider,
                   .family = o.family.name,
                   .purpose = o.family.purpose,
                   .price_from = o.price,
                   .price_to = o.price};
    if (added || o.price < sum.row.price_from)
        sum.cheapest = o.source.as_of;
    if (added || o.price > sum.row.price_to)
        sum.dearest = o.source.as_of;
    sum.row.price_from = std::min(sum.row.price_from, o.price);
    sum.row.price_to = std::max(sum.row.price_to, o.price);
    if (admitted == nullptr) {
        ++sum.row.refused;
        return;
    }
    ++sum.row.admitted;
    if (!sum.found || before(q.catalog, *admitted, sum.best))
        sum.best = *admitted;
    sum.found = true;
}

static Answer answer(const Question& q) {
    Answer out;
    for (std::size_t i = 0; i < q.catalog.size(); ++i) {
        const Offer o = q.catalog.offer(i);
        const auto reason = refusal(q, o);
        if (reason && *reason <= Reason::other_purchase) {
            ++out.out_of_scope;
            continue;
        }
        const MachineName machine{o.instance.provider, o.instance.name};
        out.in_scope.insert(machine);
        if (reason) {
            ++out.refused[*reason];
            add_to_family(q, o, nullptr, out);
            continue;
        }
        const Admitted one{i, score_of(q, o), q.c.near ? rtt(q, o).value() : 0};
        out.admitted.push_back(one);
        out.chosen.insert(machine);
        add_to_family(q, o, &one, out);
    }
    std::sort(out.admitted.begin(), out.admitted.end(), [&](const auto& a, const auto& b) {
        return before(q.catalog, a, b);
    });
    return out;
}

// ---- the answer in the form of recommend() ------------------------------------------

/// Whether no admitted offer is at least as good in price, speed and GPU memory, better in one.
static bool pareto(const Question& q, const Answer& answer, const Offer& own) {
    const auto merits = [&](const Offer& o) {
        return std::array{-o.price.value(), *rate(q, o), q.without_gpu ? 0 : gpu_memory(o).value()};
    };
    const auto mine = merits(own);
    return std::none_of(answer.admitted.begin(), answer.admitted.end(), [&](const Admitted& a) {
        const auto other = merits(q.catalog.offer(a.index));
        return other != mine && other[0] >= mine[0] && other[1] >= mine[1] && other[2] >= mine[2];
    });
}

static Choice choice(const Question& q, const Answer& answer, std::size_t place) {
    const Admitted& admitted = answer.admitted[place];
    const Offer o = q.catalog.offer(admitted.index);
    const Instance& i = o.instance;
    Choice out{.rank = static_cast<int>(place) + 1,
               .provider = i.provider,
               .instance = i.name,
               .family = i.family,
               .region = o.region.code,
               .purchase = kind_of(o.purchase),
               .price = o.price,
               .gpu = i.gpu,
               .gpu_count = i.gpu_count,
               .arch = i.arch,
               .vcpus = i.vcpus,
               .memory = i.memory,
               .network = i.network,
               .network_estimated = i.network_estimated,
               .score = admitted.score,
               .pareto = pareto(q, answer, o),
               .retired = i.retired || !o.offered,
               .source = o.source.title,
               .as_of = o.source.as_of};
    out.price_dates.add(o.source.as_of);
    out.stack_note = stack_note(o.gpu, i.arch, q.request.today);
    if (o.gpu != nullptr) {
        out.stack = o.gpu->stack;
        out.gpu_memory = gpu_memory(o);
        if (const auto one = peak(*o.gpu, q.precision))
            out.tflops = *one * i.gpu_count;
        out.predicted = predicted_tflops(*o.gpu, i.gpu_count, q.precision);
    }
    const Budget& budget = q.request.budget;
    if (budget.days) {
        out.cost = bill(budget, {}, {i.provider, o.region.code, o.price}, Charges::none());
        out.hours = rented_hours(budget);
    } else if (budget.total) {
        out.lasts = days_affordable(budget, o.price);
    }
    if (q.c.near)
        out.rtt = rtt(q, o);
    return out;
}

static std::vector<Choice> choices(const Question& q, const Answer& answer) {
    const auto top = std::min(static_cast<std::size_t>(q.request.top), answer.admitted.size());
    std::vector<Choice> out;
    for (std::size_t place = 0; place < top; ++place)
        out.push_back(choice(q, answer, place));
    return out;
}

static std::vector<FamilyChoice> families(const Question& q, const Answer& answer) {
    std::vector<FamilyChoice> out;
    for (const auto& [name, sum] : answer.families) {
        if (!sum.found)
            continue;
        const Offer best = q.catalog.offer(sum.best.index);
        out.push_back(sum.row);
        out.back().price_dates.add(sum.cheapest);
        out.back().price_dates.add(sum.dearest);
        out.back().gpu = best.instance.gpu;
        out.back().stack = best.gpu == nullptr ? "" : best.gpu->stack;
        out.back().arch = best.instance.arch;
        out.back().stack_note = stack_note(best.gpu, best.instance.arch, q.request.today);
        out.back().best = best.instance.name;
        out.back().score = sum.best.score.value;
    }
    std::stable_sort(
        out.begin(), out.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i].rank = static_cast<int>(i) + 1;
    return out;
}

static std::vector<std::pair<Reason, std::size_t>> by_reason(const Answer& answer) {
    std::vector<std::pair<Reason, std::size_t>> out(answer.refused.begin(), answer.refused.end());
    std::stable_sort(
        out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return out;
}

static Outcome outcome(const Answer& answer) {
    if (!answer.admitted.empty())
        return Outcome::found;
    return answer.refused.contains(Reason::above_max_price) ||
                   answer.refused.contains(Reason::above_ceiling)
               ? Outcome::nothing_affordable
               : Outcome::nothing_fits;
}

static std::optional<std::size_t> find(const Catalog& catalog, const Refusal& refusal) {
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        if (o.purchase == refusal.purchase && o.instance.name == refusal.instance &&
            o.instance.provider == refusal.provider && o.region.code == refusal.region)
            return i;
    }
    return std::nullopt;
}

static bool nearest_is_right(const Question& q, const Answer& answer, const Refusals& refusals) {
    const std::size_t without = answer.in_scope.size() - answer.chosen.size();
    return refusals.nearest.size() ==
               std::min(static_cast<std::size_t>(q.request.nearest), without) &&
           std::all_of(refusals.nearest.begin(), refusals.nearest.end(), [&](const Refusal& one) {
               const auto offer = find(q.catalog, one);
               return offer && !answer.chosen.contains({one.provider, one.instance}) &&
                      why_not(q.catalog, q.request, *offer) == one;
           });
}

/// Without ties and what spot costs beside, which the unit tests look at.
static std::vector<Choice> without_what_is_beside(std::vector<Choice> choices) {
    for (Choice& c : choices) {
        c.tied = false;
        c.spot = c.spot_p10 = c.spot_p90 = std::nullopt;
        c.spot_as_of.reset();
        c.spot_reclaimed.reset();
    }
    return choices;
}

static void compare(std::string_view name, const Catalog& catalog, const Request& request) {
    const Question q = question(catalog, request);
    const Answer expected = answer(q);
    const Recommendation got = recommend(catalog, request);
    const auto same = [name](bool equal, std::string_view what) {
        must(equal, fmt::format("{}: {} differ from the plain answer", name, what));
    };
    std::size_t refused = 0;
    for (const auto& [reason, count] : expected.refused)
        refused += count;
    same(got.outcome == outcome(expected), "the outcomes");
    same(got.admitted == expected.admitted.size(), "the numbers of admitted offers");
    same(got.out_of_scope == expected.out_of_scope, "the numbers of offers out of scope");
    same(got.refusals.count == refused, "the numbers of refused offers");
    same(got.refusals.by_reason == by_reason(expected), "the counts by reason");
    same(without_what_is_beside(got.choices) == choices(q, expected), "the choices");
    same(got.families == families(q, expected), "the families");
    same(nearest_is_right(q, expected, got.refusals), "the nearest refusals");
}

void verify(std::string_view name, const Catalog& catalog, const Request& request) {
    compare(name, catalog, request);
    Request longer = request;
    longer.top = 100; // shows more ties
    compare(name, catalog, longer);
}

} // namespace flopwise::bench
