// The pieces a bill is put together from, shared by the purchase options for a machine.

#pragma once

#include <flopwise/bill.hpp>

#include <memory>

namespace flopwise {

/// The line of a bill for work that is lost on spot where it is not known how much.
constexpr std::string_view kLostWork = "lost_work";

/// The source of a rate and its date, for a line.
std::string cited(const Source& source);

/// For how long equal machines are rented together.
struct PlanTime {
    Hours work{};             ///< of each machine
    Hours billed{};           ///< of each: the work, but 60 s for each start at least
    Hours startup{};          ///< of each, beside that
    Hours capacity{};         ///< of each, held while it does not run
    Days days{};              ///< from the start to the end
    double machines = 1;      ///< at least 1
    bool follows = false;     ///< the end is where the work is done, and not a given day
    double discount_rate = 0; ///< a year, on what is paid after the start
};

/// Of a plan with days. Source: Amazon EC2 billing, per second with a minimum of 60 s, since
/// 2017-10-02.
PlanTime plan_time(const Budget& budget, const Usage& usage, double machines = 1);

/// What a line counts for where plans are compared: its amount, or what is assumed for it.
Usd charged_amount(const LineItem& item);

/// What a bill has for a charge, which may stand in several of its lines; absent if one of them has
/// no amount, or there is none.
std::optional<Usd> amount_of_charge(const Bill& bill, std::string_view charge);

/// Of the rates of these lines, as far as they are known.
DateRange rate_dates(const Usage& usage,
                     std::string_view provider,
                     std::string_view region,
                     const Charges& charges);

/// The lines of a machine and its region as the bill of a plan of so many days.
Bill summed(std::vector<LineItem> machine, std::span<const LineItem> region, Usd fixed, Days days);

/// What a usage costs in one region beside the machines: its rates looked up, for plans of any
/// length. The charges outlive it.
class RegionCharges {
public:
    RegionCharges(const Usage& usage,
                  std::string_view provider,
                  std::string_view region,
                  const Charges& charges);

    /// Amounts that are not known as they are assumed.
    [[nodiscard]] Usd total(const PlanTime& time) const;
    /// The lines of the bill that only the region decides: all but machine, capacity and fixed.
    [[nodiscard]] std::vector<LineItem> lines(const PlanTime& time) const;

private:
    struct Item;
    std::shared_ptr<const std::vector<Item>> items_;
};

} // namespace flopwise
