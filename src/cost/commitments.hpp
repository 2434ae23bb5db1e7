// What is bought for a whole term: which commitment a purchase option is, and days bought ahead.

#pragma once

#include "cost/payer.hpp"

namespace flopwise {

/// The line of a block of days for a plan; none if the plan is longer than any, or without a rate.
Parts block_parts(const std::optional<BlockRate>& rate, const PlanTime& plan);

/// What there is to say of it, and what it has to pay at the start.
void describe_block(const std::optional<BlockRate>& rate, const PlanTime& plan, PurchaseOption& to);

} // namespace flopwise
