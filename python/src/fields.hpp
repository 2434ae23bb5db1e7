// The fields of each record that is no row of a catalog and none of an answer, once; those are in
// catalog/fields.hpp and report/fields.hpp. Attributes, constructor, repr, pickle, dictionaries and
// table columns are all made from these lists.

#pragma once

#include "casters.hpp"
#include "report/fields.hpp"

namespace flopwise::python {

/// An offer with what it refers to copied, so that it may outlive its catalog.
struct OfferRow {
    std::string provider{};
    std::string instance{};
    std::string family{};
    std::string region{};
    Purchase purchase = Purchase::on_demand;
    UsdPerHour price{};
    std::string gpu{};
    double gpu_count = 0;
    std::optional<GiB> gpu_memory{};
    std::optional<double> vcpus{};
    std::optional<GiB> memory{};
    std::optional<Gbps> network{};
    bool offered = true;
    bool retired = false;
    std::string source{};
    Date as_of{};

    bool operator==(const OfferRow&) const = default;
};

/// A DatedPrice with what it is of.
struct HistoryRow {
    std::string provider{};
    std::string instance{};
    std::string region{};
    Purchase purchase = Purchase::on_demand;
    Date as_of{};
    std::optional<UsdPerHour> price{};
    std::string source{};

    bool operator==(const HistoryRow&) const = default;
};

/// A rate of Charges with what it refers to copied.
struct RateRow {
    std::string provider{};
    std::string region{};
    std::string charge{};
    std::string unit{};
    std::vector<Tier> tiers{};
    double smallest_size = 0; ///< 0: any
    std::string source{};
    Date as_of{};

    bool operator==(const RateRow&) const = default;
};

// A visitor is called as visit(name, field); visit.maybe(name, field) is for a field whose empty
// or zero value means that it is not known or does not apply.

template <class Visit>
void fields(Visit& visit, OfferRow& o) {
    visit("provider", o.provider);
    visit("instance", o.instance);
    visit("family", o.family);
    visit("region", o.region);
    visit("purchase", o.purchase);
    visit("price_usd_per_hour", o.price);
    visit.maybe("gpu", o.gpu);
    visit("gpu_count", o.gpu_count);
    visit("gpu_memory_gib", o.gpu_memory);
    visit("vcpus", o.vcpus);
    visit("memory_gib", o.memory);
    visit("network_gbps", o.network);
    visit("offered", o.offered);
    visit("retired", o.retired);
    visit("price_source", o.source);
    visit("price_as_of", o.as_of);
}

template <class Visit>
void fields(Visit& visit, Finding& f) {
    visit("what", f.what);
    visit("where", f.where);
    visit("detail", f.detail);
    visit("why", f.why);
}

template <class Visit>
void fields(Visit& visit, ReservedPrice& r) {
    visit("provider", r.provider);
    visit("instance", r.instance);
    visit("region", r.region);
    visit("years", r.years);
    visit("offering_class", r.offering_class);
    visit("payment", r.payment);
    visit("hourly_usd_per_hour", r.hourly);
    visit("upfront_usd", r.upfront);
    UsdPerHour both = r.years > 0 ? effective(r) : r.hourly; // follows from the others
    visit("effective_usd_per_hour", both);
    visit("source", r.source);
}

template <class Visit>
void fields(Visit& visit, InterruptionBand& i) {
    visit("provider", i.provider);
    visit("instance", i.instance);
    visit("region", i.region);
    visit("at_least", i.at_least);
    visit("below", i.below);
    visit("source", i.source);
}

template <class Visit>
void fields(Visit& visit, Skipped& s) {
    visit("why", s.why);
    visit("rows", s.rows);
}

template <class Visit>
void fields(Visit& visit, Rejected& r) {
    visit("file", r.where.file);
    visit.maybe("line", r.where.line);
    visit.maybe("byte", r.where.byte);
    visit.maybe("field", r.where.field);
    visit("reason", r.reason);
}

template <class Visit>
void fields(Visit& visit, Import& i) {
    visit("format", i.format);
    visit("file", i.file);
    visit("name", i.tables.name);
    visit("as_of", i.tables.as_of);
    visit("sources", i.tables.sources);
    visit("families", i.tables.families);
    visit("instances", i.tables.instances);
    visit("offerings", i.tables.offerings);
    visit("prices", i.tables.prices);
    visit("covered", i.covered);
    visit("whole", i.whole);
    visit("unread", i.unread);
    visit("undated", i.undated);
    visit("incomplete", i.incomplete);
    visit("reserved", i.reserved);
    visit("interruptions", i.interruptions);
    visit("rows", i.rows);
    visit("kept", i.kept);
    visit("to_come", i.to_come);
    visit("skipped", i.skipped);
    visit("rejected", i.rejected);
    visit("rows_rejected", i.rows_rejected);
}

template <class Visit>
void fields(Visit& visit, ImportEffect& e) {
    visit("file", e.file);
    visit("prices", e.prices);
    visit("added", e.added);
    visit("rose", e.rose);
    visit("fell", e.fell);
    visit("unchanged", e.unchanged);
    visit("older", e.older);
    visit("overtaken", e.overtaken);
    visit("unplaced", e.unplaced);
    visit("not_offered", e.not_offered);
    visit("outliers", e.outliers);
    visit("to_come", e.to_come);
    visit("prices_retired", e.prices_retired);
    visit("machines_retired", e.machines_retired);
    visit("whole", e.whole);
    visit("undated", e.undated);
    visit("incomplete", e.incomplete);
}

template <class Visit>
void fields(Visit& visit, PriceChange& c) {
    visit("kind", c.kind);
    visit("provider", c.provider);
    visit("instance", c.instance);
    visit("family", c.family);
    visit.maybe("region", c.region);
    visit("purchase", c.purchase);
    visit("before_usd_per_hour", c.before);
    visit("after_usd_per_hour", c.after);
}

template <class Visit>
void fields(Visit& visit, HistoryRow& h) {
    visit("provider", h.provider);
    visit("instance", h.instance);
    visit("region", h.region);
    visit("purchase", h.purchase);
    visit("as_of", h.as_of);
    visit("price_usd_per_hour", h.price);
    visit("source", h.source);
}

template <class Visit>
void fields(Visit& visit, GpuPrice& p) {
    visit("provider", p.provider);
    visit("as_of", p.as_of);
    visit("usd_per_gpu_hour", p.per_gpu);
    visit("instance", p.instance);
    visit("region", p.region);
    visit("source", p.source);
}

template <class Visit>
void fields(Visit& visit, PriceAge& a) {
    visit("changes_per_year", a.changes_per_year);
    visit("median_change", a.median_change);
    visit("spread", a.spread);
    visit("grows", a.grows);
}

template <class Visit>
void fields(Visit& visit, RateRow& r) {
    visit("provider", r.provider);
    visit("region", r.region);
    visit("charge", r.charge);
    visit("unit", r.unit);
    visit("tiers", r.tiers);
    visit.maybe("smallest_size", r.smallest_size);
    visit("source", r.source);
    visit("as_of", r.as_of);
}

template <class Visit>
void fields(Visit& visit, Model& n) {
    visit("name", n.name);
    visit("kind", n.kind);
    visit("parameters", n.parameters);
    visit("active_parameters", n.active_parameters);
    visit("matmul_parameters", n.matmul_parameters);
    visit("layers", n.layers);
    visit("hidden", n.hidden);
    visit("heads", n.heads);
    visit("head_dim", n.head_dim);
    visit("seq_len", n.seq_len);
    visit("max_seq_len", n.max_seq_len);
    visit("attention_window", n.attention_window);
    visit("window_layers", n.window_layers);
    visit("vocab", n.vocab);
    visit("forward_gmacs", n.forward_gmacs);
    visit("image_px", n.image_px);
    visit("activations_m", n.activations_m);
    visit("operations", n.operations);
    visit.maybe("dataset", n.dataset);
    visit("samples", n.samples);
    visit("epochs", n.epochs);
    visit.maybe("recipe", n.recipe);
    visit("aliases", n.aliases);
    visit("source", n.source);
}

template <class Visit>
void fields(Visit& visit, Estimate& e) {
    visit("hours", e.median);
    visit("ln_scale", e.scale);
    visit("degrees_of_freedom", e.degrees_of_freedom);
}

template <class Visit>
void fields(Visit& visit, MemoryFit& m) {
    visit("fits", m.fits);
    visit("sharding", m.sharding);
    visit("micro_batch", m.micro_batch);
    visit("needed_gib", m.needed);
    visit("available_gib", m.available);
    visit("probability", m.probability);
    visit("needed_p10_gib", m.p10);
    visit("needed_p90_gib", m.p90);
    visit("offloaded_gib", m.offloaded);
    visit("confidence", m.confidence);
    visit("partial", m.partial);
}

template <class Visit>
void fields(Visit& visit, JobChoice& j) {
    visit("machines", j.machines);
    visit("time", j.time);
    visit("hours_p10", j.p10);
    visit("hours_p90", j.p90);
    visit("cost_p10_usd", j.cost_p10);
    visit("probability_in_time", j.probability_in_time);
    visit("precision", j.precision);
    visit("memory", j.memory);
    visit("host_needed_gib", j.host_needed);
    visit("recompute", j.recompute);
    visit("seq_len", j.seq_len);
    visit("seq_len_assumed", j.seq_len_assumed);
    visit("tied", j.tied);
    visit("input_bound", j.input_bound);
    visit("samples_per_second_per_vcpu", j.samples_per_second_per_vcpu);
    visit("factors", j.factors);
}

template <class Visit>
void fields(Visit& visit, SpotHours& s) {
    visit("checkpoint_interval_hours", s.interval);
    visit("expected_hours", s.expected);
    visit("hours_p90", s.p90);
}

template <class Visit>
void fields(Visit& visit, Ownership& o) {
    visit("own_price_usd", o.price);
    visit("own_years", o.life);
    visit("own_residual_usd", o.residual);
    visit("own_rate", o.rate);
    visit("own_watts", o.power);
    visit("own_pue", o.pue);
    visit("electricity_usd_per_kwh", o.electricity);
    visit("own_upkeep", o.upkeep);
    visit("own_staff_hours", o.staff);
    visit("own_staff_usd_per_hour", o.staff_price);
    visit.maybe("own_gpu", o.gpu);
    visit("own_gpus", o.gpus);
}

template <class Visit>
void fields(Visit& visit, OwningCost& c) {
    visit("capital_usd_per_day", c.capital);
    visit("upkeep_usd_per_day", c.upkeep);
    visit("staff_usd_per_day", c.staff);
    visit("energy_usd_per_day", c.energy);
    visit("own_usd_per_day", c.daily);
    visit("own_usd_per_year", c.annual);
    visit("own_usd_per_hour", c.hourly);
}

template <class Visit>
void fields(Visit& visit, Sensitivity& s) {
    visit("key", s.key);
    visit("value", s.value);
    visit("elasticity", s.elasticity);
}

template <class Visit>
void fields(Visit& visit, OwnOrRent& o) {
    visit("owned", o.owned);
    visit("cost", o.cost);
    visit("tflops", o.tflops);
    visit("predicted_tflops", o.predicted);
    visit("rented", o.rented);
    visit("rent_usd_per_day", o.rent);
    visit("own_is_cheaper", o.own_is_cheaper);
    visit("break_even_hours_per_day", o.break_even_use);
    visit("break_even_month", o.break_even_month);
    visit("sensitivities", o.sensitivities);
    visit("job", o.job);
}

template <class Visit>
void fields(Visit& visit, Recommendation& r) {
    visit("catalog_name", r.catalog_name);
    visit("catalog_as_of", r.catalog_as_of);
    visit("catalog_offers", r.catalog_offers);
    visit("request", r.request);
    visit("outcome", r.outcome);
    visit("gpu_matches", r.gpu_matches);
    visit("weights", r.weights);
    visit("on_vcpus", r.on_vcpus);
    visit("price_ceiling_usd_per_hour", r.price_ceiling);
    visit("charges", r.charges);
    visit("admitted", r.admitted);
    visit("choices", r.choices);
    visit("purchase_options", r.purchase_options);
    visit("families", r.families);
    visit("front", r.front);
    visit("refusals", r.refusals);
    visit("unpriced", r.unpriced);
    visit("out_of_scope", r.out_of_scope);
    visit("instead", r.instead);
    visit("region_choice", r.region_choice);
    visit("ownership", r.ownership);
    visit("still_first", r.still_first);
    visit("firmness", r.firmness);
    visit("against", r.against);
    visit("price_dates", r.price_dates);
    visit("warnings", r.warnings);
}

} // namespace flopwise::python
