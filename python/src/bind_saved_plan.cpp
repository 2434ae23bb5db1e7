#include <flopwise/saved_plan.hpp>

#include "python.hpp"

using namespace flopwise;
using namespace flopwise::python;

/// The check in words, and as JSON. `moment` is a request that has but its day, and its time of
/// day.
static py::tuple checked(const std::string& file,
                         const py::object& catalog,
                         const Request& moment,
                         double tolerance) {
    SavedPlan plan = read_saved_plan(file);
    plan.request.time_of_day = moment.time_of_day;
    const Catalog machines = catalog_of(catalog, plan.request);
    const PlanCheck out =
        without_gil([&] { return check_plan(machines, plan, moment.today, tolerance); });
    return py::make_tuple(to_text(out), json(out));
}

void bind_saved_plan(py::module_& m) {
    m.def("_saved_plan", [](const Recommendation& advice) { return to_yaml(saved_plan(advice)); });
    m.def("_check_plan", &checked, "file"_a, "catalog"_a, "moment"_a, "tolerance"_a);
}
