// A file over HTTPS: whole or not at all, and no more of it than is new.

#pragma once

#include "command/http_head.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace flopwise {

struct Download {
    std::string url;            ///< https, or http to a server that the user named
    std::filesystem::path file; ///< what it becomes; until then it is FILE.part
    Version known{};            ///< of what is there already, so that only a newer one is sent
    long stall_seconds = 60;    ///< give up when next to nothing arrives for so long
    Date today{};               ///< versions of days to come are none
    std::string user{};         ///< NAME:PASSWORD, as a URL has them; sent to the server alone
    std::string certificates{}; ///< a file of those to trust in place of the system's
    std::string certificate_folder{};
    std::uint64_t largest = std::uint64_t{16} << 30U; ///< of the file, in bytes
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
/// A length and a SHA-256 that the server states must be those of the file. Less than 1,000 bytes
/// a second count as nothing, and what unpacks to more than a hundred times its size is refused,
/// as is a server that wants to be asked again after more than a minute.
/// Throws InputError with the URL in place of a file.
Downloaded download(const Download& what);

} // namespace flopwise
