// The fields of each record of an answer, once.
//
// JSON, CSV, and Python's attributes, tables and stub are made from these lists, as those of a
// catalog's rows are from catalog/fields.hpp. The order is that of JSON.

#pragma once

#include <flopwise/compare.hpp>

#include "catalog/fields.hpp"

namespace flopwise {

template <class Visit, RowOf<LineItem> Row>
void fields(Visit&& visit, Row& i) {
    visit({"charge", "compute, storage_gp3, egress, fixed"}, i.charge);
    visit({"quantity", "in all", kWhole}, i.quantity);
    visit({"unit", "of the quantity"}, i.unit);
    visit({"amount_usd", "None: the rate is not known"}, i.amount);
    visit({"usd_per_month", "of 730 h; None: one month at most", kIfKnown}, i.per_month);
    visit({"assumed_usd", "of an unknown amount, at the dearest rate known", kIfKnown}, i.assumed);
    visit({"tiers", "USD for a unit, from a quantity on", kIfKnown}, i.tiers);
    visit({"source", "of the rate, with its date", kMaybe | kIfKnown}, i.source);
}

template <class Visit, RowOf<Bill> Row>
void fields(Visit&& visit, Row& b) {
    visit({"total_usd", "of the known amounts, unrounded"}, b.total);
    visit({"usd_per_month", "of 730 h; None: one month at most", kIfKnown}, b.per_month);
    visit({"items", "the charges"}, b.items);
}

template <class Visit, RowOf<Factor> Row>
void fields(Visit&& visit, Row& f) {
    visit({"name", "what it is of"}, f.name);
    visit({"value", "in the unit", kRounded}, f.value);
    visit({"unit", "x for a factor of time"}, f.unit);
    visit({"source", "who says so"}, f.source);
}

template <class Visit, RowOf<AnswerChange> Row>
void fields(Visit&& visit, Row& c) {
    visit({"provider", "who rents it out"}, c.provider);
    visit({"instance", "name of the machine"}, c.instance);
    visit({"region", "code of the region"}, c.region);
    visit({"purchase", "on_demand or spot"}, c.purchase);
    visit({"then_usd_per_hour", "on the other day; not known if it had no price"}, c.then);
    visit({"now_usd_per_hour", "on the day of the answer; the same"}, c.now);
}

template <class Visit, RowOf<FrontPoint> Row>
void fields(Visit&& visit, Row& p) {
    visit({"instance", "name of the machine"}, p.instance);
    visit({"region", "code of the region"}, p.region);
    visit({"machines", "that work together"}, p.machines);
    visit({"cost_usd", "at the median", kRounded}, p.cost);
    visit({"hours", "median", kRounded}, p.hours);
    visit({"knee", "farthest from the line between the ends"}, p.knee);
}

template <class Visit, RowOf<Choice> Row>
void fields(Visit&& visit, Row& c) {
    visit({"rank", "1 is best"}, c.rank);
    visit({"provider", "who rents it out"}, c.provider);
    visit({"instance", "name of the machine"}, c.instance);
    visit({"family", "name of its family"}, c.family);
    visit({"region", "code of the region"}, c.region);
    visit({"also", "other regions, where a machine has one row"}, c.also);
    visit({"purchase", "purchase option"}, c.purchase);
    visit({"price_usd_per_hour", "for an hour that is paid"}, c.price);
    visit({"price_p10_usd_per_hour",
           "today's is below with probability 0.1, as old as it is",
           kRounded},
          c.price_p10);
    visit({"price_p90_usd_per_hour",
           "today's is above with probability 0.1, as old as it is",
           kRounded},
          c.price_p90);
    visit({"spot_usd_per_hour", "of it on spot, where it is paid for on demand"}, c.spot);
    visit({"spot_p10_usd_per_hour", "today's is below with probability 0.1", kRounded}, c.spot_p10);
    visit({"spot_p90_usd_per_hour", "today's is above with probability 0.1", kRounded}, c.spot_p90);
    visit({"spot_as_of", "the day the spot price held"}, c.spot_as_of);
    visit({"spot_reclaimed_per_month", "share of such machines on spot", kRounded},
          c.spot_reclaimed);
    visit({"effective_usd_per_hour", "all costs but fixed ones, for a rented hour"}, c.effective);
    visit({"gpu", "name of its GPU", kMaybe}, c.gpu);
    visit({"gpu_count", "0.125 for an eighth of a GPU", kWhole}, c.gpu_count);
    visit({"gpu_memory_gib", "of each GPU, or of the share of one", kWhole}, c.gpu_memory);
    visit({"arch", "x86_64, arm64"}, c.arch);
    visit({"vcpus", "a share of a core is possible", kWhole}, c.vcpus);
    visit({"memory_gib", "of the host", kWhole}, c.memory);
    visit({"network_gbps", "sustained"}, c.network);
    visit({"network_estimated", "the provider gives only a word"}, c.network_estimated);
    visit({"tflops", "peak of the whole machine, in the precision that was asked"}, c.tflops);
    visit({"predicted_tflops", "what training reaches on it", kRounded}, c.predicted);
    visit({"score", "p3.2xlarge at 3.06 USD/h is 100", kRounded}, c.score.value);
    visit({"contributions", "of each criterion to ln(score / 100)", kRounded},
          c.score.contributions);
    visit({"pareto", "no other is as good in all that counts"}, c.pareto);
    visit({"tied", "not told apart from the first choice"}, c.tied);
    visit({"cost", "the bill; None without days"}, c.cost);
    visit({"present_usd", "what the cost is worth at the start, if discounted", kRounded},
          c.present);
    visit({"upfront_usd", "part of the cost that is paid at the start"}, c.upfront);
    visit({"lasts_days", "that the budget lasts, if these were not given"}, c.lasts);
    visit({"hours", "of each machine, with what is lost on spot", kRounded}, c.hours);
    visit({"hours_p90", "enough in nine cases of ten, where they vary", kRounded}, c.hours_p90);
    visit({"probability_within_budget", "P(cost <= budget)", kRounded},
          c.probability_within_budget);
    visit({"cost_quantiles_usd", "of a cost that is uncertain", kRounded}, c.cost_quantiles);
    visit({"job", "what a training job comes to on it"}, c.job);
    visit({"rtt_ms", "round trip from `near`"}, c.rtt);
    visit({"retired", "can no longer be launched"}, c.retired);
    visit({"price_source", "of the price"}, c.source);
    visit({"price_as_of", "the day the price held"}, c.as_of);
    visit({"price_dates", "of all that makes its cost"}, c.price_dates);
    visit({"stack", "what programs are built on: CUDA, ROCm, Neuron", kMaybe}, c.stack);
    visit({"stack_note", "why PyTorch's usual wheel does not run there", kMaybe}, c.stack_note);
}

template <class Visit, RowOf<ChargeSummary> Row>
void fields(Visit&& visit, Row& c) {
    visit({"provider", "whose charges"}, c.provider);
    visit({"region", "where"}, c.region);
    visit({"total_usd", "what is not known as it is assumed"}, c.total);
    visit({"unknown", "charges without a rate there"}, c.unknown);
    visit({"hours", "that the machine is billed", kNotInJson}, c.hours);
    visit({"price_ceiling_usd_per_hour", "what the charges leave", kNotInJson}, c.ceiling);
    visit({"price_ceiling_before_usd_per_hour", "without the charges"}, c.ceiling_before);
}

template <class Visit, RowOf<PurchaseOption> Row>
void fields(Visit&& visit, Row& o) {
    visit({"purchase", "its name"}, o.kind);
    visit({"price_usd_per_hour", "for an hour that is paid"}, o.price);
    visit({"total_usd", "for the machine through the plan; None: not known"}, o.total);
    visit({"present_usd", "what the total is worth at the start, if discounted", kRounded},
          o.present);
    visit({"effective_usd_per_hour", "total by hours of work"}, o.effective);
    visit({"upfront_usd", "part of the total that is paid at the start"}, o.upfront);
    visit({"hours", "that are paid"}, o.hours);
    visit({"hours_p90", "on spot: with probability 0.9 no more"}, o.hours_p90);
    visit({"reclaimed_per_month", "on spot: share of the machines", kRounded}, o.share);
    visit({"break_even_interruptions_per_hour", "on spot: from which it costs more", kRounded},
          o.break_even_rate);
    visit({"break_even_hours_per_day", "of a reservation: from which it costs less"}, o.break_even);
    visit({"items", "the lines of its bill", kNotInJson}, o.items);
    visit({"notes", "what to know"}, o.notes);
    visit({"source", "of a rate that is not in the catalog", kMaybe}, o.source);
    visit({"as_of", "of that source"}, o.as_of);
}

template <class Visit, RowOf<Nearby> Row>
void fields(Visit&& visit, Row& n) {
    visit({"provider", "who rents there"}, n.provider);
    visit({"region", "code of the region"}, n.region);
    visit({"city", "nearest to it", kMaybe}, n.city);
    visit({"distance_km", "along a great circle", kRounded}, n.distance);
    visit({"rtt_ms", "round trip, estimated", kRounded}, n.rtt);
}

template <class Visit, RowOf<RegionChoice::Elsewhere> Row>
void fields(Visit&& visit, Row& e) {
    visit({"region", "code of the region"}, e.region);
    visit({"price_usd_per_hour", "of the best choice there"}, e.price);
    visit({"total_usd", "of the plan there"}, e.total);
    visit({"extra_rtt_ms", "beside that of the nearest region", kRounded}, e.extra_rtt);
    visit({"price_dates", "of all that makes its cost"}, e.price_dates);
}

template <class Visit, RowOf<RegionChoice::Farther> Row>
void fields(Visit&& visit, Row& f) {
    visit({"provider", "who rents it out"}, f.provider);
    visit({"instance", "name of the machine"}, f.instance);
    visit({"region", "code of the region"}, f.region);
    visit({"purchase", "purchase option"}, f.purchase);
    visit({"price_usd_per_hour", "for an hour that is paid"}, f.price);
    visit({"total_usd", "of the plan or the job there"}, f.total);
    visit({"score", "p3.2xlarge at 3.06 USD/h is 100", kRounded}, f.score);
    visit({"extra_rtt_ms", "beside that of the region taken", kRounded}, f.extra_rtt);
    visit({"price_dates", "of all that makes its cost"}, f.price_dates);
}

template <class Visit, RowOf<RegionChoice> Row>
void fields(Visit&& visit, Row& c) {
    visit({"region", "of the best choice, among the nearest with an offer"}, c.region);
    visit({"alike", "all of those, nearest first"}, c.alike);
    visit({"nearer", "regions without such an offer, nearest first"}, c.nearer);
    visit({"unpriced", "those of them in which a machine is sold without a known price"},
          c.unpriced);
    visit({"cheapest", "where the best choice costs least; None: there"}, c.cheapest);
    visit({"farther", "for training: the best a little farther, if it is better"}, c.farther);
}

template <class Visit, RowOf<OwnJob> Row>
void fields(Visit&& visit, Row& j) {
    visit({"rented_usd", "the job on the machine that is rented", kRounded}, j.rented);
    visit({"hours", "on the owned machine; None: not predicted"}, j.hours);
    visit({"share_usd", "owning it for these hours, if it is never idle"}, j.share);
    visit({"alone_usd", "owning it for this job alone", kRounded}, j.alone);
    visit({"jobs_per_year", "from which owning costs less", kRounded}, j.jobs_per_year);
    visit({"jobs_per_month", "a twelfth of these", kRounded}, j.jobs_per_month);
}

template <class Visit, RowOf<FamilyChoice> Row>
void fields(Visit&& visit, Row& f) {
    visit({"rank", "1 is best"}, f.rank);
    visit({"provider", "who rents it out"}, f.provider);
    visit({"family", "its name"}, f.family);
    visit({"purpose", "what the provider made it for"}, f.purpose);
    visit({"gpu", "of the best machine", kMaybe}, f.gpu);
    visit({"score", "of the best machine", kRounded}, f.score);
    visit({"best", "name of the best machine"}, f.best);
    visit({"price_from_usd_per_hour", "of its cheapest offer"}, f.price_from);
    visit({"price_to_usd_per_hour", "of its dearest offer"}, f.price_to);
    visit({"price_dates", "of these two"}, f.price_dates);
    visit({"admitted", "offers"}, f.admitted);
    visit({"refused", "offers"}, f.refused);
    visit({"arch", "of the best machine", kMaybe}, f.arch);
    visit({"stack", "of its GPUs", kMaybe}, f.stack);
    visit({"stack_note", "why PyTorch's usual wheel does not run there", kMaybe}, f.stack_note);
}

template <class Visit, RowOf<Against> Row>
void fields(Visit&& visit, Row& a) {
    visit({"as_of", "the other day"}, a.as_of);
    visit({"outcome", "of its answer"}, a.outcome);
    visit({"best", "its first choice"}, a.best);
    visit({"changes", "prices of choices of either day that are not the same"}, a.changes);
    visit({"unchanged", "choices with the same price on both days"}, a.unchanged);
}

template <class Visit, RowOf<FirmChoice> Row>
void fields(Visit&& visit, Row& c) {
    visit({"rank", "in the answer; 0: not among its choices"}, c.rank);
    visit({"provider", "who rents it out"}, c.provider);
    visit({"instance", "name of the machine"}, c.instance);
    visit({"region", "code of the region"}, c.region);
    visit({"purchase", "purchase option"}, c.purchase);
    visit({"weights_share", "of all weights, those for which it is first", kRounded},
          c.weights_share);
    visit({"rank_shares", "those for which it is first, second, ...", kRounded}, c.rank_shares);
    visit({"central_weights", "mean of the weights for which it is first", kRounded},
          c.central_weights);
    visit({"probability_first", "by its score, of the choices", kRounded}, c.probability_first);
    visit({"probability_cheapest", "by its cost, of the choices", kRounded},
          c.probability_cheapest);
    visit({"expected_regret_usd", "mean of its cost less that of the cheapest", kRounded},
          c.expected_regret);
    visit({"first_below_usd_per_hour", "the price below which it would be first", kRounded},
          c.first_below);
}

template <class Visit, RowOf<Flip> Row>
void fields(Visit&& visit, Row& f) {
    visit({"key", "of a setting, or of a figure of the first choice"}, f.key);
    visit({"value", "from which another machine is first", kRounded}, f.value);
    visit({"above", "it is above the value, else below"}, f.above);
    visit({"provider", "who rents out the other machine"}, f.provider);
    visit({"instance", "its name"}, f.instance);
    visit({"region", "code of the region"}, f.region);
    visit({"purchase", "purchase option"}, f.purchase);
}

template <class Visit, RowOf<Firmness> Row>
void fields(Visit&& visit, Row& f) {
    visit({"spread", "1: all weights; less: a cone around one's own"}, f.spread);
    visit({"exact", "shares of weights are areas, not drawn"}, f.exact);
    visit({"choices", "those of the answer, then others that can be first"}, f.choices);
    visit({"flips", "values from which another machine is first"}, f.flips);
}

template <class Visit, RowOf<Vary> Row>
void fields(Visit&& visit, Row& v) {
    visit({"key", "of a setting"}, v.key);
    visit({"low", "the first value"}, v.low);
    visit({"high", "the last value"}, v.high);
    visit({"steps", "values"}, v.steps);
}

template <class Visit, RowOf<WhatIfCell> Row>
void fields(Visit&& visit, Row& c) {
    visit({"x", "value of the first setting", kRounded}, c.x);
    visit({"y", "value of the second", kRounded}, c.y);
    visit({"outcome", "None: the request is refused"}, c.outcome);
    visit({"provider", "of the first choice", kMaybe}, c.provider);
    visit({"instance", "its name", kMaybe}, c.instance);
    visit({"region", "code of the region", kMaybe}, c.region);
    visit({"purchase", "purchase option"}, c.purchase);
    visit({"price_usd_per_hour", "for an hour that is paid"}, c.price);
    visit({"total_usd", "of the plan; None: its hours are not known"}, c.total);
    visit({"error", "why the request is refused", kMaybe}, c.error);
}

template <class Visit, RowOf<SobolIndex> Row>
void fields(Visit&& visit, Row& s) {
    visit({"key", "of a setting"}, s.key);
    visit({"first", "part of the variance of the cost, by itself", kRounded}, s.first);
    visit({"total", "with all in which it acts with others", kRounded}, s.total);
}

template <class Visit, RowOf<WhatIf> Row>
void fields(Visit&& visit, Row& w) {
    visit({"catalog_name", "its catalog"}, w.catalog_name);
    visit({"varied", "the settings"}, w.varied);
    visit({"cells", "by the first setting, then by the second"}, w.cells);
    visit({"sobol", "what the cost depends on; empty if it is not known everywhere"}, w.sobol);
    visit({"with_cost", "part of the points with a cost", kRounded}, w.with_cost);
}

template <class Visit, RowOf<ComparedColumn> Row>
void fields(Visit&& visit, Row& c) {
    visit({"name", "as it was asked for"}, c.name);
    visit({"choice", "the machine's best offer, or the first of the day"}, c.choice);
    visit({"reason", "why there is none", kMaybe}, c.reason);
}

template <class Visit, RowOf<ComparedFigure> Row>
void fields(Visit&& visit, Row& f) {
    visit({"key", "as in the JSON of a choice; bill.NAME of its bill"}, f.key);
    visit({"values", "by column", kRounded}, f.values);
    visit({"ratios", "to the first column", kRounded}, f.ratios);
}

template <class Visit, RowOf<Comparison> Row>
void fields(Visit&& visit, Row& c) {
    visit({"catalog_name", "its catalog"}, c.catalog_name);
    visit({"columns", "what is compared"}, c.columns);
    visit({"figures", "of all columns, with ratios to the first"}, c.figures);
}

template <class Visit, RowOf<Refusal> Row>
void fields(Visit&& visit, Row& r) {
    visit({"provider", "who rents it out"}, r.provider);
    visit({"instance", "name of the machine"}, r.instance);
    visit({"family", "name of its family"}, r.family);
    visit({"region", "code of the region"}, r.region);
    visit({"purchase", "purchase option"}, r.purchase);
    visit({"price_usd_per_hour", "of the machine"}, r.price);
    visit({"price_as_of", "the day the price held"}, r.as_of);
    visit({"reasons", "all of them", kNotInJson}, r.reasons);
    visit({"reason", "in words"}, r.text);
    visit({"relaxation", "settings that would admit it"}, r.relaxation);
    visit({"alternatives", "sets of them, each of which would"}, r.alternatives);
    visit({"cost", "the bill, if it is above the budget", kIfKnown}, r.cost);
}

template <class Visit, RowOf<Refusals> Row>
void fields(Visit&& visit, Row& r) {
    visit({"count", "offers"}, r.count);
    visit({"by_reason", "how many for each; adds up to count"}, r.by_reason);
    visit({"nearest", "machines that come nearest to qualifying"}, r.nearest);
}

template <class Visit, RowOf<GpuMatch> Row>
void fields(Visit&& visit, Row& m) {
    visit({"name", "as it was asked"}, m.name);
    visit({"gpus", "names of the GPUs that it stands for"}, m.gpus);
}

template <class Visit, RowOf<Unpriced> Row>
void fields(Visit&& visit, Row& u) {
    visit({"provider", "who rents it out"}, u.provider);
    visit({"instance", "name of the machine"}, u.instance);
    visit({"family", "name of its family"}, u.family);
    visit({"sold", "whether it can be rented where it is asked for"}, u.sold);
    visit({"regions", "in which it is sold, of those that are asked for"}, u.regions);
    visit({"reason", "in words"}, u.text);
}

template <class Visit, RowOf<UnpricedMachines> Row>
void fields(Visit&& visit, Row& u) {
    visit({"count", "that have all else that is asked for"}, u.count);
    visit({"machines", "some of them, and those asked for by name"}, u.machines);
}

} // namespace flopwise
