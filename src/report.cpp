#include <flopwise/launch.hpp>
#include <flopwise/report.hpp>

#include "cost_report.hpp"
#include "grid.hpp"
#include "job_report.hpp"
#include "plan_report.hpp"
#include "report_text.hpp"

#include <algorithm>
#include <iterator>

namespace flopwise {

constexpr std::size_t kWidth = 80;

// ---- figures in words ---------------------------------------------------------------

std::string grouped(double value, int decimals) {
    std::string out = fmt::format("{:.{}f}", value, decimals);
    const std::size_t first = out.front() == '-' ? 1 : 0;
    std::size_t at = std::min(out.find('.'), out.size());
    while (at > first + 3) {
        at -= 3;
        out.insert(at, ",");
    }
    return out;
}

std::string money(Usd amount) {
    return grouped(amount.value(), 2);
}

std::string price(UsdPerHour hourly) {
    const std::string exact = fmt::format("{:.4f}", hourly.value());
    const std::size_t least = exact.find('.') + 3;
    const std::size_t last = exact.find_last_not_of('0') + 1;
    return exact.substr(0, std::max(least, last));
}

std::string figure(double value) {
    return fmt::format("{:.4g}", value);
}

std::string large(double value) {
    return value >= 1000 ? grouped(value, 0) : figure(value);
}

static std::string gpus(double count, const std::string& name) {
    const auto dash = name.find('-');
    const std::string_view model =
        dash == std::string::npos ? name : std::string_view{name}.substr(dash + 1);
    return name.empty() ? "" : fmt::format("{} x {}", count, model);
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
static std::string shown(const std::optional<T>& value, int decimals) {
    return value ? grouped(value->value(), decimals) : "";
}

static std::string joined(const std::vector<std::string>& parts, std::string_view with) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i)
        out.append(i == 0 ? "" : with).append(parts[i]);
    return out;
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
    return fmt::format("{}, prices as of {}; {}; {}; {} ({})",
                       r.catalog_name,
                       to_string(r.catalog_as_of),
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

using Align = Grid::Align;

static bool several_regions(const Recommendation& r) {
    return std::any_of(r.choices.begin(), r.choices.end(), [&](const Choice& c) {
        return c.region != r.choices.front().region;
    });
}

/// A column that is the same for all is left out; the rest by what a reader can spare.
static Grid choices_grid(const Recommendation& r) {
    const bool regions =
        several_regions(r) || (r.request.constraints.region.size() != 1 && !r.region_choice);
    const bool several_purchases =
        r.request.constraints.purchase.size() > 1 || r.request.ways.size() > 1;
    Grid grid;
    grid.column("#", Align::right);
    grid.column("machine", Align::left);
    grid.column("region", Align::left, 70);
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
        grid.row({fmt::format("{}", c.rank),
                  machine_name(c),
                  regions ? c.region : "",
                  several_purchases ? std::string{to_string(c.paid)} : "",
                  gpus(c.gpu_count, c.gpu),
                  large(c.memory.value()),
                  large(c.vcpus),
                  c.tflops ? large(c.tflops->value()) : "",
                  shown(c.rtt, 0),
                  c.job ? large(c.job->time.median.value()) : "",
                  c.job ? large(c.job->p90.value()) : "",
                  c.job && c.job->probability_in_time ? percent(*c.job->probability_in_time) : "",
                  price(c.price),
                  c.cost ? (complete(*c.cost) ? "" : "> ") + money(c.cost->total) : "",
                  c.cost_quantiles ? money(c.cost_quantiles->p90) : "",
                  c.probability_within_budget ? percent(*c.probability_within_budget) : "",
                  shown(c.lasts, 1),
                  score_of(c.score.value),
                  fmt::format("{}{}", c.pareto ? "*" : "", c.job && c.job->tied ? "=" : "")});
    return grid;
}

static Grid families_grid(const Recommendation& r) {
    Grid grid;
    grid.column("#", Align::right);
    grid.column("family", Align::left);
    grid.column("for", Align::left, 40);
    grid.column("GPU", Align::left, 60);
    grid.column("best", Align::left, 70);
    grid.column("USD/h", Align::right, 50);
    grid.column("qualify", Align::right, 30);
    grid.column("score", Align::right);
    auto left = static_cast<std::size_t>(r.request.top);
    for (const FamilyChoice& f : r.families) {
        if (left-- == 0)
            break;
        grid.row({fmt::format("{}", f.rank),
                  f.family,
                  std::string{to_string(f.purpose)},
                  f.gpu.substr(f.gpu.find('-') + 1),
                  f.best,
                  f.price_from == f.price_to
                      ? price(f.price_from)
                      : fmt::format("{} - {}", price(f.price_from), price(f.price_to)),
                  fmt::format("{} of {}", f.admitted, f.admitted + f.refused),
                  score_of(f.score)});
    }
    return grid;
}

// ---- why not ------------------------------------------------------------------------

/// A number that still admits the offer when it is typed as it is shown: money is rounded up,
/// time down, to four decimals or four figures.
static std::string typed(std::string_view key, double value) {
    constexpr double kCents = 100;
    if (key == "budget_usd")
        return fmt::format("{:.2f}", std::ceil(value * kCents - 0.5) / kCents);
    if (key == "days" || key == "hours_per_day") {
        const double scale = std::pow(10.0, std::max(4.0, 3 - std::floor(std::log10(value))));
        return fmt::format("{}", std::floor(value * scale) / scale);
    }
    if (key == "max_rtt_ms")
        return fmt::format("{:.0f}", std::ceil(value));
    return fmt::format("{}", value);
}

static std::string flag_of(const Change& change) {
    const auto all = settings();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.key == change.key; });
    std::string flag =
        fmt::format("--{}", found == all.end() ? std::string_view{change.key} : found->flag);
    if (const auto* number = std::get_if<double>(&change.value))
        return fmt::format("{} {}", flag, typed(change.key, *number));
    if (const auto* name = std::get_if<std::string>(&change.value))
        return change.key == "exclude" ? fmt::format("no {} {}", flag, *name)
                                       : fmt::format("{} {}", flag, *name);
    return flag;
}

/// "--min-memory 16 and one of --budget 10.00, --days 3".
static std::string relaxation_of(const Refusal& refusal) {
    std::vector<std::string> all;
    std::vector<std::string> any;
    for (const Change& change : refusal.relaxation) {
        const bool alternative =
            change.key == "budget_usd" || change.key == "days" || change.key == "hours_per_day";
        (alternative ? any : all).push_back(flag_of(change));
    }
    if (all.empty())
        return joined(any, ", or ");
    if (!any.empty())
        all.push_back("one of " + joined(any, ", "));
    return joined(all, " and ");
}

static std::string title_of(const Refusal& refusal) {
    return fmt::format("{} ({}{})",
                       refusal.instance,
                       refusal.region,
                       refusal.purchase == Purchase::spot ? ", spot" : "");
}

static std::string counts_of(const Recommendation& r) {
    std::vector<std::string> parts;
    for (const auto& [reason, count] : r.refusals.by_reason)
        parts.push_back(fmt::format("{} {}", large(static_cast<double>(count)), to_string(reason)));
    return joined(parts, ", ");
}

static std::string outcome_line(const Recommendation& r) {
    switch (r.outcome) {
    case Outcome::found:
        break;
    case Outcome::nothing_affordable:
        return "Nothing qualifies: every machine that fits costs too much.";
    case Outcome::nothing_fits:
        if (r.refusals.count == 0)
            return "Nothing qualifies: the catalog has no price for that region and way to pay.";
        return "Nothing qualifies: no machine has all that is asked for.";
    }
    return "";
}

static std::string instead_line(const Recommendation& r) {
    if (!r.instead)
        return "";
    const Choice& c = *r.instead;
    return fmt::format("Best of all others: {} in {} at {} USD/h, score {}.",
                       c.instance,
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
                       machine_name(c),
                       c.region,
                       price(c.price),
                       c.job ? fmt::format(", {} h", large(c.job->time.median.value())) : "",
                       c.cost ? fmt::format(", {} USD in all", money(c.cost->total)) : "",
                       score_of(c.score.value));
}

std::string table(const Recommendation& r, TableStyle style) {
    std::string out;
    const auto line = [&out](const std::string& text, std::size_t indent = 2) {
        if (!text.empty())
            out += wrapped(text, kWidth, indent) + "\n";
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
    for (const std::string& text : region_lines(r))
        line(text);
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
        if (!by_family)
            line(wanted(r.request.job)
                     ? job_marks(r)
                     : "* nothing else that qualifies is as good in price, speed and GPU memory");
    }
    if (const Grid front = front_grid(r); !front.empty()) {
        title("Cost against time");
        out += front.terminal(kWidth, style.colour);
    }
    if (const Grid bill = bill_grid(r, style.explain); !bill.empty()) {
        title(bill_title(r));
        out += bill.terminal(kWidth, style.colour);
    }
    if (const Grid ways = ways_grid(r, style.explain); !ways.empty()) {
        title(ways_title(r));
        out += ways.terminal(kWidth, style.colour);
        for (const std::string& text : ways_lines(r, style.explain))
            line(text);
    }
    if (style.explain && !r.choices.empty()) {
        title("Scores, against p3.2xlarge at 3.06 USD/h = 100");
        for (const Choice& c : r.choices) {
            line(fmt::format("{}. {} {}: {}",
                             c.rank,
                             c.instance,
                             score_of(c.score.value),
                             explanation(r, c)),
                 4);
            line(fmt::format("    price: {}, {}", c.source, to_string(c.as_of)), 4);
        }
    }
    const auto job = job_lines(r, style.explain);
    if (!job.empty())
        title("How long, and why");
    for (const std::string& text : job)
        line(text);
    if (r.ownership)
        title("Own or rent");
    for (const std::string& text : ownership_lines(r, style.explain))
        line(text);
    if (r.refusals.count > 0) {
        title("Why not");
        for (const Refusal& refusal : r.refusals.nearest) {
            line(fmt::format("{}: {}", title_of(refusal), refusal.text));
            if (const std::string change = relaxation_of(refusal); !change.empty())
                line("    " + change, 6);
        }
        line(fmt::format(
            "{} refused: {}", large(static_cast<double>(r.refusals.count)), counts_of(r)));
    }
    if (!r.warnings.empty())
        title("Warnings");
    for (const std::string& warning : r.warnings)
        line(warning);
    return out;
}

std::string markdown(const Recommendation& r, TableStyle style) {
    std::string out = "# Recommendation\n\n";
    const auto item = [&out](const std::string& text) {
        if (!text.empty())
            out += fmt::format("- {}\n", text);
    };
    item(job_line(r));
    item(ceiling_line(r));
    item(charges_line(r));
    item(scope_line(r));
    item(count_line(r));
    for (const std::string& text : region_lines(r))
        item(text);
    item(outcome_line(r));
    item(instead_line(r));
    if (!r.choices.empty()) {
        if (r.request.by == By::instance)
            out += "\n## Machines\n\n" + choices_grid(r).markdown();
        out += "\n## Families\n\n" + families_grid(r).markdown();
    }
    if (const Grid front = front_grid(r); !front.empty())
        out += "\n## Cost against time\n\n" + front.markdown();
    if (const Grid bill = bill_grid(r, style.explain); !bill.empty())
        out += fmt::format("\n## {}\n\n", bill_title(r)) + bill.markdown();
    if (const Grid ways = ways_grid(r, style.explain); !ways.empty()) {
        out += fmt::format("\n## {}\n\n", ways_title(r)) + ways.markdown() + "\n";
        for (const std::string& text : ways_lines(r, style.explain))
            item(text);
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
    for (const std::string& text : job)
        item(text);
    if (r.ownership)
        out += "\n## Own or rent\n\n";
    for (const std::string& text : ownership_lines(r, style.explain))
        item(text);
    if (r.request.launch.wanted && !r.choices.empty())
        out += fmt::format("\n## Start plan\n\n```bash\n{}```\n",
                           launch_script(r.request, r.choices.front()));
    if (r.refusals.count > 0) {
        out += "\n## Why not\n\n";
        for (const Refusal& refusal : r.refusals.nearest) {
            const std::string change = relaxation_of(refusal);
            item(fmt::format("{}: {}{}",
                             title_of(refusal),
                             refusal.text,
                             change.empty() ? "" : fmt::format(" (`{}`)", change)));
        }
        item(fmt::format(
            "{} refused: {}", large(static_cast<double>(r.refusals.count)), counts_of(r)));
    }
    if (!r.warnings.empty())
        out += "\n## Warnings\n\n";
    for (const std::string& warning : r.warnings)
        item(warning);
    return out;
}

// ---- comma-separated ----------------------------------------------------------------

static std::string field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos)
        return std::string{text};
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string{"\"\""} : std::string(1, c);
    return out + '"';
}

template <class T>
static std::string number(const std::optional<T>& value) {
    return value ? fmt::format("{}", value->value()) : "";
}

/// What a training job adds to a row.
static std::string job_fields(const Choice& c) {
    const JobChoice& job = *c.job;
    const auto share = [](const std::optional<double>& p) {
        return p ? fmt::format("{:.12g}", *p) : "";
    };
    return fmt::format(",{},{:.12g},{:.12g},{:.12g},{:.12g},{:.12g},{},{},{},{}",
                       job.machines,
                       job.p10.value(),
                       job.time.median.value(),
                       job.p90.value(),
                       job.cost_p10.value(),
                       c.cost_quantiles->p90.value(),
                       share(job.probability_in_time),
                       share(c.probability_within_budget),
                       job.memory ? fmt::format("{}", job.memory->micro_batch) : "",
                       job.tied);
}

static std::string csv_of_choices(const Recommendation& r) {
    std::string out = "rank,provider,instance,family,region,purchase,price_usd_per_hour,gpu,"
                      "gpu_count,gpu_memory_gib,vcpus,memory_gib,network_gbps,tflops,score,pareto,"
                      "total_usd,lasts_days,rtt_ms,retired,price_as_of";
    const bool job = wanted(r.request.job);
    out += job ? ",machines,hours_p10,hours_p50,hours_p90,total_p10_usd,total_p90_usd,"
                 "probability_in_time,probability_within_budget,micro_batch,tied\n"
               : "\n";
    for (const Choice& c : r.choices)
        out +=
            fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:.12g},{},{},{},{},{},{}{}\n",
                        c.rank,
                        field(c.provider),
                        field(c.instance),
                        field(c.family),
                        field(c.region),
                        to_string(c.paid),
                        c.price.value(),
                        field(c.gpu),
                        c.gpu_count,
                        number(c.gpu_memory),
                        c.vcpus,
                        c.memory.value(),
                        number(c.network),
                        number(c.tflops),
                        c.score.value,
                        c.pareto,
                        c.cost ? fmt::format("{}", c.cost->total.value()) : "",
                        number(c.lasts),
                        number(c.rtt),
                        c.retired,
                        to_string(c.as_of),
                        job ? job_fields(c) : "");
    return out;
}

static std::string csv_of_families(const Recommendation& r) {
    std::string out = "rank,provider,family,purpose,gpu,score,best,price_from_usd_per_hour,"
                      "price_to_usd_per_hour,admitted,refused\n";
    const auto top = std::min(r.families.size(), static_cast<std::size_t>(r.request.top));
    for (const FamilyChoice& f : std::span{r.families}.first(top))
        out += fmt::format("{},{},{},{},{},{:.12g},{},{},{},{},{}\n",
                           f.rank,
                           field(f.provider),
                           field(f.family),
                           to_string(f.purpose),
                           field(f.gpu),
                           f.score,
                           field(f.best),
                           f.price_from.value(),
                           f.price_to.value(),
                           f.admitted,
                           f.refused);
    return out;
}

std::string csv(const Recommendation& r) {
    return r.request.by == By::family ? csv_of_families(r) : csv_of_choices(r);
}

} // namespace flopwise
