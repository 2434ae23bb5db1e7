// Pictures as SVG: they print, need no script, and take their colours from the page.

#include "report/html_parts.hpp"
#include "report/job_part.hpp"
#include "text/figures.hpp"
#include "text/table.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace flopwise {

namespace {

// In units of the picture, which is as wide as its place; a page narrower than kWidth shrinks it.
constexpr double kWidth = 640;
constexpr double kHeight = 400;
constexpr double kLeft = 62;
constexpr double kRight = kWidth - 16;
constexpr double kTop = 14;
constexpr double kBottom = kHeight - 46;
constexpr double kLetter = 7.2; ///< width of one, about
constexpr double kLine = 13;    ///< height of a line of text
constexpr std::size_t kMostMarks = 200;
constexpr double kDay = 24;

struct Point {
    double x = 0;
    double y = 0;
    bool operator==(const Point&) const = default;
};

/// A logarithmic axis: what is twice as much is as far away everywhere.
class Axis {
public:
    Axis(double from, double to) : from_{from}, to_{to} {}

    void hold(double value) {
        least_ = std::min(least_, value);
        most_ = std::max(most_, value);
    }
    /// Room beyond the outermost values.
    void pad(double share) {
        const double factor = std::pow(most_ / least_, share) * 1.04;
        least_ /= factor;
        most_ *= factor;
    }
    [[nodiscard]] double at(double value) const {
        return from_ + (to_ - from_) * std::log(value / least_) / std::log(most_ / least_);
    }
    [[nodiscard]] double least() const { return least_; }
    [[nodiscard]] double most() const { return most_; }
    [[nodiscard]] std::vector<double> ticks() const;

private:
    double from_;
    double to_;
    double least_ = 1e300;
    double most_ = 1e-300;
};

/// A picture that grows by what is drawn.
class Picture {
public:
    Picture(Axis x, Axis y) : x_{x}, y_{y} {}

    void axes(std::string_view x_title, std::string_view y_title);
    void line(std::span<const Point> points, std::string_view style, std::string_view hint = {});
    void mark(Point at, std::string_view style, std::string_view hint);
    /// Beside a mark, where no text and no mark stands yet; left out if there is no such place.
    void label(Point at, const std::string& name);
    /// What stands between these two must not be written over.
    void keep_free(Point from, Point to);
    void text(double x, double y, std::string_view style, const std::string& text);
    [[nodiscard]] const Axis& x() const { return x_; }
    [[nodiscard]] const Axis& y() const { return y_; }
    [[nodiscard]] std::string
    figure(std::string_view id, std::string_view title, const std::string& caption) const;

private:
    struct Box {
        double left;
        double top;
        double right;
        double bottom;
    };

    Axis x_;
    Axis y_;
    std::vector<Box> taken_;
    std::string out_;
};

/// What is shown of a choice.
struct Shown {
    const Choice* choice;
    Point at;
    std::array<Point, 2> spread; ///< two times the same: none
    bool whole;                  ///< all of its cost is known; else it is at least so much
    bool first;                  ///< of its machine, so that its name and its spread are shown
};

} // namespace

std::vector<double> Axis::ticks() const {
    std::vector<double> out;
    const double ratio = most_ / least_;
    if (ratio < 8) { // as on a ruler
        const double raw = (most_ - least_) / 5;
        const double power = std::pow(10, std::floor(std::log10(raw)));
        const double step = (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : 5) * power;
        for (double n = std::ceil(least_ / step); n * step <= most_; ++n)
            out.push_back(n * step);
        return out;
    }
    constexpr double kManyDecades = 300;
    const int last = static_cast<int>(std::floor(std::log10(most_)));
    for (int power = static_cast<int>(std::floor(std::log10(least_))); power <= last; ++power)
        for (const double digit : {1., 2., 5.}) {
            const double value = digit * std::pow(10, power);
            if (value >= least_ && value <= most_ && (digit == 1 || ratio < kManyDecades))
                out.push_back(value);
        }
    return out;
}

static std::string place(Point p) {
    return fmt::format("{:.1f},{:.1f}", p.x, p.y);
}

void Picture::text(double x, double y, std::string_view style, const std::string& text) {
    out_ += fmt::format(R"(<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>)"
                        "\n",
                        style,
                        x,
                        y,
                        html_text(text));
}

void Picture::line(std::span<const Point> points, std::string_view style, std::string_view hint) {
    out_ += fmt::format(R"(<polyline class="{}" points=")", style);
    for (const Point p : points)
        out_ += place({x_.at(p.x), y_.at(p.y)}) + (&p == &points.back() ? "" : " ");
    out_ += hint.empty() ? "\"/>\n" : "\"><title>" + html_text(hint) + "</title></polyline>\n";
}

void Picture::axes(std::string_view x_title, std::string_view y_title) {
    constexpr double kApart = 8;
    double end = 0; // of the last text along the axis across
    for (const double tick : x_.ticks()) {
        const std::array<Point, 2> rule{{{tick, y_.least()}, {tick, y_.most()}}};
        line(rule, "g");
        const std::string label = large(tick);
        const double half = kLetter * static_cast<double>(label.size()) / 2;
        if (x_.at(tick) - half < end + kApart)
            continue;
        end = x_.at(tick) + half;
        text(x_.at(tick), kBottom + 17, "m", label);
    }
    double above = kHeight;
    for (const double tick : y_.ticks()) {
        const std::array<Point, 2> rule{{{x_.least(), tick}, {x_.most(), tick}}};
        line(rule, "g");
        if (y_.at(tick) > above - kLine)
            continue;
        above = y_.at(tick);
        text(kLeft - 7, above + 4, "e", large(tick));
    }
    text((kLeft + kRight) / 2, kHeight - 8, "m b", std::string{x_title});
    out_ += fmt::format("<text class=\"m b\" transform=\"translate(14 {:.0f}) rotate(-90)\">{}"
                        "</text>\n",
                        (kTop + kBottom) / 2,
                        html_text(y_title));
}

void Picture::keep_free(Point from, Point to) {
    const double radius = from == to ? 7 : 1;
    const auto [left, right] = std::minmax({x_.at(from.x), x_.at(to.x)});
    const auto [top, bottom] = std::minmax({y_.at(from.y), y_.at(to.y)});
    taken_.push_back({left - radius, top - radius, right + radius, bottom + radius});
}

void Picture::mark(Point at, std::string_view style, std::string_view hint) {
    out_ += fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{}"
                        "</title></circle>\n",
                        style,
                        x_.at(at.x),
                        y_.at(at.y),
                        style == "f" ? 8 : 5,
                        html_text(hint));
}

void Picture::label(Point at, const std::string& name) {
    const double x = x_.at(at.x);
    const double y = y_.at(at.y);
    const double width = kLetter * static_cast<double>(name.size());
    const std::array<std::pair<Point, double>, 6> places{{{{x + 10, y + 4}, 0},
                                                          {{x - 10, y + 4}, 1},
                                                          {{x, y - 11}, 0.5},
                                                          {{x, y + 20}, 0.5},
                                                          {{x + 8, y - 9}, 0},
                                                          {{x - 8, y - 9}, 1}}};
    for (const auto& [to, share] : places) {
        const double left = to.x - share * width;
        const Box box{left, to.y - kLine + 3, left + width, to.y + 3};
        const bool inside =
            box.left > kLeft && box.right < kRight && box.top > kTop - 4 && box.bottom < kBottom;
        const bool free = std::none_of(taken_.begin(), taken_.end(), [&box](const Box& other) {
            return box.left < other.right && other.left < box.right && box.top < other.bottom &&
                   other.top < box.bottom;
        });
        if (!inside || !free)
            continue;
        taken_.push_back(box);
        text(to.x, to.y, share == 0 ? "s" : share == 1 ? "e" : "m", name);
        return;
    }
}

std::string
Picture::figure(std::string_view id, std::string_view title, const std::string& caption) const {
    return fmt::format("<figure><div class=\"t\" tabindex=\"0\" role=\"group\" aria-label=\"{1}\">"
                       "<svg viewBox=\"0 0 {3} {4}\" role=\"img\" aria-labelledby=\"{0}-t {0}-d\">"
                       "<title id=\"{0}-t\">{1}</title><desc id=\"{0}-d\">{2}</desc>\n{5}</svg>"
                       "</div>\n<figcaption>{2}</figcaption></figure>\n",
                       id,
                       html_text(title),
                       html_text(caption),
                       kWidth,
                       kHeight,
                       out_);
}

// ---- cost against speed or time -----------------------------------------------------

/// What a choice is worth on the axis across; empty if it is not known.
static std::optional<double> across(const Recommendation& r, const Choice& c) {
    if (c.job)
        return c.hours.value_or(c.job->time.median).value();
    if (r.on_vcpus)
        return c.vcpus;
    const auto& speed = r.request.speed == Speed::predicted ? c.predicted : c.tflops;
    return speed ? std::optional{speed->value()} : std::nullopt;
}

/// From one end to the other of where 8 of 10 lie, or from the cost to what is enough in 9 of 10.
static std::array<Point, 2> spread_of(const Choice& c, Point at, bool totals) {
    if (c.job && c.cost_quantiles && c.job->cost_p10 > Usd{} && c.job->p10 > Hours{})
        return {{{c.job->p10.value(), c.job->cost_p10.value()},
                 {c.job->p90.value(), c.cost_quantiles->p90.value()}}};
    if (totals && c.cost_quantiles)
        return {{at, {at.x, c.cost_quantiles->p90.value()}}};
    if (!totals && c.price_p10 && c.price_p90)
        return {{{at.x, c.price_p10->value()}, {at.x, c.price_p90->value()}}};
    return {{at, at}};
}

/// The choices that can be shown, each place once, the best first.
static std::vector<Shown> shown_of(const Recommendation& r, bool totals) {
    std::vector<Shown> out;
    for (const Choice& c : r.choices) {
        const std::optional<double> x = across(r, c);
        const Point at{x.value_or(0), totals ? c.cost->total.value() : c.price.value()};
        bool shown = at.x > 0 && at.y > 0 && out.size() < kMostMarks;
        bool first = true;
        for (const Shown& s : out)
            if (s.choice->instance == c.instance) {
                first = false;
                shown = shown && !(s.at == at);
            }
        if (shown)
            out.push_back({.choice = &c,
                           .at = at,
                           .spread = first ? spread_of(c, at, totals) : std::array{at, at},
                           .whole = !totals || complete(*c.cost),
                           .first = first});
    }
    return out;
}

/// As a stair: what lies above and to the right of it costs more and takes longer.
static std::vector<Point> stair(const std::vector<FrontPoint>& front) {
    std::vector<Point> out;
    for (const FrontPoint& p : front) {
        if (!out.empty())
            out.push_back({p.hours.value(), out.back().y});
        out.push_back({p.hours.value(), p.cost.value()});
    }
    return out;
}

static std::string across_title(const Recommendation& r) {
    if (trains(r.request))
        return "hours";
    if (r.on_vcpus)
        return "vCPUs";
    return fmt::format("TFLOPS ({}, {})",
                       to_string(*r.request.precision),
                       r.request.speed == Speed::predicted ? "predicted" : "peak");
}

/// What the marks and lines mean, of those that are there.
static std::string
cost_caption(const Recommendation& r, const std::vector<Shown>& shown, bool totals) {
    const bool job = trains(r.request);
    bool spread = false;
    bool bounds = false;
    for (const Shown& s : shown) {
        spread = spread || !(s.spread[0] == s.spread[1]);
        bounds = bounds || !s.whole;
    }
    std::string out =
        fmt::format("{} of {} choices, with the rank of each machine's first. Filled: nothing else "
                    "that qualifies is {}.",
                    shown.size(),
                    r.choices.size(),
                    job ? "both cheaper and faster" : "as good in price, speed and GPU memory");
    if (r.front.size() > 1)
        out += " Stair and rings: the machines that no other beats in cost and in hours.";
    if (spread)
        out += job      ? " Thin lines: where 8 of 10 such jobs end."
               : totals ? " Thin lines: up to the cost that is enough with probability 0.9."
                        : " Thin lines: today's price with 80 % probability, by its age.";
    if (bounds)
        out += " Dashed: at least, as a charge is not known.";
    if (shown.size() < r.choices.size())
        out += " Not shown: what lies on another, or has no known speed.";
    return out + " Both scales are logarithmic.";
}

/// Of costs, or of prices; absent if there is none, or too far off to show with the rest.
static std::optional<double> limit_of(const Recommendation& r, bool totals, double most) {
    constexpr double kNear = 3;
    std::optional<double> out;
    if (totals && r.request.budget.total)
        out = r.request.budget.total->value();
    else if (!totals && r.price_ceiling && *r.price_ceiling > UsdPerHour{})
        out = r.price_ceiling->value();
    return out && *out < most * kNear ? out : std::nullopt;
}

static Picture picture_of(const Recommendation& r, const std::vector<Shown>& shown, bool totals) {
    Axis x{kLeft, kRight};
    Axis y{kBottom, kTop};
    const auto hold = [&](Point p) {
        x.hold(p.x);
        y.hold(p.y);
    };
    for (const Shown& s : shown) {
        hold(s.at);
        hold(s.spread[0]);
        hold(s.spread[1]);
    }
    for (const FrontPoint& p : r.front)
        hold({p.hours.value(), p.cost.value()});
    const std::optional<double> limit = limit_of(r, totals, y.most());
    if (limit)
        y.hold(*limit);
    x.pad(0.08);
    y.pad(0.06);
    Picture out{x, y};
    out.axes(across_title(r), totals ? "USD in all" : "USD an hour");
    if (limit) {
        const std::array<Point, 2> ends{{{x.least(), *limit}, {x.most(), *limit}}};
        out.line(ends, "c");
        out.text(kRight - 4, y.at(*limit) - 5, "e", totals ? "budget" : "price ceiling");
    }
    return out;
}

/// The front, with a mark at each of its machines.
static void add_front(Picture& picture, const std::vector<FrontPoint>& points) {
    const std::vector<Point> front = stair(points);
    for (std::size_t i = 0; i < front.size(); ++i) {
        picture.keep_free(front[i], front[i]);
        picture.keep_free(front[i], front[i == 0 ? i : i - 1]);
    }
    if (points.size() > 1)
        picture.line(front, "h");
    for (const FrontPoint& p : points)
        picture.mark({p.hours.value(), p.cost.value()}, "f", p.instance);
}

static void add_mark(Picture& picture, const Shown& s) {
    const std::string name = fmt::format("{} {}", s.choice->rank, machine_name(*s.choice));
    picture.mark(s.at,
                 s.whole ? (s.choice->pareto ? "p" : "o") : (s.choice->pareto ? "p u" : "u"),
                 fmt::format("{} ({}): {}, {}{}",
                             name,
                             s.choice->region,
                             large(s.at.x),
                             s.whole ? "" : "more than ",
                             grouped(s.at.y, 2)));
    if (s.first)
        picture.label(s.at, name);
}

std::string cost_chart(const Recommendation& r) {
    const bool totals = std::all_of(
        r.choices.begin(), r.choices.end(), [](const Choice& c) { return c.cost.has_value(); });
    const std::vector<Shown> shown = shown_of(r, totals);
    if (shown.empty())
        return "";
    Picture picture = picture_of(r, shown, totals);
    for (const Shown& s : shown) {
        picture.keep_free(s.at, s.at);
        if (!(s.spread[0] == s.spread[1]))
            picture.line(s.spread, "w");
    }
    add_front(picture, r.front);
    for (const Shown& s : shown)
        add_mark(picture, s);
    for (const FrontPoint& p : r.front) {
        const auto named = [&p](const Shown& s) { return s.choice->instance == p.instance; };
        if (std::none_of(shown.begin(), shown.end(), named))
            picture.label({p.hours.value(), p.cost.value()}, p.instance);
    }
    return picture.figure("cost-chart",
                          trains(r.request) ? "Cost against time" : "Cost against speed",
                          cost_caption(r, shown, totals));
}

// ---- what a budget affords ----------------------------------------------------------

/// The best of the choices of each machine, machines of one price once, the dearest first.
static std::vector<const Choice*> by_price(const Recommendation& r) {
    constexpr std::size_t kMost = 6;
    std::vector<const Choice*> out;
    for (const Choice& c : r.choices) {
        const auto same = [&c](const Choice* o) {
            return o->price == c.price || o->instance == c.instance;
        };
        if (out.size() == kMost || std::any_of(out.begin(), out.end(), same))
            continue;
        const auto dearer = [&c](const Choice* o) { return o->price > c.price; };
        out.insert(std::find_if_not(out.begin(), out.end(), dearer), &c);
    }
    return out;
}

/// So many hours a day for so many days.
static double hours_for(Budget budget, const Choice& c, double days) {
    budget.days = Days{days};
    return hours_per_day_affordable(budget, c.price).value();
}

/// So many days of 24 hours.
static double whole_days(Budget budget, const Choice& c) {
    budget.hours_per_day = HoursPerDay{kDay};
    return days_affordable(budget, c.price).value();
}

/// Room for each machine's line, for its name beside it, and for what was asked.
static Picture budget_picture(const Budget& budget, const std::vector<const Choice*>& machines) {
    Axis x{kLeft, kRight - 120};
    Axis y{kBottom, kTop};
    for (const Choice* c : machines) {
        x.hold(whole_days(budget, *c) / 2);
        x.hold(whole_days(budget, *c) * 12);
    }
    if (budget.days) {
        x.hold(budget.days->value() / 2);
        x.hold(budget.days->value() * 2);
        y.hold(budget.hours_per_day.value() / 2);
    }
    y.hold(kDay * 1.3);
    for (const Choice* c : machines)
        y.hold(hours_for(budget, *c, x.most()));
    return {x, y};
}

/// With charges an hour has no one price, and where its use varies no one number.
static bool has_budget_chart(const Recommendation& r) {
    const bool plain = std::none_of(r.choices.begin(), r.choices.end(), [](const Choice& c) {
        return c.effective.has_value();
    });
    return r.request.budget.total && !trains(r.request) && plain && !r.choices.empty() &&
           !r.charges && r.request.uncertainty.use_cv == 0;
}

std::string budget_chart(const Recommendation& r) {
    if (!has_budget_chart(r))
        return "";
    const Budget& budget = r.request.budget;
    const std::vector<const Choice*> machines = by_price(r); // the dearest is lowest
    Picture picture = budget_picture(budget, machines);
    picture.axes("days", "hours a day");
    const double last = picture.x().most();
    double above = kBottom + kLine;
    for (std::size_t i = 0; i < machines.size(); ++i) {
        const Choice& c = *machines[i];
        const std::array<Point, 3> ends{{{picture.x().least(), kDay},
                                         {whole_days(budget, c), kDay},
                                         {last, hours_for(budget, c, last)}}};
        picture.line(
            ends, fmt::format("b{}", i), fmt::format("{} at {} USD/h", c.instance, price(c.price)));
        above = std::min(above - kLine, picture.y().at(ends[2].y) + 4);
        picture.text(kRight - 114, above, "s", c.instance);
    }
    std::string caption = fmt::format(
        "What {} USD pay for: to the left of a line, the money lasts.", money(*budget.total));
    if (budget.days) {
        picture.mark({budget.days->value(), budget.hours_per_day.value()}, "p", "as asked");
        caption += fmt::format(" The point is what was asked: {:.6g} days of {:.6g} h.",
                               budget.days->value(),
                               budget.hours_per_day.value());
    }
    return picture.figure(
        "budget-chart", "What the budget affords", caption + " Both scales are logarithmic.");
}

} // namespace flopwise
