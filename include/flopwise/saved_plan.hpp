// flopwise: a choice that was made, kept with its question, and what it costs later
//
// A pipeline can gate a budget on it: the plan is a request file, and a check says whether the
// machine that was chosen costs more by now than it did.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

struct SavedPlan {
    Request request{};     ///< as it was asked, without its days
    Date saved_on{};       ///< Request::today
    std::string catalog{}; ///< its name
    std::string provider{};
    std::string instance{};
    std::string region{};
    PurchaseKind purchase = PurchaseKind::on_demand;
    int machines = 1;           ///< that work together
    UsdPerHour price{};         ///< of each
    std::optional<Usd> total{}; ///< of the plan or the job; absent if the days are not known
    std::vector<std::string> unknown{}; ///< charges without a rate, which the total is without

    bool operator==(const SavedPlan&) const = default;
};

/// The first choice of an answer. Throws ArgumentError if there is none.
FLOPWISE_API SavedPlan saved_plan(const Recommendation& advice);
/// A request file, with the choice under the key `saved_plan`, which requests pass over.
FLOPWISE_API std::string to_yaml(const SavedPlan& plan);
/// Throw InputError with file, line and key for what is no request file, or has no such key.
FLOPWISE_API SavedPlan read_saved_plan(const std::filesystem::path& file);
FLOPWISE_API SavedPlan parse_saved_plan(const std::string& yaml, const std::string& name = "text");

/// The question of a plan about its machine alone, bought as in the plan, asked on a day, of which
/// so much is past as Request::time_of_day says.
FLOPWISE_API Request question_of(const SavedPlan& plan, Date today, Hours time_of_day = {});

enum class PlanState : std::uint8_t {
    holds,      ///< it costs no more than its tolerance allows
    costs_more, ///< it does
    gone,       ///< the machine does not qualify any more
};
constexpr std::size_t kPlanStates = 3;
FLOPWISE_API std::string_view to_string(PlanState state);

/// What a plan comes to on another day.
struct PlanCheck {
    SavedPlan plan{};
    PlanState state = PlanState::holds;
    Date checked_on{};
    std::string catalog{};        ///< its name
    double tolerance = 0;         ///< share by which the cost may rise
    std::optional<Choice> now{};  ///< the machine of the plan, bought as in the plan
    std::string why_gone{};       ///< why it does not qualify, in words
    std::optional<Choice> best{}; ///< of all, for the same question
    /// Share by which the total rose, or where there is none, or one that lacks other charges than
    /// that of the plan, the price of the machines; negative if it fell.
    std::optional<double> rise{};

    bool operator==(const PlanCheck&) const = default;
};

/// Asks the plan's question again, of all machines and of the one in the plan. A rise is looked at
/// to the cent. Throws ArgumentError for a tolerance below 0 or not finite, and as recommend()
/// does.
///
///     const SavedPlan plan = read_saved_plan("plan.yaml");
///     if (check_plan(Catalog::bundled(), plan, {2026, 12, 1}, 0.05).state != PlanState::holds)
///         return 3;
FLOPWISE_API PlanCheck check_plan(const Catalog& catalog,
                                  const SavedPlan& plan,
                                  Date today,
                                  double tolerance = 0);
/// The same with charges at hand.
FLOPWISE_API PlanCheck check_plan(const Catalog& catalog,
                                  const SavedPlan& plan,
                                  Date today,
                                  double tolerance,
                                  const Charges& charges);

/// What was, what is, and what would be best, in a few lines.
FLOPWISE_API std::string to_text(const PlanCheck& check);
/// The same as JSON, with all of the choices' figures that the text has.
FLOPWISE_API std::string json(const PlanCheck& check);

} // namespace flopwise
