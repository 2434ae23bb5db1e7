#include <flopwise/report.hpp>

#include "recommend/warnings.hpp"
#include "report/job_part.hpp"
#include "report/ranking_part.hpp"
#include "report/sections.hpp"
#include "text/figures.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise {

constexpr int kNarrowest = 60;
constexpr int kWidest = 250;
constexpr int kWide = 160;

std::string explanation(const Recommendation& r, const Choice& choice) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < kCriteria; ++i) {
        if (r.weights[i] == 0)
            continue;
        parts.push_back(fmt::format("{:.3g}x {} ({:+.3f})",
                                    ratio_to_reference(r, choice, i),
                                    kCriterionWords[i],
                                    choice.score.contributions[i]));
    }
    return joined(parts, ", ");
}

std::string brief(const Recommendation& r) {
    if (r.choices.empty())
        return outcome_line(r);
    const Choice& c = r.choices.front();
    return text::printable(
        fmt::format("{} in {} at {} USD/h{}{}, score {}",
                    with_platform(machine_name(c), c),
                    c.region,
                    price(c.price),
                    c.job ? ", " + duration(c.job->time.median) : "",
                    c.cost ? fmt::format(", {} USD in all", money(c.cost->total)) : "",
                    score_text(c.score.value)));
}

std::string terminal_text(const std::vector<Section>& sections, const TableStyle& style) {
    if (style.width < kNarrowest || style.width > kWidest)
        throw ArgumentError{
            "width",
            fmt::format("must be from {} to {}, got {}", kNarrowest, kWidest, style.width)};
    const auto width =
        static_cast<std::size_t>(style.wide ? std::max(style.width, kWide) : style.width);
    std::string out;
    for (const Section& section : sections) {
        if (!out.empty())
            out += "\n";
        if (!section.title.empty())
            out += style.colour ? fmt::format("\x1b[1m{}\x1b[0m\n", section.title)
                                : section.title + "\n";
        if (!section.table.empty())
            out += section.table.terminal(width, style.colour);
        for (const Line& line : section.lines)
            out += wrapped(text::printable(line.text), width, line.indent) + "\n";
    }
    return out;
}

std::string table(const Recommendation& r, const TableStyle& style) {
    return terminal_text(sections(r, Form::terminal, style), style);
}

std::string markdown_page(const std::string& title, const std::vector<Section>& sections) {
    std::string out = fmt::format("# {}\n\n", title);
    for (const Section& section : sections) {
        if (!section.title.empty())
            out += fmt::format("\n## {}\n\n", section.title);
        if (!section.table.empty())
            out += section.table.markdown() + (section.lines.empty() ? "" : "\n");
        for (const Line& line : section.lines)
            out += fmt::format(
                "{}{}\n", line.item ? "- " : "", markdown_text(text::printable(line.text)));
        if (!section.script.empty())
            out += fmt::format("```{}\n{}```\n", section.language, section.script);
    }
    return out;
}

std::string markdown(const Recommendation& r, const TableStyle& style) {
    return markdown_page("Recommendation", sections(r, Form::page, style));
}

} // namespace flopwise
