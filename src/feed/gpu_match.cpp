#include "feed/gpu_match.hpp"

#include "catalog/gpu_names.hpp"
#include "text/csv_stream.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise::feed {

using text::BadRow;

static bool fits_model(GiB memory, const Gpu& gpu) {
    constexpr double kTolerance = 0.15; // firmware and error correction take a share
    return std::abs(memory / gpu.memory - 1) <= kTolerance;
}

/// What a name means without more: by itself, else by its model and memory alone.
static const Gpu* usual(const Catalog& known, std::string_view name) {
    if (const Gpu* gpu = known.find_gpu(name))
        return gpu;
    const GpuName parts = gpu_name(name);
    if (!parts.forms.empty())
        return nullptr;
    return known.find_gpu(parts.memory ? fmt::format("{}-{}GB", parts.model, parts.memory->value())
                                       : parts.model);
}

const GpuMatcher::Gpus& GpuMatcher::called(std::string_view name) {
    const auto found = called_.find(name);
    if (found != called_.end())
        return found->second;
    Gpus gpus = known_.find_gpus(name);
    const Gpu* first = usual(known_, name);
    const std::string model = gpu_name(name).model;
    const auto rank = [&](const Gpu* one) { // "A100-80GB" is SXM4, and before the PCIe of 80 GB
        const auto sized = fmt::format("{}-{}GB", model, one->memory.value());
        return one == first ? 0 : known_.find_gpu(sized) == one ? 1 : 2;
    };
    std::stable_sort(
        gpus.begin(), gpus.end(), [&](const Gpu* a, const Gpu* b) { return rank(a) < rank(b); });
    return called_.emplace(name, std::move(gpus)).first->second;
}

/// "nvl" of "1x-H100_NVL-32": how the board is connected, if the name says so.
static std::string shape_in(std::string_view name) {
    std::string shape;
    for (const std::string& form : gpu_name(name).forms) {
        if (form == "pcie") // also where a bridge is named beside it
            return form;
        if (form.starts_with("sxm") || (form.starts_with("nvl") && form != "nvlink"))
            shape = form;
    }
    return shape;
}

/// "A10" of "A10-12Q", whose memory of 12 GB is then what the row has: a profile of a virtual GPU.
static std::string_view without_profile(std::string_view name, GpuClaim& to) {
    const auto dash = name.rfind('-');
    const bool kind =
        !name.empty() && std::string_view{"ABCQ"}.find(name.back()) != std::string_view::npos;
    if (dash == std::string_view::npos || !kind)
        return {};
    const auto gib = text::number(name.substr(dash + 1, name.size() - dash - 2));
    if (!gib || !(*gib > 0))
        return {};
    to.total = GiB{*gib * std::max(1.0, to.count)};
    to.memory.reset();
    to.count = 0;
    return name.substr(0, dash);
}

GpuMatcher::Gpus GpuMatcher::candidates(GpuClaim& claim, std::string_view field) {
    Gpus out = called(claim.name);
    if (out.empty())
        if (const auto whole = without_profile(claim.name, claim); !whole.empty())
            out = called(whole);
    if (out.empty()) {
        std::vector<std::string_view> names;
        for (const Gpu& one : known_.gpus())
            names.insert(names.end(), one.aliases.begin(), one.aliases.end());
        throw BadRow{std::string{field},
                     fmt::format("must be the name of a known GPU, got {}{}",
                                 text::quoted(claim.name),
                                 text::did_you_mean(claim.name, names))};
    }
    for (const std::string_view name : claim.beside) {
        const std::string shape = out.size() > 1 ? shape_in(name) : "";
        if (shape.empty())
            continue;
        Gpus formed = called(fmt::format("{} {}", claim.name, shape));
        std::erase_if(formed, [&out](const Gpu* one) {
            return std::find(out.begin(), out.end(), one) == out.end();
        });
        if (!formed.empty())
            out = std::move(formed);
    }
    return out;
}

// ---- by memory ----------------------------------------------------------------------

/// What the memory of one card may be, if `claim` is read in each way that it can be.
static std::vector<GiB> memories_of_one(const GpuClaim& claim) {
    constexpr double kMibPerGib = 1024;
    GiB memory = *claim.memory;
    if (memory < GiB{1}) // no card has so little: GB in a column of MiB
        memory = memory * kMibPerGib;
    std::vector<GiB> out{memory};
    const bool of_one = claim.total && claim.count > 1 &&
                        std::abs(*claim.total / *claim.memory - claim.count) < 0.5;
    if (claim.count != 1 && !of_one && (claim.memory_may_be_all || claim.count < 1))
        out.push_back(memory / claim.count);
    return out;
}

static std::string memories_of(const std::vector<const Gpu*>& gpus) {
    std::vector<std::string> figures;
    for (const Gpu* gpu : gpus)
        if (const std::string one = fmt::format("{}", gpu->memory.value());
            std::find(figures.begin(), figures.end(), one) == figures.end())
            figures.push_back(one);
    const std::vector<std::string_view> views{figures.begin(), figures.end()};
    return text::one_of(views);
}

/// The usual one if its memory fits in some way of reading; else that which fits best.
static GpuMatch
by_memory(const std::vector<const Gpu*>& gpus, const GpuClaim& claim, std::string_view field) {
    const std::vector<GiB> memories = memories_of_one(claim);
    GpuMatch best{.count = claim.count};
    double off = 0;
    for (const Gpu* gpu : gpus) {
        for (const GiB memory : memories)
            if (const double here = std::abs(std::log(memory / gpu->memory));
                fits_model(memory, *gpu) && (best.gpu == nullptr || here < off)) {
                best.gpu = gpu;
                best.reported = memory;
                off = here;
            }
        if (best.gpu == gpus.front())
            break;
    }
    if (best.gpu == nullptr)
        throw BadRow{std::string{field},
                     fmt::format("must have the memory of {}, {} GiB, got {:.4g} GiB",
                                 text::quoted(claim.name),
                                 memories_of(gpus),
                                 claim.memory->value())};
    return best;
}

/// How many of a card have so much memory: a whole number, or a part as they are let; 0 if neither
/// is near.
static double cards_of(GiB memory, const Gpu& gpu) {
    const double cards = memory / gpu.memory;
    if (fits_model(memory / std::max(1.0, std::round(cards)), gpu))
        return std::max(1.0, std::round(cards));
    for (const double parts : {2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0})
        if (fits_model(memory * parts, gpu))
            return 1 / parts;
    return 0;
}

/// Where the row counts none of a GPU that it has: as many as have its memory.
static GpuMatch
by_total(const std::vector<const Gpu*>& gpus, const GpuClaim& claim, std::string_view field) {
    const GiB memory = claim.total.value_or(claim.memory.value_or(GiB{}));
    GpuMatch best;
    for (const Gpu* gpu : gpus) {
        const double cards = cards_of(memory, *gpu);
        if (cards > 0 && (best.gpu == nullptr || (cards == 1 && best.count != 1))) {
            best.gpu = gpu;
            best.count = cards;
        }
    }
    if (best.gpu == nullptr)
        throw BadRow{
            std::string{field},
            fmt::format("must have a count, or the memory of some {}, got a count of 0 and "
                        "{:.4g} GiB",
                        text::quoted(claim.name),
                        memory.value())};
    best.reported = memory / std::max(1.0, best.count);
    return best;
}

GpuMatch GpuMatcher::match(const GpuClaim& given, std::string_view field) {
    GpuClaim claim = given;
    const Gpus gpus = candidates(claim, field);
    if (!(claim.count > 0))
        return by_total(gpus, claim, field);
    if (!claim.memory)
        return {.gpu = gpus.front(), .count = claim.count};
    GpuMatch out = by_memory(gpus, claim, field);
    out.reported = *out.reported * std::min(1.0, claim.count);
    return out;
}

} // namespace flopwise::feed
