// JSON out, where what is not known is null, and documents in that are small enough to hold whole.

#pragma once

#include <nlohmann/json.hpp>
#include <optional>

namespace flopwise {

using Json = nlohmann::ordered_json;

template <class Quantity>
Json or_null(const std::optional<Quantity>& value) {
    return value ? Json(value->value()) : Json(nullptr);
}

} // namespace flopwise
