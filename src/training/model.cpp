#include <flopwise/model.hpp>

#include "text/text.hpp"
#include "training/fitted.hpp"
#include "training/model_parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

std::string_view to_string(ModelKind kind) {
    constexpr std::array<std::string_view, kModelKinds> kNames{"transformer_decoder",
                                                               "transformer_encoder",
                                                               "encoder_decoder",
                                                               "moe",
                                                               "vit",
                                                               "cnn",
                                                               "diffusion",
                                                               "other"};
    return text::name_of(kNames, kind);
}

std::string_view to_string(FineTune fine_tune) {
    constexpr std::array<std::string_view, kFineTunes> kNames{"none", "full", "lora", "qlora"};
    return text::name_of(kNames, fine_tune);
}

std::string_view to_string(Recompute recompute) {
    constexpr std::array<std::string_view, kRecomputes> kNames{"none", "selective", "full"};
    return text::name_of(kNames, recompute);
}

std::string_view to_string(Optimiser optimiser) {
    constexpr std::array<std::string_view, kOptimisers> kNames{
        "adam", "adam_8bit", "paged_adam_8bit", "adafactor", "sgd", "none"};
    return text::name_of(kNames, optimiser);
}

std::string_view to_string(Recipe recipe) {
    constexpr std::array<std::string_view, kRecipes> kNames{"mixed", "bf16"};
    return text::name_of(kNames, recipe);
}

std::string_view to_string(Loss loss) {
    constexpr std::array<std::string_view, kLosses> kNames{"plain", "chunked", "fused"};
    return text::name_of(kNames, loss);
}

std::string_view to_string(Offload offload) {
    constexpr std::array<std::string_view, kOffloads> kNames{"none", "optimiser", "parameters"};
    return text::name_of(kNames, offload);
}

bool is_text(ModelKind kind) {
    return kind == ModelKind::transformer_decoder || kind == ModelKind::transformer_encoder ||
           kind == ModelKind::encoder_decoder || kind == ModelKind::moe;
}

static std::optional<double> known(double figure) {
    return std::isnan(figure) ? std::nullopt : std::optional{figure};
}

static Model model_of(const bundled::ModelRow& row) {
    Model out{.name = std::string{row.name},
              .kind = row.kind,
              .parameters = known(row.parameters),
              .active_parameters = known(row.active_parameters),
              .matmul_parameters = known(row.matmul_parameters),
              .layers = known(row.layers),
              .hidden = known(row.hidden),
              .heads = known(row.heads),
              .seq_len = known(row.seq_len),
              .vocab = known(row.vocab),
              .forward_gmacs = known(row.forward_gmacs),
              .image_px = known(row.image_px),
              .activations_m = known(row.activations_m),
              .operations = known(row.operations),
              .dataset = std::string{row.dataset},
              .samples = known(row.samples),
              .epochs = known(row.epochs),
              .recipe = std::string{row.recipe},
              .source = std::string{row.source}};
    if (!row.aliases.empty())
        out.aliases = text::split(row.aliases, '|');
    return out;
}

std::span<const Model> models() {
    static const std::vector<Model> all = [] {
        std::vector<Model> out;
        for (const bundled::ModelRow& row : bundled::models())
            out.push_back(model_of(row));
        return out;
    }();
    return all;
}

const Model& find_model(std::string_view name) {
    const std::string sought = text::lower(name);
    std::vector<std::string_view> spellings;
    for (const Model& net : models()) {
        spellings.emplace_back(net.name);
        spellings.insert(spellings.end(), net.aliases.begin(), net.aliases.end());
    }
    for (const Model& net : models())
        if (text::lower(net.name) == sought ||
            std::any_of(net.aliases.begin(), net.aliases.end(), [&](const std::string& alias) {
                return text::lower(alias) == sought;
            }))
            return net;
    throw ArgumentError{"model",
                        fmt::format("must be a model of data/models.yaml, got {}{}",
                                    text::quoted(name),
                                    text::did_you_mean(name, spellings))};
}

Model resized(Model net, double image_px) {
    if (!net.image_px)
        throw ArgumentError{"image_px",
                            fmt::format("must not be given for {}, whose operations are not "
                                        "known by image size",
                                        net.name.empty() ? "a net" : net.name)};
    const double factor = std::pow(image_px / *net.image_px, 2);
    if (net.forward_gmacs)
        net.forward_gmacs = *net.forward_gmacs * factor;
    if (net.activations_m)
        net.activations_m = *net.activations_m * factor;
    net.image_px = image_px;
    return net;
}

/// What a token is multiplied with, as far as it is known.
static std::optional<double> active_parameters(const Model& net) {
    return net.active_parameters ? net.active_parameters : net.parameters;
}

static void complete_shape(Model& net) {
    constexpr double kAspect = 128; // width / depth of GPT-3, and the width of one of its heads
    if (const auto size = active_parameters(net); size && !net.hidden)
        net.hidden = std::cbrt(*size * kAspect / 12);
    if (net.hidden && !net.layers)
        net.layers = std::max(2.0, *net.hidden / kAspect);
    if (net.hidden && !net.heads)
        net.heads = *net.hidden / kAspect;
}

Model completed(Model net) {
    constexpr double kFlopsPerActivationM = 2200e6;    // of ResNet-50
    constexpr double kFlopsPerActivationMVit = 4400e6; // of ViT-B/16
    if (is_text(net.kind))
        complete_shape(net);
    if (net.forward_gmacs && !net.activations_m)
        if (net.kind == ModelKind::cnn || net.kind == ModelKind::vit)
            net.activations_m =
                6e9 * *net.forward_gmacs /
                (net.kind == ModelKind::cnn ? kFlopsPerActivationM : kFlopsPerActivationMVit);
    return net;
}

double adapter_parameters(const Model& net, double rank) {
    const Model full = completed(net);
    return is_text(net.kind) && full.layers && full.hidden ? 19 * rank * *full.hidden * *full.layers
                                                           : 0;
}

std::optional<double> trained_parameters(const Model& net, FineTune fine_tune, double lora_rank) {
    const double added = has_adapters(fine_tune) ? adapter_parameters(net, lora_rank) : 0;
    return added > 0 ? std::optional{added} : net.parameters;
}

UnitWork unit_work(const Model& net, FineTune fine_tune) {
    const double passes = has_adapters(fine_tune) ? 4 : 6;
    if (!is_text(net.kind)) {
        if (!net.forward_gmacs)
            throw ArgumentError{"forward_gmacs", "must be given for a net over images"};
        return {.flops = passes * *net.forward_gmacs * 1e9};
    }
    const auto size = net.matmul_parameters ? net.matmul_parameters : active_parameters(net);
    if (!size)
        throw ArgumentError{"parameters", "must be given for a transformer"};
    // A token goes through the encoder or through the decoder; both are in the parameters and
    // layers.
    const double sides = net.kind == ModelKind::encoder_decoder ? 2 : 1;
    UnitWork out{.flops = passes * *size / (net.matmul_parameters ? 1 : sides)};
    if (net.layers && net.hidden && net.seq_len)
        out.attention_flops = 12 * *net.layers / sides * *net.hidden * *net.seq_len;
    return out;
}

} // namespace flopwise
