// Names and memories of GPUs in the price files of others.

#include <flopwise/feed.hpp>

#include "catch.hpp"
#include "feed/sink.hpp"
#include "temporary.hpp"
#include "text/csv_stream.hpp"

using namespace flopwise;
using feed::GpuClaim;

static feed::GpuMatch matched(const GpuClaim& claim) {
    static const Catalog catalog = Catalog::bundled();
    return feed::GpuMatcher{catalog}.match(claim, "gpu");
}

static Import imported_sample(std::string_view name, std::string_view provider) {
    return import_feed(std::filesystem::path{FLOPWISE_SOURCE_DIR} / "tests/feeds" / name,
                       Catalog::bundled(),
                       {.provider = std::string{provider}});
}

/// "2 x nvidia-a100-sxm4-40gb" of a machine.
static std::string gpus_of(const Import& import, std::string_view machine) {
    for (const Instance& i : import.tables.instances)
        if (i.name == machine)
            return fmt::format("{} x {}", i.gpu_count, i.gpu);
    return "none";
}

TEST_CASE("a name means a GPU by its form", "[feed][gpu]") {
    const auto [name, gpu] = GENERATE(table<std::string, std::string>({
        {"RTX 6000 Ada", "nvidia-rtx-6000-ada"},
        {"RTX6000Ada", "nvidia-rtx-6000-ada"},
        {"L40S-48GB", "nvidia-l40s"},
        {"A100-PCIE-80GB", "nvidia-a100-pcie-80gb"},
        {"A100_80G_SXM4", "nvidia-a100-sxm4-80gb"},
        {"NVIDIA H200 NVL", "nvidia-h200-nvl"},
        {"H100-80GB-HBM3", "nvidia-h100-sxm5-80gb"},
        {"H100_NVL", "nvidia-h100-nvl-94gb"},
        {"H100_PCIE_BAREMETAL", "nvidia-h100-pcie-80gb"},
        {"Tesla V100-SXM2-16GB", "nvidia-v100-sxm2-16gb"},
        {"GeForce RTX 4090", "nvidia-rtx-4090"},
        {"RTX 4070 Ti SUPER", "nvidia-rtx-4070-ti-super"},
        {"rtx4070ti", "nvidia-rtx-4070-ti"},
        {"MI300X OAM", "amd-mi300x"},
        {"RTXPRO6000S", "nvidia-rtx-pro-6000-server"},
        {"RTX5090_PCIE", "nvidia-rtx-5090"},
    }));
    CAPTURE(name);
    CHECK(matched({.name = name, .count = 1}).gpu->name == gpu);
}

TEST_CASE("a profile of a virtual GPU is a part of a card", "[feed][gpu]") {
    const auto half = matched({.name = "A10-12Q", .count = 1}); // 12 of 24 GB
    CHECK(half.gpu->name == "nvidia-a10");
    CHECK(half.count == 0.5);
    CHECK(matched({.name = "A10-24Q", .count = 1}).count == 1);
    CHECK(matched({.name = "A40-8Q", .count = 1}).count == Approx(1.0 / 6)); // 8 of 48 GB
}

TEST_CASE("memory tells models of a name apart", "[feed][gpu]") {
    const auto gpu = [](std::string_view name, double count, double gib) {
        const auto found = matched({.name = name, .count = count, .memory = GiB{gib}});
        return fmt::format("{} of {:.4g}", found.gpu->name, found.reported->value());
    };
    CHECK(gpu("A100", 1, 80) == "nvidia-a100-sxm4-80gb of 80");
    CHECK(gpu("A100", 8, 40) == "nvidia-a100-sxm4-40gb of 40");
    CHECK(gpu("A100", 2, 80) == "nvidia-a100-sxm4-40gb of 40"); // of both: 2 x 40 GB
    CHECK(gpu("A100-80GB", 8, 80) == "nvidia-a100-sxm4-80gb of 80");
    CHECK(gpu("RTX4090", 2, 47.977) == "nvidia-rtx-4090 of 23.99"); // 49,128 MiB
    CHECK(gpu("H100", 1, 93.584) == "nvidia-h100-nvl-94gb of 93.58");
    CHECK(gpu("A100-80GB", 1, 80.0 / 1024) == "nvidia-a100-sxm4-80gb of 80"); // GB as MiB
    // A total that is apart says that the memory is that of one card.
    CHECK(matched({.name = "V100", .count = 2, .memory = GiB{32}, .total = GiB{64}}).gpu->name ==
          "nvidia-v100-sxm2-32gb");
    CHECK_THROWS_AS(gpu("T4", 1, 24), text::BadRow);
    CHECK_THROWS_AS(gpu("Warp9", 1, 24), text::BadRow);
}

TEST_CASE("a count of zero is what the memory says", "[feed][gpu]") {
    const auto count = [](std::string_view name, double gib) {
        return matched({.name = name, .count = 0, .memory = GiB{gib}}).count;
    };
    CHECK(count("H100", 80) == 1);      // p5.4xlarge: 81,920 MiB
    CHECK(count("L4", 2.794) == 0.125); // g6f.large: 2,861 MiB, an eighth
    CHECK(count("L4", 5.588) == 0.25);  // 5,722 MiB
    CHECK(count("A10", 4) == Approx(1.0 / 6));
    CHECK(count("T4", 64) == 4);
    CHECK_THROWS_AS(count("T4", 0), text::BadRow);
}

TEST_CASE("DescribeInstanceTypes: a GPU that is counted as none", "[feed][gpu]") {
    // As AWS answered for p5.4xlarge in 2025 (github.com/skypilot-org/skypilot/pull/6722).
    const Temporary folder;
    const auto file = folder.file("types.json", R"({"InstanceTypes": [
        {"InstanceType": "p5.4xlarge", "VCpuInfo": {"DefaultVCpus": 16},
         "MemoryInfo": {"SizeInMiB": 262144}, "GpuInfo": {"Gpus": [{"Name": "H100", "Count": 0,
         "MemoryInfo": {"SizeInMiB": 81920}}], "TotalGpuMemoryInMiB": 81920}}]})");
    const Import import = import_feed(file, Catalog::bundled());
    CHECK(gpus_of(import, "p5.4xlarge") == "1 x nvidia-h100-sxm5-80gb");
}

// The samples are rows of skypilot-org/skypilot-catalog, catalogs/v8, as they are there.

TEST_CASE("SkyPilot: the memory of all cards, forms in the machine's name", "[feed][gpu]") {
    const Import vast = imported_sample("skypilot-vast.csv", "vast");
    CHECK(vast.kept == 6);
    CHECK(gpus_of(vast, "2x-A100_SXM4-32-65536") == "2 x nvidia-a100-sxm4-40gb");
    CHECK(gpus_of(vast, "1x-H100_NVL-32-65536") == "1 x nvidia-h100-nvl-94gb");
    CHECK(gpus_of(vast, "2x-RTX_4090-32-65536") == "2 x nvidia-rtx-4090");
    CHECK(gpus_of(vast, "1x-RTX_PRO_6000_S-32-65536") == "1 x nvidia-rtx-pro-6000-server");
    CHECK(vast.tables.prices.at(3).region == "B\u00e1cs-Kiskun, HU, EU");
    const Import runpod = imported_sample("skypilot-runpod.csv", "runpod");
    CHECK(gpus_of(runpod, "1x_A100-80GB_SECURE") == "1 x nvidia-a100-pcie-80gb");
    CHECK(runpod.tables.instances.at(0).reported_gpu_memory == GiB{80});
}

TEST_CASE("SkyPilot: names with vendor and board words", "[feed][gpu]") {
    const Import spheron = imported_sample("skypilot-spheron.csv", "spheron");
    CHECK(spheron.kept == 10);
    CHECK(gpus_of(spheron, "n3-H100x8-NVLink__CANADA-1") == "8 x nvidia-h100-nvl-94gb");
    CHECK(gpus_of(spheron, "L40Sx2_668d6762247d03149a4c946a_culpeper-usa-1") == "2 x nvidia-l40s");
}

TEST_CASE("SkyPilot: one name with several sizes is several machines", "[feed]") {
    const Import lium = imported_sample("skypilot-lium.csv", "lium");
    std::vector<std::string> sizes;
    for (const Price& p : lium.tables.prices)
        for (const Instance& i : lium.tables.instances)
            if (i.name == p.instance)
                sizes.push_back(fmt::format("{} {} {}", p.region, *i.vcpus, i.memory->value()));
    CHECK(sizes == std::vector<std::string>{"AU 26 354", "FI 30 167", "RO 12 63", "RU 4 29"});
}

TEST_CASE("SkyPilot: a region that is missing is that of the zone, or none", "[feed]") {
    const Import ibm = imported_sample("skypilot-ibm.csv", "ibm");
    CHECK(ibm.kept == 2); // jp-tok of jp-tok-2
    CHECK(ibm.tables.prices.size() == 1);
    CHECK(ibm.tables.families.at(0).name == "gx2");
    const Temporary folder;
    const auto file = folder.file("vms.csv",
                                  "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,"
                                  "Price,Region\na,T4,1,4,16,0.5,\nb,T4,1,4,16,0.5,here\n");
    const Import import = import_feed(file, Catalog::bundled(), {.provider = "x"});
    CHECK(import.skipped == std::vector<Skipped>{{"no region", 1}});
    CHECK(import.kept == 1);
}

TEST_CASE("families are what a name has before its size", "[feed]") {
    const auto [name, family] = GENERATE(table<std::string, std::string>({
        {"p3.2xlarge", "p3"},
        {"VM.GPU.A10.1", "VM.GPU.A10"},
        {"BM.GPU.A100-v2.8", "BM.GPU.A100-v2"},
        {"BM.GPU4.8", "BM.GPU4"},
        {"VM.Standard.E4.Flex$_2_16", "VM.Standard.E4"},
        {"gx3-16x80x1l4", "gx3"},
        {"n1-standard-8", "n1-standard-8"},
        {"Standard_NC6s_v3", "Standard_NC6s_v3"},
    }));
    CHECK(feed::family_of(name) == family);
}
