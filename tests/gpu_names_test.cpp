#include <flopwise/recommend.hpp>
#include <flopwise/report.hpp>

#include "catch.hpp"

#include <algorithm>
#include <set>

using namespace flopwise;

static const Catalog& clouds() {
    static const Catalog one = Catalog::bundled("clouds-2026-11");
    return one;
}

static std::vector<std::string> named(std::string_view name) {
    std::vector<std::string> out;
    for (const Gpu* gpu : clouds().find_gpus(name))
        out.push_back(gpu->name);
    std::sort(out.begin(), out.end());
    return out;
}

/// What a question for one GPU is refused with.
static std::string refused_for(const std::string& name) {
    try {
        (void)recommend(clouds(), {.constraints = {.gpu = {name}}});
        return "";
    } catch (const Error& e) {
        return e.what();
    }
}

using List = std::vector<std::string>;

TEST_CASE("a bare model is all of its memories and forms", "[gpu_names]") {
    // The rows of data/gpus.yaml, read by eye.
    CHECK(named("A100") == List{"nvidia-a100-pcie-40gb",
                                "nvidia-a100-pcie-80gb",
                                "nvidia-a100-sxm4-40gb",
                                "nvidia-a100-sxm4-80gb"});
    CHECK(named("h100") == List{"nvidia-h100-nvl-94gb",
                                "nvidia-h100-pcie-80gb",
                                "nvidia-h100-sxm-96gb",
                                "nvidia-h100-sxm5-80gb"});
    CHECK(named("V100") ==
          List{"nvidia-v100-pcie-16gb", "nvidia-v100-sxm2-16gb", "nvidia-v100-sxm2-32gb"});
    CHECK(named("RTX PRO 6000") ==
          List{"nvidia-rtx-pro-6000-server", "nvidia-rtx-pro-6000-workstation"});
}

TEST_CASE("a memory or a form that is named must be so", "[gpu_names]") {
    const List of_80{"nvidia-a100-pcie-80gb", "nvidia-a100-sxm4-80gb"};
    const List on_pcie{"nvidia-a100-pcie-40gb", "nvidia-a100-pcie-80gb"};
    for (const char* name : {"A100-80GB", "A100 80 GB", "a100_80g", "A100 81920MiB", "A100 80"})
        CHECK(named(name) == of_80);
    CHECK(named("A100 PCIe") == on_pcie);
    CHECK(named("A100PCIE") == on_pcie);
    CHECK(named("A100 SXM") == List{"nvidia-a100-sxm4-40gb", "nvidia-a100-sxm4-80gb"});
    CHECK(named("A100 SXM5").empty());
    CHECK(named("A100 64GB").empty());
    CHECK(named("H100 94GB") == List{"nvidia-h100-nvl-94gb"});
    CHECK(named("H100 95830MiB") == List{"nvidia-h100-nvl-94gb"}); // not the one of 96 GiB
}

TEST_CASE("names that drivers and clusters print are one GPU", "[gpu_names]") {
    // As nvidia-smi, and the label nvidia.com/gpu.product of Kubernetes, have them.
    const auto [name, gpu] = GENERATE(table<const char*, const char*>({
        {"NVIDIA A100-SXM4-80GB", "nvidia-a100-sxm4-80gb"},
        {"NVIDIA A100-SXM4-40GB", "nvidia-a100-sxm4-40gb"},
        {"NVIDIA A100 80GB PCIe", "nvidia-a100-pcie-80gb"},
        {"NVIDIA A100-PCIE-40GB", "nvidia-a100-pcie-40gb"},
        {"NVIDIA H100 80GB HBM3", "nvidia-h100-sxm5-80gb"},
        {"NVIDIA H100 PCIe", "nvidia-h100-pcie-80gb"},
        {"NVIDIA H100 NVL", "nvidia-h100-nvl-94gb"},
        {"NVIDIA GH200 480GB", "nvidia-gh200-96gb"},
        {"NVIDIA L4", "nvidia-l4"},
        {"NVIDIA L40S", "nvidia-l40s"},
        {"NVIDIA A10G", "nvidia-a10g"},
        {"NVIDIA A10", "nvidia-a10"},
        {"Tesla T4", "nvidia-t4"},
        {"Tesla T4 15360MiB", "nvidia-t4"},
        {"Tesla V100-SXM2-32GB", "nvidia-v100-sxm2-32gb"},
        {"NVIDIA GeForce RTX 4090", "nvidia-rtx-4090"},
        {"NVIDIA RTX A6000", "nvidia-rtx-a6000"},
        {"NVIDIA RTX 6000 Ada Generation", "nvidia-rtx-6000-ada"},
        {"Quadro RTX 6000", "nvidia-quadro-rtx-6000"},
        {"NVIDIA RTX PRO 6000 Blackwell Server Edition", "nvidia-rtx-pro-6000-server"},
        {"NVIDIA TITAN V", "nvidia-titan-v"},
        {"AMD Instinct MI300X OAM", "amd-mi300x"},
        {"Tesla-V100-SXM2-16GB", "nvidia-v100-sxm2-16gb"},
        {"NVIDIA-H100-80GB-HBM3", "nvidia-h100-sxm5-80gb"},
        {"NVIDIA-A100-SXM4-40GB", "nvidia-a100-sxm4-40gb"},
    }));
    CHECK(named(name) == List{gpu});
}

TEST_CASE("each name and alias of a catalog stands for its GPU too", "[gpu_names]") {
    for (const Gpu& gpu : clouds().gpus()) {
        INFO(gpu.name);
        CHECK(clouds().find_gpus(gpu.name) == std::vector<const Gpu*>{&gpu});
        for (const std::string& alias : gpu.aliases) {
            const auto all = clouds().find_gpus(alias);
            INFO(alias);
            CHECK(std::find(all.begin(), all.end(), &gpu) != all.end());
        }
    }
    CHECK(clouds().find_gpus("").empty());
    CHECK(clouds().find_gpus("nvidia").empty());
    CHECK(clouds().find_gpus("80GB").empty());
}

TEST_CASE("a name that is none is refused, with GPUs of the same model number",
          "[gpu_names][error]") {
    const auto [name, message] = GENERATE(table<const char*, const char*>({
        {"T5",
         "gpu: must be a GPU of the catalog, got \"T5\"; of that family there are nvidia-t4, "
         "nvidia-t4g"},
        {"T44",
         "gpu: must be a GPU of the catalog, got \"T44\"; of that family there are nvidia-t4, "
         "nvidia-t4g"},
        {"A100X",
         "gpu: must be a GPU of the catalog, got \"A100X\"; of that family there are nvidia-a10, "
         "nvidia-a100-pcie-40gb, nvidia-a100-pcie-80gb, nvidia-a100-sxm4-40gb, "
         "nvidia-a100-sxm4-80gb, nvidia-a10g, nvidia-a16, nvidia-a30, nvidia-a40, "
         "nvidia-rtx-a4000, nvidia-rtx-a4500, nvidia-rtx-a5000, nvidia-rtx-a6000"},
        {"RTX 4090 Ext",
         "gpu: must be a GPU of the catalog, got \"RTX 4090 Ext\", did you mean RTX 4090?"},
        {"trainum", "gpu: must be a GPU of the catalog, got \"trainum\", did you mean Trainium?"},
        {"V100 64GB",
         "gpu: must be a GPU of the catalog, got \"V100 64GB\", did you mean "
         "nvidia-v100-pcie-16gb, nvidia-v100-sxm2-16gb or nvidia-v100-sxm2-32gb?"},
        {"V100:4",
         "gpu: must be a GPU without a number of them, which is `min_gpus`, got \"V100:4\""},
        {"8xH100",
         "gpu: must be a GPU without a number of them, which is `min_gpus`, got \"8xH100\""},
        {"NVIDIA-A100-SXM4-40GB-MIG-1g.5gb",
         "gpu: must be a whole GPU, no MIG instance of one, got "
         "\"NVIDIA-A100-SXM4-40GB-MIG-1g.5gb\""},
        {"Tesla-T4-SHARED",
         "gpu: must be a whole GPU, none that is shared, got \"Tesla-T4-SHARED\""},
    }));
    CHECK(refused_for(name) == message);
}

TEST_CASE("the answer says what a name of a GPU stands for", "[gpu_names]") {
    const Catalog aws = Catalog::bundled();
    const Recommendation r = recommend(
        aws, {.constraints = {.gpu = {"A100", "T4", "nvidia-l40*"}, .region = {"us-east-1"}}});
    // AWS rents out no A100 on PCIe and no L40; what no machine has is left out.
    CHECK(r.gpu_matches ==
          std::vector<GpuMatch>{{"A100", {"nvidia-a100-sxm4-40gb", "nvidia-a100-sxm4-80gb"}},
                                {"T4", {"nvidia-t4"}},
                                {"nvidia-l40*", {"nvidia-l40s"}}});
    CHECK_THAT(
        table(r),
        Catch::Matchers::Contains("\nGPU A100 = nvidia-a100-sxm4-40gb, nvidia-a100-sxm4-80gb\n"));
    CHECK(table(r).find("GPU T4 =") == std::string::npos);
    CHECK_THAT(json(r),
               Catch::Matchers::Contains("\"gpu_matches\": [\n    {\n      \"name\": \"A100\","));
    std::set<std::string> found;
    for (const Choice& c : recommend(aws, {.constraints = {.gpu = {"A100"}}, .top = 1'000}).choices)
        found.insert(c.gpu);
    CHECK(found == std::set<std::string>{"nvidia-a100-sxm4-40gb", "nvidia-a100-sxm4-80gb"});
}

// ---- who made it, and for what programs ---------------------------------------------

/// Four machines: a GPU of each kind, one of which nothing is known, and none.
static const Catalog& makers() {
    static const Catalog one = Catalog::parse(R"(catalog: {name: makers, as_of: 2026-07}
sources: [{name: s, title: hand-made, as_of: 2026-07}]
gpus:
  - {name: n1, vendor: NVIDIA, stack: CUDA, memory_gib: 16, fp16_tensor_tflops: 65, source: s}
  - {name: g2, vendor: Intel (Habana), stack: SynapseAI, memory_gib: 96, bf16_tensor_tflops: 400, source: s}
  - {name: u3, memory_gib: 8, fp16_tensor_tflops: 10, source: s}
families: [{provider: p, name: f, purpose: training, source: s}]
instances:
  - {provider: p, name: of-n, family: f, vcpus: 4, memory_gib: 64, gpu: n1, gpu_count: 1, source: s}
  - {provider: p, name: of-g, family: f, vcpus: 4, memory_gib: 64, gpu: g2, gpu_count: 1, source: s}
  - {provider: p, name: of-u, family: f, vcpus: 4, memory_gib: 64, gpu: u3, gpu_count: 1, source: s}
  - {provider: p, name: bare, family: f, vcpus: 4, memory_gib: 64, source: s}
regions: [{provider: p, code: r, source: s}]
prices:
  - {provider: p, instance: of-n, region: r, purchase: on_demand, usd_per_hour: 1, source: s}
  - {provider: p, instance: of-g, region: r, purchase: on_demand, usd_per_hour: 2, source: s}
  - {provider: p, instance: of-u, region: r, purchase: on_demand, usd_per_hour: 3, source: s}
  - {provider: p, instance: bare, region: r, purchase: on_demand, usd_per_hour: 0.5, source: s}
)");
    return one;
}

static List chosen(const Constraints& constraints) {
    List out;
    for (const Choice& c : recommend(makers(), {.constraints = constraints, .top = 9}).choices)
        out.push_back(c.instance);
    std::sort(out.begin(), out.end());
    return out;
}

TEST_CASE("a vendor and a stack are those of the GPU, in any case", "[gpu_names]") {
    CHECK(chosen({.vendor = {"nvidia"}}) == List{"of-n"});
    CHECK(chosen({.vendor = {"INTEL"}}) == List{"of-g"});
    CHECK(chosen({.vendor = {"nvidia", "intel (habana)"}}) == List{"of-g", "of-n"});
    CHECK(chosen({.vendor = {"in*"}}) == List{"of-g"});
    CHECK(chosen({.stack = {"cuda"}}) == List{"of-n"});
    CHECK(chosen({.stack = {"habana"}}) == List{"of-g"});
    CHECK(chosen({.vendor = {"nvidia"}, .stack = {"synapseai"}}).empty());
    CHECK(chosen({.vendor = {"nvidia"}, .min_gpus = 0}) == List{"of-n"});
}

TEST_CASE("what is not known of a GPU is no match, and not another", "[gpu_names]") {
    const auto refusal = [](const char* machine, const Constraints& constraints) {
        return why_not(makers(),
                       {.constraints = constraints},
                       makers().find_offer("p", machine, "r", Purchase::on_demand).value())
            .value();
    };
    const Refusal unknown = refusal("of-u", {.vendor = {"nvidia"}, .stack = {"cuda"}});
    CHECK(unknown.reasons == std::vector<Reason>{Reason::unknown_vendor, Reason::unknown_stack});
    CHECK(unknown.text == "who made its u3 is not known; the stack of its u3 is not known");
    CHECK(unknown.relaxation.empty());
    const Refusal other = refusal("of-g", {.vendor = {"nvidia"}, .stack = {"cuda"}});
    CHECK(other.reasons == std::vector<Reason>{Reason::other_vendor, Reason::other_stack});
    CHECK(other.text == "has a GPU of Intel (Habana); has a GPU for SynapseAI");
    CHECK(other.relaxation ==
          std::vector<Relaxation>{{"vendor", "Intel (Habana)"}, {"stack", "SynapseAI"}});
    CHECK(refusal("bare", {.stack = {"cuda"}, .min_gpus = 0}).text == "has no GPU");
    const auto counted = recommend(makers(), {.constraints = {.vendor = {"nvidia"}}}).refusals;
    CHECK(counted.by_reason.size() == 2);
    CHECK(std::count(counted.by_reason.begin(),
                     counted.by_reason.end(),
                     std::pair{Reason::unknown_vendor, std::size_t{1}}) == 1);
}

TEST_CASE("a vendor or stack that no GPU has is refused", "[gpu_names][error]") {
    CHECK_THROWS_WITH(recommend(makers(), {.constraints = {.vendor = {"nvidea"}}}),
                      "vendor: must be Intel (Habana) or NVIDIA, got \"nvidea\", did you mean "
                      "NVIDIA?");
    CHECK_THROWS_WITH(recommend(makers(), {.constraints = {.stack = {"rocm"}}}),
                      "stack: must be CUDA or SynapseAI, got \"rocm\"");
    CHECK_THROWS_WITH(recommend(makers(), {.constraints = {.stack = {"z*"}}}),
                      "stack: matches no stack of the catalog, got \"z*\"");
    for (const Gpu& gpu : clouds().gpus()) {
        INFO(gpu.name);
        CHECK_FALSE(gpu.vendor.empty());
        CHECK_FALSE(gpu.stack.empty());
    }
}

// ---- what of its memory programs get ------------------------------------------------

TEST_CASE("the usable memory is the least that is known", "[gpu_names]") {
    const Gpu t4{.name = "t4", .memory = GiB{16}, .usable_memory = GiB{14.56}, .source = "s"};
    const Gpu plain{.name = "plain", .memory = GiB{24}, .source = "s"};
    const auto of = [](double gpus, std::optional<GiB> reported) {
        return Instance{.provider = "p",
                        .name = "m",
                        .family = "f",
                        .gpu_count = gpus,
                        .reported_gpu_memory = reported,
                        .source = "s"};
    };
    CHECK(usable_gpu_memory(of(1, {}), t4) == GiB{14.56});
    CHECK(usable_gpu_memory(of(8, GiB{16}), t4) == GiB{14.56}); // of each
    CHECK(usable_gpu_memory(of(0.25, {}), t4) == GiB{3.64});
    CHECK(usable_gpu_memory(of(1, GiB{14}), t4) == GiB{14});
    CHECK(usable_gpu_memory(of(1, {}), plain) == GiB{24});
    CHECK(usable_gpu_memory(of(1, GiB{22.352}), plain) == GiB{22.352});
    CHECK(usable_gpu_memory(of(1, GiB{25}), plain) == GiB{24});
    CHECK(gpu_memory(of(1, {}), t4) == GiB{16});
}

TEST_CASE("a job has to fit into what is usable", "[gpu_names]") {
    const Catalog aws = Catalog::bundled();
    const Request request{.constraints = {.instance = {"g4dn.xlarge"}, .region = {"us-east-1"}},
                          .goal = Job{.model = "bert-large", .tokens = 1e6}};
    const Recommendation r = recommend(aws, request);
    REQUIRE_FALSE(r.choices.empty());
    // 14.56 GiB: what CUDA reported of a T4, see the source of its row.
    CHECK(r.choices.front().job->memory->available == GiB{14.56});
    CHECK(r.choices.front().gpu_memory == GiB{16}); // nominal, as it is sold
}

TEST_CASE("a GPU cannot use more than it has", "[gpu_names][error]") {
    Tables tables = makers().tables();
    tables.gpus.front().usable_memory = GiB{200};
    CHECK_THROWS_WITH(Catalog{tables},
                      Catch::Matchers::Contains(
                          "usable_memory_gib: must not be above memory_gib of 96, got 200"));
}
