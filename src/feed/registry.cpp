#include "feed/reader.hpp"

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

const Reader* recognised(std::string_view begin) {
    const std::string_view heading = begin.substr(0, begin.find('\n'));
    const Form form = begin.starts_with('{')   ? Form::object
                      : begin.starts_with('[') ? Form::array
                                               : Form::table;
    for (const Reader* reader : kReaders)
        if (const Marks& marks = reader->marks;
            marks.form == form && (has_any(begin, marks.any) || has_all(heading, marks.heading)))
            return reader;
    for (const Reader* reader : kReaders)
        if (reader->marks.form == form && has_any(begin, reader->marks.weak))
            return reader;
    return nullptr;
}

} // namespace flopwise::feed
