// A joined catalog as bytes and back: what the build makes from YAML and the program loads.
//
// The form is private and changes freely: writer and reader are always of one build.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

struct CatalogImage {
    static std::string write(const Catalog& catalog);
    static Catalog read(std::string_view image);
};

} // namespace flopwise
