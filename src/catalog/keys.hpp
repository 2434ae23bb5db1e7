// What the rows of a catalog's tables are found, sorted and replaced by.

#pragma once

#include <flopwise/catalog.hpp>

#include <map>
#include <tuple>

namespace flopwise {

/// Positions of rows by key.
template <class Key>
using Index = std::map<Key, std::uint32_t, std::less<>>;
using NameView = std::pair<std::string_view, std::string_view>; // provider, name

template <class Rows, class KeyOf>
auto index_of(const Rows& rows, KeyOf key_of) {
    Index<decltype(key_of(rows.front()))> index;
    for (std::uint32_t i = 0; i < rows.size(); ++i)
        index.emplace(key_of(rows[i]), i);
    return index;
}

inline constexpr auto kByName = [](const auto& row) { return std::string_view{row.name}; };
inline constexpr auto kByProviderAndName = [](const auto& row) {
    return NameView{row.provider, row.name};
};
inline constexpr auto kByProviderAndCode = [](const auto& row) {
    return NameView{row.provider, row.code};
};

/// The four things a price is looked up by, in the order of the catalog's offers.
inline auto key_of(const Price& p) {
    return std::tuple<std::string_view, std::string_view, std::string_view, Purchase>{
        p.provider, p.instance, p.region, p.purchase};
}

/// What an explanation is of.
inline constexpr auto kByExplained = [](const Explanation& e) {
    return std::tie(e.provider, e.finding, e.names, e.regions);
};

/// Appends a figure in the narrower type of a column, which has been checked to hold it.
template <class Column, class Value>
void push(Column& column, Value value) {
    column.push_back(static_cast<typename Column::value_type>(value));
}

} // namespace flopwise
