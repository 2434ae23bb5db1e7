#include "cost/present_value.hpp"

#include "text/durations.hpp"

#include <cmath>

namespace flopwise {

/// Of one dollar that is paid after some years.
static double later(double rate, double years) {
    return std::pow(1 + rate, -years);
}

/// Of one dollar that is paid evenly through some years.
static double evenly(double rate, double years) {
    const double exponent = years * std::log1p(rate);
    return exponent > 0 ? -std::expm1(-exponent) / exponent : 1;
}

/// Of one dollar of which equal parts are paid at the start of each term.
static double at_each_start(double rate, double years, double terms) {
    double sum = 0;
    for (int term = 0; term < terms; ++term)
        sum += later(rate, term * years);
    return sum / terms;
}

/// Of a commitment: its terms, and what is on demand after the last.
static Usd of_terms(double term_years, const Parts& parts, const PlanTime& time) {
    const double rate = time.discount_rate;
    double terms = 0; // of each machine
    for (const Part& part : parts) {
        const bool hours = part.charge == "reservation";
        if (hours || part.charge == "upfront")
            terms = part.quantity / time.machines / (hours ? kHoursPerYear * term_years : 1);
    }
    terms = std::round(terms);
    const double through = terms * term_years;
    const double rest = std::max(0.0, time.days.value() / kDaysPerYear - through);
    double sum = 0;
    for (const Part& part : parts)
        sum +=
            part.usd * (part.charge == "upfront"       ? at_each_start(rate, term_years, terms)
                        : part.charge == "reservation" ? evenly(rate, through)
                                                       : later(rate, through) * evenly(rate, rest));
    return Usd{sum};
}

Usd present_value(PurchaseKind kind, const Parts& parts, const PlanTime& time) {
    if (time.discount_rate == 0 || kind == PurchaseKind::capacity_block)
        return parts.total();
    const auto term = term_of(kind);
    return term ? of_terms(term->years, parts, time) : present_value(parts.total(), time);
}

Usd present_value(Usd amount, const PlanTime& time) {
    return amount * evenly(time.discount_rate, time.days.value() / kDaysPerYear);
}

} // namespace flopwise
