#include "catalog/image.hpp"
#include "cost/charges_binary.hpp"
#include "python.hpp"
#include "record.hpp"
#include "request/completed.hpp"
#include "solve/solver.hpp"

using namespace flopwise;
using namespace flopwise::python;

// What a plan is made of, each for itself: bills, purchase options, lost work, owning, regions.

// ---- charges ------------------------------------------------------------------------

static RateRow row_of(const Rate& rate, const std::string& provider, const std::string& charge) {
    return {.provider = provider,
            .region = std::string{rate.region},
            .charge = charge,
            .unit = std::string{rate.unit},
            .tiers = {rate.tiers.begin(), rate.tiers.end()},
            .smallest_size = rate.smallest_size,
            .source = rate.source.title,
            .as_of = rate.source.as_of};
}

static Charges read_charges(const py::object& files) {
    std::vector<std::filesystem::path> paths;
    if (py::isinstance<py::str>(files) || py::hasattr(files, "__fspath__"))
        paths.push_back(files.cast<std::filesystem::path>());
    else
        paths = files.cast<std::vector<std::filesystem::path>>();
    return without_gil([&paths] { return Charges::read(paths); });
}

static py::object charges_pickled(const py::object& self) {
    const py::bytes image{ChargesBinary::write(self.cast<const Charges&>())};
    return reduced(self, py::dict("build"_a = build_name(), "image"_a = image));
}

static Charges charges_unpickled(std::string_view by, const py::bytes& image) {
    if (by != build_name())
        throw ArgumentError{"charges", "must be unpickled by the version that pickled them"};
    return ChargesBinary::checked(std::string_view{image});
}

static bool same_charges(const Charges& a, const Charges& b) {
    return a.size() == b.size() && ChargesBinary::write(a) == ChargesBinary::write(b);
}

using ChargesClass = py::class_<Charges>;

static void bind_making(ChargesClass& charges) {
    charges.def_static("bundled", &Charges::bundled, "Those in the package.")
        .def_static("read",
                    &read_charges,
                    "files"_a,
                    "Charges from one file or several, YAML or CSV (docs/catalog.md).\n\n"
                    "Raises\n------\nFlopwiseError\n"
                    "    With ``file``, ``line`` and ``field`` for what is wrong in a file.")
        .def_static("parse", &Charges::parse, "yaml"_a, "name"_a = "text", "From a file's text.")
        .def("merged",
             &Charges::merged,
             "others"_a,
             "These with the rows of others; where both have a row, the others' is kept.");
}

/// What a charge costs, and where.
static void bind_looking_up(ChargesClass& charges) {
    charges
        .def(
            "rate",
            [](const Charges& self,
               const std::string& charge,
               const std::string& region,
               const std::string& provider) -> std::optional<RateRow> {
                const auto found = self.rate(provider, region, charge);
                return found ? std::optional{row_of(*found, provider, charge)} : std::nullopt;
            },
            "charge"_a,
            "region"_a,
            "provider"_a = "aws",
            "The :class:`Rate` of a charge in a region; None if it is not known.")
        .def(
            "rates",
            [](const Charges& self, const std::string& charge, const std::string& provider) {
                std::vector<RateRow> out;
                for (const Rate& rate : self.rates(provider, charge))
                    out.push_back(row_of(rate, provider, charge));
                return table_of(std::move(out));
            },
            "charge"_a,
            "provider"_a = "aws",
            "The rates of a charge in all regions that have one, a Table of :class:`Rate`.")
        .def_property_readonly(
            "storage_types",
            [](const Charges& self) {
                const auto types = self.storage_types();
                return std::vector<std::string>(types.begin(), types.end());
            },
            "Types of block storage with a rate in some region.")
        .def(
            "default_storage",
            [](const Charges& self, const std::string& provider) -> std::optional<std::string> {
                const auto type = self.default_storage(provider);
                return type ? std::optional{std::string{*type}} : std::nullopt;
            },
            "provider"_a = "aws",
            "The type of a disk if none is named; None if it is not known.");
}

/// Equality, pickles and copies: they never change.
static void bind_as_values(ChargesClass& charges) {
    charges.def("__len__", &Charges::size, "Number of rows.")
        .def("__eq__",
             [](const Charges& self, const py::object& other) -> py::object {
                 if (!py::isinstance<Charges>(other))
                     return py::reinterpret_borrow<py::object>(Py_NotImplemented);
                 return py::bool_(same_charges(self, other.cast<const Charges&>()));
             })
        .def("__hash__", [](const Charges& self) { return self.size(); })
        .def("__repr__",
             [](const Charges& self) { return fmt::format("<Charges: {} rows>", self.size()); })
        .def("__copy__", [](const py::object& self) { return self; })
        .def("__deepcopy__", [](const py::object& self, const py::object&) { return self; })
        .def("__reduce__", &charges_pickled)
        .def_static("_unpickled", &charges_unpickled, "build"_a, "image"_a);
}

static void bind_charges(py::module_& m) {
    const auto rate = bind_record<RateRow>(m, "Rate", "What one charge costs in one region.");
    bind_rows(m, rate);
    ChargesClass charges(m, "Charges", R"(What is charged beside the machine; immutable.

Examples
--------
>>> import flopwise
>>> egress = flopwise.Charges.bundled().rate("egress", "us-east-1")
>>> egress.unit, egress.tiers[1]
('GiB', {'from': 100.0, 'usd': 0.09}))");
    bind_making(charges);
    bind_looking_up(charges);
    bind_as_values(charges);
}

// ---- bills and purchase options ----------------------------------------------------------

static Request plan_of(const py::kwargs& settings) {
    return completed(with_settings({}, settings));
}

static Bill bill_of(double price,
                    const std::string& region,
                    const std::string& provider,
                    std::optional<double> on_demand,
                    const py::object& charges,
                    const py::kwargs& settings) {
    const Request plan = plan_of(settings);
    if (charged(plan.usage) && region.empty())
        throw ArgumentError{"region", "must be given where there are charges"};
    const Rental rental{.provider = provider,
                        .region = region,
                        .price = UsdPerHour{price},
                        .on_demand =
                            on_demand ? std::optional{UsdPerHour{*on_demand}} : std::nullopt};
    return bill(plan.budget, plan.usage, rental, python::charges_of(charges, plan));
}

static py::object ways_to_pay(const std::string& instance,
                              const std::string& region,
                              const std::string& provider,
                              const py::object& catalog,
                              const py::object& charges,
                              const py::kwargs& settings) {
    const Request plan = plan_of(settings);
    const Catalog machines = catalog_of(catalog, plan);
    Machine machine{.provider = provider, .region = region, .instance = instance};
    for (std::size_t i = 0; i < machines.size(); ++i) {
        const Offer o = machines.offer(i);
        if (o.instance.name == instance && o.region.code == region &&
            o.instance.provider == provider)
            (o.purchase == Purchase::spot ? machine.spot : machine.on_demand) = o.price;
    }
    if (!machine.on_demand && !machine.spot)
        throw ArgumentError{"instance",
                            fmt::format("must have a price, got {} in {}", instance, region)};
    Charges rates = python::charges_of(charges, plan);
    if (charges.is_none() && !machines.rates().empty())
        rates = rates.merged(Charges::parse(machines.rates(), machines.name()));
    return table_of(purchase_options(
        plan.budget, plan.usage, plan.recovery, machine, rates, plan.discount_rate));
}

static void bind_bill(py::module_& m) {
    bind_rows(m, bind_record<LineItem>(m, "LineItem", "One charge of a bill."));
    bind_record<Bill>(m, "Bill", "All charges of a plan; the total is their sum, unrounded.")
        .def_property_readonly("complete", &complete, "Whether every line has an amount.");
    m.def("bill",
          &bill_of,
          py::kw_only(),
          "price_usd_per_hour"_a,
          "region"_a = "",
          "provider"_a = "aws",
          "on_demand_usd_per_hour"_a = py::none(),
          "charges"_a = py::none(),
          R"(The bill of a plan, charge by charge.

Parameters
----------
price_usd_per_hour : float
    Of the machine.
region, provider : str, optional
    Where it is rented; the region must be given where there are charges.
on_demand_usd_per_hour : float, optional
    For unused capacity, if the price is not that.
charges : Charges or path, optional
    Rates; those in the package if absent.
**settings
    ``days``, ``hours_per_day``, ``fixed_usd`` and what is used, as in
    :func:`flopwise.recommend`: ``storage_gib``, ``egress_gib_per_month`` ...

Returns
-------
Bill

Raises
------
FlopwiseError
    If a figure is out of its range; ``field`` names it.

Examples
--------
>>> import flopwise
>>> bill = flopwise.bill(price_usd_per_hour=0.9, region="us-east-1", days=365, hours_per_day=2,
...                      storage_gib=500)
>>> [(item.charge, round(item.amount_usd, 2)) for item in bill.items], round(bill.total_usd, 2)
([('compute', 657.0), ('storage_gp3', 480.0)], 1137.0))");
}

static void bind_ways(py::module_& m) {
    bind_rows(m, bind_record<PurchaseOption>(m, "PurchaseOption", "One way to pay for a machine."));
    m.def("purchase_options",
          &ways_to_pay,
          py::kw_only(),
          "instance"_a,
          "region"_a,
          "provider"_a = "aws",
          "catalog"_a = py::none(),
          "charges"_a = py::none(),
          R"(All ways to pay for a machine through a plan, the cheapest first, unknown ones last.

Takes ``days``, ``hours_per_day``, ``checkpoint_minutes`` and the other settings of
:func:`flopwise.recommend`; catalog and charges as :func:`flopwise.bill` and it do.

Returns
-------
Table of PurchaseOption

Examples
--------
>>> import flopwise
>>> ways = flopwise.purchase_options(instance="g5.xlarge", region="us-east-1", days=365,
...                                  hours_per_day=8)
>>> [(way.purchase, round(way.total_usd, 2)) for way in ways[:2]]
[('spot', 1496.72), ('on_demand', 2937.52)])");
}

// ---- lost work ----------------------------------------------------------------------

static SpotHours
hours_on_spot(double work, double rate, double checkpoint_minutes, double restart_minutes) {
    constexpr double kMinutes = 60;
    const Recovery recovery{.checkpoint = Hours{checkpoint_minutes / kMinutes},
                            .restart = Hours{restart_minutes / kMinutes}};
    require_positive("work_hours", Hours{work});
    require_not_negative("interruptions_per_hour", rate);
    require_not_negative("checkpoint_minutes", recovery.checkpoint);
    require_not_negative("restart_minutes", recovery.restart);
    return spot_hours(Hours{work}, rate, recovery);
}

static void bind_spot(py::module_& m) {
    bind_record<SpotHours>(m, "SpotHours", "How long some work takes where it is interrupted.");
    m.def("interruptions_per_hour",
          &interruption_rate,
          py::kw_only(),
          "reclaimed_per_month"_a,
          "Interruptions of a machine that is reclaimed within a month with a probability in [0, "
          "1).\n\n"
          "Examples\n--------\n>>> import flopwise\n"
          ">>> round(flopwise.interruptions_per_hour(reclaimed_per_month=0.075), 6)\n0.000107");
    m.def("spot_hours",
          &hours_on_spot,
          py::kw_only(),
          "work_hours"_a,
          "interruptions_per_hour"_a,
          "checkpoint_minutes"_a = 5.0,
          "restart_minutes"_a = 10.0,
          R"(Wall time of some work on spot, with checkpoints at the best interval (Daly 2006).

Returns
-------
SpotHours

Examples
--------
>>> import flopwise
>>> hours = flopwise.spot_hours(work_hours=100, interruptions_per_hour=0.01)
>>> round(hours.expected_hours, 1), round(hours.hours_p90, 1)
(104.4, 108.0))");
}

// ---- owning -------------------------------------------------------------------------

static void bind_owning(py::module_& m) {
    bind_record<Ownership>(m, "Ownership", "A machine to buy and to run at home.");
    bind_record<OwningCost>(m, "OwningCost", "What owning costs, part by part.");
    bind_record<Sensitivity>(m, "Sensitivity", "How much a result follows one input.");
    m.def(
        "owning_cost",
        [](const py::kwargs& settings) {
            const Request r = with_settings({}, settings);
            return owning_cost(r.own, r.budget.hours_per_day);
        },
        R"(What owning a machine costs: ``own_price_usd``, ``hours_per_day`` and the other settings
of :func:`flopwise.recommend` about owning. Without ``own_watts``, energy is 0.

Returns
-------
OwningCost

Examples
--------
>>> import flopwise
>>> round(flopwise.owning_cost(own_price_usd=10_000, own_years=5).own_usd_per_day, 3)
5.479)");
    m.def(
        "break_even_use_hours_per_day",
        [](double rent, const py::kwargs& settings) {
            return break_even_use(with_settings({}, settings).own, UsdPerHour{rent});
        },
        "rent_usd_per_hour"_a,
        "Hours a day from which owning costs less than renting; None if above 24.\n\n"
        "Settings as :func:`owning_cost` takes them.");
    m.def(
        "break_even_years",
        [](double rent, const py::kwargs& settings) {
            const Request r = with_settings({}, settings);
            return break_even_time(r.own, r.budget.hours_per_day, UsdPerHour{rent});
        },
        "rent_usd_per_hour"_a,
        "Years until not renting has paid for the machine; None if longer than its life.\n\n"
        "Settings as :func:`owning_cost` takes them.");
}

// ---- regions ------------------------------------------------------------------------

static void bind_nearby(py::module_& m) {
    bind_rows(m, bind_record<Nearby>(m, "Nearby", "A region as seen from a place."));
    m.def(
        "nearby",
        [](const py::object& near, const py::object& catalog) {
            const Request r = with_settings({}, py::dict("near"_a = near));
            if (!r.constraints.near)
                throw ArgumentError{"near", "must be a place"};
            return table_of(nearby(catalog_of(catalog, r), *r.constraints.near));
        },
        "near"_a,
        "catalog"_a = py::none(),
        R"(The regions of a catalog, nearest first, with an estimate of the round trip.

``near`` is a country's code or (latitude, longitude) in degrees.

Returns
-------
Table of Nearby

Examples
--------
>>> import flopwise
>>> flopwise.nearby("vn", "aws-2020-04")[0].city
'Singapore')");
}

void bind_plan(py::module_& m) {
    bind_charges(m);
    bind_bill(m);
    bind_ways(m);
    bind_spot(m);
    bind_owning(m);
    bind_nearby(m);
}
