#include <flopwise/launch.hpp>
#include <flopwise/report.hpp>
#include <flopwise/version.hpp>

#include "report/fields.hpp"
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

static Json by_criterion(const std::array<double, kCriteria>& figures) {
    Json out = Json::object();
    for (std::size_t i = 0; i < kCriteria; ++i)
        out[to_string(static_cast<Criterion>(i))] = rounded(figures[i]);
    return out;
}

// ---- fields -------------------------------------------------------------------------

static Json json_of(const Field& field, double value) {
    return field.is(kRounded) ? Json(rounded(value))
           : field.is(kWhole) ? count(value)
                              : Json(value);
}

static Json json_of(const Field& field, const std::string& text) {
    return field.is(kMaybe) && text.empty() ? Json(nullptr) : Json(text);
}

static Json json_of(const Field& /*field*/, Date date) {
    return to_string(date);
}

static Json json_of(const Field& /*field*/, const DateRange& dates) {
    const auto date = [](Date d) { return d.year == 0 ? Json(nullptr) : Json(to_string(d)); };
    return {
        {"oldest", date(dates.oldest)}, {"newest", date(dates.newest)}, {"undated", dates.undated}};
}

static Json json_of(const Field& /*field*/, const std::array<double, kCriteria>& figures) {
    return by_criterion(figures);
}

static Json json_of(const Field& /*field*/, const CostQuantiles& q) {
    return {{"p50", rounded(q.p50.value())},
            {"p80", rounded(q.p80.value())},
            {"p90", rounded(q.p90.value())}};
}

static Json json_of(const Field& /*field*/, const Tier& tier) {
    return {{"from", count(tier.from)}, {"usd", tier.usd}};
}

static Json json_of(const Field& /*field*/, const std::vector<Relaxation>& changes) {
    Json out = Json::object();
    for (const Relaxation& change : changes)
        std::visit([&](const auto& value) { out[change.key] = value; }, change.value);
    return out;
}

static Json json_of(const Field& /*field*/,
                    const std::vector<std::pair<Reason, std::size_t>>& counts) {
    Json out = Json::object();
    for (const auto& [reason, count] : counts)
        out[to_string(reason)] = count;
    return out;
}

static Json json_of(const Field& field, const JobChoice& job);
template <class T>
Json json_of(const Field& field, const std::vector<T>& values);
template <class T>
Json json_of(const Field& field, const std::optional<T>& value);
template <class T>
Json object_of(const T& record);

/// A quantity, an enumerator, a whole number or a record of its own.
template <class T>
Json json_of(const Field& field, const T& value) {
    if constexpr (std::is_enum_v<T>)
        return to_string(value);
    else if constexpr (std::is_arithmetic_v<T>)
        return value;
    else if constexpr (requires { value.value(); })
        return json_of(field, value.value());
    else
        return object_of(value);
}

template <class T>
Json json_of(const Field& field, const std::optional<T>& value) {
    return value ? json_of(field, *value) : Json(nullptr);
}

template <class T>
Json json_of(const Field& field, const std::vector<T>& values) {
    Json out = Json::array();
    for (const T& value : values)
        out.push_back(json_of(field, value));
    return out;
}

/// A record by its list of fields.
template <class T>
Json object_of(const T& record) {
    Json out = Json::object();
    fields(
        [&out](const Field& field, const auto& value) {
            if (field.is(kNotInJson))
                return;
            Json written = json_of(field, value);
            if (!field.is(kIfKnown) || !(written.is_null() || written.empty()))
                out[field.key] = std::move(written);
        },
        record);
    return out;
}

// ---- what has another shape in JSON -------------------------------------------------

static Json memory_of(const std::optional<MemoryFit>& memory) {
    if (!memory)
        return nullptr;
    return {{"needed_gib", rounded(memory->needed.value())},
            {"needed_p10_gib", rounded(memory->p10.value())},
            {"needed_p90_gib", rounded(memory->p90.value())},
            {"available_gib", rounded(memory->available.value())},
            {"probability", rounded(memory->probability)},
            {"tight", memory->tight()},
            {"sharding", to_string(memory->sharding)},
            {"micro_batch", count(memory->micro_batch)}};
}

static Json json_of(const Field& /*field*/, const JobChoice& job) {
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
            {"host_needed_gib", job.host_needed ? Json(rounded(job.host_needed->value())) : Json()},
            {"recompute", to_string(job.recompute)},
            {"seq_len", job.seq_len ? count(*job.seq_len) : Json(nullptr)},
            {"seq_len_assumed", job.seq_len_assumed},
            {"tied", job.tied},
            {"input_bound", job.input_bound},
            {"samples_per_second_per_vcpu", or_null(job.samples_per_second_per_vcpu)},
            {"factors", json_of({"factors", ""}, job.factors)}};
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
        {"predicted_tflops", o.predicted ? Json(rounded(o.predicted->value())) : Json(nullptr)},
        {"rented", json_of({"rented", ""}, o.rented)},
        {"rent_usd_per_day", o.job ? Json(nullptr) : rented(rounded(o.rent.value()))},
        {"verdict",
         o.job && !o.job->decided() ? Json(nullptr) : rented(o.own_is_cheaper ? "own" : "rent")},
        {"break_even_hours_per_day",
         o.break_even_use ? Json(rounded(o.break_even_use->value())) : Json(nullptr)},
        {"break_even_month", o.break_even_month ? Json(*o.break_even_month) : Json(nullptr)},
        {"sensitivities", sensitivities},
        {"job", json_of({"job", ""}, o.job)}};
}

static Json launch_of(const Recommendation& r) {
    return r.request.launch.wanted && !r.choices.empty() &&
                   why_no_launch(r.request, r.choices.front()).empty()
               ? Json(launch_script(r.request, r.choices.front()))
               : Json(nullptr);
}

/// The purchase options; one from the catalog has the date of its price.
static Json options_of(const std::vector<PurchaseOption>& options) {
    Json out = Json::array();
    for (const PurchaseOption& option : options) {
        Json& written = out.emplace_back(object_of(option));
        if (option.source.empty())
            written["as_of"] = nullptr;
    }
    return out;
}

/// A catalog of the user's may hold bytes that are no UTF-8; JSON may not.
static std::string written(const Json& json) {
    constexpr int kIndent = 2;
    return text::json_escaped(json.dump(kIndent, ' ', false, Json::error_handler_t::replace)) +
           '\n';
}

static Json currency_of(const Currency& c) {
    return {{"code", c.code}, {"units_per_usd", c.units_per_usd}, {"as_of", to_string(c.as_of)}};
}

std::string json(const Recommendation& r) {
    const Field any{"", ""};
    Json out{{"flopwise", version()},
             {"catalog",
              {{"name", r.catalog_name},
               {"as_of", to_string(r.catalog_as_of)},
               {"offers", r.catalog_offers}}},
             {"request", request_of(r.request)},
             {"outcome", to_string(r.outcome)},
             {"gpu_matches", json_of(any, r.gpu_matches)},
             {"weights", by_criterion(r.weights)},
             {"price_ceiling_usd_per_hour", or_null(r.price_ceiling)},
             {"charges", json_of(any, r.charges)},
             {"admitted", r.admitted},
             {"choices", json_of(any, r.choices)},
             {"purchase_options", options_of(r.purchase_options)},
             {"families", json_of(any, r.families)},
             {"front", json_of(any, r.front)},
             {"refusals", json_of(any, r.refusals)},
             {"unpriced", json_of(any, r.unpriced)},
             {"out_of_scope", r.out_of_scope},
             {"instead", json_of(any, r.instead)},
             {"region_choice", json_of(any, r.region_choice)},
             {"ownership", ownership_of(r.ownership)},
             {"launch", launch_of(r)},
             {"still_first", or_null(r.still_first)},
             {"firmness", json_of(any, r.firmness)},
             {"against", json_of(any, r.against)},
             {"price_dates", json_of(any, r.price_dates)},
             {"warnings", r.warnings}};
    if (r.request.currency)
        out["currency"] = currency_of(*r.request.currency);
    return written(out);
}

std::string json(const Comparison& comparison) {
    Json out{{"flopwise", version()}};
    out.update(object_of(comparison));
    return written(out);
}

std::string json(const WhatIf& map) {
    Json out{{"flopwise", version()}};
    out.update(object_of(map));
    return written(out);
}

} // namespace flopwise
