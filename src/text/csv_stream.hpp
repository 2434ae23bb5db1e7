// CSV in: rows of a file of any size, of which few fields are looked at.
//
// Sixty-four bytes at a time, bits say where quotes, separators and line breaks are; those within
// quotes are none. So a row costs little more than its bytes, and a field only if it is asked for.
//
// The separator is that of the first line: a comma, a semicolon or a tab, whichever is most often
// there.

#pragma once

#include <flopwise/error.hpp>

#include "text/input.hpp"

#include <memory>
#include <span>

namespace flopwise::text {

/// A row that is wrong, thrown while it is read.
struct BadRow {
    std::string field;
    std::string reason;
};

} // namespace flopwise::text

namespace flopwise::csv_stream {

constexpr std::size_t kLongestRow = std::size_t{1} << 20U;

class Reader {
public:
    explicit Reader(text::Input& input);

    /// Goes to the next row that is not empty; false at the end of the file. What field() gave
    /// before ends here. Throws InputError for a row of more than 1 MiB.
    bool next();

    /// Throws BadRow for a row that has fewer fields than the header, and InputError if it is the
    /// last and has no line break.
    void require_whole(std::size_t columns) const;

    /// A field without its quotes; empty beyond the last. Throws BadRow for broken quotes.
    std::string_view field(std::size_t column);
    /// All fields of the row.
    std::vector<std::string> fields();

    [[nodiscard]] int line() const { return line_; }
    [[nodiscard]] std::string_view row() const { return row_; }

private:
    std::size_t scan_row();
    void require_quotes_around_fields() const;
    void require_closed(std::uint64_t inside, std::size_t end, bool quoted) const;
    void refill(std::size_t at);

    text::Input& input_;
    std::string_view row_;
    char separator_ = ',';
    std::size_t taken_ = 0;           ///< bytes of the view to drop before the next row
    std::vector<std::uint32_t> ends_; ///< of the fields of the row
    std::vector<std::unique_ptr<std::string>> unquoted_; ///< fields with quotes within
    int line_ = 0;                                       ///< of the begin of the row
    int next_line_ = 1;
};

/// What separates the fields of a first line.
char separator_of(std::string_view line);
/// Bytes of a first line "sep=;", by which Excel is told the separator; 0 if there is none.
std::size_t size_of_mark(std::string_view begin);

/// The columns of a table by name.
class Header {
public:
    explicit Header(std::vector<std::string> names) : names_{std::move(names)} {}

    [[nodiscard]] std::size_t size() const { return names_.size(); }

    /// Position of a column; kNone if there is no such.
    [[nodiscard]] std::size_t find(std::string_view name) const;
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    /// Throws InputError for the first of these names that is no column.
    void require(std::span<const std::string_view> names, const Where& where) const;

private:
    std::vector<std::string> names_;
};

} // namespace flopwise::csv_stream
