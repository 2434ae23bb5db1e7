// A file over HTTPS: whole or not at all, and no more of it than is new.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace flopwise {

/// What a server calls a version of a file; either may be empty.
struct Version {
    std::string etag{};
    std::string modified{};

    [[nodiscard]] bool empty() const { return etag.empty() && modified.empty(); }
    bool operator==(const Version&) const = default;
};

struct Download {
    std::string url;            ///< https, or http to a server that the user named
    std::filesystem::path file; ///< what it becomes; until then it is FILE.part
    Version known{};            ///< of what is there already, so that only a newer one is sent
    long stall_seconds = 60;    ///< give up when nothing arrives for so long
    /// Called while bytes arrive; `all` is 0 if the server does not say.
    std::function<void(std::uint64_t done, std::uint64_t all)> progress{};
};

struct Downloaded {
    bool changed = true; ///< false: the known version is the newest, and no file was made
    Version version{};
    std::uint64_t bytes = 0;
    std::string sha256{};
};

/// Whether this program was built with libcurl.
bool can_download();

/// Downloads a file. A transfer that broke, in this call or an earlier one, goes on where it
/// stopped if the server still has the same version. Broken transfers and errors of a server that
/// may pass (408, 429, 5xx) are tried again, four times in all. Redirects are followed, from https
/// to https only. The proxy is that of the environment, as curl reads it.
/// A length and a SHA-256 that the server states must be those of the file.
/// Throws InputError with the URL in place of a file.
Downloaded download(const Download& what);

} // namespace flopwise
