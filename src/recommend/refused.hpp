// Why one offer is refused, and changes of the request that admit it whatever else they change.

#pragma once

#include <flopwise/recommendation.hpp>

#include "cost/charge_rows.hpp"

namespace flopwise {

/// Why an offer does not qualify; empty if it does. `request` is completed and has its regions;
/// without ways to pay, the offer's own is as good as those that it names.
std::optional<Refusal>
refused(const Catalog& catalog, const Request& request, const Charges& charges, std::size_t offer);

/// A job that is changed takes other hours, and with them another deadline or budget, as does one
/// on spot, with what is lost. Gives each alternative of a refusal what else it needs, and leaves
/// out those that do not admit the offer. Where a job is too late, more machines are one too, if
/// they do it in time.
void settle(const Catalog& catalog,
            const Request& request,
            const Charges& charges,
            Refusal& refusal);

} // namespace flopwise
