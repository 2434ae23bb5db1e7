#include "report/sections.hpp"

#include <flopwise/launch.hpp>

#include "recommend/warnings.hpp"
#include "report/cost_part.hpp"
#include "report/firmness_part.hpp"
#include "report/job_part.hpp"
#include "report/plan_part.hpp"
#include "report/ranking_part.hpp"
#include "report/refusal_part.hpp"
#include "request/in_flags.hpp"
#include "text/figures.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise {

// ---- what was asked -----------------------------------------------------------------

static std::string time_of(const Budget& b) {
    return fmt::format("({} {} x {} h/day)",
                       b.days->value(),
                       b.days->value() == 1 ? "day" : "days",
                       b.hours_per_day.value());
}

static std::string ceiling_line(const Recommendation& r) {
    const Budget& b = r.request.budget;
    if (!r.price_ceiling)
        return "";
    const Usd off = b.fixed + (r.charges ? r.charges->total : Usd{});
    const std::string total = off > Usd{}
                                  ? fmt::format("({} - {}) USD", money(*b.total), money(off))
                                  : money(*b.total) + " USD";
    const Uncertainty& u = r.request.uncertainty;
    if (u.use_cv != 0)
        return fmt::format(
            "Price ceiling {} USD/h = {} / {} h, enough in {} % of cases for {}, use "
            "varying by {} % a day",
            figure(r.price_ceiling->value()),
            total,
            grouped(hours_quantile(b, u, u.confidence).value(), 1),
            figure(u.confidence * 100),
            time_of(b),
            figure(u.use_cv * 100));
    const bool plain = !r.charges || r.charges->hours == rented_hours(b);
    return fmt::format("Price ceiling {} USD/h = {} / {}",
                       figure(r.price_ceiling->value()),
                       total,
                       plain ? time_of(b) : large(r.charges->hours.value()) + " billed hours");
}

static std::string purchases(const Request& request) {
    std::vector<std::string> names;
    if (request.ways.size() == kPurchaseKinds)
        return "cheapest way to pay";
    for (const PurchaseKind kind : request.ways)
        names.emplace_back(to_string(kind));
    if (!names.empty())
        return joined(names, " or ");
    for (const Purchase p : request.constraints.purchase)
        names.emplace_back(p == Purchase::on_demand ? "on demand" : "spot");
    return joined(names, " or ");
}

static std::string scope_line(const Recommendation& r) {
    std::vector<std::string> regions = r.request.constraints.region;
    if (r.region_choice) {
        regions.clear();
        for (const Nearby& region : r.region_choice->alike)
            if (std::find(regions.begin(), regions.end(), region.region) == regions.end())
                regions.push_back(region.region);
    }
    const std::string unit = r.on_vcpus ? "vCPUs" : std::string{to_string(*r.request.precision)};
    const std::string dates = to_string(r.price_dates);
    return fmt::format("{}, {}; {}; {}; {} ({})",
                       r.catalog_name,
                       dates.empty()        ? "no price shown"
                       : dates == "undated" ? "prices undated"
                                            : "prices as of " + dates,
                       regions.empty() ? "all regions" : joined(regions, ", "),
                       purchases(r.request),
                       to_string(r.request.profile),
                       unit);
}

/// What comes first, where it is not the best score.
static std::string order_of(const Recommendation& r) {
    const bool limited =
        r.request.budget.total || r.request.constraints.max_price || trains(r.request);
    switch (r.choices.empty() ? Sort::score : r.request.sort.value_or(Sort::score)) {
    case Sort::score:
        break;
    case Sort::cost:
        return limited
                   ? "; cheapest first"
                   : "; cheapest first, as no budget is given (`sort` score: by all that counts)";
    case Sort::price:
        return "; lowest price first";
    case Sort::speed:
        return "; fastest first";
    }
    return "";
}

static std::string count_line(const Recommendation& r) {
    return fmt::format("{} of {} offers qualify{}",
                       large(static_cast<double>(r.admitted)),
                       large(static_cast<double>(r.admitted + r.refusals.count)),
                       order_of(r));
}

// ---- in a sentence ------------------------------------------------------------------

std::string outcome_line(const Recommendation& r) {
    switch (r.outcome) {
    case Outcome::found:
        break;
    case Outcome::nothing_affordable:
        return r.unpriced.count > 0
                   ? "Nothing qualifies: every machine that fits and has a known price costs too "
                     "much."
                   : "Nothing qualifies: every machine that fits costs too much.";
    case Outcome::nothing_fits:
        if (r.unpriced.count > 0)
            return "Nothing qualifies: what fits is sold, but its price is not known.";
        if (r.refusals.count == 0)
            return "Nothing qualifies: the catalog has no price for that region and way to pay.";
        return "Nothing qualifies: no machine has all that is asked for.";
    }
    return "";
}

std::string with_platform(const std::string& name, const Choice& c) {
    const std::string other = foreign(c);
    return other.empty() ? name : fmt::format("{} ({})", name, other);
}

std::string instead_line(const Recommendation& r) {
    if (!r.instead)
        return "";
    const Choice& c = *r.instead;
    return fmt::format("Best of all others: {} in {} at {} USD/h, score {}.",
                       with_platform(c.instance, c),
                       c.region,
                       price(c.price),
                       score_text(c.score.value));
}

// ---- sections -----------------------------------------------------------------------

/// Lines, without those that are empty.
static std::vector<Line> lines_of(const std::vector<std::string>& texts) {
    std::vector<Line> out;
    for (const std::string& text : texts)
        if (!text.empty())
            out.push_back({text});
    return out;
}

/// What each name of a GPU stands for, if it is more than one.
static std::vector<std::string> gpu_lines(const Recommendation& r) {
    constexpr std::size_t kShown = 8;
    std::vector<std::string> out;
    for (const GpuMatch& match : r.gpu_matches) {
        if (match.gpus.size() < 2)
            continue;
        std::vector<std::string> names = match.gpus;
        const std::size_t more = names.size() - std::min(names.size(), kShown);
        names.resize(names.size() - more);
        out.push_back(fmt::format("GPU {} = {}{}",
                                  text::printable(match.name),
                                  joined(names, ", "),
                                  more == 0 ? "" : fmt::format(" and {} more", more)));
    }
    return out;
}

static Section asked_section(const Recommendation& r) {
    std::vector<std::string> texts{job_line(r),
                                   ceiling_line(r),
                                   charges_line(r),
                                   scope_line(r),
                                   currency_line(r),
                                   count_line(r),
                                   unpriced_line(r)};
    for (std::string& line : gpu_lines(r))
        texts.push_back(std::move(line));
    for (std::string& line : region_lines(r))
        texts.push_back(std::move(line));
    return {.lines = lines_of(texts), .id = "asked"};
}

static Section families_section(const Recommendation& r, Form form) {
    Section out{.title = "Families", .table = families_grid(r), .id = "families"};
    if (form == Form::terminal && r.request.by != By::family)
        out.lines.push_back({marks_of(r)});
    if (const std::string marked = platform_line(r); !marked.empty())
        out.lines.push_back({.text = marked, .item = false});
    return out;
}

std::string speed_line(const Recommendation& r) {
    return !r.on_vcpus && r.request.speed == Speed::predicted && !r.choices.empty()
               ? "Speed is what training is predicted to reach, in TFLOPS: the mean of ResNet-50, "
                 "BERT-large and Llama-2-7B"
               : "";
}

/// What made each score, and who says what it costs.
static Section scores_section(const Recommendation& r, Form form) {
    constexpr std::size_t kIndent = 4;
    const bool terminal = form == Form::terminal;
    Section out{.title = terminal ? "Scores, against p3.2xlarge at 3.06 USD/h = 100" : "Scores",
                .lines = lines_of({speed_line(r)}),
                .id = "scores"};
    for (const Choice& c : r.choices) {
        const std::string score =
            fmt::format("{} {}: {}", c.instance, score_text(c.score.value), explanation(r, c));
        const std::string price = fmt::format("rice: {}, {}", c.source, to_string(c.as_of));
        if (terminal) {
            out.lines.push_back({fmt::format("{}. {}", c.rank, score), kIndent});
            out.lines.push_back({"    p" + price, kIndent});
        } else {
            out.lines.push_back({fmt::format("{}. P{}", score, price)});
        }
    }
    return out;
}

/// What is sold at no known price, and what was refused, each with what would admit it.
static Section why_not_section(const Recommendation& r, Form form, bool keywords) {
    Section out{.title = "Why not", .lines = lines_of(unpriced_lines(r)), .id = "why-not"};
    if (r.refusals.count == 0)
        return out;
    for (const Refusal& refusal : r.refusals.nearest) {
        Line line{fmt::format("{}: {}", title_of(refusal), refusal.text)};
        const std::string change = relaxation_of(refusal, keywords);
        if (form == Form::page && !change.empty())
            line.text += fmt::format(" (`{}`)", change);
        out.lines.push_back(std::move(line));
        if (form == Form::terminal && !change.empty())
            out.lines.push_back({.text = "    " + change, .indent = 6});
    }
    out.lines.push_back({fmt::format(
        "{} refused: {}", large(static_cast<double>(r.refusals.count)), counts_of(r))});
    return out;
}

/// What was different on the other day.
static Section against_section(const Recommendation& r) {
    if (!r.against)
        return {};
    const Against& a = *r.against;
    Section out{.title = "Against " + to_string(a.as_of), .id = "against"};
    if (a.best)
        out.lines.push_back({fmt::format("the best was {} ({}) at {} USD/h",
                                         machine_name(*a.best),
                                         a.best->region,
                                         figure(a.best->price.value()))});
    else
        out.lines.push_back({fmt::format("there was no answer: {}", to_string(a.outcome))});
    for (const AnswerChange& c : a.changes) {
        const auto usd = [](const std::optional<UsdPerHour>& price) {
            return price ? figure(price->value()) + " USD/h" : std::string{"no price"};
        };
        const std::string change =
            c.then && c.now ? fmt::format(" ({:+.1f} %)", 100 * (*c.now / *c.then - 1)) : "";
        out.lines.push_back({fmt::format("{} ({}{}): {} then, {} now{}",
                                         c.instance,
                                         c.region,
                                         c.purchase == Purchase::spot ? ", spot" : "",
                                         usd(c.then),
                                         usd(c.now),
                                         change)});
    }
    if (a.unchanged > 0)
        out.lines.push_back({fmt::format("{} of {} prices are the same on both days",
                                         a.unchanged,
                                         a.unchanged + a.changes.size())});
    return out;
}

static Section script_section(const Recommendation& r, Form form) {
    const bool written = form == Form::page && r.request.launch.wanted && !r.choices.empty() &&
                         why_no_launch(r.request, r.choices.front()).empty();
    const LaunchFormat format = r.request.launch.format;
    return {.title = "Start plan",
            .script = written ? launch_script(r.request, r.choices.front()) : "",
            .language = format == LaunchFormat::script      ? "bash"
                        : format == LaunchFormat::terraform ? "hcl"
                                                            : "yaml",
            .id = "plan"};
}

static void call_settings_by_flags(std::vector<Section>& sections) {
    for (Section& section : sections)
        for (Line& line : section.lines)
            line.text = in_flags(std::move(line.text));
}

std::vector<Section> sections(const Recommendation& r, Form form, const TableStyle& style) {
    require_columns(style.columns);
    const bool explain = style.explain;
    std::vector<Section> out{asked_section(r)};
    if (r.choices.empty())
        out.push_back({.lines = lines_of({outcome_line(r), instead_line(r)}), .id = "outcome"});
    else if (r.request.by != By::family)
        out.push_back({.title = form == Form::page ? "Machines" : "",
                       .table = choices_grid(r, style),
                       .id = "machines"});
    if (!r.choices.empty())
        out.push_back(families_section(r, form));
    out.push_back(
        {.title = "How firm", .lines = lines_of(firmness_lines(r, explain)), .id = "firmness"});
    out.push_back({.title = "Cost against time", .table = front_grid(r), .id = "front"});
    if (TextTable bill = bill_grid(r, explain); !bill.empty())
        out.push_back({.title = bill_title(r), .table = std::move(bill), .id = "bill"});
    if (TextTable ways = ways_grid(r, explain); !ways.empty())
        out.push_back({.title = ways_title(r),
                       .table = std::move(ways),
                       .lines = lines_of(ways_lines(r, explain)),
                       .id = "ways"});
    if (explain)
        out.push_back(scores_section(r, form));
    out.push_back(
        {.title = "How long, and why", .lines = lines_of(job_lines(r, explain)), .id = "time"});
    out.push_back(
        {.title = "Own or rent", .lines = lines_of(ownership_lines(r, explain)), .id = "own"});
    out.push_back(script_section(r, form));
    out.push_back(why_not_section(r, form, style.keywords));
    out.push_back(against_section(r));
    out.push_back({.title = "Warnings", .lines = lines_of(r.warnings), .id = "warnings"});
    if (!style.keywords)
        call_settings_by_flags(out);
    std::erase_if(out, [](const Section& s) {
        return s.table.empty() && s.lines.empty() && s.script.empty();
    });
    return out;
}

} // namespace flopwise
