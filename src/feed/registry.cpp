#include "feed/reader.hpp"
#include "text/csv_stream.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise::feed {

static constexpr auto kReaders = std::to_array<const Reader*>({
    &kAwsOffers,
    &kAwsProducts,
    &kAwsInstanceRegions,
    &kAwsInstanceTypes,
    &kAwsSpotHistory,
    &kAwsSpotAdvisor,
    &kAzureRetailPrices,
    &kEc2Instances,
    &kAwsOffersCsv,
    &kSkypilot,
    &kGpuhunt,
    &kTable,
    &kTableJson,
});
static_assert(kReaders.size() + 1 == kFormats, "each Format but `automatic` has one row");

std::span<const Reader* const> readers() {
    return kReaders;
}

const Reader* reader_of(Format format) {
    for (const Reader* reader : kReaders)
        if (reader->format == format)
            return reader;
    return nullptr;
}

static bool has_any(std::string_view text, const Words& words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return !word.empty() && text.find(word) != std::string_view::npos;
    });
}

static bool has_all(std::string_view text, const Words& words) {
    return !words.front().empty() &&
           std::all_of(words.begin(), words.end(), [&](std::string_view word) {
               return text.find(word) != std::string_view::npos;
           });
}

/// Whether the first line has all of these as the names of columns.
static bool has_columns(std::string_view line, const Words& words) {
    if (words.front().empty())
        return false;
    const char separator = csv_stream::separator_of(line);
    std::vector<std::string> columns = text::split(line, separator);
    for (std::string& column : columns)
        std::erase_if(column, [](char c) { return c == '"' || c == '\r'; });
    return std::all_of(words.begin(), words.end(), [&](std::string_view word) {
        return word.empty() || std::find(columns.begin(), columns.end(), word) != columns.end();
    });
}

const Reader* recognised(std::string_view begin) {
    begin.remove_prefix(csv_stream::size_of_mark(begin));
    const std::string_view heading = begin.substr(0, begin.find('\n'));
    const Form form = begin.starts_with('{')   ? Form::object
                      : begin.starts_with('[') ? Form::array
                                               : Form::table;
    for (const Reader* reader : kReaders)
        if (const Marks& marks = reader->marks;
            marks.form == form &&
            (has_any(begin, marks.any) || has_columns(heading, marks.heading)))
            return reader;
    for (const Reader* reader : kReaders)
        if (reader->marks.form == form && has_any(begin, reader->marks.weak))
            return reader;
    if (form == Form::table)
        return nullptr;
    for (const Reader* reader : kReaders)
        if (has_all(begin, reader->marks.rows))
            return reader;
    return nullptr;
}

} // namespace flopwise::feed
