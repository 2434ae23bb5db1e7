#include <flopwise/memory.hpp>

#include "catch.hpp"
#include "training/model_parts.hpp"

using namespace flopwise;

constexpr double kGB = 1e9 / (1024.0 * 1024.0 * 1024.0); // in GiB

static Model llama(double parameters, double layers, double hidden) {
    return {.kind = ModelKind::transformer_decoder,
            .parameters = parameters,
            .layers = layers,
            .hidden = hidden,
            .heads = hidden / 128,
            .seq_len = 2048,
            .vocab = 32'000};
}

static const Model kLlama7 = llama(7e9, 32, 4096);
static const Model kLlama13 = llama(13e9, 40, 5120);

TEST_CASE("states of 7.5e9 parameters on 64 GPUs are those of the ZeRO paper", "[memory]") {
    // Rajbhandari et al. 2020, figure 1: 120 GB, 31.4 GB, 16.6 GB and 1.9 GB.
    const auto states = [](Sharding sharding) {
        const auto need = memory_need(llama(7.5e9, 32, 4096), {}, Precision::mixed, sharding, 64);
        return (need->weights + need->gradients + need->optimiser).value() / kGB;
    };
    CHECK(states(Sharding::none) == Approx(120).epsilon(1e-12));
    CHECK(states(Sharding::zero1) == Approx(31.4).epsilon(0.002));
    CHECK(states(Sharding::zero2) == Approx(16.6).epsilon(0.005));
    CHECK(states(Sharding::zero3) == Approx(1.9).epsilon(0.02));
}

TEST_CASE("7e9 parameters with Adam in mixed precision are 112 GB before activations", "[memory]") {
    // 16 bytes each: 2 weight, 2 gradient, 4 copy, 4 + 4 moments.
    const auto need = memory_need(kLlama7, {}, Precision::mixed, Sharding::none, 1);
    CHECK((need->weights + need->gradients + need->optimiser).value() == Approx(112 * kGB));
}

TEST_CASE("bytes for each parameter, by optimiser and precision", "[memory]") {
    struct Row {
        Optimiser optimiser;
        Precision precision;
        double bytes;
    };
    // By hand: weight + gradient + 32-bit copy (of 16-bit weights) + moments.
    for (const Row& row : {Row{Optimiser::adam, Precision::mixed, 2 + 2 + 4 + 8},
                           Row{Optimiser::adam, Precision::fp32, 4 + 4 + 0 + 8},
                           Row{Optimiser::adam_8bit, Precision::bf16, 2 + 2 + 4 + 2},
                           Row{Optimiser::sgd, Precision::fp32, 4 + 4 + 0 + 4},
                           Row{Optimiser::sgd, Precision::fp16, 2 + 2 + 4 + 4}}) {
        const auto need =
            memory_need(kLlama7, {.optimiser = row.optimiser}, row.precision, Sharding::none, 1);
        CHECK((need->weights + need->gradients + need->optimiser).value() ==
              Approx(7 * row.bytes * kGB));
    }
}

TEST_CASE("activations of GPT-3 are those of Korthikanti et al.", "[memory]") {
    // Table 2 there: sbh(34 + 5as/h) bytes a layer, with 5as/h = 80 for 175e9 parameters, so that
    // selective recomputation saves 80 / 114 = 70 %. Here with s = 2048, h = 12288, a = 96.
    Model gpt3 = llama(175e9, 96, 12'288);
    gpt3.heads = 96;
    gpt3.vocab = 51'200;
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

TEST_CASE("13e9 parameters do not fit a T4, adapters on 4 bits of 7e9 do", "[memory]") {
    const GiB t4{15}; // of 16, as the driver reports it
    const auto large = memory_fit(kLlama13, {}, Precision::fp16, std::nullopt, t4, 1);
    REQUIRE(large);
    CHECK_FALSE(large->fits);
    CHECK(large->micro_batch == 0);
    const auto frozen =
        memory_fit(kLlama13, {.fine_tune = FineTune::lora}, Precision::fp16, std::nullopt, t4, 1);
    CHECK_FALSE(frozen->fits); // 26 GB of weights alone
    const auto small =
        memory_fit(kLlama7, {.fine_tune = FineTune::qlora}, Precision::fp16, std::nullopt, t4, 1);
    CHECK(small->fits);
    CHECK(small->sharding == Sharding::none);
    // By hand: weights 7e9 * 4.127 / 8 + 2 * 39.8e6 = 3.69e9 bytes; one sequence 34 * 2048 * 4096
    // * 32 + 6 * 2048 * 32000 = 9.52e9 bytes; so one sequence fits into 15 GiB = 16.1e9, two do
    // not.
    CHECK(small->micro_batch == 1);
}

TEST_CASE("what does not fit says how much is missing, and what would fit", "[memory]") {
    const Training tune{.fine_tune = FineTune::full};
    const auto why = [](const Model& net, const Training& training, GiB available) {
        const auto fit = memory_fit(net, training, Precision::mixed, std::nullopt, available, 1);
        REQUIRE_FALSE(fit->fits);
        return explanation(
            *fit, memory_remedy(net, training, Precision::mixed, std::nullopt, available, 1));
    };
    // 112 GB + one sequence of 9.52 GB (as above) = 113.2 GiB, and 0.75 GiB reserved.
    // LoRA: 14 GB of frozen weights and 0.64 GB of adapters and their states, then 8.9 +
    // 0.75: 23.3.
    CHECK(why(kLlama7, tune, GiB{24}) == "needs 113.9 GiB of memory on each GPU, has 24.0 GiB: "
                                         "lacks 89.9 GiB; fine_tune lora would fit");
    CHECK(why(kLlama7, tune, GiB{15}) == "needs 113.9 GiB of memory on each GPU, has 15.0 GiB: "
                                         "lacks 98.9 GiB; fine_tune qlora would fit");
    // Pre-training has no adapters: all states split over 8 GPUs are 112 GB / 8 = 13.0 GiB, with a
    // sequence of 8.9, reserved 0.75 and two of 32 layers whole (0.8): 23.5 GiB; over 4 more.
    CHECK(why(kLlama7, {}, GiB{24}) == "needs 113.9 GiB of memory on each GPU, has 24.0 GiB: "
                                       "lacks 89.9 GiB; 8 such GPUs would do");
    CHECK(why(kLlama7, {}, GiB{1}) ==
          "needs 113.9 GiB of memory on each GPU, has 1.0 GiB: lacks 112.9 GiB");
}

TEST_CASE("the least sharding that fits is used, unless one is asked for", "[memory]") {
    const GiB a100{79};
    const auto fit = memory_fit(kLlama7, {}, Precision::mixed, std::nullopt, a100, 8);
    CHECK(fit->fits);
    CHECK(fit->sharding == Sharding::zero1); // 4 * 7 + 12 * 7 / 8 = 38.5 GB
    const auto asked = memory_fit(kLlama7, {}, Precision::mixed, Sharding::none, a100, 8);
    CHECK_FALSE(asked->fits);
    const auto remedy = memory_remedy(kLlama7, {}, Precision::mixed, Sharding::none, a100, 8);
    CHECK(remedy->settings ==
          std::vector<std::pair<std::string, std::string>>{{"sharding", "zero1"}});
}

TEST_CASE("an image net keeps its layers' outputs twice", "[memory]") {
    // ResNet-50: 25.6e6 parameters, 11.1e6 outputs at 224 pixels.
    const Model resnet{.kind = ModelKind::cnn,
                       .parameters = 25.6e6,
                       .forward_gmacs = 4.1,
                       .image_px = 224,
                       .activations_m = 11.1};
    const auto need =
        memory_need(resnet, {.optimiser = Optimiser::sgd}, Precision::fp32, Sharding::none, 1);
    CHECK(need->per_sample.value() * 1024 == Approx(2 * 11.1 * 4 / 1.048576));
    const auto twice = memory_need(resized(resnet, 448), {}, Precision::fp32, Sharding::none, 1);
    CHECK(twice->per_sample.value() == Approx(4 * need->per_sample.value()));
}

TEST_CASE("what is not known is not guessed", "[memory]") {
    CHECK_FALSE(memory_need({.forward_gmacs = 4.1}, {}, Precision::fp32, Sharding::none, 1));
    CHECK_FALSE(memory_need(
        {.kind = ModelKind::cnn, .parameters = 1e6}, {}, Precision::fp32, Sharding::none, 1));
    CHECK_FALSE(memory_fit({}, {}, Precision::fp32, std::nullopt, GiB{16}, 1));
}

TEST_CASE("more GPUs, more memory and less kept never make a net not fit", "[memory]") {
    for (const double gib : {8.0, 16.0, 24.0, 40.0, 80.0})
        for (const double gpus : {1.0, 2.0, 4.0, 8.0})
            for (const Model& net : {kLlama7, kLlama13}) {
                const auto batch = [&](double gib_, double gpus_, Recompute recompute) {
                    return memory_fit(net,
                                      {.recompute = recompute},
                                      Precision::bf16,
                                      Sharding::zero3,
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
