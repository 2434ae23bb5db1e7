#include "catalog/binary.hpp"
#include "catalog/image.hpp"
#include "catalog/offer_columns.hpp"
#include "python.hpp"
#include "recommend/sweep.hpp"
#include "record.hpp"
#include "text/seal.hpp"

using namespace flopwise;
using namespace flopwise::python;

static OfferRow row(const Catalog& catalog, std::size_t i) {
    const Offer o = catalog.offer(i);
    OfferRow out{.provider = o.instance.provider,
                 .instance = o.instance.name,
                 .family = o.instance.family,
                 .region = o.region.code,
                 .purchase = o.purchase,
                 .price = o.price,
                 .gpu = o.instance.gpu,
                 .gpu_count = o.instance.gpu_count,
                 .vcpus = o.instance.vcpus,
                 .memory = o.instance.memory,
                 .network = o.instance.network,
                 .offered = o.offered,
                 .retired = o.instance.retired,
                 .source = o.source.title,
                 .as_of = o.source.as_of};
    if (o.gpu != nullptr)
        out.gpu_memory = GiB{columns_of(catalog).gpu_memory_gib[columns_of(catalog).type[i]]};
    return out;
}

template <class Record>
static py::object table_of(std::span<const Record> rows) {
    return python::table_of(std::vector<Record>(rows.begin(), rows.end()));
}

static py::object offers(const Catalog& catalog) {
    std::vector<OfferRow> rows;
    for (std::size_t i = 0; i < catalog.size(); ++i)
        rows.push_back(row(catalog, i));
    return python::table_of(std::move(rows));
}

static py::object filtered(const Catalog& catalog, const py::kwargs& settings) {
    const Request request = with_settings({}, settings);
    std::vector<OfferRow> rows;
    for (const std::uint32_t i : without_gil([&] { return flopwise::filter(catalog, request); }))
        rows.push_back(row(catalog, i));
    return python::table_of(std::move(rows));
}

static std::optional<Refusal> why_not_offer(const Catalog& catalog,
                                            const std::string& instance,
                                            const std::string& region,
                                            Purchase purchase,
                                            const py::kwargs& settings) {
    const Request request = with_settings({}, settings);
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        if (o.instance.name == instance && o.region.code == region && o.purchase == purchase)
            return without_gil([&] { return why_not(catalog, request, i); });
    }
    throw ArgumentError{
        "instance",
        fmt::format("must have a price, got {} in {} ({})", instance, region, to_string(purchase))};
}

// ---- repr ---------------------------------------------------------------------------
// A catalog is shown by the expression that made it, which is kept beside it unless it is long.

py::object flopwise::python::made(const Catalog& catalog, const std::string& expression) {
    constexpr std::size_t kMost = 400;
    py::object out = py::cast(catalog);
    if (expression.size() <= kMost)
        out.attr("_expression") = expression;
    return out;
}

static std::string repr_of_catalog(const py::object& self) {
    const auto& catalog = self.cast<const Catalog&>();
    if (py::hasattr(self, "_expression"))
        return self.attr("_expression").cast<std::string>();
    return fmt::format("<Catalog {}: {} offers, prices until {}>",
                       catalog.name(),
                       catalog.size(),
                       to_string(catalog.as_of()));
}

static std::string text(const py::object& value) {
    return py::repr(value).cast<std::string>();
}

template <class Record>
static std::string list_text(const std::vector<Record>& rows) {
    py::list out;
    for (const Record& row : rows)
        out.append(row);
    return text(out);
}

static py::object bundled_catalog(const std::optional<std::string>& name) {
    const Catalog catalog = catalog_of(py::cast(name.value_or("")), {});
    return made(catalog, fmt::format("Catalog.bundled({})", text(py::cast(catalog.name()))));
}

static py::object
with_prices(const py::object& self, const py::object& prices, const py::object& sources) {
    const auto rows = rows_of<Price>(prices);
    const auto origins = rows_of<Source>(sources);
    const auto& catalog = self.cast<const Catalog&>();
    return made(
        without_gil([&] { return catalog.with_prices(rows, origins); }),
        fmt::format("{}.with_prices({}, {})", text(self), list_text(rows), list_text(origins)));
}

static py::object merged(const py::object& self, const py::object& other) {
    const auto& catalog = self.cast<const Catalog&>();
    const auto& added = other.cast<const Catalog&>();
    return made(without_gil([&] { return catalog.merged(added); }),
                fmt::format("{}.merged({})", text(self), text(other)));
}

static Catalog read(const py::object& files) {
    if (py::isinstance<py::str>(files) || py::hasattr(files, "__fspath__")) {
        const auto file = files.cast<std::filesystem::path>();
        return without_gil([&file] { return Catalog::read(file); });
    }
    if (!py::hasattr(files, "__iter__"))
        throw py::type_error("files: must be a path or several");
    std::vector<std::filesystem::path> several;
    for (const py::handle file : files)
        several.push_back(file.cast<std::filesystem::path>());
    return without_gil(
        [&several] { return Catalog::read(std::span<const std::filesystem::path>{several}); });
}

static py::object catalog_of_files(const py::object& files) {
    const auto shown = [](py::handle path) { // as text, which every Python can evaluate
        return text(py::hasattr(path, "__fspath__") ? path.attr("__fspath__")()
                                                    : py::reinterpret_borrow<py::object>(path));
    };
    const Catalog catalog = read(files);
    if (py::isinstance<py::str>(files) || py::hasattr(files, "__fspath__"))
        return made(catalog, fmt::format("Catalog.read({})", shown(files)));
    std::vector<std::string> paths;
    for (const py::handle path : files)
        paths.push_back(shown(path));
    return made(catalog, fmt::format("Catalog.read([{}])", fmt::join(paths, ", ")));
}

static py::object parse_text(const std::string& yaml, const std::string& name) {
    const Catalog catalog = without_gil([&] { return Catalog::parse(yaml, name); });
    return made(catalog,
                fmt::format("Catalog.parse({}, {})", text(py::str(yaml)), text(py::str(name))));
}

static py::list bundled_names() {
    py::list out;
    for (const std::string_view name : Catalog::bundled_names())
        out.append(name);
    return out;
}

static py::object pickled(const py::object& self) {
    const py::bytes image{CatalogBinary::write(self.cast<const Catalog&>())};
    return reduced(self, py::dict("build"_a = build_name(), "image"_a = image));
}

static Catalog unpickled(std::string_view by, const py::bytes& image) {
    if (by != build_name())
        throw ArgumentError{"catalog", "must be unpickled by the version that pickled it"};
    return CatalogBinary::checked(std::string_view{image});
}

static py::bytes unsealed_bytes(const py::object& bytes) {
    const auto whole = py::isinstance<py::bytes>(bytes)
                           ? unsealed(std::string_view{bytes.cast<py::bytes>()})
                           : std::nullopt;
    if (!whole)
        throw ArgumentError{"pickle", "must be as it was written, is damaged"};
    return py::bytes{whole->data(), whole->size()};
}

static void bind_tables(py::class_<Catalog>& c) {
    c.def_property_readonly(
         "gpus",
         [](const Catalog& self) { return table_of(self.gpus()); },
         "Table of :class:`Gpu`.")
        .def_property_readonly(
            "families",
            [](const Catalog& self) { return table_of(self.families()); },
            "Table of :class:`Family`.")
        .def_property_readonly(
            "instances",
            [](const Catalog& self) { return table_of(self.instances()); },
            "Table of :class:`Instance`.")
        .def_property_readonly(
            "regions",
            [](const Catalog& self) { return table_of(self.regions()); },
            "Table of :class:`Region`.")
        .def_property_readonly(
            "sources",
            [](const Catalog& self) { return table_of(self.sources()); },
            "Table of :class:`Source`.")
        .def_property_readonly(
            "superseded",
            [](const Catalog& self) { return table_of(self.superseded()); },
            "Table of :class:`Price`: prices that the source of another row contradicts.")
        .def_property_readonly(
            "explained",
            [](const Catalog& self) { return table_of(self.explained()); },
            "Table of :class:`Explanation`: why some of what :meth:`check` finds is as it should\n"
            "be.")
        .def_property_readonly("offers", &offers, "Table of :class:`Offer`: one row a price.");
}

using CatalogClass = py::class_<Catalog>;

/// Where catalogs come from.
static void bind_making(CatalogClass& c) {
    c.def_static("bundled",
                 &bundled_catalog,
                 "name"_a = py::none(),
                 "The newest catalog in the package, or the one of that name.\n\n"
                 "Raises\n------\nFlopwiseError\n    If there is none of that name.")
        .def_static("bundled_names", &bundled_names, "Names of the bundled catalogs, newest first.")
        .def_static("read",
                    &catalog_of_files,
                    "files"_a,
                    "A catalog from one YAML file or several (docs/catalog.md).\n\n"
                    "Raises\n------\nFlopwiseError\n"
                    "    With ``file``, ``line`` and ``field`` for what is wrong in a file.\n"
                    "FileNotFoundError\n    If a file is not there (a FlopwiseError too).")
        .def_static("parse",
                    &parse_text,
                    "yaml"_a,
                    "name"_a = "text",
                    "The same from the text of a file, which messages call ``name``.")
        .def_static(
            "from_table",
            [](const py::object& table, const py::kwargs& settings) {
                return py::module_::import("flopwise._own").attr("from_table")(table, **settings);
            },
            "table"_a,
            R"(A catalog of just the machines of a table.

Parameters
----------
table : mapping of columns, list of mappings, or data frame
    Of pandas or polars, an Arrow table, or what has ``__arrow_c_stream__``. Each row is a price,
    in the columns of docs/feeds.md: ``instance`` (or ``name``), ``vcpus``, ``memory_gib``,
    ``gpu``, ``gpu_count``, ``region``, ``price_usd_per_hour``, ``purchase``, ``date`` and so on.
    None, NaN and an empty text are not known.
name : str, optional
    Of the catalog: ``"own"``.
provider : str, optional
    Of rows that name none: ``"own"``.
as_of : str or datetime.date, optional
    The day of prices that have none.
today : str or datetime.date, optional
    As of :func:`flopwise.import_feed`.
known : Catalog, str or path, optional
    Whose GPUs, and places of regions, the table uses; the newest in the package if absent.

Raises
------
FlopwiseError
    For the first value that is wrong, with row and column: ``table[3].gpu``.

Examples
--------
>>> import flopwise
>>> mine = flopwise.Catalog.from_table([
...     {"name": "box-8", "vcpus": 96, "memory_gib": 1024, "gpu": "H100", "gpu_count": 8,
...      "region": "oslo", "price_usd_per_hour": 15.5},
... ], as_of="2026-11-01", today="2026-11-02")
>>> [(offer.instance, offer.price_usd_per_hour) for offer in mine.filter(provider="own")]
[('box-8', 15.5)])");
}

/// What is asked of all of it.
static void bind_asking(CatalogClass& c) {
    c.def_property_readonly("name", &Catalog::name)
        .def_property_readonly("as_of", &Catalog::as_of, "Day of the newest prices, as text.")
        .def_property_readonly(
            "rates",
            &Catalog::rates,
            "Charges, reserved rates and interruptions of its file, as the text of a file of\n"
            "charges; they count over the bundled ones.")
        .def("__len__", &Catalog::size, "Number of offers.")
        .def("filter",
             &filtered,
             "Offers that qualify for a request with these settings, as a Table in the order\n"
             "of the catalog. Takes the keyword arguments of :func:`flopwise.recommend`.")
        .def("why_not",
             &why_not_offer,
             "instance"_a,
             "region"_a,
             "purchase"_a = Purchase::on_demand,
             "Why one offer does not qualify for a request with these settings; None if it\n"
             "does.\n\nRaises\n------\nFlopwiseError\n    If the catalog has no such offer.")
        .def_property_readonly(
            "providers",
            [](const Catalog& self) {
                const auto names = self.providers();
                return std::vector<std::string>(names.begin(), names.end());
            },
            "Names of the providers whose machines it has, in order of the alphabet.");
}

/// Rows by name.
static void bind_finding(CatalogClass& c) {
    c.def(
         "find_instance",
         [](const Catalog& self, const std::string& provider, const std::string& name) {
             const Instance* found = self.find_instance(provider, name);
             return found == nullptr ? std::nullopt : std::optional{*found};
         },
         "provider"_a,
         "name"_a,
         "The machine type of that name; None if there is none.")
        .def(
            "find_region",
            [](const Catalog& self, const std::string& provider, const std::string& code) {
                const Region* found = self.find_region(provider, code);
                return found == nullptr ? std::nullopt : std::optional{*found};
            },
            "provider"_a,
            "code"_a,
            "The region of that code; None if there is none.")
        .def(
            "find_gpu",
            [](const Catalog& self, const std::string& name) -> std::optional<Gpu> {
                const Gpu* gpu = self.find_gpu(name);
                return gpu == nullptr ? std::nullopt : std::optional{*gpu};
            },
            "name"_a,
            "The accelerator of that name or alias, in any case; None if there is none.")
        .def(
            "find_gpus",
            [](const Catalog& self, const std::string& name) {
                py::list out;
                for (const Gpu* gpu : self.find_gpus(name))
                    out.append(py::cast(*gpu));
                return out;
            },
            "name"_a,
            R"(All accelerators that a name may mean: ``"A100"`` has both memories, on SXM and PCIe.

>>> from flopwise import Catalog
>>> [gpu.name for gpu in Catalog.bundled().find_gpus("NVIDIA A100-SXM4-80GB")]
['nvidia-a100-sxm4-80gb'])");
}

/// Other catalogs made of it, and what is wrong with it.
static void bind_changing(CatalogClass& c) {
    c.def("with_prices",
          &with_prices,
          "prices"_a,
          "sources"_a = py::tuple(),
          "This catalog with some :class:`Price` records (and their sources) added or\n"
          "replaced.")
        .def("merged",
             &merged,
             "other"_a,
             "This catalog with the rows of another added; where both have one, the other's.")
        .def(
            "check",
            [](const Catalog& self) {
                return python::table_of(without_gil([&self] { return lint(self); }));
            },
            "Rows that look wrong, as a Table of :class:`Finding`; ``why`` is empty unless the\n"
            "catalog explains the finding.");
}

/// Files and texts.
static void bind_writing(CatalogClass& c) {
    c.def(
         "to_yaml",
         [](const Catalog& self) { return to_yaml(self); },
         "The catalog as YAML that :meth:`read` reads back into an equal one.")
        .def(
            "to_csv",
            [](const Catalog& self, const py::object& path) {
                return py::module_::import("flopwise._table").attr("_written")(to_csv(self), path);
            },
            "path"_a = py::none(),
            "All prices as CSV, by provider, instance, region and purchase; with a path in a "
            "file,\n"
            "which appears whole or not at all.")
        .def(
            "to_parquet",
            [](const Catalog& self, const py::object& path) {
                offers(self).attr("to_parquet")(path);
            },
            "path"_a,
            "Writes ``offers`` as a Parquet file; needs pyarrow or polars.")
        .def(
            "to_json",
            [](const Catalog& self) { return to_json(self); },
            "The same rows as a JSON list; null is what is not known.");
}

/// It is a value: compared, copied, pickled.
static void bind_value(CatalogClass& c) {
    c.def("__eq__",
          [](const Catalog& self, const py::object& other) -> py::object {
              if (!py::isinstance<Catalog>(other))
                  return py::reinterpret_borrow<py::object>(Py_NotImplemented);
              return py::bool_(self == other.cast<const Catalog&>());
          })
        .def("__repr__", &repr_of_catalog)
        .def("__hash__",
             [](const Catalog& self) { return py::hash(py::make_tuple(self.name(), self.size())); })
        .def("__copy__", [](const py::object& self) { return self; })
        .def("__deepcopy__", [](const py::object& self, const py::object&) { return self; })
        .def("__reduce__", &pickled)
        .def_static("_unpickled", &unpickled, "build"_a, "image"_a);
}

static void bind_class(py::module_& m) {
    CatalogClass c(m, "Catalog", py::dynamic_attr(), R"(Machines, regions and prices; immutable.

Made by :meth:`bundled` or :meth:`read`. Every figure has a source and a date.

Examples
--------
>>> import flopwise
>>> then = flopwise.Catalog.bundled("aws-2020-04")
>>> then.find_gpu("Tesla V100").memory_gib
16.0
>>> [offer.instance for offer in then.filter(gpu="K80", region="us-east-1")]
['p2.16xlarge', 'p2.8xlarge', 'p2.xlarge'])");
    bind_making(c);
    bind_asking(c);
    bind_finding(c);
    bind_changing(c);
    bind_writing(c);
    bind_value(c);
    bind_tables(c);
    m.def(
        "_sealed",
        [](const py::bytes& content) { return py::bytes{sealed(std::string_view{content})}; },
        "content"_a);
    m.def("_unsealed", &unsealed_bytes, "content"_a);
}

void bind_catalog(py::module_& m) {
    const auto source = bind_record<Source>(m, "Source", "Who says so, and when.");
    const auto gpu = bind_record<Gpu>(
        m, "Gpu", "One accelerator as a cloud counts it; rates are peak and dense.");
    const auto family = bind_record<Family>(m, "Family", "Machines sold under one name.");
    const auto instance = bind_record<Instance>(m, "Instance", "A machine type.");
    const auto region = bind_record<Region>(m, "Region", "A place where machines are rented.");
    const auto price = bind_record<Price>(m, "Price", "What a machine costs for an hour.");
    const auto offer = bind_record<OfferRow>(m, "Offer", "A machine in a region at a price.");
    const auto finding = bind_record<Finding>(m, "Finding", "A row that looks wrong.");
    const auto explanation =
        bind_record<Explanation>(m, "Explanation", "Why what is found is as it should be.");
    bind_rows(m, source);
    bind_rows(m, gpu);
    bind_rows(m, family);
    bind_rows(m, instance);
    bind_rows(m, region);
    bind_rows(m, price);
    bind_rows(m, offer);
    bind_rows(m, finding);
    bind_rows(m, explanation);
    bind_class(m);
}
