#include "command/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <memory>
#include <vector>

namespace flopwise {

constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void Sha256::block(const unsigned char* at) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i, at += 4)
        w[i] = std::uint32_t{at[0]} << 24U | std::uint32_t{at[1]} << 16U |
               std::uint32_t{at[2]} << 8U | std::uint32_t{at[3]};
    for (std::size_t i = 16; i < w.size(); ++i) {
        const auto a = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3U);
        const auto b = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10U);
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    auto [a, b, c, d, e, f, g, h] = state_;
    for (std::size_t i = 0; i < w.size(); ++i) {
        const auto s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const auto t1 = h + s1 + ((e & f) ^ (~e & g)) + kRound[i] + w[i];
        const auto s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const auto t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    const std::array<std::uint32_t, 8> added{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state_.size(); ++i)
        state_[i] += added[i];
}

void Sha256::add(std::string_view bytes) {
    std::size_t filled = size_ % rest_.size();
    size_ += bytes.size();
    while (!bytes.empty()) {
        const std::size_t n = std::min(rest_.size() - filled, bytes.size());
        std::copy_n(bytes.data(), n, rest_.data() + filled);
        bytes.remove_prefix(n);
        filled += n;
        if (filled == rest_.size()) {
            block(rest_.data());
            filled = 0;
        }
    }
}

std::string Sha256::hex() {
    const std::uint64_t bits = size_ * 8;
    std::string padding(1, '\x80');
    padding.resize(1 + (119 - size_ % 64) % 64, '\0');
    for (int shift = 56; shift >= 0; shift -= 8)
        padding.push_back(static_cast<char>(bits >> static_cast<unsigned>(shift) & 0xffU));
    add(padding);
    std::string out;
    for (const std::uint32_t word : state_)
        out += fmt::format("{:08x}", word);
    return out;
}

std::string sha256_of(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& file) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in{std::fopen(file.c_str(), "rb"),
                                                             &std::fclose};
    if (!in)
        return {};
    Sha256 hash;
    std::vector<char> block(std::size_t{1} << 16U);
    while (const std::size_t n = std::fread(block.data(), 1, block.size(), in.get()))
        hash.add({block.data(), n});
    return std::ferror(in.get()) != 0 ? std::string{} : hash.hex();
}

} // namespace flopwise
