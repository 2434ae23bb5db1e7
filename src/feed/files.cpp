// Which files a caller means by folders and patterns, and what could be read of them.

#include <flopwise/feed.hpp>

#include "feed/import_threads.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <set>

namespace flopwise {

namespace fs = std::filesystem;

static bool is_hidden(const fs::path& file) {
    return file.filename().string().starts_with('.');
}

/// The files in a folder and below it.
static std::vector<fs::path> files_below(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code error;
    std::error_code ignored; // of links that lead nowhere
    const fs::directory_iterator end;
    std::vector<fs::path> folders{folder};
    while (!folders.empty()) {
        const fs::path here = std::move(folders.back());
        folders.pop_back();
        for (fs::directory_iterator at{here, error}; !error && at != end; at.increment(error)) {
            if (is_hidden(at->path()))
                continue;
            if (at->is_directory(ignored) && !at->is_symlink()) // links may lead in a ring
                folders.push_back(at->path());
            else if (at->is_regular_file(ignored))
                out.push_back(at->path());
        }
        if (error)
            throw InputError{{.file = here.string()},
                             fmt::format("cannot be read: {}", error.message())};
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// The files in one folder whose names match.
static std::vector<fs::path> matching(const fs::path& pattern) {
    std::vector<fs::path> out;
    const fs::path folder = pattern.parent_path().empty() ? "." : pattern.parent_path();
    std::error_code error;
    std::error_code ignored;
    const fs::directory_iterator end;
    for (fs::directory_iterator at{folder, error}; !error && at != end; at.increment(error))
        if (!is_hidden(at->path()) && at->is_regular_file(ignored) &&
            text::matches(pattern.filename().string(), at->path().filename().string()))
            out.push_back(pattern.parent_path() / at->path().filename());
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<fs::path> feed_files(std::span<const fs::path> paths) {
    std::vector<fs::path> out;
    for (const fs::path& path : paths) {
        std::vector<fs::path> found{path};
        std::error_code ignored;
        const bool folder = fs::is_directory(path, ignored);
        if (folder)
            found = files_below(path);
        else if (!fs::exists(path, ignored) && text::is_pattern(path.filename().string()))
            found = matching(path);
        if (found.empty())
            throw InputError{{.file = path.string()},
                             folder ? "must be a folder with files in it, has none"
                                    : "must match a file, matches none"};
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

Feeds import_all(std::span<const fs::path> paths,
                 const Catalog& known,
                 const ImportOptions& options) {
    const auto files = feed_files(paths);
    if (options.strict ||
        (files.size() == 1 && paths.size() == 1 && files.front() == paths.front()))
        return {import_feeds(files, known, options), {}};
    auto [imports, errors] = feed::import_in_threads(files, known, options);
    Feeds out;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (!errors[i]) {
            out.imports.push_back(std::move(imports[i]));
            continue;
        }
        try {
            std::rethrow_exception(errors[i]);
        } catch (const InputError& e) {
            out.unreadable.push_back({e.where(), e.reason()});
        } catch (const ArgumentError& e) { // such as of a provider that the file does not name
            out.unreadable.push_back({{.file = files[i].string()}, e.what()});
        }
    }
    return out;
}

} // namespace flopwise
