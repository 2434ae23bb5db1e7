#include <flopwise/precision.hpp>

#include "catch.hpp"

using namespace flopwise;

TEST_CASE("the peak in a precision is the better of vector and tensor units", "[workload]") {
    // Dense figures of the vendors' data sheets, as in data/gpus.yaml.
    auto [gpu, precision, tflops] = GENERATE(table<const char*, Precision, double>({
        {"K80", Precision::fp64, 1.455},  // one GK210 at boost clock, half of the board's 2.91
        {"K80", Precision::mixed, 4.365}, // no half precision at all: fp32
        {"V100", Precision::fp64, 7.8},
        {"V100", Precision::mixed, 125}, // fp16 tensor cores
        {"V100", Precision::fp16, 125},
        {"V100", Precision::fp32, 15.7},
        {"A100", Precision::fp64, 19.5}, // tensor cores; vector units 9.7
        {"A100", Precision::tf32, 156},
        {"A100", Precision::bf16, 312},
        {"T4", Precision::int8, 130},
        {"H100", Precision::fp8, 1978.9}, // dense; the headline 3,958 is with sparsity
        {"nvidia-p100-pcie-16gb", Precision::mixed, 18.7}, // fp16 on vector units
    }));
    CAPTURE(gpu, to_string(precision));
    const Catalog catalog = Catalog::bundled();
    const Gpu* found = catalog.find_gpu(gpu);
    REQUIRE(found != nullptr);
    const auto rate = peak(*found, precision);
    REQUIRE(rate);
    CHECK(rate->value() == Approx(tflops));
}

TEST_CASE("a precision that a GPU does not have has no rate, not a rate of zero", "[workload]") {
    const Catalog catalog = Catalog::bundled();
    CHECK_FALSE(peak(*catalog.find_gpu("V100"), Precision::bf16));
    CHECK_FALSE(peak(*catalog.find_gpu("V100"), Precision::tf32));
    CHECK_FALSE(peak(*catalog.find_gpu("K80"), Precision::fp16));
    CHECK_FALSE(peak(Gpu{.name = "x", .source = "y"}, Precision::mixed));
}
