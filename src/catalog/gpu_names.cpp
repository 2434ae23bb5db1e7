#include "catalog/gpu_names.hpp"

#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

using Words = std::vector<std::string>;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

template <std::size_t N>
static bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Words that say nothing about which GPU it is.
static bool is_idle(std::string_view word) {
    constexpr auto kIdle = std::to_array<std::string_view>(
        {"nvidia",  "amd",         "aws",      "amazon",  "google", "intel",
         "habana",  "qualcomm",    "tesla",    "geforce", "quadro", "instinct",
         "radeon",  "grid",        "tensor",   "core",    "gpu",    "generation",
         "edition", "accelerator", "graphics", "card",    "gen",    "baremetal"});
    return is_one_of(kIdle, word);
}

constexpr auto kGenerations = std::to_array<std::string_view>(
    {"kepler", "maxwell", "pascal", "volta", "turing", "ampere", "hopper", "blackwell"});

/// Kinds of memory and of boards, which most names leave out.
static bool is_kind(std::string_view word) {
    return word.starts_with("hbm") || word.starts_with("gddr") || word == "oam";
}

/// Words for one of the forms in which a model is made: "sxm4", "pcie", "nvl".
static bool is_form(std::string_view word) {
    constexpr auto kForms =
        std::to_array<std::string_view>({"nvlink", "server", "workstation", "ws", "bse", "oam"});
    constexpr auto kStarts = std::to_array<std::string_view>({"sxm", "pcie", "nvl", "hbm", "gddr"});
    constexpr std::size_t kLongestNumber = 2; // "hbm2e", "nvl72"
    if (is_one_of(kForms, word) || is_one_of(kGenerations, word))
        return true;
    return std::any_of(kStarts.begin(), kStarts.end(), [word](std::string_view start) {
        if (!word.starts_with(start))
            return false;
        const std::string_view rest = word.substr(start.size());
        return rest.empty() || (rest.size() <= kLongestNumber && is_digit(rest.front()));
    });
}

static std::string form_of(const std::string& word) {
    if (word.starts_with("pcie"))
        return "pcie";
    return word == "ws" ? "workstation" : word == "bse" ? "server" : word;
}

/// Words of letters and digits in lower case; a form stands alone: "h100nvl" is two.
static Words words_of(std::string_view text) {
    Words out{""};
    for (const char c : text::lower(text)) {
        if (is_digit(c) || is_letter(c) || c == '.')
            out.back() += c;
        else if (!out.back().empty())
            out.emplace_back();
    }
    for (std::size_t i = 0; i < out.size(); ++i)
        for (std::size_t at = 1; at < out[i].size(); ++at)
            if (is_digit(out[i][at - 1]) && is_form(std::string_view{out[i]}.substr(at))) {
                out.insert(out.begin() + static_cast<std::ptrdiff_t>(i) + 1, out[i].substr(at));
                out[i].resize(at);
            }
    std::erase(out, "");
    return out;
}

static bool has_digit(std::string_view word) {
    return std::any_of(word.begin(), word.end(), is_digit);
}

/// Takes the memory that stands at `i`, and its unit; false if none does.
static bool take_memory(const Words& words, std::size_t& i, GpuName& to) {
    constexpr double kMibPerGib = 1024;
    const std::string& word = words[i];
    const std::size_t digits = std::min(word.find_first_not_of("0123456789."), word.size());
    const auto figure = text::number(word.substr(0, digits));
    if (!figure || *figure <= 0)
        return false;
    const bool parted = digits == word.size();
    const std::string unit = !parted                ? word.substr(digits)
                             : i + 1 < words.size() ? words[i + 1]
                                                    : "";
    constexpr auto kUnits = std::to_array<std::string_view>({"g", "gb", "gib"});
    constexpr auto kReported = std::to_array<std::string_view>({"mib", "mb"});
    const bool known = is_one_of(kUnits, unit) || is_one_of(kReported, unit);
    if (!known && !(parted && has_digit(to.model))) // the second number of a name
        return false;
    to.reported = is_one_of(kReported, unit);
    to.memory = GiB{*figure / (to.reported ? kMibPerGib : 1)};
    i += known && parted ? 1 : 0;
    return true;
}

GpuName gpu_name(std::string_view text) {
    constexpr std::size_t kLongest = 200;
    const Words words = words_of(text.substr(0, kLongest));
    GpuName out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (is_idle(words[i]) || take_memory(words, i, out))
            continue;
        if (is_form(words[i]))
            out.forms.push_back(form_of(words[i]));
        else
            out.model += words[i];
    }
    return out;
}

// ---- one GPU by all of its spellings ------------------------------------------------

/// The digits of a model that are longest: a spelling without that number is none of it.
static std::string_view longest_digits(std::string_view model) {
    std::string_view out;
    for (std::size_t i = 0; i < model.size(); ++i) {
        const std::size_t end = std::min(model.find_first_not_of("0123456789", i), model.size());
        if (end - i > out.size())
            out = model.substr(i, end - i);
        i = end;
    }
    return out;
}

/// Whether a number stands in a text, by itself and not as a part of another.
static bool has_number(std::string_view text, std::string_view digits) {
    for (std::size_t at = text.find(digits); at != std::string_view::npos;
         at = text.find(digits, at + 1)) {
        const std::size_t end = at + digits.size();
        if ((at == 0 || !is_digit(text[at - 1])) && (end == text.size() || !is_digit(text[end])))
            return true;
    }
    return false;
}

namespace {

/// How far a GPU is what a name says.
struct Likeness {
    bool model = false;
    bool forms = false; ///< all that the name has
    bool kinds = false; ///< those among them that most names leave out
    bool memory = false;
    double off = 0; ///< |ln| of what a driver reports over the nominal memory
};

/// What all spellings of a GPU say together.
struct Spelled {
    bool is_model = false;
    Words forms{};
    std::vector<GiB> memories{};
};

} // namespace

static Spelled spelled(const Gpu& gpu, std::string_view model) {
    const std::string_view digits = longest_digits(model);
    const auto may_be = [digits](const std::string& one) { return has_number(one, digits); };
    Spelled out{.memories = {gpu.memory}};
    if (!may_be(gpu.name) && std::none_of(gpu.aliases.begin(), gpu.aliases.end(), may_be))
        return out;
    const auto read = [&](const std::string& spelling) {
        GpuName one = gpu_name(spelling);
        out.is_model = out.is_model || one.model == model;
        out.forms.insert(out.forms.end(), one.forms.begin(), one.forms.end());
        if (one.memory)
            out.memories.push_back(*one.memory);
    };
    read(gpu.name);
    for (const std::string& alias : gpu.aliases)
        read(alias);
    return out;
}

static bool starts_any(const Words& words, std::string_view start) {
    return std::any_of(words.begin(), words.end(), [start](const std::string& word) {
        return word.starts_with(start);
    });
}

static bool has_form(const Gpu& gpu, const Spelled& all, const std::string& form) {
    if (is_one_of(kGenerations, form) &&
        (gpu.architecture.empty() || text::lower(gpu.architecture).find(form) != std::string::npos))
        return true;
    if (std::find(all.forms.begin(), all.forms.end(), form) != all.forms.end())
        return true;
    const bool numbered = std::any_of(all.forms.begin(), all.forms.end(), [](const auto& one) {
        return one.starts_with("sxm") && one != "sxm";
    });
    if (form.starts_with("sxm"))
        return starts_any(all.forms, "sxm") && (form == "sxm" || !numbered);
    const bool shaped = starts_any(all.forms, "sxm") || starts_any(all.forms, "pcie") ||
                        starts_any(all.forms, "nvl");
    return form == "pcie" && !shaped && gpu.interconnect.starts_with("pcie");
}

static Likeness likeness(const Gpu& gpu, const GpuName& asked) {
    constexpr double kReportedLess = 0.1; // firmware and error correction take a share
    constexpr GiB kRounding{0.5};
    const Spelled all = spelled(gpu, asked.model);
    if (!all.is_model || asked.model.empty())
        return {};
    Likeness out{.model = true, .forms = true, .kinds = true, .memory = !asked.memory};
    for (const std::string& form : asked.forms)
        if (!has_form(gpu, all, form))
            (is_kind(form) ? out.kinds : out.forms) = false;
    if (!asked.memory)
        return out;
    out.off = std::abs(std::log(*asked.memory / gpu.memory));
    for (const GiB one : all.memories)
        out.memory =
            out.memory || (*asked.memory > one - kRounding && *asked.memory < one + kRounding);
    out.memory = asked.reported ? out.off < kReportedLess : out.memory;
    return out;
}

// ---- all of them --------------------------------------------------------------------

std::vector<const Gpu*> Catalog::find_gpus(std::string_view name) const& {
    const std::string sought = text::lower(name);
    for (const Gpu& gpu : gpus())
        if (gpu.name.size() == sought.size() && text::lower(gpu.name) == sought)
            return {&gpu};
    const GpuName asked = gpu_name(name);
    std::vector<std::pair<const Gpu*, Likeness>> alike;
    for (const Gpu& gpu : gpus())
        if (const Likeness one = likeness(gpu, asked); one.model && one.forms && one.memory)
            alike.emplace_back(&gpu, one);
    const auto in_kind = [](const auto& one) { return one.second.kinds; };
    if (std::any_of(alike.begin(), alike.end(), in_kind))
        std::erase_if(alike, [&](const auto& one) { return !in_kind(one); });
    const auto nearest = std::min_element(
        alike.begin(), alike.end(), [](auto& a, auto& b) { return a.second.off < b.second.off; });
    std::vector<const Gpu*> out;
    for (const auto& [gpu, one] : alike)
        if (!asked.reported || one.off == nearest->second.off)
            out.push_back(gpu);
    if (const Gpu* only = find_gpu(name); out.empty() && only != nullptr)
        out.push_back(only);
    return out;
}

// ---- what is none -------------------------------------------------------------------

/// What a GPU of the catalog is not; empty if the name looks like one.
static std::string_view no_gpu(std::string_view name) {
    const std::string lower = text::lower(name);
    const std::size_t colon = lower.rfind(':');
    const std::size_t times = lower.find_first_not_of("0123456789 ");
    const bool counted = times != 0 && times != std::string::npos && lower[times] == 'x';
    if (counted || (colon != std::string::npos && text::number(lower.substr(colon + 1))))
        return "must be a GPU without a number of them, which is `min_gpus`";
    const Words words = words_of(name);
    if (std::find(words.begin(), words.end(), "mig") != words.end())
        return "must be a whole GPU, no MIG instance of one";
    if (std::find(words.begin(), words.end(), "shared") != words.end())
        return "must be a whole GPU, none that is shared";
    return "";
}

/// The letters before and after each number of a model, as far as they belong to it: "a|100|",
/// "rtx|4090|", "l|40|s", "mi|300|x".
static std::string number_of(std::string_view model) {
    constexpr std::size_t kOfNumber = 2; // longer words may be misspelled
    std::string out;
    std::size_t i = 0;
    while (i < model.size()) {
        const std::size_t letters = std::min(model.find_first_of("0123456789", i), model.size());
        const bool last = letters == model.size();
        const std::size_t length = letters - i;
        if (last ? length == 1 && i > 0 : length <= kOfNumber)
            out += model.substr(i, length);
        out += last ? "" : "|";
        const std::size_t end =
            std::min(model.find_first_not_of("0123456789", letters), model.size());
        out += model.substr(letters, end - letters);
        i = end;
    }
    return out;
}

/// "a" of a100, "rtx" of rtx4090.
static std::string_view letters_of(std::string_view model) {
    const std::size_t end = model.find_first_of("0123456789");
    return end == std::string_view::npos ? "" : model.substr(0, end);
}

/// "; of that family there are X and Y", or "".
static std::string family_of(std::span<const Gpu> gpus, const std::string& model) {
    constexpr std::size_t kShown = 16;
    const std::string_view letters = letters_of(model);
    std::vector<std::string_view> out;
    for (const Gpu& gpu : gpus) {
        std::vector<std::string_view> spellings{gpu.aliases.begin(), gpu.aliases.end()};
        spellings.emplace_back(gpu.name);
        if (!letters.empty() && std::ranges::any_of(spellings, [&](std::string_view spelling) {
                return letters_of(gpu_name(spelling).model) == letters;
            }))
            out.emplace_back(gpu.name);
    }
    const std::size_t more = out.size() - std::min(out.size(), kShown);
    out.resize(out.size() - more);
    return out.empty() ? ""
                       : fmt::format("; of that family there are {}{}",
                                     fmt::join(out, ", "),
                                     more == 0 ? "" : fmt::format(" and {} more", more));
}

/// ", did you mean X?" with GPUs of the same model number; else those of its family, or "".
static std::string like_gpu(std::span<const Gpu> gpus, std::string_view name) {
    constexpr std::size_t kShown = 4;
    const GpuName asked = gpu_name(name);
    if (asked.model.empty())
        return "";
    std::vector<std::string_view> same;
    std::vector<std::string_view> near;
    for (const Gpu& gpu : gpus) {
        if (likeness(gpu, asked).model)
            same.push_back(gpu.name);
        std::vector<std::string_view> spellings{gpu.aliases.begin(), gpu.aliases.end()};
        spellings.emplace_back(gpu.name);
        for (const std::string_view spelling : spellings)
            if (number_of(gpu_name(spelling).model) == number_of(asked.model))
                near.push_back(spelling);
    }
    if (std::string hint = same.empty() ? text::did_you_mean(name, near) : ""; !hint.empty())
        return hint;
    if (same.empty())
        return family_of(gpus, asked.model);
    same.resize(std::min(same.size(), kShown));
    return fmt::format(", did you mean {}?", text::one_of(same));
}

std::string why_no_gpu(std::span<const Gpu> gpus, std::string_view name) {
    const std::string_view reason = no_gpu(name);
    return reason.empty() ? fmt::format("must be a GPU of the catalog, got {}{}",
                                        text::quoted(name),
                                        like_gpu(gpus, name))
                          : fmt::format("{}, got {}", reason, text::quoted(name));
}

} // namespace flopwise
