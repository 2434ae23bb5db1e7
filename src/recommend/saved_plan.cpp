#include <flopwise/saved_plan.hpp>

#include "cost/rule.hpp"
#include "recommend/choice_figures.hpp"
#include "recommend/recommend.hpp"
#include "request/setting_text.hpp"
#include "text/files.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <cmath>
#include <iterator>

namespace flopwise {

std::string_view to_string(PlanState state) {
    constexpr std::array<std::string_view, kPlanStates> kNames{"holds", "costs_more", "gone"};
    return text::name_of(kNames, state);
}

SavedPlan saved_plan(const Recommendation& advice) {
    if (advice.choices.empty())
        throw ArgumentError{"save", "must have a choice to save, nothing qualifies"};
    const Choice& c = advice.choices.front();
    SavedPlan out{.request = advice.request,
                  .saved_on = advice.request.today,
                  .catalog = advice.catalog_name,
                  .provider = c.provider,
                  .instance = c.instance,
                  .region = c.region,
                  .purchase = c.purchase,
                  .machines = machines_of(c),
                  .price = c.price,
                  .total = total_of(c),
                  .unknown = unknown_of(c)};
    out.request.origin.clear();
    out.request.today = out.request.as_of = out.request.against = Date{};
    out.request.time_of_day = {};
    return out;
}

// ---- as YAML ------------------------------------------------------------------------

namespace {

/// A value of a setting as a request file has it.
struct Written {
    std::string operator()(std::monostate /*none*/) const { return {}; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& value) const { return yaml::written(value); }
    std::string operator()(const std::vector<std::string>& values) const {
        std::string list;
        for (const std::string& value : values)
            list += (list.empty() ? "" : ", ") + yaml::written(value);
        return "[" + list + "]";
    }
    std::string operator()(const std::vector<std::pair<std::string, double>>& values) const {
        std::string list;
        for (const auto& [name, value] : values)
            list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", yaml::written(name), value);
        return "{" + list + "}";
    }
};

} // namespace

std::string to_yaml(const SavedPlan& plan) {
    std::string out = "# A question, and the machine that was chosen. `recommend FILE` asks it "
                      "again;\n# `recommend FILE --check` says what the machine costs by then.\n";
    const auto add = [&out](std::string_view key, const std::string& value) {
        if (!value.empty())
            fmt::format_to(std::back_inserter(out), "{}: {}\n", key, value);
    };
    for (const Setting& setting : settings())
        add(setting.key, std::visit(Written{}, setting.get(plan.request)));
    out += fmt::format("{}:\n", kSavedPlan);
    add("  saved_on", plan.saved_on.year == 0 ? "" : to_string(plan.saved_on));
    add("  catalog", yaml::written(plan.catalog));
    add("  provider", yaml::written(plan.provider));
    add("  instance", yaml::written(plan.instance));
    add("  region", yaml::written(plan.region));
    add("  purchase", std::string{to_string(plan.purchase)});
    add("  machines", fmt::format("{}", plan.machines));
    add("  price_usd_per_hour", fmt::format("{}", plan.price.value()));
    if (plan.total)
        add("  total_usd", fmt::format("{}", plan.total->value()));
    if (!plan.unknown.empty())
        add("  unknown", Written{}(plan.unknown));
    return out;
}

static PurchaseKind purchase_of(yaml::Fields& row) {
    const std::string name = row.text("purchase");
    for (std::size_t k = 0; k < kPurchaseKinds; ++k)
        if (to_string(static_cast<PurchaseKind>(k)) == name)
            return static_cast<PurchaseKind>(k);
    row.refuse(row.node(), "purchase", "must be a way to pay, got " + text::quoted(name));
}

static double not_negative(yaml::Fields& row, std::string_view key) {
    const double value = row.number(key);
    if (value < 0)
        row.refuse(row.node(), key, fmt::format("must not be negative, got {}", value));
    return value;
}

static void read_choice(SavedPlan& plan, yaml::Fields& row) {
    if (row.has("saved_on")) {
        const auto day = date_of(row.text("saved_on"));
        if (!day)
            row.refuse(row.node(), "saved_on", "must be a date such as 2026-07-20");
        plan.saved_on = *day;
    }
    plan.catalog = row.text("catalog");
    plan.provider = row.text("provider");
    plan.instance = row.text("instance");
    plan.region = row.text("region");
    plan.purchase = purchase_of(row);
    plan.machines = row.whole_number_or("machines", 1);
    plan.price = UsdPerHour{not_negative(row, "price_usd_per_hour")};
    if (row.has("total_usd"))
        plan.total = Usd{not_negative(row, "total_usd")};
    plan.unknown = row.texts("unknown");
    row.done();
}

SavedPlan parse_saved_plan(const std::string& yaml, const std::string& file) {
    SavedPlan out{.request = parse_request(yaml, file)};
    const yaml::Node root = yaml::parse(yaml, file);
    yaml::Fields fields{root, file, ""};
    const yaml::Node* choice = fields.take(kSavedPlan);
    if (choice == nullptr)
        throw InputError{{.file = file, .field = std::string{kSavedPlan}},
                         "must be there to be checked, as a plan that was saved has it"};
    yaml::Fields row{*choice, file, std::string{kSavedPlan}};
    read_choice(out, row);
    return out;
}

SavedPlan read_saved_plan(const std::filesystem::path& path) {
    return parse_saved_plan(text::read_file(path, kLargestRequest), path.string());
}

// ---- on another day -----------------------------------------------------------------

Request question_of(const SavedPlan& plan, Date today, Hours time_of_day) {
    Request request = plan.request;
    request.today = today;
    request.time_of_day = time_of_day;
    const auto only = [&request](std::string_view key, const std::string& value) {
        set(request, key, std::span{&value, 1});
    };
    only("provider", plan.provider);
    only("instance", plan.instance);
    only("region", plan.region);
    only("purchase", std::string{to_string(plan.purchase)});
    request.top = request.nearest = 1;
    return request;
}

static std::string why_gone(const Recommendation& answer) {
    if (!answer.refusals.nearest.empty())
        return answer.refusals.nearest.front().text;
    if (!answer.unpriced.machines.empty())
        return answer.unpriced.machines.front().text;
    return "has no price there in this catalog";
}

static void look_at_machine(PlanCheck& check, const Catalog& catalog, const Charges& charges) {
    const SavedPlan& plan = check.plan;
    check.state = PlanState::gone;
    if (catalog.find_instance(plan.provider, plan.instance) == nullptr ||
        catalog.find_region(plan.provider, plan.region) == nullptr) {
        check.why_gone = fmt::format("is not in the catalog {}", catalog.name());
        return;
    }
    const Recommendation answer =
        answered(catalog, question_of(plan, check.checked_on, plan.request.time_of_day), charges);
    if (answer.choices.empty()) {
        check.why_gone = why_gone(answer);
        return;
    }
    check.now = answer.choices.front();
    const auto total = total_of(*check.now);
    const bool whole = total && plan.total && unknown_of(*check.now) == plan.unknown;
    const double now = whole ? total->value() : check.now->price.value() * machines_of(*check.now);
    const double then = whole ? plan.total->value() : plan.price.value() * plan.machines;
    if (then > 0)
        check.rise = now / then - 1;
    const double slack = whole ? kHalfCent.value() : 0;
    check.state =
        now > then * (1 + check.tolerance) + slack ? PlanState::costs_more : PlanState::holds;
}

PlanCheck check_plan(const Catalog& catalog,
                     const SavedPlan& plan,
                     Date today,
                     double tolerance,
                     const Charges& charges) {
    if (!(tolerance >= 0) || !std::isfinite(tolerance))
        throw ArgumentError{"tolerance",
                            fmt::format("must be a share of 0 or more, got {}", tolerance)};
    PlanCheck out{.plan = plan, .checked_on = today, .tolerance = tolerance};
    Request request = plan.request;
    request.today = today;
    const Recommendation all = answered(catalog, request, charges);
    out.catalog = all.catalog_name;
    if (!all.choices.empty())
        out.best = all.choices.front();
    look_at_machine(out, catalog, charges);
    return out;
}

PlanCheck check_plan(const Catalog& catalog, const SavedPlan& plan, Date today, double tolerance) {
    return check_plan(catalog, plan, today, tolerance, charges_of(plan.request, catalog));
}

} // namespace flopwise
