// Joined tables as bytes and back: what the build makes from YAML and the program loads.
//
// The form is private and changes freely: writer and reader are always of one build. What comes
// from outside, a cache or a pickle, is sealed, and is looked at all the same.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// The fields of a source, of catalogs and of charges; see archive.hpp.
template <class Archive, class Row>
requires std::is_same_v<std::remove_const_t<Row>, Source>
void each(Archive& a, Row& r) {
    a(r.name, r.title, r.as_of, r.recalled);
}

struct CatalogBinary {
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

} // namespace flopwise
