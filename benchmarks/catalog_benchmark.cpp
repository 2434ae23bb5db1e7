#include <flopwise/charges.hpp>

#include "catalog/binary.hpp"
#include "catalog/bundled.hpp"
#include "measure.hpp"

#include <benchmark/benchmark.h>
#include <fstream>
#include <memory>
#include <numeric>

namespace flopwise::bench {

static std::vector<std::filesystem::path> files() {
    const std::filesystem::path data{FLOPWISE_DATA};
    return {data / "gpus.yaml", data / "regions.yaml", data / "aws.yaml"};
}

/// Rows of a section, counted without a YAML reader: each stands on a line of its own.
static std::size_t rows(const std::filesystem::path& file, std::string_view section) {
    std::ifstream in{file};
    std::size_t count = 0;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.front() != ' ' && line.front() != '#')
            inside = line == section;
        else if (inside && line.starts_with("  - {"))
            ++count;
    }
    return count;
}

static void verify_bundled() {
    const Catalog bundled = Catalog::bundled();
    must(bundled.instances().size() == rows(files().back(), "instances:"),
         "bundled: the machines are not those of data/aws.yaml");
    must(bundled == Catalog::read(files()), "bundled: differs from data/*.yaml");
}

static std::int64_t size_of_files() {
    std::uintmax_t bytes = 0;
    for (const auto& file : files())
        bytes += std::filesystem::file_size(file);
    return static_cast<std::int64_t>(bytes);
}

/// What reading costs at best: as integers, whose sum may be taken in any order.
static std::uint64_t sum(const std::vector<std::uint64_t>& numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0});
}

static void add_memory(std::string name, std::size_t bytes) {
    const auto numbers = std::make_shared<std::vector<std::uint64_t>>();
    add({.name = std::move(name),
         .prepare =
             [=] {
                 const std::uint64_t n = bytes / sizeof(std::uint64_t);
                 numbers->resize(n);
                 std::iota(numbers->begin(), numbers->end(), std::uint64_t{0});
                 must(sum(*numbers) == n * (n - 1) / 2, "memory: the sum is wrong");
             },
         .timed = [=] { benchmark::DoNotOptimize(sum(*numbers)); },
         .bytes = static_cast<std::int64_t>(bytes)});
}

void add_catalog() {
    constexpr std::size_t kOffers = 100'000;
    constexpr std::size_t kBeyondCaches = std::size_t{256} << 20U;
    add_memory(std::string{kMemory}, kBeyondCaches); // first: others are compared with it
    add_memory("memory/100000_offers", kOffers * kBytesOfOffer);
    add({.name = "bundled",
         .prepare = verify_bundled,
         .timed = // as the first time; later ones are copies of it
         [] { benchmark::DoNotOptimize(CatalogBinary::read(bundled::catalogs().front().bytes)); },
         .limit_ms = 0.5});
    add({.name = "bundled_all_clouds",
         .prepare = verify_bundled,
         .timed =
             [] { benchmark::DoNotOptimize(CatalogBinary::read(bundled::catalogs()[1].bytes)); },
         .limit_ms = 0.5});
    add({.name = "bundled_charges", .prepare = verify_bundled, .timed = [] {
             benchmark::DoNotOptimize(Charges::bundled());
         }});
    add({.name = "read_yaml",
         .prepare = verify_bundled,
         .timed = [] { benchmark::DoNotOptimize(Catalog::read(files())); },
         .bytes = size_of_files()});
}

} // namespace flopwise::bench
