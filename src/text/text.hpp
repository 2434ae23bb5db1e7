// Text that comes in: numbers, globs, near-misses.

#pragma once

#include <flopwise/error.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flopwise::text {

/// The whole of `text` as a finite number; empty if it is anything else ("3x", "nan", "").
std::optional<double> number(std::string_view text);

/// Splits at `separator` and trims blanks; "a, b" is {"a", "b"}, "" is {""}.
std::vector<std::string> split(std::string_view text, char separator);

/// ASCII lower case, whatever the locale.
std::string lower(std::string_view text);

/// Whether `name` matches a pattern of literal characters, `*` (any run) and `?` (any one).
/// Linear in the product of the lengths at worst; never recursive.
bool matches(std::string_view pattern, std::string_view name);
/// Whether `name` matches one of the patterns.
bool any_matches(std::span<const std::string> patterns, std::string_view name);

/// Whether `pattern` has a character with a meaning beyond itself.
bool is_pattern(std::string_view pattern);

/// ", did you mean X?" for the candidate nearest to `name`, or "" if none is near.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);

/// `text`, cut when it is too long for a message.
std::string shortened(std::string_view text);
/// The text with what would move a cursor, turn the direction of writing, has no width, or is not
/// UTF-8 as \xNN: a message is one line, whatever it repeats.
std::string printable(std::string_view text);
/// Each line of a text as printable() has it.
std::string printable_lines(std::string_view text);
/// JSON, or what stands between double quotes in YAML, with what printable() would not show as an
/// escape that is read as the same character.
std::string json_escaped(std::string_view text);
std::string yaml_escaped(std::string_view text);
/// shortened() between double quotes, and printable().
std::string quoted(std::string_view text);

/// Offset of the first byte that is not UTF-8; npos if there is none.
std::size_t not_utf8(std::string_view text);

/// `text` as one word of a POSIX shell, whatever is in it: between single quotes, each of its own
/// single quotes as '\''. Throws ArgumentError for a NUL byte, which no shell can hold.
std::string single_quoted(std::string_view text);

/// A number of GPUs: "8", and of a share the fraction that it is: "1/6".
std::string count(double number);

/// An enumerator that has no name: made from a number.
class NoName : public ArgumentError {
public:
    explicit NoName(std::size_t value)
        : ArgumentError{"", fmt::format("must be a value that has a name, got {}", value)} {}
};
/// The name of an enumerator. Throws NoName.
template <class Names, class E>
std::string_view name_of(const Names& names, E value) {
    const auto i = static_cast<std::size_t>(value);
    if (i >= names.size())
        throw NoName{i};
    return names[i];
}

/// "a", "a or b", "a, b or c".
std::string one_of(std::span<const std::string_view> names);

/// Names in the order they are added, each once; a few are shown and the rest counted.
class Named {
public:
    void add(std::string name);
    [[nodiscard]] bool empty() const { return names_.empty(); }
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::string> names_;
};

} // namespace flopwise::text
