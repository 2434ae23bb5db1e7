// The fields of a published configuration, and what its class is counted into.

#pragma once

#include <flopwise/config.hpp>

#include "text/json_out.hpp"

#include <initializer_list>

namespace flopwise {

/// A configuration, or an object within one. A figure may go by several names: the first that is
/// there counts. All errors are InputErrors that name the file and the field.
class ConfigFields {
public:
    using Names = std::initializer_list<std::string_view>;

    /// `node` and `file` have to outlive it.
    ConfigFields(const Json& node, std::string_view file, std::string_view inside = "");

    [[nodiscard]] std::optional<double> number(Names names) const;
    /// Throws if it is not there, or below 1.
    [[nodiscard]] double need(Names names) const;
    [[nodiscard]] double number_or(Names names, double otherwise) const;
    [[nodiscard]] bool flag(std::string_view name, bool otherwise) const;
    [[nodiscard]] std::string text(std::string_view name) const; ///< empty if it is not there
    /// A list of numbers, or one number for all.
    [[nodiscard]] std::vector<double> numbers(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
    [[nodiscard]] std::size_t size(std::string_view name) const; ///< of a list or an object, else 0
    [[nodiscard]] std::optional<ConfigFields> inside(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    [[noreturn]] void refuse(std::string_view name, std::string_view reason) const;

private:
    const Json* node_;
    std::string_view file_;
    std::string inside_;

    [[nodiscard]] const Json* find(std::string_view name) const;
    [[nodiscard]] double figure(std::string_view name, const Json& value) const;
};

/// Classes that are counted, by `model_type` or, of diffusers, by `_class_name`.
struct ConfigClass {
    std::string_view name;
    Model (*read)(const ConfigFields& fields);
};
std::span<const ConfigClass> decoder_classes(); ///< of text
std::span<const ConfigClass> text_classes();    ///< encoders, encoder-decoders, Mamba
std::span<const ConfigClass> image_classes();   ///< over images, and diffusion
/// Parameters of a plain transformer over patches, as the vision towers of CLIP and SigLIP are.
std::optional<double> vision_tower(const ConfigFields& fields);

/// What a matrix of so many inputs and outputs has, with its bias if there is one.
inline double dense(double in, double out, bool bias) {
    return in * out + (bias ? out : 0);
}

} // namespace flopwise
