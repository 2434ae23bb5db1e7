#include "text/text.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <numeric>
#include <system_error>
#include <unistd.h>

namespace flopwise::text {

std::optional<double> number(std::string_view text) {
    if (text.starts_with('+'))
        text.remove_prefix(1);
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || !std::isfinite(value))
        return std::nullopt;
    return value;
}

static std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto at = text.find(separator);
        parts.emplace_back(trimmed(text.substr(0, at)));
        if (at == std::string_view::npos)
            return parts;
        text.remove_prefix(at + 1);
    }
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool any_matches(std::span<const std::string> patterns, std::string_view name) {
    return std::any_of(patterns.begin(), patterns.end(), [name](const std::string& pattern) {
        return matches(pattern, name);
    });
}

bool is_pattern(std::string_view pattern) {
    return pattern.find_first_of("*?") != std::string_view::npos;
}

bool matches(std::string_view pattern, std::string_view name) {
    if (!pattern.empty() && pattern.back() != '*' && pattern.back() != '?' &&
        !name.ends_with(pattern.back()))
        return false; // most names end otherwise than "*.metal"
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos; // the last '*' seen, and where its run would end
    std::size_t run = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            run = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++run;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

/// Letters to insert, delete, replace or swap with a neighbour (optimal string alignment).
static std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j] + 1,
                               row[j - 1] + 1,
                               above[j - 1] + static_cast<std::size_t>(a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(above);
        above.swap(row);
    }
    return above.back();
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
    constexpr std::size_t kLongestName = 64; // nothing longer is a slip of the finger
    constexpr std::size_t kShortestStart = 3;
    const std::string sought = lower(name.substr(0, kLongestName));
    if (sought.size() >= kShortestStart)
        for (const std::string_view candidate : candidates)
            if (lower(candidate).starts_with(sought))
                return fmt::format(", did you mean {}?", candidate);
    std::size_t fewest = std::max<std::size_t>(1, sought.size() / 3) + 1;
    std::string_view nearest;
    for (const std::string_view candidate : candidates) {
        if (const std::size_t n = edits(sought, lower(candidate)); n < fewest) {
            fewest = n;
            nearest = candidate;
        }
    }
    return nearest.empty() ? "" : fmt::format(", did you mean {}?", nearest);
}

std::string shortened(std::string_view text) {
    constexpr std::size_t kShown = 60;
    if (text.size() <= kShown)
        return std::string{text};
    std::size_t end = kShown;
    while (end > 0 &&
           (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) // within a character
        --end;
    return std::string{text.substr(0, end)} + "...";
}

std::string single_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\0')
            throw ArgumentError{"text", "must not have a NUL byte"};
        out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
    }
    return out + '\'';
}

/// How many bytes the character takes that `text` begins with; 0 if it is none.
/// Source: The Unicode Standard 15.0, table 3-7.
static std::size_t character(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto within = [](unsigned b, unsigned least, unsigned most) {
        return b >= least && b <= most;
    };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const unsigned least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const unsigned most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    bool right = within(first, 0xc2, 0xf4) && within(byte(1), least, most);
    for (std::size_t i = 2; i < size; ++i)
        right = right && within(byte(i), 0x80, 0xbf);
    return right ? size : 0;
}

/// Controls of ISO 6429 beyond ASCII, U+0080 to U+009F, and those that change the direction of
/// writing, U+202A to U+202E and U+2066 to U+2069.
static bool hidden(std::string_view character) {
    const auto within = [&](std::string_view before, unsigned first, unsigned last) {
        const auto end = static_cast<unsigned char>(character.back());
        return character.size() == before.size() + 1 && character.starts_with(before) &&
               end >= first && end <= last;
    };
    return within("\xc2", 0x80, 0x9f) || within("\xe2\x80", 0xaa, 0xae) ||
           within("\xe2\x81", 0xa6, 0xa9);
}

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t size = std::max<std::size_t>(1, character(text.substr(i)));
        const std::string_view one = text.substr(i, size);
        const auto first = static_cast<unsigned char>(one.front());
        const bool shown = size > 1 ? !hidden(one) : first >= 0x20 && first < 0x7f;
        for (const char c : one)
            out +=
                shown ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        i += size;
    }
    return out;
}

std::string quoted(std::string_view text) {
    return '"' + printable(shortened(text)) + '"';
}

/// Whether the eight bytes there are ASCII, as most are.
static bool is_ascii_word(std::string_view text, std::size_t at) {
    constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080;
    std::uint64_t word = kHighBits;
    if (text.size() - at >= sizeof word)
        std::memcpy(&word, text.data() + at, sizeof word);
    return (word & kHighBits) == 0;
}

std::size_t not_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        if (is_ascii_word(text, i)) {
            i += sizeof(std::uint64_t);
            continue;
        }
        const std::size_t size = character(text.substr(i));
        if (size == 0)
            return i;
        i += size;
    }
    return std::string_view::npos;
}

std::string count(double number) {
    constexpr int kLargest = 64; // no GPU is cut into more parts
    constexpr double kRounding = 1e-9;
    if (number > 0 && number < 1)
        for (int parts = 2; parts <= kLargest; ++parts)
            if (const double of = std::round(number * parts);
                of > 0 && std::abs(number - of / parts) < kRounding)
                return fmt::format("{:.0f}/{}", of, parts);
    return fmt::format("{}", number);
}

std::string one_of(std::span<const std::string_view> names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0)
            out += i + 1 == names.size() ? " or " : ", ";
        out += names[i];
    }
    return out;
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

[[noreturn]] static void fail(const std::filesystem::path& path, std::string_view what, int code) {
    throw InputError{{.file = path.string()},
                     fmt::format("{}: {}", what, std::generic_category().message(code))};
}

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw InputError{{.file = path.string()}, "must be a file, is a directory"};
    const File file{std::fopen(path.c_str(), "rb"), &std::fclose};
    if (!file)
        fail(path, "cannot be read", errno);
    std::string content;
    std::string block(std::size_t{1} << 16U, '\0');
    while (const std::size_t n = std::fread(block.data(), 1, block.size(), file.get())) {
        content.append(block, 0, n);
        if (content.size() > limit)
            throw InputError{{.file = path.string()},
                             fmt::format("must be at most {} MiB", limit >> 20U)};
    }
    if (std::ferror(file.get()) != 0)
        fail(path, "cannot be read", errno);
    if (const auto nul = content.find('\0'); nul != std::string::npos)
        throw InputError{{.file = path.string()},
                         fmt::format("must be text, has a NUL byte at offset {}", nul)};
    if (const auto at = not_utf8(content); at != std::string::npos)
        throw InputError{{.file = path.string()},
                         fmt::format("must be UTF-8, is not at offset {}", at)};
    return content;
}

/// Closes too: a full disk may show only then.
static bool write_all(File file, std::string_view content) {
    const bool written =
        std::fwrite(content.data(), 1, content.size(), file.get()) == content.size() &&
        std::fflush(file.get()) == 0;
    return std::fclose(file.release()) == 0 && written;
}

void write_file(const std::filesystem::path& path, std::string_view content) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    if (std::filesystem::is_directory(status))
        throw InputError{{.file = path.string()}, "must be a file, is a directory"};
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        File device{std::fopen(path.c_str(), "wb"), &std::fclose};
        if (!device || !write_all(std::move(device), content))
            fail(path, "cannot be written", errno);
        return;
    }
    const auto target = std::filesystem::exists(status) ? std::filesystem::canonical(path) : path;
    auto temporary = target;
    temporary += fmt::format(".{}.tmp", ::getpid());
    File file{std::fopen(temporary.c_str(), "wb"), &std::fclose};
    if (!file)
        fail(path, "cannot be written", errno);
    bool done = write_all(std::move(file), content);
    int code = errno;
    if (done && std::filesystem::exists(status))
        std::filesystem::permissions(temporary, status.permissions(), ignored);
    if (done) {
        std::error_code error;
        std::filesystem::rename(temporary, target, error);
        done = !error;
        code = error.value();
    }
    if (!done) {
        std::filesystem::remove(temporary, ignored);
        fail(path, "cannot be written", code);
    }
}

void Named::add(std::string name) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end())
        names_.push_back(std::move(name));
}

std::string Named::text() const {
    constexpr std::size_t kShown = 5;
    std::string out;
    for (std::size_t i = 0; i < names_.size() && i < kShown; ++i)
        out += (i == 0 ? "" : ", ") + names_[i];
    return names_.size() > kShown ? fmt::format("{} and {} more", out, names_.size() - kShown)
                                  : out;
}

} // namespace flopwise::text
