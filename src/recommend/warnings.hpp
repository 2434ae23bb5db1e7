// What of the choices that stand side by side is not comparable, in words.

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// The first machines by name, and how many more there are.
std::string names_of(const std::vector<const Choice*>& choices);

template <class Condition>
std::vector<const Choice*> choices_where(const Recommendation& r, Condition condition) {
    std::vector<const Choice*> out;
    for (const Choice& choice : r.choices)
        if (condition(choice))
            out.push_back(&choice);
    return out;
}

/// What is not CUDA on x86_64, in words: "Neuron", "arm64", "Neuron on arm64"; empty for what is,
/// and for what is not known.
std::string foreign(const std::string& arch, const std::string& stack);
/// What the marked machines of a report are, each once; empty if none is marked.
std::string platform_line(const Recommendation& r);
/// What a program has to be built for on the first choice, if that is not CUDA on x86_64.
std::vector<std::string> platform_warnings(const Recommendation& r);

/// Warnings, as far as they apply to the choices: network rates that are assumed, prices of
/// different dates, hosts of different kinds, and spot of different providers.
std::vector<std::string> what_is_not_comparable(const Recommendation& r);

} // namespace flopwise
