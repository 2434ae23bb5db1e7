#include <flopwise/settings.hpp>

#include "request/setting_text.hpp"

namespace flopwise {

/// The texts that would have set a value.
static std::vector<std::string> texts_for(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value))
        return {*flag ? "true" : "false"};
    if (const auto* number = std::get_if<double>(&value))
        return {fmt::format("{}", *number)};
    if (const auto* one = std::get_if<std::string>(&value))
        return {*one};
    if (const auto* list = std::get_if<std::vector<std::string>>(&value))
        return *list;
    std::vector<std::string> out;
    for (const auto& [name, number] : std::get<std::vector<std::pair<std::string, double>>>(value))
        out.push_back(fmt::format("{}={}", name, number));
    return out;
}

void validate(const Request& request) {
    Request scratch;
    scratch.origin = request.origin;
    for (const Setting& setting : settings()) {
        try {
            const Value value = setting.get(request);
            if (!std::holds_alternative<std::monostate>(value))
                setting.set(scratch, setting.key, texts_for(value));
        } catch (const text::NoName&) { // whose message does not know the key
            request.refuse(setting.key, "must be a value that has a name");
        }
    }
    // Figures that only code can give.
    const auto figure = [&scratch](std::string_view key, std::optional<double> value, double most) {
        const std::vector<std::string> text{fmt::format("{}", value.value_or(0))};
        (void)SettingText{scratch, key, text}.number(most, "", true);
    };
    figure("dataset_gib", request.usage.moved_in.value(), kMostGib);
    figure("matmul_parameters", request.job.net.matmul_parameters, kMostFigure);
    figure("operations", request.job.net.operations, kMostFigure);
}

} // namespace flopwise
