#include <flopwise/request.hpp>

namespace flopwise {

std::string_view to_string(By by) {
    return by == By::family ? "family" : "instance";
}

void Request::refuse(std::string_view key, std::string_view reason) const {
    const auto found = origin.find(key);
    const Where where = found == origin.end() ? Where{.field = std::string{key}} : found->second;
    if (where.file.empty())
        throw ArgumentError{where, reason};
    throw InputError{where, reason};
}

GiB dataset_move_gib(const Request& request, std::string_view region) {
    const Dataset& d = request.dataset;
    return d.region.empty() || d.region == region ? GiB{} : d.size.value_or(GiB{});
}

} // namespace flopwise
