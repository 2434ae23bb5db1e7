// flopwise: the one table of the settings of a request
//
// A setting has one name everywhere. The request file, the command's flags and Python's keyword
// arguments are all read through the same table, so they mean the same and refuse the same.

#pragma once

#include <flopwise/request.hpp>

namespace flopwise {

/// A value of a setting as it is shown: in the request of a JSON report, in Python.
using Value = std::variant<std::monostate,
                           bool,
                           double,
                           std::string,
                           std::vector<std::string>,
                           std::vector<std::pair<std::string, double>>>;

/// One setting of a request.
struct Setting {
    std::string_view key;   ///< in request files, JSON and Python: "min_memory_gib"
    std::string_view flag;  ///< of the command, without dashes: "min-memory"
    std::string_view group; ///< heading in the command's help
    std::string_view value; ///< what to write: "GIB"; empty for a switch
    std::string_view help;
    /// Reads one or more texts into the request. Throws through Request::refuse().
    void (*set)(Request&, std::string_view key, std::span<const std::string> texts);
    /// The value if it is not the default, nothing otherwise.
    Value (*get)(const Request&);
};

/// All settings, in the order of the help.
FLOPWISE_API std::span<const Setting> settings();
/// The setting of that key; null if there is none.
FLOPWISE_API const Setting* find_setting(std::string_view key);

/// Sets one setting from text, as a flag or a request file gives it; `where` is kept as its
/// origin. Lists are texts separated by commas, several texts, or both.
/// Throws ArgumentError or InputError for an unknown key or a value that is not accepted.
FLOPWISE_API void set(Request& request,
                      std::string_view key,
                      std::span<const std::string> texts,
                      const Where& where = {});

/// Reads the files that settings name and that nothing has read yet: the configuration that `model`
/// is the path of. Throws InputError if it cannot be read or is not understood. set() and the
/// readers of requests open no file that a setting names.
FLOPWISE_API void read_files(Request& request);

/// Refuses what set() would refuse: a figure that is not finite or out of its range, a value
/// without a name. recommend() begins with it, so a request made in code meets the rules of the
/// table. Throws ArgumentError, or InputError for a setting from a file.
FLOPWISE_API void validate(const Request& request);

/// Reads a request file: YAML with the settings as keys. Throws InputError with file, line and
/// key for an unknown or duplicate key and for a value that is not accepted.
FLOPWISE_API Request read_request(const std::filesystem::path& file);
/// The same of the text of a file, which messages call `name`.
FLOPWISE_API Request parse_request(const std::string& yaml, const std::string& name = "text");

} // namespace flopwise
