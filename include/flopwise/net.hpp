// flopwise: the earlier name of model.hpp, for one release

#pragma once

#include <flopwise/model.hpp>

namespace flopwise {

using NetKind [[deprecated("ModelKind")]] = ModelKind;
using Net [[deprecated("Model")]] = Model;
/// The earlier name of models().
[[deprecated("models")]] inline std::span<const Model> nets() {
    return models();
}
/// The earlier name of find_model().
[[deprecated("find_model")]] inline const Model& find_net(std::string_view name) {
    return find_model(name);
}

} // namespace flopwise
