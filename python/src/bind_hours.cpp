#include <flopwise/hours.hpp>

#include "python.hpp"

using namespace flopwise;

namespace {

/// A distribution, and the arguments that it was made of.
struct MadeHours {
    HoursDistribution value;
    py::dict arguments;
};

constexpr double kMinutesPerHour = 60;

struct Asked {
    std::optional<double> hours, ln_scale, degrees_of_freedom, days, hours_per_day, use_cv,
        interruptions_per_hour, checkpoint_minutes, restart_minutes;
};

HoursDistribution work_of(const Asked& a) {
    if (a.hours.has_value() == a.days.has_value())
        throw ArgumentError{"hours", "must be given, or days, and not both"};
    if (a.ln_scale.has_value() != a.degrees_of_freedom.has_value())
        throw ArgumentError{a.ln_scale ? "degrees_of_freedom" : "ln_scale",
                            "must come with the other figure of the spread"};
    if (a.days && a.ln_scale)
        throw ArgumentError{"ln_scale", "must come with hours"};
    if (a.hours && (a.use_cv || a.hours_per_day))
        throw ArgumentError{a.use_cv ? "use_cv" : "hours_per_day", "must come with days"};
    if (a.days) {
        Budget plan{.days = Days{*a.days}};
        if (a.hours_per_day)
            plan.hours_per_day = HoursPerDay{*a.hours_per_day};
        return HoursDistribution::of_plan(plan, {.use_cv = a.use_cv.value_or(0)});
    }
    return a.ln_scale
               ? HoursDistribution::student(Hours{*a.hours}, *a.ln_scale, *a.degrees_of_freedom)
               : HoursDistribution::certain(Hours{*a.hours});
}

HoursDistribution hours_of(const Asked& a) {
    HoursDistribution work = work_of(a);
    if (!a.interruptions_per_hour) {
        if (a.checkpoint_minutes || a.restart_minutes)
            throw ArgumentError{a.checkpoint_minutes ? "checkpoint_minutes" : "restart_minutes",
                                "must come with interruptions_per_hour"};
        return work;
    }
    Recovery recovery;
    if (a.checkpoint_minutes)
        recovery.checkpoint = Hours{*a.checkpoint_minutes / kMinutesPerHour};
    if (a.restart_minutes)
        recovery.restart = Hours{*a.restart_minutes / kMinutesPerHour};
    return work.on_spot(*a.interruptions_per_hour, recovery);
}

/// What was given of these, by name.
py::dict given(const Asked& a) {
    py::dict out;
    const auto add = [&out](const char* name, std::optional<double> value) {
        if (value)
            out[name] = *value;
    };
    add("hours", a.hours);
    add("ln_scale", a.ln_scale);
    add("degrees_of_freedom", a.degrees_of_freedom);
    add("days", a.days);
    add("hours_per_day", a.hours_per_day);
    add("use_cv", a.use_cv);
    add("interruptions_per_hour", a.interruptions_per_hour);
    add("checkpoint_minutes", a.checkpoint_minutes);
    add("restart_minutes", a.restart_minutes);
    return out;
}

using Figure = std::optional<double>;

MadeHours made_hours(Figure hours,
                     Figure ln_scale,
                     Figure degrees_of_freedom,
                     Figure days,
                     Figure hours_per_day,
                     Figure use_cv,
                     Figure interruptions_per_hour,
                     Figure checkpoint_minutes,
                     Figure restart_minutes) {
    const Asked asked{hours,
                      ln_scale,
                      degrees_of_freedom,
                      days,
                      hours_per_day,
                      use_cv,
                      interruptions_per_hour,
                      checkpoint_minutes,
                      restart_minutes};
    return {.value = hours_of(asked), .arguments = given(asked)};
}

std::string shown(const MadeHours& self) {
    std::string out;
    for (const auto& [name, value] : self.arguments)
        out += fmt::format("{}{}={}",
                           out.empty() ? "" : ", ",
                           name.cast<std::string>(),
                           py::repr(value).cast<std::string>());
    return fmt::format("HoursDistribution({})", out);
}

} // namespace

namespace {

constexpr const char* kHoursHelp =
    R"(Hours as they may turn out.

Parameters
----------
hours : float, optional
    Of each machine: known, or with `ln_scale` and `degrees_of_freedom` the median.
ln_scale, degrees_of_freedom : float, optional
    Of the Student-t that ln(hours) has, as those of an `Estimate`.
days, hours_per_day, use_cv : float, optional
    A plan of which each day's hours vary, in place of `hours`: 24 and 0 if absent.
interruptions_per_hour : float, optional
    Of all machines together, on spot: with what is lost.
checkpoint_minutes, restart_minutes : float, optional
    What an interruption costs: 5 and 10 if absent.

Raises
------
FlopwiseError
    If a figure is out of its range or misses its companion; ``field`` names it.

Examples
--------
>>> import flopwise
>>> spot = flopwise.HoursDistribution(hours=100, interruptions_per_hour=0.01)
>>> round(spot.central_hours, 2), round(spot.quantile(0.9), 1)
(104.37, 108.0)
>>> flopwise.HoursDistribution(days=365, hours_per_day=2, use_cv=1).probability(780)
0.902...)";

/// What is asked of the hours, and what makes them values.
void bind_answers(py::class_<MadeHours>& hours) {
    using namespace py::literals;
    hours
        .def_property_readonly(
            "is_certain",
            [](const MadeHours& self) { return self.value.is_certain(); },
            "Whether there is but one value.")
        .def_property_readonly(
            "central_hours",
            [](const MadeHours& self) { return self.value.central().value(); },
            "The mean; of what has none, the exponential of a Student-t, the median.")
        .def(
            "quantile",
            [](const MadeHours& self, double p) { return self.value.quantile(p).value(); },
            "p"_a,
            "The least hours that are enough with probability `p`, which is in (0, 1).")
        .def(
            "probability",
            [](const MadeHours& self, double within) {
                return self.value.probability(Hours{within});
            },
            "hours"_a,
            "That they are no more than these.")
        .def("__eq__",
             [](const MadeHours& self, const py::object& other) {
                 return py::isinstance<MadeHours>(other) &&
                        self.value == other.cast<const MadeHours&>().value;
             })
        .def("__repr__", &shown)
        .def("__reduce__", [](const py::object& self) {
            return python::reduced(self, self.cast<const MadeHours&>().arguments);
        });
}

} // namespace

void bind_hours(py::module_& m) {
    using namespace py::literals;
    py::class_<MadeHours> hours(m, "HoursDistribution", kHoursHelp);
    hours.def(py::init(&made_hours),
              py::kw_only(),
              "hours"_a = py::none(),
              "ln_scale"_a = py::none(),
              "degrees_of_freedom"_a = py::none(),
              "days"_a = py::none(),
              "hours_per_day"_a = py::none(),
              "use_cv"_a = py::none(),
              "interruptions_per_hour"_a = py::none(),
              "checkpoint_minutes"_a = py::none(),
              "restart_minutes"_a = py::none());
    bind_answers(hours);
}
