// What a question makes of a catalog: what must run, for how long, and on how many machines. A goal
// is asked by machine type, never by offer; where and how a machine is paid for is Pricing's.

#pragma once

#include <flopwise/hours.hpp>
#include <flopwise/recommendation.hpp>
#include <flopwise/score.hpp>

#include "solve/sites.hpp"

#include <functional>

namespace flopwise {

/// Machines that one network usually joins: no more are suggested to a job that takes too long.
constexpr int kUsuallyJoined = 16;

/// A set of reasons as bits.
using ReasonSet = std::uint64_t;
constexpr ReasonSet bit(Reason reason) {
    return ReasonSet{1} << static_cast<unsigned>(reason);
}

/// How a plan may turn out on one offer, paid for in one way.
struct Outlook {
    HoursDistribution hours;        ///< of each machine, with what is lost on spot
    std::function<Usd(Hours)> cost; ///< of the whole plan if it takes these; rises with them
    bool known = true; ///< else what is lost on spot is assumed, as at the highest rate known
    double interruptions = 0; ///< an hour, of all machines together; 0 but on spot
};

class Goal {
public:
    Goal() = default;
    Goal(const Goal&) = delete;
    Goal& operator=(const Goal&) = delete;
    virtual ~Goal() = default;

    // ---- of a machine type

    /// Equal machines that work together.
    [[nodiscard]] virtual int machines(std::size_t /*type*/) const { return 1; }
    /// Work that all of these do in a time; unknown (NaN) if it cannot be told.
    [[nodiscard]] virtual double rate(std::size_t type) const = 0;
    /// Hours for which each is paid, for the same work as all others: what an hour's price is
    /// multiplied by where machines are compared.
    [[nodiscard]] virtual double hours_compared(std::size_t /*type*/) const { return 1; }
    /// The GPU memory that machines are compared by, beside price and rate; 0: it does not count.
    [[nodiscard]] virtual double memory_compared(std::size_t type) const = 0;

    /// Whether its hours are known, and not what the budget lasts for.
    [[nodiscard]] virtual bool has_hours(std::size_t type) const = 0;
    /// The hours of each machine; absent if it has none.
    [[nodiscard]] virtual std::optional<HoursDistribution> hours(std::size_t type) const = 0;
    /// The plan at the hours that stand for all (HoursDistribution::central()), and at those that
    /// are enough with the probability that is asked for. A month where `hours` is absent.
    [[nodiscard]] virtual Budget usual_plan(std::size_t type) const = 0;
    [[nodiscard]] virtual Budget sure_plan(std::size_t type) const = 0;
    /// The plan if it takes these hours of each machine.
    [[nodiscard]] virtual Budget plan(Hours hours) const = 0;
    /// A plan of which each machine runs for more hours, on spot: more days, if they are not fixed.
    [[nodiscard]] virtual Budget through(const Budget& plan, Hours /*hours*/) const { return plan; }
    /// The most that an hour of one machine may cost if nothing else is charged; infinite without a
    /// budget.
    [[nodiscard]] virtual double price_limit(std::size_t type) const = 0;

    /// Reasons for which a type cannot do it.
    [[nodiscard]] virtual ReasonSet reasons(std::size_t type) const = 0;
    /// How far its figures are off: the sum of |ln(has / needed)|.
    [[nodiscard]] virtual double distance(std::size_t /*type*/) const { return 0; }
    /// One of these reasons in words, and the changes that would lift it.
    virtual void explain(Reason reason, std::size_t type, Refusal& to) const = 0;
    /// What a plan costs against what the budget has, in words, where only the price counts.
    [[nodiscard]] virtual std::string cost_in_words(std::size_t type, UsdPerHour price) const = 0;
    /// The changes with which a plan at this price is affordable, where only the price counts.
    virtual void relax_budget(std::size_t type, UsdPerHour price, Refusal& to) const = 0;
    /// The changes with which any plan is affordable: `affordable` says of a budget whether it is,
    /// `needed` what is needed at the present one.
    virtual void relax_budget(std::size_t type,
                              Usd needed,
                              const std::function<bool(const Budget&)>& affordable,
                              Refusal& to) const = 0;

    // ---- of the question

    /// What is used beside the machines, starting them up included.
    [[nodiscard]] virtual const Usage& usage() const = 0;
    /// Whether a plan ends when the work is done, and not on a given day.
    [[nodiscard]] virtual bool ends_with_work() const { return false; }
    /// Hours of work by which it has to be done.
    [[nodiscard]] virtual std::optional<Hours> deadline() const { return std::nullopt; }
    /// Whether it can do without GPUs, if the request does.
    [[nodiscard]] virtual bool can_do_without_gpu() const { return true; }
    /// The machine that scores are relative to.
    [[nodiscard]] virtual Figures reference() const = 0;

    // ---- of the answer

    virtual void describe(std::size_t /*type*/, const Outlook& /*outlook*/, Choice& /*to*/) const {}
    /// What is to be said of all choices together.
    virtual void compare(std::vector<Choice>& /*choices*/) const {}
    /// Of each type's best, those of which no other is both cheaper and faster; empty if hours are
    /// nothing to choose by.
    using Points = std::function<std::vector<FrontPoint>()>;
    [[nodiscard]] virtual std::vector<FrontPoint> front(const Points& /*points*/) const {
        return {};
    }
};

/// The goal of a completed request; it need only answer for the type `only`, if that is given.
/// The first three arguments outlive what is returned.
std::unique_ptr<const Goal> goal_of(const Catalog& catalog,
                                    const Request& request,
                                    const Sites& sites,
                                    std::optional<std::size_t> only = {});

/// The fewest GPUs that a machine must have; 0 if those without take part, so that rates are vCPUs.
double least_gpus(const Constraints& constraints);

/// Adds words to those of a refusal, and the change that would admit it.
void say(const std::string& words, Refusal& to);
void say(const std::string& words, Relaxation change, Refusal& to);
/// Says that a GPU has no rate in a precision, and the first other one that it is `usable` in.
void say_no_rate(const Gpu& gpu,
                 Precision precision,
                 bool (*usable)(const Gpu&, Precision),
                 Refusal& to);
/// Adds a change that would do instead of others that are added so.
void add_alternative(std::string_view key, double value, Refusal& to);

} // namespace flopwise
