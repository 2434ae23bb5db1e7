// Rows of charges as they stand in files, before they are joined.

#pragma once

#include <flopwise/charges.hpp>

#include <map>

namespace flopwise {

/// A row as it stands in a file: up to four names, up to three figures, a source.
struct ChargesRow {
    std::vector<std::string> names;
    double a = 0;
    double b = 0;
    double c = 0;
    std::string source; ///< its key among the sources
    Where where;        ///< of the row, without its field
};

struct ChargesReading {
    std::map<std::string, Source, std::less<>> sources;
    std::map<std::string, std::string, std::less<>> default_storage; ///< its charge, by provider
    std::vector<ChargesRow> charges;
    std::vector<ChargesRow> reserved;
    std::vector<ChargesRow> tabled; ///< reserved rates of tables: of several, the newest counts
    std::vector<ChargesRow> same;
    std::vector<ChargesRow> ratios;
    std::vector<ChargesRow> interruptions;
};

/// Why a text is no day.
std::string no_day_reason(std::string_view text);

/// Whether a file is a table of what an import has: by its name, or by how it begins.
bool is_charges_csv(std::string_view text, std::string_view name);
/// Reads reserved rates or interruptions as `catalog import` writes them. Of a machine that
/// several price files have, the last counts. Throws InputError with file, line and column.
void read_charges_csv(const std::string& text, const std::string& name, ChargesReading& to);

/// Reads a table of reserved rates: `instance,region,on_demand` and a column for each offering.
/// Throws InputError with file, line and column.
void read_reserved_table(const std::filesystem::path& file,
                         const std::string& provider,
                         const std::string& source,
                         std::vector<ChargesRow>& to);

} // namespace flopwise
