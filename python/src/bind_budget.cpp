#include "python.hpp"

#include <pybind11/numpy.h>

using namespace flopwise;

// The rule over arrays. An array's error names the element: "days[3]".

namespace {

using Array = py::array_t<double, py::array::c_style | py::array::forcecast>;

/// The arguments of the rule; which are used depends on what is asked.
struct Arguments {
    double budget_usd;
    double price;
    double days;
    double hours_per_day;
    double fixed_usd;
    double use_cv;
    double confidence;

    [[nodiscard]] Budget budget() const {
        return {.total = Usd{budget_usd},
                .days = Days{days},
                .hours_per_day = HoursPerDay{hours_per_day},
                .fixed = Usd{fixed_usd}};
    }
    [[nodiscard]] Uncertainty uncertainty() const {
        return {.use_cv = use_cv, .confidence = confidence};
    }
};

constexpr std::size_t kArguments = 7;
constexpr double kConfidence = Uncertainty{}.confidence;

/// Stands where a figure is not asked for.
py::object number(double value) {
    return py::float_(value);
}

/// Applies `rule` to each element of the broadcast arguments.
template <class Result, class Rule>
py::object each(const std::array<py::object, kArguments>& arguments, Rule rule) {
    const auto numpy = py::module_::import("numpy");
    std::array<Array, kArguments> arrays;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        arrays[i] = Array::ensure(arguments[i]);
        if (!arrays[i]) {
            PyErr_Clear();
            throw py::type_error("arguments must be numbers or arrays of numbers");
        }
    }
    const py::tuple broadcast = numpy.attr("broadcast_arrays")(
        *py::tuple(py::cast(std::vector(arrays.begin(), arrays.end()))));
    std::array<Array, kArguments> same;
    for (std::size_t i = 0; i < same.size(); ++i)
        same[i] = Array::ensure(broadcast[i]);
    py::array_t<Result> out(
        std::vector<py::ssize_t>(same[0].shape(), same[0].shape() + same[0].ndim()));
    const auto at = [&same](std::size_t which, py::ssize_t i) { return same[which].data()[i]; };
    Result* to = out.mutable_data();
    const py::ssize_t size = out.size();
    for (py::ssize_t i = 0; i < size; ++i)
        try {
            to[i] = rule(
                Arguments{at(0, i), at(1, i), at(2, i), at(3, i), at(4, i), at(5, i), at(6, i)});
        } catch (const ArgumentError& e) {
            throw same[0].ndim() == 0
                ? e
                : ArgumentError{fmt::format("{}[{}]", e.where().field, i), e.reason()};
        }
    return same[0].ndim() == 0 ? out.attr("item")() : py::object{out};
}

} // namespace

static void bind_price_ceiling_usd_per_hour(py::module_& m) {
    m.def(
        "price_ceiling_usd_per_hour",
        [](const py::object& budget_usd,
           const py::object& days,
           const py::object& hours_per_day,
           const py::object& fixed_usd,
           const py::object& use_cv,
           const py::object& confidence) {
            return each<double>(
                {budget_usd, number(1), days, hours_per_day, fixed_usd, use_cv, confidence},
                [](const Arguments& f) {
                    return price_ceiling(at_confidence(f.budget(), f.uncertainty())).value();
                });
        },
        py::kw_only(),
        "budget_usd"_a,
        "days"_a,
        "hours_per_day"_a = 24.0,
        "fixed_usd"_a = 0.0,
        "use_cv"_a = 0.0,
        "confidence"_a = kConfidence,
        R"(Highest hourly price that the money can carry through all the rented hours.

    price_ceiling = (budget - fixed) / (days * hours_per_day)

Parameters
----------
budget_usd : float or array_like of float
    All there is to spend, USD; positive.
days : float or array_like of float
    Days it has to last; positive.
hours_per_day : float or array_like of float, optional
    Hours rented on each day; in (0, 24].
fixed_usd : float or array_like of float, optional
    Charges that no choice of machine changes, USD; at least 0 and below the budget.
use_cv : float or array_like of float, optional
    Standard deviation of a day's hours, divided by their mean; 0 if they are certain.
confidence : float or array_like of float, optional
    Probability with which the money has to last; in (0, 1).

Returns
-------
float or ndarray of float
    USD per hour, in the shape that the arguments broadcast to.

Raises
------
FlopwiseError
    If a figure is out of its range or NaN; ``field`` names it, ``days[3]`` in an array
    (counted in C order).
ValueError
    If the shapes do not broadcast.

Examples
--------
>>> import flopwise
>>> round(flopwise.price_ceiling_usd_per_hour(budget_usd=2000, days=365, hours_per_day=2), 4)
2.7397
>>> flopwise.price_ceiling_usd_per_hour(budget_usd=[720, 1440], days=30)
array([1., 2.])
>>> round(flopwise.price_ceiling_usd_per_hour(budget_usd=2000, days=365, hours_per_day=2,
...                                           use_cv=1), 4)
2.5662)");
}

static void bind_total_needed_usd(py::module_& m) {
    m.def(
        "total_needed_usd",
        [](const py::object& price,
           const py::object& days,
           const py::object& hours_per_day,
           const py::object& fixed_usd) {
            return each<double>(
                {number(1), price, days, hours_per_day, fixed_usd, number(0), number(0)},
                [](const Arguments& f) {
                    return total_needed(f.budget(), UsdPerHour{f.price}).value();
                });
        },
        py::kw_only(),
        "price_usd_per_hour"_a,
        "days"_a,
        "hours_per_day"_a = 24.0,
        "fixed_usd"_a = 0.0,
        R"(What a machine costs over all the rented hours, USD.

    total = price * days * hours_per_day + fixed

Parameters, shapes and errors are those of :func:`price_ceiling_usd_per_hour`.

Examples
--------
>>> import flopwise
>>> flopwise.total_needed_usd(price_usd_per_hour=0.9, days=365, hours_per_day=2)
657.0)");
}

static void bind_days_affordable(py::module_& m) {
    m.def(
        "days_affordable",
        [](const py::object& price,
           const py::object& budget_usd,
           const py::object& hours_per_day,
           const py::object& fixed_usd,
           const py::object& use_cv,
           const py::object& confidence) {
            return each<double>(
                {budget_usd, price, number(1), hours_per_day, fixed_usd, use_cv, confidence},
                [](const Arguments& f) {
                    return days_affordable(f.budget(), f.uncertainty(), UsdPerHour{f.price})
                        .value_or(Days{})
                        .value();
                });
        },
        py::kw_only(),
        "price_usd_per_hour"_a,
        "budget_usd"_a,
        "hours_per_day"_a = 24.0,
        "fixed_usd"_a = 0.0,
        "use_cv"_a = 0.0,
        "confidence"_a = kConfidence,
        R"(Days that a budget pays for a machine; with an uncertain use, 0 if less than one.

    days = (budget - fixed) / (price * hours_per_day)

Parameters, shapes and errors are those of :func:`price_ceiling_usd_per_hour`.

Examples
--------
>>> import flopwise
>>> flopwise.days_affordable(price_usd_per_hour=[1, 2], budget_usd=100, hours_per_day=5)
array([20., 10.]))");
}

static void bind_hours_per_day_affordable(py::module_& m) {
    m.def(
        "hours_per_day_affordable",
        [](const py::object& price,
           const py::object& budget_usd,
           const py::object& days,
           const py::object& fixed_usd,
           const py::object& use_cv,
           const py::object& confidence) {
            return each<double>({budget_usd, price, days, number(1), fixed_usd, use_cv, confidence},
                                [](const Arguments& f) {
                                    return hours_per_day_affordable(
                                               f.budget(), f.uncertainty(), UsdPerHour{f.price})
                                        .value();
                                });
        },
        py::kw_only(),
        "price_usd_per_hour"_a,
        "budget_usd"_a,
        "days"_a,
        "fixed_usd"_a = 0.0,
        "use_cv"_a = 0.0,
        "confidence"_a = kConfidence,
        R"(Hours a day that a budget pays for a machine; above 24, the money outlasts the clock.

    hours_per_day = (budget - fixed) / (price * days)

Parameters, shapes and errors are those of :func:`price_ceiling_usd_per_hour`.

Examples
--------
>>> import flopwise
>>> flopwise.hours_per_day_affordable(price_usd_per_hour=2, budget_usd=100, days=10)
5.0)");
}

static void bind_affordable(py::module_& m) {
    m.def(
        "affordable",
        [](const py::object& price,
           const py::object& budget_usd,
           const py::object& days,
           const py::object& hours_per_day,
           const py::object& fixed_usd,
           const py::object& use_cv,
           const py::object& confidence) {
            return each<bool>(
                {budget_usd, price, days, hours_per_day, fixed_usd, use_cv, confidence},
                [](const Arguments& f) {
                    require_positive("price_usd_per_hour", UsdPerHour{f.price});
                    return affordable(at_confidence(f.budget(), f.uncertainty()),
                                      UsdPerHour{f.price});
                });
        },
        py::kw_only(),
        "price_usd_per_hour"_a,
        "budget_usd"_a,
        "days"_a,
        "hours_per_day"_a = 24.0,
        "fixed_usd"_a = 0.0,
        "use_cv"_a = 0.0,
        "confidence"_a = kConfidence,
        R"(Whether the bill at a price, rounded to the cent, stays within the budget.

The rounding keeps exact fits: in floats, 0.10 USD/h for 3 h is above 0.30 USD.
Parameters, shapes and errors are those of :func:`price_ceiling_usd_per_hour`.

Examples
--------
>>> import flopwise
>>> flopwise.affordable(price_usd_per_hour=0.1, budget_usd=0.3, days=1, hours_per_day=3)
True)");
}

static void bind_probability_within_budget(py::module_& m) {
    m.def(
        "probability_within_budget",
        [](const py::object& price,
           const py::object& budget_usd,
           const py::object& days,
           const py::object& use_cv,
           const py::object& hours_per_day,
           const py::object& fixed_usd) {
            return each<double>(
                {budget_usd, price, days, hours_per_day, fixed_usd, use_cv, number(kConfidence)},
                [](const Arguments& f) {
                    return probability_within_budget(
                        f.budget(), f.uncertainty(), UsdPerHour{f.price});
                });
        },
        py::kw_only(),
        "price_usd_per_hour"_a,
        "budget_usd"_a,
        "days"_a,
        "use_cv"_a,
        "hours_per_day"_a = 24.0,
        "fixed_usd"_a = 0.0,
        R"(P(cost <= budget) where the hours of each day vary (Gamma-distributed).

Parameters, shapes and errors are those of :func:`price_ceiling_usd_per_hour`.

Examples
--------
>>> import flopwise
>>> flopwise.probability_within_budget(price_usd_per_hour=[2.5, 2.74], budget_usd=2000,
...                                    days=365, hours_per_day=2, use_cv=1).round(3)
array([0.964, 0.506]))");
}

static void bind_hours_quantile(py::module_& m) {
    m.def(
        "hours_quantile",
        [](const py::object& p,
           const py::object& days,
           const py::object& use_cv,
           const py::object& hours_per_day) {
            return each<double>(
                {number(1), number(1), days, hours_per_day, number(0), use_cv, p},
                [](const Arguments& f) {
                    return hours_quantile(f.budget(), f.uncertainty(), f.confidence).value();
                });
        },
        py::kw_only(),
        "p"_a,
        "days"_a,
        "use_cv"_a,
        "hours_per_day"_a = 24.0,
        R"(Hours that a plan stays within with probability p; at most 24 h on each day.

Shapes and errors are those of :func:`price_ceiling_usd_per_hour`; p is named ``confidence``
in them.

Examples
--------
>>> import flopwise
>>> flopwise.hours_quantile(p=[0.5, 0.9], days=365, hours_per_day=2, use_cv=1).round(1)
array([729.3, 779.4]))");
}

void bind_budget(py::module_& m) {
    bind_price_ceiling_usd_per_hour(m);
    bind_total_needed_usd(m);
    bind_days_affordable(m);
    bind_hours_per_day_affordable(m);
    bind_affordable(m);
    bind_probability_within_budget(m);
    bind_hours_quantile(m);
}
