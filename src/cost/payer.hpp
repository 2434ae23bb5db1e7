// What each purchase option for a machine costs, without text: for many machines in a row.

#pragma once

#include <flopwise/purchase.hpp>

#include "cost/bill_lines.hpp"
#include "cost/machine_rates.hpp"

#include <map>

namespace flopwise {

/// One line of a bill before it has a name of its own.
struct Part {
    std::string_view charge{};
    std::string_view unit{};
    double quantity = 0;
    double rate = 0;
    double usd = 0;
    bool known = true; ///< else `usd` is what is assumed
};

/// The lines of a machine that is paid for in one way; none if a rate is not known. The total has
/// what is assumed in it.
class Parts {
public:
    UsdPerHour price{}; ///< for an hour that is paid

    void add(const Part& part) { parts_.at(size_++) = part; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] const Part* begin() const { return parts_.data(); }
    [[nodiscard]] const Part* end() const { return parts_.data() + size_; }
    [[nodiscard]] Usd total() const {
        double sum = 0;
        for (const Part& part : *this)
            sum += part.usd;
        return Usd{sum};
    }

private:
    std::array<Part, 6> parts_{};
    std::size_t size_ = 0;
};

std::vector<LineItem> lines(const Parts& parts);

/// A machine with what charges say of it.
struct RatedMachine {
    Machine machine;
    MachineRates::Rows rates{};
};

/// Prices machines for plans with the same usage. The references outlive it.
class Payer {
public:
    /// Throws ArgumentError for a `recovery` that is negative.
    Payer(const Recovery& recovery, const Charges& charges);

    /// The rented hours at a price, and unused capacity at that on demand.
    [[nodiscard]] static Parts at(UsdPerHour price, UsdPerHour on_demand, const PlanTime& time);
    [[nodiscard]] RatedMachine rated(const Machine& machine) const;
    [[nodiscard]] Parts parts(PurchaseKind kind, const RatedMachine& of, const PlanTime& time);
    /// The same; spot of which the interruptions are not known with a line of lost work that is
    /// not known, as at the highest rate of interruptions that is.
    [[nodiscard]] Parts
    known_parts(PurchaseKind kind, const RatedMachine& of, const PlanTime& time);
    /// Spot, if it takes this long with all that is lost.
    [[nodiscard]] static Parts spot_for(Hours hours, const RatedMachine& of, const PlanTime& time);
    [[nodiscard]] PurchaseOption
    option(PurchaseKind kind, const RatedMachine& of, const PlanTime& time);
    /// Of the reserved rate, or of how often spot is interrupted; null if it is in neither.
    [[nodiscard]] const Source* source(PurchaseKind kind, const RatedMachine& of) const;
    /// Interruptions an hour of some of these machines on spot; if it is not known, the highest
    /// that is known of any.
    [[nodiscard]] double interruptions(const RatedMachine& of, double machines);
    /// The hours until some work is done on spot.
    [[nodiscard]] Hours expected_hours(Hours work, double rate);

private:
    [[nodiscard]] Parts spot(const RatedMachine& of, const PlanTime& time);
    [[nodiscard]] Parts spot_at_least(const RatedMachine& of, const PlanTime& time);
    [[nodiscard]] Parts reserved(const RatedMachine& of, Term term, const PlanTime& time) const;
    void describe_spot(const RatedMachine& of, const PlanTime& time, PurchaseOption& to);
    void describe_term(const RatedMachine& of,
                       Term term,
                       const PlanTime& time,
                       PurchaseOption& to) const;

    const Recovery& recovery_;
    MachineRates rates_;
    std::map<double, Hours> intervals_;     ///< of checkpoints, by interruptions an hour
    std::optional<double> highest_share_{}; ///< of all machines; 0: none is known
};

/// All options that the provider of a machine sells, the cheapest first, unknown ones last.
std::vector<PurchaseOption> purchase_options(Payer& payer,
                                             const Machine& machine,
                                             const PlanTime& time,
                                             const Charges& charges);

} // namespace flopwise
