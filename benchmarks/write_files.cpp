// The files that the comparison with other programs reads (peers/): price lists and a catalog.
//
//     flopwise-benchmark-files aws_offers MIB FILE
//     flopwise-benchmark-files aws_offers_csv MIB FILE
//     flopwise-benchmark-files base MACHINES FILE    a catalog of the machines that they have
//     prices of flopwise-benchmark-files catalog OFFERS FILE   made up offers, into the cache too
//
// Prints what is in the file, one figure a line.

#include "command/cache.hpp"
#include "price_files.hpp"
#include "synthetic.hpp"
#include "text/files.hpp"
#include "text/text.hpp"

#include <exception>
#include <span>
#include <string>
#include <vector>

namespace flopwise::bench {

static std::uint64_t count_of(const std::string& text) {
    const auto number = text::number(text);
    if (!number || !(*number >= 1))
        throw ArgumentError{"size", fmt::format("must be at least 1, got {}", text::quoted(text))};
    return static_cast<std::uint64_t>(*number);
}

static void tell(const Contents& contents) {
    fmt::print("bytes {}\nrows {}\nprices {}\nreserved {}\n",
               contents.bytes,
               contents.rows,
               contents.machines,
               contents.rates);
}

static void write_catalog(std::uint64_t offers, const std::string& file) {
    const Catalog catalog = synthetic(Market::on_demand, offers);
    const std::string yaml = to_yaml(catalog);
    text::write_file(file, yaml);
    std::filesystem::create_directories(cache_folder());
    write_cached(catalog, yaml, cache_folder() / "update.state", "");
    fmt::print("offers {}\n", catalog.size());
}

static bool write(std::span<const std::string> arguments) {
    constexpr std::uint64_t kMiB = 1U << 20U;
    const std::string what = arguments.empty() ? "" : arguments[0];
    if (arguments.size() != 3)
        return false;
    const std::uint64_t count = count_of(arguments[1]);
    const std::string& file = arguments[2];
    if (what == "aws_offers")
        tell(write_offers(file, count * kMiB));
    else if (what == "aws_offers_csv")
        tell(write_offers_csv(file, count * kMiB));
    else if (what == "base")
        text::write_file(file, to_yaml(offers_base(count)));
    else if (what == "catalog")
        write_catalog(count, file);
    else
        return false;
    return true;
}

} // namespace flopwise::bench

int main(int argc, char** argv) {
    constexpr int kBadInput = 2;
    try {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        if (flopwise::bench::write(arguments))
            return 0;
        fmt::print(stderr, "flopwise-benchmark-files: see the top of write_files.cpp\n");
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
    }
    return kBadInput;
}
