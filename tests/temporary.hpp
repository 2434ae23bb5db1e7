// A folder that lasts as long as its test.

#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

class Temporary {
public:
    Temporary() {
        std::string name = (std::filesystem::temp_directory_path() / "flopwise-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path file(std::string_view name,
                                             std::string_view content) const {
        const auto file = path_ / name;
        std::ofstream{file, std::ios::binary} << content;
        return file;
    }

private:
    std::filesystem::path path_;
};
