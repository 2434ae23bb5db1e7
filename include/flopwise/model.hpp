// flopwise: what is trained: a net, how it is trained, and the work of it
//
// The work of training is counted in floating-point operations of the model itself. What is
// computed twice to save memory (recomputation) costs time, but is no work that was asked for.

#pragma once

#include <flopwise/precision.hpp>

namespace flopwise {

/// What kind of net, which decides how its work and its memory are counted.
enum class ModelKind : std::uint8_t {
    transformer_decoder, ///< a language model such as GPT or Llama
    transformer_encoder, ///< such as BERT
    encoder_decoder,     ///< such as T5
    moe,                 ///< a mixture of experts: a token meets a part of the parameters
    vit,                 ///< a transformer over images
    cnn,                 ///< a convolutional net over images
    diffusion,           ///< an image generator that removes noise
    detector,            ///< a convolutional net that finds objects in images
    segmentation,        ///< a convolutional net that labels pixels, such as U-Net
    other,               ///< known by its operations only
};
constexpr std::size_t kModelKinds = 10;
FLOPWISE_API std::string_view to_string(ModelKind kind);
/// Whether its work is counted in tokens; that of the others is counted in samples.
FLOPWISE_API bool is_text(ModelKind kind);

/// A net, as far as time and memory of its training depend on it. Figures that are not known
/// are absent; what can be derived is derived in completed(). Names are those of data/models.yaml.
struct Model {
    std::string name{};
    ModelKind kind = ModelKind::other;
    std::optional<double> parameters{};        ///< all of them; positive
    std::optional<double> active_parameters{}; ///< that one token meets; at most `parameters`
    std::optional<double> matmul_parameters{}; ///< of those, what is multiplied: no embeddings
    std::optional<double> layers{};
    std::optional<double> hidden{};           ///< width of a layer
    std::optional<double> heads{};            ///< of attention
    std::optional<double> head_dim{};         ///< width of one, where it is not hidden / heads
    std::optional<double> seq_len{};          ///< tokens in a training sequence
    std::optional<double> max_seq_len{};      ///< the longest that it takes
    std::optional<double> attention_window{}; ///< tokens that one sees in layers of local attention
    std::optional<double> window_layers{};    ///< that are local; absent: all, if any
    std::optional<double> vocab{};            ///< tokens there are
    std::optional<double> forward_gmacs{};    ///< multiply-adds of one sample forward, in 10^9
    std::optional<double> image_px{};         ///< along a side, for forward_gmacs and activations_m
    std::optional<double> activations_m{};    ///< outputs of all layers for one sample, in 10^6
    std::optional<double> operations{};       ///< layers and normalisations of an image net
    std::string dataset{};                    ///< it is usually trained on; empty: none is named
    std::optional<double> samples{};          ///< in that data set
    std::optional<double> epochs{};           ///< over it, of the net's published recipe
    std::string recipe{};                     ///< title of who published it
    std::vector<std::string> aliases{};       ///< other spellings: "Llama-2-7B"
    std::string source{};                     ///< title; with "recalled" if it was not looked up

    bool operator==(const Model&) const = default;
};

/// Tokens of a sequence of a net whose own length is not known.
constexpr double kAssumedSeqLen = 512;
/// Tokens of a sequence in fine-tuning, unless the net's own are fewer.
constexpr double kFineTuneSeqLen = 2048;

/// The named nets, by name. Source: data/models.yaml.
FLOPWISE_API std::span<const Model> models();
/// The net of that name or alias. An organisation before it ("meta-llama/"), case, what stands
/// between its words, and endings that leave the shape as it is ("-Instruct", "-hf", "-bnb-4bit")
/// do not matter; figures do. Throws ArgumentError for `model`, with the nets of its family or with
/// what may be meant, if there is none.
FLOPWISE_API const Model& find_model(std::string_view name);

/// The net with what its time and memory need filled in where only its size is known:
///
///     layers = (N / (12 * 128^2))^(1/3)   hidden = 128 * layers   heads = hidden / 128
///     activations_m = FLOPs of a sample / 2200e6 (cnn) or 4400e6 (vit)
///
/// N are the active parameters: parameters = 12 * layers * hidden^2 (Kaplan et al. 2020) in the
/// shape of GPT-3, whose width is 128 times its depth. Activations are as many for each FLOP as
/// those of a usual net of its kind (docs/calibration.md).
FLOPWISE_API Model completed(Model net);

/// Which parameters are trained, and from where.
enum class FineTune : std::uint8_t {
    none,  ///< all, from the start: pre-training
    full,  ///< all, of a net that is trained already
    lora,  ///< adapters of low rank beside frozen weights of 16 bits
    qlora, ///< adapters beside frozen weights of 4 bits
};
constexpr std::size_t kFineTunes = 4;
FLOPWISE_API std::string_view to_string(FineTune fine_tune);
/// Whether only adapters are trained.
constexpr bool has_adapters(FineTune fine_tune) {
    return fine_tune == FineTune::lora || fine_tune == FineTune::qlora;
}

/// What of the forward pass is computed again in the backward pass, to keep less in memory.
enum class Recompute : std::uint8_t {
    none,      ///< all is kept
    selective, ///< attention scores only, as fused attention kernels do
    full,      ///< all but the input of each layer
};
constexpr std::size_t kRecomputes = 3;
FLOPWISE_API std::string_view to_string(Recompute recompute);

enum class Optimiser : std::uint8_t {
    adam,            ///< two moments of 4 B for each number that is trained; 2 B with Recipe::bf16
    adam_8bit,       ///< two moments of 1 B
    paged_adam_8bit, ///< the same; they leave the GPU where it has no room for them
    adafactor,       ///< sums of rows and columns, which come to next to nothing
    sgd,             ///< one moment of 4 B; 2 B with Recipe::bf16
    none,            ///< nothing is kept: gradient descent without momentum
};
constexpr std::size_t kOptimisers = 6;
FLOPWISE_API std::string_view to_string(Optimiser optimiser);

/// In which numbers a net is trained whose arithmetic has 16 bits or fewer.
enum class Recipe : std::uint8_t {
    mixed, ///< weights of 16 bits with a copy of 32 bits
    bf16,  ///< 16 bits only: weights, gradients and moments
};
constexpr std::size_t kRecipes = 2;
FLOPWISE_API std::string_view to_string(Recipe recipe);

/// The program that trains. Each is as fast as the sources that measured it.
enum class Program : std::uint8_t {
    pytorch,     ///< a loop of one's own, or code published with a paper
    huggingface, ///< Trainer, TRL, PEFT, Accelerate; LLaMA-Factory and Axolotl
    unsloth,
    megatron,  ///< Megatron-LM, NeMo, Megatron Bridge
    deepspeed, ///< without one of the others
    torchtitan,
    torchtune,
    llm_foundry, ///< and Composer
    nanogpt,     ///< and those made from it: modded-nanogpt, nanochat
    llm_c,
    litgpt,
    fairseq,
    timm,
    detectron2,
    openmmlab, ///< MMDetection, MMPretrain
    ultralytics,
    diffusers,       ///< and the scripts of kohya
    tensorflow,      ///< and Keras
    jax,             ///< MaxText, Flax
    nvidia_examples, ///< DeepLearningExamples
    mlperf,          ///< submissions, each tuned by the machine's maker
    optimum_habana,
    neuronx,
};
constexpr std::size_t kPrograms = 23;
FLOPWISE_API std::string_view to_string(Program program);

/// How the loss of a language model is computed from its logits.
enum class Loss : std::uint8_t {
    plain,   ///< of all tokens at once: the logits, copies of 32 bits and their gradients
    chunked, ///< of some tokens after the other
    fused,   ///< in one kernel: Liger, cut cross entropy, Unsloth
};
constexpr std::size_t kLosses = 3;
FLOPWISE_API std::string_view to_string(Loss loss);

/// What is kept in the memory of the host, and not of the GPU.
enum class Offload : std::uint8_t {
    none,
    optimiser,  ///< the optimiser's states, its step and the gradients
    parameters, ///< the weights too
};
constexpr std::size_t kOffloads = 3;
FLOPWISE_API std::string_view to_string(Offload offload);

/// How a net is trained.
struct Training {
    FineTune fine_tune = FineTune::none;
    Recompute recompute = Recompute::selective;
    Optimiser optimiser = Optimiser::adam;
    double lora_rank = 16; ///< of the adapters; at least 1
    Recipe recipe = Recipe::mixed;
    Loss loss = Loss::plain;
    Offload offload = Offload::none;
    int tensor_parallel = 1;   ///< GPUs that share each layer; at least 1
    int pipeline_parallel = 1; ///< stages of layers, each on GPUs of its own; at least 1
    /// Samples of a step, on all GPUs together: no more wait in a pipeline.
    std::optional<double> batch{};

    bool operator==(const Training&) const = default;
};

/// Floating-point operations of training one token or one sample, of the model alone:
///
///     transformer over text   6 * N + 12 * layers * width * length      for a token
///     encoder-decoder         6 * 0.52 * N, half of the attention        for a token of the
///     encoder image net               3 * 2 * forward_gmacs * 1e9               for a sample
///
/// with N the matrix parameters, else the active ones, else all; 4 in place of 6 with adapters,
/// whose frozen weights get no gradients. An encoder-decoder has a quarter as many tokens in its
/// decoder; matrix parameters of it are those that a token passes. The second term is attention,
/// which gets no less: `width` is heads * head_dim, else hidden; `length` is seq_len, in
/// window_layers at most attention_window. It is absent where the shape is not known.
/// Source: Kaplan et al. 2020 (6 N), Chowdhery et al. 2022, appendix B (attention).
struct UnitWork {
    double flops = 0;           ///< without attention
    double attention_flops = 0; ///< 0 for nets without, or of unknown shape
    [[nodiscard]] double total() const { return flops + attention_flops; }

    bool operator==(const UnitWork&) const = default;
};
/// Throws ArgumentError for `parameters`, `active_parameters` or `forward_gmacs` if the net lacks
/// what is needed.
FLOPWISE_API UnitWork unit_work(const Model& net, FineTune fine_tune = FineTune::none);

/// The parameters that get gradients: those of the adapters, or all. Adapters of an image net whose
/// shape is not known are 0.0004 * lora_rank of its parameters. Absent if not known.
FLOPWISE_API std::optional<double>
trained_parameters(const Model& net, FineTune fine_tune, double lora_rank);

} // namespace flopwise
