// A table of machines and prices of one's own, in columns that docs/feeds.md lists; what
// `catalog export` writes is one.

#pragma once

#include "feed/community_rows.hpp"

#include <array>
#include <map>

namespace flopwise::feed {

enum class Column : std::uint8_t {
    instance,
    provider,
    family,
    region,
    purchase,
    price,
    offered,
    gpu,
    gpu_count,
    gpu_memory,
    vcpus,
    memory,
    arch,
    network,
    storage,
    as_of,
    source,
    unused, ///< follows from others, or is a note
};
constexpr std::size_t kColumns = 18;
using Cells = std::array<std::string_view, kColumns>; ///< by Column; empty: not known

/// The column of a name. Throws BadRow with the name for one that is not known: a slip is no note.
Column column_called(std::string_view name);

class OwnTable {
public:
    explicit OwnTable(Sink& sink) : sink_{sink}, rows_{sink} {}

    /// Throws BadRow with the name of the column.
    void add(const Cells& cells, int line, std::uint64_t byte);
    void finish() { rows_.finish(); }

private:
    void set_origin(const Cells& cells, CommunityRow& to);
    void set_machine(const Cells& cells, Instance& to);

    Sink& sink_;
    CommunityRows rows_;
};

constexpr std::string_view kTableTitle = "table of machines and prices";

} // namespace flopwise::feed
