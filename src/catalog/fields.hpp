// The fields of each row of a catalog, once.
//
// YAML in and out, the compiled image, the checks of single figures, `catalog show` and `export`,
// Python's attributes, tables and stub are all made from these lists, by a visitor that is called
// as visit(Field, value). So a new field is a member of its struct and a line here.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// What holds of a field; several are joined by `|`.
constexpr unsigned kOptional = 0;
constexpr unsigned kRequired = 1U << 0U; ///< a file must have the key
constexpr unsigned kOfFile = 1U << 1U;   ///< without the key, a row has the `provider` of its file
constexpr unsigned kWithGpu =
    1U << 2U;                         ///< required of a machine with a GPU, refused of one without
constexpr unsigned kGiven = 1U << 3U; ///< text that must not be empty
constexpr unsigned kPositive = 1U << 4U;    ///< and finite
constexpr unsigned kMaybe = 1U << 5U;       ///< empty or zero stands for "not known" or "has none"
constexpr unsigned kSourceName = 1U << 6U;  ///< refers to a source; must be given
constexpr unsigned kGpuName = 1U << 7U;     ///< refers to a GPU, if it is not empty
constexpr unsigned kFamilyName = 1U << 8U;  ///< refers to a family of the row's provider
constexpr unsigned kMachineName = 1U << 9U; ///< refers to a machine of the row's provider
constexpr unsigned kRegionCode = 1U << 10U; ///< refers to a region of the row's provider
constexpr unsigned kRounded = 1U << 11U; ///< made of logarithms: JSON and CSV have 12 digits of it
constexpr unsigned kWhole = 1U << 12U;   ///< often a whole number, which JSON has without a point
constexpr unsigned kIfKnown = 1U << 13U; ///< JSON has no such key where it is not known
constexpr unsigned kNotInJson = 1U << 14U;   ///< follows from others there, or is much
constexpr unsigned kUnlessGpu = 1U << 15U;   ///< required of a machine without a GPU
constexpr unsigned kFindingName = 1U << 16U; ///< one of finding::kAll
constexpr unsigned kSome = 1U << 17U; ///< a list that must not be empty, nor have an empty text

/// One field of a row.
struct Field {
    std::string_view key;          ///< in YAML, JSON, CSV and Python; a figure's unit is its suffix
    std::string_view meaning;      ///< in a line
    unsigned rules = kOptional;    ///< of those above
    std::string_view label{};      ///< in `catalog show`; empty if it is not shown
    std::string_view file_key{};   ///< in YAML, if it is not `key`
    std::string_view unset_word{}; ///< in YAML, of a flag that stands there as one of two words
    std::string_view set_word{};

    [[nodiscard]] constexpr bool is(unsigned rule) const { return (rules & rule) != 0; }
    [[nodiscard]] constexpr std::string_view in_file() const {
        return file_key.empty() ? key : file_key;
    }
};

template <class T, class Row>
concept RowOf = std::is_same_v<std::remove_const_t<T>, Row>;

template <class Visit, RowOf<Source> Row>
void fields(Visit&& visit, Row& s) {
    visit({"name", "unique; rows refer to it", kRequired | kGiven}, s.name);
    visit({"title", "publication, page or data set", kRequired | kGiven}, s.title);
    visit({"as_of", "the day the figures held", kRequired}, s.as_of);
    visit({.key = "recalled",
           .meaning = "a well-known data sheet that was not looked up again",
           .file_key = "evidence",
           .unset_word = "looked_up",
           .set_word = "recalled"},
          s.recalled);
}

template <class Visit, RowOf<Gpu> Row>
void fields(Visit&& visit, Row& g) {
    visit({"name", "unique in any case", kRequired | kGiven}, g.name);
    visit({"marketing_name", "as the vendor writes it", kMaybe}, g.marketing_name);
    visit({"vendor", "who makes it", kMaybe}, g.vendor);
    visit({"architecture", "generation", kMaybe}, g.architecture);
    visit({"year", "of launch", kMaybe}, g.year);
    visit({"memory_gib", "nominal, of one device", kRequired | kPositive}, g.memory);
    visit({"usable_memory_gib", "of it, what the driver reports to programs", kPositive},
          g.usable_memory);
    visit({"memory_bandwidth_gb_per_s", "of its memory", kPositive}, g.memory_bandwidth);
    visit({"fp64_tflops", "peak of its vector units", kPositive}, g.fp64);
    visit({"fp64_tensor_tflops", "peak of its tensor units", kPositive}, g.fp64_tensor);
    visit({"fp32_tflops", "peak of its vector units", kPositive}, g.fp32);
    visit({"tf32_tensor_tflops", "peak, dense", kPositive}, g.tf32_tensor);
    visit({"fp16_tflops", "peak of its vector units", kPositive}, g.fp16);
    visit({"fp16_tensor_tflops", "peak, dense", kPositive}, g.fp16_tensor);
    visit({"bf16_tensor_tflops", "peak, dense", kPositive}, g.bf16_tensor);
    visit({"fp8_tensor_tflops", "peak, dense", kPositive}, g.fp8_tensor);
    visit({"int8_tops", "peak, dense; 10^12 integer operations per second", kPositive}, g.int8);
    visit({"fp4_tensor_tflops", "peak, dense", kPositive}, g.fp4_tensor);
    visit({"interconnect", "to GPUs of the same machine: nvlink4, pcie3", kMaybe}, g.interconnect);
    visit({"interconnect_gb_per_s", "both directions together", kPositive},
          g.interconnect_bandwidth);
    visit({"tdp_watts", "power", kPositive}, g.tdp);
    visit({"aliases", "other spellings that `gpu` of a request accepts"}, g.aliases);
    visit({"stack", "what programs are built on: CUDA, ROCm, Neuron", kMaybe}, g.stack);
    visit({"compute_capability", "of CUDA: 8.0; the target of ROCm: gfx942", kMaybe},
          g.compute_capability);
    visit({"devices", "that programs see in it, if more than one", kMaybe}, g.devices);
    visit({"unsupported", "methods that do not run on it, though on its stack: qlora, adam_8bit"},
          g.unsupported);
    visit({"not_for", "work that it cannot do"}, g.not_for);
    visit({"note", "what else there is to say", kMaybe}, g.note);
    visit({"source", "name of a source", kSourceName}, g.source);
}

template <class Visit, RowOf<Family> Row>
void fields(Visit&& visit, Row& f) {
    visit({"provider", "who rents it out", kOfFile | kGiven}, f.provider);
    visit({"name", "unique for its provider", kRequired | kGiven}, f.name);
    visit({"purpose", "what the provider made it for", kRequired}, f.purpose);
    visit({"year", "of launch", kMaybe}, f.year);
    visit({"successor", "the family that followed", kMaybe}, f.successor);
    visit({"source", "name of a source", kSourceName}, f.source);
}

template <class Visit, RowOf<Instance> Row>
void fields(Visit&& visit, Row& i) {
    visit({"provider", "who rents it out", kOfFile | kGiven}, i.provider);
    visit({"name", "unique for its provider", kRequired | kGiven}, i.name);
    visit({"family", "name of its family", kRequired | kFamilyName, "family"}, i.family);
    visit({"vcpus",
           "a share of a core is possible; of a machine with a GPU it may be unknown",
           kUnlessGpu | kPositive,
           "vCPUs"},
          i.vcpus);
    visit({"memory_gib",
           "of the host; of a machine with a GPU it may be unknown",
           kUnlessGpu | kPositive,
           "memory"},
          i.memory);
    visit({"arch", "x86_64, arm64", kMaybe}, i.arch);
    visit({"cpu_vendor", "who makes the processor", kMaybe}, i.cpu_vendor);
    visit({"clock_ghz", "of the processor, sustained", kMaybe}, i.clock_ghz);
    visit({"gpu", "name of a GPU", kMaybe | kGpuName}, i.gpu);
    visit({"gpu_count", "0.125 for an eighth of a GPU", kWithGpu}, i.gpu_count);
    visit({"reported_gpu_memory_gib", "of one GPU, as the provider reports it", kPositive},
          i.reported_gpu_memory);
    visit({"local_storage_gb", "of its own disks", kPositive, "local storage"}, i.local_storage);
    visit({"local_storage_kind", "ssd or hdd", kMaybe}, i.local_storage_kind);
    visit({"network_gbps", "sustained", kPositive, "network"}, i.network);
    visit({"network_peak_gbps", "in bursts, if above network_gbps", kPositive}, i.network_peak);
    visit({"network_estimated", "the provider gives only a word"}, i.network_estimated);
    visit({"ebs_gbps", "to network disks, sustained", kPositive}, i.ebs);
    visit({"burstable", "full speed only in bursts"}, i.burstable);
    visit({"bare_metal", "without a hypervisor"}, i.bare_metal);
    visit({"community", "a private person's, in no data centre"}, i.community);
    visit({"retired", "can no longer be launched anywhere"}, i.retired);
    visit({"source", "name of a source", kSourceName, "source"}, i.source);
}

template <class Visit, RowOf<Region> Row>
void fields(Visit&& visit, Row& r) {
    visit({"provider", "who rents there", kOfFile | kGiven}, r.provider);
    visit({"code", "unique for its provider", kRequired | kGiven}, r.code);
    visit({"name", "as the provider writes it", kMaybe}, r.name);
    visit({"city", "nearest to it", kMaybe}, r.city);
    visit({"country", "in which it is", kMaybe}, r.country);
    visit({"latitude", "degrees in [-90, 90]; none of what is no one place"}, // one value, two keys
          {"longitude", "degrees in [-180, 180]; none of what is no one place"},
          r.place);
    visit({"year", "of launch", kMaybe}, r.year);
    visit({"note", "what else there is to say", kMaybe}, r.note);
    visit({"source", "name of a source", kSourceName}, r.source);
}

template <class Visit, RowOf<Offering> Row>
void fields(Visit&& visit, Row& o) {
    visit({"provider", "who rents it out", kOfFile}, o.provider);
    visit({"instance", "name of a machine", kRequired | kMachineName}, o.instance);
    visit({"regions", "codes of the regions where it can be launched", kRegionCode}, o.regions);
    visit({"source", "name of a source", kSourceName}, o.source);
}

template <class Visit, RowOf<Price> Row>
void fields(Visit&& visit, Row& p) {
    visit({"provider", "who rents it out", kOfFile}, p.provider);
    visit({"instance", "name of a machine", kRequired | kMachineName}, p.instance);
    visit({"region", "code of a region", kRequired | kRegionCode}, p.region);
    visit({"purchase", "on_demand or spot", kRequired}, p.purchase);
    visit({.key = "price_usd_per_hour",
           .meaning = "of the machine; in no other currency",
           .rules = kRequired | kPositive,
           .file_key = "usd_per_hour"},
          p.hourly);
    visit({"source", "name of a source", kSourceName}, p.source);
}

template <class Visit, RowOf<Explanation> Row>
void fields(Visit&& visit, Row& e) {
    visit({"provider", "of the machines or families", kOfFile}, e.provider);
    visit({"finding", "what is found: no price", kRequired | kFindingName}, e.finding);
    visit({"names", "of machines, families or GPUs, or patterns", kRequired | kSome}, e.names);
    visit({"regions", "codes or patterns; none: of all", kOptional}, e.regions);
    visit({"why", "it is as it should be", kRequired | kGiven}, e.why);
    visit({"inherited", "of the catalog that was extended: it need not explain anything"},
          e.inherited);
}

/// An offer as `catalog export` has it: the columns, in their order.
template <class Visit>
void fields(Visit&& visit, const Offer& o) {
    const Instance& m = o.instance;
    visit({"provider", "who rents it out"}, m.provider);
    visit({"instance", "name of the machine"}, m.name);
    visit({"family", "name of its family"}, m.family);
    visit({"region", "code of the region"}, o.region.code);
    visit({"purchase", "on_demand or spot"}, o.purchase);
    visit({"price_usd_per_hour", "of the machine"}, o.price);
    visit({"offered", "whether it can be launched there"}, o.offered && !m.retired);
    visit({"gpu", "name of its GPU", kMaybe}, m.gpu);
    visit({"gpu_count", "0.125 for an eighth of a GPU", kWithGpu}, m.gpu_count);
    visit({"gpu_memory_gib", "of one GPU, or of the share of one"},
          o.gpu == nullptr ? std::nullopt : std::optional{gpu_memory(m, *o.gpu)});
    visit({"vcpus", "a share of a core is possible"}, m.vcpus);
    visit({"memory_gib", "of the host"}, m.memory);
    visit({"network_gbps", "sustained"}, m.network);
    visit({"arch", "x86_64, arm64", kMaybe}, m.arch);
    visit({"source", "name of the source of the price"}, o.source.name);
    visit({"as_of", "the day the price held"}, o.source.as_of);
    visit({"stack", "what programs are built on", kMaybe}, o.gpu ? o.gpu->stack : std::string{});
}

} // namespace flopwise
