// A training job in the text reports.

#pragma once

#include <flopwise/recommend.hpp>

#include "text/table.hpp"

namespace flopwise {

/// What is trained, how much of it and until when; empty without a job.
std::string job_line(const Recommendation& r);
/// Choices as "2 x p4d.24xlarge" where several machines work together.
std::string machine_name(const Choice& choice);
/// The Pareto front of cost and time; without rows if there is no job.
TextTable front_grid(const Recommendation& r);
/// With `explain`, how the hours of the best choice are made, each figure with its source.
std::vector<std::string> job_lines(const Recommendation& r, bool explain);

} // namespace flopwise
