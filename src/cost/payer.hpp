// What each purchase option for a machine costs, without text: for many machines in a row.

#pragma once

#include <flopwise/purchase.hpp>

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
    std::array<Part, 4> parts_{};
    std::size_t size_ = 0;
};

std::vector<LineItem> lines(const Parts& parts);

/// A machine with what charges say of it.
struct RatedMachine {
    Machine machine;
    MachineRates::Rows rates{};
};

/// Prices machines for one plan. The references outlive it.
class Payer {
public:
    Payer(const Budget& budget,
          const Usage& usage,
          const Recovery& recovery,
          const Charges& charges);

    /// The rented hours at a price, and unused capacity at that on demand.
    [[nodiscard]] Parts at(UsdPerHour price, UsdPerHour on_demand) const;
    [[nodiscard]] RatedMachine rated(const Machine& machine) const;
    [[nodiscard]] Parts parts(PurchaseKind kind, const RatedMachine& of);
    /// The same; spot of which the interruptions are not known with a line of lost work that is
    /// not known, as at the highest rate of interruptions that is.
    [[nodiscard]] Parts known_parts(PurchaseKind kind, const RatedMachine& of);
    [[nodiscard]] PurchaseOption option(PurchaseKind kind, const RatedMachine& of);
    /// Of the reserved rate, or of how often spot is interrupted; null if it is in neither.
    [[nodiscard]] const Source* source(PurchaseKind kind, const RatedMachine& of) const;

private:
    [[nodiscard]] Parts on_demand(const Machine& machine) const;
    [[nodiscard]] Parts spot(const RatedMachine& of);
    [[nodiscard]] Parts spot_at_least(const Machine& machine);
    [[nodiscard]] Parts reserved(const RatedMachine& of, Term term) const;
    [[nodiscard]] const SpotHours& spot_hours(double share);
    void describe_spot(const RatedMachine& of, PurchaseOption& to);
    void describe_term(const RatedMachine& of, Term term, PurchaseOption& to) const;

    const Budget& budget_;
    const Recovery& recovery_;
    MachineRates rates_;
    Hours work_;
    Hours billed_;
    Hours capacity_;
    std::map<double, SpotHours> spot_hours_; ///< by share, of which there are few
    std::optional<double> highest_share_{};  ///< of all machines; 0: none is known
};

/// The share of a band that is reckoned with: its middle, or its lower end if it is open.
double monthly_share(const Interruption& band);

} // namespace flopwise
