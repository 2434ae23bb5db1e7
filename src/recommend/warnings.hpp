// What is to be said of an answer: prices that are old, what is not known or not comparable, what
// programs have to be built for.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// What the usual wheel of PyTorch does not run on, in a word: "Neuron", "arm64", "Neuron on
/// arm64", "sm_37"; empty for what it runs on, and for what is not known. Of a Choice or a
/// FamilyChoice.
std::string foreign(const std::string& arch, const std::string& stack, const std::string& note);
template <class Machine>
std::string foreign(const Machine& m) {
    return foreign(m.arch, m.stack, m.stack_note);
}
/// What the marked machines of a report are, each once; empty if none is marked.
std::string platform_line(const Recommendation& r);
/// All that a reader of the answer has to know beside its figures. The answer is else complete.
void add_warnings(const Catalog& catalog, Recommendation& r);

} // namespace flopwise
