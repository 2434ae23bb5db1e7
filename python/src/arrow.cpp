// Tables by the Arrow C data interface and its PyCapsule protocol, without a dependency.
// Structures and rules: https://arrow.apache.org/docs/format/CDataInterface.html and
// https://arrow.apache.org/docs/format/CStreamInterface.html

#include "record.hpp"
#include "text/table.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

// The names are the specification's, so that a reader finds them there.
extern "C" {
struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    std::int64_t flags;
    std::int64_t n_children;
    ArrowSchema** children;
    ArrowSchema* dictionary;
    void (*release)(ArrowSchema*);
    void* private_data;
};
struct ArrowArray {
    std::int64_t length;
    std::int64_t null_count;
    std::int64_t offset;
    std::int64_t n_buffers;
    std::int64_t n_children;
    const void** buffers;
    ArrowArray** children;
    ArrowArray* dictionary;
    void (*release)(ArrowArray*);
    void* private_data;
};
struct ArrowArrayStream {
    int (*get_schema)(ArrowArrayStream*, ArrowSchema* out);
    int (*get_next)(ArrowArrayStream*, ArrowArray* out);
    const char* (*get_last_error)(ArrowArrayStream*);
    void (*release)(ArrowArrayStream*);
    void* private_data;
};
}

namespace flopwise::python {

namespace {

constexpr std::int64_t kNullable = 2; // ARROW_FLAG_NULLABLE

/// What a schema or an array points at; freed by its release callback.
template <class Arrow>
struct Kept {
    std::string name{};
    std::vector<std::vector<std::byte>> buffers{};
    std::vector<const void*> pointers{};
    std::vector<std::unique_ptr<Arrow>> children{};
    std::vector<Arrow*> child_pointers{};
};

template <class Arrow>
void release(Arrow* arrow) {
    for (std::int64_t i = 0; i < arrow->n_children; ++i)
        if (arrow->children[i]->release != nullptr) // a consumer may have moved it out
            arrow->children[i]->release(arrow->children[i]);
    delete static_cast<Kept<Arrow>*>(arrow->private_data);
    arrow->release = nullptr;
}

template <class Arrow>
void keep(Arrow& arrow, std::unique_ptr<Kept<Arrow>> kept) {
    for (const auto& child : kept->children)
        kept->child_pointers.push_back(child.get());
    arrow.n_children = static_cast<std::int64_t>(kept->children.size());
    arrow.children = kept->child_pointers.data();
    arrow.release = &release<Arrow>;
    arrow.private_data = kept.release();
}

const char* format_of(Kind kind) {
    constexpr std::array<const char*, 5> kFormats{"b", "l", "g", "u", "+l"};
    return kFormats.at(static_cast<std::size_t>(kind));
}

ArrowSchema field(const std::string& name, const char* format) {
    ArrowSchema out{};
    auto kept = std::make_unique<Kept<ArrowSchema>>();
    kept->name = name;
    out.format = format;
    out.name = kept->name.c_str();
    out.flags = kNullable;
    if (std::string_view{format} == "+l")
        kept->children.push_back(std::make_unique<ArrowSchema>(field("item", "u")));
    keep(out, std::move(kept));
    return out;
}

ArrowSchema schema(const std::vector<Column>& columns) {
    ArrowSchema out{};
    auto kept = std::make_unique<Kept<ArrowSchema>>();
    out.format = "+s";
    out.name = "";
    for (const Column& c : columns)
        kept->children.push_back(std::make_unique<ArrowSchema>(field(c.name, format_of(c.kind))));
    keep(out, std::move(kept));
    return out;
}

/// Bytes that grow by whole values.
struct Bytes {
    std::vector<std::byte> bytes{};

    void add(const void* from, std::size_t size) {
        const auto* begin = static_cast<const std::byte*>(from);
        bytes.insert(bytes.end(), begin, begin + size);
    }
    template <class T>
    void add(T value) {
        add(&value, sizeof value);
    }
};

struct Bits {
    std::vector<std::byte> bytes{};

    void set(std::size_t i, bool on) {
        bytes.resize(i / 8 + 1);
        if (on)
            bytes[i / 8] |= std::byte{1} << (i % 8);
    }
};

ArrowArray array(std::size_t length, std::int64_t nulls, std::unique_ptr<Kept<ArrowArray>> kept) {
    ArrowArray out{};
    out.length = static_cast<std::int64_t>(length);
    out.null_count = nulls;
    for (auto& buffer : kept->buffers) {
        buffer.reserve(8); // an empty buffer is still a valid pointer
        kept->pointers.push_back(buffer.data());
    }
    out.n_buffers = static_cast<std::int64_t>(kept->pointers.size());
    out.buffers = kept->pointers.data();
    keep(out, std::move(kept));
    return out;
}

std::int32_t offset_of(std::size_t size) {
    if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        throw std::length_error{"a column has more than 2 GiB of text"};
    return static_cast<std::int32_t>(size);
}

ArrowArray texts(const std::vector<std::string>& values) {
    auto kept = std::make_unique<Kept<ArrowArray>>();
    Bytes offsets;
    Bytes characters;
    offsets.add(std::int32_t{0});
    for (const std::string& text : values) {
        characters.add(text.data(), text.size());
        offsets.add(offset_of(characters.bytes.size()));
    }
    kept->buffers = {{}, std::move(offsets.bytes), std::move(characters.bytes)};
    ArrowArray out = array(values.size(), 0, std::move(kept));
    out.buffers[0] = nullptr; // no text is null
    return out;
}

/// The cells of a column as Arrow keeps them: one by one, then as its buffers.
class Cells {
public:
    explicit Cells(Kind kind) : kind_{kind} {
        if (kind == Kind::text || kind == Kind::list)
            values_.add(std::int32_t{0}); // where the first begins
    }

    void add(const Cell& cell) {
        const bool known = !std::holds_alternative<std::monostate>(cell);
        valid_.set(size_, known);
        nulls_ += known ? 0 : 1;
        if (kind_ == Kind::boolean)
            bits_.set(size_, known && std::get<bool>(cell));
        else
            add_value(cell, known);
        ++size_;
    }

    /// The offsets of a list column point into its one child.
    ArrowArray arrow() && {
        auto kept = std::make_unique<Kept<ArrowArray>>();
        kept->buffers.push_back(std::move(valid_.bytes));
        kept->buffers.push_back(kind_ == Kind::boolean ? std::move(bits_.bytes)
                                                       : std::move(values_.bytes));
        if (kind_ == Kind::text)
            kept->buffers.push_back(std::move(characters_.bytes));
        if (kind_ == Kind::list)
            kept->children.push_back(std::make_unique<ArrowArray>(texts(items_)));
        return array(size_, nulls_, std::move(kept));
    }

private:
    /// Of a text or a list, where it ends.
    void add_value(const Cell& cell, bool known) {
        if (kind_ == Kind::integer) {
            values_.add(known ? std::get<std::int64_t>(cell) : std::int64_t{0});
        } else if (kind_ == Kind::number) {
            values_.add(known ? std::get<double>(cell) : 0.0);
        } else if (kind_ == Kind::text) {
            if (known)
                characters_.add(std::get<std::string>(cell).data(),
                                std::get<std::string>(cell).size());
            values_.add(offset_of(characters_.bytes.size()));
        } else {
            if (known)
                for (const std::string& text : std::get<std::vector<std::string>>(cell))
                    items_.push_back(text);
            values_.add(offset_of(items_.size()));
        }
    }

    Kind kind_;
    std::size_t size_ = 0;
    std::int64_t nulls_ = 0;
    Bits valid_;
    Bits bits_; ///< of booleans
    Bytes values_;
    Bytes characters_;               ///< of texts
    std::vector<std::string> items_; ///< of lists
};

ArrowArray array(const Column& column) {
    Cells cells{column.kind};
    for (const Cell& cell : column.cells)
        cells.add(cell);
    return std::move(cells).arrow();
}

ArrowArray batch(const std::vector<Column>& columns) {
    auto kept = std::make_unique<Kept<ArrowArray>>();
    kept->buffers.emplace_back(); // a struct's validity
    for (const Column& column : columns)
        kept->children.push_back(std::make_unique<ArrowArray>(array(column)));
    const std::size_t rows = columns.empty() ? 0 : columns.front().cells.size();
    ArrowArray out = array(rows, 0, std::move(kept));
    out.buffers[0] = nullptr; // no row is null
    return out;
}

/// A stream's columns, and whether its one batch is gone.
struct Stream {
    std::vector<Column> columns;
    bool done = false;
    std::string error{};
};

template <class Make>
int guarded(ArrowArrayStream* stream, Make make) {
    auto& self = *static_cast<Stream*>(stream->private_data);
    try {
        make(self);
        return 0;
    } catch (const std::exception& e) {
        self.error = e.what();
        return ENOMEM;
    }
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    return guarded(stream, [out](Stream& self) { *out = schema(self.columns); });
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    return guarded(stream, [out](Stream& self) {
        *out = self.done ? ArrowArray{} : batch(self.columns);
        self.done = true;
    });
}

const char* get_last_error(ArrowArrayStream* stream) {
    const auto& error = static_cast<Stream*>(stream->private_data)->error;
    return error.empty() ? nullptr : error.c_str();
}

void release_stream(ArrowArrayStream* stream) {
    delete static_cast<Stream*>(stream->private_data);
    stream->release = nullptr;
}

/// Hands a structure to Python; it is freed with the capsule unless a consumer took it.
template <class Arrow>
py::capsule capsule(Arrow arrow, const char* name) {
    auto owned = std::make_unique<Arrow>(arrow);
    PyObject* out = PyCapsule_New(owned.get(), name, [](PyObject* self) {
        auto* kept = static_cast<Arrow*>(PyCapsule_GetPointer(self, PyCapsule_GetName(self)));
        if (kept->release != nullptr)
            kept->release(kept);
        delete kept;
    });
    if (out == nullptr)
        throw py::error_already_set{};
    (void)owned.release();
    return py::reinterpret_steal<py::capsule>(out);
}

} // namespace

py::capsule arrow_stream(std::vector<Column> columns) {
    auto stream = std::make_unique<Stream>(Stream{.columns = std::move(columns)});
    return capsule(ArrowArrayStream{.get_schema = get_schema,
                                    .get_next = get_next,
                                    .get_last_error = get_last_error,
                                    .release = release_stream,
                                    .private_data = stream.release()},
                   "arrow_array_stream");
}

py::capsule arrow_schema(std::vector<Column> columns) {
    return capsule(schema(columns), "arrow_schema");
}

// ---- in Python and as text ----------------------------------------------------------

std::string_view to_string(Kind kind) {
    constexpr std::array<std::string_view, 5> kNames{"bool", "int", "float", "str", "list"};
    return kNames.at(static_cast<std::size_t>(kind));
}

py::list list_of(const Column& column) {
    py::list out;
    for (const Cell& cell : column.cells)
        out.append(std::visit([](const auto& value) { return py::object{py::cast(value)}; }, cell));
    return out;
}

static std::string shown(const Cell& cell) {
    const auto text = [](const auto& value) -> std::string {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>)
            return "";
        else if constexpr (std::is_same_v<T, bool>)
            return value ? "yes" : "";
        else if constexpr (std::is_same_v<T, double>)
            return fmt::format("{:.6g}", value);
        else if constexpr (std::is_same_v<T, std::vector<std::string>>)
            return fmt::format("{}", fmt::join(value, ", "));
        else
            return fmt::format("{}", value);
    };
    return std::visit(text, cell);
}

std::string text_of(const std::vector<Column>& columns, std::size_t rows) {
    constexpr std::size_t kWidth = 100;
    TextTable grid;
    int keep = static_cast<int>(columns.size()); // the last columns go first
    for (const Column& column : columns)
        grid.column(column.name,
                    column.kind == Kind::integer || column.kind == Kind::number
                        ? TextTable::Align::right
                        : TextTable::Align::left,
                    keep--);
    const std::size_t all = columns.empty() ? 0 : columns.front().cells.size();
    for (std::size_t i = 0; i < std::min(all, rows); ++i) {
        std::vector<std::string> cells;
        for (const Column& column : columns)
            cells.push_back(shown(column.cells[i]));
        grid.row(std::move(cells));
    }
    std::string out = grid.terminal(kWidth, false);
    if (all > rows)
        out += fmt::format("... {} more\n", all - rows);
    return out;
}

} // namespace flopwise::python
