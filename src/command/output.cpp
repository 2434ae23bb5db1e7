#include "command/output.hpp"

#include "text/files.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace flopwise {

void write_output(const std::string& content, const std::string& file) {
    if (!file.empty() && file != "-")
        return text::write_file(file, content);
    if (std::fwrite(content.data(), 1, content.size(), stdout) != content.size() ||
        std::fflush(stdout) != 0)
        throw InputError{
            {.file = "standard output"},
            fmt::format("cannot be written: {}", std::generic_category().message(errno))};
}

void must_be_one_of(std::string_view where,
                    const std::string& value,
                    std::span<const std::string_view> names) {
    if (std::find(names.begin(), names.end(), value) == names.end())
        throw ArgumentError{where,
                            fmt::format("must be {}, got {}{}",
                                        text::one_of(names),
                                        text::quoted(value),
                                        text::did_you_mean(value, names))};
}

} // namespace flopwise
