#include "bundle/training.hpp"

#include <flopwise/precision.hpp>

#include "bundle/rows.hpp"
#include "text/files.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"
#include "training/fitted.hpp"

#include <iterator>
#include <map>

namespace flopwise {

constexpr std::size_t kLargest = std::size_t{1} << 20U;

static std::string literal(const std::optional<double>& figure) {
    return figure ? fmt::format("{}", *figure) : "kNone";
}

template <class T>
static std::string literal(const std::optional<T>& figure) {
    return figure ? fmt::format("{}", figure->value()) : "kNone";
}

static ModelKind kind_of(yaml::Fields& row) {
    const std::string name = row.text("kind");
    for (std::size_t k = 0; k < kModelKinds; ++k)
        if (to_string(static_cast<ModelKind>(k)) == name)
            return static_cast<ModelKind>(k);
    row.refuse(row.node(), "kind", "must be a kind of net, got " + name);
}

// ---- models.yaml --------------------------------------------------------------------

static std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names)
        out += (out.empty() ? "" : "|") + name;
    return out;
}

/// How many times the data set is seen, and who says so.
static std::string recipe_of(yaml::Fields& row, const RowSources& sources) {
    const auto epochs = row.number_or_none("epochs");
    const std::string recipe = row.text_or("recipe", "");
    if (epochs.has_value() == recipe.empty() || (epochs && !(*epochs > 0)))
        row.refuse(row.node(), "epochs", "must be positive and come with the source of the recipe");
    if (!recipe.empty() && !sources.contains(recipe))
        row.refuse(row.node(), "recipe", "must be one of the sources, got " + recipe);
    return fmt::format(
        "{}, \"{}\"",
        literal(epochs),
        recipe.empty() ? ""
                       : fmt::format("{}; {}", sources.at(recipe).title, sources.at(recipe).as_of));
}

static std::string
net_row(yaml::Fields& row, const RowSources& sources, std::map<std::string, double>& samples) {
    std::string out = fmt::format("    {{\"{}\", static_cast<ModelKind>({})",
                                  row.text("name"),
                                  static_cast<int>(kind_of(row)));
    for (const char* key : {"parameters",
                            "active_parameters",
                            "matmul_parameters",
                            "layers",
                            "hidden",
                            "heads",
                            "head_dim",
                            "seq_len",
                            "max_seq_len",
                            "attention_window",
                            "window_layers",
                            "vocab",
                            "forward_gmacs",
                            "image_px",
                            "activations_m",
                            "operations"}) {
        const auto figure = row.number_or_none(key);
        if (figure && !(*figure > 0))
            row.refuse(row.node(), key, fmt::format("must be positive, got {}", *figure));
        out += ", " + literal(figure);
    }
    const std::string dataset = row.text_or("dataset", "");
    if (!dataset.empty() && !samples.contains(dataset))
        row.refuse(row.node(), "dataset", "must be one of the datasets, got " + dataset);
    const auto& [title, as_of] = source_of(row, sources);
    return out + fmt::format(", \"{}\", {}, {}, \"{}\", \"{}{}; {}\"}},\n",
                             dataset,
                             dataset.empty() ? "kNone" : fmt::format("{}", samples[dataset]),
                             recipe_of(row, sources),
                             joined(row.texts("aliases")),
                             row.flag("recalled") ? "recalled from " : "",
                             title,
                             as_of);
}

std::string models_as_code(const std::string& file) {
    const yaml::Node node = yaml::parse(text::read_file(file, kLargest), file);
    yaml::Fields root{node, file, ""};
    const RowSources sources = sources_of(root);
    std::map<std::string, double> samples;
    each_row(root, "datasets", [&](yaml::Fields& row) {
        (void)row.text("source");
        (void)row.flag("recalled");
        const std::string name = row.text("name");
        samples[name] = row.number("samples");
    });
    std::string out = "constexpr double kNone = std::numeric_limits<double>::quiet_NaN();\n"
                      "constexpr ModelRow kModels[] = {\n";
    each_row(root, "models", [&](yaml::Fields& row) { out += net_row(row, sources, samples); });
    root.done();
    return out + "};\n";
}

// ---- memory.yaml --------------------------------------------------------------------

std::string memory_as_code(const std::string& file) {
    constexpr std::array<std::string_view, 21> kFigures{"rows",
                                                        "source_groups",
                                                        "degrees_of_freedom",
                                                        "layer",
                                                        "layer_width",
                                                        "adapters",
                                                        "scores",
                                                        "logit",
                                                        "logit_fused",
                                                        "mixed_copy",
                                                        "held",
                                                        "step",
                                                        "gathered",
                                                        "context_gib",
                                                        "fragmentation",
                                                        "image",
                                                        "image_dense",
                                                        "spread_states",
                                                        "spread_activations",
                                                        "spread_images",
                                                        "spread_derived"};
    const yaml::Node node = yaml::parse(text::read_file(file, kLargest), file);
    yaml::Fields root{node, file, ""};
    (void)root.take("sources");
    (void)root.text("fitted");
    std::string out = "constexpr MemoryModel kMemory{\n";
    for (const std::string_view figure : kFigures) {
        const double value = root.number(figure);
        if (!(value > 0))
            root.refuse(node, figure, fmt::format("must be positive, got {}", value));
        out += fmt::format("    .{} = {},\n", figure, value);
    }
    root.done();
    return out + "};\n";
}

// ---- utilisation.yaml ---------------------------------------------------------------

static std::string factors(yaml::Fields& root, std::string_view key, std::string_view name) {
    std::string out = fmt::format("constexpr FactorRow {}[] = {{\n", name);
    each_row(root, key, [&](yaml::Fields& row) {
        (void)row.number_or_none("standard_error");
        (void)row.text_or("source", "");
        out += fmt::format("    {{\"{}\", {}, {}}},\n",
                           row.text("name"),
                           row.number("value"),
                           row.number_or_none("sources").value_or(0));
    });
    return out + "};\n";
}

constexpr std::array<std::string_view, 5> kTimed{"fp32", "tf32", "fp16", "bf16", "fp8"};

/// A figure in each precision, of which the keys have `before` and `after` around its name.
static std::string rates(yaml::Fields& row, std::string_view before, std::string_view after) {
    std::string out;
    for (const std::string_view precision : kTimed)
        out += (out.empty() ? "{" : ", ") +
               literal(row.number_or_none(fmt::format("{}{}{}", before, precision, after)));
    return out + "}";
}

static std::string generations(yaml::Fields& root) {
    std::string out = "constexpr GenerationRow kGenerations[] = {\n";
    each_row(root, "generations", [&](yaml::Fields& row) {
        (void)row.number_or_none("standard_error");
        out += fmt::format("    {{\"{}\", {}, {}, {}}},\n",
                           row.text("name"),
                           row.number("value"),
                           rates(row, "", ""),
                           row.number("sources"));
    });
    return out + "};\n";
}

static std::string reached_shares(yaml::Fields& root) {
    std::string out = "constexpr ReachedRow kReachedShares[] = {\n";
    each_row(root, "reached_shares", [&](yaml::Fields& row) {
        out += fmt::format("    {{\"{}\", {}}},\n", row.text("name"), rates(row, "", ""));
    });
    return out + "};\n";
}

/// Figures of a GPU: memory, bandwidth, link, and the peaks that are published for it.
static std::string figures(const Gpu& gpu) {
    std::string out = fmt::format("{}, {}, {}",
                                  gpu.memory.value(),
                                  literal(gpu.memory_bandwidth),
                                  literal(gpu.interconnect_bandwidth));
    std::string peaks;
    for (const Precision precision :
         {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16, Precision::fp8})
        peaks += (peaks.empty() ? "{" : ", ") + literal(peak(gpu, precision));
    return out + ", " + peaks + "}";
}

static std::string gpu_rows(yaml::Fields& root, const Catalog& catalog) {
    std::map<std::string, std::string> sorted; // they are looked up by name
    each_row(root, "gpus", [&](yaml::Fields& row) {
        const std::string name = row.text("name");
        const Gpu* gpu = catalog.find_gpu(name);
        if (gpu == nullptr)
            row.refuse(row.node(), "name", "must be a GPU of data/gpus.yaml, got " + name);
        sorted[name] = fmt::format("    {{\"{}\", {}, {}, {}, {}}},\n",
                                   name,
                                   rates(row, "", ""),
                                   rates(row, "reached_", "_tflops"),
                                   row.number("sources"),
                                   figures(*gpu));
    });
    std::string out = "constexpr GpuRow kTimedGpus[] = {\n";
    for (const auto& [name, row] : sorted)
        out += row;
    return out + "};\n";
}

static std::string machines(yaml::Fields& measured) {
    std::string out = "constexpr MeasuredMachine kMachines[] = {\n";
    each_row(measured, "machines", [&](yaml::Fields& row) {
        const std::string name = row.text("name");
        out += fmt::format("    {{\"{}\", \"{}\", {}, {}, {}, {}}},\n",
                           name,
                           row.text("gpu"),
                           row.number("compute"),
                           row.number("memory"),
                           row.number("latency"),
                           row.number("host"));
    });
    return out + "};\n";
}

static yaml::Fields mapping(yaml::Fields& root, std::string_view key) {
    const yaml::Node* node = root.take(key);
    if (node == nullptr)
        root.refuse(root.node(), key, "must be given");
    return {*node, root.file(), root.path(key)};
}

/// The values of the keys, one after the other.
static std::string numbers(yaml::Fields& from, std::span<const std::string_view> keys) {
    std::string out;
    for (const std::string_view key : keys)
        out += fmt::format("    {},\n", from.number(key));
    return out;
}

std::string utilisation_as_code(const std::string& file, const Catalog& catalog) {
    constexpr std::array<std::string_view, 16> kSpread{"scale",
                                                       "degrees_of_freedom",
                                                       "kind_sd",
                                                       "generation_sd",
                                                       "gpu_sd",
                                                       "run_sd",
                                                       "finetune_sd",
                                                       "recent_sd",
                                                       "sample_sd",
                                                       "input_sd",
                                                       "moe_sd",
                                                       "encoder_sd",
                                                       "program_sd",
                                                       "unseen_count",
                                                       "network_sd",
                                                       "seen_gpu_count"};
    constexpr std::array<std::string_view, 13> kMeasured{"exponent",
                                                         "floor",
                                                         "host_base",
                                                         "intensity_power",
                                                         "default_operations",
                                                         "default_flops_per_activation",
                                                         "scale",
                                                         "ratio_scale",
                                                         "ratio_degrees_of_freedom",
                                                         "generation_sd",
                                                         "gpu_sd",
                                                         "setting_sd",
                                                         "repeat_sd"};
    const yaml::Node node = yaml::parse(text::read_file(file, kLargest), file);
    yaml::Fields root{node, file, ""};
    (void)root.take("sources");
    (void)root.take("cross_validation");
    yaml::Fields spread = mapping(root, "spread");
    yaml::Fields measured = mapping(root, "measured_mode");
    std::string out =
        factors(root, "parameters", "kParameters") + factors(root, "kinds", "kKinds") +
        factors(root, "precisions", "kPrecisionFactors") + factors(root, "programs", "kPrograms") +
        factors(root, "program_means", "kProgramMeans") + generations(root) +
        gpu_rows(root, catalog) + reached_shares(root) + factors(root, "host_links", "kHostLinks") +
        machines(measured);
    out += fmt::format(
        "constexpr Utilisation kUtilisation{{\n    \"{}\", {}, {}, kParameters, "
        "kKinds, kPrecisionFactors, kPrograms, kProgramMeans, kGenerations, kTimedGpus, "
        "kReachedShares, kHostLinks,\n",
        root.text("fitted"),
        root.number("rows"),
        root.number("source_groups"));
    out += numbers(spread, kSpread) + numbers(measured, kMeasured) + "    kMachines};\n";
    (void)measured.take("median_error");
    (void)measured.take("p90_error");
    for (const yaml::Fields* fields : {&root, &spread, &measured})
        fields->done();
    return out;
}

} // namespace flopwise
