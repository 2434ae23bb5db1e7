// Which choices of an answer are not told apart from its first.

#pragma once

#include <flopwise/recommendation.hpp>

namespace flopwise {

/// Of a job: the choices of other GPUs whose cost or hours, whatever the objective has least of,
/// differ by no more than the model is off.
void mark_job_ties(Objective objective, std::vector<Choice>& choices);

/// Of a rent, in what `request`, which is completed, is sorted by: the same cost to the cent, the
/// same price, or a speed or score that differs by no more than predicted speeds of other GPUs are
/// off.
void mark_rent_ties(const Request& request, std::vector<Choice>& choices);

} // namespace flopwise
