#include "recommend/recommend.hpp"

#include <flopwise/launch.hpp>
#include <flopwise/price_history.hpp>
#include <flopwise/recommend.hpp>

#include "catalog/offer_columns.hpp"
#include "cost/bill_lines.hpp"
#include "recommend/against.hpp"
#include "recommend/firmness.hpp"
#include "recommend/long_run.hpp"
#include "recommend/own_or_rent.hpp"
#include "recommend/price_ages.hpp"
#include "recommend/refused.hpp"
#include "recommend/region_choice.hpp"
#include "recommend/spot_beside.hpp"
#include "recommend/warnings.hpp"
#include "request/completed.hpp"
#include "solve/ranking.hpp"
#include "text/day.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <map>

namespace flopwise {

/// The request without what it asks for by name.
static Request without_names(Request request) {
    Constraints& c = request.constraints;
    c.gpu.clear();
    c.family.clear();
    c.instance.clear();
    request.top = 1;
    request.nearest = 0;
    return request;
}

static bool has_names(const Constraints& c) {
    return !c.gpu.empty() || !c.family.empty() || !c.instance.empty();
}

/// Of the prices that are shown beside those of the solver's answer.
static void add_dates(Recommendation& r) {
    if (r.instead)
        r.price_dates.add(r.instead->price_dates);
    if (r.region_choice && r.region_choice->cheapest)
        r.price_dates.add(r.region_choice->cheapest->price_dates);
    if (r.region_choice && r.region_choice->farther)
        r.price_dates.add(r.region_choice->farther->price_dates);
    if (r.ownership && r.ownership->rented)
        r.price_dates.add(r.ownership->rented->price_dates);
}

Charges charges_of(const Request& request) {
    if (request.charges.empty())
        return needs_plan_prices(request) || pays_spot(request) ? Charges::bundled()
                                                                : Charges::none();
    const std::vector<std::filesystem::path> files{request.charges.begin(), request.charges.end()};
    return Charges::read(files);
}

Charges charges_of(const Request& request, const Catalog& catalog) {
    Charges charges = charges_of(request);
    if (!request.charges.empty() || catalog.rates().empty() || charges.size() == 0)
        return charges;
    try {
        return charges.merged(Charges::parse(catalog.rates(), catalog.name()));
    } catch (const InputError& e) { // its lines are none of the catalog's file
        throw InputError{{.file = e.where().file, .field = e.where().field}, e.reason()};
    }
}

Recommendation recommend(const Catalog& catalog, const Request& request) {
    return recommend(catalog, request, charges_of(request, catalog));
}

void require_no_catalog(const Request& request) {
    if (!request.catalog.empty())
        request.refuse("catalog",
                       fmt::format("must not be named where a catalog is given, got {}",
                                   text::quoted(request.catalog)));
}

Recommendation recommend(const Request& request) {
    Request rest = request;
    rest.catalog.clear();
    Recommendation out = recommend(opened(request), rest);
    out.request.catalog = request.catalog;
    return out;
}

Recommendation recommend(const Catalog& catalog, const Request& request, const Charges& charges) {
    require_no_catalog(request);
    return answered(catalog, request, charges);
}

Catalog on_day_asked(const Catalog& catalog, const Request& request) {
    if (request.as_of.year == 0 || catalog.as_of() == request.as_of)
        return catalog;
    try {
        return PriceHistory::bundled().on(request.as_of, catalog);
    } catch (const ArgumentError& e) {
        request.refuse("as_of", e.reason());
    }
}

void require_no_day(const Request& request) {
    for (const auto& [key, date] :
         {std::pair{"as_of", request.as_of}, std::pair{"against", request.against}})
        if (date.year != 0)
            request.refuse(key,
                           fmt::format("must not be given where a catalog is asked offer by offer: "
                                       "give it the catalog of that day, got {}",
                                       to_string(date)));
}

/// Refuses a type of disk that neither these charges nor those that are bundled have.
static void require_storage_type(const Request& request, const Charges& charges) {
    const std::string& type = request.usage.storage_type;
    if (type == Usage{}.storage_type)
        return;
    std::vector<std::string_view> known = charges.storage_types();
    if (std::find(known.begin(), known.end(), type) != known.end())
        return; // as in each row of a sweep
    const Charges bundled = Charges::bundled();
    for (const std::string_view other : bundled.storage_types())
        known.push_back(other);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    if (!std::binary_search(known.begin(), known.end(), type))
        request.refuse("storage_type",
                       fmt::format("must be {}, got {}{}",
                                   text::one_of(known),
                                   text::quoted(type),
                                   text::did_you_mean(type, known)));
}

/// What each name of a GPU stands for: those that some machine has, and all of them if none has.
static std::vector<GpuMatch>
gpu_matches(const Catalog& catalog, const Request& request, NamedGpus named) {
    std::vector<GpuMatch> out;
    if (named.empty())
        return out;
    std::vector<bool> rented(catalog.gpus().size());
    for (const std::int32_t gpu : columns_of(catalog).gpu)
        if (gpu >= 0)
            rented[static_cast<std::size_t>(gpu)] = true;
    for (std::size_t i = 0; i < named.size(); ++i) {
        GpuMatch& match = out.emplace_back(GpuMatch{.name = request.constraints.gpu[i]});
        std::vector<const Gpu*>& all = named[i];
        const auto is_rented = [&](const Gpu* gpu) {
            return rented[static_cast<std::size_t>(gpu - catalog.gpus().data())];
        };
        if (std::any_of(all.begin(), all.end(), is_rented))
            std::erase_if(all, [&](const Gpu* gpu) { return !is_rented(gpu); });
        for (const Gpu* gpu : all)
            match.gpus.push_back(gpu->name);
    }
    return out;
}

Recommendation
answered_of_one_day(const Catalog& given, const Request& request, const Charges& charges) {
    const Catalog catalog = on_day_asked(given, request);
    const Request asked = completed(request);
    require_storage_type(asked, charges);
    require_valid_ownership(catalog, asked);
    Ranking everywhere{catalog, asked, charges};
    const Request full = with_nearest_region(catalog, asked, everywhere);
    const bool narrowed = chooses_region(asked.constraints) && !chooses_region(full.constraints);
    std::optional<Ranking> near;
    Ranking& ranking = narrowed ? near.emplace(catalog, full, charges) : everywhere;
    Recommendation out = ranking.answer();
    if (out.outcome != Outcome::found && has_names(full.constraints)) {
        const Request open = without_names(full);
        if (Recommendation r = Ranking{catalog, open, charges}.answer();
            r.outcome == Outcome::found)
            out.instead = std::move(r.choices.front());
    }
    for (Refusal& refusal : out.refusals.nearest) {
        settle(catalog, full, charges, refusal);
        add_region(catalog, asked, refusal);
    }
    out.request = asked;
    out.gpu_matches = gpu_matches(catalog, asked, everywhere.named_gpus());
    out.region_choice = region_choice(catalog, asked, full, everywhere, out);
    out.ownership = own_or_rent(catalog, full, ranking, out);
    if (std::string hint = long_run(catalog, full, charges, out); !hint.empty())
        out.warnings.push_back(std::move(hint));
    add_dates(out);
    add_price_ages(out);
    add_spot_beside(catalog, charges, out);
    if (asked.firmness && !out.choices.empty())
        out.firmness = firmness_of(catalog, request, charges, out, {});
    add_warnings(catalog, out);
    return out;
}

Recommendation answered(const Catalog& given, const Request& request, const Charges& charges) {
    Recommendation out = answered_of_one_day(given, request, charges);
    if (request.against.year != 0)
        out.against = against(given, on_day_asked(given, request), request, charges, out);
    return out;
}

std::optional<Refusal> why_not(const Catalog& catalog, const Request& request, std::size_t offer) {
    require_no_catalog(request);
    require_no_day(request);
    const Request asked = completed(request);
    const Purchase purchase = catalog.offer(offer).purchase;
    Request priced = asked; // what would admit an offer depends on its own purchase option
    if (priced.ways.empty())
        priced.constraints.purchase.push_back(purchase);
    const Charges charges = charges_of(priced, catalog);
    require_storage_type(asked, charges);
    const Request full = with_nearest_region(catalog, asked, charges);
    auto out = refused(catalog, full, charges, offer);
    if (out) {
        settle(catalog, full, charges, *out);
        add_region(catalog, asked, *out);
    }
    return out;
}

} // namespace flopwise
