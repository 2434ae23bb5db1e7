#include <flopwise/report.hpp>

#include "recommend/warnings.hpp"
#include "report/job_part.hpp"
#include "report/ranking_part.hpp"
#include "report/sections.hpp"
#include "text/figures.hpp"
#include "text/text.hpp"

namespace flopwise {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kWide = 160;

std::string explanation(const Recommendation& r, const Choice& choice) {
    // Each criterion in words, and whether a ratio above 1 is how many times more of it.
    static constexpr std::array<std::string_view, kCriteria> kWords{
        "work per USD", "speed", "GPU memory", "memory", "vCPUs", "network"};
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < kCriteria; ++i) {
        if (r.weights[i] == 0)
            continue;
        const double part = choice.score.contributions[i];
        parts.push_back(
            fmt::format("{:.3g}x {} ({:+.3f})", std::exp(part / r.weights[i]), kWords[i], part));
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
                    c.job ? fmt::format(", {} h", large(c.job->time.median.value())) : "",
                    c.cost ? fmt::format(", {} USD in all", money(c.cost->total)) : "",
                    score_text(c.score.value)));
}

std::string table(const Recommendation& r, TableStyle style) {
    const std::size_t width = style.wide ? kWide : kWidth;
    std::string out;
    for (const Section& section : sections(r, Form::terminal, style)) {
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

std::string markdown(const Recommendation& r, TableStyle style) {
    std::string out = "# Recommendation\n\n";
    for (const Section& section : sections(r, Form::page, style)) {
        if (!section.title.empty())
            out += fmt::format("\n## {}\n\n", section.title);
        if (!section.table.empty())
            out += section.table.markdown() + (section.lines.empty() ? "" : "\n");
        for (const Line& line : section.lines)
            out += fmt::format(
                "{}{}\n", line.item ? "- " : "", markdown_text(text::printable(line.text)));
        if (!section.script.empty())
            out += fmt::format("```bash\n{}```\n", section.script);
    }
    return out;
}

} // namespace flopwise
