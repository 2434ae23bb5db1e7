// How values cross between C++ and Python; included first by every file here, it brings Python.h.
//
// A quantity crosses as a float, so its unit stands in the name of the argument or attribute
// that carries it: budget_usd, price_usd_per_hour. An enumerator and a date cross as text.

#pragma once

#include <flopwise/flopwise.hpp>

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

namespace py = pybind11;
using namespace py::literals;

namespace flopwise::python {

/// An enumeration with names.
template <class E>
concept Named = (kEnumerators<E> > 0);

/// The class flopwise.Table, around the rows of one type.
template <class Record>
py::object table_of(std::vector<Record> rows);
/// The rows of a flopwise.Table, or of any iterable of records.
template <class Record>
std::vector<Record> rows_of(py::handle source);

struct HistoryRow;

/// A record of which Python holds tables.
template <class T>
concept Tabled = std::is_same_v<T, Choice> || std::is_same_v<T, FamilyChoice> ||
    std::is_same_v<T, Refusal> || std::is_same_v<T, Unpriced> ||
    std::is_same_v<T, PurchaseOption> || std::is_same_v<T, Nearby> || std::is_same_v<T, LineItem> ||
    std::is_same_v<T, Model> || std::is_same_v<T, FrontPoint> || std::is_same_v<T, GpuMatch> ||
    std::is_same_v<T, AnswerChange> || std::is_same_v<T, FirmChoice> || std::is_same_v<T, Flip> ||
    std::is_same_v<T, WhatIfCell> || std::is_same_v<T, HistoryRow> || std::is_same_v<T, GpuPrice> ||
    std::is_same_v<T, Factor> || std::is_same_v<T, Source> || std::is_same_v<T, Family> ||
    std::is_same_v<T, Instance> || std::is_same_v<T, Offering> || std::is_same_v<T, Price> ||
    std::is_same_v<T, ReservedPrice> || std::is_same_v<T, InterruptionBand> ||
    std::is_same_v<T, Skipped> || std::is_same_v<T, ImportEffect> || std::is_same_v<T, Rejected>;

} // namespace flopwise::python

template <class Unit>
struct py::detail::type_caster<flopwise::Quantity<Unit>> {
    PYBIND11_TYPE_CASTER(flopwise::Quantity<Unit>, const_name("float"));

    bool load(handle source, bool convert) {
        make_caster<double> number;
        if (!number.load(source, convert))
            return false;
        value = flopwise::Quantity<Unit>{cast_op<double>(number)};
        return true;
    }
    static handle cast(flopwise::Quantity<Unit> q, return_value_policy, handle) {
        return PyFloat_FromDouble(q.value());
    }
};

template <flopwise::python::Named E> // no pybind11 enumeration, but the text of its name
struct py::detail::type_caster_enum_type_enabled<E> : std::false_type {};

template <flopwise::python::Named E>
struct py::detail::type_caster<E> {
    PYBIND11_TYPE_CASTER(E, const_name("str"));

    bool load(handle source, bool convert) {
        make_caster<std::string> text;
        if (!text.load(source, convert))
            return false;
        const auto named = flopwise::from_name<E>(static_cast<std::string&>(text));
        value = named.value_or(E{});
        return named.has_value();
    }
    static handle cast(E e, return_value_policy, handle) {
        return py::cast(to_string(e)).release();
    }
};

template <>
struct py::detail::type_caster<flopwise::Date> {
    PYBIND11_TYPE_CASTER(flopwise::Date, const_name("str"));

    bool load(handle source, bool convert) {
        make_caster<std::string> text;
        if (!text.load(source, convert))
            return false;
        const auto date = flopwise::date_of(static_cast<std::string&>(text));
        value = date.value_or(flopwise::Date{});
        return date.has_value() || static_cast<std::string&>(text) == to_string(flopwise::Date{});
    }
    static handle cast(flopwise::Date d, return_value_policy, handle) {
        return py::cast(to_string(d)).release();
    }
};

/// {"oldest": "2024", "newest": "2026-07-20", "undated": False}; None for what is not known.
template <>
struct py::detail::type_caster<flopwise::DateRange> {
    PYBIND11_TYPE_CASTER(flopwise::DateRange, const_name("dict[str, str | bool | None]"));

    bool load(handle source, bool /*convert*/) {
        if (!isinstance<py::dict>(source))
            return false;
        const auto dates = reinterpret_borrow<py::dict>(source);
        const auto date = [&dates](const char* key) {
            const object given = dates[key];
            return given.is_none() ? flopwise::Date{} : given.cast<flopwise::Date>();
        };
        value = {.oldest = date("oldest"),
                 .newest = date("newest"),
                 .undated = dates["undated"].cast<bool>()};
        return dates.size() == 3;
    }
    static handle cast(const flopwise::DateRange& dates, return_value_policy, handle) {
        const auto date = [](flopwise::Date d) -> object {
            return d.year == 0 ? object{none()} : py::cast(d);
        };
        return py::dict("oldest"_a = date(dates.oldest),
                        "newest"_a = date(dates.newest),
                        "undated"_a = dates.undated)
            .release();
    }
};

/// Figures by criterion: {"cost": -0.17, ...}.
template <>
struct py::detail::type_caster<std::array<double, flopwise::kCriteria>> {
    using Figures = std::array<double, flopwise::kCriteria>;
    PYBIND11_TYPE_CASTER(Figures, const_name("dict[str, float]"));

    static std::string_view criterion(std::size_t i) {
        return to_string(static_cast<flopwise::Criterion>(i));
    }
    bool load(handle source, bool /*convert*/) {
        if (!isinstance<py::dict>(source))
            return false;
        const auto figures = reinterpret_borrow<py::dict>(source);
        for (std::size_t i = 0; i < value.size(); ++i)
            value[i] = figures[py::cast(criterion(i))].cast<double>();
        return figures.size() == value.size();
    }
    static handle cast(const Figures& figures, return_value_policy, handle) {
        py::dict out;
        for (std::size_t i = 0; i < figures.size(); ++i)
            out[py::cast(criterion(i))] = figures[i];
        return out.release();
    }
};

/// A rate from a quantity on: {"from": 10240.0, "usd": 0.085}.
template <>
struct py::detail::type_caster<flopwise::Tier> {
    PYBIND11_TYPE_CASTER(flopwise::Tier, const_name("dict[str, float]"));

    bool load(handle source, bool /*convert*/) {
        if (!isinstance<py::dict>(source))
            return false;
        const auto tier = reinterpret_borrow<py::dict>(source);
        value = {.from = tier["from"].cast<double>(), .usd = tier["usd"].cast<double>()};
        return tier.size() == 2;
    }
    static handle cast(const flopwise::Tier& tier, return_value_policy, handle) {
        return py::dict("from"_a = tier.from, "usd"_a = tier.usd).release();
    }
};

/// {"p50": 420.0, "p80": 455.2, "p90": 474.1}.
template <>
struct py::detail::type_caster<flopwise::CostQuantiles> {
    PYBIND11_TYPE_CASTER(flopwise::CostQuantiles, const_name("dict[str, float]"));

    bool load(handle source, bool /*convert*/) {
        if (!isinstance<py::dict>(source))
            return false;
        const auto usd = reinterpret_borrow<py::dict>(source);
        const auto at = [&usd](const char* key) { return usd[key].cast<flopwise::Usd>(); };
        value = {.p50 = at("p50"), .p80 = at("p80"), .p90 = at("p90")};
        return usd.size() == 3;
    }
    static handle cast(const flopwise::CostQuantiles& q, return_value_policy, handle) {
        return py::dict("p50"_a = q.p50, "p80"_a = q.p80, "p90"_a = q.p90).release();
    }
};

/// What to change: {"budget_usd": 2233.8}.
template <>
struct py::detail::type_caster<std::vector<flopwise::Relaxation>> {
    PYBIND11_TYPE_CASTER(std::vector<flopwise::Relaxation>,
                         const_name("dict[str, float | str | bool]"));

    bool load(handle source, bool /*convert*/) {
        if (!isinstance<py::dict>(source))
            return false;
        for (const auto& [key, to] : reinterpret_borrow<py::dict>(source)) {
            flopwise::Relaxation change{key.cast<std::string>(), 0.0};
            if (isinstance<py::bool_>(to))
                change.value = to.cast<bool>();
            else if (isinstance<py::str>(to))
                change.value = to.cast<std::string>();
            else
                change.value = to.cast<double>();
            value.push_back(std::move(change));
        }
        return true;
    }
    static handle
    cast(const std::vector<flopwise::Relaxation>& changes, return_value_policy, handle) {
        py::dict out;
        for (const auto& [key, to] : changes)
            out[py::cast(key)] = std::visit([](const auto& v) { return py::cast(v); }, to);
        return out.release();
    }
};

/// How often each reason applied: {"above the price ceiling": 22}, in the library's order.
template <>
struct py::detail::type_caster<std::vector<std::pair<flopwise::Reason, std::size_t>>> {
    using Counts = std::vector<std::pair<flopwise::Reason, std::size_t>>;
    PYBIND11_TYPE_CASTER(Counts, const_name("dict[str, int]"));

    bool load(handle source, bool /*convert*/) {
        if (!isinstance<py::dict>(source))
            return false;
        for (const auto& [reason, count] : reinterpret_borrow<py::dict>(source))
            value.emplace_back(reason.cast<flopwise::Reason>(), count.cast<std::size_t>());
        return true;
    }
    static handle cast(const Counts& counts, return_value_policy, handle) {
        py::dict out;
        for (const auto& [reason, count] : counts)
            out[py::cast(reason)] = count;
        return out.release();
    }
};

template <flopwise::python::Tabled Record>
struct py::detail::type_caster<std::vector<Record>> {
    PYBIND11_TYPE_CASTER(std::vector<Record>, const_name("Table"));

    bool load(handle source, bool /*convert*/) {
        value = flopwise::python::rows_of<Record>(source);
        return true;
    }
    static handle cast(const std::vector<Record>& rows, return_value_policy, handle) {
        return flopwise::python::table_of(rows).release();
    }
};
