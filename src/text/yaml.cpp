#include "text/yaml.hpp"

#include "text/text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <unordered_set>

namespace flopwise::yaml {

namespace {

/// Builds our nodes from yaml-cpp's events, so that what we refuse is never built.
class Builder : public YAML::EventHandler {
public:
    Builder(std::string file, const std::string& content)
        : file_{std::move(file)}, content_{content} {}

    Node root;

    /// The line of the last that was told.
    [[nodiscard]] int line() const { return line_; }
    [[nodiscard]] std::size_t position() const { return position_; }

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        at(mark);
        no_anchor(mark, anchor);
        add(Node{.kind = Node::Kind::null, .line = mark.line + 1});
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
        refuse(mark, "must not use anchors and aliases");
    }
    void OnScalar(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  const std::string& value) override {
        at(mark);
        no_anchor(mark, anchor);
        const bool quoted = tag == "!";
        if (!quoted)
            no_tag(mark, tag);
        else if (!is_closed(static_cast<std::size_t>(mark.pos)))
            refuse(mark, "must be YAML, a quote is not closed");
        add(Node{
            .kind = Node::Kind::scalar, .quoted = quoted, .line = mark.line + 1, .text = value});
    }
    void OnSequenceStart(const YAML::Mark& mark,
                         const std::string& tag,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        no_tag(mark, tag);
        open(mark, anchor, Node::Kind::list);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark,
                    const std::string& tag,
                    YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        no_tag(mark, tag);
        open(mark, anchor, Node::Kind::mapping);
    }
    void OnMapEnd() override { close(); }

private:
    void at(const YAML::Mark& mark) {
        line_ = std::max(line_, mark.line + 1);
        position_ = std::max(position_, static_cast<std::size_t>(std::max(mark.pos, 0)));
    }
    /// A node takes some 150 bytes, whatever it is made of.
    void count(const Node& node) {
        constexpr std::size_t kAlways = 10'000;
        constexpr std::size_t kMost = 5'000'000;
        constexpr std::size_t kBytesEach = 4;
        if (++nodes_ > kAlways && (nodes_ > kMost || nodes_ > content_.size() / kBytesEach))
            throw InputError{
                {.file = file_, .line = node.line},
                fmt::format("must have at most {} values, and one in {} bytes", kMost, kBytesEach)};
    }
    struct Level {
        Node node;
        bool wants_key;
        int key_line = 0;
        std::unordered_set<std::string> keys;
    };

    [[noreturn]] void refuse(const YAML::Mark& mark, std::string_view reason) const {
        throw InputError{{.file = file_, .line = mark.line + 1}, reason};
    }
    void no_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
        if (anchor != 0)
            refuse(mark, "must not use anchors and aliases");
    }
    void no_tag(const YAML::Mark& mark, const std::string& tag) const {
        if (!tag.empty() && tag != "?")
            refuse(mark, "must not use tags");
    }
    /// yaml-cpp takes the end of the file for the end of a quoted text.
    [[nodiscard]] bool is_closed(std::size_t at) const {
        if (at >= content_.size() || (content_[at] != '"' && content_[at] != '\''))
            return true; // text such as a block, which needs no quote
        const char quote = content_[at];
        for (std::size_t i = at + 1; i < content_.size(); ++i) {
            const bool escape =
                quote == '"' ? content_[i] == '\\' : content_.compare(i, 2, "''") == 0;
            if (escape)
                ++i;
            else if (content_[i] == quote)
                return true;
        }
        return false;
    }
    void open(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
        constexpr std::size_t kDeepest = 16;
        at(mark);
        no_anchor(mark, anchor);
        if (levels_.size() == kDeepest)
            refuse(mark, "must be nested at most 16 levels deep");
        if (!levels_.empty() && levels_.back().wants_key)
            refuse(mark, "must have text as a key");
        levels_.push_back(
            {Node{.kind = kind, .line = mark.line + 1}, kind == Node::Kind::mapping, 0, {}});
    }
    void close() {
        Node node = std::move(levels_.back().node);
        levels_.pop_back();
        add(std::move(node));
    }
    void add(Node node) {
        if (levels_.empty()) {
            root = std::move(node);
            return;
        }
        Level& level = levels_.back();
        if (level.wants_key) {
            if (!level.keys.insert(node.text).second)
                throw InputError{{.file = file_, .line = node.line, .field = node.text},
                                 "must not be given twice"};
            level.node.keys.push_back(std::move(node.text));
            level.key_line = node.line;
            level.wants_key = false;
            return;
        }
        count(node);
        level.wants_key = level.node.kind == Node::Kind::mapping;
        if (node.kind == Node::Kind::null && level.wants_key)
            node.line = level.key_line; // nothing stands where the parser is by then
        level.node.items.push_back(std::move(node));
    }

    std::string file_;
    const std::string& content_;
    std::vector<Level> levels_;
    std::size_t nodes_ = 0;
    int line_ = 1;
    std::size_t position_ = 0;
};

/// The content, as far as the parser may look ahead of what it has told: it keeps all of a list or
/// mapping in brackets before it tells of its first value.
class Ahead : public std::streambuf {
public:
    Ahead(const std::string& content, const Builder& builder)
        : content_{content}, builder_{builder} {}

    bool too_far = false;

protected:
    int_type underflow() override {
        constexpr std::size_t kFarthest = std::size_t{256} << 10U;
        constexpr std::size_t kPiece = 4096;
        if (at_ == content_.size())
            return traits_type::eof();
        if (at_ > builder_.position() + kFarthest) {
            too_far = true;
            return traits_type::eof();
        }
        const std::size_t n = std::min(kPiece, content_.size() - at_);
        piece_.assign(content_, at_, n);
        at_ += n;
        setg(piece_.data(), piece_.data(), piece_.data() + n);
        return traits_type::to_int_type(piece_.front());
    }

private:
    const std::string& content_;
    const Builder& builder_;
    std::string piece_;
    std::size_t at_ = 0;
};

} // namespace

Node parse(const std::string& content, const std::string& file) {
    Builder builder{file, content};
    Ahead ahead{content, builder};
    std::istream stream{&ahead};
    const auto not_too_far = [&] {
        if (ahead.too_far)
            throw InputError{{.file = file, .line = builder.line()},
                             "must have no text, and no list or mapping in brackets, of more than "
                             "256 KiB"};
    };
    try {
        YAML::Parser parser{stream};
        parser.HandleNextDocument(builder);
        not_too_far();
        Builder second{file, content};
        if (parser.HandleNextDocument(second))
            throw InputError{{.file = file, .line = second.root.line},
                             "must be one document, has another"};
    } catch (const InputError&) { // of what the end that the parser was told of left open
        not_too_far();
        throw;
    } catch (const YAML::Exception& e) {
        not_too_far();
        throw InputError{{.file = file, .line = e.mark.line + 1},
                         fmt::format("must be YAML, {}", e.msg)};
    }
    return std::move(builder.root);
}

static std::string_view kind_of(const Node& node) {
    switch (node.kind) {
    case Node::Kind::null:
        return "nothing";
    case Node::Kind::scalar:
        return "text";
    case Node::Kind::list:
        return "a list";
    case Node::Kind::mapping:
        return "a mapping";
    }
    return "";
}

std::string written(std::string_view value) {
    constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_-.+";
    constexpr std::string_view kDigits = "0123456789-.+";
    const bool word = !value.empty() && value.find_first_not_of(kWord) == std::string_view::npos &&
                      kDigits.find(value.front()) == std::string_view::npos;
    if (word && value != "no" && value != "null" && value != "true" && value != "false")
        return std::string{value};
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return text::yaml_escaped(out) + '"';
}

Fields::Fields(const Node& node, std::string file, std::string path)
    : node_{node}, file_{std::move(file)}, path_{std::move(path)}, taken_(node.keys.size()) {
    if (node.kind != Node::Kind::mapping)
        throw InputError{{.file = file_, .line = node.line, .field = path_},
                         fmt::format("must be a mapping of keys to values, got {}", kind_of(node))};
}

std::string Fields::path(std::string_view key) const {
    return path_.empty() ? std::string{key} : fmt::format("{}.{}", path_, key);
}

void Fields::refuse(const Node& at, std::string_view key, std::string_view reason) const {
    throw InputError{{.file = file_, .line = at.line, .field = path(key)}, reason};
}

bool Fields::has(std::string_view key) const {
    return std::find(node_.keys.begin(), node_.keys.end(), key) != node_.keys.end();
}

const Node* Fields::take(std::string_view key) {
    known_.push_back(key);
    const auto found = std::find(node_.keys.begin(), node_.keys.end(), key);
    if (found == node_.keys.end())
        return nullptr;
    const auto at = static_cast<std::size_t>(found - node_.keys.begin());
    taken_[at] = true;
    const Node& value = node_.items[at];
    if (value.kind == Node::Kind::null)
        refuse(value, key, "must have a value, got nothing");
    return &value;
}

const Node& Fields::required(std::string_view key) {
    if (const Node* value = take(key))
        return *value;
    for (std::size_t i = 0; i < taken_.size(); ++i) // a slip in the name of this very key?
        if (!taken_[i] && !text::did_you_mean(node_.keys[i], {&key, 1}).empty())
            refuse(node_.items[i],
                   text::shortened(node_.keys[i]),
                   fmt::format("must be a known key, did you mean {}?", key));
    refuse(node_, key, "must be given");
}

std::string Fields::text(std::string_view key) {
    const Node& value = required(key);
    if (value.kind != Node::Kind::scalar)
        refuse(value, key, fmt::format("must be text, got {}", kind_of(value)));
    return value.text;
}

std::string Fields::text_or(std::string_view key, std::string fallback) {
    return has(key) ? text(key) : (known_.push_back(key), std::move(fallback));
}

double Fields::number(std::string_view key) {
    const Node& value = required(key);
    if (value.kind == Node::Kind::scalar && !value.quoted)
        if (const auto number = text::number(value.text))
            return *number;
    refuse(value,
           key,
           fmt::format("must be a number{}, got {}",
                       value.quoted ? " without quotes" : "",
                       value.kind == Node::Kind::scalar ? text::quoted(value.text)
                                                        : std::string{kind_of(value)}));
}

std::optional<double> Fields::number_or_none(std::string_view key) {
    if (has(key))
        return number(key);
    known_.push_back(key);
    return std::nullopt;
}

int Fields::whole_number_or(std::string_view key, int fallback) {
    constexpr double kMost = 1e9;
    const auto value = number_or_none(key);
    if (!value)
        return fallback;
    if (*value != std::floor(*value) || std::abs(*value) > kMost)
        refuse(*take(key), key, fmt::format("must be a whole number, got {}", *value));
    return static_cast<int>(*value);
}

bool Fields::flag(std::string_view key) {
    if (!has(key))
        return known_.push_back(key), false;
    const std::string value = text(key);
    if (value != "true" && value != "false")
        refuse(*take(key), key, fmt::format("must be true or false, got {}", text::quoted(value)));
    return value == "true";
}

std::vector<std::string> Fields::texts(std::string_view key) {
    std::vector<std::string> out;
    const Node* value = take(key);
    if (value == nullptr)
        return out;
    if (value->kind == Node::Kind::scalar)
        return {value->text};
    if (value->kind != Node::Kind::list)
        refuse(*value, key, fmt::format("must be a list, got {}", kind_of(*value)));
    for (const Node& item : value->items) {
        if (item.kind != Node::Kind::scalar)
            refuse(item, key, fmt::format("must be a list of text, got {}", kind_of(item)));
        out.push_back(item.text);
    }
    return out;
}

void Fields::done() const {
    for (std::size_t i = 0; i < taken_.size(); ++i)
        if (!taken_[i])
            throw InputError{
                {.file = file_,
                 .line = node_.items[i].line,
                 .field = path(text::shortened(node_.keys[i]))},
                fmt::format("must be a known key{}", text::did_you_mean(node_.keys[i], known_))};
}

} // namespace flopwise::yaml
