// A CSV file of data that is read whole: what is wrong names file, line and column.

#pragma once

#include <flopwise/error.hpp>

#include "text/csv_stream.hpp"

namespace flopwise::text {

class CsvFile {
public:
    explicit CsvFile(const std::filesystem::path& file) : input_{file}, rows_{input_} {}
    /// Of what has been read already, called `name` in messages.
    CsvFile(const std::string& name, std::string_view content)
        : input_{name, content}, rows_{input_} {}

    /// Goes to the next row that is not empty; false at the end of the file.
    bool next() {
        if (!rows_.next())
            return false;
        try {
            cells_ = rows_.fields();
        } catch (const BadRow& bad) {
            refuse(bad.field, bad.reason);
        }
        return true;
    }
    [[nodiscard]] const std::vector<std::string>& cells() const { return cells_; }
    void require_cells(std::size_t count) const {
        if (cells_.size() != count)
            refuse("", fmt::format("must have {} fields, has {}", count, cells_.size()));
    }
    [[nodiscard]] const std::string& name() const { return input_.name(); }
    [[nodiscard]] Where where(std::string_view column = {}) const {
        return {.file = name(), .line = rows_.line(), .field = std::string{column}};
    }
    [[noreturn]] void refuse(std::string_view column, std::string_view reason) const {
        throw InputError{where(column), reason};
    }

private:
    Input input_;
    csv_stream::Reader rows_;
    std::vector<std::string> cells_;
};

} // namespace flopwise::text
