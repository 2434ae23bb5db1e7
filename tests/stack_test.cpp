#include <flopwise/recommend.hpp>
#include <flopwise/report.hpp>
#include <flopwise/stack.hpp>

#include "catalog/bundled.hpp"
#include "catch.hpp"

#include <map>
#include <set>
#include <tuple>

using namespace flopwise;

static const Gpu& gpu_called(const std::string& name) {
    static const Catalog catalog = Catalog::bundled("clouds-2026-11");
    const Gpu* gpu = catalog.find_gpu(name);
    REQUIRE(gpu != nullptr);
    return *gpu;
}

// bitsandbytes 0.50.0, README.md, "Accelerator support": NVIDIA SM60+, AMD gfx908 and later and
// RDNA2 and later, of Gaudi 2 and 3 QLoRA in part and no 8-bit optimisers. aws-neuron-sdk issue
// 957.
TEST_CASE("a technique says what it needs", "[stack]") {
    const Date now{2026, 11, 29};
    CHECK(lacks(gpu_called("nvidia-l4"), "qlora", now).empty());
    CHECK(lacks(gpu_called("amd-mi300x"), "qlora", now).empty());
    CHECK(lacks(gpu_called("intel-gaudi2"), "qlora", now).empty());
    CHECK(lacks(gpu_called("aws-trainium1"), "qlora", now, "trn1") ==
          "4-bit adapters need CUDA, ROCm or SynapseAI; trn1 has Neuron");
    CHECK(lacks(gpu_called("google-tpu-v6e"), "qlora") ==
          "4-bit adapters need CUDA, ROCm or SynapseAI; google-tpu-v6e has TPU");
    CHECK(lacks(gpu_called("aws-trainium1"), "adam_8bit", now, "trn1") ==
          "8-bit optimisers need CUDA or ROCm; trn1 has Neuron");
    CHECK(lacks(gpu_called("intel-gaudi3"), "paged_adam_8bit", now) ==
          "paged 8-bit optimisers need CUDA or ROCm; intel-gaudi3 has SynapseAI");
    CHECK(lacks(gpu_called("amd-radeon-pro-v520"), "qlora") ==
          "4-bit adapters need CUDA, ROCm or SynapseAI; amd-radeon-pro-v520 has none of them");
    CHECK(lacks(gpu_called("nvidia-k80-gk210"), "qlora", now) ==
          "4-bit adapters need compute capability 6.0; nvidia-k80-gk210 has 3.7");
    CHECK(lacks(gpu_called("habana-gaudi1"), "qlora") ==
          "4-bit adapters do not run on habana-gaudi1");
    CHECK(lacks(gpu_called("amd-radeon-instinct-mi25"), "paged_adam_8bit") ==
          "paged 8-bit optimisers do not run on amd-radeon-instinct-mi25");
    // Transformer Engine, "Datatype and hardware support matrix"; flash-attention, README.md.
    CHECK(lacks(gpu_called("nvidia-a100-sxm4-80gb"), "fp8") ==
          "fp8 needs compute capability 8.9; nvidia-a100-sxm4-80gb has 8.0");
    CHECK(lacks(gpu_called("nvidia-l4"), "fp8").empty());
    CHECK(lacks(gpu_called("nvidia-v100-sxm2-16gb"), "bf16") ==
          "bf16 needs compute capability 8.0; nvidia-v100-sxm2-16gb has 7.0");
    CHECK(lacks(gpu_called("nvidia-t4"), "flash_attention") ==
          "FlashAttention-2 needs compute capability 8.0; nvidia-t4 has 7.5");
    CHECK(lacks(gpu_called("google-tpu-v6e"), "fp8").empty()); // nothing is known of fp8 there
    CHECK(lacks(gpu_called("nvidia-k80-gk210"), "telepathy").empty());
}

TEST_CASE("what is not known of a GPU is not held against it", "[stack]") {
    const Gpu nothing{.name = "x", .source = "s"};
    CHECK(lacks(nothing, "qlora").empty());
    CHECK(unsupported_methods(nothing).empty());
    CHECK(stack_note(&nothing, "x86_64").empty());
    const Gpu cuda{.name = "x", .stack = "CUDA", .source = "s"};
    CHECK(lacks(cuda, "qlora").empty());
    CHECK(stack_note(&cuda, "").empty());
    for (const char* odd : {"8", "8.", ".8", "8.66", "888.0", "a.b", "gfx942"}) {
        const Gpu gpu{.name = "x", .stack = "CUDA", .compute_capability = odd, .source = "s"};
        CHECK(lacks(gpu, "qlora").empty());
        CHECK(stack_note(&gpu, "x86_64").empty());
    }
}

// bitsandbytes, Installation Guide: Maxwell (5.0) to 0.47, Pascal (6.0) since 0.48 of 2025-09-30;
// libraries for ROCm in the wheel since 0.49 of 2025-12-11.
TEST_CASE("a technique needs what it needed on the day", "[stack]") {
    CHECK(lacks(gpu_called("nvidia-m60-gm204"), "qlora", {2025, 9, 29}).empty());
    CHECK(lacks(gpu_called("nvidia-m60-gm204"), "qlora", {2025, 9, 30}) ==
          "4-bit adapters need compute capability 6.0; nvidia-m60-gm204 has 5.2");
    CHECK(lacks(gpu_called("amd-mi300x"), "qlora", {2025, 12, 10}) ==
          "4-bit adapters need ROCm of 2025-12-11 or later");
    CHECK(lacks(gpu_called("amd-mi300x"), "qlora", {2025, 12, 11}).empty());
    CHECK(lacks(gpu_called("amd-mi300x"), "qlora").empty()); // the newest facts
    CHECK(unsupported_methods(gpu_called("amd-mi300x"), {2024, 1, 1}) ==
          std::vector<std::string>{"qlora", "adam_8bit", "paged_adam_8bit"});
}

// pytorch/pytorch RELEASE.md, "PyTorch CUDA Support Matrix"; the wheels of 2.15.0 name sm_75 to
// sm_120 (x86_64) and sm_80 to sm_120 (aarch64).
TEST_CASE("a machine on which the usual wheel does not run has a note", "[stack]") {
    const Date now{2026, 11, 29};
    for (const char* name : {"nvidia-t4",
                             "nvidia-a10g",
                             "nvidia-l4",
                             "nvidia-h100-sxm5-80gb",
                             "nvidia-b200",
                             "nvidia-b300",
                             "nvidia-rtx-pro-6000-server"})
        CHECK(stack_note(&gpu_called(name), "x86_64", now).empty());
    CHECK(stack_note(&gpu_called("nvidia-v100-sxm2-16gb"), "x86_64", now) ==
          "sm_70: the usual wheel of PyTorch 2.15 (2026-10-28, CUDA 13.2) lacks it; the last with "
          "it is 2.14, built for CUDA 12.6");
    CHECK(stack_note(&gpu_called("nvidia-v100-sxm2-16gb"), "x86_64", {2026, 10, 1}) ==
          "sm_70: the usual wheel of PyTorch 2.14 (2026-09-02, CUDA 13.0) lacks it; its build for "
          "CUDA 12.6 has it");
    CHECK(stack_note(&gpu_called("nvidia-v100-sxm2-16gb"), "x86_64", {2026, 2, 1}).empty()); // 2.10
    CHECK(stack_note(&gpu_called("nvidia-k80-gk210"), "x86_64", now) ==
          "sm_37: the usual wheel of PyTorch 2.15 (2026-10-28, CUDA 13.2) lacks it; the last with "
          "it is 2.7, built for CUDA 11.8");
    CHECK(stack_note(&gpu_called("nvidia-t4g"), "arm64", now) ==
          "arm64: x86 images and wheels do not run; nvidia-t4g needs a build for sm_75, and the "
          "usual arm64 wheel of PyTorch 2.15 (2026-10-28, CUDA 13.2) has none");
    CHECK(stack_note(&gpu_called("nvidia-gh200-96gb"), "arm64", now) ==
          "arm64: x86 images and wheels do not run; PyTorch 2.15 (2026-10-28, CUDA 13.2) has a "
          "wheel for it");
    // pytorch/pytorch issue 160162: pip on aarch64 brought the build for the CPU.
    CHECK(stack_note(&gpu_called("nvidia-gh200-96gb"), "arm64", {2025, 10, 20}) ==
          "arm64: x86 images and wheels do not run; nvidia-gh200-96gb needs a build for sm_90, and "
          "the usual arm64 wheel of PyTorch 2.9 (2025-10-15) has no CUDA");
    CHECK(stack_note(&gpu_called("nvidia-t4g"), "arm64", {2022, 1, 1}) ==
          "arm64: x86 images and wheels do not run; programs need a build for arm64 with "
          "nvidia-t4g"); // no list of that day is known
    CHECK(stack_note(&gpu_called("aws-trainium1"), "x86_64", now) ==
          "not CUDA: programs need Neuron");
    CHECK(stack_note(&gpu_called("amd-mi300x"), "x86_64", now) == "not CUDA: programs need ROCm");
    CHECK(stack_note(&gpu_called("amd-radeon-pro-v520"), "x86_64", now) ==
          "not CUDA: no programs for its GPU are known");
    CHECK(stack_note(nullptr, "x86_64", now).empty());
    CHECK(stack_note(nullptr, "arm64", now) == "arm64: x86 images and wheels do not run");
}

TEST_CASE("without a day the newest wheel counts, and says its date", "[stack]") {
    CHECK(stack_note(&gpu_called("nvidia-v100-sxm2-16gb"), "x86_64") ==
          stack_note(&gpu_called("nvidia-v100-sxm2-16gb"), "x86_64", {2026, 11, 29}));
    // Before the first list nothing is known, and nothing said.
    CHECK(stack_note(&gpu_called("nvidia-v100-sxm2-16gb"), "x86_64", {2019, 1, 1}).empty());
}

// conda packages of PyTorch 1.5: sm_35, sm_37, sm_50, sm_60, sm_61, sm_70, sm_75.
TEST_CASE("a question of years ago takes the wheels of its day", "[stack]") {
    const Date then{2020, 6, 18};
    for (const char* name : {"nvidia-k80-gk210",
                             "nvidia-v100-sxm2-16gb",
                             "nvidia-m60-gm204",
                             "nvidia-p100-sxm2-16gb",
                             "nvidia-t4"})
        CHECK(stack_note(&gpu_called(name), "x86_64", then).empty());
    CHECK(
        stack_note(&gpu_called("nvidia-k520-gk104"), "x86_64", then) ==
        "sm_30: the usual wheel of PyTorch 1.5 (2020-04-21, CUDA 10.2) lacks it; the last with it "
        "is 1.3, built for CUDA 10.1");
    CHECK(stack_note(&gpu_called("nvidia-a100-sxm4-40gb"), "x86_64", {2021, 6, 20}) ==
          "sm_80: the usual wheel of PyTorch 1.9 (2021-06-15, CUDA 10.2) lacks it; its build for "
          "CUDA 11.1 has it");
}

static Recommendation
rented_on(const std::string& catalog, const char* machine, Profile profile, Date today = {}) {
    return recommend(
        Catalog::bundled(catalog),
        {.budget = {.total = Usd{20000}, .days = Days{30}},
         .constraints = {.instance = {machine}, .region = {"us-east-1"}, .include_retired = true},
         .profile = profile,
         .today = today,
         .top = 1});
}

TEST_CASE("a first choice that the usual wheel does not run on is warned of", "[stack]") {
    const auto warnings = [](const Recommendation& r) {
        std::vector<std::string> out;
        for (const std::string& w : r.warnings)
            if (w.find(" is sm_") != std::string::npos ||
                w.find(" is not CUDA") != std::string::npos)
                out.push_back(w);
        return out;
    };
    const std::string v100 = "p3.2xlarge is sm_70: the usual wheel of PyTorch 2.15 (2026-10-28, "
                             "CUDA 13.2) lacks it; the last with it is 2.14, built for CUDA 12.6";
    const Date now{2026, 11, 29};
    auto r = rented_on("aws-2026-10", "p3.2xlarge", Profile::training, now);
    REQUIRE(r.choices.size() == 1);
    CHECK(warnings(r) == std::vector{v100});
    CHECK(table(r).find("! not in PyTorch's usual wheel: p3.2xlarge sm_70") != std::string::npos);
    CHECK(brief(r).starts_with("p3.2xlarge (sm_70) in "));
    CHECK(json(r).find("\"stack_note\": \"sm_70: the usual wheel of PyTorch 2.15") !=
          std::string::npos);
    CHECK(csv(r).find(",\"sm_70: the usual wheel of PyTorch 2.15 (2026-10-28, CUDA 13.2)") !=
          std::string::npos);
    CHECK(warnings(rented_on("aws-2026-10", "p3.2xlarge", Profile::training)) == std::vector{v100});
    // Programs of graphics and simulations are not PyTorch's.
    CHECK(warnings(rented_on("aws-2026-10", "p3.2xlarge", Profile::hpc, now)).empty());
    CHECK(warnings(rented_on("aws-2026-10", "g4dn.xlarge", Profile::training, now)).empty());
    // Nor is a catalog of another time a question of today.
    for (const char* old : {"p2.xlarge", "p3.2xlarge"})
        for (const Date day : {Date{}, now})
            CHECK(warnings(rented_on("aws-2020-04", old, Profile::training, day)).empty());
    CHECK(warnings(rented_on("aws-2026-10", "trn1.2xlarge", Profile::training, now)) ==
          std::vector<std::string>{"trn1.2xlarge is not CUDA: programs need Neuron"});
}

TEST_CASE("machines of one note are named together", "[stack]") {
    auto r = recommend(
        Catalog::bundled(),
        {.budget = {.total = Usd{20000}, .days = Days{30}},
         .constraints = {.instance = {"g5g.xlarge", "g5g.2xlarge"}, .region = {"us-east-1"}},
         .today = {2026, 11, 29},
         .top = 2});
    REQUIRE(r.choices.size() == 2);
    CHECK(r.warnings.front() ==
          r.choices[0].instance + ", " + r.choices[1].instance +
              " are arm64: x86 images and wheels do not run; nvidia-t4g needs a build for sm_75, "
              "and the usual arm64 wheel of PyTorch 2.15 (2026-10-28, CUDA 13.2) has none");
}

// 1.5e9 parameters with Adam in mixed precision: 16 bytes each, 22.4 GiB, which fit a device of
// 32 GiB and not a core of 16.
TEST_CASE("a Trainium is two devices of 16 GiB to a job", "[stack]") {
    CHECK(gpu_called("aws-trainium1").memory == GiB{32});
    CHECK(gpu_called("aws-trainium1").devices == 2);
    Request request;
    for (const auto& [key, value] :
         std::map<std::string, std::string>{{"model", "gpt2-xl"},
                                            {"tokens", "1e7"},
                                            {"seq_len", "256"},
                                            {"sharding", "none"},
                                            {"instance", "trn1.2xlarge"}})
        set(request, key, std::vector{value});
    const auto r = recommend(Catalog::bundled(), request);
    REQUIRE(r.outcome == Outcome::nothing_fits);
    const std::string& text = r.refusals.nearest.front().text;
    CHECK(text.find("has 16.0 GiB") != std::string::npos);
    CHECK(text.ends_with("; each aws-trainium1 is 2 devices"));
}

TEST_CASE("the rows of data/stacks.yaml stand in order and name known things", "[stack]") {
    std::set<std::tuple<std::string_view, std::string_view, bool>> usual;
    std::map<std::string_view, Date> days;
    for (const bundled::WheelRow& row : bundled::wheels()) {
        INFO(row.pytorch << " " << row.arch);
        CHECK(days.try_emplace(row.pytorch, row.since).first->second == row.since);
        if (row.usual) // one build of each release is the usual one
            CHECK(usual.insert({row.pytorch, row.arch, true}).second);
        for (std::size_t i = 1; i < row.capabilities.size(); ++i)
            CHECK((row.capabilities[i] == 0 || row.capabilities[i] > row.capabilities[i - 1]));
    }
    for (const bundled::WheelRow& row : bundled::wheels())
        CHECK(usual.contains({row.pytorch, row.arch, true}));
    std::set<std::string> stacks;
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    for (const Gpu& gpu : clouds.gpus()) {
        stacks.insert(gpu.stack);
        INFO(gpu.name);
        CHECK((gpu.stack != "CUDA" || !gpu.compute_capability.empty()));
    }
    for (const bundled::NeedRow& row : bundled::needs())
        CHECK(stacks.contains(std::string{row.stack}));
}
