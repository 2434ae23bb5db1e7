#include "catalog/bundled.hpp"
#include "catalog/stack_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace flopwise {

using bundled::NeedRow;
using bundled::TechniqueRow;
using bundled::WheelRow;

/// "8.6" as 86; 0 for what is not CUDA's or not known.
static int capability_of(const Gpu& gpu) {
    const std::string& text = gpu.compute_capability;
    const std::size_t dot = text.find('.');
    if (gpu.stack != "CUDA" || dot == std::string::npos || dot == 0 || dot > 2 ||
        text.size() != dot + 2)
        return 0;
    int out = 0;
    for (const char c : text)
        if (c != '.')
            out = std::isdigit(static_cast<unsigned char>(c)) != 0 ? 10 * out + (c - '0') : -10000;
    return std::max(out, 0);
}

static std::string in_words(int capability) {
    return fmt::format("{}.{}", capability / 10, capability % 10);
}

/// A date that is not given is that of now, which no row is after.
static bool is_after(Date since, Date today) {
    return today.year != 0 && since > today;
}

// ---- techniques ---------------------------------------------------------------------

static const TechniqueRow* technique_called(std::string_view name) {
    const auto rows = bundled::techniques();
    const auto found =
        std::ranges::find_if(rows, [&](const TechniqueRow& row) { return row.name == name; });
    return found == rows.end() ? nullptr : &*found;
}

/// "CUDA, ROCm or SynapseAI"
static std::string stacks_with(std::string_view technique) {
    std::vector<std::string_view> stacks;
    for (const NeedRow& row : bundled::needs())
        if (row.technique == technique && std::ranges::count(stacks, row.stack) == 0)
            stacks.push_back(row.stack);
    std::string out;
    for (std::size_t i = 0; i < stacks.size(); ++i)
        out += fmt::format("{}{}", i == 0 ? "" : i + 1 == stacks.size() ? " or " : ", ", stacks[i]);
    return out;
}

/// What counts on the day; null if nothing is known of the stack then.
static const NeedRow* need_on(std::string_view technique, std::string_view stack, Date today) {
    const NeedRow* out = nullptr;
    for (const NeedRow& row : bundled::needs())
        if (row.technique == technique && row.stack == stack && !is_after(row.since, today) &&
            (out == nullptr || row.since > out->since))
            out = &row;
    return out;
}

/// The first day on which a stack has a technique; null if it never has.
static const NeedRow* first_need(std::string_view technique, std::string_view stack) {
    const NeedRow* out = nullptr;
    for (const NeedRow& row : bundled::needs())
        if (row.technique == technique && row.stack == stack &&
            (out == nullptr || row.since < out->since))
            out = &row;
    return out;
}

static std::string_view verb_of(std::string_view what) {
    return what.ends_with('s') ? "need" : "needs";
}

std::string
lacks(const Gpu& gpu, std::string_view technique, Date today, std::string_view machine) {
    const TechniqueRow* t = technique_called(technique);
    if (t == nullptr)
        return "";
    constexpr std::string_view kPaged = "paged_"; // of the same library
    if (std::ranges::find(gpu.unsupported,
                          technique.substr(technique.starts_with(kPaged) ? kPaged.size() : 0)) !=
        gpu.unsupported.end())
        return fmt::format(
            "{} {} not run on {}", t->what, t->what.ends_with('s') ? "do" : "does", gpu.name);
    if (gpu.stack.empty())
        return "";
    if (const NeedRow* need = need_on(technique, gpu.stack, today)) {
        const int has = capability_of(gpu);
        return has == 0 || has >= need->capability ? ""
                                                   : fmt::format("{} {} compute capability {}; "
                                                                 "{} has {}",
                                                                 t->what,
                                                                 verb_of(t->what),
                                                                 in_words(need->capability),
                                                                 gpu.name,
                                                                 in_words(has));
    }
    if (const NeedRow* first = first_need(technique, gpu.stack))
        return fmt::format("{} {} {} of {} or later",
                           t->what,
                           verb_of(t->what),
                           gpu.stack,
                           to_string(first->since));
    if (!t->nowhere_else)
        return "";
    return fmt::format("{} {} {}; {} has {}",
                       t->what,
                       verb_of(t->what),
                       stacks_with(technique),
                       machine.empty() ? std::string_view{gpu.name} : machine,
                       gpu.stack == "none" ? "none of them" : gpu.stack);
}

std::vector<std::string> unsupported_methods(const Gpu& gpu, Date today) {
    std::vector<std::string> out;
    for (const TechniqueRow& row : bundled::techniques())
        if (!lacks(gpu, row.name, today).empty())
            out.emplace_back(row.name);
    return out;
}

// ---- wheels -------------------------------------------------------------------------

/// Code for a capability runs on later ones of its generation, and code in between (PTX) on all
/// later ones. Source: CUDA C++ Programming Guide, "Binary Compatibility", "PTX Compatibility".
static bool runs(const WheelRow& wheel, int capability) {
    constexpr int kGeneration = 10;
    if (wheel.ptx > 0 && capability >= wheel.ptx)
        return true;
    return std::ranges::any_of(wheel.capabilities, [&](int built) {
        return built > 0 && built / kGeneration == capability / kGeneration && built <= capability;
    });
}

static std::string release_in_words(const WheelRow& wheel) {
    return fmt::format("PyTorch {} ({}{}{})",
                       wheel.pytorch,
                       to_string(wheel.since),
                       wheel.cuda.empty() ? "" : ", CUDA ",
                       wheel.cuda);
}

StackNotes::StackNotes(Date day, bool wheels) : day_{day} {
    for (const Wheel& row : bundled::wheels()) {
        if (!wheels || !row.usual || is_after(row.since, day))
            continue;
        const Wheel*& newest = row.arch == "x86_64" ? x86_ : arm_;
        if (newest == nullptr || row.since > newest->since)
            newest = &row;
    }
}

/// Another build of the release that runs, or the last release with one.
std::string StackNotes::remedy(const Wheel& usual, int capability) {
    const Wheel* best = nullptr;
    for (const Wheel& row : bundled::wheels())
        if (row.arch == usual.arch && !is_after(row.since, usual.since) && runs(row, capability) &&
            (best == nullptr || row.since >= best->since))
            best = &row;
    if (best == nullptr)
        return "";
    return best->since == usual.since ? fmt::format("; its build for CUDA {} has it", best->cuda)
                                      : fmt::format("; the last with it is {}, built for CUDA {}",
                                                    best->pytorch,
                                                    best->cuda);
}

std::string StackNotes::of_x86(const Gpu& gpu) const {
    const int capability = capability_of(gpu);
    if (x86_ == nullptr || capability == 0 || runs(*x86_, capability))
        return "";
    return fmt::format("sm_{}: the usual wheel of {} lacks it{}",
                       capability,
                       release_in_words(*x86_),
                       remedy(*x86_, capability));
}

std::string StackNotes::of_arch(const Gpu* gpu, std::string_view arch) const {
    std::string out = fmt::format("{}: x86 images and wheels do not run", arch);
    if (gpu == nullptr || gpu->stack != "CUDA")
        return out;
    const int capability = capability_of(*gpu);
    if (arm_ == nullptr || capability == 0 || arch != "arm64")
        return out + fmt::format("; programs need a build for {} with {}", arch, gpu->name);
    if (runs(*arm_, capability))
        return out + fmt::format("; {} has a wheel for it", release_in_words(*arm_));
    return out +
           fmt::format("; {} needs a build for sm_{}, and the usual {} wheel of {} has {}",
                       gpu->name,
                       capability,
                       arch,
                       release_in_words(*arm_),
                       arm_->cuda.empty() ? "no CUDA" : "none") +
           remedy(*arm_, capability);
}

std::string StackNotes::note(const Gpu* gpu, std::string_view arch) const {
    const bool foreign = gpu != nullptr && !gpu->stack.empty() && gpu->stack != "CUDA";
    std::string out = !foreign               ? ""
                      : gpu->stack == "none" ? "not CUDA: no programs for its GPU are known"
                                             : "not CUDA: programs need " + gpu->stack;
    if (!arch.empty() && arch != "x86_64")
        out += (out.empty() ? "" : "; ") + of_arch(gpu, arch);
    else if (gpu != nullptr && !foreign)
        out += of_x86(*gpu);
    return out;
}

std::string stack_note(const Gpu* gpu, std::string_view arch, Date today) {
    return StackNotes{today}.note(gpu, arch);
}

Date software_day(Date today, Date catalog) {
    constexpr int kAnotherTime = 365; // days; prices of a catalog of today are at most months old
    Date now{};                       // as far as wheels are known
    for (const WheelRow& row : bundled::wheels())
        if (!is_after(row.since, today))
            now = std::max(now, row.since);
    return catalog.year != 0 && now.year != 0 && days_between(catalog, now) > kAnotherTime ? catalog
                                                                                           : today;
}

} // namespace flopwise
