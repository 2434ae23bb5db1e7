// How firm an answer is, what it would be otherwise, and machines side by side.

#include "python.hpp"
#include "recommend/recommend.hpp"
#include "record.hpp"

using namespace flopwise;
using namespace flopwise::python;

/// A question and its catalog, as Python writes them.
struct OpenedQuestion {
    Request request;
    Catalog catalog;

    OpenedQuestion(const py::object& written, const py::object& machines, const py::dict& settings)
        : request{with_settings(written.is_none() ? Request{} : written.cast<Request>(), settings)},
          catalog{opened(machines, request)} {
        request.catalog.clear();
    }

private:
    static Catalog opened(const py::object& machines, Request& request) {
        const bool open = py::isinstance<Catalog>(machines);
        if (open)
            require_no_catalog(request);
        else
            request = with_settings(request, py::dict("catalog"_a = machines));
        return catalog_of(open ? machines : py::none(), request);
    }
};

static WhatIf map_of(const py::object& request,
                     const py::object& catalog,
                     const py::dict& settings,
                     const std::vector<Vary>& vary) {
    const OpenedQuestion asked{request, catalog, settings};
    return without_gil([&] { return what_if(asked.catalog, asked.request, vary); });
}

static Comparison comparison_of(const py::object& request,
                                const py::object& catalog,
                                const py::dict& settings,
                                const std::vector<std::string>& names) {
    const OpenedQuestion asked{request, catalog, settings};
    return without_gil([&] {
        return has_saved_plan(names)
                   ? compare(asked.catalog,
                             questions_of(names, asked.request.today, asked.request.time_of_day))
                   : compare(asked.catalog, asked.request, names);
    });
}

/// The forms of a report.
template <class Made>
static void bind_forms(py::class_<Made> c) {
    c.def("__str__", [](const Made& self) { return table(self); });
    c.def(
        "to_json", [](const Made& self) { return json(self); }, "The command's JSON.");
    c.def(
        "to_csv", [](const Made& self) { return csv(self); }, "The command's CSV.");
    c.def(
        "to_markdown", [](const Made& self) { return markdown(self); }, "As Markdown.");
}

void bind_firmness(py::module_& m) {
    bind_rows(m,
              bind_record<FirmChoice>(
                  m, "FirmChoice", "A machine of an answer, and for how much it stays the first."));
    bind_rows(m, bind_record<Flip>(m, "Flip", "A value from which another machine is the first."));
    bind_record<Firmness>(m, "Firmness", "How firm an answer is.");
}

void bind_what_if(py::module_& m) {
    bind_record<Vary>(m, "Vary", "A setting with the values that it takes.");
    bind_record<SobolIndex>(
        m, "SobolIndex", "How much of the variance of the cost a setting makes.");
    bind_rows(m,
              bind_record<WhatIfCell>(m, "WhatIfCell", "The answer at one value of each setting."));
    bind_forms(bind_record<WhatIf>(m, "WhatIf", "The map of the first choices."));
    bind_record<ComparedColumn>(m, "ComparedColumn", "A machine, or a day, that is compared.");
    bind_record<ComparedFigure>(m, "ComparedFigure", "A figure of all that is compared.");
    bind_forms(bind_record<Comparison>(m, "Comparison", "Machines or days side by side."));
    m.def("_what_if", &map_of, "request"_a, "catalog"_a, "settings"_a, "vary"_a);
    m.def("_compare", &comparison_of, "request"_a, "catalog"_a, "settings"_a, "names"_a);
}
