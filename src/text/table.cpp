#include "text/table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace flopwise {

void TextTable::column(std::string title, Align align, int keep) {
    columns_.push_back({std::move(title), align, keep, false});
}

void TextTable::row(std::vector<std::string> cells) {
    for (std::size_t i = 0; i < cells.size(); ++i)
        columns_[i].used = columns_[i].used || !cells[i].empty();
    rows_.push_back(std::move(cells));
}

std::size_t TextTable::width_of(std::size_t column) const {
    std::size_t width = columns_[column].title.size();
    for (const auto& cells : rows_)
        width = std::max(width, cells[column].size());
    return width;
}

std::size_t TextTable::total(const std::vector<std::size_t>& shown, std::size_t gap) const {
    std::size_t sum = shown.empty() ? 0 : gap * (shown.size() - 1);
    for (const std::size_t i : shown)
        sum += width_of(i);
    return sum;
}

std::string TextTable::terminal(std::size_t width, bool colour) const {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (columns_[i].used)
            shown.push_back(i);
    while (total(shown, 1) > width) {
        const auto spare = std::min_element(shown.begin(), shown.end(), [this](auto a, auto b) {
            return columns_[a].keep < columns_[b].keep;
        });
        if (spare == shown.end() || columns_[*spare].keep == kAlways)
            break; // wider than asked for, but nothing lost
        shown.erase(spare);
    }
    const std::string gap = total(shown, 2) > width ? " " : "  ";
    const auto line = [&](auto cell) {
        std::string out;
        for (const std::size_t i : shown)
            out += columns_[i].align == Align::left
                       ? fmt::format("{:<{}}{}", cell(i), width_of(i), gap)
                       : fmt::format("{:>{}}{}", cell(i), width_of(i), gap);
        return out.substr(0, out.find_last_not_of(' ') + 1);
    };
    const std::string head = line([this](std::size_t i) { return columns_[i].title; });
    std::string out = colour ? fmt::format("\x1b[1m{}\x1b[0m\n", head) : head + "\n";
    for (const auto& cells : rows_)
        out += line([&cells](std::size_t i) { return cells[i]; }) + "\n";
    return out;
}

std::string TextTable::markdown() const {
    const auto escaped = [](std::string_view text) {
        std::string out;
        for (const char c : text)
            out += c == '|' ? std::string{"\\|"} : std::string(1, c);
        return out;
    };
    std::string head = "|";
    std::string rule = "|";
    for (const Column& column : columns_) {
        if (!column.used)
            continue;
        head += fmt::format(" {} |", escaped(column.title));
        rule += column.align == Align::left ? " --- |" : " ---: |";
    }
    std::string out = head + "\n" + rule + "\n";
    for (const auto& cells : rows_) {
        out += "|";
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (columns_[i].used)
                out += fmt::format(" {} |", escaped(cells[i]));
        out += "\n";
    }
    return out;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    const std::size_t lead = std::min(text.find_first_not_of(' '), text.size());
    std::string out(lead, ' ');
    std::size_t column = lead; // where the next word would start
    bool first = true;
    text.remove_prefix(lead);
    while (!text.empty()) {
        const std::size_t blank = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, blank);
        if (!first && column + 1 + word.size() > width) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        first = false;
        text.remove_prefix(std::min(blank + 1, text.size()));
    }
    return out;
}

std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos)
        return std::string{text};
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"')
            out += c;
        out += c;
    }
    return out + '"';
}

} // namespace flopwise
