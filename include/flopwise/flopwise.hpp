// flopwise: everything
//
//     const auto advice = flopwise::recommend(flopwise::Catalog::bundled(), {
//         .budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}}});
//     std::puts(flopwise::table(advice).c_str());

#pragma once

#include <flopwise/bill.hpp>
#include <flopwise/budget.hpp>
#include <flopwise/catalog.hpp>
#include <flopwise/catalog_text.hpp>
#include <flopwise/charges.hpp>
#include <flopwise/check.hpp>
#include <flopwise/compare.hpp>
#include <flopwise/config.hpp>
#include <flopwise/constraints.hpp>
#include <flopwise/cost.hpp>
#include <flopwise/date.hpp>
#include <flopwise/diff.hpp>
#include <flopwise/error.hpp>
#include <flopwise/estimate.hpp>
#include <flopwise/feed.hpp>
#include <flopwise/firmness.hpp>
#include <flopwise/hours.hpp>
#include <flopwise/job.hpp>
#include <flopwise/launch.hpp>
#include <flopwise/lint.hpp>
#include <flopwise/listing.hpp>
#include <flopwise/memory.hpp>
#include <flopwise/model.hpp>
#include <flopwise/names.hpp>
#include <flopwise/nearby.hpp>
#include <flopwise/net.hpp>
#include <flopwise/overview.hpp>
#include <flopwise/ownership.hpp>
#include <flopwise/place.hpp>
#include <flopwise/precision.hpp>
#include <flopwise/price_age.hpp>
#include <flopwise/price_history.hpp>
#include <flopwise/profile.hpp>
#include <flopwise/purchase.hpp>
#include <flopwise/recommend.hpp>
#include <flopwise/recommendation.hpp>
#include <flopwise/regions.hpp>
#include <flopwise/report.hpp>
#include <flopwise/request.hpp>
#include <flopwise/saved_plan.hpp>
#include <flopwise/score.hpp>
#include <flopwise/settings.hpp>
#include <flopwise/stack.hpp>
#include <flopwise/sweep.hpp>
#include <flopwise/uncertain.hpp>
#include <flopwise/uncertainty.hpp>
#include <flopwise/units.hpp>
#include <flopwise/version.hpp>
#include <flopwise/what_if.hpp>
#include <flopwise/workload.hpp>
