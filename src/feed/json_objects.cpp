// JSON lines, and objects that otherwise stand one after the other: each is a row.

#include <flopwise/error.hpp>

#include "feed/json_stream.hpp"
#include "text/csv_stream.hpp"

namespace flopwise::json_stream {

/// The end of the object that the view begins with, behind its last brace; reads on for it.
static std::size_t object_end(text::Input& input) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t at = 0;; ++at) {
        if (at >= text::kLargestRow)
            input.refuse("must have rows of at most 16 MiB");
        if (at >= input.view().size() && !input.fill(at + 1))
            input.refuse(quoted ? "must close its strings, ends within one"
                                : "must be complete, ends early");
        const char c = input.view()[at];
        if (quoted && c == '\\')
            ++at;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            ++depth;
        else if (!quoted && (c == '}' || c == ']') && --depth == 0)
            return at + 1;
    }
}

static bool go_to_object(text::Input& input) {
    for (;;) {
        const auto at = input.view().find_first_not_of(" \t\r\n,");
        if (at != std::string_view::npos) {
            input.drop(at);
            break;
        }
        input.drop(input.view().size());
        if (!input.fill(1))
            return false;
    }
    if (input.view().front() != '{')
        input.refuse("must be objects, one after the other");
    return true;
}

void walk_objects(text::Input& input, const Visit& visit) {
    Inner inner;
    while (go_to_object(input)) {
        const std::size_t end = object_end(input);
        Row row{.list = "", .key = "", .byte = input.offset() + 1};
        try {
            row.members = inner.object(input.view().substr(0, end));
            visit.row(row);
        } catch (const text::BadRow& bad) {
            visit.bad(row.list, row.key, row.byte, bad.field, bad.reason);
        } catch (const simdjson::simdjson_error& error) {
            visit.bad(row.list, row.key, row.byte, "", reason_of(error.error()));
        }
        input.drop(end);
    }
}

} // namespace flopwise::json_stream
