// Joined tables as bytes and back: what the build makes from YAML and the program loads.
//
// The form is private and changes freely: writer and reader are always of one build. What comes
// from outside, a cache or a pickle, is sealed, and is looked at all the same.

#pragma once

#include <flopwise/charges.hpp>

namespace flopwise {

struct CatalogImage {
    static std::string write(const Catalog& catalog);
    /// Of bytes that this build made. Throws ArgumentError for `catalog` if they end too soon or a
    /// figure of a row is out of its range.
    static Catalog read(std::string_view image);
    /// Of bytes from outside: also if a text is not UTF-8, or rows are out of order or refer to
    /// what is not there.
    static Catalog checked(std::string_view image);

private:
    static Catalog made(std::string_view image, bool from_outside);
};

/// Bytes that leave the program, behind their length and a checksum of all.
std::string sealed(std::string_view bytes);
/// What was sealed; empty unless it is whole.
std::optional<std::string_view> unsealed(std::string_view bytes);

struct ChargesImage {
    static std::string write(const Charges& charges);
    static Charges read(std::string_view image);
};

} // namespace flopwise
