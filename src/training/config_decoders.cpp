// Language models: what a layer has, counted.

#include "training/config_fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

namespace {

/// What classes of decoders differ in, where their fields do not tell.
struct Traits {
    bool gated = true;      ///< three matrices in a feed-forward layer, not two
    bool tied = false;      ///< the head is the embedding, unless the fields say otherwise
    bool qkv_bias = false;  ///< unless the fields say otherwise
    bool out_bias = false;  ///< of attention
    bool mlp_bias = false;  ///< of the feed-forward layers
    bool head_bias = false; ///< of the head
    int norms = 2;          ///< of a layer
    int norm_width = 1;     ///< parameters of a norm for each of `hidden`
    int last_norms = 1;     ///< behind the last layer, and behind the embedding
    enum class QkNorm { none, head, wide } qk_norm = QkNorm::none; ///< of queries and keys
    int window_every = 0; ///< of so many layers, one is not local; 0: as the fields say
};

/// A decoder's shape, as its fields give it.
struct Shape {
    double hidden = 0, layers = 0, heads = 0, kv = 0, head_dim = 0, inner = 0, vocab = 0;
    double positions = 0; ///< embeddings of them that are learned
    double max_positions = 0;
    double attention = 0; ///< parameters of a layer; 0: of queries, keys, values and an output
    double experts = 0, top_k = 0, expert_inner = 0, shared_inner = 0;
    double sparse_layers = 0;                ///< with experts
    double router_bias = 0, shared_gate = 0; ///< of a layer with experts
    bool expert_bias = false;
    double extra = 0; ///< of the whole net, beside what is above
};

} // namespace

static double attention_of(const Shape& s, const Traits& t) {
    if (s.attention > 0)
        return s.attention;
    const double q = s.heads * s.head_dim;
    const double kv = s.kv * s.head_dim;
    const double norm = t.qk_norm == Traits::QkNorm::head   ? 2 * s.head_dim
                        : t.qk_norm == Traits::QkNorm::wide ? q + kv
                                                            : 0;
    return dense(s.hidden, q, t.qkv_bias) + 2 * dense(s.hidden, kv, t.qkv_bias) +
           dense(q, s.hidden, t.out_bias) + norm;
}

static double feed_forward(const Shape& s, double inner, bool gated, bool bias) {
    return (gated ? 2 : 1) * dense(s.hidden, inner, bias) + dense(inner, s.hidden, bias);
}

/// The parameters of the net; of its experts, so many a layer.
static double decoder_parameters(const Shape& s, const Traits& t, double experts) {
    const double norm = t.norm_width * s.hidden;
    const double layer = attention_of(s, t) + t.norms * norm;
    const double sparse =
        experts * feed_forward(s, s.expert_inner, t.gated, s.expert_bias) +
        (s.shared_inner > 0 ? feed_forward(s, s.shared_inner, t.gated, false) : 0) +
        s.experts * s.hidden + s.router_bias + s.shared_gate;
    const double head = (t.tied ? 0 : s.vocab * s.hidden) + (t.head_bias ? s.vocab : 0);
    return s.layers * layer +
           (s.layers - s.sparse_layers) * feed_forward(s, s.inner, t.gated, t.mlp_bias) +
           s.sparse_layers * sparse + s.vocab * s.hidden + s.positions * s.hidden +
           t.last_norms * norm + head + s.extra;
}

static Model decoder_of(const Shape& s, const Traits& t) {
    Model out{.kind = s.experts > 0 ? ModelKind::moe : ModelKind::transformer_decoder,
              .parameters = decoder_parameters(s, t, s.experts)};
    const double active = decoder_parameters(s, t, s.top_k);
    if (s.experts > 0)
        out.active_parameters = active;
    // An embedding is looked up; the same matrix as a head is multiplied.
    out.matmul_parameters = active - (t.tied ? 0 : s.vocab * s.hidden) - s.positions * s.hidden;
    out.layers = s.layers;
    out.hidden = s.hidden;
    out.heads = s.heads;
    if (s.head_dim * s.heads != s.hidden)
        out.head_dim = s.head_dim;
    if (s.max_positions > 0)
        out.max_seq_len = s.max_positions;
    out.vocab = s.vocab;
    return out;
}

// ---- what the fields say ------------------------------------------------------------

static Shape shape_of(const ConfigFields& f) {
    Shape s{.hidden = f.need({"hidden_size", "n_embd", "n_embed", "d_model"}),
            .layers = f.need({"num_hidden_layers", "n_layer", "n_layers", "num_layers"}),
            .heads = f.need({"num_attention_heads", "n_head", "n_heads", "num_heads"})};
    s.kv = f.number_or({"num_key_value_heads", "num_kv_heads"}, s.heads);
    s.head_dim = f.number_or({"head_dim"}, s.hidden / s.heads);
    s.vocab = f.need({"vocab_size"});
    s.max_positions = f.number_or(
        {"max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length"}, 0);
    return s;
}

/// Layers of local attention by the list of all layers, if there is one.
static std::optional<double> listed_local(const ConfigFields& f) {
    const auto types = f.texts("layer_types");
    if (types.empty())
        return std::nullopt;
    return static_cast<double>(std::count_if(types.begin(), types.end(), [](const auto& type) {
        return type == "sliding_attention" || type == "chunked_attention";
    }));
}

static void set_window(Model& net, const ConfigFields& f, const Traits& t) {
    const auto window = f.number({"sliding_window", "attention_chunk_size", "window_size"});
    if (!window || !(*window > 0) || !f.flag("use_sliding_window", true))
        return;
    const double layers = *net.layers;
    const double every =
        f.number_or({"sliding_window_pattern", "no_rope_layer_interval"}, t.window_every);
    double local = every > 1 ? layers - std::floor(layers / every) : layers;
    if (f.has("use_sliding_window")) // of Qwen: layers from that one on
        local = layers - f.number_or({"max_window_layers"}, 0);
    local = std::clamp(listed_local(f).value_or(local), 0.0, layers);
    if (local > 0 && *window < net.max_seq_len.value_or(*window + 1)) {
        net.attention_window = *window;
        if (local < layers)
            net.window_layers = local;
    }
}

/// A decoder whose fields are named as Llama's.
static Model usual(const ConfigFields& f, Traits t, Shape s) {
    if (s.inner == 0 && s.sparse_layers < s.layers)
        s.inner = f.need({"intermediate_size", "ffn_hidden_size"});
    t.tied = f.flag("tie_word_embeddings", t.tied);
    if (f.has("attention_bias"))
        t.qkv_bias = t.out_bias = f.flag("attention_bias", false);
    t.mlp_bias = f.flag("mlp_bias", t.mlp_bias);
    Model out = decoder_of(s, t);
    set_window(out, f, t);
    return out;
}

static Model llama_like(const ConfigFields& f, const Traits& t) {
    return usual(f, t, shape_of(f));
}

// ---- mixtures of experts ------------------------------------------------------------

static void set_experts(Shape& s, const ConfigFields& f) {
    s.experts = f.need({"num_local_experts", "num_experts", "n_routed_experts"});
    s.top_k = f.need({"num_experts_per_tok", "experts_per_token", "top_k_experts"});
    s.expert_inner = f.need({"moe_intermediate_size", "intermediate_size"});
    if (s.top_k > s.experts)
        f.refuse("num_experts_per_tok",
                 fmt::format("must be at most the experts, {:g}, got {:g}", s.experts, s.top_k));
    s.sparse_layers = s.layers;
}

/// So many layers at the start without experts, and in the rest one in `step`.
static void set_sparse_layers(Shape& s, const ConfigFields& f, double step) {
    const double dense_first = f.number_or({"first_k_dense_replace"}, 0);
    const auto listed = static_cast<double>(f.size("mlp_only_layers"));
    s.sparse_layers = std::clamp(
        std::floor((s.layers - dense_first) / std::max(1.0, step)) - listed, 0.0, s.layers);
}

static Model mixtral_like(const ConfigFields& f, const Traits& t) {
    Shape s = shape_of(f);
    set_experts(s, f);
    set_sparse_layers(s, f, f.number_or({"decoder_sparse_step"}, 1));
    return usual(f, t, s);
}

static Model qwen2_moe(const ConfigFields& f) {
    Shape s = shape_of(f);
    set_experts(s, f);
    set_sparse_layers(s, f, f.number_or({"decoder_sparse_step"}, 1));
    s.shared_inner = f.need({"shared_expert_intermediate_size"});
    s.shared_gate = s.hidden;
    return usual(f, {.qkv_bias = true}, s);
}

static Model gpt_oss(const ConfigFields& f) {
    Shape s = shape_of(f);
    set_experts(s, f);
    s.expert_bias = true;
    s.router_bias = s.experts;
    s.extra = s.layers * s.heads; // sinks of attention
    return usual(f, {.qkv_bias = true, .out_bias = true, .window_every = 2}, s);
}

static Model llama4(const ConfigFields& f) {
    Shape s = shape_of(f);
    set_experts(s, f);
    s.expert_inner = s.shared_inner = f.need({"intermediate_size"});
    s.inner = f.need({"intermediate_size_mlp"});
    const auto listed = static_cast<double>(f.size("moe_layers"));
    set_sparse_layers(s, f, f.number_or({"interleave_moe_layer_step"}, 1));
    if (listed > 0)
        s.sparse_layers = std::min(listed, s.layers);
    return usual(f, {.window_every = 4}, s);
}

/// Attention over a latent vector, of DeepSeek: projections down to it and up again.
static Model deepseek(const ConfigFields& f) {
    Shape s = shape_of(f);
    set_experts(s, f);
    set_sparse_layers(s, f, f.number_or({"moe_layer_freq"}, 1));
    s.shared_inner = f.number_or({"n_shared_experts"}, 0) * s.expert_inner;
    const double latent = f.need({"kv_lora_rank"});
    const double plain = f.need({"qk_nope_head_dim"});
    const double turned = f.need({"qk_rope_head_dim"});
    const double value = f.need({"v_head_dim"});
    const double q = s.heads * (plain + turned);
    const double q_latent = f.number_or({"q_lora_rank"}, 0);
    s.attention = (q_latent > 0 ? s.hidden * q_latent + q_latent + q_latent * q : s.hidden * q) +
                  s.hidden * (latent + turned) + latent + latent * s.heads * (plain + value) +
                  s.heads * value * s.hidden;
    s.head_dim = (plain + turned + value) / 2; // scores take the one, their sum the other
    return usual(f, {}, s);
}

/// As Qwen3's, with experts as DeepSeek's.
static Model glm4_moe(const ConfigFields& f) {
    Shape s = shape_of(f);
    set_experts(s, f);
    set_sparse_layers(s, f, 1);
    s.shared_inner = f.number_or({"n_shared_experts"}, 0) * s.expert_inner;
    s.router_bias = s.experts;
    const bool normed = f.flag("use_qk_norm", false);
    Traits t{.qk_norm = normed ? Traits::QkNorm::head : Traits::QkNorm::none};
    t.tied = f.flag("tie_word_embeddings", false);
    t.qkv_bias = f.flag("attention_bias", false); // and none behind the heads
    s.inner = f.need({"intermediate_size"});
    return decoder_of(s, t);
}

// ---- with fields of their own -------------------------------------------------------

/// Published configurations of Gemma 3 leave out what is the class's own default.
static Model gemma3(const ConfigFields& f) {
    Shape s{.hidden = f.need({"hidden_size"}),
            .layers = f.need({"num_hidden_layers"}),
            .heads = f.number_or({"num_attention_heads"}, 8),
            .kv = f.number_or({"num_key_value_heads"}, 4),
            .head_dim = f.number_or({"head_dim"}, 256),
            .vocab = f.number_or({"vocab_size"}, 262'208),
            .max_positions = f.number_or({"max_position_embeddings"}, 131'072)};
    return usual(
        f, {.tied = true, .norms = 4, .qk_norm = Traits::QkNorm::head, .window_every = 6}, s);
}

/// Biases, norms with a bias and two matrices: GPT-2 and those after it.
constexpr Traits kGpt2{.gated = false,
                       .tied = true,
                       .qkv_bias = true,
                       .out_bias = true,
                       .mlp_bias = true,
                       .norm_width = 2};

/// The width of the feed-forward layers, which is four times that of the net if not given.
static double inner_of(const ConfigFields& f, double hidden) {
    return f.number_or({"n_inner", "intermediate_size", "ffn_dim", "ffn_hidden_size"}, 4 * hidden);
}

static Model gpt2(const ConfigFields& f) {
    Shape s = shape_of(f);
    s.inner = inner_of(f, s.hidden);
    s.positions = s.max_positions;
    if (f.flag("multi_query", false))
        s.kv = 1;
    return usual(f, kGpt2, s);
}

static Model gpt_neo(const ConfigFields& f) {
    Shape s = shape_of(f);
    s.inner = inner_of(f, s.hidden);
    s.positions = s.max_positions;
    Traits t = kGpt2;
    t.qkv_bias = false;
    t.window_every = 2;
    return usual(f, t, s);
}

static Model gpt_j(const ConfigFields& f) {
    Shape s = shape_of(f);
    s.inner = inner_of(f, s.hidden);
    return usual(
        f, {.gated = false, .mlp_bias = true, .head_bias = true, .norms = 1, .norm_width = 2}, s);
}

static Model gpt_neox(const ConfigFields& f) {
    Traits t = kGpt2;
    t.tied = false;
    return usual(f, t, shape_of(f));
}

static Model phi(const ConfigFields& f) {
    Traits t = kGpt2;
    t.tied = false;
    t.norms = 1;
    t.head_bias = true;
    return usual(f, t, shape_of(f));
}

static Model opt(const ConfigFields& f) {
    Shape s = shape_of(f);
    s.inner = inner_of(f, s.hidden);
    const double embedded = f.number_or({"word_embed_proj_dim"}, s.hidden);
    if (embedded != s.hidden) // projected to the net and back
        s.extra = 2 * embedded * s.hidden - s.vocab * (s.hidden - embedded);
    s.positions = s.max_positions + 2;
    return usual(f, kGpt2, s);
}

static Model bloom(const ConfigFields& f) {
    Shape s = shape_of(f);
    s.inner = 4 * s.hidden;
    Traits t = kGpt2;
    t.last_norms = 2;
    return usual(f, t, s);
}

static Model falcon(const ConfigFields& f) {
    Shape s = shape_of(f);
    s.inner = inner_of(f, s.hidden);
    const bool second = f.flag("new_decoder_architecture", false);
    s.kv = second                        ? f.number_or({"num_kv_heads", "n_head_kv"}, s.heads)
           : f.flag("multi_query", true) ? 1
                                         : s.heads;
    const bool bias = f.flag("bias", false);
    return usual(f,
                 {.gated = false,
                  .qkv_bias = bias,
                  .out_bias = bias,
                  .mlp_bias = bias,
                  .norms = second ? 2 : 1,
                  .norm_width = 2},
                 s);
}

static Model mpt(const ConfigFields& f) {
    Shape s = shape_of(f);
    s.inner = f.number_or({"expansion_ratio"}, 4) * s.hidden;
    return usual(f, {.gated = false, .tied = true}, s);
}

/// Two projections up and one down, and a state in place of attention. A scan over it costs as
/// attention over 1.5 * expand * state tokens does: 9 operations for each number of the state.
static Model state_space(const ConfigFields& f, double state, double layer, double expand) {
    const double hidden = f.need({"hidden_size", "d_model"});
    const double layers = f.need({"num_hidden_layers", "n_layer"});
    const double vocab = f.need({"vocab_size"});
    const bool tied = f.flag("tie_word_embeddings", true);
    const double body = layers * (layer + hidden) + hidden + vocab * hidden;
    return {.kind = ModelKind::transformer_decoder,
            .parameters = body + (tied ? 0 : vocab * hidden),
            .matmul_parameters = body,
            .layers = layers,
            .hidden = hidden,
            .attention_window = 1.5 * expand * state,
            .vocab = vocab};
}

static Model mamba(const ConfigFields& f) {
    const double hidden = f.need({"hidden_size", "d_model"});
    const double expand = f.number_or({"expand"}, 2);
    const double inner = f.number_or({"intermediate_size"}, expand * hidden);
    const double state = f.number_or({"state_size"}, 16);
    const bool automatic = f.text("time_step_rank") == "auto";
    const double rank = automatic ? std::ceil(hidden / 16)
                                  : f.number_or({"time_step_rank"}, std::ceil(hidden / 16));
    const double layer = dense(hidden, 2 * inner, f.flag("use_bias", false)) +
                         inner * f.number_or({"conv_kernel"}, 4) + inner +
                         inner * (rank + 2 * state) + dense(rank, inner, true) + inner * state +
                         inner + dense(inner, hidden, f.flag("use_bias", false));
    return state_space(f, state, layer, expand);
}

static Model mamba2(const ConfigFields& f) {
    const double hidden = f.need({"hidden_size", "d_model"});
    const double expand = f.number_or({"expand"}, 2);
    const double inner = expand * hidden;
    const double state = f.number_or({"state_size"}, 128);
    const double heads = f.need({"num_heads"});
    const double groups = f.number_or({"n_groups"}, 8);
    const double convolved = inner + 2 * groups * state;
    const double layer = dense(hidden, inner + convolved + heads, f.flag("use_bias", false)) +
                         convolved * f.number_or({"conv_kernel"}, 4) + convolved + 3 * heads +
                         inner + dense(inner, hidden, f.flag("use_bias", false));
    return state_space(f, state, layer, expand);
}

// ---- the classes --------------------------------------------------------------------

constexpr Traits kTied{.tied = true};
constexpr Traits kQwen2{.qkv_bias = true};
constexpr Traits kQwen3{.qk_norm = Traits::QkNorm::head};
constexpr Traits kGemma2{.tied = true, .norms = 4, .window_every = 2};
constexpr Traits kOlmo{.norms = 0, .last_norms = 0};
constexpr Traits kOlmo2{.qk_norm = Traits::QkNorm::wide};
constexpr Traits kCohere{.tied = true, .norms = 1, .window_every = 4};
constexpr Traits kStableLm{.norm_width = 2};
constexpr Traits kStarcoder2 = kGpt2;
constexpr Traits kNemotron{.gated = false, .norm_width = 2};
constexpr Traits kPhiMoe{.qkv_bias = true, .out_bias = true, .head_bias = true, .norm_width = 2};

using F = const ConfigFields&;
constexpr auto kDecoders = std::to_array<ConfigClass>({
    {"bloom", bloom},
    {"codegen", gpt_j},
    {"cohere", [](F f) { return llama_like(f, kCohere); }},
    {"cohere2", [](F f) { return llama_like(f, kCohere); }},
    {"deepseek_v2", deepseek},
    {"deepseek_v3", deepseek},
    {"falcon", falcon},
    {"gemma", [](F f) { return llama_like(f, kTied); }},
    {"gemma2", [](F f) { return llama_like(f, kGemma2); }},
    {"gemma3_text", gemma3},
    {"glm4_moe", glm4_moe},
    {"gpt2", gpt2},
    {"gpt_bigcode", gpt2},
    {"gpt_neo", gpt_neo},
    {"gpt_neox", gpt_neox},
    {"gpt_oss", gpt_oss},
    {"gptj", gpt_j},
    {"granite", [](F f) { return llama_like(f, kTied); }},
    {"internlm2", [](F f) { return llama_like(f, {}); }},
    {"kimi_k2", deepseek},
    {"llama", [](F f) { return llama_like(f, {}); }},
    {"llama4_text", llama4},
    {"mamba", mamba},
    {"mamba2", mamba2},
    {"falcon_mamba", mamba},
    {"mistral", [](F f) { return llama_like(f, {}); }},
    {"mixtral", [](F f) { return mixtral_like(f, {}); }},
    {"mpt", mpt},
    {"nemotron", [](F f) { return llama_like(f, kNemotron); }},
    {"olmo", [](F f) { return llama_like(f, kOlmo); }},
    {"olmo2", [](F f) { return llama_like(f, kOlmo2); }},
    {"olmo3", [](F f) { return llama_like(f, kOlmo2); }},
    {"olmoe", [](F f) { return mixtral_like(f, kOlmo2); }},
    {"opt", opt},
    {"phi", phi},
    {"phi3", [](F f) { return llama_like(f, {}); }},
    {"phimoe", [](F f) { return mixtral_like(f, kPhiMoe); }},
    {"qwen2", [](F f) { return llama_like(f, kQwen2); }},
    {"qwen2_moe", qwen2_moe},
    {"qwen2_vl", [](F f) { return llama_like(f, kQwen2); }},
    {"qwen2_vl_text", [](F f) { return llama_like(f, kQwen2); }},
    {"qwen2_5_vl", [](F f) { return llama_like(f, kQwen2); }},
    {"qwen2_5_vl_text", [](F f) { return llama_like(f, kQwen2); }},
    {"qwen3", [](F f) { return llama_like(f, kQwen3); }},
    {"qwen3_moe", [](F f) { return mixtral_like(f, kQwen3); }},
    {"qwen3_vl_text", [](F f) { return llama_like(f, kQwen3); }},
    {"smollm3", [](F f) { return llama_like(f, kTied); }},
    {"stablelm", [](F f) { return llama_like(f, kStableLm); }},
    {"starcoder2", [](F f) { return llama_like(f, kStarcoder2); }},
});

std::span<const ConfigClass> decoder_classes() {
    return kDecoders;
}

} // namespace flopwise
