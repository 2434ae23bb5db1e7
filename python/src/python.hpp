// What the files that bind share beside the casters.

#pragma once

#include "casters.hpp"

namespace flopwise::python {

/// A request with settings given as keyword arguments; None counts as not given.
Request with_settings(Request request, const py::dict& settings);

/// The settings that differ from their defaults, as Python values.
py::dict settings_of(const Request& request);

/// A catalog as Python writes it: a Catalog, the name of a bundled one, a path, or None for the
/// one that the request names. Bundled catalogs are kept, so that each is unpacked once.
Catalog catalog_of(const py::object& written, const Request& request);

/// A day as text, a date of Python, NumPy or pandas; `otherwise` for None.
Date day_of(const char* name, py::handle written, Date otherwise);

/// A catalog as Python holds it, shown by the expression that made it.
py::object made(const Catalog& catalog, const std::string& expression);

/// Charges as Python writes them: Charges, one path or several, or None for those
/// that the request names, or if it names none, the bundled ones.
Charges charges_of(const py::object& written, const Request& request);

/// What `__reduce__` returns for an object that is made again from these arguments.
inline py::object reduced(const py::object& self, const py::dict& arguments) {
    return py::module_::import("flopwise._pickle").attr("reduced")(self, arguments);
}

/// Lets no protocol pickle the objects of a class: 0 and 1 would, and what they make is empty.
template <class Class>
void never_pickled(Class& c) {
    c.def("__reduce__", [](const py::object& self) -> py::object {
        throw py::type_error(
            fmt::format("cannot pickle {} object",
                        py::repr(py::type::of(self).attr("__name__")).cast<std::string>()));
    });
}

/// Lets no object be asked that `__new__` made and no constructor filled: a TypeError says so.
inline void never_empty(py::handle type) {
    auto* info = py::detail::get_type_info(reinterpret_cast<PyTypeObject*>(type.ptr()));
    // What pybind11 calls for the memory of an object that is asked and has none yet.
    info->operator_new = [](std::size_t) -> void* {
        throw py::type_error("must be made by its class, is empty");
    };
}

/// Calls `work` without the GIL.
template <class Work>
auto without_gil(Work work) {
    const py::gil_scoped_release released;
    return work();
}

} // namespace flopwise::python
