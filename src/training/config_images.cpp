// Nets over images: transformers over patches, and the nets of diffusion. Operations are counted
// beside parameters, at the image size that the configuration names.

#include "training/config_fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

namespace {

/// Parameters and multiply-adds of one sample, summed part by part.
struct Count {
    double parameters = 0;
    double macs = 0;

    /// A matrix, or a convolution of so many taps, that is applied at so many places.
    void matrix(double in, double out, double places, double taps = 1, bool bias = true) {
        parameters += in * out * taps + (bias ? out : 0);
        macs += in * out * taps * places;
    }
    /// Scores of so many queries with so many keys, and the sum of the values.
    void attention(double queries, double keys, double width) {
        macs += 2 * queries * keys * width;
    }
};

/// A plain transformer over patches.
struct Patches {
    double hidden = 0, layers = 0, heads = 0, inner = 0, side = 0, patch = 0, channels = 3;
    double extra_tokens = 1;

    [[nodiscard]] double tokens() const {
        return std::pow(std::floor(side / patch), 2) + extra_tokens;
    }
};

} // namespace

static Patches patches_of(const ConfigFields& f) {
    const double hidden = f.need({"hidden_size"});
    return {.hidden = hidden,
            .layers = f.need({"num_hidden_layers"}),
            .heads = f.need({"num_attention_heads"}),
            .inner = f.number_or({"intermediate_size"}, f.number_or({"mlp_ratio"}, 4) * hidden),
            .side = f.need({"image_size"}),
            .patch = f.need({"patch_size"}),
            .channels = f.number_or({"num_channels"}, 3)};
}

/// The layers of a transformer, over so many tokens at once.
static void add_layers(
    Count& to, double layers, double hidden, double inner, double tokens, bool gated = false) {
    Count layer;
    layer.matrix(hidden, 3 * hidden, tokens);
    layer.attention(tokens, tokens, hidden);
    layer.matrix(hidden, hidden, tokens);
    layer.matrix(hidden, (gated ? 2 : 1) * inner, tokens);
    layer.matrix(inner, hidden, tokens);
    layer.parameters += 4 * hidden;
    to.parameters += layers * layer.parameters;
    to.macs += layers * layer.macs;
}

static void add_patches(Count& to, const Patches& p) {
    to.matrix(p.patch * p.patch * p.channels, p.hidden, p.tokens() - p.extra_tokens);
    to.parameters += p.tokens() * p.hidden + p.extra_tokens * p.hidden;
    add_layers(to, p.layers, p.hidden, p.inner, p.tokens());
    to.parameters += 2 * p.hidden;
}

static Model image_net(ModelKind kind, const Count& count, double side) {
    return {.kind = kind,
            .parameters = count.parameters,
            .forward_gmacs = count.macs / 1e9,
            .image_px = side};
}

static Model patch_net(const Count& count, const Patches& p) {
    Model out = image_net(ModelKind::vit, count, p.side);
    out.layers = p.layers;
    out.hidden = p.hidden;
    out.heads = p.heads;
    return out;
}

static void add_classes(Count& to, const ConfigFields& f, double hidden) {
    const double classes =
        f.number_or({"num_labels", "num_classes"}, static_cast<double>(f.size("id2label")));
    if (classes > 0)
        to.matrix(hidden, classes, 1);
}

static Model vit(const ConfigFields& f) {
    Patches p = patches_of(f);
    p.extra_tokens = f.text("model_type") == "deit" ? 2 : 1;
    Count count;
    add_patches(count, p);
    add_classes(count, f, p.hidden);
    return patch_net(count, p);
}

static Model dinov2(const ConfigFields& f) {
    Patches p = patches_of(f);
    const bool gated = f.flag("use_swiglu_ffn", false);
    if (gated) // of the width, two thirds, rounded up to eight
        p.inner = 8 * std::floor((std::floor(p.inner * 2 / 3) + 7) / 8);
    Count count;
    count.matrix(p.patch * p.patch * p.channels, p.hidden, p.tokens() - 1);
    add_layers(count, p.layers, p.hidden, p.inner, p.tokens(), gated);
    // Positions, a class, a masked patch, the last norm, and two scales of each layer.
    count.parameters += (p.tokens() + 2 + 2 + 2 * p.layers) * p.hidden;
    return patch_net(count, p);
}

std::optional<double> vision_tower(const ConfigFields& f) {
    const std::string type = f.text("model_type");
    if (type != "clip_vision_model" && type != "siglip_vision_model")
        return std::nullopt;
    if (!f.has("image_size") || !f.has("patch_size") || !f.has("hidden_size") ||
        !f.has("num_hidden_layers") || !f.has("num_attention_heads"))
        return std::nullopt;
    Count count;
    add_patches(count, patches_of(f));
    return count.parameters;
}

static Model clip(const ConfigFields& f) {
    const auto vision = f.inside("vision_config");
    const auto words = f.inside("text_config");
    if (!vision || !words)
        f.refuse(vision ? "text_config" : "vision_config", "must be given, got nothing");
    const Patches p = patches_of(*vision);
    const double hidden = words->need({"hidden_size"});
    const double tokens = words->number_or({"max_position_embeddings"}, 77);
    const double joint = f.number_or({"projection_dim"}, 512);
    Count count;
    add_patches(count, p);
    count.parameters += 2 * p.hidden - p.hidden; // a norm before the layers; patches have no bias
    count.matrix(p.hidden, joint, 1, 1, false);
    add_layers(count,
               words->need({"num_hidden_layers"}),
               hidden,
               words->number_or({"intermediate_size"}, 4 * hidden),
               tokens);
    count.parameters += (words->number_or({"vocab_size"}, 49'408) + tokens + 2) * hidden;
    count.matrix(hidden, joint, 1, 1, false);
    return patch_net(count, p);
}

/// Stages of which each has a quarter of the patches and twice the width of the one before.
static Model swin(const ConfigFields& f) {
    const auto depths = f.numbers("depths");
    const auto heads = f.numbers("num_heads");
    if (depths.empty() || depths.size() != heads.size())
        f.refuse("depths", "must be a list as long as num_heads");
    const double side = f.need({"image_size"});
    const double patch = f.need({"patch_size"});
    const double window = f.need({"window_size"});
    double width = f.need({"embed_dim"});
    double places = std::pow(side / patch, 2);
    const double ratio = f.number_or({"mlp_ratio"}, 4);
    Count count;
    count.matrix(patch * patch * f.number_or({"num_channels"}, 3), width, places);
    count.parameters += 2 * width;
    for (std::size_t stage = 0; stage < depths.size(); ++stage) {
        Count layer;
        add_layers(layer, 1, width, ratio * width, places);
        const double seen = std::min(places, window * window); // within windows only
        layer.macs -= 2 * places * (places - seen) * width;
        layer.parameters += std::pow(2 * window - 1, 2) * heads[stage];
        count.parameters += depths[stage] * layer.parameters;
        count.macs += depths[stage] * layer.macs;
        if (stage + 1 == depths.size())
            break;
        places /= 4;
        count.matrix(4 * width, 2 * width, places, 1, false);
        count.parameters += 8 * width;
        width *= 2;
    }
    count.parameters += 2 * width;
    add_classes(count, f, width);
    return image_net(ModelKind::vit, count, side);
}

// ---- diffusion ----------------------------------------------------------------------

constexpr double kPixelsPerLatent = 8; // along a side, of the autoencoders of all of these
constexpr double kTaps = 9;            // of a convolution

/// A transformer over latents, with the operations of its layers counted by the caller.
static Model
latent_transformer(const ConfigFields& f, const Count& count, double latents, double tokens) {
    Model out = image_net(ModelKind::diffusion, count, latents * kPixelsPerLatent);
    const double heads = f.need({"num_attention_heads"});
    out.hidden = heads * f.need({"attention_head_dim"});
    out.layers = f.need({"num_layers"}) + f.number_or({"num_single_layers"}, 0);
    out.heads = heads;
    out.seq_len = tokens;
    return out;
}

/// Two matrices that make a vector of the time, of a text, or of a guidance.
static void add_embedder(Count& to, double in, double width) {
    to.matrix(in, width, 1);
    to.matrix(width, width, 1);
}

constexpr double kTimeFeatures = 256;

/// DiT (Peebles and Xie 2023), as published: one embedder of time and class for all layers.
static Model dit(const ConfigFields& f) {
    const double width = f.need({"num_attention_heads"}) * f.need({"attention_head_dim"});
    const double patch = f.need({"patch_size"});
    const double latents = f.need({"sample_size"});
    const double channels = f.need({"in_channels"});
    const double layers = f.need({"num_layers"});
    const double tokens = std::pow(latents / patch, 2);
    Count count;
    count.matrix(patch * patch * channels, width, tokens);
    add_embedder(count, kTimeFeatures, width);
    count.parameters += (f.number_or({"num_embeds_ada_norm"}, 1000) + 1) * width;
    add_layers(count, layers, width, 4 * width, tokens);
    count.parameters -= layers * 4 * width; // its norms have none
    Count scales;
    scales.matrix(width, 6 * width, 1);
    count.parameters += layers * scales.parameters;
    count.macs += layers * scales.macs;
    count.matrix(width, 2 * width, 1);
    count.matrix(width, patch * patch * f.number_or({"out_channels"}, 2 * channels), tokens);
    return latent_transformer(f, count, latents, tokens);
}

/// One of two streams of a layer that attend together: its scales, attention and feed-forward part.
static void add_stream(Count& to, double layers, double width, double tokens) {
    Count stream;
    stream.matrix(width, 6 * width, 1);
    stream.matrix(width, 4 * width, tokens);
    stream.matrix(width, 4 * width, tokens);
    stream.matrix(4 * width, width, tokens);
    to.parameters += layers * stream.parameters;
    to.macs += layers * stream.macs;
}

/// Stable Diffusion 3 (Esser et al. 2024): image and text in two streams.
static Model sd3(const ConfigFields& f) {
    const double width = f.need({"num_attention_heads"}) * f.need({"attention_head_dim"});
    const double layers = f.need({"num_layers"});
    const double patch = f.need({"patch_size"});
    const double latents = f.need({"sample_size"});
    const double channels = f.need({"in_channels"});
    const double image = std::pow(latents / patch, 2);
    constexpr double kWords = 154; // 77 of CLIP, 77 of T5
    Count count;
    count.matrix(patch * patch * channels, width, image);
    add_embedder(count, kTimeFeatures, width);
    add_embedder(count, f.need({"pooled_projection_dim"}), width);
    count.matrix(f.need({"joint_attention_dim"}), width, kWords);
    add_stream(count, layers, width, image);
    add_stream(count, layers - 1, width, kWords);
    count.matrix(width, 2 * width, 1); // the last layer's text is only looked at
    count.matrix(width, 3 * width, kWords);
    const auto second = static_cast<double>(f.size("dual_attention_layers"));
    Count dual; // of the image alone
    dual.matrix(width, 3 * width, 1);
    dual.matrix(width, 4 * width, image);
    dual.attention(image, image, width);
    count.parameters += second * dual.parameters;
    count.macs += second * dual.macs + layers * 2 * std::pow(image + kWords, 2) * width;
    count.matrix(width, 2 * width, 1);
    count.matrix(width, patch * patch * f.number_or({"out_channels"}, channels), image);
    return latent_transformer(f, count, latents, image + kWords);
}

/// Flux (Black Forest Labs 2024): layers of two streams, then of one. Its configuration names no
/// image size: counted at 1,024 pixels.
static Model flux(const ConfigFields& f) {
    const double width = f.need({"num_attention_heads"}) * f.need({"attention_head_dim"});
    const double both = f.need({"num_layers"});
    const double single = f.need({"num_single_layers"});
    const double channels = f.need({"in_channels"});
    constexpr double kLatents = 128;
    constexpr double kWords = 512;
    const double image = std::pow(kLatents / 2, 2); // packed two by two
    const double tokens = image + kWords;
    Count count;
    count.matrix(channels, width, image);
    count.matrix(f.need({"joint_attention_dim"}), width, kWords);
    add_embedder(count, kTimeFeatures, width);
    if (f.flag("guidance_embeds", false))
        add_embedder(count, kTimeFeatures, width);
    add_embedder(count, f.need({"pooled_projection_dim"}), width);
    add_stream(count, both, width, image);
    add_stream(count, both, width, kWords);
    Count layer;
    layer.matrix(width, 3 * width, 1);
    layer.matrix(width, 7 * width, tokens);
    layer.matrix(5 * width, width, tokens);
    count.parameters += single * layer.parameters;
    count.macs += single * layer.macs + (both + single) * 2 * tokens * tokens * width;
    count.matrix(width, 2 * width, 1);
    count.matrix(width, f.number_or({"out_channels"}, channels), image);
    return latent_transformer(f, count, kLatents, tokens);
}

namespace {

/// The U-Net of Stable Diffusion, part by part. Channels change with the resolution.
class LatentUNet {
public:
    explicit LatentUNet(const ConfigFields& f);
    [[nodiscard]] Model model() const;

private:
    Count count_;
    double side_ = 0; ///< of what is being counted
    double latents_ = 0, context_ = 0, times_ = 0;

    static constexpr double kWords = 77;

    void convolution(double in, double out) { count_.matrix(in, out, side_ * side_, kTaps); }
    void residual(double in, double out);
    void transformer(double width, double layers);
    void embeddings(const ConfigFields& f, double width);
    void down(const std::vector<double>& widths,
              const std::vector<double>& resnets,
              const std::vector<double>& layers);
    void up(const std::vector<double>& widths,
            const std::vector<double>& resnets,
            const std::vector<double>& layers);
};

} // namespace

void LatentUNet::residual(double in, double out) {
    count_.parameters += 2 * in + 2 * out;
    convolution(in, out);
    count_.matrix(times_, out, 1);
    convolution(out, out);
    if (in != out)
        count_.matrix(in, out, side_ * side_);
}

void LatentUNet::transformer(double width, double layers) {
    if (layers == 0)
        return;
    const double places = side_ * side_;
    count_.parameters += 2 * width;
    count_.matrix(width, width, places);
    count_.matrix(width, width, places);
    Count layer;
    layer.parameters += 6 * width;
    layer.matrix(width, 3 * width, places, 1, false);
    layer.attention(places, places, width);
    layer.matrix(width, width, places);
    layer.matrix(width, width, places, 1, false);
    layer.matrix(context_, 2 * width, kWords, 1, false);
    layer.attention(places, kWords, width);
    layer.matrix(width, width, places);
    layer.matrix(width, 8 * width, places);
    layer.matrix(4 * width, width, places);
    count_.parameters += layers * layer.parameters;
    count_.macs += layers * layer.macs;
}

void LatentUNet::embeddings(const ConfigFields& f, double width) {
    times_ = 4 * width;
    add_embedder(count_, width, times_);
    if (f.text("addition_embed_type") == "text_time")
        add_embedder(count_, f.need({"projection_class_embeddings_input_dim"}), times_);
}

void LatentUNet::down(const std::vector<double>& widths,
                      const std::vector<double>& resnets,
                      const std::vector<double>& layers) {
    double in = widths.front();
    for (std::size_t block = 0; block < widths.size(); ++block) {
        for (int one = 0; one < static_cast<int>(resnets[block]); ++one) {
            residual(one == 0 ? in : widths[block], widths[block]);
            transformer(widths[block], layers[block]);
        }
        in = widths[block];
        if (block + 1 == widths.size())
            break;
        side_ /= 2;
        convolution(in, in);
    }
}

void LatentUNet::up(const std::vector<double>& widths,
                    const std::vector<double>& resnets,
                    const std::vector<double>& layers) {
    double before = widths.back();
    for (std::size_t block = widths.size(); block-- > 0;) {
        const double out = widths[block];
        const double other = widths[block > 0 ? block - 1 : 0];
        const int last = static_cast<int>(resnets[block]);
        for (int one = 0; one <= last; ++one) { // what came down is put beside what comes up
            residual((one == 0 ? before : out) + (one == last ? other : out), out);
            transformer(out, layers[block]);
        }
        before = out;
        if (block == 0)
            break;
        side_ *= 2;
        convolution(out, out);
    }
}

/// One figure for each block: those of the list, or the one that is given.
static std::vector<double>
for_each_block(const ConfigFields& f, std::string_view name, std::size_t blocks, double otherwise) {
    std::vector<double> out = f.numbers(name);
    if (out.empty())
        out.push_back(otherwise);
    if (out.size() == 1)
        out.resize(blocks, out.front());
    if (out.size() != blocks)
        f.refuse(name, fmt::format("must be one number or one for each of {} blocks", blocks));
    return out;
}

LatentUNet::LatentUNet(const ConfigFields& f) {
    const auto widths = f.numbers("block_out_channels");
    const auto types = f.texts("down_block_types");
    if (widths.empty() || types.size() != widths.size())
        f.refuse("block_out_channels", "must be a list as long as down_block_types");
    const auto resnets = for_each_block(f, "layers_per_block", widths.size(), 2);
    auto layers = for_each_block(f, "transformer_layers_per_block", widths.size(), 1);
    constexpr double kMostResnets = 100;
    if (*std::max_element(resnets.begin(), resnets.end()) > kMostResnets)
        f.refuse("layers_per_block", fmt::format("must be at most {:g}", kMostResnets));
    const double middle = layers.back();
    for (std::size_t block = 0; block < types.size(); ++block)
        if (!types[block].starts_with("CrossAttn"))
            layers[block] = 0;
    latents_ = side_ = f.need({"sample_size"});
    context_ = f.need({"cross_attention_dim"});
    const double width = widths.front();
    embeddings(f, width);
    convolution(f.need({"in_channels"}), width);
    down(widths, resnets, layers);
    residual(widths.back(), widths.back());
    transformer(widths.back(), middle);
    residual(widths.back(), widths.back());
    up(widths, resnets, layers);
    count_.parameters += 2 * width;
    convolution(width, f.need({"out_channels"}));
}

Model LatentUNet::model() const {
    return image_net(ModelKind::diffusion, count_, latents_ * kPixelsPerLatent);
}

static Model unet(const ConfigFields& f) {
    return LatentUNet{f}.model();
}

constexpr auto kImageClasses = std::to_array<ConfigClass>({
    {"DiTTransformer2DModel", dit},
    {"FluxTransformer2DModel", flux},
    {"SD3Transformer2DModel", sd3},
    {"Transformer2DModel", dit},
    {"UNet2DConditionModel", unet},
    {"clip", clip},
    {"deit", vit},
    {"dinov2", dinov2},
    {"swin", swin},
    {"vit", vit},
});

std::span<const ConfigClass> image_classes() {
    return kImageClasses;
}

} // namespace flopwise
