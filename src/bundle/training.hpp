// data/models.yaml, data/memory.yaml and data/utilisation.yaml as C++, for the program that
// compiles data/ in.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// The named nets as rows of training_data.hpp. Throws InputError for a row that is wrong.
std::string models_as_code(const std::string& file);
/// The fitted model of memory.
std::string memory_as_code(const std::string& file);
/// The fitted model of time, with the figures of its GPUs from the catalog.
std::string utilisation_as_code(const std::string& file, const Catalog& catalog);

} // namespace flopwise
