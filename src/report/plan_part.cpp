#include "report/plan_part.hpp"

#include "text/figures.hpp"

#include <algorithm>

namespace flopwise {

static std::string place(const Nearby& region) {
    return region.city.empty() ? region.region : fmt::format("{} ({})", region.region, region.city);
}

static std::string places(const std::vector<Nearby>& regions) {
    constexpr std::size_t kShown = 4;
    std::string names;
    for (std::size_t i = 0; i < regions.size() && i < kShown; ++i)
        names += (i == 0 ? "" : ", ") + place(regions[i]);
    if (regions.size() > kShown)
        names += fmt::format(" and {} more", regions.size() - kShown);
    return names;
}

static std::string nearest_line(const RegionChoice& choice) {
    if (choice.alike.size() < 2)
        return fmt::format("Nearest region with an offer that qualifies: {}, {:.0f}, about {:.0f}",
                           place(choice.region),
                           choice.region.distance,
                           choice.region.rtt);
    std::vector<std::string> names;
    for (const Nearby& region : choice.alike)
        names.push_back(fmt::format("{} {:.0f}", place(region), region.rtt));
    return fmt::format("Nearest regions with offers that qualify, alike within the error of the "
                       "estimate: {}",
                       joined(names, ", "));
}

std::vector<std::string> region_lines(const Recommendation& r) {
    if (!r.region_choice)
        return {};
    const RegionChoice& choice = *r.region_choice;
    std::vector<std::string> out{nearest_line(choice)};
    std::vector<Nearby> without;
    for (const Nearby& region : choice.nearer)
        if (std::find(choice.unpriced.begin(), choice.unpriced.end(), region) ==
            choice.unpriced.end())
            without.push_back(region);
    if (!without.empty())
        out.push_back("Nearer, but without one: " + places(without));
    if (!choice.unpriced.empty())
        out.push_back(fmt::format("Nearer: {} {} them, price not known",
                                  places(choice.unpriced),
                                  choice.unpriced.size() == 1 ? "sells" : "sell"));
    if (choice.cheapest && !r.choices.empty()) {
        const auto& there = *choice.cheapest;
        const Choice& here = r.choices.front();
        out.push_back(fmt::format(
            "{} is cheapest in {}: {:.4f}{}, {:+.0f} of round trip",
            here.instance,
            there.region,
            there.price,
            there.total && here.cost
                ? fmt::format(", {:.2f} in all against {:.2f}", *there.total, here.cost->total)
                : "",
            there.extra_rtt));
    }
    if (choice.farther) {
        const auto& there = *choice.farther;
        const bool by_score = r.request.sort.value_or(Sort::score) == Sort::score;
        out.push_back(fmt::format("{:.0f} more of round trip would buy {} in {}: {}"
                                  "{:.4f}{}, {:+.0f}",
                                  kFarther,
                                  there.instance,
                                  there.region,
                                  by_score ? fmt::format("score {:.4g}, ", there.score) : "",
                                  there.price,
                                  there.total ? fmt::format(", {:.2f} in all", *there.total) : "",
                                  there.extra_rtt));
    }
    return out;
}

static std::string parts(const OwnOrRent& o) {
    std::string out = fmt::format("capital {:.3f}", o.cost.capital);
    const auto add = [&out](std::string_view name, UsdPerDay amount) {
        if (amount > UsdPerDay{})
            out += fmt::format(", {} {:.3f}", name, amount);
    };
    add("upkeep", o.cost.upkeep);
    add("staff", o.cost.staff);
    add("energy", o.cost.energy);
    return out;
}

/// Every figure that makes the cost of owning, with its unit.
static std::string assumptions(const OwnOrRent& o) {
    const Ownership& own = o.owned;
    std::string out = fmt::format("{} over {}", *own.price, own.life);
    const auto add = [&out](const std::string& text) { out += ", " + text; };
    if (own.residual > Usd{})
        add(fmt::format("sold for {}", own.residual));
    if (own.rate > 0)
        add(fmt::format("capital at {:.4g} % a year", own.rate * 100));
    if (own.power && *own.power > Watts{})
        add(fmt::format("{:.4g} at {:.4g}, PUE {:.4g}", *own.power, *own.electricity, own.pue));
    else
        add("no electricity counted");
    if (own.upkeep > 0)
        add(fmt::format("upkeep {:.4g} % of the price a year", own.upkeep * 100));
    if (own.staff > Hours{})
        add(fmt::format("{} of staff a year at {}", own.staff, own.staff_price));
    return out;
}

/// Of a job, which is over one day: no payback by use without end.
static std::string job_verdict(const OwnOrRent& o) {
    const OwnJob& job = *o.job;
    std::string out = fmt::format("{}: renting {} in {} costs {:.2f} for this job; ",
                                  !job.decided()     ? "Not known"
                                  : o.own_is_cheaper ? "Own"
                                                     : "Rent",
                                  o.rented->instance,
                                  o.rented->region,
                                  job.rented);
    out += fmt::format("bought for it alone, the machine costs {:.2f}", job.alone);
    if (job.hours)
        out += fmt::format(", its share of {:.4g} h {:.2f}", job.hours->value(), *job.share);
    else
        out += " or more, how long it takes is not known";
    if (job.jobs_per_year)
        out += fmt::format("; owning costs less from {}{:.4g} such jobs a year on, for {}",
                           job.hours ? "" : "at least ",
                           *job.jobs_per_year,
                           o.owned.life);
    else
        out += "; owning does not cost less however many such jobs there are";
    return out;
}

static std::string verdict(const OwnOrRent& o, const Budget& budget) {
    const Choice& c = *o.rented;
    std::string out = fmt::format("{}: renting {} in {} costs {:.2f} at {} h a day",
                                  o.own_is_cheaper ? "Own" : "Rent",
                                  c.instance,
                                  c.region,
                                  o.rent,
                                  budget.hours_per_day.value());
    if (o.break_even_use)
        out += fmt::format("; owning is cheaper from {:.2f} h a day", o.break_even_use->value());
    else
        out += "; owning is not cheaper at any use";
    if (o.break_even_month)
        out += fmt::format("; at this use it has paid off in month {}", *o.break_even_month);
    else
        out += "; at this use it does not pay off in its life";
    return out;
}

static std::string what_counts(const OwnOrRent& o) {
    std::string out = "One per cent more of each changes own / rent by:";
    for (const Sensitivity& s : o.sensitivities)
        out += fmt::format(
            "{} {} {:+.2f} %", &s == o.sensitivities.data() ? "" : ",", s.key, s.elasticity);
    return out;
}

std::vector<std::string> ownership_lines(const Recommendation& r, bool explain) {
    if (!r.ownership)
        return {};
    const OwnOrRent& o = *r.ownership;
    std::vector<std::string> out{
        o.job ? fmt::format("Owning costs {:.3f}, used or not", o.cost.daily - o.cost.energy)
              : fmt::format("Owning costs {:.3f}, {:.2f} a year, {:.4f} of use",
                            o.cost.daily,
                            o.cost.annual,
                            o.cost.hourly),
        assumptions(o)};
    if (!o.rented) {
        out.emplace_back(
            r.request.speed == Speed::predicted && o.predicted
                ? fmt::format("No offer that qualifies is as fast as the {:.4g} that are predicted",
                              *o.predicted)
            : o.tflops ? fmt::format("No offer that qualifies is as fast as {:.4g}", *o.tflops)
                       : "There is no offer to compare it with");
        return out;
    }
    out.push_back(o.job ? job_verdict(o) : verdict(o, r.request.budget));
    if (explain) {
        out.push_back(parts(o));
        if (!o.sensitivities.empty())
            out.push_back(what_counts(o));
    }
    return out;
}

} // namespace flopwise
