// Joined tables as bytes and back: what the build makes from YAML and the program loads.
//
// The form is private and changes freely: writer and reader are always of one build. What comes
// from outside, a cache or a pickle, is sealed, and is looked at all the same.

#pragma once

#include "catalog/fields.hpp"

namespace flopwise {

constexpr bool possible(Purchase purchase) {
    return static_cast<std::size_t>(purchase) < kPurchases;
}

/// Hands the values of a row's fields to an archive; see archive.hpp.
template <class Archive>
struct Stored {
    Archive& archive;

    void operator()(const Field& /*field*/, auto& value) const { archive(value); }
    void operator()(const Field& /*a*/, const Field& /*b*/, auto& value) const { archive(value); }
};

template <class Archive, class Row>
requires requires(Stored<Archive> stored, Row& row) {
    fields(stored, row);
}
void each(Archive& a, Row& row) {
    fields(Stored<Archive>{a}, row);
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
