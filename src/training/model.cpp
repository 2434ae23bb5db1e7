#include <flopwise/model.hpp>

#include "text/text.hpp"
#include "training/fitted.hpp"
#include "training/model_parts.hpp"
#include "training/step_time.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace flopwise {

std::string_view to_string(ModelKind kind) {
    constexpr std::array<std::string_view, kModelKinds> kNames{"transformer_decoder",
                                                               "transformer_encoder",
                                                               "encoder_decoder",
                                                               "moe",
                                                               "vit",
                                                               "cnn",
                                                               "diffusion",
                                                               "detector",
                                                               "segmentation",
                                                               "other"};
    return text::name_of(kNames, kind);
}

std::string_view to_string(FineTune fine_tune) {
    constexpr std::array<std::string_view, kFineTunes> kNames{"none", "full", "lora", "qlora"};
    return text::name_of(kNames, fine_tune);
}

std::string_view to_string(Recompute recompute) {
    constexpr std::array<std::string_view, kRecomputes> kNames{"none", "selective", "full"};
    return text::name_of(kNames, recompute);
}

std::string_view to_string(Optimiser optimiser) {
    constexpr std::array<std::string_view, kOptimisers> kNames{
        "adam", "adam_8bit", "paged_adam_8bit", "adafactor", "sgd", "none"};
    return text::name_of(kNames, optimiser);
}

std::string_view to_string(Recipe recipe) {
    constexpr std::array<std::string_view, kRecipes> kNames{"mixed", "bf16"};
    return text::name_of(kNames, recipe);
}

std::string_view to_string(Program program) {
    constexpr std::array<std::string_view, kPrograms> kNames{
        "pytorch",   "huggingface",     "unsloth",   "megatron",       "deepspeed", "torchtitan",
        "torchtune", "llm_foundry",     "nanogpt",   "llm_c",          "litgpt",    "fairseq",
        "timm",      "detectron2",      "openmmlab", "ultralytics",    "diffusers", "tensorflow",
        "jax",       "nvidia_examples", "mlperf",    "optimum_habana", "neuronx"};
    return text::name_of(kNames, program);
}

std::string_view to_string(Loss loss) {
    constexpr std::array<std::string_view, kLosses> kNames{"plain", "chunked", "fused"};
    return text::name_of(kNames, loss);
}

std::string_view to_string(Offload offload) {
    constexpr std::array<std::string_view, kOffloads> kNames{"none", "optimiser", "parameters"};
    return text::name_of(kNames, offload);
}

bool is_text(ModelKind kind) {
    return kind == ModelKind::transformer_decoder || kind == ModelKind::transformer_encoder ||
           kind == ModelKind::encoder_decoder || kind == ModelKind::moe;
}

static std::optional<double> known(double figure) {
    return std::isnan(figure) ? std::nullopt : std::optional{figure};
}

static Model model_of(const bundled::ModelRow& row) {
    Model out{.name = std::string{row.name},
              .kind = row.kind,
              .parameters = known(row.parameters),
              .active_parameters = known(row.active_parameters),
              .matmul_parameters = known(row.matmul_parameters),
              .layers = known(row.layers),
              .hidden = known(row.hidden),
              .heads = known(row.heads),
              .head_dim = known(row.head_dim),
              .seq_len = known(row.seq_len),
              .max_seq_len = known(row.max_seq_len),
              .attention_window = known(row.attention_window),
              .window_layers = known(row.window_layers),
              .vocab = known(row.vocab),
              .forward_gmacs = known(row.forward_gmacs),
              .image_px = known(row.image_px),
              .activations_m = known(row.activations_m),
              .operations = known(row.operations),
              .dataset = std::string{row.dataset},
              .samples = known(row.samples),
              .epochs = known(row.epochs),
              .recipe = std::string{row.recipe},
              .source = std::string{row.source}};
    if (!row.aliases.empty())
        out.aliases = text::split(row.aliases, '|');
    return out;
}

std::span<const Model> models() {
    static const std::vector<Model> all = [] {
        std::vector<Model> out;
        for (const bundled::ModelRow& row : bundled::models())
            out.push_back(model_of(row));
        return out;
    }();
    return all;
}

Model net_named(std::string_view name) {
    const auto rows = bundled::models();
    return model_of(
        *std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; }));
}

// ---- by name ------------------------------------------------------------------------

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_separator(char c) {
    return c == '-' || c == '_' || c == '.' || c == ' ' || c == '/' || c == ':';
}

/// The words of a name in lower case: "Llama-3.1_8B" is {"llama", "3", "1", "8b"}.
static std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> out(1);
    for (const char c : text::lower(name))
        if (!is_separator(c))
            out.back() += c;
        else if (!out.back().empty())
            out.emplace_back();
    if (out.back().empty())
        out.pop_back();
    return out;
}

/// All that tells two names apart: their letters and digits, with a mark between figures that are
/// not one, so that 2.57 is not 257: "llama3.1.8b".
static std::string joined_words(std::span<const std::string> words) {
    std::string out;
    for (const std::string& word : words) {
        if (!out.empty() && is_digit(out.back()) && is_digit(word.front()))
            out += '.';
        out += word;
    }
    return out;
}

/// What is said at the end of a name of a net that has the shape of the one without.
static bool leaves_the_shape(std::string_view word) {
    constexpr std::array<std::string_view, 27> kWords{
        "instruct", "chat", "it",   "hf",   "base", "bnb",  "4bit",     "8bit",    "unsloth",
        "awq",      "gptq", "gguf", "int4", "int8", "fp8",  "bf16",     "fp16",    "nf4",
        "mxfp4",    "sft",  "dpo",  "pt",   "qat",  "rlhf", "thinking", "preview", "reasoning"};
    // The month of a release: 2407.
    const bool month =
        word.size() == 4 && word[0] == '2' && std::all_of(word.begin(), word.end(), is_digit);
    return month || std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

/// What a net was made to do, wherever it stands in its name: "Mistral-7B-Instruct-v0.3".
static bool is_manner(std::string_view word) {
    return word == "instruct" || word == "chat";
}

static void add_spellings(std::vector<std::string> words, std::vector<std::string>& to) {
    while (!words.empty()) {
        to.push_back(joined_words(words));
        if (!leaves_the_shape(words.back()))
            return;
        words.pop_back();
    }
}

/// The spellings of a name, the whole one first, then without what does not change the shape.
static std::vector<std::string> spellings_of(std::string_view name) {
    std::vector<std::string> out;
    const auto slash = name.rfind('/');
    for (const std::string_view part :
         {name, slash == std::string_view::npos ? name : name.substr(slash + 1)}) {
        std::vector<std::string> words = words_of(part);
        if (words.size() > 1 && words[0] == "meta" && words[1].starts_with("llama"))
            words.erase(words.begin());
        add_spellings(words, out);
        words.erase(std::remove_if(words.begin(), words.end(), is_manner), words.end());
        add_spellings(words, out);
    }
    return out;
}

/// The letters of a name before its first figure or separator: "llama".
static std::string family_of(std::string_view name) {
    const auto slash = name.rfind('/');
    const auto words = words_of(slash == std::string_view::npos ? name : name.substr(slash + 1));
    const std::size_t at = words.size() > 1 && words[0] == "meta" ? 1 : 0;
    const std::string first = words.empty() ? "" : words[at];
    const auto end = std::find_if(first.begin(), first.end(), is_digit);
    return end - first.begin() > 1 ? std::string{first.begin(), end} : first; // "t5" as a whole
}

/// The nets of a family, "llama-2-7b, llama-3-8b and ..."; empty if there are none.
static std::string family_members(std::string_view name) {
    const std::string family = family_of(name);
    std::vector<std::string_view> members;
    for (const Model& net : models())
        if (!family.empty() &&
            (family_of(net.name) == family ||
             std::any_of(net.aliases.begin(), net.aliases.end(), [&](const std::string& alias) {
                 return family_of(alias) == family;
             })))
            members.emplace_back(net.name);
    if (members.empty())
        return "";
    return fmt::format("must be a model; of the family {} there are {}, got {}",
                       family,
                       fmt::join(members, ", "),
                       text::quoted(name));
}

/// All nets by all that they are called.
static const std::map<std::string, const Model*>& nets_by_name() {
    static const std::map<std::string, const Model*> all = [] {
        std::map<std::string, const Model*> out;
        for (const Model& net : models()) {
            out.emplace(joined_words(words_of(net.name)), &net);
            for (const std::string& alias : net.aliases)
                out.emplace(joined_words(words_of(alias)), &net);
        }
        return out;
    }();
    return all;
}

/// Whether two names are the same but for case.
static bool same_letters(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) {
        return lower(x) == lower(y);
    });
}

/// Most names are written as they are listed, and need no table of all spellings.
static const Model* listed(std::string_view name) {
    const auto is_it = [name](const std::string& called) { return same_letters(called, name); };
    for (const Model& net : models())
        if (is_it(net.name) || std::any_of(net.aliases.begin(), net.aliases.end(), is_it))
            return &net;
    return nullptr;
}

/// The numbers in a name: "2 7" of llama-2-7b.
static std::string numbers_in(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c >= '0' && c <= '9')
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

/// Whether two names differ by more than a slip in their letters: another number is another net.
static bool is_another(std::string_view name, std::string_view other) {
    const auto letters = [](std::string_view text) {
        std::string out = text::lower(text);
        std::erase_if(out, [](char c) { return c < 'a' || c > 'z'; });
        return out;
    };
    const std::string own = letters(other);
    const std::vector<std::string_view> one{own};
    return numbers_in(name) != numbers_in(other) || text::did_you_mean(letters(name), one).empty();
}

const Model& find_model(std::string_view name) {
    if (const Model* net = listed(name))
        return *net;
    const auto& all = nets_by_name();
    for (const std::string& sought : spellings_of(name))
        if (const auto found = all.find(sought); found != all.end())
            return *found->second;
    if (std::string members = family_members(name); !members.empty())
        throw ArgumentError{"model", members};
    std::vector<std::string_view> spellings;
    for (const Model& net : models()) {
        spellings.emplace_back(net.name);
        spellings.insert(spellings.end(), net.aliases.begin(), net.aliases.end());
    }
    if (!numbers_in(name).empty())
        std::erase_if(spellings, [&](std::string_view one) { return is_another(name, one); });
    throw ArgumentError{"model",
                        fmt::format("must be a model of data/models.yaml, got {}{}",
                                    text::quoted(name),
                                    text::did_you_mean(name, spellings))};
}

Model resized(Model net, double image_px) {
    if (!net.image_px)
        throw ArgumentError{"image_px",
                            fmt::format("must not be given for {}, whose operations are not "
                                        "known by image size",
                                        net.name.empty() ? "a net" : net.name)};
    const double factor = std::pow(image_px / *net.image_px, 2);
    if (net.forward_gmacs)
        net.forward_gmacs = *net.forward_gmacs * factor;
    if (net.activations_m)
        net.activations_m = *net.activations_m * factor;
    net.image_px = image_px;
    return net;
}

bool is_convolutional(ModelKind kind) {
    return kind == ModelKind::cnn || kind == ModelKind::detector || kind == ModelKind::segmentation;
}

/// What a token is multiplied with, as far as it is known.
static std::optional<double> active_parameters(const Model& net) {
    return net.active_parameters ? net.active_parameters : net.parameters;
}

static void complete_shape(Model& net) {
    constexpr double kAspect = 128; // width / depth of GPT-3, and the width of one of its heads
    if (const auto size = active_parameters(net); size && !net.hidden)
        net.hidden = std::cbrt(*size * kAspect / 12);
    if (net.hidden && !net.layers)
        net.layers = std::max(2.0, *net.hidden / kAspect);
    if (net.hidden && !net.heads)
        net.heads = *net.hidden / kAspect;
}

/// FLOPs for each activation of a usual net of its kind; 0 if there is none.
static double flops_per_activation(ModelKind kind) {
    switch (kind) {
    case ModelKind::cnn:
        return parameter("default_flops_per_activation_cnn");
    case ModelKind::vit:
        return parameter("default_flops_per_activation_vit");
    case ModelKind::detector:
        return parameter("default_flops_per_activation_detector");
    case ModelKind::segmentation:
        return parameter("default_flops_per_activation_segmentation");
    default:
        return 0;
    }
}

Model completed(Model net) {
    if (is_text(net.kind))
        complete_shape(net);
    const double usual = flops_per_activation(net.kind);
    if (net.forward_gmacs && !net.activations_m && usual > 0)
        net.activations_m = 6e3 * *net.forward_gmacs / usual;
    return net;
}

double adapter_parameters(const Model& net, double rank) {
    constexpr double kShare = 0.0004; // of the parameters, for each rank, of an image net
    const bool text = is_text(net.kind);
    if (!text && net.kind != ModelKind::diffusion && net.kind != ModelKind::vit)
        return 0;
    const Model full = completed(net);
    if (full.layers && full.hidden)
        return 19 * rank * *full.hidden * *full.layers;
    return text ? 0 : kShare * rank * net.parameters.value_or(0);
}

std::optional<double> trained_parameters(const Model& net, FineTune fine_tune, double lora_rank) {
    const double added = has_adapters(fine_tune) ? adapter_parameters(net, lora_rank) : 0;
    return added > 0 ? std::optional{added} : net.parameters;
}

/// Tokens that a token attends to, as a mean over the layers.
static double attention_length(const Model& net, double seq_len) {
    if (!net.attention_window)
        return seq_len;
    const double local =
        std::clamp(net.window_layers.value_or(*net.layers) / *net.layers, 0.0, 1.0);
    return local * std::min(*net.attention_window, seq_len) + (1 - local) * seq_len;
}

/// Of a token of text; of an encoder-decoder, of its encoder, with a quarter of one in its decoder.
static UnitWork token_work(const Model& net, double passes) {
    if (net.kind == ModelKind::moe && !net.active_parameters && !net.matmul_parameters)
        throw ArgumentError{"active_parameters", "must be given for a mixture of experts"};
    const auto size = net.matmul_parameters ? net.matmul_parameters : active_parameters(net);
    if (!size)
        throw ArgumentError{"parameters", "must be given for a transformer"};
    constexpr double kPassed = 0.52; // of an encoder-decoder, as in the runs it is fitted to
    const bool two_sided = net.kind == ModelKind::encoder_decoder;
    const bool known = net.matmul_parameters.has_value();
    UnitWork out{.flops = passes * *size * (two_sided && !known ? kPassed : 1)};
    if (net.layers && net.hidden && net.seq_len) {
        const double width = net.heads && net.head_dim ? *net.heads * *net.head_dim : *net.hidden;
        out.attention_flops =
            12 * *net.layers / (two_sided ? 2 : 1) * width * attention_length(net, *net.seq_len);
    }
    return out;
}

UnitWork unit_work(const Model& net, FineTune fine_tune) {
    const double passes = has_adapters(fine_tune) ? 4 : 6;
    if (is_text(net.kind))
        return token_work(net, passes);
    if (!net.forward_gmacs)
        throw ArgumentError{"forward_gmacs", "must be given for a net over images"};
    return {.flops = passes * *net.forward_gmacs * 1e9};
}

} // namespace flopwise
