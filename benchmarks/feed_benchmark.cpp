#include <flopwise/feed.hpp>

#include "measure.hpp"
#include "price_files.hpp"

#include <fmt/format.h>

#include <benchmark/benchmark.h>
#include <fstream>
#include <memory>
#include <unistd.h>

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

/// A figure in KiB of /proc/self/status, such as the largest memory so far.
double mib_of(std::string_view name) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name))
            return std::stod(line.substr(name.size() + 1)) / 1024;
    return 0;
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

static void add_import(std::string name, Write write, std::uint64_t mib, bool csv) {
    const auto file = std::make_shared<Temporary>(csv ? "offers.csv" : "offers.json");
    const auto known = std::make_shared<Catalog>(Catalog::bundled());
    const auto bytes = static_cast<std::int64_t>(mib << 20U);
    add({.name = std::move(name),
         .prepare =
             [=] {
                 const Contents contents = write(file->path(), mib << 20U);
                 verify(import_feed(file->path(), *known), contents, csv);
                 fmt::print(stderr,
                            "{} MiB of file, {:.0f} MiB of memory at most so far\n",
                            contents.bytes >> 20U,
                            mib_of("VmHWM:"));
             },
         .timed = [=] { benchmark::DoNotOptimize(import_feed(file->path(), *known)); },
         .bytes = bytes});
}

void add_feed() {
    constexpr std::uint64_t kMiB = 500;
    add_import("import_json", write_offers, kMiB, false);
    add_import("import_csv", write_offers_csv, kMiB, true);
}

} // namespace flopwise::bench
