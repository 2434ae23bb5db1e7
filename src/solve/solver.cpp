#include "solve/solver.hpp"

#include "request/completed.hpp"
#include "solve/greatest.hpp"
#include "solve/reference.hpp"
#include "solve/unpriced.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>
#include <utility>

namespace flopwise {

/// Programs of graphics and simulations are not PyTorch's.
static StackNotes notes_of(const Catalog& catalog, const Request& request) {
    const bool learns =
        request.profile == Profile::training || request.profile == Profile::inference;
    return StackNotes{software_day(request.today, catalog.as_of()), learns};
}

/// Where no GPU is asked for, GPU memory is no criterion and the others share its weight.
static std::array<double, kCriteria> weights_used(const Request& request, bool without_gpu) {
    Weights weights = *request.weights;
    if (without_gpu)
        weights.gpu_memory = 0;
    try {
        return normalised(weights);
    } catch (const ArgumentError&) {
        request.refuse("weights", "must weigh more than GPU memory where no GPU is asked for");
    }
}

Solver::Solver(const Catalog& catalog,
               const Request& request,
               const Sites& sites,
               const Goal& goal,
               Pricing& pricing)
    : catalog_{catalog}, request_{request}, sites_{sites}, goal_{goal}, pricing_{pricing},
      columns_{pricing.columns()}, filter_{catalog, request, sites, goal, pricing},
      reference_{goal.reference()}, weights_{weights_used(request, filter_.without_gpu())},
      notes_{notes_of(catalog, request)}, sort_{request.sort.value_or(Sort::score)},
      sorts_by_part_{sort_ == Sort::price && needs_plan_prices(request)} {}

OfferRange Solver::group(std::size_t type, std::size_t purchase) const {
    const std::size_t g = type * kPurchases + purchase;
    return {columns_.first[g], columns_.first[g + 1]};
}

Score Solver::score_of(std::uint32_t offer) const {
    return score_of(columns_.type[offer], columns_.usd_per_hour[offer]);
}

Figures Solver::figures_of(std::size_t type, double price) const {
    const auto known = [](double figure, double otherwise) {
        return std::isnan(figure) ? otherwise : figure;
    };
    return {.price = UsdPerHour{price} * goal_.machines(type),
            .rate = goal_.rate(type),
            .gpu_memory = GiB{columns_.gpu_memory_gib[type]},
            .memory = GiB{known(columns_.memory_gib[type], kAssumedMemory.value())},
            .vcpus = known(columns_.vcpus[type], kAssumedVcpus),
            .network = Gbps{known(columns_.network_gbps[type], kAssumedNetwork.value())}};
}

Score Solver::score_of(std::size_t type, double price) const {
    return score(figures_of(type, price), reference_, weights_);
}

std::array<double, kCriteria> Solver::merits_of(std::uint32_t offer) const {
    std::array<double, kCriteria> each{};
    each.fill(1);
    return score(figures_of(columns_.type[offer], columns_.usd_per_hour[offer]), reference_, each)
        .contributions;
}

double Solver::worth(std::uint32_t offer, double score) const {
    const std::uint32_t type = columns_.type[offer];
    switch (sort_) {
    case Sort::score:
        break;
    case Sort::cost:
        return -spent(type, columns_.usd_per_hour[offer]);
    case Sort::price:
        return -pricing_.price(offer).value() * goal_.machines(type);
    case Sort::speed:
        return goal_.rate(type);
    }
    return score;
}

// ---- one pass over the types --------------------------------------------------------

void Solver::refuse(Reason reason, std::size_t offers) {
    refused_[static_cast<std::size_t>(reason)] += offers;
}

/// Offers of a type that qualifies: only price and site decide, and what can be paid is a prefix.
void Solver::admit(OfferRange offers, Result& to) {
    const std::uint32_t below_max = pricing_.end_below_max(offers);
    const std::uint32_t in_time = pricing_.end_in_time({offers.begin, below_max});
    const std::uint32_t affordable = pricing_.end_affordable({offers.begin, in_time});
    const auto count = [this](std::uint32_t begin, std::uint32_t end) {
        return sites_.count(columns_, begin, end);
    };
    const SiteCounts paid = count(offers.begin, affordable);
    const SiteCounts above_ceiling = count(affordable, in_time);
    const SiteCounts late = count(in_time, below_max);
    const SiteCounts above_max = count(below_max, offers.end);
    const SiteCounts all = paid + above_ceiling + late + above_max;
    refuse(Reason::not_offered, all[Site::not_offered]);
    refuse(Reason::too_far, all[Site::too_far]);
    refuse(Reason::misses_deadline, late[Site::admitted]);
    refuse(Reason::above_max_price, above_max[Site::admitted]);
    refuse(Reason::above_ceiling, above_ceiling[Site::admitted]);
    to.in_scope += offers.end - offers.begin - all[Site::out_of_scope];
    to.admitted += paid[Site::admitted];
    to.priced = to.priced || all[Site::admitted] > 0;
    if (paid[Site::admitted] == 0)
        return;
    const std::uint32_t best = sites_.first_admitted(columns_, offers.begin, affordable);
    const double price = columns_.usd_per_hour[best];
    if (to.best == kNone || price < to.price) {
        to.best = best;
        to.price = price;
    }
    if (sorts_by_part_)
        for (std::uint32_t i = best; i < affordable; ++i)
            if (sites_[columns_.site[i]] == Site::admitted)
                to.worth = std::max(to.worth, worth(i, 0));
}

void Solver::scan() {
    if (std::exchange(scanned_, true))
        return;
    types_.resize(catalog_.instances().size());
    qualified_.reserve(types_.size());
    for (std::size_t type = 0; type < types_.size(); ++type) {
        Result& result = types_[type];
        result.reasons = filter_.type_reasons(type);
        if (result.reasons == 0)
            pricing_.prepare(type);
        for (std::size_t p = 0; p < kPurchases; ++p) {
            const OfferRange offers = group(type, p);
            if (offers.begin == offers.end || !filter_.pays(static_cast<Purchase>(p)))
                continue;
            if (result.reasons == 0) {
                admit(offers, result);
                continue;
            }
            const SiteCounts all = sites_.count(columns_, offers.begin, offers.end);
            result.in_scope += offers.end - offers.begin - all[Site::out_of_scope];
            result.priced = result.priced || all[Site::admitted] > 0;
        }
        if (result.reasons != 0) // the enumerators stand in the order they are looked at
            refuse(static_cast<Reason>(std::countr_zero(result.reasons)), result.in_scope);
        if (result.best != kNone) {
            result.score = score_of(type, result.price).value;
            if (!sorts_by_part_)
                result.worth = worth(result.best, result.score);
            qualified_.push_back(static_cast<std::uint32_t>(type));
        }
        in_scope_ += result.in_scope;
        admitted_ += result.admitted;
    }
}

// ---- the best -----------------------------------------------------------------------

/// A strict order: what is sorted by, price and score, round trip if it is asked for, then
/// provider, instance, region and purchase option. Types and regions stand in the order of their
/// names.
bool Solver::before(const Scored& a, const Scored& b) const {
    if (a.worth != b.worth)
        return a.worth > b.worth;
    const double price_a = columns_.usd_per_hour[a.offer];
    const double price_b = columns_.usd_per_hour[b.offer];
    if (sort_ != Sort::score && price_a != price_b)
        return price_a < price_b;
    if (a.score.value != b.score.value)
        return a.score.value > b.score.value;
    const std::size_t regions = catalog_.regions().size();
    const std::size_t region_a = columns_.site[a.offer] % regions;
    const std::size_t region_b = columns_.site[b.offer] % regions;
    const auto rtt_a = sites_.rtt(region_a);
    const auto rtt_b = sites_.rtt(region_b);
    if (rtt_a != rtt_b) // what is not known comes last
        return rtt_a && (!rtt_b || *rtt_a < *rtt_b);
    const auto purchase = [this](std::uint32_t offer) {
        return offer_of(catalog_, columns_, offer).purchase;
    };
    return std::tuple{columns_.type[a.offer], region_a, purchase(a.offer)} <
           std::tuple{columns_.type[b.offer], region_b, purchase(b.offer)};
}

/// What an offer must be worth to be among the best `top`: as much as the best offer of the type
/// that is `top`-th. Types below it have nothing to add.
double Solver::least_worth(std::size_t top) const {
    if (qualified_.size() <= top)
        return -std::numeric_limits<double>::infinity();
    std::vector<double> worths;
    worths.reserve(qualified_.size());
    for (const std::uint32_t type : qualified_)
        worths.push_back(types_[type].worth);
    const auto nth = worths.begin() + static_cast<std::ptrdiff_t>(top - 1);
    std::nth_element(worths.begin(), nth, worths.end(), std::greater<>{});
    return *nth;
}

/// Adds the offers of a group that are admitted and worth enough.
void Solver::add_offers(OfferRange offers, double least, std::vector<Scored>& to) const {
    for_each_admitted(offers, [&](std::uint32_t i) {
        const Score score = score_of(columns_.type[i], columns_.usd_per_hour[i]);
        const double own = worth(i, score.value);
        if (own >= least)
            to.push_back({i, score, own});
        return own >= least || sorts_by_part_; // else the rest costs more still
    });
}

std::vector<Solver::Scored> Solver::best_offers(std::size_t top) const {
    const double least = least_worth(top);
    std::vector<Scored> out;
    for (const std::uint32_t type : qualified_)
        for (std::size_t p = 0; p < kPurchases; ++p)
            if (types_[type].worth >= least && filter_.pays(static_cast<Purchase>(p)))
                add_offers(group(type, p), least, out);
    const auto end = out.begin() + static_cast<std::ptrdiff_t>(std::min(top, out.size()));
    std::partial_sort(out.begin(), end, out.end(), [this](const Scored& a, const Scored& b) {
        return before(a, b);
    });
    out.erase(end, out.end());
    return out;
}

std::vector<std::uint32_t> Solver::best_of_types() {
    scan();
    std::vector<Scored> best;
    for (const std::uint32_t type : qualified_) {
        const std::uint32_t offer = types_[type].best;
        const Score score = score_of(type, types_[type].price);
        best.push_back({offer, score, worth(offer, score.value)});
    }
    std::sort(best.begin(), best.end(), [this](const Scored& a, const Scored& b) {
        return before(a, b);
    });
    std::vector<std::uint32_t> out;
    out.reserve(best.size());
    for (const Scored& scored : best)
        out.push_back(scored.offer);
    return out;
}

/// What is compared in the Pareto front: what the same work costs.
double Solver::spent(std::size_t type, double price) const {
    return price * goal_.machines(type) * goal_.hours_compared(type);
}

/// Whether no admitted offer is at least as good in price, speed and GPU memory and better in
/// one. Within a type only its cheapest can be.
bool Solver::pareto(std::uint32_t offer) const {
    const auto memory = [this](std::uint32_t type) { return goal_.memory_compared(type); };
    const std::uint32_t own = columns_.type[offer];
    const double price = spent(own, columns_.usd_per_hour[offer]);
    const double rate = goal_.rate(own);
    return std::none_of(qualified_.begin(), qualified_.end(), [&](std::uint32_t type) {
        const double other = spent(type, types_[type].price);
        return other <= price && goal_.rate(type) >= rate && memory(type) >= memory(own) &&
               (other < price || goal_.rate(type) > rate || memory(type) > memory(own));
    });
}

static Usd paid_upfront(const Bill& bill) {
    Usd sum;
    for (const LineItem& item : bill.items)
        if (item.charge == "upfront" || item.charge == to_string(PurchaseKind::capacity_block))
            sum = sum + *item.amount;
    return sum;
}

/// Many choices have the same hours, of which a quantile takes longer than all else.
const Solver::HoursQuantiles& Solver::quantiles_of(const HoursDistribution& hours) const {
    const auto known = std::find_if(quantiles_.begin(),
                                    quantiles_.end(),
                                    [&](const HoursQuantiles& one) { return one.hours == hours; });
    if (known != quantiles_.end())
        return *known;
    return quantiles_.emplace_back(
        HoursQuantiles{hours, hours.quantile(0.5), hours.quantile(0.8), hours.quantile(0.9)});
}

/// What a plan of uncertain hours costs, and how sure the budget is to suffice.
void Solver::add_outlook(const Outlook& outlook, Choice& to) const {
    const Budget& budget = request_.budget;
    to.hours = outlook.hours.central();
    if (outlook.hours.is_certain())
        return;
    const HoursQuantiles& hours = quantiles_of(outlook.hours);
    to.hours_p90 = hours.p90;
    const CostQuantiles quantiles{.p50 = outlook.cost(hours.p50),
                                  .p80 = outlook.cost(hours.p80),
                                  .p90 = outlook.cost(hours.p90)};
    if (std::isfinite(quantiles.p90.value())) // else it may take longer than it can be paid for so
        to.cost_quantiles = quantiles;
    if (!budget.total)
        return;
    constexpr double kMostHours = 1e7;
    const double most = greatest(kMostHours, [&](double most_hours) {
        return affordable(budget, outlook.cost(Hours{most_hours}) - budget.fixed);
    });
    to.probability_within_budget = most > 0 ? outlook.hours.probability(Hours{most}) : 0;
}

Choice Solver::choice(const Scored& scored) const {
    const Offer o = offer_of(catalog_, columns_, scored.offer);
    const std::uint32_t type = columns_.type[scored.offer];
    const Source& source = pricing_.source(scored.offer);
    Choice out{.provider = o.instance.provider,
               .instance = o.instance.name,
               .family = o.instance.family,
               .region = o.region.code,
               .purchase = pricing_.paid(scored.offer),
               .price = pricing_.price(scored.offer),
               .gpu = o.instance.gpu,
               .gpu_count = o.instance.gpu_count,
               .arch = o.instance.arch,
               .vcpus = o.instance.vcpus,
               .memory = o.instance.memory,
               .network = o.instance.network,
               .network_estimated = o.instance.network_estimated,
               .score = scored.score,
               .pareto = pareto(scored.offer),
               .rtt = sites_.rtt(columns_.site[scored.offer] % catalog_.regions().size()),
               .retired = o.instance.retired || !o.offered,
               .source = source.title,
               .as_of = source.as_of,
               .price_dates = pricing_.price_dates(scored.offer, pricing_.paid(scored.offer))};
    if (o.gpu != nullptr) {
        out.gpu_memory = GiB{columns_.gpu_memory_gib[type]};
        out.stack = o.gpu->stack;
        if (const auto rate = peak(*o.gpu, *request_.precision))
            out.tflops = *rate * o.instance.gpu_count;
        out.predicted = predicted_tflops(*o.gpu, o.instance.gpu_count, *request_.precision);
    }
    out.stack_note = notes_.note(o.gpu, o.instance.arch);
    pricing_.describe(scored.offer, out);
    out.upfront = out.cost ? paid_upfront(*out.cost) : Usd{};
    if (const auto outlook = pricing_.outlook(scored.offer)) {
        if (outlook->known)
            add_outlook(*outlook, out);
        goal_.describe(type, *outlook, out);
    }
    return out;
}

std::vector<Choice> Solver::choices(const std::vector<Scored>& best) const {
    std::vector<Choice> out;
    for (const Scored& scored : best) {
        out.push_back(choice(scored));
        out.back().rank = static_cast<int>(out.size());
    }
    goal_.compare(out);
    return out;
}

// ---- the answer ---------------------------------------------------------------------

Outcome Solver::outcome() const {
    if (admitted_ > 0)
        return Outcome::found;
    const auto count = [this](Reason r) { return refused_[static_cast<std::size_t>(r)]; };
    return count(Reason::above_ceiling) + count(Reason::above_max_price) > 0
               ? Outcome::nothing_affordable
               : Outcome::nothing_fits;
}

Choice Solver::described(std::uint32_t offer) {
    scan();
    return choices({{.offer = offer, .score = score_of(offer)}}).front();
}

std::vector<std::uint32_t> Solver::ranking() {
    scan();
    std::vector<std::uint32_t> out;
    for (const Scored& scored : best_offers(std::numeric_limits<std::size_t>::max()))
        out.push_back(scored.offer);
    return out;
}

Recommendation Solver::solve() {
    scan();
    const Budget& budget = request_.budget;
    const auto top = static_cast<std::size_t>(request_.top);
    const bool each_offer = request_.by == By::instance || request_.by == By::family;
    const std::vector<Scored> best = each_offer ? best_offers(top) : best_of_each(top);
    Recommendation out{.outcome = outcome(),
                       .catalog_name = catalog_.name(),
                       .catalog_as_of = catalog_.as_of(),
                       .catalog_offers = catalog_.size(),
                       .request = request_,
                       .weights = weights_,
                       .on_vcpus = filter_.without_gpu(),
                       .admitted = admitted_,
                       .choices = choices(best),
                       .families = families(),
                       .refusals = refusals(),
                       .unpriced = unpriced(),
                       .out_of_scope = catalog_.size() - in_scope_};
    if (budget.total && budget.days)
        out.price_ceiling = price_ceiling(at_confidence(budget, request_.uncertainty));
    if (!each_offer && request_.by != By::region)
        for (std::size_t i = 0; i < best.size(); ++i)
            out.choices[i].also = others_than(best[i].offer);
    out.front = goal_.front([this] { return front(); });
    warn_of_dearer(best, out);
    std::vector<std::uint32_t> rows(best.size());
    std::transform(
        best.begin(), best.end(), rows.begin(), [](const Scored& scored) { return scored.offer; });
    pricing_.complete(rows, out);
    warn_of_left_out(out);
    add_dates(out);
    return out;
}

/// Of the machines without an offer that qualifies.
UnpricedMachines Solver::unpriced() const {
    std::vector<Passed> types;
    for (std::uint32_t type = 0; type < types_.size(); ++type)
        if (types_[type].admitted == 0)
            types.push_back({type, types_[type].reasons, types_[type].priced});
    return flopwise::unpriced(catalog_, request_, filter_, types);
}

void Solver::add_dates(Recommendation& to) {
    for (const Choice& choice : to.choices)
        to.price_dates.add(choice.price_dates);
    for (const FamilyChoice& family : to.families)
        to.price_dates.add(family.price_dates);
    if (to.choices.empty())
        for (const Refusal& refusal : to.refusals.nearest)
            to.price_dates.add(refusal.as_of);
}

/// Of each type its cheapest offer.
std::vector<FrontPoint> Solver::front() const {
    std::vector<FrontPoint> points;
    for (const std::uint32_t type : qualified_) {
        const Offer o = offer_of(catalog_, columns_, types_[type].best);
        points.push_back({.instance = o.instance.name,
                          .region = o.region.code,
                          .machines = goal_.machines(type),
                          .cost = Usd{spent(type, types_[type].price)} + request_.budget.fixed,
                          .hours = goal_.hours(type)->central()});
    }
    return points;
}

// ---- one question -------------------------------------------------------------------

Question::Question(const Catalog& asked, const Request& completed, const Charges& charges)
    : catalog{asked}, request{completed}, sites{asked, completed},
      goal{goal_of(asked, completed, sites)}, pricing{
                                                  pricing_of(asked, completed, *goal, charges)} {}

Solver Question::solver() const {
    return {catalog, request, sites, *goal, *pricing};
}

Filter Question::filter() const {
    return {catalog, request, sites, *goal, *pricing};
}

} // namespace flopwise
