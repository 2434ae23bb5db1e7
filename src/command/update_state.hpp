// What `catalog update` keeps in the cache from one call to the next, beside the catalog.

#pragma once

#include "command/known_files.hpp"

#include <filesystem>

namespace flopwise {

/// The file `update.state`: what the files of the cache were downloaded from. What it says counts
/// as long as the files are those it was written for.
class State {
public:
    /// `fresh`: the cached catalog is not what prices are joined over, so no file is in it. Throws
    /// InputError unless the files are the user's own or absent; a state that cannot be read counts
    /// as absent, with a word on standard error.
    State(std::filesystem::path folder, bool fresh, Date today);

    [[nodiscard]] Known find(const std::string& file, const std::string& url) const;
    void set(const std::string& file, Known known);
    /// Removes a file, of which nothing is known any more.
    void forget(const std::string& file);
    /// The next call shall have a file sent again, whatever its version.
    void send_again(const std::string& file);
    /// Nothing is known of a file any more; it stays until remove().
    void remove(const std::string& file) const;
    void drop(const std::string& file) { files_.erase(file); }
    void write() const;
    /// What write() would write if the cached catalog were this one.
    [[nodiscard]] std::string text_for(std::string_view catalog) const;
    [[nodiscard]] std::filesystem::path path() const;
    /// Removes what updates that were killed left in the folder: files that no later call reads.
    void sweep() const;

private:
    std::filesystem::path folder_;
    KnownFiles files_;
};

/// One update at a time: two would write to the same parts. Throws InputError if there is another.
class Lock {
public:
    explicit Lock(const std::filesystem::path& folder);
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

private:
    int file_;
};

} // namespace flopwise
