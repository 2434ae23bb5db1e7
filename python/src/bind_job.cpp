#include "python.hpp"
#include "record.hpp"

#include <algorithm>

using namespace flopwise;
using namespace flopwise::python;

// What a training job is made of, each for itself: models, their time on some GPUs, their memory.

static const Gpu& gpu_of(const Catalog& catalog, const std::string& name) {
    const Gpu* gpu = catalog.find_gpu(name);
    if (gpu == nullptr)
        throw ArgumentError{"gpu", fmt::format("must be a GPU of the catalog, got \"{}\"", name)};
    return *gpu;
}

/// Settings of a job; the precision is that of training if it is not given.
static Request job_of(const py::kwargs& settings) {
    Request out = with_settings({}, settings);
    if (!out.precision)
        out.precision = precision_of(out.profile);
    return out;
}

static std::optional<Estimate> time_of(const std::string& gpu,
                                       double gpus,
                                       double machines,
                                       std::optional<double> network_gbps,
                                       const py::object& catalog,
                                       const py::kwargs& settings) {
    const Request r = job_of(settings);
    const Catalog machine = catalog_of(catalog, r);
    require_positive("gpus", gpus);
    require_positive("machines", machines);
    if (machines > 1 && !network_gbps)
        throw ArgumentError{"network_gbps", "must be given for several machines"};
    const GpuSet on{.gpu = &gpu_of(machine, gpu),
                    .gpus = gpus,
                    .machines = machines,
                    .network = network_gbps ? std::optional{Gbps{*network_gbps}} : std::nullopt};
    return job_estimate(job_of(r), r.today, on, *r.precision);
}

static std::optional<MemoryFit>
fit_of(const std::string& gpu, double gpus, const py::object& catalog, const py::kwargs& settings) {
    const Request r = job_of(settings);
    const Catalog machine = catalog_of(catalog, r);
    const Gpu& has = gpu_of(machine, gpu);
    require_positive("gpus", gpus);
    const int devices = std::max(1, has.devices); // that programs see in one
    const GiB usable = has.usable_memory.value_or(has.memory);
    const auto found =
        job_fit(job_of(r), model_of(job_of(r)), *r.precision, usable / devices, gpus * devices);
    return found ? std::optional{found->memory} : std::nullopt;
}

static std::optional<double> speed_on(const std::string& gpu,
                                      double gpus,
                                      const std::string& precision,
                                      const py::object& catalog) {
    Request r;
    set(r, "precision", std::vector{precision});
    require_positive("gpus", gpus);
    const Catalog machine = catalog_of(catalog, r);
    const auto found = predicted_tflops(gpu_of(machine, gpu), gpus, *r.precision);
    return found ? std::optional{found->value()} : std::nullopt;
}

static void bind_records(py::module_& m) {
    bind_rows(m,
              bind_record<Model>(m, "Model", "A model, as far as time and memory depend on it."));
    bind_record<Estimate>(
        m, "Estimate", "Hours of a job: a Student-t distribution of their logarithm.")
        .def(
            "quantile",
            [](const Estimate& self, double p) { return self.quantile(p); },
            "p"_a,
            "The hours that are enough with probability p, in (0, 1).")
        .def(
            "probability",
            [](const Estimate& self, double hours) { return self.probability(Hours{hours}); },
            "hours"_a,
            "P(the job is done within so many hours).");
    bind_record<MemoryFit>(m, "MemoryFit", "How a model fits into the memory of some GPUs.");
    bind_rows(m, bind_record<Factor>(m, "Factor", "One figure of an estimate, and its source."));
    bind_record<JobChoice>(m, "JobChoice", "What a training job comes to on a choice.");
}

static void bind_models(py::module_& m) {
    m.def(
        "models",
        [] {
            const auto all = models();
            return table_of(std::vector<Model>(all.begin(), all.end()));
        },
        "The named models, a Table of :class:`Model` (data/models.yaml).");
    m.def("find_model",
          &find_model,
          "name"_a,
          "The model of that name or alias, in any case.\n\n"
          "Raises\n------\nFlopwiseError\n    If there is none, with what may be meant.\n\n"
          "Examples\n--------\n>>> import flopwise\n"
          ">>> flopwise.find_model(\"ResNet50\").forward_gmacs\n4.11\n"
          ">>> flopwise.find_model(\"Qwen/Qwen2.5-7B-Instruct\").name\n'qwen2.5-7b'");
    m.def(
        "read_model_config",
        [](const std::filesystem::path& path) { return read_model_config(path); },
        "path"_a,
        R"(The model that a config.json of Hugging Face transformers or diffusers describes.

``recommend``, ``estimate`` and ``memory_fit`` take such a path as ``model`` too.

Parameters
----------
path : str or path
    The file, or the folder that it is in.

Raises
------
FlopwiseError
    If it cannot be read, its class is not known, or a figure that is needed is not there.)");
    m.def(
        "model_from_config",
        [](const std::string& text) { return model_from_config(text); },
        "text"_a,
        R"(The model that the text of a config.json describes.

Examples
--------
>>> import flopwise
>>> text = '{"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257}'
>>> flopwise.model_from_config(text).parameters
124439808.0)");
}

static void bind_estimate(py::module_& m) {
    m.def("estimate",
          &time_of,
          py::kw_only(),
          "gpu"_a,
          "gpus"_a = 1.0,
          "machines"_a = 1.0,
          "network_gbps"_a = py::none(),
          "catalog"_a = py::none(),
          R"(How long a training job takes on some GPUs, and how sure that is.

Parameters
----------
gpu : str
    Name or alias of a GPU of the catalog.
gpus : float, optional
    In each machine.
machines : float, optional
    Equal ones that work on it together.
network_gbps : float, optional
    Between machines; must be given for several.
catalog : Catalog, str or path, optional
    Where the GPU is looked up.
**settings
    The job as :func:`flopwise.recommend` takes it: ``model``, ``tokens``, ``batch`` ...

Returns
-------
Estimate or None
    None if the rate or the memory bandwidth of the GPU is not known.

Raises
------
FlopwiseError
    If a figure is missing, contradicts another or is out of its range.

Examples
--------
>>> import flopwise
>>> time = flopwise.estimate(gpu="A100-SXM4-80GB", gpus=8, model="llama-2-7b", tokens=2e9)
>>> time.quantile(0.1) < time.hours < time.quantile(0.9)
True)");
}

static void bind_memory(py::module_& m) {
    m.def("memory_fit",
          &fit_of,
          py::kw_only(),
          "gpu"_a,
          "gpus"_a = 1.0,
          "catalog"_a = py::none(),
          R"(Whether a model fits into the memory of some GPUs while it is trained.

Takes the settings of a job as :func:`estimate` does: ``model``, ``fine_tune``, ``sharding`` ...
Where ``recompute`` is not given, activations of text are computed again if it does not fit otherwise.

Returns
-------
MemoryFit or None
    None if what the model needs is not known.

Examples
--------
>>> import flopwise
>>> flopwise.memory_fit(gpu="T4", model="llama-2-7b").fits
False
>>> flopwise.memory_fit(gpu="T4", model="llama-2-7b", fine_tune="qlora").fits
True)");
}

static void bind_speed(py::module_& m) {
    m.def("predicted_tflops",
          &speed_on,
          py::kw_only(),
          "gpu"_a,
          "gpus"_a = 1.0,
          "precision"_a = "mixed",
          "catalog"_a = py::none(),
          R"(What training is predicted to reach on some GPUs of one machine, in TFLOPS.

The speed by which machines are compared where no job is given: the geometric mean of three nets,
whatever fits into memory.

Returns
-------
float or None
    None if the GPU lacks the precision or a published bandwidth, and for fp64 and int8.

Examples
--------
>>> import flopwise
>>> l4, v100 = (flopwise.predicted_tflops(gpu=name) for name in ("L4", "nvidia-v100-sxm2-16gb"))
>>> round(l4 / v100, 2)
0.56)");
}

void bind_job(py::module_& m) {
    bind_records(m);
    bind_speed(m);
    bind_models(m);
    bind_estimate(m);
    bind_memory(m);
}
