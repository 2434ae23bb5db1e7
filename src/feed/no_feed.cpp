#include "feed/no_feed.hpp"

#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise::feed {

namespace {

struct Mark {
    std::string_view begin;
    std::string_view what;
};

constexpr auto kMarks = std::to_array<Mark>({
    {"PAR1", "a Parquet file: write it as CSV (DuckDB: COPY (FROM 'x.parquet') TO 'x.csv')"},
    {"ARROW1", "an Arrow file: write it as CSV"},
    {"\xFF\xFF\xFF\xFF", "an Arrow stream: write it as CSV"},
    {"\xD0\xCF\x11\xE0", "a workbook of old Excel: save its sheet as CSV"},
    {"SQLite format 3", "a SQLite database: write its table as CSV"},
    {"%PDF", "a PDF"},
    {"BZh", "packed by bzip2: unpack it"},
    {"\x28\xB5\x2F\xFD", "packed by zstd: unpack it"},
    {"\xFD"
     "7zXZ",
     "packed by xz: unpack it"},
    {"7z\xBC\xAF", "packed by 7-Zip: unpack it"},
    {"\xFF\xFE", "text in UTF-16: write it as UTF-8"},
    {"\xFE\xFF", "text in UTF-16: write it as UTF-8"},
});

/// The text of the first element of this name; empty if there is none.
std::string_view element(std::string_view page, std::string_view lower, std::string_view name) {
    const auto open = lower.find(fmt::format("<{}", name));
    const auto begin = open == std::string_view::npos ? open : lower.find('>', open);
    if (begin == std::string_view::npos)
        return {};
    const auto end = lower.find('<', begin);
    std::string_view text =
        page.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1);
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t\r\n")));
    return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

std::string page_of(std::string_view page) {
    const std::string lower = text::lower(page);
    const bool html = lower.find("<html") != std::string::npos || lower.starts_with("<!doctype");
    if (html) {
        const auto title = element(page, lower, "title");
        return title.empty() ? "an HTML page"
                             : fmt::format("an HTML page, titled {}", text::quoted(title));
    }
    const auto code = element(page, lower, "code");
    const auto message = element(page, lower, "message");
    if (lower.find("<error") == std::string::npos || (code.empty() && message.empty()))
        return "an XML page";
    return fmt::format("an XML page that tells an error, {}",
                       text::quoted(code.empty()      ? std::string{message}
                                    : message.empty() ? std::string{code}
                                                      : fmt::format("{}: {}", code, message)));
}

} // namespace

std::string other_kind(std::string_view begin) {
    for (const Mark& mark : kMarks)
        if (begin.starts_with(mark.begin))
            return std::string{mark.what};
    constexpr std::size_t kTarMark = 257; // POSIX, ustar
    if (begin.size() > kTarMark && begin.substr(kTarMark).starts_with("ustar"))
        return "a tar archive: unpack it, and import the folder";
    return begin.starts_with('<') ? page_of(begin) : "";
}

} // namespace flopwise::feed
