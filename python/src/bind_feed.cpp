#include "command/today.hpp"
#include "python.hpp"
#include "record.hpp"
#include "text/text.hpp"

using namespace flopwise;
using namespace flopwise::python;

// Price files and what becomes of their rows; what changed from one catalog to another.

// ---- options ------------------------------------------------------------------------

static Format format_of(const std::string& written) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < kFormats; ++i) {
        const auto format = static_cast<Format>(i);
        if (names.emplace_back(to_string(format)) == written)
            return format;
    }
    throw ArgumentError{"format",
                        fmt::format("must be {}, got {}{}",
                                    text::one_of(names),
                                    text::quoted(written),
                                    text::did_you_mean(written, names))};
}

static ImportOptions options_of(const std::string& format,
                                bool strict,
                                const std::optional<std::string>& provider,
                                const py::object& as_of,
                                const py::object& today,
                                double window_days) {
    const ImportOptions options{.format = format_of(format),
                                .strict = strict,
                                .provider = provider.value_or(""),
                                .as_of = day_of("as_of", as_of, {}),
                                .today = day_of("today", today, system_day()),
                                .window = Days{window_days}};
    require_positive("window_days", options.window);
    return options;
}

// ---- import -------------------------------------------------------------------------

/// "import_feed('prices.json', Catalog.bundled('aws'), strict=True)".
static std::string
expression_of(const std::string& file, const py::object& known, const ImportOptions& options) {
    const auto shown = [](const auto& value) { return python::text(py::repr(py::cast(value))); };
    const ImportOptions usual;
    std::string out = fmt::format("import_feed({}", shown(file));
    if (!known.is_none())
        out += fmt::format(", {}", python::text(py::repr(known)));
    const auto add = [&](const char* name, const auto& value, const auto& default_value) {
        if (!(value == default_value))
            out += fmt::format(", {}={}", name, shown(value));
    };
    add("format", options.format, usual.format);
    add("strict", options.strict, usual.strict);
    add("provider", options.provider, usual.provider);
    add("as_of", options.as_of, usual.as_of);
    add("today", options.today, system_day());
    add("window_days", options.window, usual.window);
    return out + ")";
}

/// An import as Python holds it, shown by the expression that made it.
static py::object
made_import(Import import, const py::object& known, const ImportOptions& options) {
    const std::string expression = expression_of(import.file, known, options);
    py::object out = py::cast(std::move(import));
    out.attr("_expression") = expression;
    return out;
}

static py::object
one_import(const std::filesystem::path& file, const py::object& known, const ImportOptions& how) {
    const Catalog names = catalog_of(known, {});
    return made_import(without_gil([&] { return import_feed(file, names, how); }), known, how);
}

static py::list several_imports(const std::vector<std::filesystem::path>& files,
                                const py::object& known,
                                const ImportOptions& how) {
    const Catalog names = catalog_of(known, {});
    auto imports = without_gil([&] { return import_feeds(files, names, how); });
    py::list out;
    for (Import& import : imports)
        out.append(made_import(std::move(import), known, how));
    return out;
}

/// What could be read of files, folders and patterns, and a table of what could not.
static py::tuple all_imports(const std::vector<std::filesystem::path>& paths,
                             const py::object& known,
                             const ImportOptions& how) {
    const Catalog names = catalog_of(known, {});
    Feeds feeds = without_gil([&] { return import_all(paths, names, how); });
    py::list out;
    for (Import& import : feeds.imports)
        out.append(made_import(std::move(import), known, how));
    return py::make_tuple(out, table_of(std::move(feeds.unreadable)));
}

/// Errors name the row of the table, counted from 0, in place of the line of the CSV it became.
static Catalog catalog_of_table(const std::string& csv,
                                const py::object& known,
                                const std::string& name,
                                const std::string& provider,
                                const py::object& as_of,
                                const py::object& today) {
    const ImportOptions how = options_of("table", true, provider, as_of, today, 7);
    const Catalog names = catalog_of(known, {});
    try {
        return without_gil([&] { return own_catalog(csv, names, how, name); });
    } catch (const InputError& e) {
        const auto& [file, line, field, byte] = e.where();
        const std::string row = line > 1 ? fmt::format("table[{}]", line - 2) : "table";
        throw ArgumentError{field.empty() ? row : fmt::format("{}.{}", row, field), e.reason()};
    }
}

/// The catalog, and tables of what was left out, what each file did, and what is set apart.
static py::tuple joined(const py::object& base, const py::list& imports, bool accept_outliers) {
    const auto before = base.is_none() ? std::nullopt : std::optional{catalog_of(base, {})};
    const auto rows = rows_of<Import>(imports);
    const JoinOptions how{.accept_outliers = accept_outliers};
    Joined out = without_gil([&] { return before ? join(*before, rows, how) : join(rows, how); });
    return py::make_tuple(made(out.catalog,
                               fmt::format("join({}, {}).catalog",
                                           python::text(py::repr(base)),
                                           python::text(py::repr(imports)))),
                          table_of(std::move(out.left_out)),
                          table_of(std::move(out.effects)),
                          table_of(std::move(out.outliers)));
}

// ---- binding ------------------------------------------------------------------------

static void bind_import(py::module_& m) {
    auto c = bind_record<Import>(m,
                                 "Import",
                                 "What a price file has, and what became of its rows.\n\n"
                                 "``rows`` is ``kept`` and ``rows_rejected`` and the sum of "
                                 "``skipped``. ``print()`` tells them.",
                                 py::dynamic_attr());
    const auto replace = [&c](const char* name, auto function) {
        c.attr(name) = py::cpp_function(function, py::name(name), py::is_method(c));
    };
    replace("__repr__", [](const py::object& self) {
        return py::hasattr(self, "_expression")
                   ? self.attr("_expression").cast<std::string>()
                   : short_repr("Import", shown_fields(self.cast<const Import&>()));
    });
    replace("__hash__", [](const Import& self) {
        return py::hash(py::make_tuple(self.file, self.tables.name, self.rows, self.kept));
    });
    c.def("__str__", [](const Import& self) { return to_text(self); });
}

static auto bind_effect(py::module_& m) {
    auto c = bind_record<ImportEffect>(
        m,
        "ImportEffect",
        "What a file did to the catalog: how many of its ``prices`` are in effect (``added``, "
        "``rose``, ``fell`` and ``unchanged``) and why not the others (``older``, ``overtaken``, "
        "``unplaced``), and what a whole list retired. ``print()`` tells it.");
    c.def_property_readonly("in_effect", &ImportEffect::in_effect);
    c.def("__str__", [](const ImportEffect& self) { return to_text(self); });
    return c;
}

constexpr const char* kImportFeed =
    R"(A price file of a provider or a community catalog (docs/feeds.md).

Parameters
----------
file : path
known : Catalog, str or path, optional
    Regions and accelerators whose names the rows use; the newest catalog in the package if absent.
format : str, optional
    ``"auto"`` recognises the file by its content, whatever its name.
strict : bool, optional
    Raise for the first row that is wrong, in place of setting it apart.
provider : str, optional
    Of a skypilot or gpuhunt file; without it, the known name within the file's own.
as_of : str or datetime.date, optional
    The day the file was made, if it does not say so; not after ``today``.
today : str or datetime.date, optional
    What is dated after the day after it is refused, and prices that begin later are skipped; the
    day of the system's clock if absent.
window_days : float, optional
    aws_spot_history: days of which the mean is taken, until the last entry of the file.

Returns
-------
Import

Raises
------
FlopwiseError
    If the file cannot be read, its format is another or not recognised, it ends early or is
    broken between rows; with ``file``, and ``line`` or ``byte``.)";

/// A function that reads one file or several, with the settings of both.
template <class Files, class Out>
static void def_import(py::module_& m,
                       const char* name,
                       const py::arg& files,
                       Out (*read)(const Files&, const py::object&, const ImportOptions&),
                       const char* doc) {
    m.def(
        name,
        [read](const Files& given,
               const py::object& known,
               const std::string& format,
               bool strict,
               const std::optional<std::string>& provider,
               const py::object& as_of,
               const py::object& today,
               double window_days) {
            return read(
                given, known, options_of(format, strict, provider, as_of, today, window_days));
        },
        files,
        "known"_a = py::none(),
        py::kw_only(),
        "format"_a = "auto",
        "strict"_a = false,
        "provider"_a = py::none(),
        "as_of"_a = py::none(),
        "today"_a = py::none(),
        "window_days"_a = ImportOptions{}.window.value(),
        doc);
}

static void bind_imports(py::module_& m) {
    def_import(m, "import_feed", "file"_a, &one_import, kImportFeed);
    def_import(
        m,
        "import_feeds",
        "files"_a,
        &several_imports,
        "Several price files as :func:`import_feed` reads one, in as many threads as there are\n"
        "processors.\n\n"
        "Returns\n-------\nlist of Import, in the order of the files\n\n"
        "Raises\n------\nFlopwiseError\n    The error of the first file that has one.");
    def_import(
        m,
        "import_all",
        "paths"_a,
        &all_imports,
        "Files, folders with all files below them, and patterns such as ``prices/*.csv``, each "
        "file\n"
        "as :func:`import_feed` reads one; a file that cannot be read stops no other.\n\n"
        "Returns\n-------\ntuple of a list of Import and a Table of Rejected, each file that could "
        "not be read\n\n"
        "Raises\n------\nFlopwiseError\n    For a path that means no file, and for a single file "
        "that is named and cannot be\n    read; with ``strict``, for the first that cannot.");
}

/// What makes catalogs of imports, and tells them apart.
static void bind_catalogs_of_imports(py::module_& m) {
    m.def("_own_catalog",
          &catalog_of_table,
          "csv"_a,
          "known"_a,
          "name"_a,
          "provider"_a,
          "as_of"_a,
          "today"_a);
    m.def("_join", &joined, "base"_a, "imports"_a, "accept_outliers"_a);
    m.def(
        "_diff",
        [](const py::object& before, const py::object& after) {
            const Catalog old = catalog_of(before, {});
            const Catalog fresh = catalog_of(after, {});
            return table_of(without_gil([&] { return diff(old, fresh); }));
        },
        "before"_a,
        "after"_a);
    m.def(
        "_changes_text",
        [](const Rows<PriceChange>& changes) { return to_text(*changes.records); },
        "changes"_a);
    m.def(
        "_changes_json",
        [](const Rows<PriceChange>& changes) { return to_json(*changes.records); },
        "changes"_a);
}

void bind_feed(py::module_& m) {
    bind_rows(m, bind_record<Offering>(m, "Offering", "Regions in which a machine can be rented."));
    bind_rows(m,
              bind_record<ReservedPrice>(
                  m, "ReservedPrice", "What a machine costs if it is reserved for years."));
    bind_rows(m,
              bind_record<InterruptionBand>(
                  m, "InterruptionBand", "Share of spot machines taken back in a month."));
    bind_rows(m, bind_record<Skipped>(m, "Skipped", "Rows of no use here, by reason."));
    bind_rows(m, bind_record<Rejected>(m, "Rejected", "A row that is wrong, and its place."));
    bind_rows(m,
              bind_record<PriceChange>(m, "PriceChange", "What happened to a price or a machine."));
    bind_rows(m, bind_effect(m));
    bind_import(m);
    bind_imports(m);
    bind_catalogs_of_imports(m);
}
