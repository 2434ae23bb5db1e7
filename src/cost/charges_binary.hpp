// Charges as bytes and back: what the build makes from YAML and the program loads.

#pragma once

#include <flopwise/charges.hpp>

namespace flopwise {

struct ChargesBinary {
    static std::string write(const Charges& charges);
    /// Of bytes that this build made.
    static Charges read(std::string_view image);
    /// Of bytes from outside. Throws ArgumentError for `charges` unless they hold whole tables.
    static Charges checked(std::string_view image);
};

} // namespace flopwise
