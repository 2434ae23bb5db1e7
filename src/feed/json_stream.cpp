#include "feed/json_stream.hpp"

#include "feed/sink.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise::json_stream {

using simdjson::error_code;
using simdjson::simdjson_error;

std::string reason_of(error_code error) {
    switch (error) {
    case simdjson::UTF8_ERROR:
        return "must be UTF-8";
    case simdjson::UNCLOSED_STRING:
        return "must close its strings, ends within one";
    case simdjson::UNESCAPED_CHARS:
        return "must have no control characters within strings";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
        return "must be complete, ends early";
    case simdjson::INCORRECT_TYPE:
        return "must be of another type";
    case simdjson::NO_SUCH_FIELD:
        return "must have all its fields";
    default:
        return "must be JSON, is broken";
    }
}

static bool fatal(error_code error) {
    return error == simdjson::TAPE_ERROR || error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
}

namespace {

constexpr std::size_t kLongestName = std::size_t{64} << 10U;
constexpr std::size_t kSmallWindow = std::size_t{64} << 10U;

/// How far the rows of one window were read.
struct Progress {
    std::size_t rows = 0;
    std::size_t end = 0;                                            ///< of what was read
    enum class After { row, comma_or_end, end } after = After::row; ///< what follows
    error_code error = simdjson::SUCCESS;
};

/// How a row was left: read to its end, in the middle, or in a state the parser cannot leave.
enum class Visited { whole, in_part, broken };

class Walker {
public:
    Walker(text::Input& input, std::span<const std::string_view> lists, const Visit& visit)
        : in_{input}, lists_{lists}, visit_{visit} {}

    void document() { value(""); }
    char next();

private:
    void value(const std::string& path);
    void descend(const std::string& path);
    void rows(const std::string& path);
    bool window(const std::string& path, char open);
    bool go_on(Progress::After after, char open);
    Progress read(const std::string& path, std::size_t length, char open);
    Progress read_to_a_cut(const std::string& path, std::size_t length, char open);
    void seal(std::size_t length, char open);
    void unseal();
    template <class Members, class Start, class Key, class ValueOf>
    void read_rows(Progress& to,
                   const std::string& path,
                   Members members,
                   Start start,
                   Key key,
                   ValueOf value);
    bool read_row(Progress& to, const std::string& path, std::string_view key, Value value);
    Visited visit(Row& row);
    std::string string();
    std::string scalar();
    [[nodiscard]] bool leads_to_list(const std::string& path) const;

    text::Input& in_;
    std::span<const std::string_view> lists_;
    const Visit& visit_;
    simdjson::ondemand::parser parser_;
    simdjson::ondemand::document document_;
    std::size_t size_ = text::kWindow;
    std::size_t sealed_at_ = 0; ///< where a closing bracket was put, and what was there
    std::array<char, 2> sealed_{};
    bool listed_ = false;
};

} // namespace

// ---- around the lists ---------------------------------------------------------------

/// The next character that is not blank, or NUL at the end.
char Walker::next() {
    for (;;) {
        const std::string_view view = in_.view();
        const auto at = view.find_first_not_of(" \t\r\n");
        if (at != std::string_view::npos) {
            in_.drop(at);
            if (in_.view().front() == '\0')
                in_.refuse("must be text, has a NUL byte");
            return in_.view().front();
        }
        in_.drop(view.size());
        if (!in_.fill(1))
            return '\0';
    }
}

bool Walker::leads_to_list(const std::string& path) const {
    return std::any_of(lists_.begin(), lists_.end(), [&](std::string_view list) {
        return path.empty() ? !list.empty() : list.starts_with(path + ".");
    });
}

// As deep as the names of the lists are long.
void Walker::value(const std::string& path) { // NOLINT(misc-no-recursion)
    switch (next()) {
    case '{':
        if (leads_to_list(path))
            return descend(path);
        return rows(path);
    case '[':
        if (leads_to_list(path))
            in_.refuse("must be an object, got a list");
        return rows(path);
    case '"':
        return visit_.fact(path, string());
    default:
        return visit_.fact(path, scalar());
    }
}

void Walker::descend(const std::string& path) { // NOLINT(misc-no-recursion)
    in_.drop(1);
    bool more = next() != '}';
    if (!more)
        in_.drop(1);
    while (more) {
        if (next() != '"')
            in_.refuse(next() == '\0' ? "must be complete, ends early"
                                      : "must be a name in quotes");
        const std::string name = string();
        if (next() != ':')
            in_.refuse("must have a colon after a name");
        in_.drop(1);
        value(path.empty() ? name : fmt::format("{}.{}", path, name));
        const char after = next();
        if (after != ',' && after != '}')
            in_.refuse(after == '\0' ? "must be complete, ends early"
                                     : "must have a comma between members");
        in_.drop(1);
        more = after == ',';
    }
}

std::string Walker::string() {
    std::size_t at = 1;
    for (;; ++at) {
        if (at >= in_.view().size() && !in_.fill(at + 1))
            in_.refuse("must close its strings, ends within one");
        if (at > kLongestName)
            in_.refuse("must have names and facts of at most 64 KiB");
        const char c = in_.view()[at];
        if (c == '"')
            break;
        if (static_cast<unsigned char>(c) < 0x20)
            in_.refuse("must have no control characters within strings", at);
        if (c == '\\')
            ++at;
    }
    std::string text{in_.view().substr(1, at - 1)};
    in_.drop(at + 1);
    return text;
}

std::string Walker::scalar() {
    std::size_t at = 0;
    while ((at < in_.view().size() || in_.fill(at + 1)) && at < kLongestName &&
           std::string_view{",]} \t\r\n"}.find(in_.view()[at]) == std::string_view::npos)
        ++at;
    std::string text{in_.view().substr(0, at)};
    if (text.empty())
        in_.refuse("must be complete, ends early");
    if (text != "null" && text != "true" && text != "false" && !text::number(text))
        in_.refuse(fmt::format("must be a value of JSON, got {}", text::quoted(text)));
    in_.drop(at);
    return text;
}

// ---- the lists ----------------------------------------------------------------------

void Walker::rows(const std::string& path) {
    const char open = in_.view().front();
    listed_ = std::find(lists_.begin(), lists_.end(), path) != lists_.end();
    in_.drop(1);
    if (next() == (open == '{' ? '}' : ']'))
        return in_.drop(1);
    while (window(path, open)) {
    }
}

/// Where a window may end: after a closing brace, which is probably not within a text.
static std::size_t cut_before(std::string_view view, std::size_t end) {
    const bool texts = view.front() == '"' &&
                       view.substr(0, end).find("}\"") != std::string_view::npos &&
                       view.find('{') == 1; // a list of texts that are JSON themselves
    const auto at = texts ? view.substr(0, end).rfind("}\"") : view.substr(0, end).rfind('}');
    return at == std::string_view::npos ? 0 : at + (texts ? 2 : 1);
}

/// Makes a document of the rows up to `length`: puts a bracket on each side. What is after the
/// document is nothing that a parser of an unfinished row could take for more of it.
void Walker::seal(std::size_t length, char open) {
    char* const data = in_.data();
    data[-1] = open;
    sealed_at_ = length;
    sealed_ = {data[length], data[length + 1]};
    data[length] = open == '{' ? '}' : ']';
    data[length + 1] = '\0';
}

void Walker::unseal() {
    std::copy(sealed_.begin(), sealed_.end(), in_.data() + sealed_at_);
}

/// Reads rows from the begin of the view to `length`, those that are there to their end.
Progress Walker::read(const std::string& path, std::size_t length, char open) {
    Progress to;
    seal(length, open);
    const char* const data = in_.data();
    to.error = parser_.iterate(data - 1, length + 2, length + 2 + simdjson::SIMDJSON_PADDING)
                   .get(document_);
    if (to.error == simdjson::SUCCESS && open == '{')
        read_rows(
            to,
            path,
            document_.get_object(),
            [](auto& field) { return field.key().raw() - 1; },
            [](auto& field) { return name_of(field); },
            [](auto& field) { return field.value(); });
    else if (to.error == simdjson::SUCCESS)
        read_rows(
            to,
            path,
            document_.get_array(),
            [](auto& value) { return value.current_location().value_unsafe(); },
            [](auto&) { return std::string_view{}; },
            [](auto& value) { return value; });
    unseal();
    return to;
}

template <class Members, class Start, class Key, class ValueOf>
void Walker::read_rows(
    Progress& to, const std::string& path, Members members, Start start, Key key, ValueOf value) {
    const char* const data = in_.data();
    for (auto member : members) {
        if ((to.error = member.error()) != simdjson::SUCCESS)
            return;
        auto one = std::move(member).value_unsafe();
        to.end = static_cast<std::size_t>(start(one) - data);
        to.after = Progress::After::row;
        if (!read_row(to, path, key(one), value(one)))
            return;
    }
    const auto location = document_.current_location();
    const bool ours = location.error() != simdjson::SUCCESS; // it was our bracket that closed it
    to.after = ours ? Progress::After::comma_or_end : Progress::After::end;
    to.end = ours ? sealed_at_ : static_cast<std::size_t>(location.value_unsafe() - data);
}

/// The rest of an object or list, whose end is at most `end`; null if it is not all there.
template <class Container>
static const char* end_of(Container& container, const char* end, error_code& error) {
    std::string_view whole;
    if (container.raw_json().get(whole) != simdjson::SUCCESS) // up to what follows
        error = simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
    const char* const next = whole.data() + whole.size();
    return error != simdjson::SUCCESS || next > end ? nullptr : next;
}

/// Looks for the end of a row and visits it; false if the parser cannot go on behind it.
bool Walker::read_row(Progress& to, const std::string& path, std::string_view key, Value value) {
    Row row{path, key, in_.offset() + to.end + 1};
    const char* const end = in_.data() + sealed_at_;
    const char* next = nullptr;
    const bool visited = listed_ && (!visit_.wanted || visit_.wanted(path, key));
    Object object;
    Array array;
    std::string_view text;
    if (value.get_object().get(object) == simdjson::SUCCESS) {
        next = end_of(object, end, to.error);
        if (next != nullptr && visited)
            to.error = object.reset().error();
        row.members = object;
    } else if (value.get_array().get(array) == simdjson::SUCCESS) {
        next = end_of(array, end, to.error);
    } else {
        const std::string_view token = value.raw_json_token(); // up to what follows
        next = std::min(end, token.data() + token.size());
        if (visited && value.get_string().get(text) == simdjson::SUCCESS)
            row.text = text;
    }
    if (next == nullptr || to.error != simdjson::SUCCESS)
        return false;
    ++to.rows;
    to.end = static_cast<std::size_t>(next - in_.data());
    to.after = Progress::After::comma_or_end;
    const Visited how = visited ? visit(row) : Visited::whole;
    if (how == Visited::whole)
        return true;
    // The row was left somewhere inside. Many such rows shall not cost a window each.
    if (how == Visited::in_part && row.members && document_.is_alive() &&
        object.reset().error() == simdjson::SUCCESS && end_of(object, end, to.error) == next)
        return true;
    size_ = kSmallWindow;
    return false;
}

Visited Walker::visit(Row& row) {
    try {
        visit_.row(row);
        return Visited::whole;
    } catch (const text::BadRow& bad) {
        visit_.bad(row.list, row.key, row.byte, bad.field, bad.reason);
        return Visited::in_part;
    } catch (const simdjson_error& error) {
        visit_.bad(row.list, row.key, row.byte, "", reason_of(error.error()));
        return fatal(error.error()) ? Visited::broken : Visited::in_part;
    }
}

/// Reads to the last place before `length` at which a row may end.
Progress Walker::read_to_a_cut(const std::string& path, std::size_t length, char open) {
    constexpr int kCuts = 8;
    Progress to;
    for (int tries = 0; tries < kCuts; ++tries) {
        length = cut_before(in_.view(), length);
        if (length == 0)
            break;
        to = read(path, length, open);
        if (to.rows > 0 || to.error != simdjson::UNCLOSED_STRING)
            break;
        --length;
    }
    return to;
}

/// Reads the rows of one window; false at the end of the list.
bool Walker::window(const std::string& path, char open) {
    for (std::size_t size = size_;; size *= 2) {
        in_.fill(size);
        const std::size_t length = std::min(size, in_.view().size());
        const bool whole = in_.ended() && length == in_.view().size();
        if (length == 0)
            in_.refuse("must be complete, ends early");
        size_ = std::min(text::kWindow, 2 * size);
        const Progress to = whole ? read(path, length, open) : read_to_a_cut(path, length, open);
        if (to.rows > 0) {
            in_.drop(to.end);
            return go_on(to.after, open);
        }
        if (to.error == simdjson::UTF8_ERROR || to.error == simdjson::UNESCAPED_CHARS)
            in_.refuse(reason_of(to.error));
        if (whole)
            in_.refuse(to.error == simdjson::SUCCESS ? "must be complete, ends early"
                                                     : reason_of(to.error));
        if (size >= text::kLargestRow)
            in_.refuse("must have rows of at most 16 MiB");
    }
}

/// Steps over what stands between two windows; false at the end of the list.
bool Walker::go_on(Progress::After after, char open) {
    if (after != Progress::After::comma_or_end)
        return after == Progress::After::row;
    const char c = next();
    if (c != ',' && c != (open == '{' ? '}' : ']'))
        in_.refuse(c == '\0' ? "must be complete, ends early"
                             : "must have a comma between members");
    in_.drop(1);
    if (c == ',')
        (void)next(); // a window begins with a row, not with a blank
    return c == ',';
}

void walk(text::Input& input, std::span<const std::string_view> lists, const Visit& visit) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF"; // of UTF-8, which some tools write
    input.fill(kMark.size());
    if (input.view().starts_with(kMark))
        input.drop(kMark.size());
    Walker walker{input, lists, visit};
    do {
        visit.document();
        walker.document();
    } while (walker.next() != '\0');
}

} // namespace flopwise::json_stream
