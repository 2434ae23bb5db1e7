// How Boost.Math computes here: in double. By default it promotes to long double, which differs
// between processors, and whose constants valgrind cannot make when a program starts.

#pragma once

#include <boost/math/policies/policy.hpp>

namespace flopwise {

using Doubles = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

} // namespace flopwise
