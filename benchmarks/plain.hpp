// What recommend() has to answer, found the plain way: look at every offer, sort them all.
//
// It is written from the public headers and shares nothing with the solver but the formulas that
// have tests of their own: peak(), score(), affordable(), bill(), round_trip().

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise::bench {

/// Ends the program if recommend() answers anything but the plain answer: choices with all their
/// fields in order, families, counts of admitted, refused by reason and out of scope, outcome.
/// The refusals that it spells out must be of machines without any choice, and say what why_not()
/// says. Looks at the request as it is, and again with the best 100.
void verify(std::string_view name, const Catalog& catalog, const Request& request);

} // namespace flopwise::bench
