// flopwise: the question put to a catalog

#pragma once

#include <flopwise/charges.hpp>
#include <flopwise/recommendation.hpp>
#include <flopwise/score.hpp>
#include <flopwise/settings.hpp>

namespace flopwise {

/// The catalog for a request that names none: `usual`, or the bundled catalog of all clouds if the
/// request asks for a provider that only that one has ("*" is every provider there is), or for
/// one that neither has, so that recommend() refuses it with all the names there are.
FLOPWISE_API Catalog catalog_for(const Request& request, const Catalog& usual);

/// The charges that a request is priced with: those of its files, read as one, else the bundled
/// ones; none if it asks for nothing that is charged. Throws as Charges::read() does.
FLOPWISE_API Charges charges_of(const Request& request);
/// The same with the rates of a catalog (Tables::rates) over the bundled ones.
FLOPWISE_API Charges charges_of(const Request& request, const Catalog& catalog);

/// The catalog that a request names, bundled or a YAML file; without a name, catalog_for() it and
/// the newest bundled one. Throws as Catalog::bundled() and Catalog::read() do.
FLOPWISE_API Catalog opened(const Request& request);

/// Ranks all offers of a catalog for a request, with the charges_of() it.
///
///     const Recommendation r = recommend(
///         Catalog::bundled(),
///         {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}}});
///     if (r.outcome == Outcome::found)
///         std::puts(r.choices.front().instance.c_str());
///
/// With `near` and no region, the answer is as if the nearest region with an offer that qualifies
/// had been asked for; `Constraints::any_region` looks at all of them.
///
/// The power of a machine to buy, if it is not given, is that of its GPUs (tdp); if these are not
/// given but a price of electricity is, that of the GPUs it is compared with; else it is 0.
///
/// Choices are ordered by Request::sort, price and score, then (with `near`) by round trip, then by
/// provider, instance, region and purchase, so that equal input gives equal output. What it costs
/// grows with the number of machine types; an offer adds a comparison of its price.
/// Throws ArgumentError, or InputError for a setting from a file, if a figure is out of its
/// range, if figures contradict one another, if a name is not in the catalog, or if the request
/// names a catalog of its own.
FLOPWISE_API Recommendation recommend(const Catalog& catalog, const Request& request);
/// The same over the catalog that the request names, opened().
FLOPWISE_API Recommendation recommend(const Request& request);
/// The same with charges at hand, whatever files the request names.
FLOPWISE_API Recommendation recommend(const Catalog& catalog,
                                      const Request& request,
                                      const Charges& charges);

/// Why one offer of the catalog does not qualify; empty if it does. Unlike a recommendation's
/// refusals, also answers for offers out of scope. Throws as recommend() does.
FLOPWISE_API std::optional<Refusal>
why_not(const Catalog& catalog, const Request& request, std::size_t offer);

} // namespace flopwise
