// What a training job comes to on the machines of an answer: time, cost, the Pareto front.

#pragma once

#include "solve/goal.hpp"

namespace flopwise {

class JobTimes;

/// Fills in the job and how sure its hours are; price, machine and cost are filled in already.
void add_job(const JobTimes& plan, std::size_t type, const Outlook& outlook, Choice& to);

/// Those of which no other is as good in both and better in one, fastest first, with the knee.
std::vector<FrontPoint> pareto_front(std::vector<FrontPoint> points);

} // namespace flopwise
