#include <flopwise/net.hpp>

#include "catch.hpp"

using namespace flopwise;

TEST_CASE("GPT-3 takes 3.14e23 operations") {
    // Brown et al. 2020, table D.1: 174,600 M parameters, 300e9 tokens, 3.14E+23 FLOPs.
    const UnitWork work = unit_work({.kind = NetKind::decoder, .parameters = 174.6e9}, {});
    CHECK(work.flops * 300e9 == Approx(3.14e23).epsilon(0.002));
    CHECK(work.attention_flops == 0);
}

TEST_CASE("attention adds 12 * layers * hidden * sequence for each token") {
    const Net net{.kind = NetKind::decoder,
                  .parameters = 1e9,
                  .layers = 24,
                  .hidden = 2048,
                  .sequence = 1024};
    // By hand: 12 * 24 * 2048 * 1024 = 603,979,776.
    CHECK(unit_work(net, {}).attention_flops == 603'979'776);
    CHECK(unit_work(net, {}).total() == 6e9 + 603'979'776);
}

TEST_CASE("frozen weights get no gradients: 4 operations for each parameter, not 6") {
    const Net net{.kind = NetKind::decoder, .parameters = 7e9};
    CHECK(unit_work(net, {.tuning = Tuning::lora}).flops == 28e9);
    CHECK(unit_work(net, {.tuning = Tuning::qlora}).flops == 28e9);
}

TEST_CASE("a token meets the active parameters only") {
    const Net mixtral{.kind = NetKind::moe, .parameters = 46.7e9, .active_parameters = 12.9e9};
    CHECK(unit_work(mixtral, {}).flops == Approx(6 * 12.9e9));
}

TEST_CASE("an image costs 6 operations for each multiply-add forward") {
    // ResNet-50 at 224 pixels: 4.1 GMAC forward, 24.6 GFLOP in training.
    const Net net{.kind = NetKind::cnn, .forward_gmacs = 4.1, .image_size = 224};
    CHECK(unit_work(net, {}).flops == Approx(24.6e9));
    CHECK(unit_work(resized(net, 112), {}).flops == Approx(24.6e9 / 4));
}

TEST_CASE("the shape of GPT-3 follows from its size") {
    // Brown et al. 2020, table 2.1: 96 layers, 12,288 wide, 96 heads.
    const Net net = completed({.kind = NetKind::decoder, .parameters = 175e9});
    CHECK(*net.layers == Approx(96).epsilon(0.01));
    CHECK(*net.hidden == Approx(12'288).epsilon(0.01));
    CHECK(*net.heads == Approx(96).epsilon(0.01));
    CHECK(completed({.kind = NetKind::cnn, .parameters = 1e6}).layers == std::nullopt);
}

TEST_CASE("adapters of rank 16 for Llama 7B have 39.98 million parameters") {
    // As PEFT prints it for all linear layers: trainable params: 39,976,960. Here the inner width
    // 11,008 is taken for 2.67 * 4096, and 19 for 8 + 3 * 3.69.
    const Net net{.kind = NetKind::decoder, .parameters = 6.7e9, .layers = 32, .hidden = 4096};
    CHECK(adapter_parameters(net, 16) == Approx(39'976'960).epsilon(0.01));
    CHECK(adapter_parameters({.kind = NetKind::cnn}, 16) == 0);
}

TEST_CASE("what work cannot be counted is refused") {
    CHECK_THROWS_WITH(unit_work({.kind = NetKind::decoder}, {}),
                      "parameters: must be given for a transformer");
    CHECK_THROWS_WITH(unit_work({.kind = NetKind::cnn, .parameters = 1e6}, {}),
                      "flops_per_sample: must be given for a net that is not known by its "
                      "parameters");
    CHECK_THROWS_WITH(resized({.name = "bert"}, 224),
                      "image_size: must not be given for bert, whose operations are not known by "
                      "image size");
}
