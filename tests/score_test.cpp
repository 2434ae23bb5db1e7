#include <flopwise/score.hpp>

#include "catch.hpp"
#include "solve/reference.hpp"

#include <numeric>

using namespace flopwise;

TEST_CASE("the reference machine is p3.2xlarge of the catalog and scores 100", "[score]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    bool found = false;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        if (o.instance.name != "p3.2xlarge" || o.region.code != "us-east-1")
            continue;
        found = true;
        for (const Precision p :
             {Precision::mixed, Precision::fp64, Precision::fp32, Precision::fp16}) {
            const Figures ref = reference(p);
            CHECK(ref.price == o.price);
            CHECK(ref.rate == peak(*o.gpu, p)->value());
            CHECK(ref.gpu_memory == o.gpu->memory);
            CHECK(ref.memory == o.instance.memory);
            CHECK(ref.vcpus == o.instance.vcpus);
            CHECK(ref.network == *o.instance.network);
            CHECK(score(ref, ref, normalised(weights_of(Profile::training))).value == 100);
        }
    }
    CHECK(found);
}

TEST_CASE("p2.xlarge at fp64 scores what a hand calculation gives", "[score]") {
    // p2.xlarge: 0.90 USD/h, 1.455 TFLOPS, 12 GiB a GPU, 61 GiB, 4 vCPUs, 1 Gbps.
    // cost  (0.90/1.455) / (3.06/7.8)  = 0.618557 / 0.392308 = 1.576713   ^ -0.45 = 0.814780
    // speed 1.455/7.8 = 0.186538 ^ 0.25 = 0.657190    gpu memory 0.75 ^ 0.15 = 0.957764
    // memory 1    vcpus 0.5 ^ 0.05 = 0.965936         network 0.4 ^ 0.05 = 0.955219
    // product 0.473197
    const Score s = score({UsdPerHour{0.9}, 1.455, GiB{12}, GiB{61}, 4, Gbps{1}},
                          reference(Precision::fp64),
                          normalised(weights_of(Profile::training)));
    CHECK(s.value == Approx(47.32).epsilon(1e-3));
    CHECK(s.contributions[0] == Approx(-0.20487).epsilon(1e-3)); // -0.45 ln 1.576713
    CHECK(std::accumulate(s.contributions.begin(), s.contributions.end(), 0.0) ==
          Approx(std::log(s.value / 100)));
}

TEST_CASE("the weights of every profile add up to one", "[score]") {
    for (std::size_t p = 0; p < kProfiles; ++p) {
        const Weights w = weights_of(static_cast<Profile>(p));
        CHECK(w.cost + w.speed + w.gpu_memory + w.memory + w.vcpus + w.network == Approx(1));
    }
    CHECK(weights_of(Profile::training) == Weights{.45, .25, .15, .05, .05, .05});
}

TEST_CASE("half the price at the same figures raises the score by 2 to the weight", "[score]") {
    const auto w = normalised({.cost = 3, .speed = 1});
    Figures f = reference(Precision::mixed);
    f.price = f.price / 2;
    CHECK(score(f, reference(Precision::mixed), w).value == Approx(100 * std::pow(2, 0.75)));
}

TEST_CASE("a criterion without weight may be unknown", "[score]") {
    Figures f = reference(Precision::mixed);
    f.network = Gbps{NAN};
    CHECK(score(f, reference(Precision::mixed), normalised({.cost = 1})).value == Approx(100));
}

TEST_CASE("weights that weigh nothing or less are refused", "[score][error]") {
    CHECK_THROWS_WITH(normalised({.cost = 1, .speed = -0.1}),
                      "weights: must not be negative, got speed=-0.1");
    CHECK_THROWS_WITH(normalised({.cost = NAN}), "weights: must not be negative, got cost=nan");
    CHECK_THROWS_WITH(normalised({}), "weights: must not all be zero");
    CHECK_THROWS_WITH(normalised({.cost = 1e308, .speed = 1e308}),
                      "weights: must add up to a finite number");
}

TEST_CASE("where no GPU is asked for, the reference is its vCPUs", "[score]") {
    CHECK(reference_without_gpu().rate == 8);
    CHECK(reference_without_gpu().price == UsdPerHour{3.06});
}
