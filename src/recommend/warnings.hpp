// What is to be said of an answer: prices that are old, what is not known or not comparable, what
// programs have to be built for.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// What is not CUDA on x86_64, in words: "Neuron", "arm64", "Neuron on arm64"; empty for what is,
/// and for what is not known.
std::string foreign(const std::string& arch, const std::string& stack);
/// What the marked machines of a report are, each once; empty if none is marked.
std::string platform_line(const Recommendation& r);
/// All that a reader of the answer has to know beside its figures. The answer is else complete.
void add_warnings(const Catalog& catalog, Recommendation& r);

} // namespace flopwise
