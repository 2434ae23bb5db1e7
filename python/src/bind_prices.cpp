// Prices over the years, and what their age is worth.

#include <flopwise/price_age.hpp>
#include <flopwise/price_history.hpp>

#include "feed/base_catalog.hpp"
#include "python.hpp"
#include "record.hpp"
#include "text/text.hpp"

using namespace flopwise;
using namespace flopwise::python;

static Catalog clouds_or(const py::object& catalog) {
    return catalog.is_none() ? *all_clouds() : catalog_of(catalog, {});
}

/// Of all regions, unless one is named.
static std::vector<HistoryRow> history_rows(const std::string& instance,
                                            const std::optional<std::string>& region,
                                            const std::string& provider,
                                            Purchase purchase) {
    const PriceHistory history = PriceHistory::bundled();
    const auto regions =
        region ? std::vector{*region} : history.regions(provider, instance, purchase);
    std::vector<HistoryRow> out;
    for (const std::string& place : regions)
        for (DatedPrice& p : history.prices(provider, instance, place, purchase))
            out.push_back({provider, instance, place, purchase, p.as_of, p.hourly, p.source});
    return out;
}

void bind_prices(py::module_& m) {
    bind_rows(m, bind_record<HistoryRow>(m, "DatedPrice", "The price of a machine on a day."));
    bind_rows(m, bind_record<GpuPrice>(m, "GpuPrice", "The lowest price of a GPU-hour on a day."));
    bind_record<PriceAge>(m, "PriceAge", "How prices of a kind age.");
    m.def(
        "price_history",
        [](const std::string& instance,
           const std::optional<std::string>& region,
           const std::string& provider,
           Purchase purchase) {
            return table_of(history_rows(instance, region, provider, purchase));
        },
        "instance"_a,
        "region"_a = py::none(),
        py::kw_only(),
        "provider"_a = "aws",
        "purchase"_a = Purchase::on_demand,
        "What a machine cost, from the oldest list to the newest.\n\n"
        "Parameters\n----------\ninstance : str\n    Name of a machine.\n"
        "region : str, optional\n    Code of a region; without it all in which it had a price.\n"
        "provider, purchase : str\n    \"aws\" and \"on_demand\" unless they are given.\n\n"
        "Returns\n-------\nTable of DatedPrice\n    By region and day. A price of None: the first "
        "complete list that no longer has the\n    machine. Empty if there is no price.\n\n"
        "Examples\n--------\n"
        ">>> import flopwise\n"
        ">>> rows = flopwise.price_history(\"p3.2xlarge\", \"ap-southeast-1\")\n"
        ">>> rows[0].as_of, rows[0].price_usd_per_hour\n"
        "('2020-06-18', 4.234)\n");
    m.def(
        "gpu_prices",
        [](const std::string& gpu, Purchase purchase, const py::object& catalog) {
            const Catalog clouds = clouds_or(catalog);
            std::vector<std::string> names;
            for (const Gpu* one : clouds.find_gpus(gpu))
                names.push_back(one->name);
            if (names.empty())
                throw ArgumentError{
                    "gpu", "must be a GPU of the catalog, got " + flopwise::text::quoted(gpu)};
            return table_of(gpu_prices(PriceHistory::bundled(), clouds, names, purchase));
        },
        "gpu"_a,
        "purchase"_a = Purchase::on_demand,
        "catalog"_a = py::none(),
        "How the price of a GPU-hour moved: of each provider the lowest on each day\n"
        "on which one of its lists has a price of the GPU, or since which another is the "
        "lowest.\n\n"
        "Parameters\n----------\ngpu : str\n    Any name of a GPU: \"H100\" is all its forms.\n"
        "purchase : str\ncatalog : Catalog, str or path, optional\n    All clouds, unless it is "
        "given.\n\nReturns\n-------\nTable of GpuPrice\n\n"
        "Raises\n------\nFlopwiseError\n    For a name that no GPU has.");
    m.def(
        "catalog_on",
        [](const py::object& day, const py::object& catalog) {
            return PriceHistory::bundled().on(day_of("as_of", day, {}), clouds_or(catalog));
        },
        "day"_a,
        "catalog"_a = py::none(),
        "A catalog as it would have been on a day, since 2020-06-18: its prices, machines and\n"
        "regions.\n\nParameters\n----------\nday : str or datetime.date\n    \"2022-06-16\"\n"
        "catalog : Catalog, str or path, optional\n    All clouds, unless it is given.\n\n"
        "Returns\n-------\nCatalog\n\nRaises\n------\nFlopwiseError\n    For a day without a "
        "price.");
    m.def("price_age",
          &price_age,
          "provider"_a,
          "family"_a,
          "purchase"_a = Purchase::on_demand,
          "How prices of a provider's family age.\n\nReturns\n-------\nPriceAge");
    m.def("price_ratio_quantile",
          &price_ratio_quantile,
          "age"_a,
          "years"_a,
          "p"_a,
          "The ratio of today's price to that of some years ago that is not exceeded with\n"
          "probability p.\n\nReturns\n-------\nfloat\n\nRaises\n------\nFlopwiseError\n"
          "    For years below 0, and p not within 0 and 1.");
}
