#include "python.hpp"
#include "recommend/recommend.hpp"
#include "record.hpp"
#include "report/sections.hpp"
#include "text/files.hpp"
#include "text/text.hpp"

using namespace flopwise;
using namespace flopwise::python;

static Recommendation
answer(const py::object& request, const py::object& catalog, const py::dict& settings) {
    if (!request.is_none() && !py::isinstance<Request>(request))
        throw py::type_error(
            fmt::format("request: must be a Request, got {}", python::text(py::repr(request))));
    py::dict rest = settings.attr("copy")();
    const py::object charges = rest.attr("pop")("charges", py::none());
    Request asked = with_settings(request.is_none() ? Request{} : request.cast<Request>(), rest);
    const bool opened = py::isinstance<Catalog>(catalog);
    if (!opened)
        asked = with_settings(asked, py::dict("catalog"_a = catalog));
    if (!py::isinstance<Charges>(charges))
        asked = with_settings(asked, py::dict("charges"_a = charges));
    if (opened)
        require_no_catalog(asked);
    const Catalog machines = catalog_of(opened ? catalog : py::none(), asked);
    std::optional<Charges> rates;
    if (py::isinstance<Charges>(charges))
        rates = charges.cast<Charges>();
    Recommendation out = without_gil([&] {
        return answered(machines, asked, rates ? *rates : flopwise::charges_of(asked, machines));
    });
    out.request.origin.clear(); // equal questions give equal answers, wherever they were written
    return out;
}

/// Settings are called by their keywords in all that is for people.
static void bind_texts(py::class_<Recommendation>& answer) {
    answer
        .def(
            "_text",
            [](const Recommendation& self,
               bool explain,
               bool wide,
               int width,
               std::vector<std::string> columns) {
                return table(self,
                             {.explain = explain,
                              .wide = wide,
                              .width = width,
                              .columns = std::move(columns),
                              .keywords = true});
            },
            "explain"_a = false,
            "wide"_a = false,
            "width"_a = TableStyle{}.width,
            "columns"_a = std::vector<std::string>{})
        .def(
            "_markdown",
            [](const Recommendation& self, bool explain, std::vector<std::string> columns) {
                return markdown(
                    self, {.explain = explain, .columns = std::move(columns), .keywords = true});
            },
            "explain"_a = false,
            "columns"_a = std::vector<std::string>{})
        .def("_html", [](const Recommendation& self) { return html(self, {.keywords = true}); })
        .def("_write_html",
             [](const Recommendation& self, const std::filesystem::path& path) {
                 text::write_file(path, html(self, {.keywords = true}));
             })
        .def("to_json", [](const Recommendation& self) { return json(self); })
        .def("to_csv", [](const Recommendation& self) { return csv(self); })
        .def("brief", &brief);
}

static void bind_answer(py::module_& m) {
    auto answer = bind_record<Recommendation>(m, "Recommendation", "All that recommend() found.");
    answer.def(py::init<const Recommendation&>());
    bind_texts(answer);
    answer
        .def("_sections",
             [](const Recommendation& self) {
                 std::vector<std::pair<std::string, std::vector<std::string>>> out;
                 for (const Section& section : sections(self, Form::page, {.keywords = true})) {
                     out.push_back({section.title, {}});
                     for (const Line& line : section.lines)
                         out.back().second.push_back(flopwise::text::printable(line.text));
                 }
                 return out;
             })
        .def("_launch_script",
             [](const Recommendation& self, const Choice& choice) {
                 return launch_script(self.request, choice);
             })
        .def("_explanation", [](const Recommendation& self, const Choice& choice) {
            return explanation(self, choice);
        });
}

/// The nearest refusals are what a reader wants of Refusals, so it is a sequence of them.
static void bind_refusals(py::module_& m) {
    auto refusals = bind_record<Refusals>(
        m,
        "Refusals",
        "The offers in scope that do not qualify: how many, why, and the nearest of them.\n\n"
        "A sequence of the nearest :class:`Refusal`, with the methods of :class:`Table`.");
    const auto nearest = [](const Refusals& self) { return py::cast(self.nearest); };
    refusals.def("__len__", [](const Refusals& self) { return self.nearest.size(); })
        .def("__iter__", [nearest](const Refusals& self) { return py::iter(nearest(self)); })
        .def("__str__", [nearest](const Refusals& self) { return py::str(nearest(self)); })
        .def("__getitem__", [nearest](const Refusals& self, const py::object& at) {
            return nearest(self).attr("__getitem__")(at);
        });
    for (const char* method : {"to_pandas",
                               "to_polars",
                               "to_dicts",
                               "to_json",
                               "to_csv",
                               "to_parquet",
                               "head",
                               "filter",
                               "sort",
                               "index",
                               "_repr_html_",
                               "__contains__",
                               "__reversed__",
                               "__arrow_c_stream__",
                               "__arrow_c_schema__"})
        refusals.def(method,
                     [nearest, method](
                         const Refusals& self, const py::args& args, const py::kwargs& options) {
                         return nearest(self).attr(method)(*args, **options);
                     });
}

void bind_recommend(py::module_& m) {
    auto choice =
        bind_record<Choice>(m, "Choice", "An offer that qualifies, with its cost and score.");
    choice.def_property_readonly(
        "total_usd",
        [](const Choice& self) {
            return self.cost ? std::optional{self.cost->total} : std::nullopt;
        },
        "of ``cost``: what the plan costs in all; None without days");
    const auto family =
        bind_record<FamilyChoice>(m, "FamilyChoice", "A family with at least one choice.");
    const auto refusal = bind_record<Refusal>(m, "Refusal", "An offer that does not qualify.");
    bind_rows(m, choice);
    bind_rows(m, family);
    bind_rows(m, refusal);
    bind_rows(m,
              bind_record<GpuMatch>(
                  m, "GpuMatch", "The GPUs that a name in `gpu` of a request stands for."));
    bind_rows(m,
              bind_record<Unpriced>(
                  m, "Unpriced", "A machine without a known price where it is asked for."));
    bind_record<UnpricedMachines>(
        m, "UnpricedMachines", "The machines without a known price where they are asked for.");
    bind_rows(m,
              bind_record<FrontPoint>(
                  m, "FrontPoint", "A machine that no other beats in cost and in hours."));
    bind_record<ChargeSummary>(
        m, "ChargeSummary", "What is charged beside the machine in one region.");
    bind_record<RegionChoice::Elsewhere>(
        m, "Elsewhere", "The best choice in the region where it is cheapest.");
    bind_rows(m, bind_record<AnswerChange>(m, "AnswerChange", "A price in two days' answers."));
    bind_record<Against>(m, "Against", "The answer of another day to the same question.");
    bind_record<RegionChoice::Farther>(
        m, "Farther", "The best choice of all regions a little farther away.");
    bind_record<RegionChoice>(
        m, "RegionChoice", "The region taken because it is among the nearest with an offer.");
    bind_record<OwnJob>(m, "OwnJob", "A training job on a machine to buy, and on one to rent.")
        .def("decided", &OwnJob::decided, "Whether it is known if renting costs less.");
    bind_record<OwnOrRent>(m, "OwnOrRent", "Buying a machine, compared with renting one.")
        .def_property_readonly(
            "verdict",
            [](const OwnOrRent& self) -> std::optional<std::string> {
                if (!self.rented || (self.job && !self.job->decided()))
                    return std::nullopt;
                return self.own_is_cheaper ? "own" : "rent";
            },
            "\"own\" or \"rent\", whatever costs less; None with nothing to compare, or if\n"
            "it is not known.");
    bind_refusals(m);
    bind_answer(m);
    m.def("_recommend", &answer, "request"_a, "catalog"_a, "settings"_a);
}
