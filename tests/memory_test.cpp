#include <flopwise/memory.hpp>

#include "catch.hpp"

using namespace flopwise;

constexpr double kGB = 1e9 / (1024.0 * 1024.0 * 1024.0); // in GiB

static Net llama(double parameters, double layers, double hidden) {
    return {.kind = NetKind::decoder,
            .parameters = parameters,
            .layers = layers,
            .hidden = hidden,
            .heads = hidden / 128,
            .sequence = 2048,
            .vocabulary = 32'000};
}

static const Net kLlama7 = llama(7e9, 32, 4096);
static const Net kLlama13 = llama(13e9, 40, 5120);

TEST_CASE("states of 7.5e9 parameters on 64 GPUs are those of the ZeRO paper") {
    // Rajbhandari et al. 2020, figure 1: 120 GB, 31.4 GB, 16.6 GB and 1.9 GB.
    const auto states = [](Sharding sharding) {
        const auto need = memory_need(llama(7.5e9, 32, 4096), {}, Precision::mixed, sharding, 64);
        return (need->weights + need->gradients + need->optimizer).value() / kGB;
    };
    CHECK(states(Sharding::none) == Approx(120).epsilon(1e-12));
    CHECK(states(Sharding::optimizer) == Approx(31.4).epsilon(0.002));
    CHECK(states(Sharding::gradients) == Approx(16.6).epsilon(0.005));
    CHECK(states(Sharding::weights) == Approx(1.9).epsilon(0.02));
}

TEST_CASE("7e9 parameters with Adam in mixed precision are 112 GB before activations") {
    // 16 bytes each: 2 weight, 2 gradient, 4 copy, 4 + 4 moments.
    const auto need = memory_need(kLlama7, {}, Precision::mixed, Sharding::none, 1);
    CHECK((need->weights + need->gradients + need->optimizer).value() == Approx(112 * kGB));
}

TEST_CASE("bytes for each parameter, by optimiser and precision") {
    struct Row {
        Optimizer optimizer;
        Precision precision;
        double bytes;
    };
    // By hand: weight + gradient + 32-bit copy (of 16-bit weights) + moments.
    for (const Row& row : {Row{Optimizer::adam, Precision::mixed, 2 + 2 + 4 + 8},
                           Row{Optimizer::adam, Precision::fp32, 4 + 4 + 0 + 8},
                           Row{Optimizer::adam_8bit, Precision::bf16, 2 + 2 + 4 + 2},
                           Row{Optimizer::sgd, Precision::fp32, 4 + 4 + 0 + 4},
                           Row{Optimizer::sgd, Precision::fp16, 2 + 2 + 4 + 4}}) {
        const auto need =
            memory_need(kLlama7, {.optimizer = row.optimizer}, row.precision, Sharding::none, 1);
        CHECK((need->weights + need->gradients + need->optimizer).value() ==
              Approx(7 * row.bytes * kGB));
    }
}

TEST_CASE("activations of GPT-3 are those of Korthikanti et al.") {
    // Table 2 there: sbh(34 + 5as/h) bytes a layer, with 5as/h = 80 for 175e9 parameters, so that
    // selective recomputation saves 80 / 114 = 70 %. Here with s = 2048, h = 12288, a = 96.
    Net gpt3 = llama(175e9, 96, 12'288);
    gpt3.heads = 96;
    gpt3.vocabulary = 51'200;
    const auto kept = [&gpt3](Recompute recompute) {
        const Training how{.recompute = recompute};
        return memory_need(gpt3, how, Precision::mixed, Sharding::none, 1)->per_sample.value();
    };
    const double logits = 6.0 * 2048 * 51'200;
    const double gib = 1024.0 * 1024.0 * 1024.0;
    const double sh = 2048.0 * 12'288;
    CHECK(kept(Recompute::none) * gib == Approx(96 * sh * 114 + logits));
    CHECK(kept(Recompute::selective) * gib == Approx(96 * sh * 34 + logits));
    CHECK(kept(Recompute::full) * gib == Approx((96 * 2 + 34) * sh + logits));
}

TEST_CASE("13e9 parameters do not fit a T4, adapters on 4 bits of 7e9 do") {
    const GiB t4{15}; // of 16, as the driver reports it
    const auto large = memory_fit(kLlama13, {}, Precision::fp16, std::nullopt, t4, 1);
    REQUIRE(large);
    CHECK_FALSE(large->fits);
    CHECK(large->micro_batch == 0);
    const auto frozen =
        memory_fit(kLlama13, {.tuning = Tuning::lora}, Precision::fp16, std::nullopt, t4, 1);
    CHECK_FALSE(frozen->fits); // 26 GB of weights alone
    const auto small =
        memory_fit(kLlama7, {.tuning = Tuning::qlora}, Precision::fp16, std::nullopt, t4, 1);
    CHECK(small->fits);
    CHECK(small->sharding == Sharding::none);
    // By hand: weights 7e9 * 4.127 / 8 + 2 * 39.8e6 = 3.69e9 bytes; one sequence 34 * 2048 * 4096
    // * 32 + 6 * 2048 * 32000 = 9.52e9 bytes; so one sequence fits into 15 GiB = 16.1e9, two do
    // not.
    CHECK(small->micro_batch == 1);
}

TEST_CASE("what does not fit says how much is missing, and what would fit") {
    const auto fit = memory_fit(kLlama7, {}, Precision::mixed, std::nullopt, GiB{22}, 1);
    REQUIRE_FALSE(fit->fits);
    // 112 GB + one sequence of 9.52 GB (as above) = 113.2 GiB, and 0.75 GiB reserved.
    CHECK(explanation(*fit) == "needs 113.9 GiB of memory on each GPU, has 22.0 GiB: lacks "
                               "91.9 GiB; --tuning qlora would fit");
    MemoryFit hopeless = *fit;
    hopeless.remedy = "";
    CHECK(explanation(hopeless) ==
          "needs 113.9 GiB of memory on each GPU, has 22.0 GiB: lacks 91.9 GiB");
}

TEST_CASE("the least sharding that fits is used, unless one is asked for") {
    const GiB a100{79};
    const auto fit = memory_fit(kLlama7, {}, Precision::mixed, std::nullopt, a100, 8);
    CHECK(fit->fits);
    CHECK(fit->sharding == Sharding::optimizer); // 4 * 7 + 12 * 7 / 8 = 38.5 GB
    const auto asked = memory_fit(kLlama7, {}, Precision::mixed, Sharding::none, a100, 8);
    CHECK_FALSE(asked->fits);
    CHECK(asked->remedy == "--sharding optimizer");
}

TEST_CASE("an image net keeps its layers' outputs twice") {
    // ResNet-50: 25.6e6 parameters, 11.1e6 outputs at 224 pixels.
    const Net resnet{.kind = NetKind::cnn,
                     .parameters = 25.6e6,
                     .forward_gmacs = 4.1,
                     .activations_m = 11.1,
                     .image_size = 224};
    const auto need =
        memory_need(resnet, {.optimizer = Optimizer::sgd}, Precision::fp32, Sharding::none, 1);
    CHECK(need->per_sample.value() * 1024 == Approx(2 * 11.1 * 4 / 1.048576));
    const auto twice = memory_need(resized(resnet, 448), {}, Precision::fp32, Sharding::none, 1);
    CHECK(twice->per_sample.value() == Approx(4 * need->per_sample.value()));
}

TEST_CASE("what is not known is not guessed") {
    CHECK_FALSE(memory_need({.forward_gmacs = 4.1}, {}, Precision::fp32, Sharding::none, 1));
    CHECK_FALSE(memory_need(
        {.kind = NetKind::cnn, .parameters = 1e6}, {}, Precision::fp32, Sharding::none, 1));
    CHECK_FALSE(memory_fit({}, {}, Precision::fp32, std::nullopt, GiB{16}, 1));
}

TEST_CASE("more GPUs, more memory and less kept never make a net not fit") {
    for (const double gib : {8.0, 16.0, 24.0, 40.0, 80.0})
        for (const double gpus : {1.0, 2.0, 4.0, 8.0})
            for (const Net& net : {kLlama7, kLlama13}) {
                const auto batch = [&](double gib_, double gpus_, Recompute recompute) {
                    return memory_fit(net,
                                      {.recompute = recompute},
                                      Precision::bf16,
                                      Sharding::weights,
                                      GiB{gib_},
                                      gpus_)
                        ->micro_batch;
                };
                const double here = batch(gib, gpus, Recompute::selective);
                CHECK(batch(gib * 2, gpus, Recompute::selective) >= here);
                CHECK(batch(gib, gpus * 2, Recompute::selective) >= here);
                CHECK(batch(gib, gpus, Recompute::full) >= here);
            }
}
