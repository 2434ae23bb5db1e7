#include "report/ranking_part.hpp"

#include "recommend/warnings.hpp"
#include "report/job_part.hpp"
#include "text/figures.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise {

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

std::string score_text(double score) {
    constexpr double kLongest = 1e7; // more is no score to compare by eye
    return score < kLongest ? fmt::format("{:.1f}", score) : fmt::format("{:.3g}", score);
}

template <class T>
static std::string figure_if(const std::optional<T>& value, int decimals) {
    return value ? grouped(value->value(), decimals) : "";
}

static std::optional<double> gib_of(const std::optional<GiB>& memory) {
    return memory ? std::optional{memory->value()} : std::nullopt;
}

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
    bool date;
    bool predicted;
};

/// A column that is the same for all is left out; the rest by what a reader can spare.
static std::vector<std::string> cells_of(const Choice& c, Shown show) {
    return {fmt::format("{}", c.rank),
            machine_name(c),
            show.provider ? c.provider : "",
            show.region ? c.region : "",
            show.purchase ? std::string{to_string(c.purchase)} : "",
            gpus(c.gpu_count, model_of(c.gpu), gib_of(c.gpu_memory)),
            c.memory ? large(c.memory->value()) : "",
            c.vcpus ? large(*c.vcpus) : "",
            c.tflops ? large(c.tflops->value()) : "",
            show.predicted && c.predicted ? large(c.predicted->value()) : "",
            figure_if(c.rtt, 0),
            c.job ? large(c.job->time.median.value()) : "",
            c.job ? large(c.job->p90.value()) : "",
            c.job && c.job->probability_in_time ? percent(*c.job->probability_in_time) : "",
            price(c.price),
            show.date ? to_string(c.as_of) : "",
            c.cost ? (complete(*c.cost) ? "" : "> ") + money(c.cost->total) : "",
            c.cost_quantiles ? money(c.cost_quantiles->p90) : "",
            c.probability_within_budget ? percent(*c.probability_within_budget) : "",
            figure_if(c.lasts, 1),
            score_text(c.score.value),
            fmt::format("{}{}{}",
                        c.pareto ? "*" : "",
                        c.job && c.job->tied ? "=" : "",
                        foreign(c).empty() ? "" : "!")};
}

TextTable choices_grid(const Recommendation& r, bool dated) {
    const bool regions =
        several_regions(r) || (r.request.constraints.region.size() != 1 && !r.region_choice);
    const bool several_purchases =
        r.request.constraints.purchase.size() > 1 || r.request.ways.size() > 1;
    const bool predicted = !r.on_vcpus && r.request.speed == Speed::predicted;
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
    grid.column("predicted", Align::right, 35);
    grid.column("rtt ms", Align::right, 65);
    grid.column("hours", Align::right, 92);
    grid.column("90 % h", Align::right, 45);
    grid.column("in time", Align::right, 74);
    grid.column("USD/h", Align::right, 90);
    grid.column("as of", Align::left, 20);
    grid.column("total USD", Align::right, 80);
    grid.column("90 % USD", Align::right, 75);
    grid.column("within", Align::right, 76);
    grid.column("days", Align::right, 80);
    grid.column("score", Align::right);
    grid.column("", Align::left);
    for (const Choice& c : r.choices)
        grid.row(cells_of(c, {several_providers(r), regions, several_purchases, dated, predicted}));
    return grid;
}

TextTable families_grid(const Recommendation& r) {
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
                  score_text(f.score),
                  foreign(f).empty() ? "" : "!"});
    }
    return grid;
}

std::string marks_of(const Recommendation& r) {
    return trains(r.request)
               ? job_marks(r)
               : "* nothing else that qualifies is as good in price, speed and GPU memory";
}

} // namespace flopwise
