// Rows of a list that somebody made of a provider's machines, one for a machine at a place: names
// of several machines, places that a zone tells, the lowest of several prices.

#pragma once

#include "feed/sink.hpp"

namespace flopwise::feed {

struct CommunityRow {
    Instance machine{};     ///< without a figure and a GPU: its name alone, of one that is known
    std::string provider{}; ///< empty: that of the file
    std::string source{};   ///< empty: the file
    std::string region{};   ///< empty: that of the zone
    std::string zone{};
    double on_demand = 0; ///< USD/h; 0: none
    double spot = 0;
    int line = 0; ///< of CSV
    std::uint64_t byte = 0;
};

class CommunityRows {
public:
    explicit CommunityRows(Sink& sink) : sink_{sink} {}

    void add(CommunityRow row);
    /// Gives the sink what was added.
    ///
    /// - A name of several machines gets what tells them apart: "n1-standard-8_2xnvidia-t4_8v30gb".
    /// - Of several prices of a machine at a place, the lowest counts.
    /// - A row without a region is of that of its zone, if others or the catalog have it.
    void finish();

private:
    [[nodiscard]] std::string region_of(const CommunityRow& row) const;
    void settle_regions();
    void find_lowest();
    void give(CommunityRow& row);
    bool give_prices(const CommunityRow& row);

    Sink& sink_;
    std::vector<CommunityRow> rows_;
    std::unordered_map<std::string, std::size_t> first_; ///< row of a name
    std::set<std::string> ambiguous_;                    ///< names of several machines
    std::set<std::string, std::less<>> regions_;
    std::unordered_map<std::string, double> lowest_; ///< by machine, region and purchase
};

/// Reads each row of a table after its header, which must have the columns of `required`; a row
/// that is wrong is rejected.
template <class Columns, class Read>
void read_rows(Input& input, Sink& sink, std::span<const std::string_view> required, Read read) {
    csv_stream::Reader row{input};
    if (!row.next())
        throw InputError{{.file = sink.file()}, "must have a header"};
    const csv_stream::Header header{row.fields()};
    header.require(required, {.file = sink.file(), .line = row.line()});
    const Columns columns{header};
    while (row.next()) {
        try {
            row.require_whole(header.size());
            read(row, columns);
        } catch (const BadRow& bad) {
            sink.pass_over(readable(row, columns.instance));
            sink.reject({.file = sink.file(), .line = row.line(), .field = bad.field}, bad.reason);
        }
    }
}

/// A figure above zero. Throws BadRow.
double positive(std::string_view text, std::string_view field);
/// A figure that may be missing: 0.
double figure_or_none(std::string_view text, std::string_view field);
/// "x86_64" of "x86" and "amd64".
std::string arch_of(std::string_view written);
/// RunPod's machines of private people have a suffix in all catalogs.
bool is_community(std::string_view machine);

// Halves of a machine: Google prices a machine and the GPUs in it apart, and each alone looks
// cheap.
constexpr std::string_view kWithoutMachine = "a GPU without its machine";

} // namespace flopwise::feed
