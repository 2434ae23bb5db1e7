#include <flopwise/purchase.hpp>

#include "cost/bill_lines.hpp"
#include "cost/payer.hpp"
#include "text/doubles.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"

#include <boost/math/distributions/gamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/minima.hpp>
#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace flopwise {

std::string_view to_string(PurchaseKind kind) {
    constexpr std::array<std::string_view, kPurchaseKinds> kNames{
        "on_demand",
        "spot",
        "reserved_1yr_no_upfront",
        "reserved_1yr_partial_upfront",
        "reserved_1yr_all_upfront",
        "reserved_3yr_no_upfront",
        "reserved_3yr_partial_upfront",
        "reserved_3yr_all_upfront",
        "convertible_1yr_no_upfront",
        "convertible_1yr_partial_upfront",
        "convertible_1yr_all_upfront",
        "convertible_3yr_no_upfront",
        "convertible_3yr_partial_upfront",
        "convertible_3yr_all_upfront",
    };
    return text::name_of(kNames, kind);
}

std::optional<Term> term_of(PurchaseKind kind) {
    constexpr auto kFirst = static_cast<int>(PurchaseKind::reserved_1yr_no_upfront);
    constexpr int kYears = 2;
    const int n = static_cast<int>(kind) - kFirst;
    if (n < 0)
        return std::nullopt;
    const int payments = static_cast<int>(kPayments);
    return Term{.years = n / payments % kYears == 0 ? 1 : 3,
                .convertible = n >= payments * kYears,
                .payment = static_cast<Payment>(n % payments)};
}

// ---- lost work on spot --------------------------------------------------------------

double interruption_rate(double monthly_share) {
    if (!(monthly_share >= 0 && monthly_share < 1))
        throw ArgumentError{"reclaimed_per_month",
                            fmt::format("must be in [0, 1), got {}", monthly_share)};
    return -std::log1p(-monthly_share) / kHoursPerMonth;
}

double monthly_share(const Interruption& band) {
    return band.to ? (band.from + *band.to) / 2 : band.from;
}

/// (e^(rate * hours) - 1) / rate: the expected time until `hours` pass without interruption.
static double undisturbed(double hours, double rate) {
    return rate == 0 ? hours : std::expm1(rate * hours) / rate;
}

Hours expected_hours(Hours work, Hours interval, double rate, Recovery recovery) {
    return Hours{work / interval * std::exp(rate * recovery.restart.value()) *
                 undisturbed((interval + recovery.checkpoint).value(), rate)};
}

/// e^(2x) - 1 - 2x e^x, which is rate^2 times the variance of the time until an undisturbed run.
static double variance_factor(double x) {
    if (x > 1)
        return std::expm1(2 * x) - 2 * x * std::exp(x);
    double sum = 0; // of (2^n - 2n) x^n / n! from n = 3 on: the differences above cancel
    double term = x * x / 2;
    double power = 4;
    for (int n = 3; n < 40; ++n) {
        term *= x / n;
        power *= 2;
        sum += (power - 2 * n) * term;
    }
    return sum;
}

/// The variance of the time for one interval: an attempt of length a and, if it is interrupted,
/// the time until restart and interval pass undisturbed.
static double variance_of_interval(double a, double restart, double rate) {
    const double x = rate * a;
    const double again = undisturbed(restart + a, rate);
    const double again_squared =
        variance_factor(rate * (restart + a)) / (rate * rate) + again * again;
    const double cut = boost::math::gamma_p(2.0, x, Doubles{}); // 1 - e^-x (1 + x)
    const double mean = -std::expm1(-x) * (1 / rate + again);
    const double square =
        2 * cut / (rate * rate) + 2 * cut / rate * again - std::expm1(-x) * again_squared;
    return std::max(0.0, square - mean * mean);
}

static Hours ninety_percent(Hours work, const SpotHours& spot, double rate, Recovery recovery) {
    constexpr double kProbability = 0.9;
    const double intervals = work / spot.interval;
    const double least = (work + recovery.checkpoint * intervals).value(); // nothing is lost
    const double excess = spot.expected.value() - least;
    if (std::exp(-rate * least) >= kProbability || !(excess > 0))
        return Hours{least};
    const double variance =
        intervals * variance_of_interval((spot.interval + recovery.checkpoint).value(),
                                         recovery.restart.value(),
                                         rate);
    if (!(variance > 0) || !std::isfinite(variance))
        return spot.expected;
    const boost::math::gamma_distribution<double, Doubles> lost{excess * excess / variance,
                                                                variance / excess};
    return Hours{least + boost::math::quantile(lost, kProbability)};
}

SpotHours spot_hours(Hours work, double rate, Recovery recovery) {
    require_positive("work", work);
    constexpr double kShortest = 1.0 / 3600; // a second
    constexpr double kLongest = 500;         // times the mean time between interruptions
    const double high = rate > 0 ? std::min(work.value(), kLongest / rate) : work.value();
    const double low = std::min(high, kShortest);
    const auto expected = [&](double log_interval) {
        return expected_hours(work, Hours{std::exp(log_interval)}, rate, recovery).value();
    };
    constexpr int kBits = std::numeric_limits<double>::digits / 2;
    double interval = high; // no checkpoint on the way, but the last
    if (rate > 0 && low < high) {
        const auto [at, least] =
            boost::math::tools::brent_find_minima(expected, std::log(low), std::log(high), kBits);
        if (least < expected_hours(work, Hours{high}, rate, recovery).value())
            interval = std::min(std::exp(at), high);
    }
    SpotHours out{.interval = Hours{interval}};
    out.expected = expected_hours(work, out.interval, rate, recovery);
    out.p90 = rate > 0 ? ninety_percent(work, out, rate, recovery) : out.expected;
    return out;
}

std::optional<double>
break_even_rate(UsdPerHour spot, UsdPerHour on_demand, Hours work, Recovery recovery) {
    constexpr double kMostRate = 100; // an interruption each 36 s
    const auto excess = [&](double rate) {
        return (spot * spot_hours(work, rate, recovery).expected) / (on_demand * work) - 1;
    };
    if (!(excess(0) < 0))
        return std::nullopt;
    double high = interruption_rate(0.5);
    while (excess(high) < 0 && high < kMostRate)
        high *= 2;
    if (!(excess(high) >= 0))
        return kMostRate;
    std::uintmax_t steps = 100;
    const auto [a, b] = boost::math::tools::toms748_solve(
        excess, 0.0, high, boost::math::tools::eps_tolerance<double>(40), steps, Doubles{});
    return (a + b) / 2;
}

// ---- what each way costs ------------------------------------------------------------

Payer::Payer(const Budget& budget,
             const Usage& usage,
             const Recovery& recovery,
             const Charges& charges)
    : budget_{budget}, recovery_{recovery}, rates_{charges}, work_{rented_hours(budget)},
      billed_{billed_hours(budget, usage)}, capacity_{capacity_hours(budget, usage)} {
    require_not_negative("checkpoint_minutes", recovery.checkpoint);
    require_not_negative("restart_minutes", recovery.restart);
}

static Part hours_at(std::string_view charge, Hours hours, UsdPerHour price) {
    return {charge, "h", hours.value(), price.value(), (price * hours).value()};
}

Parts Payer::at(UsdPerHour price, UsdPerHour on_demand) const {
    Parts out;
    out.price = price;
    out.add(hours_at("compute", billed_, price));
    if (capacity_ > Hours{})
        out.add(hours_at("unused_capacity", capacity_, on_demand));
    return out;
}

RatedMachine Payer::rated(const Machine& machine) const {
    return {machine, rates_.rows(machine.provider, machine.region, machine.instance)};
}

Parts Payer::on_demand(const Machine& m) const {
    return m.on_demand ? at(*m.on_demand, *m.on_demand) : Parts{};
}

const SpotHours& Payer::spot_hours(double share) {
    const auto found = spot_hours_.find(share);
    return found != spot_hours_.end()
               ? found->second
               : spot_hours_
                     .emplace(share,
                              flopwise::spot_hours(work_, interruption_rate(share), recovery_))
                     .first->second;
}

Parts Payer::spot_at_least(const Machine& m) {
    if (!m.spot || (capacity_ > Hours{} && !m.on_demand))
        return {};
    if (!highest_share_) {
        highest_share_ = 0;
        for (const Interruption& band : rates_.interruptions())
            highest_share_ = std::max(*highest_share_, monthly_share(band));
    }
    Parts out = at(*m.spot, m.on_demand.value_or(UsdPerHour{}));
    const Hours most = *highest_share_ > 0 ? spot_hours(*highest_share_).expected : billed_;
    const Usd lost = *m.spot * std::max(Hours{}, most - billed_);
    out.add({kLostWork, "h of work", work_.value(), m.spot->value(), lost.value(), false});
    return out;
}

Parts Payer::spot(const RatedMachine& of) {
    Parts out;
    const Machine& m = of.machine;
    const auto band = rates_.interruption(of.rates);
    if (!m.spot || !band || (capacity_ > Hours{} && !m.on_demand))
        return out;
    out.price = *m.spot;
    out.add(
        hours_at("compute", std::max(billed_, spot_hours(monthly_share(*band)).expected), *m.spot));
    if (capacity_ > Hours{})
        out.add(hours_at("unused_capacity", capacity_, *m.on_demand));
    return out;
}

Parts Payer::reserved(const RatedMachine& of, Term term) const {
    Parts out;
    const Machine& m = of.machine;
    const auto rate = rates_.reserved(of.rates, term);
    if (!rate || !holds(*rate, m.on_demand))
        return out;
    out.price = rate->hourly;
    const double term_days = kDaysPerYear * term.years;
    const double days = budget_.days->value();
    const double whole = std::max(1.0, std::floor(days / term_days));
    const double rest = std::max(0.0, days - whole * term_days) / days; // share of the plan
    const Hours term_hours{kHoursPerYear * term.years};
    const UsdPerHour on_demand = m.on_demand.value_or(UsdPerHour{});
    const bool renew = rest > 0 && (!m.on_demand || rate->hourly * term_hours <
                                                        on_demand * (billed_ + capacity_) * rest);
    const double terms = whole + (renew ? 1 : 0);
    const Usd each = rate->hourly * term_hours * rate->upfront;
    if (rate->upfront > 0)
        out.add({"upfront", "term", terms, each.value(), (each * terms).value()});
    if (rate->upfront < 1)
        out.add(hours_at("reservation", term_hours * terms, rate->hourly * (1 - rate->upfront)));
    if (rest > 0 && !renew) {
        out.add(hours_at("compute", billed_ * rest, on_demand));
        if (capacity_ > Hours{})
            out.add(hours_at("unused_capacity", capacity_ * rest, on_demand));
    }
    return out;
}

Parts Payer::parts(PurchaseKind kind, const RatedMachine& of) {
    const auto term = term_of(kind);
    return term                         ? reserved(of, *term)
           : kind == PurchaseKind::spot ? spot(of)
                                        : on_demand(of.machine);
}

Parts Payer::known_parts(PurchaseKind kind, const RatedMachine& of) {
    const Parts out = parts(kind, of);
    return out.empty() && kind == PurchaseKind::spot ? spot_at_least(of.machine) : out;
}

const Source* Payer::source(PurchaseKind kind, const RatedMachine& of) const {
    if (const auto term = term_of(kind)) {
        const auto rate = rates_.reserved(of.rates, *term);
        return rate ? &rate->source : nullptr;
    }
    const auto band =
        kind == PurchaseKind::spot ? rates_.interruption(of.rates) : std::optional<Interruption>{};
    return band ? &band->source : nullptr;
}

// ---- the options --------------------------------------------------------------------

std::vector<LineItem> lines(const Parts& parts) {
    std::vector<LineItem> out;
    for (const Part& p : parts) {
        LineItem& item = out.emplace_back(LineItem{
            .charge = std::string{p.charge}, .quantity = p.quantity, .unit = std::string{p.unit}});
        if (p.known) {
            item.amount = Usd{p.usd};
            item.tiers = {{.from = 0, .usd = p.rate}};
        } else if (p.usd > 0) {
            item.assumed = Usd{p.usd};
        }
    }
    return out;
}

void Payer::describe_spot(const RatedMachine& of, PurchaseOption& to) {
    const Machine& m = of.machine;
    const auto band = rates_.interruption(of.rates);
    to.price = m.spot;
    if (band) {
        to.share = monthly_share(*band);
        if (!band->to)
            to.notes.push_back(fmt::format(
                "more than {:.0f} % are reclaimed within a month, how many more is not known",
                100 * band->from));
    } else if (m.spot) {
        to.notes.emplace_back("how often it is interrupted is not known");
    }
    if (!to.total)
        return;
    const SpotHours& hours = spot_hours(*to.share);
    to.hours = std::max(billed_, hours.expected);
    to.hours_p90 = std::max(billed_, hours.p90);
    if (m.on_demand)
        to.break_even_rate = flopwise::break_even_rate(*m.spot, *m.on_demand, work_, recovery_);
    if (hours.p90.value() > budget_.days->value() * kHoursPerDay)
        to.notes.push_back(fmt::format("may take {:.0f}, longer than the {} of the plan",
                                       hours.p90,
                                       Hours{budget_.days->value() * kHoursPerDay}));
}

/// Why a rate is not used.
static std::string outdated(const ReservedRate& rate, std::optional<UsdPerHour> today) {
    return fmt::format("rate of {}, when on demand was {}; {}",
                       to_string(rate.source.as_of),
                       *rate.on_demand,
                       today ? fmt::format("today it is {}", *today) : "today's is not known");
}

void Payer::describe_term(const RatedMachine& of, Term term, PurchaseOption& to) const {
    const Machine& m = of.machine;
    const auto rate = rates_.reserved(of.rates, term);
    if (!rate)
        return;
    if (!holds(*rate, m.on_demand)) {
        to.notes.push_back(outdated(*rate, m.on_demand));
        return;
    }
    to.price = rate->hourly;
    if (rate->estimated)
        to.notes.emplace_back("upfront discount estimated from another machine");
    if (m.on_demand)
        to.break_even = HoursPerDay{kHoursPerDay * (rate->hourly / *m.on_demand)};
    double hours = 0;
    double terms = 0;
    for (const LineItem& item : to.items) {
        if (item.charge == "upfront") {
            to.upfront = *item.amount;
            terms = item.quantity;
        } else if (item.charge == "reservation") {
            terms = item.quantity / (kHoursPerYear * term.years);
        } else if (item.charge == "compute") {
            hours = item.quantity;
            to.notes.push_back(
                fmt::format("{:.4g} after the last term are paid on demand", Hours{item.quantity}));
        }
    }
    to.hours = Hours{hours + terms * kHoursPerYear * term.years};
    const double days = budget_.days->value();
    if (const double paid = terms * kDaysPerYear * term.years; paid > days)
        to.notes.push_back(fmt::format("pays {} for a plan of {}", Days{paid}, Days{days}));
}

PurchaseOption Payer::option(PurchaseKind kind, const RatedMachine& of) {
    const Machine& machine = of.machine;
    PurchaseOption out{.kind = kind};
    const Parts parts = this->parts(kind, of);
    if (!parts.empty()) {
        out.total = parts.total();
        out.effective = *out.total / work_;
        out.items = lines(parts);
        out.price = parts.price;
    }
    if (const auto term = term_of(kind)) {
        describe_term(of, *term, out);
    } else if (kind == PurchaseKind::spot) {
        describe_spot(of, out);
    } else {
        out.price = machine.on_demand;
        if (machine.on_demand)
            out.hours = billed_;
    }
    if (const Source* rates = source(kind, of)) {
        out.source = cited(*rates);
        out.as_of = rates->as_of;
    }
    return out;
}

std::vector<PurchaseOption> purchase_options(const Budget& budget,
                                             const Usage& usage,
                                             const Recovery& recovery,
                                             const Machine& machine,
                                             const Charges& charges) {
    validate(usage, budget);
    Payer payer{budget, usage, recovery, charges};
    const RatedMachine rated = payer.rated(machine);
    std::vector<PurchaseOption> out;
    for (std::size_t k = 0; k < kPurchaseKinds; ++k)
        out.push_back(payer.option(static_cast<PurchaseKind>(k), rated));
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.total && (!b.total || *a.total < *b.total);
    });
    return out;
}

Bill bill(const Budget& budget,
          const Usage& usage,
          const PurchaseOption& option,
          const Machine& machine,
          const Charges& charges) {
    return summed(option.items,
                  region_charges(budget, usage, machine.provider, machine.region, charges),
                  budget.fixed);
}

} // namespace flopwise
