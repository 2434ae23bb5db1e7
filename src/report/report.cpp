#include <flopwise/launch.hpp>
#include <flopwise/report.hpp>

#include "recommend/warnings.hpp"
#include "report/cost_part.hpp"
#include "report/job_part.hpp"
#include "report/plan_part.hpp"
#include "report/refusal_part.hpp"
#include "text/figures.hpp"
#include "text/table.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <iterator>

namespace flopwise {

constexpr std::size_t kWidth = 80;

// ---- figures in words ---------------------------------------------------------------

/// The name of a GPU without its vendor.
static std::string_view model_of(std::string_view gpu) {
    const auto dash = gpu.find('-');
    return dash == std::string_view::npos ? gpu : gpu.substr(dash + 1);
}

/// Of what is not certain, so never 100 %.
static std::string percent(double share) {
    const std::string text = fmt::format("{:.1f} %", share * 100);
    return text == "100.0 %" ? ">99.9 %" : text;
}

static std::string score_of(double value) {
    return fmt::format("{:.1f}", value);
}

template <class T>
static std::string figure_if(const std::optional<T>& value, int decimals) {
    return value ? grouped(value->value(), decimals) : "";
}

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
    const auto regions = r.region_choice ? std::vector<std::string>{r.region_choice->region.region}
                                         : r.request.constraints.region;
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

static std::string count_line(const Recommendation& r) {
    return fmt::format("{} of {} offers qualify",
                       large(static_cast<double>(r.admitted)),
                       large(static_cast<double>(r.admitted + r.refusals.count)));
}

// ---- tables -------------------------------------------------------------------------

using Align = TextTable::Align;

static bool several_regions(const Recommendation& r) {
    return std::any_of(r.choices.begin(), r.choices.end(), [&](const Choice& c) {
        return c.region != r.choices.front().region;
    });
}

/// Whether a machine's name alone does not tell who rents it out.
static bool several_providers(const Recommendation& r) {
    const auto& asked = r.request.constraints.provider;
    return (!asked.empty() && (asked.size() > 1 || text::is_pattern(asked.front()))) ||
           std::any_of(r.families.begin(), r.families.end(), [&](const FamilyChoice& f) {
               return f.provider != r.families.front().provider;
           });
}

/// What is shown only where it differs.
struct Shown {
    bool provider;
    bool region;
    bool purchase;
};

/// A column that is the same for all is left out; the rest by what a reader can spare.
static std::vector<std::string> cells_of(const Choice& c, Shown show) {
    return {fmt::format("{}", c.rank),
            machine_name(c),
            show.provider ? c.provider : "",
            show.region ? c.region : "",
            show.purchase ? std::string{to_string(c.purchase)} : "",
            gpus(c.gpu_count, model_of(c.gpu)),
            large(c.memory.value()),
            large(c.vcpus),
            c.tflops ? large(c.tflops->value()) : "",
            figure_if(c.rtt, 0),
            c.job ? large(c.job->time.median.value()) : "",
            c.job ? large(c.job->p90.value()) : "",
            c.job && c.job->probability_in_time ? percent(*c.job->probability_in_time) : "",
            price(c.price),
            c.cost ? (complete(*c.cost) ? "" : "> ") + money(c.cost->total) : "",
            c.cost_quantiles ? money(c.cost_quantiles->p90) : "",
            c.probability_within_budget ? percent(*c.probability_within_budget) : "",
            figure_if(c.lasts, 1),
            score_of(c.score.value),
            fmt::format("{}{}{}",
                        c.pareto ? "*" : "",
                        c.job && c.job->tied ? "=" : "",
                        foreign(c.arch, c.stack).empty() ? "" : "!")};
}

static TextTable choices_grid(const Recommendation& r) {
    const bool regions =
        several_regions(r) || (r.request.constraints.region.size() != 1 && !r.region_choice);
    const bool several_purchases =
        r.request.constraints.purchase.size() > 1 || r.request.ways.size() > 1;
    TextTable grid;
    grid.column("#", Align::right);
    grid.column("machine", Align::left);
    grid.column("provider", Align::left, 79);
    grid.column("region", Align::left, 77);
    grid.column("paid", Align::left, 60);
    grid.column("GPUs", Align::left, 50);
    grid.column("GiB", Align::right, 30);
    grid.column("vCPU", Align::right, 10);
    grid.column("TFLOPS", Align::right, 40);
    grid.column("rtt ms", Align::right, 65);
    grid.column("hours", Align::right, 92);
    grid.column("90 % h", Align::right, 45);
    grid.column("in time", Align::right, 74);
    grid.column("USD/h", Align::right, 90);
    grid.column("total USD", Align::right, 80);
    grid.column("90 % USD", Align::right, 75);
    grid.column("within", Align::right, 76);
    grid.column("days", Align::right, 80);
    grid.column("score", Align::right);
    grid.column("", Align::left);
    for (const Choice& c : r.choices)
        grid.row(cells_of(c, {several_providers(r), regions, several_purchases}));
    return grid;
}

static TextTable families_grid(const Recommendation& r) {
    TextTable grid;
    grid.column("#", Align::right);
    grid.column("family", Align::left);
    grid.column("provider", Align::left, 75);
    grid.column("for", Align::left, 40);
    grid.column("GPU", Align::left, 60);
    grid.column("best", Align::left, 70);
    grid.column("USD/h", Align::right, 50);
    grid.column("qualify", Align::right, 30);
    grid.column("score", Align::right);
    grid.column("", Align::left);
    const bool providers = several_providers(r);
    auto left = static_cast<std::size_t>(r.request.top);
    for (const FamilyChoice& f : r.families) {
        if (left-- == 0)
            break;
        grid.row({fmt::format("{}", f.rank),
                  f.family,
                  providers ? f.provider : "",
                  std::string{to_string(f.purpose)},
                  f.gpu.substr(f.gpu.find('-') + 1),
                  f.best,
                  f.price_from == f.price_to
                      ? price(f.price_from)
                      : fmt::format("{} - {}", price(f.price_from), price(f.price_to)),
                  fmt::format("{} of {}", f.admitted, f.admitted + f.refused),
                  score_of(f.score),
                  foreign(f.arch, f.stack).empty() ? "" : "!"});
    }
    return grid;
}

// ---- in a sentence ------------------------------------------------------------------

static std::string outcome_line(const Recommendation& r) {
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

/// "trn1.2xlarge (Neuron)".
static std::string with_platform(const std::string& name, const Choice& c) {
    const std::string other = foreign(c.arch, c.stack);
    return other.empty() ? name : fmt::format("{} ({})", name, other);
}

static std::string instead_line(const Recommendation& r) {
    if (!r.instead)
        return "";
    const Choice& c = *r.instead;
    return fmt::format("Best of all others: {} in {} at {} USD/h, score {}.",
                       with_platform(c.instance, c),
                       c.region,
                       price(c.price),
                       score_of(c.score.value));
}

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

// ---- whole reports ------------------------------------------------------------------

std::string brief(const Recommendation& r) {
    if (r.choices.empty())
        return outcome_line(r);
    const Choice& c = r.choices.front();
    return fmt::format("{} in {} at {} USD/h{}{}, score {}",
                       with_platform(machine_name(c), c),
                       c.region,
                       price(c.price),
                       c.job ? fmt::format(", {} h", large(c.job->time.median.value())) : "",
                       c.cost ? fmt::format(", {} USD in all", money(c.cost->total)) : "",
                       score_of(c.score.value));
}

/// What made each score, and who says what it costs.
static std::string explained(const Recommendation& r) {
    constexpr std::size_t kIndent = 4;
    std::string out;
    for (const Choice& c : r.choices) {
        const std::string score = fmt::format(
            "{}. {} {}: {}", c.rank, c.instance, score_of(c.score.value), explanation(r, c));
        const std::string source = fmt::format("    price: {}, {}", c.source, to_string(c.as_of));
        out += wrapped(score, kWidth, kIndent) + "\n" + wrapped(source, kWidth, kIndent) + "\n";
    }
    return out;
}

static std::string marks_of(const Recommendation& r) {
    return wanted(r.request.job)
               ? job_marks(r)
               : "* nothing else that qualifies is as good in price, speed and GPU memory";
}

/// The refusals that are spelled out, each with what would admit it, and how many there are.
static std::string why_not_of(const Recommendation& r) {
    std::string out;
    for (const std::string& line : unpriced_lines(r))
        out += wrapped(line, kWidth, 2) + "\n";
    if (r.refusals.count == 0)
        return out;
    for (const Refusal& refusal : r.refusals.nearest) {
        const std::string text = fmt::format("{}: {}", title_of(refusal), refusal.text);
        out += wrapped(text, kWidth, 2) + "\n";
        if (const std::string change = relaxation_of(refusal); !change.empty())
            out += wrapped("    " + change, kWidth, 6) + "\n";
    }
    const std::string count =
        fmt::format("{} refused: {}", large(static_cast<double>(r.refusals.count)), counts_of(r));
    return out + wrapped(count, kWidth, 2) + "\n";
}

std::string table(const Recommendation& r, TableStyle style) {
    std::string out;
    const auto line = [&out](const std::string& text) {
        if (!text.empty())
            out += wrapped(text, kWidth, 2) + "\n";
    };
    const auto lines = [&line](const std::vector<std::string>& texts) {
        for (const std::string& text : texts)
            line(text);
    };
    const auto title = [&](std::string_view text) {
        out +=
            style.colour ? fmt::format("\n\x1b[1m{}\x1b[0m\n", text) : fmt::format("\n{}\n", text);
    };
    line(job_line(r));
    line(ceiling_line(r));
    line(charges_line(r));
    line(scope_line(r));
    line(count_line(r));
    line(unpriced_line(r));
    lines(region_lines(r));
    if (r.choices.empty()) {
        out += "\n";
        line(outcome_line(r));
        line(instead_line(r));
    } else {
        const bool by_family = r.request.by == By::family;
        if (!by_family)
            out += "\n" + choices_grid(r).terminal(kWidth, style.colour);
        title("Families");
        out += families_grid(r).terminal(kWidth, style.colour);
        line(by_family ? "" : marks_of(r));
        line(platform_line(r));
    }
    if (const TextTable front = front_grid(r); !front.empty()) {
        title("Cost against time");
        out += front.terminal(kWidth, style.colour);
    }
    if (const TextTable bill = bill_grid(r, style.explain); !bill.empty()) {
        title(bill_title(r));
        out += bill.terminal(kWidth, style.colour);
    }
    if (const TextTable ways = ways_grid(r, style.explain); !ways.empty()) {
        title(ways_title(r));
        out += ways.terminal(kWidth, style.colour);
        lines(ways_lines(r, style.explain));
    }
    if (style.explain && !r.choices.empty()) {
        title("Scores, against p3.2xlarge at 3.06 USD/h = 100");
        out += explained(r);
    }
    const auto job = job_lines(r, style.explain);
    if (!job.empty())
        title("How long, and why");
    lines(job);
    if (r.ownership)
        title("Own or rent");
    lines(ownership_lines(r, style.explain));
    if (r.refusals.count > 0 || !unpriced_lines(r).empty()) {
        title("Why not");
        out += why_not_of(r);
    }
    if (!r.warnings.empty())
        title("Warnings");
    lines(r.warnings);
    return out;
}

/// Machines, families and the front.
static std::string ranking_of(const Recommendation& r) {
    std::string out;
    if (!r.choices.empty()) {
        if (r.request.by == By::instance)
            out += "\n## Machines\n\n" + choices_grid(r).markdown();
        out += "\n## Families\n\n" + families_grid(r).markdown();
        if (const std::string marked = platform_line(r); !marked.empty())
            out += fmt::format("\n{}\n", marked);
    }
    if (const TextTable front = front_grid(r); !front.empty())
        out += "\n## Cost against time\n\n" + front.markdown();
    return out;
}

/// What is sold at no known price, and what was refused.
static std::vector<std::string> why_not_items(const Recommendation& r) {
    std::vector<std::string> out = unpriced_lines(r);
    if (r.refusals.count == 0)
        return out;
    for (const Refusal& refusal : r.refusals.nearest) {
        const std::string change = relaxation_of(refusal);
        out.push_back(fmt::format("{}: {}{}",
                                  title_of(refusal),
                                  refusal.text,
                                  change.empty() ? "" : fmt::format(" (`{}`)", change)));
    }
    out.push_back(
        fmt::format("{} refused: {}", large(static_cast<double>(r.refusals.count)), counts_of(r)));
    return out;
}

std::string markdown(const Recommendation& r, TableStyle style) {
    std::string out = "# Recommendation\n\n";
    const auto item = [&out](const std::string& text) {
        if (!text.empty())
            out += fmt::format("- {}\n", text);
    };
    const auto items = [&item](const std::vector<std::string>& texts) {
        for (const std::string& text : texts)
            item(text);
    };
    item(job_line(r));
    item(ceiling_line(r));
    item(charges_line(r));
    item(scope_line(r));
    item(count_line(r));
    item(unpriced_line(r));
    items(region_lines(r));
    item(outcome_line(r));
    item(instead_line(r));
    out += ranking_of(r);
    if (const TextTable bill = bill_grid(r, style.explain); !bill.empty())
        out += fmt::format("\n## {}\n\n", bill_title(r)) + bill.markdown();
    if (const TextTable ways = ways_grid(r, style.explain); !ways.empty()) {
        out += fmt::format("\n## {}\n\n", ways_title(r)) + ways.markdown() + "\n";
        items(ways_lines(r, style.explain));
    }
    if (style.explain && !r.choices.empty()) {
        out += "\n## Scores\n\n";
        for (const Choice& c : r.choices)
            item(fmt::format("{} {}: {}. Price: {}, {}",
                             c.instance,
                             score_of(c.score.value),
                             explanation(r, c),
                             c.source,
                             to_string(c.as_of)));
    }
    const auto job = job_lines(r, style.explain);
    if (!job.empty())
        out += "\n## How long, and why\n\n";
    items(job);
    if (r.ownership)
        out += "\n## Own or rent\n\n";
    items(ownership_lines(r, style.explain));
    if (r.request.launch.wanted && !r.choices.empty())
        out += fmt::format("\n## Start plan\n\n```bash\n{}```\n",
                           launch_script(r.request, r.choices.front()));
    const auto why_not = why_not_items(r);
    if (!why_not.empty())
        out += "\n## Why not\n\n";
    items(why_not);
    if (!r.warnings.empty())
        out += "\n## Warnings\n\n";
    items(r.warnings);
    return out;
}

} // namespace flopwise
