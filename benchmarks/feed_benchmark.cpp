#include <flopwise/feed.hpp>

#include "measure.hpp"
#include "price_files.hpp"

#include <fmt/format.h>

#include <benchmark/benchmark.h>
#include <fstream>
#include <malloc.h>
#include <memory>
#include <unistd.h>
#include <vector>

namespace flopwise::bench {

namespace {

/// A file that lasts as long as the program.
class Temporary {
public:
    explicit Temporary(std::string_view name)
        : path_{std::filesystem::temp_directory_path() /
                fmt::format("flopwise-{}-{}", ::getpid(), name)} {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A figure of /proc/self/status in KiB, such as the memory that is used.
double mib_of(std::string_view name) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name))
            return std::stod(line.substr(name.size() + 1)) / 1024;
    return 0;
}

/// MiB that `run` has at most at once, beyond what the program had before. Linux forgets the
/// largest memory so far when it is told to; where it does not, the whole is reported.
template <class Run>
double mib_at_most(Run run) {
    constexpr auto kForgetPeak = "5";
    malloc_trim(0); // what earlier benchmarks freed would be used again and not be seen
    std::ofstream{"/proc/self/clear_refs"} << kForgetPeak;
    const double before = mib_of("VmRSS:");
    run();
    return mib_of("VmHWM:") - before;
}

} // namespace

static void verify(const Import& import, const Contents& contents, bool csv) {
    must(import.rows == contents.rows, "import: not every row was read");
    must(import.rows_rejected == 0, "import: a good row was rejected");
    must(import.tables.prices.size() == contents.machines, "import: prices are missing");
    must(import.reserved.size() == contents.rates, "import: reserved rates are missing");
    constexpr std::uint64_t kLinesOfMachine = 1 + 12 + 8; // on demand, hourly, at the begin
    must(import.kept == contents.machines * (csv ? kLinesOfMachine : 1), "import: kept others");
    const Price& first = import.tables.prices.front();
    must(first.hourly.value() >= 0.1 && first.region.starts_with("eu-north-"),
         "import: a price is wrong");
}

using Write = Contents (*)(const std::filesystem::path&, std::uint64_t);

/// The limit of memory: a part of what is read.
static void tell_memory(std::string_view name, std::uint64_t bytes, double mib) {
    constexpr double kLimit = 1.5;
    const double file = static_cast<double>(bytes) / static_cast<double>(1U << 20U);
    fmt::print(stderr, "{}: {:.0f} MiB of file, {:.0f} MiB of memory at most\n", name, file, mib);
    must(mib < kLimit * file, "import: takes more memory than it may");
}

static void add_import(std::string name, Write write, std::uint64_t mib, bool csv) {
    const auto file = std::make_shared<Temporary>(csv ? "offers.csv" : "offers.json");
    const auto known = std::make_shared<Catalog>(Catalog::bundled());
    add({.name = name,
         .prepare =
             [=] {
                 const Contents contents = write(file->path(), mib << 20U);
                 const double memory =
                     mib_at_most([&] { verify(import_feed(file->path(), *known), contents, csv); });
                 tell_memory(name, contents.bytes, memory);
             },
         .timed = [=] { benchmark::DoNotOptimize(import_feed(file->path(), *known)); },
         .bytes = static_cast<std::int64_t>(mib << 20U)});
}

/// Several files at once, in as many threads as there are processors.
static void add_imports(std::string name, std::size_t count, std::uint64_t mib) {
    std::vector<std::shared_ptr<Temporary>> files;
    std::vector<std::filesystem::path> paths;
    for (std::size_t i = 0; i < count; ++i) {
        files.push_back(std::make_shared<Temporary>(fmt::format("offers-{}.json", i)));
        paths.push_back(files.back()->path());
    }
    const auto known = std::make_shared<Catalog>(Catalog::bundled());
    add({.name = name,
         .prepare =
             [=] {
                 std::vector<Contents> contents;
                 for (const auto& file : files)
                     contents.push_back(write_offers(file->path(), mib << 20U));
                 const double memory = mib_at_most([&] {
                     const auto imports = import_feeds(paths, *known);
                     must(imports.size() == count, "import: a file is missing");
                     for (std::size_t i = 0; i < count; ++i)
                         verify(imports[i], contents[i], false);
                 });
                 tell_memory(name, count * contents.front().bytes, memory);
             },
         .timed = [=] { benchmark::DoNotOptimize(import_feeds(paths, *known)); },
         .bytes = static_cast<std::int64_t>(count * (mib << 20U))});
}

void add_feed() {
    constexpr std::uint64_t kMiB = 500;
    constexpr std::size_t kFiles = 4;
    add_import("import_json", write_offers, kMiB, false);
    add_import("import_csv", write_offers_csv, kMiB, true);
    add_imports("import_4_json", kFiles, kMiB / kFiles);
}

} // namespace flopwise::bench
