#include "command/known_files.hpp"

#include "text/text.hpp"

#include <algorithm>

namespace flopwise {

std::string state_text(const std::string& mark, const KnownFiles& files) {
    std::string out = mark + "\n";
    for (const auto& [file, known] : files)
        out += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n",
                           file,
                           known.url,
                           known.version.etag,
                           known.version.modified,
                           known.sha256,
                           known.joined ? "joined" : "file");
    return out;
}

/// The names of files that an update makes: no path leads out of the folder.
static bool is_file_name(std::string_view name) {
    return !name.empty() && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
           });
}

KnownFiles known_files(std::string_view content, std::string_view mark, Date today) {
    constexpr std::size_t kFields = 6;
    KnownFiles out;
    const auto lines = text::split(content, '\n');
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto fields = text::split(lines[i], '\t');
        const bool joined = fields.back() == "joined";
        if (fields.size() != kFields || !is_file_name(fields[0]) ||
            (joined && lines.front() != mark))
            continue;
        out[fields[0]] = {fields[1], kept({fields[2], fields[3]}, today), fields[4], joined};
    }
    return out;
}

} // namespace flopwise
