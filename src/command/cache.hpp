// Catalogs by name, and the user's folder of downloaded prices.
//
// The folder follows the XDG rule: $XDG_CACHE_HOME/flopwise, else .cache/flopwise in the home
// folder. catalog.yaml in it is the catalog that `catalog update` made, with an image beside it, of
// which it is opened in a moment (catalog/image.hpp).

#pragma once

#include <flopwise/catalog.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace flopwise {

/// Empty if the environment names neither folder by an absolute path.
std::filesystem::path cache_folder();

/// Throws InputError unless the folder, and the file if it is there, are the user's own, no
/// symbolic links, and not to be written by others.
void require_own(const std::filesystem::path& folder, const std::string& file);

/// The catalog in the cache; empty if there is none. Throws InputError if it cannot be used, or is
/// dated after the day after `today`.
std::optional<Catalog> cached_catalog(Date today);
/// Replaces it, and what an update keeps beside it, at once or not at all: a failure leaves all as
/// it was. `yaml` is the catalog as text.
void write_cached(const Catalog& catalog,
                  const std::string& yaml,
                  const std::filesystem::path& state,
                  const std::string& state_text);

/// The catalog that is used if none is named: the cached one if it is newer than the bundled one.
/// A cached one that cannot be used is left, with a word on standard error.
Catalog usual_catalog(Date today);

/// A catalog by name: "" for the usual one, "bundled" or the name of a bundled one, "cached", or a
/// file if the name has a slash or a suffix, or exists.
Catalog catalog_called(const std::string& name, Date today);
/// The same, for what prices are joined over. Throws ArgumentError for a file that is dated after
/// the day after `today`, as no price would be newer.
Catalog base_called(const std::string& name, Date today);

/// Writes a catalog as YAML, to a file or standard output. A large file has an image beside it
/// (`FILE.image`), of which it is opened in a moment.
void write_catalog(const Catalog& catalog, const std::string& file);
/// Of a file, or of the image beside it if that is of this build and just this content; an image
/// that is not is made again.
Catalog catalog_in(const std::filesystem::path& file);

} // namespace flopwise
