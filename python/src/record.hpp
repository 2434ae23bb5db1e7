// A Python class for a record, made from its list of fields; and a class for rows of records.

#pragma once

#include "cells.hpp"
#include "fields.hpp"
#include "python.hpp"
#include "stub_type.hpp"

#include <algorithm>
#include <limits>
#include <memory>

namespace flopwise::python {

/// The visitor that each_field() hands to the list of fields.
template <class See>
struct Visit {
    See& see;

    template <class Value>
    void operator()(const char* name, Value& value) const {
        seen(name, value, false, "");
    }
    template <class Value>
    void maybe(const char* name, Value& value) const {
        seen(name, value, true, "");
    }
    template <class Value>
    void operator()(const Field& field, Value& value) const {
        seen(field.key.data(), value, field.is(kMaybe), field.meaning.data());
    }
    /// A place is two attributes; with one of them alone, a catalog refuses it.
    void operator()(const Field& north, const Field& east, std::optional<Place>& place) const {
        std::optional<double> latitude;
        std::optional<double> longitude;
        if (place) {
            latitude = place->latitude;
            longitude = place->longitude;
        }
        (*this)(north, latitude);
        (*this)(east, longitude);
        constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
        if (latitude || longitude)
            place = Place{latitude.value_or(kMissing), longitude.value_or(kMissing)};
    }

private:
    template <class Value>
    void seen(const char* name, Value& value, bool maybe, const char* meaning) const {
        if constexpr (std::is_invocable_v<See&, const char*, Value&, bool, const char*>)
            see(name, value, maybe, meaning);
        else
            see(name, value, maybe);
    }
};

/// Calls `see(name, value, maybe)` for each field of a record, or `see(name, value, maybe,
/// meaning)` if it takes that too.
template <class Record, class See>
void each_field(const Record& record, See see) {
    const Visit<See> visit{see};
    fields(visit, const_cast<Record&>(record)); // the lists serve loading too, so take no const
}

inline std::string text(py::handle value) {
    return py::str(value).cast<std::string>();
}

/// "Choice(rank=1, provider='aws', ...)": the first fields, as many as a line or two hold. With all
/// of them it evaluates.
std::string short_repr(std::string_view name, const std::vector<std::string>& fields);

/// Throws a TypeError for a keyword argument that there is not, with what may be meant.
[[noreturn]] void refuse_keyword(const std::string& name, const std::vector<std::string>& known);

template <class Field>
bool is_unset(const Field& field) {
    if constexpr (std::is_same_v<Field, std::string>)
        return field.empty();
    else if constexpr (std::is_arithmetic_v<Field>)
        return field == 0;
    else
        return false;
}

template <class Record>
py::dict dict_of(const Record& record) {
    py::dict out;
    each_field(record, [&out](const char* name, const auto& field, bool maybe) {
        out[name] = maybe && is_unset(field) ? py::none() : py::cast(field);
    });
    return out;
}

template <class Record>
std::vector<std::string> field_names() {
    std::vector<std::string> out;
    each_field(Record{}, [&out](const char* name, const auto&, bool) { out.emplace_back(name); });
    return out;
}

template <class Record>
py::object attribute(const Record& record, std::string_view wanted) {
    py::object out;
    each_field(record, [&](const char* name, const auto& field, bool maybe) {
        if (wanted == name)
            out = maybe && is_unset(field) ? py::none() : py::cast(field);
    });
    return out;
}

/// A record from keyword arguments; what is left out or None keeps its default.
template <class Record>
Record record_from(const py::dict& given) {
    Record out;
    std::size_t used = 0;
    each_field(out, [&](const char* name, auto& field, bool /*maybe*/) {
        if (!given.contains(name))
            return;
        ++used;
        const py::object value = given[name];
        if (value.is_none())
            return;
        try {
            field = value.template cast<std::decay_t<decltype(field)>>();
        } catch (const py::cast_error&) {
            throw py::type_error(
                fmt::format("{}: is not accepted, got {}", name, text(py::repr(value))));
        }
    });
    if (used != given.size())
        for (const std::pair<py::handle, py::handle> item : given)
            if (!attribute(out, text(item.first)))
                refuse_keyword(text(item.first), field_names<Record>());
    return out;
}

/// The values of the fields that have not their defaults, as text: "rank=1".
template <class Record>
std::vector<std::string> shown_fields(const Record& record) {
    const py::dict defaults = dict_of(Record{});
    std::vector<std::string> out;
    for (const std::pair<py::handle, py::handle> item : dict_of(record))
        if (!item.second.equal(defaults[item.first]))
            out.push_back(fmt::format("{}={}", text(item.first), text(py::repr(item.second))));
    return out;
}

/// The type of each field as the stub says it, by name.
template <class Record>
py::dict field_types() {
    py::dict out;
    each_field(Record{}, [&out](const char* name, const auto& field, bool maybe) {
        const std::string type = StubType<std::decay_t<decltype(field)>>::text();
        out[name] = maybe ? type + " | None" : type;
    });
    return out;
}

/// Binds a record: immutable, equal by its fields, made with keyword arguments for them.
template <class Record, class... Extra>
py::class_<Record>
bind_record(py::module_& m, const char* name, const char* doc, const Extra&... extra) {
    py::class_<Record> c(m, name, doc, extra...);
    py::list names;
    each_field(Record{}, [&](const char* field, const auto&, bool, const char* meaning) {
        names.append(field);
        c.def_property_readonly(
            field, [field](const Record& self) { return attribute(self, field); }, meaning);
    });
    c.attr("_fields") = py::tuple(names);
    c.def(py::init([](const py::kwargs& given) { return record_from<Record>(given); }));
    c.def("__eq__", [](const Record& self, const py::object& other) -> py::object {
        if (!py::isinstance<Record>(other))
            return py::reinterpret_borrow<py::object>(Py_NotImplemented);
        return py::bool_(self == other.cast<const Record&>());
    });
    c.def("__repr__", [](const py::object& self) {
        return short_repr(py::type::of(self).attr("__name__").cast<std::string>(),
                          shown_fields(self.cast<const Record&>()));
    });
    c.def("__hash__",
          [](const Record& self) { return py::hash(py::tuple(py::cast(shown_fields(self)))); });
    c.def("_asdict", &dict_of<Record>);
    c.def_static("_field_types", &field_types<Record>);
    c.def("__copy__", [](const py::object& self) { return self; });
    c.def("__deepcopy__", [](const py::object& self, const py::object&) { return self; });
    c.def("__reduce__", [](const py::object& self) {
        return reduced(self, dict_of(self.cast<const Record&>()));
    });
    return c;
}

// ---- rows ---------------------------------------------------------------------------

/// Records that Python shares and never changes.
template <class Record>
struct Rows {
    std::shared_ptr<const std::vector<Record>> records;
};

template <class Record>
py::object table_of(std::vector<Record> rows) {
    const auto shared = std::make_shared<const std::vector<Record>>(std::move(rows));
    return py::module_::import("flopwise._table").attr("Table")(Rows<Record>{shared});
}

template <class Record>
std::vector<Record> rows_of(py::handle source) {
    if (py::hasattr(source, "_rows") && py::isinstance<Rows<Record>>(source.attr("_rows")))
        return *source.attr("_rows").cast<Rows<Record>>().records;
    std::vector<Record> out;
    for (const py::handle item : py::reinterpret_borrow<py::object>(source)) {
        if (!py::isinstance<Record>(item))
            throw py::type_error(fmt::format("must be records of type {}, got {}",
                                             text(py::type::of<Record>().attr("__name__")),
                                             text(py::repr(item))));
        out.push_back(item.cast<const Record&>());
    }
    return out;
}

/// A field as cells of one or more columns, given to `put(name, kind, cell)`.
template <class Put, class Field>
void flatten(Put& put, const std::string& name, const Field& field, bool maybe) {
    if constexpr (std::is_same_v<Field, bool>)
        put(name, Kind::boolean, Cell{field});
    else if constexpr (std::is_integral_v<Field>)
        put(name,
            Kind::integer,
            maybe && field == 0 ? Cell{} : Cell{static_cast<std::int64_t>(field)});
    else if constexpr (std::is_same_v<Field, double>)
        put(name, Kind::number, maybe && field == 0 ? Cell{} : Cell{field});
    else if constexpr (std::is_same_v<Field, std::string>)
        put(name, Kind::text, maybe && field.empty() ? Cell{} : Cell{field});
    else if constexpr (std::is_same_v<Field, std::vector<std::string>>)
        put(name, Kind::list, Cell{field});
    else if constexpr (std::is_same_v<Field, std::optional<double>>)
        put(name, Kind::number, field ? Cell{*field} : Cell{});
    else if constexpr (std::is_same_v<Field, std::optional<Date>>)
        put(name, Kind::text, field ? Cell{to_string(*field)} : Cell{});
    else if constexpr (requires { field.value().value(); })
        put(name, Kind::number, field ? Cell{field->value()} : Cell{});
    else if constexpr (requires { std::string{to_string(field)}; })
        put(name, Kind::text, Cell{std::string{to_string(field)}});
    else if constexpr (requires { field.value() * 1.0; })
        put(name, Kind::number, Cell{field.value()});
    else
        flatten(put, name, field);
}
template <class Put, Named E>
void flatten(Put& put, const std::string& name, const std::vector<E>& field) {
    std::vector<std::string> names;
    for (const E e : field)
        names.emplace_back(to_string(e));
    put(name, Kind::list, Cell{std::move(names)});
}
template <class Put>
void flatten(Put& put, const std::string&, const std::array<double, kCriteria>& contributions) {
    for (std::size_t i = 0; i < kCriteria; ++i)
        put(fmt::format("contribution_{}", to_string(static_cast<Criterion>(i))),
            Kind::number,
            Cell{contributions[i]});
}
template <class Put>
void flatten(Put& put,
             const std::string&,
             const std::optional<std::array<double, kCriteria>>& weights) {
    for (std::size_t i = 0; i < kCriteria; ++i)
        put(fmt::format("central_weight_{}", to_string(static_cast<Criterion>(i))),
            Kind::number,
            weights ? Cell{(*weights)[i]} : Cell{});
}
/// The shares of the ranks of a FirmChoice, which has all or none.
template <class Put>
void flatten(Put& put, const std::string&, const std::vector<double>& shares) {
    for (std::size_t i = 0; i < kFirmRanks; ++i)
        put(fmt::format("rank_{}_share", i + 1),
            Kind::number,
            i < shares.size() ? Cell{shares[i]} : Cell{});
}
template <class Put, Named E>
void flatten(Put& put, const std::string& name, const std::optional<E>& field) {
    put(name, Kind::text, field ? Cell{std::string{to_string(*field)}} : Cell{});
}
template <class Put>
void flatten(Put& put, const std::string&, const std::optional<Bill>& bill) {
    put("total_usd", Kind::number, bill ? Cell{bill->total.value()} : Cell{});
    put("usd_per_month",
        Kind::number,
        bill && bill->per_month ? Cell{bill->per_month->value()} : Cell{});
}
template <class Put>
void flatten(Put& put, const std::string&, const std::optional<CostQuantiles>& quantiles) {
    const auto cell = [&](Usd CostQuantiles::*p) {
        return quantiles ? Cell{((*quantiles).*p).value()} : Cell{};
    };
    put("cost_p50_usd", Kind::number, cell(&CostQuantiles::p50));
    put("cost_p80_usd", Kind::number, cell(&CostQuantiles::p80));
    put("cost_p90_usd", Kind::number, cell(&CostQuantiles::p90));
}
template <class Put>
void flatten(Put&, const std::string&, const std::vector<LineItem>&) {} // a table of its own
/// A training job: columns that are empty where none is asked for. Its 90 % hours are the choice's.
template <class Put>
void flatten(Put& put, const std::string&, const std::optional<JobChoice>& job) {
    const auto number = [&](const char* name, auto value) {
        put(name, Kind::number, job ? Cell{value(*job)} : Cell{});
    };
    put("machines", Kind::integer, job ? Cell{static_cast<std::int64_t>(job->machines)} : Cell{});
    number("hours_p10", [](const JobChoice& j) { return j.p10.value(); });
    number("hours_p50", [](const JobChoice& j) { return j.time.median.value(); });
    put("probability_in_time",
        Kind::number,
        job && job->probability_in_time ? Cell{*job->probability_in_time} : Cell{});
    put("micro_batch", Kind::number, job && job->memory ? Cell{job->memory->micro_batch} : Cell{});
    put("memory_probability",
        Kind::number,
        job && job->memory ? Cell{job->memory->probability} : Cell{});
}
/// The rate of the first tier that is not free, and of the last.
template <class Put>
void flatten(Put& put, const std::string&, const std::vector<Tier>& tiers) {
    const auto paid =
        std::find_if(tiers.begin(), tiers.end(), [](const Tier& tier) { return tier.usd > 0; });
    const auto cell = [&](const Tier& tier) { return Cell{tier.usd}; };
    put("first_usd", Kind::number, paid != tiers.end() ? cell(*paid) : Cell{});
    put("last_usd", Kind::number, tiers.empty() ? Cell{} : cell(tiers.back()));
}
inline std::string text_of(const std::vector<Relaxation>& changes) {
    std::string text;
    for (const auto& [key, value] : changes)
        text += fmt::format("{}{}={}",
                            text.empty() ? "" : ", ",
                            key,
                            std::visit([](const auto& v) { return fmt::format("{}", v); }, value));
    return text;
}
template <class Put>
void flatten(Put& put, const std::string& name, const std::vector<Relaxation>& changes) {
    put(name, Kind::text, Cell{text_of(changes)});
}
template <class Put>
void flatten(Put& put,
             const std::string& name,
             const std::vector<std::vector<Relaxation>>& alternatives) {
    std::vector<std::string> texts;
    for (const auto& changes : alternatives)
        texts.push_back(text_of(changes));
    put(name, Kind::list, Cell{std::move(texts)});
}

template <class Record>
std::vector<Column> columns_of(std::span<const Record> records) {
    std::vector<Column> out;
    const auto visit = [](const Record& record, auto put) {
        each_field(record, [&put](const char* name, const auto& field, bool maybe) {
            flatten(put, name, field, maybe);
        });
    };
    visit(Record{}, [&out](const std::string& name, Kind kind, const Cell&) {
        out.push_back({name, kind});
    });
    for (const Record& record : records)
        visit(record, [&out, i = std::size_t{0}](const std::string&, Kind, Cell cell) mutable {
            out[i++].cells.push_back(std::move(cell));
        });
    return out;
}

/// A column as a list of Python values.
py::list list_of(const Column& column);
/// "bool", "int", "float", "str" or "list".
std::string_view to_string(Kind kind);

/// Binds the rows of a record, `<name>Rows`: what flopwise.Table is around.
template <class Record>
void bind_rows(py::module_& m, const py::class_<Record>& record) {
    using R = Rows<Record>;
    const auto name = record.attr("__name__").template cast<std::string>() + "Rows";
    const auto columns = [](const R& self) { return columns_of(std::span{*self.records}); };
    py::class_<R> c(m, name.c_str());
    never_pickled(c);
    c.def(py::init([](const py::iterable& rows) {
         return R{std::make_shared<const std::vector<Record>>(rows_of<Record>(rows))};
     }))
        .def("__len__", [](const R& self) { return self.records->size(); })
        .def("__getitem__",
             [](const R& self, std::size_t i) {
                 if (i >= self.records->size())
                     throw py::index_error{};
                 return (*self.records)[i];
             })
        .def("__eq__",
             [](const R& self, const py::object& other) {
                 return py::isinstance<R>(other) && *self.records == *other.cast<R>().records;
             })
        .def("_columns",
             [columns](const R& self) {
                 py::dict out;
                 for (const Column& column : columns(self))
                     out[py::cast(column.name)] =
                         py::make_tuple(to_string(column.kind), list_of(column));
                 return out;
             })
        .def("_text",
             [columns](const R& self, std::size_t rows) { return text_of(columns(self), rows); })
        .def("_arrow_stream", [columns](const R& self) { return arrow_stream(columns(self)); })
        .def("_arrow_schema", [columns](const R& self) { return arrow_schema(columns(self)); })
        .attr("_record") = record;
}

} // namespace flopwise::python
