// flopwise: a catalog, and what was imported, as text

#pragma once

#include <flopwise/feed.hpp>
#include <flopwise/price_history.hpp>

namespace flopwise {

/// All prices as CSV: a header, and a row for each offer by provider, instance, region, purchase.
FLOPWISE_API std::string to_csv(const Catalog& catalog);
/// The same rows as a JSON list of objects; null is what is not known.
FLOPWISE_API std::string to_json(const Catalog& catalog);
/// The reserved rates of imports, each with the price on demand that its file has beside it, as
/// CSV; the spot interruptions. Charges::read() reads both: the later imports stand over the
/// earlier.
FLOPWISE_API std::string reserved_csv(std::span<const Import> imports);
FLOPWISE_API std::string interruptions_csv(std::span<const Import> imports);

/// A table of the machines whose name matches a pattern of `*` and `?`, with the range of their
/// prices on demand; empty if there is none. An empty pattern matches all.
FLOPWISE_API std::string table_of(const Catalog& catalog, std::string_view pattern = {});
/// The facts and prices of the machines of that name, one for each provider; without one, the facts
/// of the GPUs that it stands for, each with its machines; empty if it names neither.
FLOPWISE_API std::string sheet_of(const Catalog& catalog, std::string_view name);

/// What a machine cost: with a region a row for each day, without one a row for each region with
/// its first and newest price; empty if the history has none. `provider` may be empty for all.
FLOPWISE_API std::string history_of(const PriceHistory& history,
                                    const Catalog& catalog,
                                    std::string_view instance,
                                    std::string_view region = {},
                                    std::string_view provider = {},
                                    Purchase purchase = Purchase::on_demand);
/// The rows of gpu_prices() as a table; empty if there is none.
FLOPWISE_API std::string table_of(std::span<const GpuPrice> prices);

/// What became of the rows of a file: a line of counts, then one for each rejected row.
FLOPWISE_API std::string to_text(const Import& import);
/// What a file did to the catalog, in a line: "2 of 3 prices took effect: 1 new, 1 rose; ...".
FLOPWISE_API std::string to_text(const ImportEffect& effect);

} // namespace flopwise
