#include "command/command.hpp"
#include "python.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise::python {

// ---- errors -------------------------------------------------------------------------

static py::object exception(const char* name, const py::tuple& bases, const char* doc) {
    const auto type = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyType_Type));
    py::dict body;
    body["__module__"] = "flopwise";
    body["__doc__"] = doc;
    body["field"] = "";
    body["file"] = "";
    body["line"] = 0;
    body["byte"] = 0;
    return type(name, bases, body);
}

/// Of what was read, a line is known: then it is the name of a text.
static bool is_missing(const Where& where) {
    std::error_code ignored;
    return !where.file.empty() && where.line == 0 && where.byte == 0 &&
           where.file != "standard output" && !std::filesystem::exists(where.file, ignored);
}

/// A keyword argument that is no setting.
struct UnknownSetting : Error {
    using Error::Error;
};

/// Raises an Error as FlopwiseError, or as the one of its kinds that it is.
static void raise(const Error& error) {
    const auto core = py::module_::import("flopwise._core");
    const Where& where = error.where();
    const bool unknown = dynamic_cast<const UnknownSetting*>(&error) != nullptr;
    const py::object type = core.attr(unknown             ? "UnknownSettingError"
                                      : is_missing(where) ? "MissingFileError"
                                                          : "FlopwiseError");
    const py::object instance = type(error.what());
    instance.attr("field") = text::printable(where.field);
    instance.attr("file") =
        text::not_utf8(where.file) == std::string::npos ? where.file : text::printable(where.file);
    instance.attr("line") = where.line;
    instance.attr("byte") = where.byte;
    PyErr_SetObject(type.ptr(), instance.ptr());
}

// ---- settings -----------------------------------------------------------------------

/// A scalar of NumPy, pandas or Arrow as Python's own.
static py::object plain(py::handle value) {
    auto own = py::reinterpret_borrow<py::object>(value);
    if (!py::hasattr(value, "dtype") || !py::hasattr(value, "item") ||
        !py::hasattr(value, "ndim") || value.attr("ndim").cast<int>() != 0)
        return own;
    const auto kind = own.attr("dtype").attr("kind").cast<std::string>();
    if (kind == "M") // of nanoseconds, item() would be a number
        return own.attr("astype")("datetime64[D]").attr("__str__")();
    if (kind == "m")
        return own.attr("astype")("timedelta64[us]").attr("item")();
    return own.attr("item")();
}

/// A day as text; of a moment, the day that it names. Empty for what is none.
static std::optional<std::string> day_text(py::handle value) {
    const auto datetime = py::module_::import("datetime");
    constexpr std::size_t kDay = 10; // 2026-07-20
    if (py::isinstance(value, datetime.attr("date")))
        return value.attr("isoformat")().cast<std::string>().substr(0, kDay);
    return std::nullopt;
}

constexpr double kSecondsPerHour = 3600;

[[noreturn]] static void refuse_type(const std::string& key, py::handle value) {
    const auto type = py::type::handle_of(value).attr("__name__").cast<std::string>();
    throw py::type_error(
        fmt::format("{}: must be text, a number, a date or a list of these, got {}", key, type));
}

static std::string text_of(const std::string& key, py::handle written) {
    const py::object value = plain(written);
    if (py::isinstance<py::bool_>(value))
        return value.cast<bool>() ? "true" : "false";
    if (py::isinstance<py::float_>(value))
        return fmt::format("{}", value.cast<double>());
    if (py::isinstance<py::str>(value))
        return value.cast<std::string>();
    if (py::isinstance<py::int_>(value))
        return py::str(value).cast<std::string>();
    if (py::hasattr(value, "__fspath__"))
        return py::str(value.attr("__fspath__")()).cast<std::string>();
    if (const auto day = day_text(value))
        return *day;
    if (py::isinstance(value, py::module_::import("datetime").attr("timedelta")))
        return fmt::format("{}h", value.attr("total_seconds")().cast<double>() / kSecondsPerHour);
    if (py::hasattr(value, "__float__") && !py::hasattr(value, "__len__"))
        return fmt::format("{}", py::float_(value).cast<double>());
    refuse_type(key, value);
}

/// The texts that a flag or a request file would have given.
static std::vector<std::string> texts_of(const std::string& key, const py::object& written) {
    const py::object value = plain(written);
    if (py::isinstance<py::bytes>(value))
        refuse_type(key, value);
    std::vector<std::string> out;
    if (py::isinstance<py::dict>(value) || py::hasattr(value, "items")) {
        for (const py::handle item : value.attr("items")()) {
            const auto pair = item.cast<py::tuple>();
            out.push_back(text_of(key, pair[0]) + "=" + text_of(key, pair[1]));
        }
    } else if (!py::isinstance<py::str>(value) && py::hasattr(value, "__iter__")) {
        for (const py::handle item : value)
            out.push_back(text_of(key, item));
    } else {
        return {text_of(key, value)};
    }
    if (out.empty())
        throw ArgumentError{key, "must have a value, got nothing"};
    return out;
}

static void require_setting(const std::string& key) {
    if (find_setting(key) != nullptr)
        return;
    try {
        Request none;
        set(none, key, {}); // says what may be meant
    } catch (const Error& error) {
        throw UnknownSetting{error.where(), error.reason()};
    }
}

Date day_of(const char* name, py::handle written, Date otherwise) {
    if (written.is_none())
        return otherwise;
    const py::object value = plain(written);
    const std::string day = day_text(value).value_or(py::str(value).cast<std::string>());
    const auto date = date_of(day);
    if (!date)
        throw ArgumentError{
            name, fmt::format("must be a date such as 2026-07-20, got {}", text::quoted(day))};
    return *date;
}

Request with_settings(Request request, const py::dict& settings) {
    for (const auto& [name, value] : settings) {
        const auto key = name.cast<std::string>();
        require_setting(key);
        if (value.is_none())
            continue;
        request.origin.erase(key); // from here on it is not written in a file
        set(request, key, texts_of(key, py::reinterpret_borrow<py::object>(value)));
    }
    read_files(request);
    return request;
}

/// The request with some settings changed; one that is None is taken back.
static Request replaced(const Request& request, const py::kwargs& changes) {
    py::dict settings = settings_of(request);
    bool taken_back = false;
    for (const auto& [key, value] : changes)
        if (value.is_none() && settings.contains(key)) {
            settings.attr("pop")(key);
            taken_back = true;
        }
    return with_settings(taken_back ? with_settings({}, settings) : request, changes);
}

/// Weights as {"cost": 0.5}; everything else as pybind11 has it.
static py::object shown(const Value& value) {
    if (const auto* pairs = std::get_if<std::vector<std::pair<std::string, double>>>(&value)) {
        py::dict out;
        for (const auto& [name, number] : *pairs)
            if (number != 0)
                out[py::cast(name)] = number;
        return out;
    }
    if (const auto* number = std::get_if<double>(&value); number != nullptr)
        if (*number == std::floor(*number) && std::abs(*number) < 9e15)
            return py::int_(static_cast<std::int64_t>(*number));
    return std::visit([](const auto& v) { return py::object{py::cast(v)}; }, value);
}

py::dict settings_of(const Request& request) {
    py::dict out;
    for (const Setting& setting : settings())
        if (const Value value = setting.get(request);
            !std::holds_alternative<std::monostate>(value))
            out[py::cast(setting.key)] = shown(value);
    return out;
}

// ---- catalogs by name ---------------------------------------------------------------

/// Kept for the life of the process, like the module itself. Needs the GIL.
static const Catalog& bundled(const std::string& name) {
    static auto* kept = new std::map<std::string, Catalog>; // never destroyed: threads may live on
    const auto found = kept->find(name);
    return found != kept->end() ? found->second
                                : kept->emplace(name, Catalog::bundled(name)).first->second;
}

Catalog catalog_of(const py::object& written, const Request& request) {
    if (py::isinstance<Catalog>(written))
        return written.cast<Catalog>();
    const std::string name = written.is_none() ? request.catalog : text_of("catalog", written);
    const auto names = Catalog::bundled_names();
    if (name.empty())
        return catalog_for(request, bundled(name));
    if (std::find(names.begin(), names.end(), name) != names.end())
        return bundled(name);
    Request asked = request;
    asked.catalog = name;
    if (!written.is_none())
        asked.origin.erase("catalog");
    return without_gil([&asked] { return flopwise::catalog_of(asked); });
}

Charges charges_of(const py::object& written, const Request& request) {
    if (py::isinstance<Charges>(written))
        return written.cast<Charges>();
    const Request asked = with_settings(request, py::dict("charges"_a = written));
    if (asked.charges.empty())
        return Charges::bundled();
    return without_gil([&asked] { return flopwise::charges_of(asked); });
}

static py::dict table_of_settings() {
    py::dict out;
    for (const Setting& s : settings())
        out[py::cast(s.key)] = py::make_tuple(s.flag, s.group, s.value, s.help);
    return out;
}

static std::string repr(const Request& request) {
    std::string out;
    for (const auto& [key, value] : settings_of(request))
        out += fmt::format("{}{}={}",
                           out.empty() ? "" : ", ",
                           key.cast<std::string>(),
                           py::repr(value).cast<std::string>());
    return fmt::format("Request({})", out);
}

} // namespace flopwise::python

using namespace flopwise;
using namespace flopwise::python;

void bind_errors(py::module_& m) {
    const py::object base = exception(
        "FlopwiseError",
        py::make_tuple(py::reinterpret_borrow<py::object>(PyExc_ValueError)),
        "A value is outside its range, names what is not there, or stands wrong in a file.\n\n"
        "Attributes\n----------\n"
        "field : str\n    The setting or the path of the field, such as ``days``; may be empty.\n"
        "file : str\n    The file it stands in; empty for an argument.\n"
        "line : int\n    The line in the file, from 1; 0 if there is none.\n"
        "byte : int\n    The byte in a JSON file, from 1; 0 if there is none.");
    m.attr("FlopwiseError") = base;
    m.attr("MissingFileError") =
        exception("MissingFileError",
                  py::make_tuple(base, py::reinterpret_borrow<py::object>(PyExc_FileNotFoundError)),
                  "A file that was named is not there.");
    m.attr("UnknownSettingError") =
        exception("UnknownSettingError",
                  py::make_tuple(base, py::reinterpret_borrow<py::object>(PyExc_TypeError)),
                  "A keyword argument is no setting.");
    py::register_local_exception_translator([](std::exception_ptr thrown) {
        try {
            if (thrown)
                std::rethrow_exception(thrown);
        } catch (const Error& error) {
            raise(error);
        } catch (const py::cast_error& error) {
            PyErr_SetString(PyExc_TypeError, error.what());
        }
    });
}

void bind_request(py::module_& m) {
    m.def("settings", &table_of_settings, "Flag, group, placeholder and help of each setting.");
    py::class_<Request> request(m, "Request", "A question for :func:`flopwise.recommend`.");
    request.def(py::init([](const py::kwargs& given) { return with_settings({}, given); }))
        .def_static(
            "read",
            [](const std::filesystem::path& file) {
                return without_gil([&file] {
                    Request request = read_request(file);
                    read_files(request);
                    return request;
                });
            },
            "file"_a)
        .def_static("parse", &parse_request, "yaml"_a, "name"_a = "text")
        .def("replace", &replaced)
        .def("to_dict", &settings_of)
        .def("__eq__",
             [](const Request& self, const py::object& other) -> py::object {
                 if (!py::isinstance<Request>(other))
                     return py::reinterpret_borrow<py::object>(Py_NotImplemented);
                 return py::bool_(
                     settings_of(self).equal(settings_of(other.cast<const Request&>())));
             })
        .def("__hash__", [](const Request& self) { return py::hash(py::cast(repr(self))); })
        .def("__repr__", &repr)
        .def("__copy__", [](const py::object& self) { return self; })
        .def("__deepcopy__", [](const py::object& self, const py::object&) { return self; })
        .def("__reduce__", [](const py::object& self) {
            return reduced(self, settings_of(self.cast<const Request&>()));
        });
    for (const Setting& s : settings())
        request.def_property_readonly(
            std::string{s.key}.c_str(),
            [&s](const Request& self) { return shown(s.get(self)); },
            std::string{s.help}.c_str());
}
