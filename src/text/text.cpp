#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>

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

/// The code point of a character of UTF-8, as character() measured it.
static std::uint32_t code_point(std::string_view character) {
    std::uint32_t bits = static_cast<unsigned char>(character.front());
    bits = character.size() == 1 ? bits : bits & (0xffU >> (character.size() + 1));
    for (const char c : character.substr(1))
        bits = bits << 6U | (static_cast<unsigned char>(c) & 0x3fU);
    return bits;
}

/// What is not seen, or changes how others are: controls, what sets the direction of writing or
/// has no width, separators of lines, tags, what is no character.
/// Source: The Unicode Standard 15.0, categories Cc, Cf, Zl and Zp.
static bool hidden(std::uint32_t point) {
    struct Range {
        std::uint32_t first;
        std::uint32_t last;
    };
    constexpr std::array<Range, 15> kHidden{{{0x00, 0x1f},
                                             {0x7f, 0x9f},
                                             {0xad, 0xad},
                                             {0x600, 0x605},
                                             {0x61c, 0x61c},
                                             {0x6dd, 0x6dd},
                                             {0x70f, 0x70f},
                                             {0x180b, 0x180f},
                                             {0x200b, 0x200f},
                                             {0x2028, 0x202e},
                                             {0x2060, 0x206f},
                                             {0xfe00, 0xfe0f},
                                             {0xfeff, 0xfeff},
                                             {0xfff0, 0xfffb},
                                             {0xe0000, 0xe0fff}}};
    return std::any_of(kHidden.begin(), kHidden.end(), [point](const Range& range) {
        return point >= range.first && point <= range.last;
    });
}

/// How many characters from there on are ASCII that is shown, as most are.
static std::size_t plain(std::string_view text, std::size_t from) {
    std::size_t end = from;
    while (end < text.size() && text[end] >= ' ' && text[end] < 0x7f)
        ++end;
    return end - from;
}

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (const std::size_t n = plain(text, i); n > 0) {
            out += text.substr(i, n);
            i += n;
            continue;
        }
        const std::size_t whole = character(text.substr(i));
        const std::string_view one = text.substr(i, std::max<std::size_t>(1, whole));
        if (whole > 0 && !hidden(code_point(one)))
            out += one;
        else
            for (const char c : one)
                out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        i += one.size();
    }
    return out;
}

/// `escape` writes a code point.
static std::string escaped(std::string_view text, std::string (*escape)(std::uint32_t)) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (const std::size_t n = plain(text, i); n > 0) {
            out += text.substr(i, n);
            i += n;
            continue;
        }
        const std::size_t whole = character(text.substr(i));
        const std::string_view one = text.substr(i, std::max<std::size_t>(1, whole));
        const std::uint32_t point = whole > 0 ? code_point(one) : 0;
        if (point >= 0x7f && hidden(point))
            out += escape(point);
        else
            out += one;
        i += one.size();
    }
    return out;
}

std::string json_escaped(std::string_view text) {
    return escaped(text, [](std::uint32_t point) {
        if (point <= 0xffff)
            return fmt::format("\\u{:04x}", point);
        const std::uint32_t rest = point - 0x10000; // two surrogates
        return fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10U), 0xdc00 + (rest & 0x3ffU));
    });
}

std::string yaml_escaped(std::string_view text) {
    return escaped(text, [](std::uint32_t point) { return fmt::format("\\U{:08x}", point); });
}

std::string printable_lines(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        out += printable(text.substr(at, end - at));
        out += end < text.size() ? "\n" : "";
        at = end + 1;
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
