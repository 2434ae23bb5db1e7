#include <flopwise/launch.hpp>
#include <flopwise/report.hpp>
#include <flopwise/version.hpp>

#include "text/json_out.hpp"
#include "text/text.hpp"

namespace flopwise {

/// So many digits that no reader misses one, and so few that no platform's logarithm shows.
static double rounded(double value) {
    return text::number(fmt::format("{:.12g}", value)).value_or(value);
}

/// A whole number without a decimal point: 8 vCPUs, not 8.0.
static Json count(double value) {
    constexpr double kExact = 9e15; // doubles hold every whole number up to there
    if (value == std::floor(value) && std::abs(value) < kExact)
        return static_cast<std::int64_t>(value);
    return value;
}

static Json or_null(const std::optional<double>& value) {
    return value ? Json(rounded(*value)) : Json(nullptr);
}

static Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

static Json request_of(const Request& request) {
    Json out = Json::object();
    for (const Setting& setting : settings()) {
        const auto put = [&](const auto& value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, std::vector<std::pair<std::string, double>>>)
                for (const auto& [name, number] : value)
                    out[setting.key][name] = number;
            else if constexpr (std::is_same_v<T, double>)
                out[setting.key] = count(value);
            else if constexpr (!std::is_same_v<T, std::monostate>)
                out[setting.key] = value;
        };
        std::visit(put, setting.get(request));
    }
    out["profile"] = to_string(request.profile); // even if it is the default
    return out;
}

static Json line_of(const LineItem& item) {
    Json out{{"charge", item.charge},
             {"quantity", count(item.quantity)},
             {"unit", item.unit},
             {"amount_usd", or_null(item.amount)}};
    if (item.assumed)
        out["assumed_usd"] = item.assumed->value();
    for (const Tier& tier : item.tiers)
        out["tiers"].push_back({{"from", count(tier.from)}, {"usd", tier.usd}});
    if (!item.source.empty())
        out["source"] = item.source;
    return out;
}

static Json cost_of(const Bill& bill) {
    Json items = Json::array();
    for (const LineItem& item : bill.items)
        items.push_back(line_of(item));
    return {{"total_usd", bill.total.value()}, {"items", items}};
}

static Json by_criterion(const std::array<double, kCriteria>& figures) {
    Json out = Json::object();
    for (std::size_t i = 0; i < kCriteria; ++i)
        out[to_string(static_cast<Criterion>(i))] = rounded(figures[i]);
    return out;
}

static Json quantiles_of(const Choice& c) {
    if (!c.cost_quantiles)
        return nullptr;
    const CostQuantiles& q = *c.cost_quantiles;
    return {{"p50", rounded(q.p50.value())},
            {"p80", rounded(q.p80.value())},
            {"p90", rounded(q.p90.value())}};
}

static Json factors_of(const JobChoice& job) {
    Json out = Json::array();
    for (const Factor& f : job.factors)
        out.push_back({{"name", f.name},
                       {"value", rounded(f.value)},
                       {"unit", f.unit},
                       {"source", f.source}});
    return out;
}

static Json memory_of(const std::optional<MemoryFit>& memory) {
    if (!memory)
        return nullptr;
    return {{"needed_gib", rounded(memory->needed.value())},
            {"available_gib", rounded(memory->available.value())},
            {"sharding", to_string(memory->sharding)},
            {"micro_batch", count(memory->micro_batch)}};
}

static Json job_of(const Choice& c) {
    if (!c.job)
        return nullptr;
    const JobChoice& job = *c.job;
    return {{"machines", job.machines},
            {"hours",
             {{"p10", rounded(job.p10.value())},
              {"p50", rounded(job.time.median.value())},
              {"p90", rounded(job.p90.value())}}},
            {"ln_scale", rounded(job.time.scale)},
            {"degrees_of_freedom", rounded(job.time.degrees_of_freedom)},
            {"cost_p10_usd", rounded(job.cost_p10.value())},
            {"probability_in_time", or_null(job.probability_in_time)},
            {"precision", to_string(job.precision)},
            {"memory", memory_of(job.memory)},
            {"recompute", to_string(job.recompute)},
            {"tied", job.tied},
            {"input_bound", job.input_bound},
            {"samples_per_second_per_vcpu", or_null(job.samples_per_second_per_vcpu)},
            {"factors", factors_of(job)}};
}

static Json front_of(const Recommendation& r) {
    Json out = Json::array();
    for (const FrontPoint& p : r.front)
        out.push_back({{"instance", p.instance},
                       {"region", p.region},
                       {"machines", p.machines},
                       {"cost_usd", rounded(p.cost.value())},
                       {"hours", rounded(p.hours.value())},
                       {"knee", p.knee}});
    return out;
}

static Json dates_of(const DateRange& dates) {
    const auto date = [](Date d) { return d.year == 0 ? Json(nullptr) : Json(to_string(d)); };
    return {
        {"oldest", date(dates.oldest)}, {"newest", date(dates.newest)}, {"undated", dates.undated}};
}

static Json choice_of(const Choice& c) {
    return {{"rank", c.rank},
            {"provider", c.provider},
            {"instance", c.instance},
            {"family", c.family},
            {"region", c.region},
            {"purchase", to_string(c.purchase)},
            {"price_usd_per_hour", c.price.value()},
            {"effective_usd_per_hour", or_null(c.effective)},
            {"gpu", text_or_null(c.gpu)},
            {"gpu_count", count(c.gpu_count)},
            {"gpu_memory_gib", c.gpu_memory ? count(c.gpu_memory->value()) : Json(nullptr)},
            {"arch", c.arch},
            {"vcpus", count(c.vcpus)},
            {"memory_gib", count(c.memory.value())},
            {"network_gbps", or_null(c.network)},
            {"network_estimated", c.network_estimated},
            {"tflops", or_null(c.tflops)},
            {"score", rounded(c.score.value)},
            {"contributions", by_criterion(c.score.contributions)},
            {"pareto", c.pareto},
            {"cost", c.cost ? cost_of(*c.cost) : Json(nullptr)},
            {"lasts_days", or_null(c.lasts)},
            {"probability_within_budget", or_null(c.probability_within_budget)},
            {"cost_quantiles_usd", quantiles_of(c)},
            {"job", job_of(c)},
            {"rtt_ms", or_null(c.rtt)},
            {"retired", c.retired},
            {"price_source", c.source},
            {"price_as_of", to_string(c.as_of)},
            {"price_dates", dates_of(c.price_dates)},
            {"stack", text_or_null(c.stack)}};
}

static Json unpriced_of(const UnpricedMachines& unpriced) {
    Json machines = Json::array();
    for (const Unpriced& m : unpriced.machines)
        machines.push_back({{"provider", m.provider},
                            {"instance", m.instance},
                            {"family", m.family},
                            {"sold", to_string(m.sold)},
                            {"regions", m.regions},
                            {"reason", m.text}});
    return {{"count", unpriced.count}, {"machines", machines}};
}

static Json charges_of(const Recommendation& r) {
    if (!r.charges)
        return nullptr;
    return {{"provider", r.charges->provider},
            {"region", r.charges->region},
            {"total_usd", r.charges->total.value()},
            {"unknown", r.charges->unknown},
            {"price_ceiling_before_usd_per_hour", or_null(r.charges->ceiling_before)}};
}

static Json option_of(const PurchaseOption& o) {
    const auto number = [](const std::optional<double>& value) {
        return value ? Json(rounded(*value)) : Json(nullptr);
    };
    return {{"purchase", to_string(o.kind)},
            {"price_usd_per_hour", or_null(o.price)},
            {"total_usd", or_null(o.total)},
            {"effective_usd_per_hour", or_null(o.effective)},
            {"upfront_usd", o.upfront.value()},
            {"hours", or_null(o.hours)},
            {"hours_p90", or_null(o.hours_p90)},
            {"reclaimed_per_month", number(o.share)},
            {"break_even_interruptions_per_hour", number(o.break_even_rate)},
            {"break_even_hours_per_day", or_null(o.break_even)},
            {"notes", o.notes},
            {"source", text_or_null(o.source)},
            {"as_of", o.source.empty() ? Json(nullptr) : Json(to_string(o.as_of))}};
}

static Json nearby_of(const Nearby& n) {
    return {{"provider", n.provider},
            {"region", n.region},
            {"city", text_or_null(n.city)},
            {"distance_km", rounded(n.distance.value())},
            {"rtt_ms", rounded(n.rtt.value())}};
}

static Json region_choice_of(const std::optional<RegionChoice>& found) {
    if (!found)
        return nullptr;
    const RegionChoice& choice = *found;
    Json nearer = Json::array();
    for (const Nearby& n : choice.nearer)
        nearer.push_back(nearby_of(n));
    Json cheapest = nullptr;
    if (choice.cheapest)
        cheapest = {{"region", choice.cheapest->region},
                    {"price_usd_per_hour", choice.cheapest->price.value()},
                    {"total_usd", or_null(choice.cheapest->total)},
                    {"extra_rtt_ms", rounded(choice.cheapest->extra_rtt.value())},
                    {"price_dates", dates_of(choice.cheapest->price_dates)}};
    Json unpriced = Json::array();
    for (const Nearby& n : choice.unpriced)
        unpriced.push_back(nearby_of(n));
    return {{"region", nearby_of(choice.region)},
            {"nearer", nearer},
            {"unpriced", unpriced},
            {"cheapest", cheapest}};
}

static Json own_job_of(const std::optional<OwnJob>& job) {
    if (!job)
        return nullptr;
    return {{"rented_usd", rounded(job->rented.value())},
            {"hours", or_null(job->hours)},
            {"share_usd", or_null(job->share)},
            {"alone_usd", rounded(job->alone.value())},
            {"jobs_per_month",
             job->jobs_per_month ? Json(rounded(*job->jobs_per_month)) : Json(nullptr)}};
}

static Json ownership_of(const std::optional<OwnOrRent>& compared) {
    if (!compared)
        return nullptr;
    const OwnOrRent& o = *compared;
    Json sensitivities = Json::object();
    for (const Sensitivity& s : o.sensitivities)
        sensitivities[s.key] = text::number(fmt::format("{:.6f}", s.elasticity)).value_or(0);
    const auto rented = [&](const auto& value) { return o.rented ? Json(value) : Json(nullptr); };
    return {
        {"own_usd_per_day", rounded(o.cost.daily.value())},
        {"own_usd_per_year", rounded(o.cost.annual.value())},
        {"own_usd_per_hour", rounded(o.cost.hourly.value())},
        {"capital_usd_per_day", rounded(o.cost.capital.value())},
        {"upkeep_usd_per_day", rounded(o.cost.upkeep.value())},
        {"staff_usd_per_day", rounded(o.cost.staff.value())},
        {"energy_usd_per_day", rounded(o.cost.energy.value())},
        {"watts", or_null(o.owned.power)},
        {"electricity_usd_per_kwh", or_null(o.owned.electricity)},
        {"tflops", or_null(o.tflops)},
        {"rented", o.rented ? choice_of(*o.rented) : Json(nullptr)},
        {"rent_usd_per_day", o.job ? Json(nullptr) : rented(rounded(o.rent.value()))},
        {"verdict",
         o.job && !o.job->decided() ? Json(nullptr) : rented(o.own_is_cheaper ? "own" : "rent")},
        {"break_even_hours_per_day",
         o.break_even_use ? Json(rounded(o.break_even_use->value())) : Json(nullptr)},
        {"break_even_month", o.break_even_month ? Json(*o.break_even_month) : Json(nullptr)},
        {"sensitivities", sensitivities},
        {"job", own_job_of(o.job)}};
}

static Json family_of(const FamilyChoice& f) {
    return {{"rank", f.rank},
            {"provider", f.provider},
            {"family", f.family},
            {"purpose", to_string(f.purpose)},
            {"gpu", text_or_null(f.gpu)},
            {"score", rounded(f.score)},
            {"best", f.best},
            {"price_from_usd_per_hour", f.price_from.value()},
            {"price_to_usd_per_hour", f.price_to.value()},
            {"price_dates", dates_of(f.price_dates)},
            {"admitted", f.admitted},
            {"refused", f.refused},
            {"arch", text_or_null(f.arch)},
            {"stack", text_or_null(f.stack)}};
}

static Json refusal_of(const Refusal& r) {
    Json relaxation = Json::object();
    for (const Relaxation& change : r.relaxation)
        std::visit([&](const auto& value) { relaxation[change.key] = value; }, change.value);
    return {{"provider", r.provider},
            {"instance", r.instance},
            {"family", r.family},
            {"region", r.region},
            {"purchase", to_string(r.purchase)},
            {"price_usd_per_hour", r.price.value()},
            {"price_as_of", to_string(r.as_of)},
            {"reason", r.text},
            {"relaxation", relaxation}};
}

static Json refusals_of(const Refusals& refusals) {
    Json by_reason = Json::object();
    for (const auto& [reason, count] : refusals.by_reason)
        by_reason[to_string(reason)] = count;
    Json nearest = Json::array();
    for (const Refusal& refusal : refusals.nearest)
        nearest.push_back(refusal_of(refusal));
    return {{"count", refusals.count}, {"by_reason", by_reason}, {"nearest", nearest}};
}

static Json launch_of(const Recommendation& r) {
    return r.request.launch.wanted && !r.choices.empty()
               ? Json(launch_script(r.request, r.choices.front()))
               : Json(nullptr);
}

std::string json(const Recommendation& r) {
    Json choices = Json::array();
    for (const Choice& choice : r.choices)
        choices.push_back(choice_of(choice));
    Json families = Json::array();
    for (const FamilyChoice& family : r.families)
        families.push_back(family_of(family));
    Json options = Json::array();
    for (const PurchaseOption& option : r.purchase_options)
        options.push_back(option_of(option));
    const Json out{{"flopwise", version()},
                   {"catalog",
                    {{"name", r.catalog_name},
                     {"as_of", to_string(r.catalog_as_of)},
                     {"offers", r.catalog_offers}}},
                   {"request", request_of(r.request)},
                   {"outcome", to_string(r.outcome)},
                   {"weights", by_criterion(r.weights)},
                   {"price_ceiling_usd_per_hour", or_null(r.price_ceiling)},
                   {"charges", charges_of(r)},
                   {"admitted", r.admitted},
                   {"choices", choices},
                   {"purchase_options", options},
                   {"families", families},
                   {"front", front_of(r)},
                   {"refusals", refusals_of(r.refusals)},
                   {"unpriced", unpriced_of(r.unpriced)},
                   {"out_of_scope", r.out_of_scope},
                   {"instead", r.instead ? choice_of(*r.instead) : Json(nullptr)},
                   {"region_choice", region_choice_of(r.region_choice)},
                   {"ownership", ownership_of(r.ownership)},
                   {"launch", launch_of(r)},
                   {"price_dates", dates_of(r.price_dates)},
                   {"warnings", r.warnings}};
    constexpr int kIndent = 2;
    // A catalog of the user's may hold bytes that are no UTF-8; JSON may not.
    return out.dump(kIndent, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace flopwise
