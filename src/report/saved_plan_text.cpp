#include <flopwise/saved_plan.hpp>

#include "recommend/choice_figures.hpp"
#include "text/figures.hpp"
#include "text/json_out.hpp"
#include "text/text.hpp"

#include <cmath>

namespace flopwise {

static std::string machine_of(int machines, std::string_view instance, std::string_view region) {
    return machines > 1 ? fmt::format("{} x {} in {}", machines, instance, region)
                        : fmt::format("{} in {}", instance, region);
}

using Names = std::vector<std::string>;

static std::string cost_of(UsdPerHour each, const std::optional<Usd>& total, const Names& unknown) {
    std::string hourly = price(each) + " USD/h";
    if (!total)
        return hourly;
    const std::string_view least = unknown.empty() ? "" : "at least ";
    return fmt::format("{}{} USD at {}", least, money(*total), hourly);
}

static std::string cost_of(const Choice& choice) {
    return cost_of(choice.price, total_of(choice), unknown_of(choice));
}

/// What the totals are without, and what is compared then.
static std::string unknown_lines(const PlanCheck& check) {
    const Names& then = check.plan.unknown;
    const Names now = check.now ? unknown_of(*check.now) : then;
    if (then == now)
        return then.empty() ? ""
                            : fmt::format("unknown  {}: not in the totals\n", joined(then, ", "));
    const auto named = [](const Names& names) {
        return names.empty() ? std::string{"nothing"} : joined(names, ", ");
    };
    return fmt::format("unknown  {} then, {} now: the prices of the machines are compared\n",
                       named(then),
                       named(now));
}

/// "7.3 % more", of which a tenth of a percent is the least that is told.
static std::string change_of(double rise) {
    constexpr double kPercent = 100;
    const std::string size = fmt::format("{:.1f} %", std::abs(rise) * kPercent);
    return size == "0.0 %" ? "no change" : size + (rise > 0 ? " more" : " less");
}

static std::string verdict(const PlanCheck& check) {
    constexpr double kPercent = 100;
    if (check.state == PlanState::gone)
        return fmt::format("gone: {} {}", check.plan.instance, check.why_gone);
    const std::string change = check.rise ? change_of(*check.rise) : "no change";
    return fmt::format("{}: {}, {} % more is allowed",
                       check.state == PlanState::holds ? "holds" : "costs more",
                       change,
                       figure(check.tolerance * kPercent));
}

static std::string best_line(const PlanCheck& check) {
    if (!check.best)
        return "best     nothing qualifies";
    const Choice& best = *check.best;
    const SavedPlan& plan = check.plan;
    if (best.instance == plan.instance && best.region == plan.region &&
        best.provider == plan.provider)
        return "best     still that machine";
    return fmt::format("best     {}, {}: {}",
                       machine_of(machines_of(best), best.instance, best.region),
                       to_string(best.purchase),
                       cost_of(best));
}

std::string to_text(const PlanCheck& check) {
    const SavedPlan& plan = check.plan;
    std::string out = fmt::format("plan     {}, {}\n",
                                  machine_of(plan.machines, plan.instance, plan.region),
                                  to_string(plan.purchase)) +
                      fmt::format("then     {}  ({}{})\n",
                                  cost_of(plan.price, plan.total, plan.unknown),
                                  plan.saved_on.year == 0 ? "" : to_string(plan.saved_on) + ", ",
                                  plan.catalog);
    if (check.now)
        out += fmt::format("now      {}  ({}, {}, price of {})\n",
                           cost_of(*check.now),
                           to_string(check.checked_on),
                           check.catalog,
                           to_string(check.now->as_of));
    out += unknown_lines(check) + best_line(check) + '\n';
    return text::printable_lines(out + verdict(check) + '\n');
}

static Json machine(const Choice& choice) {
    return {{"provider", choice.provider},
            {"instance", choice.instance},
            {"region", choice.region},
            {"purchase", to_string(choice.purchase)},
            {"machines", machines_of(choice)},
            {"price_usd_per_hour", choice.price.value()},
            {"price_as_of", to_string(choice.as_of)},
            {"total_usd", or_null(total_of(choice))},
            {"unknown", unknown_of(choice)}};
}

static Json machine(const std::optional<Choice>& choice) {
    return choice ? machine(*choice) : Json(nullptr);
}

std::string json(const PlanCheck& check) {
    const SavedPlan& plan = check.plan;
    const Json out{
        {"state", to_string(check.state)},
        {"rise", check.rise ? Json(*check.rise) : Json(nullptr)},
        {"tolerance", check.tolerance},
        {"plan",
         {{"saved_on", plan.saved_on.year == 0 ? Json(nullptr) : Json(to_string(plan.saved_on))},
          {"catalog", plan.catalog},
          {"provider", plan.provider},
          {"instance", plan.instance},
          {"region", plan.region},
          {"purchase", to_string(plan.purchase)},
          {"machines", plan.machines},
          {"price_usd_per_hour", plan.price.value()},
          {"total_usd", or_null(plan.total)},
          {"unknown", plan.unknown}}},
        {"checked_on", to_string(check.checked_on)},
        {"catalog", check.catalog},
        {"now", machine(check.now)},
        {"why_gone", check.why_gone.empty() ? Json(nullptr) : Json(check.why_gone)},
        {"best", machine(check.best)}};
    return text::json_escaped(out.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

} // namespace flopwise
