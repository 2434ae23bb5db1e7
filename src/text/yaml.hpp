// YAML as far as flopwise uses it: scalars, lists and mappings, each with its line.
//
// Stricter than YAML itself: no duplicate keys, no anchors, aliases or tags, one document. So a
// typing slip is an error, and no file can be larger in memory than on disk.

#pragma once

#include <flopwise/error.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flopwise::yaml {

struct Node {
    enum class Kind { null, scalar, list, mapping };

    Kind kind = Kind::null;
    bool quoted = false;
    int line = 0;
    std::string text{};              ///< of a scalar
    std::vector<std::string> keys{}; ///< of a mapping, in file order
    std::vector<Node> items{};       ///< of a list or, beside its keys, of a mapping
};

constexpr std::size_t kLargestFile = std::size_t{64} << 20U; // of data

/// Parses one document. Throws InputError with `file` and line.
Node parse(const std::string& content, const std::string& file);

/// A text as it is written: plain if it is a word that YAML can only read as text, in double quotes
/// otherwise.
std::string written(std::string_view value);

/// Reads the keys of a mapping one by one; each error names file, line and field.
class Fields {
public:
    /// Throws InputError unless the node is a mapping. `path` is the field of the mapping itself.
    Fields(const Node& node, std::string file, std::string path);

    [[nodiscard]] bool has(std::string_view key) const;
    /// The value of a key, which is then known; null if the key is absent or has no value.
    const Node* take(std::string_view key);

    /// Text of a scalar. Throws InputError if the key is absent.
    std::string text(std::string_view key);
    std::string text_or(std::string_view key, std::string fallback);
    /// A finite number, unquoted. Throws InputError if it is absent or anything else.
    double number(std::string_view key);
    std::optional<double> number_or_none(std::string_view key);
    int whole_number_or(std::string_view key, int fallback);
    bool flag(std::string_view key);
    std::vector<std::string> texts(std::string_view key);

    /// Throws InputError for the first key that nobody took.
    void done() const;

    [[noreturn]] void refuse(const Node& at, std::string_view key, std::string_view reason) const;
    [[nodiscard]] const Node& node() const { return node_; }
    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] std::string path(std::string_view key) const;

private:
    const Node& required(std::string_view key);

    const Node& node_;
    std::string file_;
    std::string path_;
    std::vector<bool> taken_;
    std::vector<std::string_view> known_;
};

} // namespace flopwise::yaml
