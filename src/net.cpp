#include <flopwise/net.hpp>

#include <array>
#include <cmath>

namespace flopwise {

std::string_view to_string(NetKind kind) {
    constexpr std::array<std::string_view, kNetKinds> kNames{
        "decoder", "encoder", "encoder_decoder", "moe", "vit", "cnn", "diffusion", "other"};
    return kNames.at(static_cast<std::size_t>(kind));
}

std::string_view to_string(Tuning tuning) {
    constexpr std::array<std::string_view, kTunings> kNames{"full", "lora", "qlora"};
    return kNames.at(static_cast<std::size_t>(tuning));
}

std::string_view to_string(Recompute recompute) {
    constexpr std::array<std::string_view, kRecomputes> kNames{"none", "selective", "full"};
    return kNames.at(static_cast<std::size_t>(recompute));
}

std::string_view to_string(Optimizer optimizer) {
    constexpr std::array<std::string_view, kOptimizers> kNames{"adam", "adam_8bit", "sgd"};
    return kNames.at(static_cast<std::size_t>(optimizer));
}

bool is_text(NetKind kind) {
    return kind == NetKind::decoder || kind == NetKind::encoder ||
           kind == NetKind::encoder_decoder || kind == NetKind::moe;
}

Net resized(Net net, double image_size) {
    if (!net.image_size)
        throw ArgumentError{{.field = "image_size"},
                            fmt::format("must not be given for {}, whose operations are not "
                                        "known by image size",
                                        net.name)};
    const double factor = std::pow(image_size / *net.image_size, 2);
    if (net.forward_gmacs)
        net.forward_gmacs = *net.forward_gmacs * factor;
    if (net.activations_m)
        net.activations_m = *net.activations_m * factor;
    net.image_size = image_size;
    return net;
}

Net completed(Net net) {
    constexpr double kAspect = 128; // width / depth of GPT-3, and the width of one of its heads
    if (!is_text(net.kind))
        return net;
    const std::optional<double> size =
        net.active_parameters ? net.active_parameters : net.parameters;
    if (size && !net.layers && !net.hidden) {
        net.layers = std::cbrt(*size / (12 * kAspect * kAspect));
        net.hidden = kAspect * *net.layers;
    }
    if (net.hidden && !net.heads)
        net.heads = *net.hidden / kAspect;
    return net;
}

double adapter_parameters(const Net& net, double rank) {
    const Net full = completed(net);
    return full.layers && full.hidden ? 19 * rank * *full.hidden * *full.layers : 0;
}

UnitWork unit_work(const Net& net, const Training& training) {
    const double passes = training.tuning == Tuning::full ? 6 : 4;
    if (net.forward_gmacs)
        return {.flops = passes * *net.forward_gmacs * 1e9};
    if (!is_text(net.kind))
        throw ArgumentError{{.field = "flops_per_sample"},
                            "must be given for a net that is not known by its parameters"};
    const std::optional<double> size =
        net.active_parameters ? net.active_parameters : net.parameters;
    if (!size)
        throw ArgumentError{{.field = "parameters"}, "must be given for a transformer"};
    UnitWork out{.flops = passes * *size};
    if (net.layers && net.hidden && net.sequence)
        out.attention_flops = 2 * passes * *net.layers * *net.hidden * *net.sequence;
    return out;
}

} // namespace flopwise
