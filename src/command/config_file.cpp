#include "command/config_file.hpp"

#include "text/figures.hpp"

#include <cstdlib>
#include <filesystem>

namespace flopwise {

namespace fs = std::filesystem;

/// A folder that a variable of the environment names by an absolute path; empty if it does not.
static fs::path folder_of(const char* variable) {
    const char* value = std::getenv(variable);
    const fs::path out = value == nullptr ? "" : value;
    return out.is_absolute() ? out : fs::path{};
}

std::string config_file() {
    fs::path folder = folder_of("XDG_CONFIG_HOME");
    if (folder.empty() && !folder_of("HOME").empty())
        folder = folder_of("HOME") / ".config";
    if (folder.empty())
        return {};
    const fs::path file = folder / "flopwise" / "config.yaml";
    std::error_code none;
    return fs::exists(file, none) ? file.string() : std::string{};
}

Request configured(const std::string& file) {
    if (file == "none")
        return {};
    const std::string used = file.empty() ? config_file() : file;
    return used.empty() ? Request{} : read_request(used);
}

std::string settings_from(const Request& request, const std::string& file) {
    std::vector<std::string> keys;
    for (const auto& [key, where] : request.origin)
        if (!file.empty() && where.file == file)
            keys.push_back(key);
    return keys.empty() ? std::string{} : joined(keys, ", ") + " of " + file;
}

} // namespace flopwise
