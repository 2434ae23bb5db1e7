// Joined tables as bytes and back: what the build makes from YAML and the program loads.
//
// The form is private and changes freely: writer and reader are always of one build.

#pragma once

#include <flopwise/charges.hpp>

namespace flopwise {

struct CatalogImage {
    static std::string write(const Catalog& catalog);
    static Catalog read(std::string_view image);
};

struct ChargesImage {
    static std::string write(const Charges& charges);
    static Charges read(std::string_view image);
};

} // namespace flopwise
