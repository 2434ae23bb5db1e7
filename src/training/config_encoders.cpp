// Encoders of text, and encoder-decoders.

#include "training/config_fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

namespace {

/// A stack of layers with attention and a feed-forward part.
struct Stack {
    double hidden = 0, layers = 0, heads = 0, inner = 0;
    bool bias = true;
    bool gated = false;
    double norm_width = 2; ///< 1 without a bias
    double attentions = 1; ///< 2 in a decoder that looks at an encoder
    double width = 0;      ///< of all heads together; 0: hidden

    [[nodiscard]] double parameters() const {
        const double wide = width > 0 ? width : hidden;
        const double attention = 3 * dense(hidden, wide, bias) + dense(wide, hidden, bias);
        const double feed =
            (gated ? 2 : 1) * dense(hidden, inner, bias) + dense(inner, hidden, bias);
        return layers *
               (attentions * (attention + norm_width * hidden) + feed + norm_width * hidden);
    }
};

} // namespace

static Model
encoder_of(const Stack& s, double embeddings, double rest, double vocab, double longest) {
    Model out{.kind = ModelKind::transformer_encoder,
              .parameters = s.parameters() + embeddings + rest,
              .matmul_parameters = s.parameters() + rest,
              .layers = s.layers,
              .hidden = s.hidden,
              .heads = s.heads,
              .vocab = vocab};
    if (longest > 0)
        out.max_seq_len = longest;
    return out;
}

static Stack stack_of(const ConfigFields& f) {
    const double hidden = f.need({"hidden_size", "dim"});
    return {.hidden = hidden,
            .layers = f.need({"num_hidden_layers", "n_layers"}),
            .heads = f.need({"num_attention_heads", "n_heads"}),
            .inner = f.need({"intermediate_size", "hidden_dim"})};
}

/// Words, positions and types of BERT, and its pooler; `padding` positions are never used.
static Model bert_like(const ConfigFields& f, double types, bool pooler, double padding) {
    const Stack s = stack_of(f);
    const double vocab = f.need({"vocab_size"});
    const double positions = f.need({"max_position_embeddings"});
    const double width = f.number_or({"embedding_size"}, s.hidden);
    const double embeddings =
        (vocab + positions + f.number_or({"type_vocab_size"}, types)) * width + 2 * width;
    const double rest = (width != s.hidden ? dense(width, s.hidden, true) : 0) +
                        (pooler ? dense(s.hidden, s.hidden, true) : 0);
    return encoder_of(s, embeddings, rest, vocab, positions - padding);
}

static Model bert(const ConfigFields& f) {
    return bert_like(f, 2, true, 0);
}

static Model roberta(const ConfigFields& f) {
    return bert_like(f, 1, true, 2);
}

static Model electra(const ConfigFields& f) {
    return bert_like(f, 2, false, 0);
}

static Model distilbert(const ConfigFields& f) {
    return bert_like(f, 0, false, 0);
}

/// One layer, many times.
static Model albert(const ConfigFields& f) {
    Model out = bert_like(f, 2, true, 0);
    Stack s = stack_of(f);
    const double all = s.parameters();
    *out.parameters -= all * (1 - 1 / s.layers);
    return out;
}

static Model deberta(const ConfigFields& f) {
    const Stack s = stack_of(f);
    const double vocab = f.need({"vocab_size"});
    const double longest = f.need({"max_position_embeddings"});
    const double absolute = f.flag("position_biased_input", true) ? longest : 0;
    const double types = f.number_or({"type_vocab_size"}, 0);
    const double buckets = f.number_or({"position_buckets"}, longest);
    const double relative =
        f.flag("relative_attention", false) ? 2 * buckets * s.hidden + 2 * s.hidden : 0;
    return encoder_of(
        s, (vocab + absolute + types) * s.hidden + 2 * s.hidden + relative, 0, vocab, longest);
}

static Model modernbert(const ConfigFields& f) {
    Stack s = stack_of(f);
    s.bias = false;
    s.gated = true;
    s.norm_width = 1;
    const double vocab = f.need({"vocab_size"});
    Model out = encoder_of(s,
                           vocab * s.hidden + s.hidden,
                           s.hidden * s.hidden + s.hidden,
                           vocab,
                           f.number_or({"max_position_embeddings"}, 8192));
    if (const auto window = f.number({"local_attention"})) {
        out.attention_window = *window;
        const double every = std::max(1.0, f.number_or({"global_attn_every_n_layers"}, 3));
        out.window_layers = s.layers - std::ceil(s.layers / every);
    }
    return out;
}

static Model esm(const ConfigFields& f) {
    const Stack s = stack_of(f);
    const double vocab = f.need({"vocab_size"});
    const bool absolute = f.text("position_embedding_type") == "absolute";
    const double positions = f.need({"max_position_embeddings"});
    return encoder_of(
        s, (vocab + (absolute ? positions : 0)) * s.hidden + 2 * s.hidden, 0, vocab, positions - 2);
}

// ---- encoder-decoders ---------------------------------------------------------------

/// A token of the encoder passes the encoder, and a quarter of a token the decoder and the head, as
/// in the runs that the model of time is fitted to (docs/calibration.md).
static Model
two_sided(const Stack& encoder, const Stack& decoder, double vocab, double rest, bool tied) {
    constexpr double kTargets = 0.25;
    const double head = vocab * encoder.hidden;
    return {.kind = ModelKind::encoder_decoder,
            .parameters =
                encoder.parameters() + decoder.parameters() + head * (tied ? 1 : 2) + rest,
            .matmul_parameters = encoder.parameters() + kTargets * (decoder.parameters() + head),
            .layers = encoder.layers + decoder.layers,
            .hidden = encoder.hidden,
            .heads = encoder.heads,
            .vocab = vocab};
}

static Model t5(const ConfigFields& f) {
    Stack encoder{.hidden = f.need({"d_model"}),
                  .layers = f.need({"num_layers"}),
                  .heads = f.need({"num_heads"}),
                  .inner = f.need({"d_ff"}),
                  .bias = false,
                  .gated = f.text("feed_forward_proj").starts_with("gated"),
                  .norm_width = 1};
    encoder.width = f.need({"d_kv"}) * encoder.heads;
    Stack decoder = encoder;
    decoder.layers = f.number_or({"num_decoder_layers"}, encoder.layers);
    decoder.attentions = 2;
    const double buckets = f.number_or({"relative_attention_num_buckets"}, 32);
    Model out = two_sided(encoder,
                          decoder,
                          f.need({"vocab_size"}),
                          2 * encoder.hidden + 2 * buckets * encoder.heads,
                          f.flag("tie_word_embeddings", true));
    if (encoder.width != encoder.hidden)
        out.head_dim = encoder.width / encoder.heads;
    return out;
}

/// The encoder and the decoder of BART and those that name their fields as it does.
static std::pair<Stack, Stack> bart_stacks(const ConfigFields& f) {
    Stack encoder{.hidden = f.need({"d_model"}),
                  .layers = f.need({"encoder_layers"}),
                  .heads = f.need({"encoder_attention_heads"}),
                  .inner = f.need({"encoder_ffn_dim"})};
    Stack decoder{.hidden = encoder.hidden,
                  .layers = f.need({"decoder_layers"}),
                  .heads = f.need({"decoder_attention_heads"}),
                  .inner = f.need({"decoder_ffn_dim"}),
                  .attentions = 2};
    return {encoder, decoder};
}

static Model bart_like(const ConfigFields& f, double learned, double norms) {
    const auto [encoder, decoder] = bart_stacks(f);
    const double positions = f.need({"max_position_embeddings"});
    Model out =
        two_sided(encoder,
                  decoder,
                  f.need({"vocab_size"}),
                  2 * learned * (positions + 2) * encoder.hidden + norms * 2 * encoder.hidden,
                  true);
    out.max_seq_len = positions;
    return out;
}

static Model bart(const ConfigFields& f) {
    return bart_like(f, 1, 2);
}

static Model mbart(const ConfigFields& f) {
    return bart_like(f, 1, 4);
}

/// Positions are computed, not learned.
static Model marian(const ConfigFields& f) {
    return bart_like(f, 0, 0);
}

static Model pegasus(const ConfigFields& f) {
    return bart_like(f, 0, 2);
}

/// A sample is 30 seconds of sound, of which the encoder has 1,500 frames.
static Model whisper(const ConfigFields& f) {
    const auto [encoder, decoder] = bart_stacks(f);
    const double hidden = encoder.hidden;
    const double frames = f.need({"max_source_positions"});
    const double words = f.need({"max_target_positions"});
    const double heard = 3 * f.need({"num_mel_bins"}) * hidden + 3 * hidden * hidden + 2 * hidden;
    const double no_key_bias = (encoder.layers + 2 * decoder.layers) * hidden;
    Model out = two_sided(encoder,
                          decoder,
                          f.need({"vocab_size"}),
                          heard + (frames + words) * hidden + 4 * hidden - no_key_bias,
                          true);
    out.seq_len = frames;
    out.max_seq_len = frames;
    return out;
}

constexpr auto kEncoders = std::to_array<ConfigClass>({
    {"albert", albert},
    {"bart", bart},
    {"bert", bert},
    {"camembert", roberta},
    {"deberta", deberta},
    {"deberta-v2", deberta},
    {"distilbert", distilbert},
    {"electra", electra},
    {"esm", esm},
    {"m2m_100", pegasus},
    {"marian", marian},
    {"mbart", mbart},
    {"modernbert", modernbert},
    {"mt5", t5},
    {"pegasus", pegasus},
    {"roberta", roberta},
    {"t5", t5},
    {"umt5", t5},
    {"whisper", whisper},
    {"xlm-roberta", roberta},
});

std::span<const ConfigClass> text_classes() {
    return kEncoders;
}

} // namespace flopwise
