// A table of one's own as JSON: a list of objects, or objects one after the other.

#include "feed/json_stream.hpp"
#include "feed/own_table.hpp"
#include "feed/reader.hpp"

namespace flopwise::feed {

static std::string read_table_json(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 1> kLists{""};
    OwnTable table{sink};
    std::array<std::string, kColumns> texts; // a number's token ends with the value
    read_list(input, sink, kLists, [&](json_stream::Row& row) {
        Cells cells{};
        each(row.object(), [&](std::string_view name, json_stream::Value value) {
            const auto column = static_cast<std::size_t>(column_called(name));
            if (static_cast<Column>(column) == Column::unused)
                return;
            texts.at(column) = json_stream::scalar(value, name);
            cells.at(column) = texts.at(column);
        });
        table.add(cells, 0, row.byte);
    });
    table.finish();
    return std::string{kTableTitle};
}

extern constinit const Reader kTableJson{
    .format = Format::table_json,
    .name = "table_json",
    .marks = {.form = Form::array, .rows = {"\"price_usd_per_hour\""}},
    .read = read_table_json};

} // namespace flopwise::feed
