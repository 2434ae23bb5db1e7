#include <flopwise/model.hpp>

#include "catch.hpp"
#include "text/csv_file.hpp"
#include "text/text.hpp"
#include "training/model_parts.hpp"

#include <algorithm>
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
    // By hand, for T5 of 3 billion: an encoder of 24 * (4 * 1024 * 4096 + 2 * 1024 * 16,384 + 2 *
    // 1024), and a quarter of a decoder with twice the attention and of a head of 32,128 * 1024;
    // attention of 12 * 48 / 2 * 32 heads of 128 * 512.
    const UnitWork t5 = unit_work(find_model("t5-3b"));
    CHECK(t5.flops == Approx(6 * 1.6189e9).epsilon(1e-4));
    CHECK(t5.attention_flops == 12.0 * 24 * 4096 * 512);
    CHECK(unit_work(find_model("t5-3b"), FineTune::lora).flops == Approx(t5.flops * 2 / 3));
    // Of one that is known by its size alone: 3.12 for each parameter, as T5 of 3 billion in the
    // rows.
    CHECK(unit_work({.kind = ModelKind::encoder_decoder, .parameters = 3e9}).flops ==
          Approx(9.36e9));
    // What a token is multiplied with is known: it is that.
    CHECK(
        unit_work({.kind = ModelKind::encoder_decoder, .parameters = 2e9, .matmul_parameters = 1e9})
            .flops == 6e9);
}

TEST_CASE("local attention sees no more than its window", "[net]") {
    Model net{.kind = ModelKind::transformer_decoder,
              .parameters = 1e9,
              .layers = 24,
              .hidden = 2048,
              .seq_len = 8192,
              .attention_window = 1024};
    const double full = 12.0 * 24 * 2048 * 8192;
    CHECK(unit_work(net).attention_flops == full / 8);
    net.window_layers = 20; // of which four see all: by hand, (20 / 8 + 4) / 24
    CHECK(unit_work(net).attention_flops == Approx(full * 6.5 / 24));
    net.seq_len = 512; // shorter than the window
    CHECK(unit_work(net).attention_flops == full / 16);
    net.heads = 32;
    net.head_dim = 128; // heads of 4,096 in all
    CHECK(unit_work(net).attention_flops == full / 8);
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

TEST_CASE("adapters of an image net are a share of it where its shape is not known", "[net]") {
    // diffusers' examples train 797,184 parameters of Stable Diffusion 1.5 at rank 4, and 23.2
    // million of SDXL at 16: 0.00023 and 0.00057 of the net for each rank.
    const auto of = [](const char* name, double rank) {
        return *trained_parameters(find_model(name), FineTune::lora, rank);
    };
    CHECK(of("stable-diffusion-1.5", 4) == Approx(797'184).epsilon(0.8));
    CHECK(of("sdxl", 16) == Approx(23.2e6).epsilon(0.4));
    CHECK(of("flux.1-dev", 16) == 19.0 * 16 * 3072 * 57);
    CHECK(unit_work(find_model("sdxl"), FineTune::lora).flops ==
          Approx(unit_work(find_model("sdxl")).flops * 2 / 3));
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
    CHECK(models().size() == 330);
    CHECK_THROWS_WITH(find_model("xyzzy"),
                      "model: must be a model of data/models.yaml, got \"xyzzy\"");
    CHECK_THROWS_WITH(find_model("lama-2-7b"), Catch::Contains("did you mean llama-2-7b?"));
}

TEST_CASE("the name of a published net finds it, however it is written", "[net]") {
    const auto* const name = GENERATE("meta-llama/Llama-3.1-8B",
                                      "meta-llama/Llama-3.1-8B-Instruct",
                                      "meta-llama/Meta-Llama-3.1-8B-Instruct",
                                      "unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit",
                                      "unsloth/Llama-3.1-8B-unsloth-bnb-4bit",
                                      "llama_3.1_8b",
                                      "Llama 3.1 8B",
                                      "llama3.1-8b",
                                      "LLAMA-3-1-8B");
    CHECK(find_model(name).name == "llama-3.1-8b");
}

TEST_CASE("a name finds the net of that figure, and no other", "[net]") {
    const std::pair<const char*, const char*> found[] = {
        {"Qwen/Qwen2.5-7B-Instruct", "qwen2.5-7b"},
        {"Qwen/Qwen2-57B-A14B-Instruct", "qwen2-57b-a14b"},
        {"Qwen/Qwen3-30B-A3B-Instruct-2507", "qwen3-30b-a3b"},
        {"google/gemma-2-2b-it", "gemma-2-2b"},
        {"google/gemma-2b-it", "gemma-2b"},
        {"mistralai/Mistral-7B-Instruct-v0.3", "mistral-7b-v0.3"},
        {"mistralai/Mistral-Small-24B-Instruct-2501", "mistral-small-24b"},
        {"mistralai/Mistral-Small-Instruct-2409", "mistral-small-22b"},
        {"deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "llama-3.1-8b"},
        {"microsoft/Phi-3-mini-4k-instruct", "phi-3-mini"},
        {"openai/whisper-base", "whisper-base"},
        {"google-bert/bert-base-uncased", "bert-base"},
        {"meta-llama/Llama-2-7b-chat-hf", "llama-2-7b"},
        {"TinyLlama/TinyLlama-1.1B-Chat-v1.0", "tinyllama-1.1b"},
        {"black-forest-labs/FLUX.1-dev", "flux.1-dev"},
        {"stabilityai/stable-diffusion-xl-base-1.0", "sdxl"},
        {"ViT-B/16", "vit-b-16"},
        {"google/vit-base-patch16-224", "vit-b-16"},
        {"facebook/dinov2-base", "dinov2-base"},
        {"YOLOv8n", "yolov8n"},
        {"gpt2xl", "gpt2-xl"}};
    for (const auto& [name, net] : found) {
        INFO(name);
        CHECK(find_model(name).name == net);
    }
    // 2-57 is not 25-7, and a size that is not there is no other size.
    CHECK_THROWS_AS(find_model("qwen-25.7b"), ArgumentError);
    CHECK_THROWS_WITH(find_model("meta-llama/Llama-3.1-9B"),
                      Catch::Contains("model: must be a model; of the family llama there are "
                                      "llama-13b, llama-2-13b, ") &&
                          Catch::Contains("got \"meta-llama/Llama-3.1-9B\""));
    CHECK_THROWS_WITH(find_model("t5-7b"),
                      Catch::Contains("of the family t5 there are ") && Catch::Contains("t5-3b"));
    // What every spelling is compared by is no other net's.
    for (const Model& net : models())
        for (const std::string& alias : net.aliases)
            CHECK(find_model(alias).name == net.name);
}

namespace {

/// A row that counts something else than the net by its name or its figures does, and why.
struct Otherwise {
    std::string_view model;
    std::string_view why;
};
constexpr Otherwise kOtherwise[] = {
    {"Transformer-big WMT14 En-De", "a token of the target with one of the source"},
    {"ResNet-50", "tf_cnn_benchmarks has version 1, of 3.86 multiply-adds"},
    {"Stable Diffusion 2 base, 256 px + 512 px stages", "two sizes of image"},
    {"OLMoE-1B-7B", "counts the embedding"},
    {"MPT-125m", "figures with the embedding of positions"},
    {"Nemotron-22B", "figures with an embedding of 256,000 words"},
    {"Nemotron-3-8B", "figures with an embedding of 256,000 words"},
    {"Nemotron-8B", "figures with an embedding of 256,000 words"},
    {"nanochat d24 (GPT-2-grade)", "figures without the embeddings of values"},
    {"Mask R-CNN R50-FPN", "a third of the images is larger, and the masks"},
    {"Faster R-CNN R50-FPN", "larger images"},
    {"RetinaNet ResNeXt50-32x4d FPN (264 classes)", "another backbone, and 264 classes"},
    {"FLUX.1-schnell", "as its submitters count it, with frozen encoders"},
    {"FLUX.1-dev QLoRA", "adapters of a net of which the row has no size"},
    {"U-Net", "of another size"},
    {"nnU-Net 2D", "of another size"},
    {"EfficientNetV2-S", "at 300 pixels"},
    {"resnet50 SwAV 2x224+6x96", "several crops of an image"},
    {"resnet50 DeepCluster-v2 2x160+4x96", "several crops of an image"},
    {"ResNet-18", "at 160 to 192 pixels, which grow during the run"},
    {"DiT-XL/2", "as its thread counts it"},
    {"BART-large pre-training", "tokens of both sides"},
    {"llama-3-8b", "with the embedding"},
    {"bert-large", "with the embedding"},
    {"nanochat-d20", "figures without the embeddings of values"},
    {"gpt-164m-wide", "a net of its own with a name of another count"},
    {"deepseek-v2-lite-16b", "active parameters as its log counts them"},
};

/// The net that the row's first words name, if it is as large; else one of the row's figures.
Model net_of_row(const std::vector<std::string>& cells, const std::vector<std::string>& names) {
    const auto cell = [&](std::string_view name) -> const std::string& {
        return cells[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) -
                                              names.begin())];
    };
    const auto parameters = text::number(cell("parameters"));
    for (std::string called = cell("model"); !called.empty();) {
        const auto is_it = [&](const std::string& name) {
            return text::lower(name) == text::lower(called);
        };
        for (const Model& net : models())
            if ((is_it(net.name) || std::any_of(net.aliases.begin(), net.aliases.end(), is_it)) &&
                (!parameters || !net.parameters ||
                 std::abs(*parameters / *net.parameters - 1) < 0.1))
                return net;
        const auto space = called.rfind(' ');
        called.resize(space == std::string::npos ? 0 : space);
    }
    Model own{.parameters = parameters,
              .active_parameters = text::number(cell("active_parameters")),
              .layers = text::number(cell("layers")),
              .hidden = text::number(cell("hidden")),
              .seq_len = text::number(cell("seq_len"))};
    const std::string& kind = cell("workload_kind");
    for (std::size_t k = 0; k < kModelKinds; ++k)
        if (to_string(static_cast<ModelKind>(k)) == kind)
            own.kind = static_cast<ModelKind>(k);
    return own;
}

} // namespace

TEST_CASE("the work of every measured row is what the fit counted", "[net]") {
    text::CsvFile file{std::filesystem::path{FLOPWISE_SOURCE_DIR "/data/measured/training.csv"}};
    REQUIRE(file.next());
    const std::vector<std::string> names = file.cells();
    const auto column = [&](std::string_view name) {
        return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) -
                                        names.begin());
    };
    std::size_t asked = 0;
    while (file.next()) {
        const std::vector<std::string> cells = file.cells();
        const std::string& model = cells[column("model")];
        const auto flops = text::number(cells[column("flops_per_unit")]);
        const bool otherwise = std::any_of(std::begin(kOtherwise),
                                           std::end(kOtherwise),
                                           [&](const Otherwise& o) { return o.model == model; });
        if (!flops || otherwise)
            continue;
        INFO(cells[column("id")] << " " << model);
        const Model net = net_of_row(cells, names);
        if (!is_text(net.kind) && net.name.empty())
            continue; // its work is what the row says
        const FineTune how =
            cells[column("fine_tune")].ends_with("lora") ? FineTune::lora : FineTune::none;
        CHECK(unit_work(net, how).flops == Approx(*flops).epsilon(0.05));
        ++asked;
    }
    CHECK(asked > 500);
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
