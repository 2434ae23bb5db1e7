// The type of a record's field as the stub of the module says it (tests/python/stub.py).

#pragma once

#include "casters.hpp"

namespace flopwise::python {

template <class T>
struct StubType {
    using Caster = py::detail::make_caster<T>;

    static std::string text() {
        if constexpr (std::is_same_v<T, bool>)
            return "bool";
        else if constexpr (std::is_integral_v<T>)
            return "int";
        else if constexpr (std::is_floating_point_v<T>)
            return "float";
        else if constexpr (std::is_base_of_v<py::detail::type_caster_generic, Caster>)
            return py::type::of<T>().attr("__name__").template cast<std::string>();
        else
            return Caster::name.text;
    }
};
template <class T>
struct StubType<std::optional<T>> {
    static std::string text() { return StubType<T>::text() + " | None"; }
};
template <class T>
struct StubType<std::vector<T>> {
    static std::string text() {
        if constexpr (Tabled<T>)
            return fmt::format("Table[{}]", StubType<T>::text());
        else if constexpr (requires {
                               typename py::detail::make_caster<std::vector<T>>::value_conv;
                           })
            return fmt::format("list[{}]", StubType<T>::text());
        else
            return py::detail::make_caster<std::vector<T>>::name.text; // a caster of its own
    }
};

} // namespace flopwise::python
