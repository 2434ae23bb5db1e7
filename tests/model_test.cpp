#include <flopwise/model.hpp>

#include "catch.hpp"
#include "training/model_parts.hpp"

#include <set>

using namespace flopwise;

TEST_CASE("GPT-3 takes 3.14e23 operations", "[net]") {
    // Brown et al. 2020, table D.1: 174,600 M parameters, 300e9 tokens, 3.14E+23 FLOPs.
    const UnitWork work =
        unit_work({.kind = ModelKind::transformer_decoder, .parameters = 174.6e9});
    CHECK(work.flops * 300e9 == Approx(3.14e23).epsilon(0.002));
    CHECK(work.attention_flops == 0);
}

TEST_CASE("attention adds 12 * layers * hidden * sequence for each token", "[net]") {
    const Model net{.kind = ModelKind::transformer_decoder,
                    .parameters = 1e9,
                    .layers = 24,
                    .hidden = 2048,
                    .seq_len = 1024};
    // By hand: 12 * 24 * 2048 * 1024 = 603,979,776.
    CHECK(unit_work(net).attention_flops == 603'979'776);
    CHECK(unit_work(net).total() == 6e9 + 603'979'776);
}

TEST_CASE("frozen weights get no gradients: 4 operations for each parameter, not 6", "[net]") {
    const Model net{.kind = ModelKind::transformer_decoder, .parameters = 7e9};
    CHECK(unit_work(net, FineTune::lora).flops == 28e9);
    CHECK(unit_work(net, FineTune::qlora).flops == 28e9);
}

TEST_CASE("a token meets the active parameters only", "[net]") {
    const Model mixtral{.kind = ModelKind::moe, .parameters = 46.7e9, .active_parameters = 12.9e9};
    CHECK(unit_work(mixtral).flops == Approx(6 * 12.9e9));
}

TEST_CASE("a token goes through the encoder or through the decoder", "[net]") {
    // The rows of data/measured/training.csv, from which the model of time is fitted: T5 of 220 M
    // parameters takes 7.14e8 FLOP for a token of the encoder with a quarter of one in the decoder;
    // Transformer-big 1.266e9 for a token of the source and one of the target.
    CHECK(unit_work(find_model("t5-base")).flops == Approx(7.14e8).epsilon(0.1));
    CHECK(2 * unit_work(find_model("transformer-big")).flops == Approx(1.266e9).epsilon(0.01));
    // By hand: 6 * 2.85e9 / 2, and 12 * 48 / 2 * 1024 * 512 of attention.
    const UnitWork t5 = unit_work(find_model("t5-3b"));
    CHECK(t5.flops == 3 * 2.85e9);
    CHECK(t5.attention_flops == 12.0 * 24 * 1024 * 512);
    CHECK(unit_work(find_model("t5-3b"), FineTune::lora).flops == 2 * 2.85e9);
    // What a token is multiplied with is known: it is that.
    CHECK(
        unit_work({.kind = ModelKind::encoder_decoder, .parameters = 2e9, .matmul_parameters = 1e9})
            .flops == 6e9);
}

TEST_CASE("an image costs 6 operations for each multiply-add forward", "[net]") {
    // ResNet-50 at 224 pixels: 4.1 GMAC forward, 24.6 GFLOP in training.
    const Model net{.kind = ModelKind::cnn, .forward_gmacs = 4.1, .image_px = 224};
    CHECK(unit_work(net).flops == Approx(24.6e9));
    CHECK(unit_work(resized(net, 112)).flops == Approx(24.6e9 / 4));
}

TEST_CASE("the shape of GPT-3 follows from its size", "[net]") {
    // Brown et al. 2020, table 2.1: 96 layers, 12,288 wide, 96 heads.
    const Model net = completed({.kind = ModelKind::transformer_decoder, .parameters = 175e9});
    CHECK(*net.layers == Approx(96).epsilon(0.01));
    CHECK(*net.hidden == Approx(12'288).epsilon(0.01));
    CHECK(*net.heads == Approx(96).epsilon(0.01));
    CHECK(completed({.kind = ModelKind::cnn, .parameters = 1e6}).layers == std::nullopt);
}

TEST_CASE("adapters of rank 16 for Llama 7B have 39.98 million parameters", "[net]") {
    // As PEFT prints it for all linear layers: trainable params: 39,976,960. Here the inner width
    // 11,008 is taken for 2.67 * 4096, and 19 for 8 + 3 * 3.69.
    const Model net{
        .kind = ModelKind::transformer_decoder, .parameters = 6.7e9, .layers = 32, .hidden = 4096};
    CHECK(adapter_parameters(net, 16) == Approx(39'976'960).epsilon(0.01));
    CHECK(adapter_parameters({.kind = ModelKind::cnn}, 16) == 0);
}

TEST_CASE("what work cannot be counted is refused", "[net]") {
    CHECK_THROWS_WITH(unit_work({.kind = ModelKind::transformer_decoder}),
                      "parameters: must be given for a transformer");
    CHECK_THROWS_WITH(unit_work({.kind = ModelKind::cnn, .parameters = 1e6}),
                      "forward_gmacs: must be given for a net over images");
    CHECK_THROWS_WITH(resized({.name = "bert"}, 224),
                      "image_px: must not be given for bert, whose operations are not known by "
                      "image size");
}

TEST_CASE("GPT-3 by its size takes 3.14e23 operations within 2 %", "[net]") {
    const Model net{.kind = ModelKind::transformer_decoder, .parameters = 175e9};
    CHECK(unit_work(net).flops * 300e9 == Approx(3.14e23).epsilon(0.02));
}

TEST_CASE("175e9 parameters on 1,024 A100 take 34 days by Megatron's formula", "[net]") {
    // Narayanan et al. 2021, section 5.1, equation 4: 8 T P / (n X), with full recomputation:
    // 300e9 tokens at 140 TFLOPS for each GPU; "34 days".
    const Model net{.kind = ModelKind::transformer_decoder, .parameters = 175e9};
    const double recomputed = unit_work(net).flops * 8 / 6;
    CHECK(recomputed * 300e9 / (1024 * 140e12) / 86'400 == Approx(34).margin(0.5));
}

TEST_CASE("a net is found by its name or an alias, in any case", "[net]") {
    // data/models.yaml: BERT-large has 336.2e6 parameters, 308e6 of them in matrices.
    const Model& net = find_model("bert-LARGE-uncased");
    CHECK(net.name == "bert-large");
    CHECK(net.kind == ModelKind::transformer_encoder);
    CHECK(*net.parameters == 336.2e6);
    CHECK(unit_work(net).flops == 6 * 308e6);
    CHECK(net.forward_gmacs == std::nullopt);
    CHECK(find_model("ResNet-50").samples == 1'281'167); // of ImageNet
    CHECK(models().size() == 141);
    CHECK_THROWS_WITH(find_model("llama2-7b"),
                      "model: must be a model of data/models.yaml, got \"llama2-7b\", did you mean "
                      "llama-2-7b?");
    CHECK_THROWS_WITH(find_model("xyzzy"),
                      "model: must be a model of data/models.yaml, got \"xyzzy\"");
}

TEST_CASE("every named net has the figures that its work needs, and a name of its own", "[net]") {
    std::set<std::string> names;
    for (const Model& net : models()) {
        INFO(net.name);
        CHECK(unit_work(net).flops > 0);
        CHECK(net.parameters.value_or(0) >= net.active_parameters.value_or(0));
        CHECK_FALSE(net.source.empty());
        CHECK(names.insert(net.name).second);
        for (const std::string& alias : net.aliases)
            CHECK(find_model(alias).name == net.name);
        if (is_text(net.kind))
            CHECK(completed(net).layers.has_value());
    }
}
