// One libFuzzer target for each reader of what comes from outside: flopwise-fuzz --target=NAME.
//
// NAME is a format of price files, or catalog, answer, image, charges, request, config, state,
// headers or glob. What may come out is an answer or an Error; a crash, another exception, or work
// without end is a finding.

#include <flopwise/flopwise.hpp>

#include "catalog/binary.hpp"
#include "command/http_head.hpp"
#include "command/known_files.hpp"
#include "feed/json_stream.hpp"
#include "text/seal.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <sys/mman.h>
#include <unistd.h>

using namespace flopwise;

namespace {

/// A file in memory, which the readers open by name.
class MemoryFile {
public:
    explicit MemoryFile(std::string_view content) : file_{::memfd_create("fuzz", 0)} {
        while (!content.empty()) {
            const ssize_t n = ::write(file_, content.data(), content.size());
            if (n <= 0)
                std::abort();
            content.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() { ::close(file_); }

    [[nodiscard]] std::filesystem::path path() const {
        return fmt::format("/proc/self/fd/{}", file_);
    }

private:
    int file_;
};

using Target = std::function<void(std::string_view)>;

void must_hold(bool holds) {
    if (!holds)
        std::abort();
}

/// The accelerators, families and regions of the bundled catalog, and no machine: joining over all
/// of it would take most of the time.
Catalog known_names() {
    Tables tables = Catalog::bundled().tables();
    tables.instances.clear();
    tables.offerings.clear();
    tables.prices.clear();
    tables.superseded.clear();
    tables.explained.clear();
    return Catalog{std::move(tables)};
}

/// What is said of an import must add up, and what was kept must make a catalog or be refused.
void read_feed(Format format, std::string_view content) {
    static const Catalog known = known_names();
    const MemoryFile file{content};
    const Import import = import_feed(file.path(), known, {.format = format, .provider = "aws"});
    std::uint64_t skipped = 0;
    for (const Skipped& one : import.skipped)
        skipped += one.rows;
    must_hold(import.rows == import.kept + skipped + import.rows_rejected);
    for (const Price& price : import.tables.prices)
        must_hold(price.hourly > UsdPerHour{});
    try {
        const Joined joined = join(known, std::span{&import, 1});
        must_hold(joined.catalog.size() <= import.tables.prices.size());
    } catch (const Error& error) { // a bad row costs itself, never the import
        std::fprintf(stderr, "%s\n", error.what());
        std::abort();
    }
}

/// What was read can be written and read again, to the same text.
void read_catalog(std::string_view content) {
    const MemoryFile file{content};
    const Catalog catalog = Catalog::read(file.path());
    const std::string text = to_yaml(catalog);
    const MemoryFile again{text};
    must_hold(to_yaml(Catalog::read(again.path())) == text);
    (void)lint(catalog);
}

/// The image of a catalog in which each four bytes of the content change one: where, and to what.
/// What comes out answers, or is refused.
void read_image(std::string_view content) {
    static const std::string whole = CatalogBinary::write(Catalog::bundled("aws-2020-04"));
    (void)unsealed(content);
    std::string image = whole;
    for (; content.size() >= 4; content.remove_prefix(4)) {
        std::uint32_t edit = 0;
        std::memcpy(&edit, content.data(), sizeof edit);
        image[(edit >> 8U) % image.size()] = static_cast<char>(edit);
    }
    image.resize(image.size() - content.size()); // up to three bytes less
    const Catalog catalog = CatalogBinary::checked(image);
    (void)to_yaml(catalog);
    (void)recommend(catalog, {.constraints = {.min_gpus = 0}});
}

/// What a catalog that was read recommends can be told, and no figure of it is infinite.
void answer_from(std::string_view content) {
    const MemoryFile file{content};
    const Catalog catalog = Catalog::read(file.path());
    const Recommendation r = recommend(catalog, {.constraints = {.min_gpus = 0}});
    for (const std::string& out : {table(r), markdown(r), html(r), csv(r), json(r), brief(r)}) {
        must_hold(text::not_utf8(out) == std::string_view::npos);
        must_hold(out == text::printable_lines(out));
    }
    for (const Choice& c : r.choices)
        must_hold(std::isfinite(c.score.value));
}

constexpr Date kToday{2026, 11, 29};

/// What is known of files is written and read again, to the same.
void read_state(std::string_view content) {
    const std::string mark = "flopwise";
    const KnownFiles files = known_files(content, mark, kToday);
    must_hold(known_files(state_text(mark, files), mark, kToday) == files);
}

/// What a server says of a version can stand in a line of a file and of a request.
void read_headers(std::string_view content) {
    Answer answer;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = std::min(content.find('\n', at), content.size());
        read_line(content.substr(at, end - at), kToday, answer);
        at = end + 1;
    }
    for (const std::string& text : {answer.version.etag, answer.version.modified})
        must_hold(text.find_first_of("\r\n\t") == std::string::npos && text.size() <= 1'024);
    must_hold(answer.wait_seconds >= 0);
}

void read_glob(std::string_view content) {
    const auto end = content.find('\n');
    if (end != std::string_view::npos)
        (void)text::matches(content.substr(0, end), content.substr(end + 1));
    must_hold(text::matches("*", content));
    must_hold(text::is_pattern(content) || text::matches(content, content));
}

Target target_called(std::string_view name) {
    for (std::size_t i = 1; i < kFormats; ++i)
        if (const auto format = static_cast<Format>(i); to_string(format) == name)
            return [format](std::string_view content) { read_feed(format, content); };
    if (name == "catalog")
        return read_catalog;
    if (name == "answer")
        return answer_from;
    if (name == "state")
        return read_state;
    if (name == "headers")
        return read_headers;
    if (name == "image")
        return read_image;
    if (name == "charges")
        return [](std::string_view content) { (void)Charges::read(MemoryFile{content}.path()); };
    if (name == "request")
        return [](std::string_view content) { (void)read_request(MemoryFile{content}.path()); };
    if (name == "config")
        return [](std::string_view content) {
            const Model net = model_from_config(content);
            must_hold(*net.parameters > 0);
        };
    if (name == "glob")
        return read_glob;
    std::fprintf(
        stderr,
        "--target=NAME must be a format, catalog, answer, image, charges, request, config, state, "
        "headers or glob\n");
    std::exit(2);
}

Target target; // set before the first input

} // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    constexpr std::string_view kFlag = "--target=";
    std::string_view name;
    for (int i = 1; i < *argc; ++i)
        if (const std::string_view arg{(*argv)[i]}; arg.starts_with(kFlag))
            name = arg.substr(kFlag.size());
    target = target_called(name);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        target({reinterpret_cast<const char*>(data), size});
    } catch (const Error&) { // the input is refused, with its place
    }
    return 0;
}
