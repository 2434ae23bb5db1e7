// The public price files of AWS and Azure: where they are, and how they come into the cache.

#pragma once

#include "command/update.hpp"
#include "command/update_state.hpp"

namespace flopwise {

/// Whose files they are.
struct Server {
    std::string url;
    std::string user;
};

/// Certificates in place of the system's; empty: those of the system.
struct Trust {
    std::string file;
    std::string folder;
};

/// One update: where it goes and what it goes over.
struct Task {
    const Update& what;
    const Catalog& base;
    std::filesystem::path folder;
    std::string server; ///< without the user
    std::string user;
    Trust trust;
    State& state;
};

/// Of the provider, or the mirror that was named. Throws ArgumentError.
Server server_of(const Update& what);
/// As the curl command finds them. Throws ArgumentError.
Trust trust_of(const Update& what);

/// Where the price file of a region is.
std::string url_of(const Task& task, const std::string& region);
/// Sees to it that it is in the cache under the name `file`; false if its prices are in the cached
/// catalog already. Throws InputError.
bool fetch_file(Task& task, const std::string& region, const std::string& file);

} // namespace flopwise
