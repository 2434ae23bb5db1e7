// The pieces a bill is put together from, shared by the purchase options for a machine.

#pragma once

#include <flopwise/bill.hpp>

namespace flopwise {

/// The line of a bill for work that is lost on spot where it is not known how much.
constexpr std::string_view kLostWork = "lost_work";

/// The source of a rate and its date, for a line.
std::string cited(const Source& source);

/// Hours for which capacity is held while no machine runs. Needs days.
Hours capacity_hours(const Budget& budget, const Usage& usage);

/// What a line counts for where plans are compared: its amount, or what is assumed for it.
Usd charged_amount(const LineItem& item);

/// Of the rates of these lines, as far as they are known.
DateRange rate_dates(const Usage& usage,
                     std::string_view provider,
                     std::string_view region,
                     const Charges& charges);

/// The lines of a machine and its region as a bill.
Bill summed(std::vector<LineItem> machine, std::span<const LineItem> region, Usd fixed);

/// The lines of that bill that only the region decides: all but machine, capacity and fixed.
std::vector<LineItem> region_charges(const Budget& budget,
                                     const Usage& usage,
                                     std::string_view provider,
                                     std::string_view region,
                                     const Charges& charges);

/// Hours that the machine is billed: the rented ones, but 60 s for each start at least.
/// Source: Amazon EC2 billing, per second with a minimum of 60 s, since 2017-10-02.
Hours billed_hours(const Budget& budget, const Usage& usage);

} // namespace flopwise
