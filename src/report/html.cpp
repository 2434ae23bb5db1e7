// A report as one page of HTML: the sections of sections.hpp, with pictures and what a reader who
// has nothing but the page needs beside them.

#include <flopwise/launch.hpp>
#include <flopwise/report.hpp>
#include <flopwise/settings.hpp>
#include <flopwise/version.hpp>

#include "report/cost_part.hpp"
#include "report/html_parts.hpp"
#include "report/job_part.hpp"
#include "report/ranking_part.hpp"
#include "report/sections.hpp"
#include "text/figures.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise {

namespace {

/// What stands under one heading of the page.
struct PagePart {
    std::string_view id;
    std::string title;
    std::string html{};
};

using Align = TextTable::Align;

} // namespace

/// The order of the page; where it has no name stands all else, as a report has it.
static constexpr std::array<std::string_view, 13> kOrder{"outcome",
                                                         "asked",
                                                         "why",
                                                         "firmness",
                                                         "warnings",
                                                         "bill",
                                                         "front",
                                                         "budget",
                                                         "machines",
                                                         "scores",
                                                         "",
                                                         "prices",
                                                         "again"};

static std::string element(std::string_view tag, std::string_view text) {
    return fmt::format("<{0}>{1}</{0}>", tag, html_text(text));
}

/// A sentence; what stands in it between backticks is code.
static std::string sentence(std::string_view text) {
    std::string out;
    for (;;) {
        const std::size_t from = text.find('`');
        const std::size_t to = from == std::string_view::npos ? from : text.find('`', from + 1);
        if (to == std::string_view::npos)
            return out + html_text(text);
        out += html_text(text.substr(0, from));
        out += element("code", text.substr(from + 1, to - from - 1));
        text.remove_prefix(to + 1);
    }
}

static std::string list(const std::vector<Line>& lines) {
    std::string out;
    bool open = false;
    for (const Line& line : lines) {
        if (line.item != open)
            out += line.item ? "<ul>\n" : "</ul>\n";
        open = line.item;
        out += fmt::format("<{0}>{1}</{0}>\n", line.item ? "li" : "p", sentence(line.text));
    }
    return open ? out + "</ul>\n" : out;
}

/// It scrolls by itself where it is wider than the page, by keyboard too. Its title is shown above
/// it already; a note is its caption.
static std::string
grid(const TextTable& table, std::string_view title, bool sorts, std::string_view note = {}) {
    return fmt::format(
        "<div class=\"t\" tabindex=\"0\" role=\"group\" aria-label=\"{}\">\n{}</div>\n",
        html_text(title),
        table.html(note.empty() ? title : note,
                   fmt::format("{}{}", sorts ? "s" : "", note.empty() ? " q" : "")));
}

// ---- what a page has beside the sections --------------------------------------------

/// "reads: value" of the head of the page.
static std::string
tile(std::string_view name, const std::string& value, const std::string& more = {}) {
    return fmt::format("<div>{}<dd><b>{}</b>{}</dd></div>\n",
                       element("dt", name),
                       html_text(value),
                       more.empty() ? "" : element("small", more));
}

static std::string price_range(const Choice& c) {
    return c.price_p10 && c.price_p90 && *c.price_p10 < *c.price_p90
               ? fmt::format("{} to {}", figure(c.price_p10->value()), figure(c.price_p90->value()))
               : "";
}

/// " (1,840.00 EUR)"; empty without another currency.
static std::string
beside_usd(const Recommendation& r, const std::string& amount, std::string_view per = "") {
    return amount.empty() ? "" : fmt::format(" ({} {}{})", amount, currency_code(r), per);
}

static std::string cost_tile(const Recommendation& r, const Choice& c) {
    if (!c.cost)
        return "";
    std::string more;
    if (c.job && c.cost_quantiles)
        more = fmt::format("8 of 10 such jobs from {} to {} USD",
                           money(c.job->cost_p10),
                           money(c.cost_quantiles->p90));
    else if (c.cost_quantiles)
        more = fmt::format("at most {} USD with probability 0.9", money(c.cost_quantiles->p90));
    if (c.cost->per_month)
        more +=
            fmt::format("{}{} USD a month", more.empty() ? "" : "; ", money(*c.cost->per_month));
    if (c.upfront > Usd{})
        more += fmt::format("; {} USD of it at the start", money(c.upfront));
    return tile(complete(*c.cost) ? "In all" : "In all, of what is known",
                money(c.cost->total) + " USD" + beside_usd(r, in_currency(r, c.cost->total)),
                more);
}

static std::string tiles(const Recommendation& r) {
    const Choice& c = r.choices.front();
    const std::string range = price_range(c);
    std::string out = tile(
        "Price",
        price(c.price) + " USD/h" + beside_usd(r, in_currency(r, c.price), "/h"),
        fmt::format("{}, as of {}{}",
                    to_string(c.purchase),
                    to_string(c.as_of),
                    range.empty() ? "" : fmt::format("; today {} with 80 % probability", range)));
    out += cost_tile(r, c);
    if (c.job)
        out += tile("Time",
                    duration(c.hours.value_or(c.job->time.median)),
                    fmt::format("8 of 10 such jobs from {} to {}",
                                duration(c.job->p10),
                                duration(c.job->p90)));
    if (c.job && c.job->probability_in_time)
        out += tile("In time", percent(*c.job->probability_in_time), "probability");
    if (c.probability_within_budget && r.request.budget.total)
        out += tile("Within the budget",
                    percent(*c.probability_within_budget),
                    fmt::format("probability, of {} USD", money(*r.request.budget.total)));
    if (c.lasts)
        out += tile("The budget lasts", grouped(c.lasts->value(), 1) + " days");
    std::string machine;
    if (c.vcpus)
        machine += large(*c.vcpus) + " vCPUs";
    if (c.memory)
        machine += (machine.empty() ? "" : ", ") + large(c.memory->value()) + " GiB of memory";
    const std::string cards = gpus(c.gpu_count, c.gpu);
    out += tile("Machine", cards.empty() ? machine : cards, cards.empty() ? "" : machine);
    out += tile("Score", score_text(c.score.value), "p3.2xlarge at 3.06 USD/h = 100");
    return fmt::format("<dl>\n{}</dl>\n", out);
}

/// How the next machine of another name compares.
static std::string next_line(const Recommendation& r) {
    const Choice& best = r.choices.front();
    const auto next = std::find_if(r.choices.begin(), r.choices.end(), [&best](const Choice& c) {
        return c.instance != best.instance;
    });
    if (next == r.choices.end())
        return "";
    std::string out = fmt::format("Next other machine: {} in {}, score {}",
                                  machine_name(*next),
                                  next->region,
                                  score_text(next->score.value));
    const auto add = [&out](std::string_view what, double ratio) {
        const std::string times = fmt::format("{:.3g}", ratio);
        out += times == "1" ? fmt::format(", the same {}", what)
                            : fmt::format(", {} times the {}", times, what);
    };
    if (best.cost && next->cost && complete(*best.cost) && complete(*next->cost) &&
        best.cost->total > Usd{})
        add("cost", next->cost->total / best.cost->total);
    else
        add("price", next->price / best.price);
    if (best.job && next->job)
        add("hours", next->job->time.median / best.job->time.median);
    else if (best.predicted && next->predicted && r.request.speed == Speed::predicted)
        add("speed", *next->predicted / *best.predicted);
    return out + (next->tied ? "; tied: " + tied_by(r) : "");
}

static PagePart why_part(const Recommendation& r) {
    const Choice& c = r.choices.front();
    std::vector<Line> lines{
        {fmt::format("The best score of the {} offers that qualify: {}, where p3.2xlarge at 3.06 "
                     "USD/h is 100",
                     large(static_cast<double>(r.admitted)),
                     score_text(c.score.value))}};
    if (trains(r.request))
        lines.push_back({fmt::format("Objective: {}", to_string(job_of(r.request).objective))});
    lines.push_back({"What made it: " + explanation(r, c)});
    if (c.pareto)
        lines.push_back({trains(r.request)
                             ? "Nothing else that qualifies is both cheaper and faster"
                             : "Nothing else that qualifies is as good in price, speed and GPU "
                               "memory"});
    if (std::string next = next_line(r); !next.empty())
        lines.push_back({std::move(next)});
    if (r.still_first)
        lines.push_back({fmt::format("As old as the prices are, it is still the first with "
                                     "probability {}",
                                     percent(*r.still_first))});
    return {"why", "Why this one", list(lines)};
}

/// By criterion; of one alone, why_part() has said all.
static PagePart scores_part(const Recommendation& r) {
    if (std::count(r.weights.begin(), r.weights.end(), 0.) + 1 >= static_cast<int>(kCriteria))
        return {};
    TextTable table;
    table.column("#", Align::right);
    table.column("machine", Align::left);
    table.column("region", Align::left);
    for (std::size_t i = 0; i < kCriteria; ++i)
        table.column(std::string{kCriterionWords[i]}, Align::right);
    table.column("score", Align::right);
    for (const Choice& c : r.choices) {
        std::vector<std::string> cells{fmt::format("{}", c.rank), machine_name(c), c.region};
        for (std::size_t i = 0; i < kCriteria; ++i)
            cells.push_back(r.weights[i] == 0 ? ""
                                              : fmt::format("{:.3g}x ({:+.3f})",
                                                            ratio_to_reference(r, c, i),
                                                            c.score.contributions[i]));
        cells.push_back(score_text(c.score.value));
        table.row(std::move(cells));
    }
    const std::string speed = speed_line(r);
    return {"scores",
            "What made each score",
            grid(table,
                 "Scores",
                 true,
                 "Times the reference machine, and in brackets its part of ln(score / 100), which "
                 "these add up to.") +
                (speed.empty() ? "" : element("p", speed))};
}

static PagePart prices_part(const Recommendation& r) {
    TextTable table;
    table.column("#", Align::right);
    table.column("machine", Align::left);
    table.column("provider", Align::left);
    table.column("region", Align::left);
    table.column("paid", Align::left);
    table.column("USD/h", Align::right);
    table.column("today (80 %)", Align::left);
    table.column("as of", Align::left);
    table.column("source", Align::left);
    for (const Choice& c : r.choices)
        table.row({fmt::format("{}", c.rank),
                   c.instance,
                   c.provider,
                   c.region,
                   std::string{to_string(c.purchase)},
                   price(c.price),
                   price_range(c),
                   to_string(c.as_of),
                   c.source});
    return {"prices", "Prices, their dates and sources", grid(table, "Prices", true)};
}

// ---- the question as a command ------------------------------------------------------

/// A word as a shell takes it.
static std::string word(const std::string& text) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789.,:=/_+-";
    const bool plain = !text.empty() && text.find_first_not_of(kPlain) == std::string::npos;
    return plain ? text : text::single_quoted(text);
}

/// What was written for a setting; empty for a switch, and if it is not given.
static std::string value_of(const Value& value) {
    std::string out;
    if (const auto* number = std::get_if<double>(&value))
        out = fmt::format("{}", *number);
    else if (const auto* one = std::get_if<std::string>(&value))
        out = *one;
    else if (const auto* several = std::get_if<std::vector<std::string>>(&value))
        out = joined(*several, ",");
    else if (const auto* named = std::get_if<std::vector<std::pair<std::string, double>>>(&value))
        for (const auto& [name, part] : *named)
            out += fmt::format("{}{}={}", out.empty() ? "" : ",", name, part);
    return text::printable(out); // which is no longer what it was, but shown as it is
}

static PagePart again_part(const Request& request) {
    std::string command = "recommend";
    TextTable table;
    table.column("setting", Align::left);
    table.column("value", Align::left);
    table.column("meaning", Align::left);
    for (const Setting& setting : settings()) {
        const Value value = setting.get(request);
        const bool* on = std::get_if<bool>(&value);
        if (std::holds_alternative<std::monostate>(value) || (on != nullptr && !*on))
            continue;
        const std::string text = value_of(value);
        command += fmt::format(" --{}{}", setting.flag, on != nullptr ? "" : " " + word(text));
        table.row(
            {std::string{setting.flag}, on != nullptr ? "yes" : text, std::string{setting.help}});
    }
    if (request.by == Request{}.by) // which the command takes for another where none is given
        command += fmt::format(" --by {}", to_string(request.by));
    return {"again",
            "The question in full",
            fmt::format("{}<pre><code>{}</code></pre>\n",
                        table.empty() ? "" : grid(table, "Settings", false),
                        html_text(command + " --format html"))};
}

// ---- the page -----------------------------------------------------------------------

static std::string figure_of(const Recommendation& r, std::string_view id) {
    return id == "front" ? cost_chart(r) : id == "budget" ? budget_chart(r) : "";
}

/// A section of a report under its heading; what is long and for few readers is folded.
static PagePart part_of(const Recommendation& r, const Section& section) {
    PagePart out{section.id, section.title, figure_of(r, section.id)};
    if (section.id == "asked")
        out.title = "What was asked";
    if (!section.table.empty())
        out.html += grid(section.table,
                         section.title,
                         section.id != "bill",
                         section.id == "machines" ? marks_of(r) : "");
    const Budget& budget = r.request.budget;
    if (section.id == "asked" && budget.days && !r.price_ceiling) // which would say it
        out.html += list({{fmt::format(
            "For {:.6g} days of {:.6g} h", budget.days->value(), budget.hours_per_day.value())}});
    const std::string lines = list(section.lines);
    out.html += section.id != "time"
                    ? lines
                    : fmt::format("<details><summary>{} lines</summary>\n{}</details>\n",
                                  section.lines.size(),
                                  lines);
    if (!section.script.empty())
        out.html += fmt::format("<pre><code>{}</code></pre>\n",
                                html_text(text::printable_lines(section.script)));
    return out;
}

/// All of the page. What a report gets is in it by its section.
static std::vector<PagePart> parts(const Recommendation& r, bool keywords) {
    std::vector<PagePart> out;
    const TableStyle style{.explain = true, .wide = true, .keywords = keywords};
    for (const Section& section : sections(r, Form::page, style))
        if (section.id != "scores")
            out.push_back(part_of(r, section));
    if (!r.choices.empty()) {
        out.push_back(why_part(r));
        if (r.front.empty())
            out.push_back({"front", "Cost against speed", cost_chart(r)});
        out.push_back({"budget", "What the budget affords", budget_chart(r)});
        out.push_back(scores_part(r));
        out.push_back(prices_part(r));
    }
    out.push_back(again_part(r.request));
    return out;
}

/// Those that are not empty, in the order of the page.
static std::vector<const PagePart*> in_order(const std::vector<PagePart>& all) {
    const auto place = [](std::string_view id) {
        const auto* const found = std::find(kOrder.begin(), kOrder.end(), id);
        return found == kOrder.end() ? std::find(kOrder.begin(), kOrder.end(), "") : found;
    };
    std::vector<const PagePart*> out;
    for (const auto* at = kOrder.begin(); at != kOrder.end(); ++at)
        for (const PagePart& part : all)
            if (!part.html.empty() && place(part.id) == at)
                out.push_back(&part);
    return out;
}

static std::string title_of(const Recommendation& r) {
    if (r.choices.empty())
        return "Nothing qualifies";
    const Choice& c = r.choices.front();
    return fmt::format("{} in {}", with_platform(machine_name(c), c), c.region);
}

static std::string header(const Recommendation& r, const std::vector<const PagePart*>& shown) {
    std::string out = fmt::format("<header>\n<p class=\"k\">Which machine to rent</p>\n{}\n",
                                  element("h1", title_of(r)));
    if (!r.choices.empty())
        out += tiles(r);
    out += "</header>\n<nav aria-label=\"Sections\"><ul>\n";
    for (const PagePart* part : shown)
        if (!part->title.empty() && !part->id.empty())
            out +=
                fmt::format("<li><a href=\"#{}\">{}</a></li>\n",
                            part->id,
                            html_text(std::string_view{part->title}.substr(
                                0, std::min(part->title.find(" of "), part->title.find(" for ")))));
    return out + "</ul></nav>\n";
}

static std::string footer(const Recommendation& r) {
    return fmt::format(
        "<footer>{}</footer>\n",
        element(
            "p",
            fmt::format("flopwise {}; catalog {} of {}, {} offers{}. All amounts are in US "
                        "dollars{}.",
                        version(),
                        r.catalog_name,
                        to_string(r.catalog_as_of),
                        large(static_cast<double>(r.catalog_offers)),
                        r.request.today.year == 0 ? "" : "; asked on " + to_string(r.request.today),
                        r.request.currency ? " where no other currency is named" : "")));
}

std::string html(const Recommendation& r, const TableStyle& style) {
    const std::vector<PagePart> all = parts(r, style.keywords);
    const std::vector<const PagePart*> shown = in_order(all);
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      // Nothing is fetched, whatever a name in a catalog may hold.
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n";
    out += element("title", title_of(r) + " - flopwise");
    out.append("\n<style>").append(kPageStyle).append("</style>\n</head>\n<body>\n<main>\n");
    out += header(r, shown);
    for (const PagePart* part : shown)
        out += fmt::format("<section{}>\n{}\n{}</section>\n",
                           part->id.empty() ? "" : fmt::format(" id=\"{}\"", part->id),
                           part->title.empty() ? "" : element("h2", part->title),
                           part->html);
    out += footer(r);
    out.append("</main>\n<script>").append(kPageScript).append("</script>\n</body>\n</html>\n");
    return out;
}

} // namespace flopwise
