// flopwise: the net that a published configuration describes
//
// A config.json tells the shape of a net, from which its parameters and operations are counted as
// those who published it did. docs/command.md lists the classes that are read.

#pragma once

#include <flopwise/model.hpp>

#include <filesystem>

namespace flopwise {

/// The net that a configuration of Hugging Face transformers or diffusers describes: the text of
/// its config.json. Parameters are counted from its shape; of a vision-language model, those of its
/// language model and, where it is a plain transformer, of its vision tower. `seq_len` stays absent
/// for text: what it may be is in `max_seq_len`. `file` is what errors call it.
/// Throws InputError for what is no JSON, for a class that is not known (with those that are), and
/// for a figure that is needed and is not there.
FLOPWISE_API Model model_from_config(std::string_view text, std::string_view file = "config.json");
/// The same of a file, or of the config.json in a folder.
FLOPWISE_API Model read_model_config(const std::filesystem::path& path);
/// Whether what is given as a model is the path of a configuration and not a name: "./net",
/// "../net", "/net", or a path with a separator that ends in ".json".
FLOPWISE_API bool is_config_path(std::string_view model);

} // namespace flopwise
