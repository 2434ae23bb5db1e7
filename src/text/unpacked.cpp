#include "text/unpacked.hpp"

#include <flopwise/error.hpp>

#include "text/text.hpp"

#include <algorithm>
#include <vector>
#include <zlib.h>

namespace flopwise::text {

namespace {

constexpr std::string_view kGzip{"\x1f\x8b", 2};
constexpr std::string_view kZipFile{"PK\3\4", 4};
constexpr std::string_view kZipFiles{"PK\1\2", 4};  ///< the list of them, behind the last
constexpr std::string_view kZipSizes{"PK\7\10", 4}; ///< may stand behind a file
constexpr std::size_t kChunk = std::size_t{64} << 10U;

/// A number of `bytes` bytes, the lowest first.
std::size_t number_at(std::string_view text, std::size_t at, std::size_t bytes) {
    std::size_t out = 0;
    for (std::size_t i = bytes; i-- > 0;)
        out = out << 8U | static_cast<unsigned char>(text[at + i]);
    return out;
}

/// What stands before each file of a zip.
struct ZipHeader {
    static constexpr std::size_t kSize = 30;

    explicit ZipHeader(std::string_view text)
        : flags{number_at(text, 6, 2)}, method{number_at(text, 8, 2)}, crc{number_at(text, 14, 4)},
          packed{number_at(text, 18, 4)}, name{number_at(text, 26, 2)}, extra{number_at(
                                                                            text, 28, 2)} {}

    [[nodiscard]] bool encrypted() const { return (flags & 1U) != 0; }
    [[nodiscard]] bool sizes_follow() const { return (flags & 8U) != 0; }

    std::size_t flags, method, crc, packed, name, extra;
};

} // namespace

struct Unpacked::State {
    State(std::string file, std::string_view begin, Read on)
        : name{std::move(file)}, more{std::move(on)}, packed{begin.begin(), begin.end()} {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    State(State&&) = delete;
    State& operator=(State&&) = delete;
    ~State() {
        if (inflating)
            inflateEnd(&z);
    }

    [[noreturn]] void refuse(std::string_view reason) const {
        throw InputError{{.file = name}, reason};
    }
    [[nodiscard]] std::string_view view() const { return {packed.data() + at, packed.size() - at}; }
    bool fill(std::size_t size);
    void drop(std::size_t size) { at += size; }
    void begin_inflating(int bits);
    void open_zip();
    void refuse_second_file();
    std::size_t inflate_some(char* to, std::size_t size);
    std::size_t copy_some(char* to, std::size_t size);
    void end_member();
    void require_bounded() const;

    std::string name;
    Read more;
    std::vector<char> packed;
    std::size_t at = 0;
    z_stream z{};
    bool inflating = false;
    bool zip = false;
    bool ended = false;
    std::size_t stored = 0;     ///< bytes of a file in a zip that is not packed
    std::size_t wanted_crc = 0; ///< of a zip, if it is told before
    bool has_crc = false;
    uLong crc = 0;
    std::uint64_t in = 0;
    std::uint64_t out = 0;
};

/// Reads on until the view has `size` bytes; false if there are no more.
bool Unpacked::State::fill(std::size_t size) {
    while (packed.size() - at < size) {
        packed.erase(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(at));
        at = 0;
        const std::size_t had = packed.size();
        packed.resize(had + kChunk);
        const std::size_t n = more(packed.data() + had, kChunk);
        packed.resize(had + n);
        if (n == 0)
            return packed.size() >= size;
    }
    return true;
}

void Unpacked::State::begin_inflating(int bits) {
    if (inflateInit2(&z, bits) != Z_OK)
        refuse("cannot be unpacked: zlib cannot begin");
    inflating = true;
}

/// Goes to the first file in a zip that is one of the user's.
void Unpacked::State::open_zip() {
    zip = true;
    for (;;) {
        if (!fill(ZipHeader::kSize) || !view().starts_with(kZipFile))
            refuse("must be a zip with a file in it, has none");
        const ZipHeader header{view()};
        if (!fill(ZipHeader::kSize + header.name + header.extra))
            refuse("must be complete, ends early");
        const std::string inner{view().substr(ZipHeader::kSize, header.name)};
        if (inner == "[Content_Types].xml" || inner.starts_with("_rels/") ||
            inner.starts_with("xl/") || inner.starts_with("docProps/"))
            refuse("must be a price file, is a workbook of Excel: save its sheet as CSV");
        drop(ZipHeader::kSize + header.name + header.extra);
        const bool folder = inner.ends_with('/') && header.packed == 0 && !header.sizes_follow();
        if (folder)
            continue;
        if (header.encrypted())
            refuse("must be a zip without a password, has one");
        has_crc = !header.sizes_follow();
        wanted_crc = header.crc;
        constexpr std::size_t kStored = 0;
        constexpr std::size_t kDeflated = 8;
        if (header.method == kDeflated)
            return begin_inflating(-MAX_WBITS);
        if (header.method != kStored || header.sizes_follow())
            refuse("must be a zip that is packed by deflate, is by another method");
        stored = header.packed;
        ended = stored == 0;
        return;
    }
}

/// Behind the file that is read: nothing but what macOS adds, and the list of files.
void Unpacked::State::refuse_second_file() {
    constexpr std::size_t kSizes = 16;
    if (fill(kZipSizes.size()) && view().starts_with(kZipSizes) && fill(kSizes))
        drop(kSizes);
    constexpr std::string_view kOfMacos = "__MACOSX/";
    if (!fill(kZipFile.size()) || view().starts_with(kZipFiles))
        return;
    if (view().starts_with(kZipFile) && fill(ZipHeader::kSize + kOfMacos.size()) &&
        view().substr(ZipHeader::kSize).starts_with(kOfMacos))
        return;
    refuse("must be a zip of one file, has more: unpack it, and import the folder");
}

void Unpacked::State::require_bounded() const {
    if (out > kAlwaysUnpacked && out / kMostGrowth > in)
        refuse(fmt::format("must unpack to at most {} times its size, becomes more", kMostGrowth));
}

void Unpacked::State::end_member() {
    if (zip) {
        if (has_crc && crc != wanted_crc)
            refuse("must have the checksum that its zip states, has another");
        refuse_second_file();
        ended = true;
    } else if (fill(kGzip.size()) && view().starts_with(kGzip)) { // parts may follow one another
        if (inflateReset(&z) != Z_OK)
            refuse("cannot be unpacked: zlib cannot go on");
    } else {
        ended = true;
    }
}

std::size_t Unpacked::State::inflate_some(char* to, std::size_t size) {
    z.next_out = reinterpret_cast<Bytef*>(to);
    z.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30U));
    const uInt room = z.avail_out;
    while (z.avail_out == room && !ended) {
        if (!fill(1))
            refuse("must be complete, ends early");
        z.next_in = reinterpret_cast<Bytef*>(packed.data() + at);
        z.avail_in = static_cast<uInt>(std::min<std::size_t>(view().size(), 1U << 30U));
        const uInt offered = z.avail_in;
        const int status = inflate(&z, Z_NO_FLUSH);
        in += offered - z.avail_in;
        drop(offered - z.avail_in);
        if (status != Z_OK && status != Z_STREAM_END)
            refuse(zip ? "must be a zip, is broken" : "must be gzip, is broken");
        const std::size_t n = room - z.avail_out;
        out += n;
        if (zip)
            crc = crc32(crc, reinterpret_cast<const Bytef*>(to), static_cast<uInt>(n));
        require_bounded();
        if (status == Z_STREAM_END)
            end_member();
    }
    return room - z.avail_out;
}

std::size_t Unpacked::State::copy_some(char* to, std::size_t size) {
    if (!fill(1))
        refuse("must be complete, ends early");
    const std::size_t n = std::min({size, view().size(), stored});
    std::copy_n(view().begin(), n, to);
    crc = crc32(crc, reinterpret_cast<const Bytef*>(to), static_cast<uInt>(n));
    drop(n);
    stored -= n;
    if (stored == 0)
        end_member();
    return n;
}

bool Unpacked::is_packed(std::string_view begin) {
    return begin.starts_with(kGzip) || begin.starts_with(kZipFile);
}

Unpacked::Unpacked(std::string name, std::string_view begin, Read read)
    : state_{std::make_unique<State>(std::move(name), begin, std::move(read))} {
    if (begin.starts_with(kGzip))
        state_->begin_inflating(MAX_WBITS + 16); // with gzip's header and checksum
    else
        state_->open_zip();
}

Unpacked::~Unpacked() = default;

std::size_t Unpacked::read(char* to, std::size_t size) {
    if (state_->ended || size == 0)
        return 0;
    return state_->inflating ? state_->inflate_some(to, size) : state_->copy_some(to, size);
}

} // namespace flopwise::text
