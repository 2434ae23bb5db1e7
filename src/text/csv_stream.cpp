#include "text/csv_stream.hpp"

#include <flopwise/error.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace flopwise::csv_stream {

char separator_of(std::string_view line) {
    std::array<std::pair<char, std::size_t>, 3> counts{{{',', 0}, {';', 0}, {'\t', 0}}};
    bool quoted = false;
    for (const char c : line) {
        quoted = quoted != (c == '"');
        for (auto& [separator, count] : counts)
            count += c == separator && !quoted ? 1 : 0;
    }
    return std::max_element(counts.begin(),
                            counts.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
}

constexpr std::string_view kMarkOfExcel = "sep=";

std::size_t size_of_mark(std::string_view begin) {
    const std::size_t size = kMarkOfExcel.size() + 1;
    if (!begin.starts_with(kMarkOfExcel) || begin.size() <= size)
        return 0;
    if (begin[size] == '\n')
        return size + 1;
    return begin.substr(size).starts_with("\r\n") ? size + 2 : 0;
}

Reader::Reader(text::Input& input) : input_{input} {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    constexpr std::size_t kLooked = std::size_t{64} << 10U;
    input_.fill(kLooked);
    if (input_.view().starts_with(kMark))
        input_.drop(kMark.size());
    const std::string_view begin = input_.view().substr(0, kLooked);
    separator_ = separator_of(begin.substr(0, begin.find('\n')));
    if (const std::size_t size = size_of_mark(begin); size > 0) {
        separator_ = begin[kMarkOfExcel.size()];
        input_.drop(size);
        next_line_ = 2;
    }
}

namespace {

constexpr std::size_t kBlock = 64;

/// Where in a block of bytes some characters are; the first byte is the lowest bit.
struct Block {
    std::uint64_t quotes = 0;
    std::uint64_t separators = 0;
    std::uint64_t breaks = 0;
};

Block look(const char* at, char separator) {
    Block out;
#ifdef __SSE2__
    constexpr std::size_t kStep = 16;
    for (std::size_t i = 0; i < kBlock; i += kStep) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
        const auto where = [bytes, i](char c) {
            const int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
            return static_cast<std::uint64_t>(static_cast<unsigned>(bits)) << i;
        };
        out.quotes |= where('"');
        out.separators |= where(separator);
        out.breaks |= where('\n');
    }
#else
    for (std::size_t i = 0; i < kBlock; ++i) {
        out.quotes |= std::uint64_t{at[i] == '"'} << i;
        out.separators |= std::uint64_t{at[i] == separator} << i;
        out.breaks |= std::uint64_t{at[i] == '\n'} << i;
    }
#endif
    return out;
}

/// Each bit of the result is the parity of the bits up to it: set from a quote to the next.
std::uint64_t between(std::uint64_t quotes) {
    for (unsigned shift = 1; shift < kBlock; shift *= 2)
        quotes ^= quotes << shift;
    return quotes;
}

} // namespace

/// Reads on where a block begins that the view does not have whole.
void Reader::refill(std::size_t at) {
    while (at + kBlock > input_.view().size() && !input_.ended()) {
        if (input_.view().size() > kLongestRow)
            throw InputError{{.file = input_.name(), .line = line_},
                             "must have rows of at most 1 MiB"};
        input_.fill(std::max(text::kWindow, input_.view().size() + kBlock));
    }
}

/// Of the last bytes of a file: `inside` as it is after them, `quoted` as it was before.
void Reader::require_closed(std::uint64_t inside, std::size_t end, bool quoted) const {
    if (end == 0 ? quoted : (inside >> (end - 1) & 1U) != 0)
        throw InputError{{.file = input_.name(), .line = line_},
                         "must be complete, ends within quotes"};
}

/// Finds the ends of the fields of the row that the view begins with; returns the end of the row.
std::size_t Reader::scan_row() {
    ends_.clear();
    bool quoted = false;
    for (std::size_t at = 0;; at += kBlock) {
        refill(at);
        const std::size_t size = input_.view().size();
        const Block block = look(input_.data() + at, separator_); // up to kSlack more are read
        const std::uint64_t inside = between(block.quotes) ^ (quoted ? ~std::uint64_t{0} : 0);
        const bool quoted_before = std::exchange(quoted, (inside >> (kBlock - 1)) != 0);
        const std::uint64_t breaks = block.breaks & ~inside;
        std::size_t end = breaks == 0 ? kBlock : static_cast<std::size_t>(std::countr_zero(breaks));
        const bool last = at + end >= size && input_.ended();
        end = last ? size - std::min(size, at) : end;
        const std::uint64_t counted =
            end == kBlock ? ~std::uint64_t{0} : (std::uint64_t{1} << end) - 1;
        if (const std::uint64_t lines = block.breaks & inside & counted; lines != 0)
            next_line_ += std::popcount(lines);
        for (std::uint64_t rest = block.separators & ~inside & counted; rest != 0; rest &= rest - 1)
            ends_.push_back(static_cast<std::uint32_t>(at) +
                            static_cast<std::uint32_t>(std::countr_zero(rest)));
        if (last)
            require_closed(inside, end, quoted_before);
        if (last || end < kBlock)
            return at + end;
    }
}

bool Reader::next() {
    do {
        input_.drop(taken_);
        taken_ = 0;
        if (input_.view().empty() && !input_.fill(1))
            return false;
        line_ = next_line_;
        const std::size_t end = scan_row();
        ++next_line_;
        row_ = input_.view().substr(0, end);
        taken_ = std::min(end + 1, input_.view().size());
        if (row_.ends_with('\r'))
            row_.remove_suffix(1);
    } while (row_.empty());
    ends_.push_back(static_cast<std::uint32_t>(row_.size()));
    if (next_line_ > line_ + 1)
        require_quotes_around_fields();
    unquoted_.clear();
    return true;
}

/// Where a row has line breaks within quotes: a quote within a field that has none around it would
/// take the rows behind it for its own.
void Reader::require_quotes_around_fields() const {
    std::size_t begin = 0;
    for (const std::uint32_t end : ends_) {
        const std::string_view field = row_.substr(begin, end - begin);
        begin = end + std::size_t{1};
        if (!field.starts_with('"') && field.find('"') != std::string_view::npos)
            throw InputError{{.file = input_.name(), .line = line_},
                             "must have quotes around whole fields, has one within a field"};
    }
}

void Reader::require_whole(std::size_t columns) const {
    if (ends_.size() >= columns)
        return;
    if (taken_ == row_.size())
        throw InputError{
            {.file = input_.name(), .line = line_},
            fmt::format("must be complete, ends after {} of {} fields", ends_.size(), columns)};
    throw text::BadRow{"", fmt::format("must have {} fields, has {}", columns, ends_.size())};
}

std::string_view Reader::field(std::size_t column) {
    if (column >= ends_.size())
        return {};
    const std::size_t begin = column == 0 ? 0 : ends_[column - 1] + std::size_t{1};
    std::string_view text = row_.substr(begin, ends_[column] - begin);
    if (!text.starts_with('"'))
        return text;
    const auto refuse = [column](std::string_view reason) {
        throw text::BadRow{fmt::format("column {}", column + 1), std::string{reason}};
    };
    std::size_t quote = text.find('"', 1);
    if (quote == text.size() - 1)
        return text.substr(1, quote - 1);
    auto inner = std::make_unique<std::string>();
    for (text.remove_prefix(1);; text.remove_prefix(quote + 2)) {
        quote = text.find('"');
        if (quote == std::string_view::npos)
            refuse("must close its quotes");
        inner->append(text.substr(0, quote));
        if (quote + 1 == text.size())
            break;
        if (text[quote + 1] != '"')
            refuse("must end at its closing quote");
        inner->push_back('"');
    }
    unquoted_.push_back(std::move(inner));
    return *unquoted_.back();
}

std::vector<std::string> Reader::fields() {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < ends_.size(); ++i)
        out.emplace_back(field(i));
    return out;
}

std::size_t Header::find(std::string_view name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    return found == names_.end() ? kNone : static_cast<std::size_t>(found - names_.begin());
}

void Header::require(std::span<const std::string_view> names, const Where& where) const {
    for (const std::string_view name : names)
        if (find(name) == kNone)
            throw InputError{where, fmt::format("must have a column \"{}\"", name)};
}

} // namespace flopwise::csv_stream
