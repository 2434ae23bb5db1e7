#include "text/files.hpp"
#include "text/text.hpp"
#include "training/config_fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

// ---- the fields ---------------------------------------------------------------------

ConfigFields::ConfigFields(const Json& node, std::string_view file, std::string_view inside)
    : node_{&node}, file_{file}, inside_{inside} {}

void ConfigFields::refuse(std::string_view name, std::string_view reason) const {
    throw InputError{{.file = std::string{file_}, .field = inside_ + std::string{name}}, reason};
}

const Json* ConfigFields::find(std::string_view name) const {
    const auto found = node_->find(name);
    return found == node_->end() || found->is_null() ? nullptr : &*found;
}

static std::string as_written(const Json& value) {
    return text::quoted(value.is_string() ? value.get<std::string>() : value.dump());
}

double ConfigFields::figure(std::string_view name, const Json& value) const {
    constexpr double kMost = 1e9; // a slip, not a net
    if (!value.is_number())
        refuse(name, "must be a number, got " + as_written(value));
    const double out = value.get<double>();
    if (!(out >= 0 && out <= kMost))
        refuse(name, fmt::format("must be a number from 0 to {:g}, got {:g}", kMost, out));
    return out;
}

std::optional<double> ConfigFields::number(Names names) const {
    for (const std::string_view name : names)
        if (const Json* value = find(name))
            return figure(name, *value);
    return std::nullopt;
}

double ConfigFields::need(Names names) const {
    const auto out = number(names);
    if (!out)
        refuse(*names.begin(), "must be given, got nothing");
    if (!(*out >= 1))
        refuse(*names.begin(), fmt::format("must be at least 1, got {:g}", *out));
    return *out;
}

double ConfigFields::number_or(Names names, double otherwise) const {
    return number(names).value_or(otherwise);
}

bool ConfigFields::flag(std::string_view name, bool otherwise) const {
    const Json* value = find(name);
    if (value == nullptr)
        return otherwise;
    if (!value->is_boolean())
        refuse(name, "must be true or false, got " + as_written(*value));
    return value->get<bool>();
}

std::string ConfigFields::text(std::string_view name) const {
    const Json* value = find(name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

std::vector<double> ConfigFields::numbers(std::string_view name) const {
    const Json* value = find(name);
    std::vector<double> out;
    if (value != nullptr && value->is_array())
        for (const Json& one : *value)
            out.push_back(figure(name, one));
    else if (value != nullptr)
        out.push_back(figure(name, *value));
    return out;
}

std::vector<std::string> ConfigFields::texts(std::string_view name) const {
    const Json* value = find(name);
    std::vector<std::string> out;
    if (value != nullptr && value->is_array())
        for (const Json& one : *value)
            out.push_back(one.is_string() ? one.get<std::string>() : "");
    return out;
}

std::size_t ConfigFields::size(std::string_view name) const {
    const Json* value = find(name);
    return value == nullptr || !value->is_structured() ? 0 : value->size();
}

std::optional<ConfigFields> ConfigFields::inside(std::string_view name) const {
    const Json* value = find(name);
    if (value == nullptr || !value->is_object())
        return std::nullopt;
    return ConfigFields{*value, file_, inside_ + std::string{name} + "."};
}

// ---- the classes --------------------------------------------------------------------

static const ConfigClass* config_class(std::string_view name) {
    for (const auto classes : {decoder_classes(), text_classes(), image_classes()})
        for (const ConfigClass& one : classes)
            if (one.name == name)
                return &one;
    return nullptr;
}

static std::string known_classes() {
    std::vector<std::string_view> names;
    for (const auto classes : {decoder_classes(), text_classes(), image_classes()})
        for (const ConfigClass& one : classes)
            names.push_back(one.name);
    std::sort(names.begin(), names.end());
    return text::one_of(names);
}

static std::string_view class_key(const ConfigFields& fields) {
    return fields.has("_class_name") ? "_class_name" : "model_type";
}

/// Absent if the class is not one of those that are counted.
static std::optional<Model> counted_net(const ConfigFields& fields) {
    const std::string name = fields.text(class_key(fields));
    const ConfigClass* known = config_class(name);
    if (known == nullptr)
        return std::nullopt;
    Model out = known->read(fields);
    out.name = name;
    return out;
}

[[noreturn]] static void refuse_class(const ConfigFields& fields) {
    const std::string name = fields.text(class_key(fields));
    fields.refuse(class_key(fields),
                  fmt::format("must be one of the classes that are counted, {}, got {}",
                              known_classes(),
                              name.empty() ? "nothing" : text::quoted(name)));
}

/// The net of a configuration: of one class, or a language model with what it sees by.
static Model net_of(const ConfigFields& fields) {
    if (auto net = counted_net(fields))
        return *net;
    const auto language = fields.inside("text_config");
    if (!language)
        refuse_class(fields);
    auto out = counted_net(*language);
    if (!out)
        refuse_class(*language);
    const auto tower = fields.inside("vision_config");
    const auto added = tower ? vision_tower(*tower) : std::nullopt;
    if (added && out->parameters)
        *out->parameters += *added;
    if (added && out->active_parameters)
        *out->active_parameters += *added;
    return *out;
}

Model model_from_config(std::string_view text, std::string_view file) {
    const Json node = Json::parse(text, nullptr, false);
    if (!node.is_object())
        throw InputError{{.file = std::string{file}}, "must be a JSON object"};
    Model out = net_of(ConfigFields{node, file});
    out.source = fmt::format("counted from {}", file);
    return out;
}

Model read_model_config(const std::filesystem::path& path) {
    constexpr std::size_t kLargestConfig = std::size_t{1} << 22U;
    std::error_code none;
    const auto file = std::filesystem::is_directory(path, none) ? path / "config.json" : path;
    return model_from_config(text::read_file(file, kLargestConfig), file.string());
}

bool is_config_path(std::string_view model) {
    const bool separated = model.find('/') != std::string_view::npos;
    return model.starts_with("./") || model.starts_with("../") || model.starts_with('/') ||
           model == "." || model == ".." || (separated && model.ends_with(".json"));
}

} // namespace flopwise
