#include "solve/solver.hpp"

#include "request/completed.hpp"
#include "solve/job_choice.hpp"
#include "solve/reference.hpp"
#include "solve/unpriced.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>

namespace flopwise {

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

/// With a job, the reference machine does as many an hour as it is predicted to.
static Figures reference_of(const Filter& filter, const Request& request) {
    if (filter.without_gpu())
        return reference_without_gpu();
    Figures out = reference(*request.precision);
    if (filter.job() != nullptr)
        out.rate = 1 / filter.job()->reference().value();
    return out;
}

Solver::Solver(const Catalog& catalog, const Request& request, PlanPrices* plans)
    : catalog_{catalog}, plans_{plans}, columns_{plans == nullptr ? columns_of(catalog)
                                                                  : plans->columns()},
      request_{request}, filter_{catalog, request, *request.precision, plans},
      reference_{reference_of(filter_, request)}, weights_{weights_used(request,
                                                                        filter_.without_gpu())} {}

Solver::Range Solver::group(std::size_t type, std::size_t purchase) const {
    const std::size_t g = type * kPurchases + purchase;
    return {columns_.first[g], columns_.first[g + 1]};
}

Score Solver::score_of(std::uint32_t offer) const {
    return score_of(columns_.type[offer], columns_.usd_per_hour[offer]);
}

Score Solver::score_of(std::size_t type, double price) const {
    const double network = columns_.network_gbps[type];
    return score({.price = UsdPerHour{price} * filter_.machines(type),
                  .rate = filter_.rate(type),
                  .gpu_memory = GiB{columns_.gpu_memory_gib[type]},
                  .memory = GiB{columns_.memory_gib[type]},
                  .vcpus = columns_.vcpus[type],
                  .network = std::isnan(network) ? kAssumedNetwork : Gbps{network}},
                 reference_,
                 weights_);
}

// ---- one pass over the types --------------------------------------------------------

void Solver::refuse(Reason reason, std::size_t offers) {
    refused_[static_cast<std::size_t>(reason)] += offers;
}

/// The end of the offers that cost at most `limit`.
std::uint32_t Solver::end_within(Range offers, double limit) const {
    const double* price = columns_.usd_per_hour.data();
    if (offers.begin == offers.end ||
        price[offers.end - 1] <= limit) // most types lie on one side of it
        return offers.end;
    if (price[offers.begin] > limit)
        return offers.begin;
    return static_cast<std::uint32_t>(
        std::upper_bound(price + offers.begin, price + offers.end, limit) - price);
}

/// For an hour, as it stands.
UsdPerHour Solver::price(std::uint32_t offer) const {
    return plans_ == nullptr ? UsdPerHour{columns_.usd_per_hour[offer]} : plans_->price(offer);
}

/// The end of the offers within the highest price, which stand first.
std::uint32_t Solver::end_below_max(Range offers) const {
    if (plans_ == nullptr)
        return end_within(offers, filter_.max_price());
    std::uint32_t end = offers.begin;
    while (end < offers.end && price(end).value() <= filter_.max_price())
        ++end;
    return end;
}

/// Offers of a type that qualifies: only price and site decide, and what can be paid is a prefix.
void Solver::admit(Range offers, Result& to) {
    const std::uint32_t below_max = end_below_max(offers);
    const std::uint32_t below_ceiling =
        end_within({offers.begin, below_max}, filter_.budget_limit(columns_.type[offers.begin]));
    const SiteCounts paid = filter_.count(offers.begin, below_ceiling);
    const SiteCounts above_ceiling = filter_.count(below_ceiling, below_max);
    const SiteCounts above_max = filter_.count(below_max, offers.end);
    const SiteCounts all = paid + above_ceiling + above_max;
    refuse(Reason::not_offered, all[Site::not_offered]);
    refuse(Reason::too_far, all[Site::too_far]);
    refuse(Reason::above_max_price, above_max[Site::admitted]);
    refuse(Reason::above_ceiling, above_ceiling[Site::admitted]);
    to.in_scope += offers.end - offers.begin - all[Site::out_of_scope];
    to.admitted += paid[Site::admitted];
    if (paid[Site::admitted] == 0)
        return;
    const std::uint32_t best = filter_.first_admitted(offers.begin, below_ceiling);
    const double price = columns_.usd_per_hour[best];
    if (to.best == kNone || price < to.price) {
        to.best = best;
        to.price = price;
    }
}

void Solver::scan() {
    types_.resize(catalog_.instances().size());
    qualified_.reserve(types_.size());
    for (std::size_t type = 0; type < types_.size(); ++type) {
        Result& result = types_[type];
        result.reasons = filter_.type_reasons(type);
        if (plans_ != nullptr && result.reasons == 0)
            plans_->price_type(type);
        for (std::size_t p = 0; p < kPurchases; ++p) {
            const Range offers = group(type, p);
            if (offers.begin == offers.end || !filter_.pays(static_cast<Purchase>(p)))
                continue;
            if (result.reasons == 0)
                admit(offers, result);
            else
                result.in_scope += offers.end - offers.begin -
                                   filter_.count(offers.begin, offers.end)[Site::out_of_scope];
        }
        if (result.reasons != 0) // the enumerators stand in the order they are looked at
            refuse(static_cast<Reason>(std::countr_zero(result.reasons)), result.in_scope);
        if (result.best != kNone) {
            result.score = score_of(type, result.price).value;
            qualified_.push_back(static_cast<std::uint32_t>(type));
        }
        in_scope_ += result.in_scope;
        admitted_ += result.admitted;
    }
}

// ---- the best -----------------------------------------------------------------------

/// A strict order: score, round trip if it is asked for, then provider, instance, region and
/// purchase option. Types and regions stand in the order of their names.
bool Solver::before(const Scored& a, const Scored& b) const {
    if (a.score.value != b.score.value)
        return a.score.value > b.score.value;
    const std::size_t regions = catalog_.regions().size();
    const std::size_t region_a = columns_.site[a.offer] % regions;
    const std::size_t region_b = columns_.site[b.offer] % regions;
    const auto rtt_a = filter_.rtt(region_a);
    const auto rtt_b = filter_.rtt(region_b);
    if (rtt_a != rtt_b) // what is not known comes last
        return rtt_a && (!rtt_b || *rtt_a < *rtt_b);
    const auto purchase = [this](std::uint32_t offer) {
        return offer_of(catalog_, columns_, offer).purchase;
    };
    return std::tuple{columns_.type[a.offer], region_a, purchase(a.offer)} <
           std::tuple{columns_.type[b.offer], region_b, purchase(b.offer)};
}

/// The score that an offer needs to be among the best `top`: that of the best offer of the type
/// that is `top`-th. Types below it have nothing to add.
double Solver::least_score(std::size_t top) const {
    if (qualified_.size() <= top)
        return 0;
    std::vector<double> scores;
    scores.reserve(qualified_.size());
    for (const std::uint32_t type : qualified_)
        scores.push_back(types_[type].score);
    const auto nth = scores.begin() + static_cast<std::ptrdiff_t>(top - 1);
    std::nth_element(scores.begin(), nth, scores.end(), std::greater<>{});
    return *nth;
}

/// Adds the offers of a group that are admitted and reach a score.
void Solver::add_offers(Range offers, double least, std::vector<Scored>& to) const {
    const std::uint32_t end = end_below_max(offers);
    for (std::uint32_t i = offers.begin; i < end; ++i) {
        const double price = columns_.usd_per_hour[i];
        if (price > filter_.budget_limit(columns_.type[i]))
            return;
        if (filter_.site(columns_.site[i]) != Site::admitted)
            continue;
        const Score score = score_of(columns_.type[i], price);
        if (score.value < least)
            return; // the rest costs more still
        to.push_back({i, score});
    }
}

std::vector<Solver::Scored> Solver::best_offers(std::size_t top) const {
    const double least = least_score(top);
    std::vector<Scored> out;
    for (const std::uint32_t type : qualified_)
        for (std::size_t p = 0; p < kPurchases; ++p)
            if (types_[type].score >= least && filter_.pays(static_cast<Purchase>(p)))
                add_offers(group(type, p), least, out);
    const auto end = out.begin() + static_cast<std::ptrdiff_t>(std::min(top, out.size()));
    std::partial_sort(out.begin(), end, out.end(), [this](const Scored& a, const Scored& b) {
        return before(a, b);
    });
    out.erase(end, out.end());
    return out;
}

/// What is compared in the Pareto front: the price or, with a job, its cost at the median.
double Solver::spent(std::size_t type, double price) const {
    return filter_.job() == nullptr ? price : price * filter_.machines(type) / filter_.rate(type);
}

/// Whether no admitted offer is at least as good in price, speed and GPU memory and better in
/// one. Within a type only its cheapest can be.
bool Solver::pareto(std::uint32_t offer) const {
    const auto memory = [this](std::uint32_t type) {
        return filter_.without_gpu() || filter_.job() != nullptr ? 0.0
                                                                 : columns_.gpu_memory_gib[type];
    };
    const std::uint32_t own = columns_.type[offer];
    const double price = spent(own, columns_.usd_per_hour[offer]);
    const double rate = filter_.rate(own);
    return std::none_of(qualified_.begin(), qualified_.end(), [&](std::uint32_t type) {
        const double other = spent(type, types_[type].price);
        return other <= price && filter_.rate(type) >= rate && memory(type) >= memory(own) &&
               (other < price || filter_.rate(type) > rate || memory(type) > memory(own));
    });
}

static void add_uncertainty(const Request& request, Choice& to) {
    const Budget& budget = request.budget;
    if (request.uncertainty.use_cv == 0 || !budget.days)
        return;
    to.cost_quantiles = cost_quantiles(budget, request.uncertainty, to.price);
    if (budget.total)
        to.probability_within_budget =
            probability_within_budget(budget, request.uncertainty, to.price);
}

Choice Solver::choice(const Scored& scored) const {
    const Offer o = offer_of(catalog_, columns_, scored.offer);
    const std::uint32_t type = columns_.type[scored.offer];
    const Source& source = plans_ == nullptr ? o.source : plans_->source(scored.offer);
    Choice out{.provider = o.instance.provider,
               .instance = o.instance.name,
               .family = o.instance.family,
               .region = o.region.code,
               .purchase = kind_of(o.purchase),
               .price = price(scored.offer),
               .gpu = o.instance.gpu,
               .gpu_count = o.instance.gpu_count,
               .arch = o.instance.arch,
               .vcpus = o.instance.vcpus,
               .memory = o.instance.memory,
               .network = o.instance.network,
               .network_estimated = o.instance.network_estimated,
               .score = scored.score,
               .pareto = pareto(scored.offer),
               .rtt = filter_.rtt(columns_.site[scored.offer] % catalog_.regions().size()),
               .retired = o.instance.retired || !o.offered,
               .source = source.title,
               .as_of = source.as_of,
               .price_dates = price_dates(scored.offer)};
    if (o.gpu != nullptr) {
        out.gpu_memory = GiB{columns_.gpu_memory_gib[type]};
        out.stack = o.gpu->stack;
        if (const auto rate = peak(*o.gpu, *request_.precision))
            out.tflops = *rate * o.instance.gpu_count;
    }
    add_cost(scored.offer, out);
    add_uncertainty(request_, out);
    if (filter_.job() != nullptr)
        add_job(*filter_.job(), type, out);
    return out;
}

DateRange Solver::price_dates(std::uint32_t offer) const {
    if (plans_ != nullptr)
        return plans_->price_dates(offer, plans_->paid(offer));
    DateRange out;
    out.add(catalog_.sources()[columns_.source[offer]].as_of);
    return out;
}

void Solver::add_cost(std::uint32_t offer, Choice& to) const {
    const Budget& budget = request_.budget;
    if (filter_.job() != nullptr)
        return; // add_job() has it
    if (plans_ != nullptr) {
        to.purchase = plans_->paid(offer);
        to.effective = UsdPerHour{columns_.usd_per_hour[offer]};
    }
    if (budget.days)
        to.cost = plans_ != nullptr ? plans_->bill(offer) : bill(budget, to.price);
    else if (budget.total)
        to.lasts = plans_ != nullptr ? std::optional{plans_->lasts(offer)}
                                     : days_affordable(budget, request_.uncertainty, to.price);
}

std::vector<Choice> Solver::choices(const std::vector<Scored>& best) const {
    std::vector<Choice> out;
    for (const Scored& scored : best) {
        out.push_back(choice(scored));
        out.back().rank = static_cast<int>(out.size());
    }
    if (filter_.job() != nullptr)
        mark_ties(request_.job.objective, out);
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
    const std::vector<Scored> best = best_offers(static_cast<std::size_t>(request_.top));
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
    if (plans_ != nullptr)
        add_charges(best, out);
    if (filter_.job() != nullptr)
        out.front = front();
    warn_of_payments(best, out);
    add_dates(out);
    return out;
}

/// Of the machines without an offer that qualifies.
UnpricedMachines Solver::unpriced() const {
    std::vector<Passed> types;
    for (std::uint32_t type = 0; type < types_.size(); ++type)
        if (types_[type].admitted == 0)
            types.push_back({type, types_[type].reasons});
    return flopwise::unpriced(catalog_, request_, filter_, types);
}

void Solver::add_dates(Recommendation& to) const {
    for (const Choice& choice : to.choices)
        to.price_dates.add(choice.price_dates);
    for (const FamilyChoice& family : to.families)
        to.price_dates.add(family.price_dates);
    if (to.choices.empty())
        for (const Refusal& refusal : to.refusals.nearest)
            to.price_dates.add(refusal.as_of);
    if (to.purchase_options.empty())
        return;
    const std::uint32_t best = best_offers(1).front().offer;
    for (const PurchaseOption& option : to.purchase_options)
        if (option.total)
            to.price_dates.add(plans_->price_dates(best, option.kind));
}

/// Of each type its cheapest offer, as far as none is both cheaper and faster.
std::vector<FrontPoint> Solver::front() const {
    std::vector<FrontPoint> points;
    for (const std::uint32_t type : qualified_) {
        const Offer o = offer_of(catalog_, columns_, types_[type].best);
        points.push_back({.instance = o.instance.name,
                          .region = o.region.code,
                          .machines = filter_.machines(type),
                          .cost = Usd{spent(type, types_[type].price)} + request_.budget.fixed,
                          .hours = filter_.job()->median(type)});
    }
    return pareto_front(std::move(points));
}

/// The charges of the best choice's region, the ceiling they leave, and its purchase options.
void Solver::add_charges(const std::vector<Scored>& best, Recommendation& to) const {
    std::size_t region = plans_->cheapest_region();
    if (!best.empty()) {
        region = columns_.site[best.front().offer] % catalog_.regions().size();
        if (request_.budget.days)
            to.purchase_options = plans_->options(best.front().offer);
    }
    if (!charged(request_.usage))
        return;
    to.charges = plans_->summary(region);
    if (to.charges->ceiling)
        to.price_ceiling = to.charges->ceiling;
}

std::unique_ptr<PlanPrices>
plan_prices_of(const Catalog& catalog, const Request& request, const Charges& charges) {
    return needs_plan_prices(request) ? std::make_unique<PlanPrices>(catalog, request, charges)
                                      : nullptr;
}

Recommendation solved(const Catalog& catalog, const Request& request, const Charges& charges) {
    const auto plans = plan_prices_of(catalog, request, charges);
    return Solver{catalog, request, plans.get()}.solve();
}

std::vector<Ranked> ranked(const Catalog& catalog, const Request& request, const Charges& charges) {
    const auto plans = plan_prices_of(catalog, request, charges);
    const OfferColumns& columns = plans != nullptr ? plans->columns() : columns_of(catalog);
    std::vector<Ranked> out;
    for (const std::uint32_t row : Solver{catalog, request, plans.get()}.ranking())
        out.push_back({.offer = plans != nullptr ? plans->offer(row) : row,
                       .effective = UsdPerHour{columns.usd_per_hour[row]}});
    return out;
}

} // namespace flopwise
