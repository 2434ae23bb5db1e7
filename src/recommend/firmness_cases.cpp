// How hours, prices and lost work may turn out, and which choice is then the best.

#include "recommend/aged.hpp"
#include "recommend/firmness.hpp"
#include "recommend/quasi_random.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

namespace {

constexpr std::size_t kCells = 64; ///< equally likely values that stand for a distribution
using Cells = std::array<double, kCells>;

template <class Quantile>
Cells cells_of(Quantile quantile) {
    Cells out{};
    for (std::size_t i = 0; i < kCells; ++i)
        out[i] = quantile((static_cast<double>(i) + 0.5) / kCells);
    return out;
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// What one choice comes to in the cases that may be. A dimension of kNone is certain.
struct Uncertain {
    std::size_t work = kNone;
    std::size_t loss = kNone;
    std::size_t price = kNone;
    Cells hours{};        ///< of the work
    Cells lost{};         ///< hours with lost work, by those of the work
    Cells ratio{};        ///< of today's price to the one that is listed
    double usual = 1;     ///< central hours of the work
    double fixed = 0;     ///< of the cost that is listed, what goes with neither price nor machine
    double beside = 0;    ///< what goes not with the price
    bool follows = false; ///< that goes with the hours
    double cost = 0;      ///< as it is listed
    double worth = 0;     ///< as Firm has it
    std::optional<Outlook> outlook{}; ///< absent without a plan
    Cells costs{};                    ///< of the hours, without lost work
};

/// How one case turns out.
struct Outcomes {
    double cost = 0;
    double worth = 0;
};

class Cases {
public:
    Cases(const Firm& of, std::size_t count);
    void add_to(std::vector<FirmChoice>& to) const;

private:
    struct Winners {
        std::size_t first = kNone;
        std::size_t cheapest = kNone;
    };

    /// The dimension of what goes by this name, the same for all.
    std::size_t dimension(const std::string& name);
    [[nodiscard]] Uncertain described(const Choice& choice);
    [[nodiscard]] Cells ratios(std::size_t dimension, const Aged& age) const;
    void add_hours(const Choice& choice, std::uint32_t row, Uncertain& to);
    [[nodiscard]] std::size_t cell(std::size_t n, std::size_t dimension) const;
    [[nodiscard]] Outcomes outcomes(const Uncertain& of, std::size_t n) const;
    [[nodiscard]] Winners winners(std::size_t n, std::vector<Outcomes>& all) const;

    const Firm& firm_;
    std::size_t count_;
    bool works_ = false; ///< a training job
    std::vector<std::string> names_{};
    std::vector<std::optional<Uncertain>> choices_{};
    std::optional<QuasiRandom> points_{};
};

Cases::Cases(const Firm& of, std::size_t count)
    : firm_{of}, count_{count}, works_{trains(of.asked)} {
    for (const Choice& choice : of.answer.choices) {
        Uncertain one = described(choice);
        const bool known = !one.outlook || one.outlook->known;
        choices_.push_back(known ? std::optional{std::move(one)} : std::nullopt);
    }
    points_.emplace(names_.size());
}

std::size_t Cases::dimension(const std::string& name) {
    const auto place = std::ranges::find(names_, name) - names_.begin();
    const auto out = static_cast<std::size_t>(place);
    if (out == names_.size())
        names_.push_back(name);
    return out;
}

/// Hours of use are the user's and so those of all; hours of a job are off by the same on the same
/// GPU; what is lost on spot is each machine's own.
void Cases::add_hours(const Choice& choice, std::uint32_t row, Uncertain& to) {
    const std::size_t type = firm_.question.pricing->columns().type[row];
    const HoursDistribution work = *firm_.question.goal->hours(type);
    to.usual = work.central().value();
    if (!work.is_certain())
        to.work = dimension(works_ ? "work on " + choice.gpu : "use");
    to.hours =
        cells_of([&](double p) { return work.is_certain() ? to.usual : work.quantile(p).value(); });
    for (std::size_t i = 0; i < kCells; ++i)
        to.costs[i] = to.outlook->cost(Hours{to.hours[i]}).value();
    if (!(to.outlook->interruptions > 0))
        return;
    to.loss = dimension(fmt::format("loss {} {}", choice.instance, choice.region));
    const auto spot = HoursDistribution::certain(work.central())
                          .on_spot(to.outlook->interruptions, firm_.question.request.recovery);
    to.lost = cells_of([&](double p) { return spot.quantile(p).value() / to.usual; });
}

/// Prices of one provider move together, as the best choice's does: see price_ages.cpp.
Cells Cases::ratios(std::size_t dimension, const Aged& age) const {
    for (const auto& known : choices_)
        if (known && known->price == dimension)
            return known->ratio;
    return cells_of([&](double p) { return age.quantile(p); });
}

Uncertain Cases::described(const Choice& choice) {
    Uncertain out{.follows = works_, .cost = choice.price.value()};
    out.worth = firm_.worth(choice);
    const auto row = firm_.row_of(choice);
    if (row && choice.cost)
        out.outlook = firm_.question.pricing->outlook(*row);
    if (const auto age = aged(choice, firm_.question.request.today)) {
        out.price =
            dimension(fmt::format("price {} {}", choice.provider, to_string(choice.purchase)));
        out.ratio = ratios(out.price, *age);
    }
    if (!out.outlook)
        return out;
    out.fixed = firm_.question.request.budget.fixed.value();
    add_hours(choice, *row, out);
    out.cost = out.outlook->cost(out.outlook->hours.central()).value();
    out.beside = out.cost - out.fixed - paid_by_the_hour(choice).value();
    return out;
}

std::size_t Cases::cell(std::size_t n, std::size_t dimension) const {
    const double at = points_->at(n, dimension) * kCells;
    return std::min(kCells - 1, static_cast<std::size_t>(at));
}

/// The price goes with what is paid by the hour. The score is that of the plan's cost for the same
/// hours of use, or of a job's cost and time.
Outcomes Cases::outcomes(const Uncertain& of, std::size_t n) const {
    const double ratio = of.price == kNone ? 1 : of.ratio[cell(n, of.price)];
    const double cost_weight = firm_.weight(Criterion::cost);
    if (!of.outlook)
        return {of.cost * ratio, of.worth - cost_weight * std::log(ratio)};
    const std::size_t at = of.work == kNone ? 0 : cell(n, of.work);
    const double work = of.hours[at];
    double hours = work;
    double listed = of.costs[at];
    if (of.loss != kNone) {
        hours *= of.lost[cell(n, of.loss)];
        listed = of.outlook->cost(Hours{hours}).value();
    }
    const double longer = work / of.usual;
    const double beside = of.fixed + of.beside * (of.follows ? longer : 1);
    Outcomes out{.cost = beside + (listed - beside) * ratio};
    const double dearer = (out.cost - of.fixed) / (of.cost - of.fixed);
    out.worth = of.worth - cost_weight * std::log(works_ ? dearer : dearer / longer);
    if (works_)
        out.worth -=
            firm_.weight(Criterion::speed) * std::log(hours / of.outlook->hours.central().value());
    return out;
}

/// The first and the cheapest choice of one case, of which `all` has what each comes to.
Cases::Winners Cases::winners(std::size_t n, std::vector<Outcomes>& all) const {
    Winners out;
    for (std::size_t i = 0; i < choices_.size(); ++i) {
        if (!choices_[i])
            continue;
        all[i] = outcomes(*choices_[i], n);
        if (out.first == kNone || all[i].worth > all[out.first].worth)
            out.first = i;
        if (out.cheapest == kNone || all[i].cost < all[out.cheapest].cost)
            out.cheapest = i;
    }
    return out;
}

void Cases::add_to(std::vector<FirmChoice>& to) const {
    std::vector<Outcomes> all(choices_.size());
    const bool ordered = firm_.by_score() || firm_.by_cost();
    const double part = 1.0 / static_cast<double>(count_);
    for (std::size_t n = 0; n < count_; ++n) {
        const auto [first, cheapest] = winners(n, all);
        for (std::size_t i = 0; i < choices_.size(); ++i) {
            if (!choices_[i])
                continue;
            FirmChoice& c = to[i];
            if (ordered)
                c.probability_first = c.probability_first.value_or(0) + (i == first ? part : 0);
            if (!choices_[i]->outlook)
                continue;
            c.probability_cheapest =
                c.probability_cheapest.value_or(0) + (i == cheapest ? part : 0);
            c.expected_regret =
                c.expected_regret.value_or(Usd{}) + Usd{(all[i].cost - all[cheapest].cost) * part};
        }
    }
}

} // namespace

void add_cases(const Firm& of, std::size_t cases, std::vector<FirmChoice>& to) {
    Cases{of, cases}.add_to(to);
}

} // namespace flopwise
