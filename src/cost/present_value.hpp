// What money that is paid later is worth at the start of a plan.

#pragma once

#include "cost/payer.hpp"

namespace flopwise {

/// What the machines of a plan cost, each payment at its worth at the start: what is paid upfront
/// at the start of each term, all else evenly over the time that it is paid for. Without a
/// `discount_rate` the total, to the last bit.
Usd present_value(PurchaseKind kind, const Parts& parts, const PlanTime& time);

/// The same of what is paid evenly through the plan.
Usd present_value(Usd amount, const PlanTime& time);

} // namespace flopwise
