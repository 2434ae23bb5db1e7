// JSON in, on simdjson: a walk through a document whose size does not matter.
//
// Price files are one object with a few lists of very many rows. The walk reads what is around the
// lists itself and gives the rows, some thousands at a time, to simdjson's On-Demand parser. So
// memory is bounded by the window, and the index that simdjson builds stays in the cache.

#pragma once

#include "text/input.hpp"

#include <simdjson.h>

#include <functional>
#include <optional>
#include <span>

namespace flopwise::json_stream {

using Value = simdjson::ondemand::value;
using Object = simdjson::ondemand::object;
using Array = simdjson::ondemand::array;

/// A member of a list: of an array, whose key is empty, or of an object.
struct Row {
    std::string_view list; ///< path such as "terms.OnDemand"
    std::string_view key;  ///< as written, with its escapes
    std::uint64_t byte;    ///< counted from 1
    std::optional<Object> members{};
    std::optional<std::string_view> text{};

    /// Throws text::BadRow if the row is no object.
    Object& object();
};

/// What is called during the walk, in the order of the document.
struct Visit {
    std::function<void(Row& row)> row;
    /// Whether a row is to be visited; all are if this is empty. It saves reading those passed by.
    std::function<bool(std::string_view list, std::string_view key)> wanted{};
    /// A row that made `row` throw simdjson_error or text::BadRow.
    std::function<void(std::string_view list,
                       std::string_view key,
                       std::uint64_t byte,
                       std::string_view field,
                       const std::string& reason)>
        bad;
    /// A value that is neither list nor object, outside the lists: "publicationDate".
    std::function<void(std::string_view path, std::string_view text)> fact =
        [](std::string_view, std::string_view) {};
    /// At the begin of each document of the input.
    std::function<void()> document = [] {};
};

/// Walks through all documents of the input, one after the other. `lists` are the paths of the
/// lists whose rows are visited; "" is the document itself. Other lists are passed over.
/// Throws InputError with the byte for what is broken between rows.
void walk(text::Input& input, std::span<const std::string_view> lists, const Visit& visit);

/// Walks through objects that stand one after the other, as in JSON lines: each is a row.
/// Throws InputError for what is broken between them.
void walk_objects(text::Input& input, const Visit& visit);
/// What is wrong in a row that the parser refuses.
std::string reason_of(simdjson::error_code error);

/// One document that is a row of another: a string of JSON.
class Inner {
public:
    /// The object that `text` is, valid until the next call. Throws simdjson_error.
    Object object(std::string_view text);

private:
    simdjson::ondemand::parser parser_;
    simdjson::ondemand::document document_;
    std::string text_;
};

/// What a text stands for that is written with escapes; throws simdjson_error if they are broken.
std::string unescaped(std::string_view written);
/// The name of a member, as written.
std::string_view name_of(simdjson::ondemand::field& field);

// A value of a row; each throws text::BadRow with `field` if it is of another type.
std::string_view text(Value value, std::string_view field);
/// A number, or a text that is one.
double number(Value value, std::string_view field);
/// Such a number above zero.
double positive(Value value, std::string_view field);
bool flag(Value value, std::string_view field);
Object object(Value value, std::string_view field);
Array array(Value value, std::string_view field);
/// A text, or a number as it is written; empty for null.
std::string_view scalar(Value value, std::string_view field);

} // namespace flopwise::json_stream

namespace flopwise {
struct Instance;
}

namespace flopwise::feed {

class Sink;

/// Sets the architecture: that of 64 bits where a machine has the one of 32 bits too.
void set_arch(Instance& to, json_stream::Array architectures);

/// Walks through lists whose rows are read one by one; a row that is wrong is rejected. The rows of
/// a single list may stand alone too: as a list without a name, or one after the other.
void read_list(text::Input& input,
               Sink& sink,
               std::span<const std::string_view> lists,
               const std::function<void(json_stream::Row& row)>& read);

/// Calls `read(name, value)` for each member of an object.
template <class Read>
void each(json_stream::Object object, Read read) {
    for (auto member : object) {
        auto field = std::move(member).take_value();
        read(json_stream::name_of(field), field.value());
    }
}

} // namespace flopwise::feed
