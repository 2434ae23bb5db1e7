// The providers in community catalogs, as data/providers.yaml lists them.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace flopwise::feed {

/// The provider that a word of the file's name, else of its folder's, names: "aws/vms.csv". Empty
/// if none does.
std::string provider_in(const std::filesystem::path& file);
/// Under the name it has here: some had another before, or have another in a catalog. One that is
/// not listed keeps its name.
std::string known_as(const std::string& provider);
/// Whether gpuhunt's places are zones, "us-central1-a", which have the prices of their region.
bool places_are_zones(std::string_view provider);
/// Whether community catalogs have a selection of what it sells only.
bool lists_are_partial(std::string_view provider);
/// Whether a machine always has GPUs, by its name: "a2-highgpu-1g".
bool has_gpus_built_in(std::string_view machine);

} // namespace flopwise::feed
