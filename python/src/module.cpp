#include "python.hpp"

void bind_errors(py::module_& m);
void bind_request(py::module_& m);    // Request and the table of its settings
void bind_catalog(py::module_& m);    // Catalog and its records
void bind_feed(py::module_& m);       // price files, and what changed
void bind_prices(py::module_& m);     // prices over the years, and their age
void bind_firmness(py::module_& m);   // how firm an answer is
void bind_what_if(py::module_& m);    // what it would be otherwise; machines side by side
void bind_recommend(py::module_& m);  // recommend() and the records of its answer
void bind_plan(py::module_& m);       // bills, purchase options, owning, regions by distance
void bind_hours(py::module_& m);      // hours as they may turn out
void bind_job(py::module_& m);        // models, the time of training, memory
void bind_budget(py::module_& m);     // the rule, over arrays
void bind_sweep(py::module_& m);      // many requests at once
void bind_saved_plan(py::module_& m); // a choice that is kept, and checked later
void bind_command(py::module_& m);    // the command

PYBIND11_MODULE(_core, m) {
    m.doc() = "The compiled part of flopwise. Use it through the package.";
    m.attr("__version__") = flopwise::version();
    bind_errors(m);
    bind_request(m);
    bind_catalog(m);
    bind_feed(m);
    bind_prices(m);
    bind_plan(m);
    bind_hours(m);
    bind_job(m);
    bind_firmness(m);
    bind_recommend(m);
    bind_what_if(m);
    bind_budget(m);
    bind_sweep(m);
    bind_saved_plan(m);
    bind_command(m);
    for (const auto& [name, value] : m.attr("__dict__").cast<py::dict>())
        if (py::isinstance<py::type>(value) && py::hasattr(value, "_pybind11_conduit_v1_"))
            flopwise::python::never_empty(value);
}
