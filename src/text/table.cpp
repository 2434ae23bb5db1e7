#include "text/table.hpp"

#include "text/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace flopwise {

void TextTable::column(std::string title, Align align, int keep) {
    columns_.push_back({std::move(title), align, keep, false});
}

void TextTable::row(std::vector<std::string> cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        columns_[i].used = columns_[i].used || !cells[i].empty();
        cells[i] = text::printable(cells[i]);
    }
    rows_.push_back(std::move(cells));
}

/// What a character of UTF-8 takes, as far as each takes one column.
static std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80;
    }));
}

std::vector<std::size_t> TextTable::widths() const {
    std::vector<std::size_t> out;
    for (const Column& column : columns_)
        out.push_back(width_of(column.title));
    for (const auto& cells : rows_)
        for (std::size_t i = 0; i < cells.size(); ++i)
            out[i] = std::max(out[i], width_of(cells[i]));
    return out;
}

std::string TextTable::terminal(std::size_t width, bool colour) const {
    const std::vector<std::size_t> widths = this->widths();
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (columns_[i].used)
            shown.push_back(i);
    const auto total = [&](std::size_t gap) {
        std::size_t sum = shown.empty() ? 0 : gap * (shown.size() - 1);
        for (const std::size_t i : shown)
            sum += widths[i];
        return sum;
    };
    while (total(1) > width) {
        const auto spare = std::min_element(shown.begin(), shown.end(), [this](auto a, auto b) {
            return columns_[a].keep < columns_[b].keep;
        });
        if (spare == shown.end() || columns_[*spare].keep == kAlways)
            break; // wider than asked for, but nothing lost
        shown.erase(spare);
    }
    const std::string gap = total(2) > width ? " " : "  ";
    const auto line = [&](auto cell) {
        std::string out;
        for (const std::size_t i : shown) {
            const std::string blanks(widths[i] - width_of(cell(i)), ' ');
            out += columns_[i].align == Align::left ? cell(i) + blanks : blanks + cell(i);
            out += gap;
        }
        return out.substr(0, out.find_last_not_of(' ') + 1);
    };
    const std::string head =
        line([this](std::size_t i) -> const auto& { return columns_[i].title; });
    std::string out = colour ? fmt::format("\x1b[1m{}\x1b[0m\n", head) : head + "\n";
    for (const auto& cells : rows_)
        out += line([&cells](std::size_t i) -> const auto& { return cells[i]; }) + "\n";
    return out;
}

std::string TextTable::markdown() const {
    std::string head = "|";
    std::string rule = "|";
    for (const Column& column : columns_) {
        if (!column.used)
            continue;
        head += fmt::format(" {} |", markdown_text(column.title));
        rule += column.align == Align::left ? " --- |" : " ---: |";
    }
    std::string out = head + "\n" + rule + "\n";
    for (const auto& cells : rows_) {
        out += "|";
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (columns_[i].used)
                out += fmt::format(" {} |", markdown_text(cells[i]));
        out += "\n";
    }
    return out;
}

std::string TextTable::html(std::string_view caption, std::string_view classes) const {
    std::size_t naming = 0;
    while (naming + 1 < columns_.size() && columns_[naming].align == Align::right)
        ++naming;
    std::string out = fmt::format(
        "<table class=\"{}\"><caption>{}</caption>\n<thead><tr>", classes, html_text(caption));
    const auto put = [&](std::size_t i, std::string_view tag, const std::string& text) {
        const bool right = columns_[i].align == Align::right;
        out.append("<").append(tag).append(right ? " class=\"n\">" : ">").append(text);
        out.append("</").append(tag.substr(0, 2)).append(">");
    };
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (columns_[i].used)
            put(i,
                "th scope=\"col\"",
                columns_[i].title.empty() ? "<span class=\"v\">mark</span>"
                                          : html_text(columns_[i].title));
    out += "</tr></thead>\n<tbody>\n";
    for (const auto& cells : rows_) {
        out += "<tr>";
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (columns_[i].used)
                put(i, i == naming ? "th scope=\"row\"" : "td", html_text(cells[i]));
        out += "</tr>\n";
    }
    return out + "</tbody></table>\n";
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

std::string markdown_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '(' && out.ends_with(']')) // of a link
            out += "\\(";
        else
            (c == '|' ? out += '\\' : out) += c;
    }
    return out;
}

std::string html_text(std::string_view text) {
    std::string out;
    for (const char c : text::printable_lines(text)) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string csv_cell(std::string_view text) {
    constexpr std::string_view kFormula = "=+-@\t\r";
    constexpr std::string_view kBreaks = "\r\n";
    const bool formula = text.size() > 1 && kFormula.find(text.front()) != std::string_view::npos &&
                         !text::number(text);
    const bool quotes = formula || text.find_first_of(",\"\r\n") != std::string_view::npos;
    std::string out = formula ? "\"'" : quotes ? "\"" : "";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find_first_of(kBreaks, at), text.size());
        for (const char c : text::printable(text.substr(at, end - at)))
            out.append(c == '"' ? 2 : 1, c);
        if (end < text.size())
            out += text[end];
        at = end + 1;
    }
    return quotes ? out + '"' : out;
}

} // namespace flopwise
