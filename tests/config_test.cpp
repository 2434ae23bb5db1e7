#include <flopwise/config.hpp>
#include <flopwise/job.hpp>

#include "catch.hpp"
#include "temporary.hpp"

using namespace flopwise;

namespace {

struct Published {
    std::string_view name;
    std::string_view config; ///< the fields of its config.json that tell its shape
    double parameters;
};

// Parameters as those who published them or another program counts them: KerasHub's presets, timm's
// results, Hugging Face's model cards and the papers; the figures of the fields are those of the
// published config.json, of LitGPT's config.py, or of the classes of transformers and diffusers.
// clang-format off
const Published kPublished[] = {
    {"llama-3.1-8b", R"({"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 14336, "vocab_size": 128256, "max_position_embeddings": 131072})", 8'030'261'248},
    {"qwen2.5-7b", R"({"model_type": "qwen2", "hidden_size": 3584, "num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 18944, "vocab_size": 152064, "max_position_embeddings": 131072})", 7'615'616'512},
    {"qwen3-8b", R"({"model_type": "qwen3", "hidden_size": 4096, "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 12288, "vocab_size": 151936, "max_position_embeddings": 40960})", 8'190'735'360},
    {"qwen3-30b-a3b", R"({"model_type": "qwen3_moe", "hidden_size": 2048, "num_hidden_layers": 48, "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 6144, "vocab_size": 151936, "max_position_embeddings": 40960, "num_experts": 128, "num_local_experts": 128, "num_experts_per_tok": 8, "moe_intermediate_size": 768})", 30'532'122'624},
    {"gemma-2-9b", R"({"model_type": "gemma2", "hidden_size": 3584, "num_hidden_layers": 42, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 256, "intermediate_size": 14336, "vocab_size": 256000, "max_position_embeddings": 8192, "tie_word_embeddings": true, "sliding_window": 4096})", 9'241'705'984},
    {"phi-4", R"({"model_type": "phi3", "hidden_size": 5120, "num_hidden_layers": 40, "num_attention_heads": 40, "num_key_value_heads": 10, "head_dim": 128, "intermediate_size": 17920, "vocab_size": 100352, "max_position_embeddings": 16384})", 14'700'000'000},
    {"mixtral-8x7b", R"({"model_type": "mixtral", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 14336, "vocab_size": 32000, "max_position_embeddings": 32768, "num_experts": 8, "num_local_experts": 8, "num_experts_per_tok": 2})", 46'702'792'704},
    {"olmo-2-7b", R"({"model_type": "olmo2", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, "head_dim": 128, "intermediate_size": 11008, "vocab_size": 100352, "max_position_embeddings": 4096})", 7'300'000'000},
    {"phi-2", R"({"model_type": "phi", "hidden_size": 2560, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, "head_dim": 80, "intermediate_size": 10240, "vocab_size": 51200, "max_position_embeddings": 2048})", 2'779'683'840},
    {"pythia-6.9b", R"({"model_type": "gpt_neox", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, "head_dim": 128, "intermediate_size": 16384, "vocab_size": 50432, "max_position_embeddings": 2048})", 6'857'302'016},
    {"bert-base-uncased", R"({"model_type": "bert", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "vocab_size": 30522, "max_position_embeddings": 512, "type_vocab_size": 2})", 109'482'240},
    {"deberta-v3-base", R"({"model_type": "deberta-v2", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "vocab_size": 128100, "max_position_embeddings": 512, "relative_attention": true, "position_buckets": 256, "position_biased_input": false, "type_vocab_size": 0})", 183'831'552},
    {"distilbert-base-uncased", R"({"model_type": "distilbert", "dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072, "vocab_size": 30522, "max_position_embeddings": 512})", 66'362'880},
    {"modernbert-base", R"({"model_type": "modernbert", "hidden_size": 768, "num_hidden_layers": 22, "num_attention_heads": 12, "intermediate_size": 1152, "vocab_size": 50368, "max_position_embeddings": 8192, "local_attention": 128, "global_attn_every_n_layers": 3})", 149'000'000},
    {"albert-base", R"({"model_type": "albert", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "vocab_size": 30000, "max_position_embeddings": 512, "embedding_size": 128, "type_vocab_size": 2})", 11'683'584},
    {"flan-t5-base", R"({"model_type": "t5", "d_model": 768, "d_kv": 64, "d_ff": 2048, "num_layers": 12, "num_heads": 12, "vocab_size": 32128, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false})", 247'577'856},
    {"t5-base", R"({"model_type": "t5", "d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12, "num_heads": 12, "vocab_size": 32128})", 222'903'552},
    {"bart-large", R"({"model_type": "bart", "d_model": 1024, "encoder_layers": 12, "decoder_layers": 12, "encoder_attention_heads": 16, "decoder_attention_heads": 16, "encoder_ffn_dim": 4096, "decoder_ffn_dim": 4096, "vocab_size": 50265, "max_position_embeddings": 1024})", 406'291'456},
    {"whisper-small", R"({"model_type": "whisper", "d_model": 768, "encoder_layers": 12, "decoder_layers": 12, "encoder_attention_heads": 12, "decoder_attention_heads": 12, "encoder_ffn_dim": 3072, "decoder_ffn_dim": 3072, "vocab_size": 51865, "num_mel_bins": 80, "max_source_positions": 1500, "max_target_positions": 448})", 241'734'912},
    {"gpt2", R"({"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257})", 124'439'808},
    {"gpt-j-6b", R"({"model_type": "gptj", "n_embd": 4096, "n_layer": 28, "n_head": 16, "n_positions": 2048, "vocab_size": 50400, "tie_word_embeddings": false})", 6'050'882'784},
    {"gpt-neo-2.7b", R"({"model_type": "gpt_neo", "hidden_size": 2560, "num_layers": 32, "num_heads": 20, "max_position_embeddings": 2048, "vocab_size": 50257, "window_size": 256})", 2'651'307'520},
    {"gpt-neox-20b", R"({"model_type": "gpt_neox", "hidden_size": 6144, "num_hidden_layers": 44, "num_attention_heads": 64, "intermediate_size": 24576, "max_position_embeddings": 2048, "vocab_size": 50432, "tie_word_embeddings": false})", 20'554'567'680},
    {"opt-350m", R"({"model_type": "opt", "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "ffn_dim": 4096, "max_position_embeddings": 2048, "vocab_size": 50272, "word_embed_proj_dim": 512})", 331'196'416},
    {"opt-6.7b", R"({"model_type": "opt", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "ffn_dim": 16384, "max_position_embeddings": 2048, "vocab_size": 50272, "word_embed_proj_dim": 4096})", 6'658'473'984},
    {"bloom-7b1", R"({"model_type": "bloom", "hidden_size": 4096, "n_layer": 30, "n_head": 32, "vocab_size": 250880})", 7'069'016'064},
    {"falcon-7b", R"({"model_type": "falcon", "hidden_size": 4544, "num_hidden_layers": 32, "num_attention_heads": 71, "multi_query": true, "new_decoder_architecture": false, "vocab_size": 65024})", 7'217'189'760},
    {"falcon-40b", R"({"model_type": "falcon", "hidden_size": 8192, "num_hidden_layers": 60, "num_attention_heads": 128, "num_kv_heads": 8, "new_decoder_architecture": true, "vocab_size": 65024})", 41'800'000'000},
    {"mpt-7b", R"({"model_type": "mpt", "d_model": 4096, "n_heads": 32, "n_layers": 32, "expansion_ratio": 4, "vocab_size": 50432, "max_seq_len": 2048})", 6'649'286'656},
    {"starcoder2-7b", R"({"model_type": "starcoder2", "hidden_size": 4608, "intermediate_size": 18432, "num_hidden_layers": 32, "num_attention_heads": 36, "num_key_value_heads": 4, "vocab_size": 49152, "max_position_embeddings": 16384, "tie_word_embeddings": true, "sliding_window": 4096})", 7'170'000'000},
    {"mamba-130m", R"({"model_type": "mamba", "hidden_size": 768, "num_hidden_layers": 24, "state_size": 16, "expand": 2, "vocab_size": 50280, "time_step_rank": 48})", 129'135'360},
    {"mamba2-2.7b", R"({"model_type": "mamba2", "hidden_size": 2560, "num_hidden_layers": 64, "num_heads": 80, "head_dim": 64, "state_size": 128, "n_groups": 1, "expand": 2, "vocab_size": 50288, "tie_word_embeddings": true})", 2'700'000'000},
    {"mistral-nemo", R"({"model_type": "mistral", "hidden_size": 5120, "intermediate_size": 14336, "num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 131072, "max_position_embeddings": 131072})", 12'247'782'400},
    {"qwen1.5-moe-a2.7b", R"({"model_type": "qwen2_moe", "hidden_size": 2048, "intermediate_size": 5632, "moe_intermediate_size": 1408, "shared_expert_intermediate_size": 5632, "num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 16, "num_experts": 60, "num_experts_per_tok": 4, "vocab_size": 151936, "max_position_embeddings": 8192})", 14'300'000'000},
    {"gpt-oss-20b", R"({"model_type": "gpt_oss", "hidden_size": 2880, "intermediate_size": 2880, "num_hidden_layers": 24, "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 64, "num_local_experts": 32, "num_experts_per_tok": 4, "sliding_window": 128, "vocab_size": 201088, "max_position_embeddings": 131072, "attention_bias": true, "tie_word_embeddings": false})", 20'914'757'184},
    {"deepseek-v2-lite", R"({"model_type": "deepseek_v2", "hidden_size": 2048, "intermediate_size": 10944, "moe_intermediate_size": 1408, "num_hidden_layers": 27, "num_attention_heads": 16, "num_key_value_heads": 16, "n_routed_experts": 64, "n_shared_experts": 2, "num_experts_per_tok": 6, "q_lora_rank": null, "vocab_size": 102400, "max_position_embeddings": 163840, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "moe_layer_freq": 1, "first_k_dense_replace": 1})", 15'706'484'224},
    {"deepseek-v3", R"({"model_type": "deepseek_v3", "hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048, "num_hidden_layers": 61, "num_attention_heads": 128, "num_key_value_heads": 128, "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "q_lora_rank": 1536, "vocab_size": 129280, "max_position_embeddings": 163840, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "moe_layer_freq": 1, "first_k_dense_replace": 3})", 671'026'419'200},
    {"olmoe-1b-7b", R"({"model_type": "olmoe", "hidden_size": 2048, "intermediate_size": 1024, "num_hidden_layers": 16, "num_attention_heads": 16, "num_key_value_heads": 16, "num_experts": 64, "num_experts_per_tok": 8, "vocab_size": 50304, "max_position_embeddings": 4096})", 6'919'161'856},
    {"phi-3.5-moe", R"({"model_type": "phimoe", "hidden_size": 4096, "intermediate_size": 6400, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "num_local_experts": 16, "num_experts_per_tok": 2, "vocab_size": 32064, "max_position_embeddings": 131072, "attention_bias": true})", 41'900'000'000},
    {"llama-4-scout", R"({"model_type": "llama4", "text_config": {"model_type": "llama4_text", "hidden_size": 5120, "intermediate_size": 8192, "intermediate_size_mlp": 16384, "num_hidden_layers": 48, "num_attention_heads": 40, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 202048, "num_experts_per_tok": 1, "attention_chunk_size": 8192, "num_local_experts": 16, "interleave_moe_layer_step": 1, "max_position_embeddings": 10485760}})", 107'770'000'000},
    {"glm-4.5-air", R"({"model_type": "glm4_moe", "hidden_size": 4096, "intermediate_size": 10944, "moe_intermediate_size": 1408, "num_hidden_layers": 46, "num_attention_heads": 96, "num_key_value_heads": 8, "head_dim": 128, "n_routed_experts": 128, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 1, "attention_bias": true, "use_qk_norm": false, "vocab_size": 151552, "max_position_embeddings": 131072})", 106'000'000'000},
    {"vit-b-16", R"({"model_type": "vit", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "image_size": 224, "patch_size": 16, "num_labels": 1000})", 86'567'656},
    {"dinov2-giant", R"({"model_type": "dinov2", "hidden_size": 1536, "num_hidden_layers": 40, "num_attention_heads": 24, "mlp_ratio": 4, "image_size": 518, "patch_size": 14, "use_swiglu_ffn": true})", 1'136'480'768},
    {"swin-t", R"({"model_type": "swin", "embed_dim": 96, "depths": [2, 2, 6, 2], "num_heads": [3, 6, 12, 24], "window_size": 7, "mlp_ratio": 4.0, "image_size": 224, "patch_size": 4, "num_labels": 1000})", 28'288'354},
    {"clip-vit-b-32", R"({"model_type": "clip", "projection_dim": 512, "vision_config": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "image_size": 224, "patch_size": 32}, "text_config": {"hidden_size": 512, "num_hidden_layers": 12, "num_attention_heads": 8, "intermediate_size": 2048, "vocab_size": 49408, "max_position_embeddings": 77}})", 151'277'313},
    {"sd-1.5", R"({"_class_name": "UNet2DConditionModel", "block_out_channels": [320, 640, 1280, 1280], "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"], "layers_per_block": 2, "in_channels": 4, "out_channels": 4, "cross_attention_dim": 768, "sample_size": 64, "attention_head_dim": 8})", 859'520'964},
    {"sdxl", R"({"_class_name": "UNet2DConditionModel", "block_out_channels": [320, 640, 1280], "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"], "layers_per_block": 2, "transformer_layers_per_block": [1, 2, 10], "in_channels": 4, "out_channels": 4, "cross_attention_dim": 2048, "sample_size": 128, "addition_embed_type": "text_time", "projection_class_embeddings_input_dim": 2816})", 2'567'463'684},
    {"sd3-medium", R"({"_class_name": "SD3Transformer2DModel", "num_layers": 24, "num_attention_heads": 24, "attention_head_dim": 64, "in_channels": 16, "out_channels": 16, "joint_attention_dim": 4096, "pooled_projection_dim": 2048, "patch_size": 2, "sample_size": 128})", 2'028'000'000},
    {"flux.1-dev", R"({"_class_name": "FluxTransformer2DModel", "num_layers": 19, "num_single_layers": 38, "num_attention_heads": 24, "attention_head_dim": 128, "in_channels": 64, "joint_attention_dim": 4096, "pooled_projection_dim": 768, "guidance_embeds": true})", 11'901'408'320},
    {"dit-xl-2", R"({"_class_name": "DiTTransformer2DModel", "num_layers": 28, "num_attention_heads": 16, "attention_head_dim": 72, "in_channels": 4, "out_channels": 8, "patch_size": 2, "sample_size": 32, "num_embeds_ada_norm": 1000})", 675'129'632},
    {"gemma-3-4b-vl", R"({"model_type": "gemma3", "text_config": {"model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34, "sliding_window": 1024}, "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 1152, "intermediate_size": 4304, "num_attention_heads": 16, "num_hidden_layers": 27, "image_size": 896, "patch_size": 14}})", 4'299'915'632},
};
// clang-format on

Model published(std::string_view name) {
    for (const Published& one : kPublished)
        if (one.name == name)
            return model_from_config(one.config);
    FAIL("no such configuration: " << name);
    return {};
}

} // namespace

TEST_CASE("a configuration counts to the parameters that are published", "[config]") {
    for (const Published& one : kPublished) {
        INFO(one.name);
        const Model net = model_from_config(one.config);
        CHECK(*net.parameters == Approx(one.parameters).epsilon(0.01));
        CHECK(net.kind != ModelKind::other);
        CHECK(net.source == "counted from config.json");
        CHECK(unit_work(net).flops > 0);
        CHECK(net.active_parameters.has_value() == (net.kind == ModelKind::moe));
    }
}

TEST_CASE("a token meets the experts that are chosen for it", "[config]") {
    // Model cards: 12.9 billion (Mixtral), 3.3 (Qwen3-30B-A3B), 37 (DeepSeek-V3), 6.6
    // (Phi-3.5-MoE), 17 (Llama 4 Scout), 1.3 (OLMoE), 2.7 (Qwen1.5-MoE); 3.6 (gpt-oss-20b) without
    // the embedding.
    const auto active = [](std::string_view name) { return *published(name).active_parameters; };
    CHECK(active("mixtral-8x7b") == Approx(12.9e9).epsilon(0.01));
    CHECK(active("qwen3-30b-a3b") == Approx(3.3e9).epsilon(0.02));
    CHECK(active("deepseek-v3") == Approx(37e9).epsilon(0.02));
    CHECK(active("phi-3.5-moe") == Approx(6.6e9).epsilon(0.01));
    CHECK(active("llama-4-scout") == Approx(17e9).epsilon(0.02));
    CHECK(active("olmoe-1b-7b") == Approx(1.3e9).epsilon(0.02));
    CHECK(active("qwen1.5-moe-a2.7b") == Approx(2.7e9).epsilon(0.01));
    CHECK(*published("gpt-oss-20b").matmul_parameters == Approx(3.6e9).epsilon(0.01));
}

TEST_CASE("a configuration tells the shape, and how long a sequence may be", "[config]") {
    const Model llama = published("llama-3.1-8b");
    CHECK(llama.name == "llama");
    CHECK(llama.kind == ModelKind::transformer_decoder);
    CHECK(llama.layers == 32.0);
    CHECK(llama.hidden == 4096.0);
    CHECK(llama.heads == 32.0);
    CHECK(llama.vocab == 128'256.0);
    CHECK_FALSE(llama.head_dim);
    CHECK_FALSE(llama.seq_len); // 131,072 is what it can, not what it is trained with
    CHECK(published("whisper-small").seq_len == 1500.0);
    // By hand: 8,030,261,248 less an embedding of 128,256 * 4096.
    CHECK(llama.matmul_parameters == 8'030'261'248.0 - 128'256.0 * 4096);
    // Gemma 2: every other layer sees 4,096 tokens; 16 heads of 256 in a width of 3,584.
    const Model gemma = published("gemma-2-9b");
    CHECK(gemma.attention_window == 4096.0);
    CHECK(gemma.window_layers == 21.0);
    CHECK(gemma.head_dim == 256.0);
    // ModernBERT: every third of 22 layers is global, from the first on.
    CHECK(published("modernbert-base").attention_window == 128.0);
    CHECK(published("modernbert-base").window_layers == 14.0);
    // DeepSeek: keys of 128 + 64, values of 128.
    CHECK(published("deepseek-v3").head_dim == 160.0);
}

TEST_CASE("a configuration of images tells the operations at its image size", "[config]") {
    const auto gmacs = [](std::string_view name) { return *published(name).forward_gmacs; };
    // timm, results/: ViT-B/16 17.58 and Swin-T 4.51 at 224 pixels, DINOv2 giant 1784.2 at 518.
    CHECK(gmacs("vit-b-16") == Approx(17.58).epsilon(0.01));
    CHECK(gmacs("swin-t") == Approx(4.51).epsilon(0.01));
    CHECK(gmacs("dinov2-giant") == Approx(1784.2).epsilon(0.01));
    // OpenCLIP, model_profile.csv: ViT-B/32 7.39 multiply-adds (14.78 GFLOP).
    CHECK(gmacs("clip-vit-b-32") == Approx(7.39).epsilon(0.01));
    // Peebles and Xie 2023, table 4: 118.6 at 256 pixels.
    CHECK(gmacs("dit-xl-2") == Approx(118.6).epsilon(0.01));
    CHECK(published("dit-xl-2").image_px == 256.0);
    CHECK(published("sdxl").image_px == 1024.0);
    CHECK(published("sdxl").kind == ModelKind::diffusion);
    CHECK(published("flux.1-dev").layers == 57.0);
}

TEST_CASE("what a configuration does not say is refused with file and field", "[config][error]") {
    const auto refuses = [](std::string_view text, const std::string& message) {
        CHECK_THROWS_WITH(model_from_config(text, "net/config.json"), message);
    };
    refuses("", "net/config.json: must be a JSON object");
    refuses("[1]", "net/config.json: must be a JSON object");
    refuses(R"({"model_type": "llama"})",
            "net/config.json: hidden_size: must be given, got nothing");
    refuses(R"({"model_type": "llama", "hidden_size": "wide"})",
            "net/config.json: hidden_size: must be a number, got \"wide\"");
    refuses(R"({"model_type": "llama", "hidden_size": -4096})",
            "net/config.json: hidden_size: must be a number from 0 to 1e+09, got -4096");
    refuses(R"({"model_type": "llama", "hidden_size": 0})",
            "net/config.json: hidden_size: must be at least 1, got 0");
    refuses(R"({"text_config": {"model_type": "gemma3_text"}})",
            "net/config.json: text_config.hidden_size: must be given, got nothing");
    refuses(R"({"_class_name": "UNet2DConditionModel"})",
            "net/config.json: block_out_channels: must be a list as long as down_block_types");
    CHECK_THROWS_WITH(
        model_from_config(R"({"model_type": "rwkv"})"),
        Catch::Contains("config.json: model_type: must be one of the classes that are "
                        "counted, DiTTransformer2DModel, ") &&
            Catch::Contains("llama, ") && Catch::Contains("or xlm-roberta, got \"rwkv\""));
    CHECK_THROWS_WITH(model_from_config("{}"), Catch::Contains("got nothing"));
    CHECK_THROWS_AS(model_from_config(R"({"model_type": "llama", "hidden_size": 1e999})"),
                    InputError);
    CHECK_THROWS_AS(read_model_config("/nowhere/config.json"), InputError);
    // A part of a part is none: it would go on for ever.
    CHECK_THROWS_AS(
        model_from_config(R"({"text_config": {"text_config": {"model_type": "gpt2"}}})"),
        InputError);
}

TEST_CASE("a path is told from a name", "[config]") {
    for (const char* path :
         {"./config.json", "../net", "/models/llama", ".", "models/llama/config.json"})
        CHECK(is_config_path(path));
    for (const char* name :
         {"llama-2-7b", "meta-llama/Llama-3.1-8B", "ViT-B/16", "config.json", ""})
        CHECK_FALSE(is_config_path(name));
}

TEST_CASE("a job takes the net of a configuration, with one's own figures over it",
          "[config][job]") {
    const Temporary folder;
    const auto file = folder.file("config.json", kPublished[0].config);
    Job job{.model = folder.path().string(), .tokens = 1e9};
    CHECK_THROWS_WITH(work_of(job),
                      Catch::Contains("model: must be a name, or a configuration that was read"));
    read_config(job);
    CHECK(job.config == read_model_config(file));
    CHECK(work_of(job).unit.flops == 6 * (8'030'261'248.0 - 128'256.0 * 4096));
    // From the start, of unknown length: 512. In fine-tuning: 2,048.
    CHECK(work_of(job).units_per_sample() == kAssumedSeqLen);
    CHECK(work_of(job).seq_len_assumed);
    job.fine_tune = FineTune::lora;
    CHECK(work_of(job).units_per_sample() == kFineTuneSeqLen);
    CHECK(model_of(job).seq_len == kFineTuneSeqLen);
    job.net.seq_len = 8192;
    CHECK(work_of(job).units_per_sample() == 8192);
    CHECK_FALSE(work_of(job).seq_len_assumed);
    // No longer than it takes.
    Job bert{.config = published("bert-base-uncased"), .fine_tune = FineTune::full, .tokens = 1e6};
    CHECK(work_of(bert).units_per_sample() == 512);
}
