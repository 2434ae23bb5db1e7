// SHA-256, to tell whether a file is what it was.

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace flopwise {

/// Source: FIPS 180-4, section 6.2.
class Sha256 {
public:
    void add(std::string_view bytes);
    /// The digest in hexadecimal; nothing may be added after it.
    std::string hex();

private:
    void block(const unsigned char* at);

    std::array<std::uint32_t, 8> state_{0x6a09e667,
                                        0xbb67ae85,
                                        0x3c6ef372,
                                        0xa54ff53a,
                                        0x510e527f,
                                        0x9b05688c,
                                        0x1f83d9ab,
                                        0x5be0cd19};
    std::array<unsigned char, 64> rest_{};
    std::uint64_t size_ = 0;
};

std::string sha256_of(std::string_view bytes);
/// Of a file; empty if it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

} // namespace flopwise
