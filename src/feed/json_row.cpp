#include "feed/json_stream.hpp"
#include "feed/sink.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise::json_stream {

Object Inner::object(std::string_view text) {
    text_.assign(text);
    text_.append(simdjson::SIMDJSON_PADDING, ' ');
    document_ = parser_.iterate(text_.data(), text.size(), text_.size());
    Object out = document_.get_object();
    return out;
}

Object& Row::object() {
    if (!members)
        throw text::BadRow{"", "must be an object"};
    return *members;
}

std::string unescaped(std::string_view written) {
    Inner inner;
    Object object = inner.object(fmt::format(R"({{"a":"{}"}})", written));
    const std::string_view text = object["a"].get_string();
    return std::string{text};
}

std::string_view name_of(simdjson::ondemand::field& field) {
    const char* const begin = field.key().raw();
    const char* end = begin;
    while (*end != '"')
        end += *end == '\\' ? 2 : 1;
    return {begin, static_cast<std::size_t>(end - begin)};
}

[[noreturn]] static void refuse(Value value, std::string_view field, std::string_view what) {
    std::string_view got = value.raw_json_token();
    got = got.substr(0, got.find_last_not_of(" \t\r\n") + 1);
    throw text::BadRow{std::string{field},
                       fmt::format("must be {}, got {}", what, text::shortened(got))};
}

std::string_view text(Value value, std::string_view field) {
    std::string_view out;
    if (value.get_string().get(out) != simdjson::SUCCESS)
        refuse(value, field, "a text");
    return out;
}

double number(Value value, std::string_view field) {
    const std::string_view written = scalar(value, field);
    if (const auto number = text::number(written))
        return *number;
    throw text::BadRow{std::string{field},
                       fmt::format("must be a number, got {}", text::quoted(written))};
}

double positive(Value value, std::string_view field) {
    const double out = number(value, field);
    if (!(out > 0))
        throw text::BadRow{std::string{field}, fmt::format("must be positive, got {}", out)};
    return out;
}

bool flag(Value value, std::string_view field) {
    bool out = false;
    if (value.get_bool().get(out) != simdjson::SUCCESS)
        refuse(value, field, "true or false");
    return out;
}

Object object(Value value, std::string_view field) {
    Object out;
    if (value.get_object().get(out) != simdjson::SUCCESS)
        refuse(value, field, "an object");
    return out;
}

Array array(Value value, std::string_view field) {
    Array out;
    if (value.get_array().get(out) != simdjson::SUCCESS)
        refuse(value, field, "a list");
    return out;
}

std::string_view scalar(Value value, std::string_view field) {
    const auto type = value.type();
    if (type.error() != simdjson::SUCCESS)
        refuse(value, field, "a value");
    switch (type.value_unsafe()) {
    case simdjson::ondemand::json_type::string:
        return text(value, field);
    case simdjson::ondemand::json_type::null:
        (void)value.is_null();
        return {};
    case simdjson::ondemand::json_type::number:
    case simdjson::ondemand::json_type::boolean: {
        std::string_view token = value.raw_json_token();
        return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
    }
    default:
        refuse(value, field, "a text or number");
    }
}

} // namespace flopwise::json_stream

void flopwise::feed::set_arch(Instance& to, json_stream::Array architectures) {
    for (auto each : architectures)
        if (const auto name = json_stream::text(each.value(), "architecture"); name != "i386")
            to.arch = name;
}

namespace {

using flopwise::text::Input;

/// The begin of the input behind a byte order mark and white space, which are dropped.
std::string_view begin_of(Input& input) {
    constexpr std::size_t kLooked = std::size_t{64} << 10U;
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    input.fill(kLooked);
    if (input.view().starts_with(kMark))
        input.drop(kMark.size());
    const auto blank = input.view().find_first_not_of(" \t\r\n");
    return input.view().substr(std::min(blank, input.view().size()), kLooked);
}

/// Whether the objects that follow are rows: none of the lists is named near the begin.
bool are_rows(std::string_view begin, std::span<const std::string_view> lists) {
    return begin.starts_with('{') &&
           std::none_of(lists.begin(), lists.end(), [begin](std::string_view list) {
               return begin.find(fmt::format("\"{}\"", list)) != std::string_view::npos;
           });
}

} // namespace

void flopwise::feed::read_list(Input& input,
                               Sink& sink,
                               std::span<const std::string_view> lists,
                               const std::function<void(json_stream::Row& row)>& read) {
    const auto bad = [&](auto, auto, auto byte, auto field, const auto& reason) {
        sink.reject({.file = sink.file(), .field = std::string{field}, .byte = byte}, reason);
    };
    const auto fact = [&](std::string_view path, std::string_view text) {
        if (path == "NextToken" || path == "NextPageLink")
            sink.set_incomplete(!text.empty() && text != "null");
    };
    const auto document = [&] { sink.set_incomplete(false); }; // it is the page that follows
    const json_stream::Visit visit{.row = read, .bad = bad, .fact = fact, .document = document};
    const std::string_view begin = begin_of(input);
    constexpr std::array<std::string_view, 1> kDocument{""};
    const bool alone = begin.starts_with('[') && lists.size() == 1;
    if (are_rows(begin, lists))
        json_stream::walk_objects(input, visit);
    else
        json_stream::walk(input, alone ? kDocument : lists, visit);
}
