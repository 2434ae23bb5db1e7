// Names of GPUs as people, drivers and clusters write them: "A100", "NVIDIA A100-SXM4-80GB".

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// A name without its vendor, in parts.
struct GpuName {
    std::string model{};              ///< "a100", "rtx6000ada": what is neither form nor memory
    std::vector<std::string> forms{}; ///< "sxm4", "pcie", "server"; its generation; "hbm3"
    std::optional<GiB> memory{};
    bool reported = false; ///< the memory is in MiB: what a driver reports, a little too low
};
GpuName gpu_name(std::string_view text);

/// Why a name that stands for no GPU is refused, with what it may be a slip of: GPUs of the same
/// model number. It may also be that of a share, or have a count.
std::string why_no_gpu(std::span<const Gpu> gpus, std::string_view name);

} // namespace flopwise
