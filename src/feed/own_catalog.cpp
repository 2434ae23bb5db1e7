// A catalog of a table of one's own alone.

#include "catalog/tables.hpp"
#include "feed/base_catalog.hpp"

#include <algorithm>

namespace flopwise {

/// What a table may refer to: GPUs, and regions with their places.
static Catalog without_machines(const Catalog& known) {
    Tables out = known.tables();
    out.families.clear();
    out.instances.clear();
    out.offerings.clear();
    out.prices.clear();
    out.superseded.clear();
    out.explained.clear();
    out.rates.clear();
    out.as_of = {};
    drop_unused_sources(out);
    return Catalog{std::move(out)};
}

Catalog own_catalog(std::string_view csv,
                    const Catalog& known,
                    const ImportOptions& options,
                    const std::string& name) {
    const Catalog base = without_machines(known);
    ImportOptions strict = options;
    strict.strict = true;
    const Import import = import_table(csv, base, strict);
    const Joined joined = join(base, {&import, 1});
    if (!joined.left_out.empty())
        throw InputError{{.file = "table"},
                         fmt::format("must say what each machine is, has {} rows: {}",
                                     joined.left_out.front().rows,
                                     joined.left_out.front().why)};
    Tables out = joined.catalog.tables();
    const auto providers = providers_of({&import, 1});
    std::erase_if(out.regions, [&](const Region& r) { return !providers.contains(r.provider); });
    drop_unused_sources(out);
    out.name = name;
    return Catalog{std::move(out)};
}

} // namespace flopwise
