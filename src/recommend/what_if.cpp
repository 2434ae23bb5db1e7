#include <flopwise/what_if.hpp>

#include "recommend/recommend.hpp"
#include "recommend/sobol.hpp"
#include "recommend/sweep.hpp"
#include "request/completed.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

namespace {

constexpr int kMostSteps = 100;
constexpr std::size_t kMostVaried = 2;

const Setting* setting_called(std::string_view name) {
    for (const Setting& setting : settings())
        if (setting.key == name || setting.flag == name)
            return &setting;
    return nullptr;
}

[[noreturn]] void refuse(const std::string& must, std::string_view got) {
    throw ArgumentError{"vary", fmt::format("{}, got {}", must, text::quoted(got))};
}

/// A request with one more setting as it was varied.
void set_number(Request& request, const std::string& key, double value) {
    set(request, key, std::array{fmt::format("{}", value)}, {.field = key});
}

/// Whether the setting is a number, whatever is wrong with this one.
bool is_number(const Setting& setting, double value) {
    Request request;
    try {
        set_number(request, std::string{setting.key}, value);
    } catch (const Error&) {
        return false;
    }
    const Value now = setting.get(request);
    return std::holds_alternative<double>(now) || std::holds_alternative<std::monostate>(now);
}

void require_valid(std::span<const Vary> vary) {
    if (vary.empty() || vary.size() > kMostVaried)
        throw ArgumentError{"vary",
                            fmt::format("must be one or two settings, got {}", vary.size())};
    for (const Vary& v : vary) {
        const Setting* setting = find_setting(v.key);
        if (setting == nullptr || setting->value.empty())
            refuse("must name a setting that is a number", v.key);
        if (!(v.low < v.high) || !std::isfinite(v.low) || !std::isfinite(v.high))
            refuse("must go from a number to a greater one", fmt::format("{}:{}", v.low, v.high));
        if (v.steps < 2 || v.steps > kMostSteps)
            refuse(fmt::format("must have 2 to {} values", kMostSteps), fmt::format("{}", v.steps));
        if (!is_number(*setting, v.low) || !is_number(*setting, v.high))
            refuse(fmt::format("must be of a number that {} can be", v.key),
                   fmt::format("{}:{}", v.low, v.high));
    }
    if (vary.size() == 2 && vary[0].key == vary[1].key)
        refuse("must be two settings that differ", vary[0].key);
}

/// All pairs of values, the last setting the fastest.
struct Grid {
    std::vector<double> x{};
    std::vector<double> y{}; ///< empty: one setting

    [[nodiscard]] std::size_t size() const { return x.size() * std::max<std::size_t>(1, y.size()); }
    [[nodiscard]] double at(std::size_t i, std::size_t setting) const {
        const std::size_t fast = std::max<std::size_t>(1, y.size());
        return setting == 0 ? x[i / fast] : y[i % fast];
    }
};

template <class ValueOf>
Grid grid_of(std::span<const Vary> vary, ValueOf value_of) {
    Grid out{.x = value_of(vary[0])};
    if (vary.size() == 2)
        out.y = value_of(vary[1]);
    return out;
}

std::vector<double> steps_of(const Vary& v) {
    std::vector<double> out;
    out.reserve(static_cast<std::size_t>(v.steps));
    for (int i = 0; i < v.steps; ++i)
        out.push_back(i + 1 == v.steps ? v.high : v.low + (v.high - v.low) * i / (v.steps - 1));
    return out;
}

std::vector<double> middles_of(const Vary& v) {
    std::vector<double> out;
    for (std::size_t i = 0; i < kSobolPoints; ++i)
        out.push_back(v.low + (v.high - v.low) * (static_cast<double>(i) + 0.5) / kSobolPoints);
    return out;
}

// ---- the answers --------------------------------------------------------------------

/// The answers of a sweep over a grid. What only the budget says is asked of one ranking, all else
/// of one for each point.
class Points {
public:
    Points(const Catalog& catalog,
           const Request& request,
           const Charges& charges,
           std::span<const Vary> vary,
           const Grid& grid);

    [[nodiscard]] double total(std::size_t i) const { return total_[i]; }
    [[nodiscard]] WhatIfCell cell(std::size_t i) const;

private:
    [[nodiscard]] std::vector<double>* column(std::string_view key);
    void add_columns(const Request& request);
    void add_groups(const Request& request, const Charges& charges);
    void ask();
    void add_group(const Request& request, const Charges& charges, std::size_t point);

    const Catalog& catalog_;
    std::span<const Vary> vary_;
    const Grid& grid_;
    std::vector<double> budget_, days_, hours_, fixed_, max_price_;
    std::vector<SweepGroup> groups_;
    std::vector<std::uint32_t> group_of_;
    std::vector<std::int32_t> offer_;
    std::vector<std::int8_t> purchase_, outcome_;
    std::vector<double> price_, total_, score_, ceiling_;
    std::vector<std::string> error_;
};

std::vector<double>* Points::column(std::string_view key) {
    for (const auto& [name, column] : {std::pair{"budget_usd", &budget_},
                                       std::pair{"days", &days_},
                                       std::pair{"hours_per_day", &hours_},
                                       std::pair{"fixed_usd", &fixed_},
                                       std::pair{"max_price_usd_per_hour", &max_price_}})
        if (key == name)
            return column;
    return nullptr;
}

/// The request with what no column has.
void Points::add_group(const Request& request, const Charges& charges, std::size_t point) {
    SweepGroup group{.catalog = &catalog_, .request = request, .charges = charges};
    try {
        for (std::size_t v = 0; v < vary_.size(); ++v)
            if (column(vary_[v].key) == nullptr)
                set_number(group.request, vary_[v].key, grid_.at(point, v));
    } catch (const Error& e) {
        group.error = e;
    }
    groups_.push_back(std::move(group));
}

Points::Points(const Catalog& catalog,
               const Request& request,
               const Charges& charges,
               std::span<const Vary> vary,
               const Grid& grid)
    : catalog_{catalog}, vary_{vary}, grid_{grid} {
    add_columns(request);
    add_groups(request, charges);
    ask();
}

/// What no column varies is that of the request; figures of the budget are columns alone.
void Points::add_columns(const Request& request) {
    const std::size_t points = grid_.size();
    for (std::size_t v = 0; v < vary_.size(); ++v)
        if (std::vector<double>* to = column(vary_[v].key))
            for (std::size_t i = 0; i < points; ++i)
                to->push_back(grid_.at(i, v));
    const Budget& b = request.budget;
    const auto keep = [points](std::vector<double>& to, bool given, double value) {
        if (to.empty() && given)
            to.assign(points, value);
    };
    keep(budget_, b.total.has_value(), b.total.value_or(Usd{}).value());
    keep(days_, b.days.has_value(), b.days.value_or(Days{}).value());
    keep(hours_, true, b.hours_per_day.value());
    keep(fixed_, b.fixed != Usd{}, b.fixed.value());
    const auto& most = request.constraints.max_price;
    keep(max_price_, most.has_value(), most.value_or(UsdPerHour{}).value());
}

/// One group for all points, if columns have all that varies; else one for each.
void Points::add_groups(const Request& request, const Charges& charges) {
    const bool one_ranking =
        std::ranges::all_of(vary_, [&](const Vary& v) { return column(v.key) != nullptr; });
    Request rest = request;
    rest.budget = {};
    rest.constraints.max_price.reset();
    for (std::size_t i = 0; i < (one_ranking ? 1 : grid_.size()); ++i)
        add_group(rest, charges, i);
    for (std::uint32_t i = 0; i < grid_.size(); ++i)
        group_of_.push_back(one_ranking ? 0 : i);
}

void Points::ask() {
    const std::size_t points = grid_.size();
    offer_.resize(points);
    purchase_.resize(points);
    outcome_.resize(points);
    for (auto* figures : {&price_, &total_, &score_, &ceiling_})
        figures->resize(points);
    Sweep sweep{groups_,
                group_of_,
                {.budget_usd = budget_,
                 .days = days_,
                 .hours_per_day = hours_,
                 .fixed_usd = fixed_,
                 .max_price_usd_per_hour = max_price_},
                {offer_, purchase_, price_, total_, score_, ceiling_, outcome_}};
    sweep.work();
    if (sweep.failure())
        std::rethrow_exception(sweep.failure());
    error_.resize(points);
    for (const SweepError& e : sweep.errors())
        error_[e.row] = e.error.what();
}

WhatIfCell Points::cell(std::size_t i) const {
    WhatIfCell out{.x = grid_.at(i, 0), .error = error_[i]};
    if (!grid_.y.empty())
        out.y = grid_.at(i, 1);
    if (outcome_[i] >= 0)
        out.outcome = static_cast<Outcome>(outcome_[i]);
    if (offer_[i] < 0)
        return out;
    const Offer offer = catalog_.offer(static_cast<std::size_t>(offer_[i]));
    out.provider = offer.instance.provider;
    out.instance = offer.instance.name;
    out.region = offer.region.code;
    out.purchase = static_cast<PurchaseKind>(purchase_[i]);
    out.price = UsdPerHour{price_[i]};
    if (!std::isnan(total_[i]))
        out.total = Usd{total_[i]};
    return out;
}

void add_sobol(const Points& points, std::span<const Vary> vary, const Grid& grid, WhatIf& to) {
    std::vector<double> costs;
    for (std::size_t i = 0; i < grid.size(); ++i)
        if (!std::isnan(points.total(i)))
            costs.push_back(points.total(i));
    to.with_cost = static_cast<double>(costs.size()) / static_cast<double>(grid.size());
    if (costs.size() < grid.size())
        return;
    const std::vector<std::size_t> sizes(vary.size(), kSobolPoints);
    const auto parts = variance_parts(sizes, costs);
    for (std::size_t i = 0; i < parts.size(); ++i)
        to.sobol.push_back({vary[i].key, parts[i].first, parts[i].total});
}

/// Those of the request with all that is varied, which may be what is charged.
Charges charges_for(const Request& asked, std::span<const Vary> vary, const Catalog& catalog) {
    Request most = asked;
    for (const Vary& v : vary)
        set_number(most, v.key, v.high);
    return charges_of(most, catalog);
}

/// Refuses what is wrong at every point, as the first of them does.
void require_an_answer(const WhatIf& of) {
    if (std::ranges::all_of(of.cells, [](const WhatIfCell& c) { return !c.error.empty(); }))
        throw ArgumentError{"vary",
                            fmt::format("must leave a request that can be answered, got \"{}\"",
                                        of.cells.front().error)};
}

} // namespace

Vary vary_of(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos)
        refuse("must be SETTING=FROM:TO or SETTING=FROM:TO:VALUES", text);
    const Setting* setting = setting_called(text.substr(0, equals));
    if (setting == nullptr)
        refuse("must name a setting that is a number", text.substr(0, equals));
    const std::vector<std::string> ends = text::split(std::string{text.substr(equals + 1)}, ':');
    Vary out{.key = std::string{setting->key}};
    const auto number = [&](std::size_t i) {
        const auto value = text::number(ends[i]);
        if (!value)
            refuse("must be SETTING=FROM:TO or SETTING=FROM:TO:VALUES", text);
        return *value;
    };
    if (ends.size() < 2 || ends.size() > 3)
        refuse("must be SETTING=FROM:TO or SETTING=FROM:TO:VALUES", text);
    out.low = number(0);
    out.high = number(1);
    if (ends.size() == 3) {
        const double steps = number(2);
        if (steps != std::floor(steps) || !(steps >= 2 && steps <= kMostSteps))
            refuse(fmt::format("must have 2 to {} values", kMostSteps), ends[2]);
        out.steps = static_cast<int>(steps);
    }
    require_valid({&out, 1});
    return out;
}

WhatIf what_if(const Catalog& catalog, const Request& request, std::span<const Vary> vary) {
    require_no_catalog(request);
    require_valid(vary);
    const Catalog of_day = on_day_asked(catalog, request);
    Request asked = request;
    asked.as_of = {};
    asked.against = {};
    asked.firmness = false;
    const Charges charges = charges_for(asked, vary, of_day);
    WhatIf out{.catalog_name = of_day.name(), .varied{vary.begin(), vary.end()}};
    const Grid shown = grid_of(vary, steps_of);
    const Points map{of_day, asked, charges, vary, shown};
    for (std::size_t i = 0; i < shown.size(); ++i)
        out.cells.push_back(map.cell(i));
    require_an_answer(out);
    const Grid fine = grid_of(vary, middles_of);
    add_sobol({of_day, asked, charges, vary, fine}, vary, fine, out);
    return out;
}

} // namespace flopwise
