// flopwise: what software runs on which GPU: techniques of training, and the wheels of PyTorch
//
// The facts are in data/stacks.yaml, each with its source and date. What is not known of a GPU is
// held neither for it nor against it.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// Why a technique is not to be had on a GPU: "4-bit adapters need CUDA, ROCm or SynapseAI; trn1
/// has Neuron". Empty if it is, or if that is not known. Techniques are "qlora", "adam_8bit",
/// "paged_adam_8bit", "bf16", "fp8" and "flash_attention". `today` is the day of the question;
/// without one, the newest facts count. `machine` is who has the GPU; empty for the GPU itself.
FLOPWISE_API std::string
lacks(const Gpu& gpu, std::string_view technique, Date today = {}, std::string_view machine = {});

/// The techniques that are not to be had on a GPU.
FLOPWISE_API std::vector<std::string> unsupported_methods(const Gpu& gpu, Date today = {});

/// Why the usual wheel of PyTorch does not run on a machine, null for one without a GPU: its stack,
/// its processor, or a compute capability that the newest release of that day is not built for.
/// "arm64: x86 images and wheels do not run"; empty if it runs, or if that is not known.
FLOPWISE_API std::string stack_note(const Gpu* gpu, std::string_view arch, Date today = {});

} // namespace flopwise
