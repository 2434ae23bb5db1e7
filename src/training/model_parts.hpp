// A model at another size of image, its adapters, and groups of kinds.

#pragma once

#include <flopwise/model.hpp>

namespace flopwise {

/// Whether most of its work is convolutions over images.
bool is_convolutional(ModelKind kind);

/// The net of just that name, without those beside it; it is one of data/models.yaml.
Model net_named(std::string_view name);

/// The net at another image size: operations and activations grow with the number of pixels.
/// Exact for convolutions; throws ArgumentError if the net has no image size.
Model resized(Model net, double image_px);

/// Parameters of the adapters: rank * (in + out) for each of the seven matrices of a layer of
/// a Llama, 19 * rank * hidden * layers in all (39.8 million for Llama 7B at rank 16).
double adapter_parameters(const Model& net, double rank);

} // namespace flopwise
