#include "text/seal.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>

namespace flopwise {

namespace {

struct SealBytes {
    std::array<char, 8> mark{'f', 'l', 'o', 'p', 'w', 'i', 's', 'e'};
    Seal seal{};
};
static_assert(sizeof(SealBytes) == kSealSize);

/// Tells bytes apart that differ by accident; as it stands at each start, 32 at a time: in four
/// sums that do not wait for one another.
std::uint64_t sum_of(std::string_view bytes) {
    constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15; // of Fibonacci hashing
    const auto with = [](std::uint64_t sum, std::uint64_t word) {
        sum = (sum ^ word) * kFactor;
        return sum ^ (sum >> 32U);
    };
    std::array<std::uint64_t, 4> sums{1, 2, 3, 4};
    std::array<std::uint64_t, 4> words{};
    for (std::size_t i = 0; i < bytes.size(); i += sizeof words) {
        if (bytes.size() - i < sizeof words)
            words = {};
        std::memcpy(words.data(), bytes.data() + i, std::min(sizeof words, bytes.size() - i));
        for (std::size_t lane = 0; lane < sums.size(); ++lane)
            sums[lane] = with(sums[lane], words[lane]);
    }
    return std::accumulate(sums.begin(), sums.end(), std::uint64_t{bytes.size()}, with);
}

} // namespace

std::uint64_t checksum(std::string_view bytes) {
    return sum_of(bytes);
}

std::string sealed(std::string_view bytes) {
    const SealBytes seal{.seal = {.size = bytes.size(), .sum = sum_of(bytes)}};
    std::string out(reinterpret_cast<const char*>(&seal), sizeof seal);
    return out += bytes;
}

std::optional<Seal> seal_of(std::string_view bytes) {
    SealBytes found;
    if (bytes.size() < sizeof found)
        return std::nullopt;
    std::memcpy(&found, bytes.data(), sizeof found);
    return found.mark == SealBytes{}.mark ? std::optional{found.seal} : std::nullopt;
}

std::optional<std::string_view> unsealed(std::string_view bytes) {
    const auto seal = seal_of(bytes);
    if (!seal)
        return std::nullopt;
    bytes.remove_prefix(kSealSize);
    const bool whole = seal->size == bytes.size() && seal->sum == sum_of(bytes);
    return whole ? std::optional{bytes} : std::nullopt;
}

} // namespace flopwise
