// Which GPU a row of a price file means, and how many: names, forms and memories as others write
// them.

#pragma once

#include <flopwise/catalog.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flopwise::feed {

/// What a row says of its accelerators.
struct GpuClaim {
    std::string_view name;
    double count = 0;              ///< below 1 a part of one; 0: what the memory says
    std::optional<GiB> memory{};   ///< as the row has it
    std::optional<GiB> total{};    ///< of all of them, if it is given apart
    bool memory_may_be_all = true; ///< `memory` is of one, or of all: what fits the model
    /// Other names in the row, whose forms count: "A100 PCIe", "1x-H100_NVL-32".
    std::array<std::string_view, 2> beside{};
};

struct GpuMatch {
    const Gpu* gpu = nullptr;
    double count = 0;
    std::optional<GiB> reported{}; ///< of one, or of the part of one
};

class GpuMatcher {
public:
    explicit GpuMatcher(const Catalog& known) : known_{known} {}

    /// Throws BadRow, with `field`, for a name that is not known and a memory that does not fit it.
    GpuMatch match(const GpuClaim& given, std::string_view field);

private:
    /// GPUs of a name, the one that it means without more first.
    using Gpus = std::vector<const Gpu*>;
    const Gpus& called(std::string_view name);
    Gpus candidates(GpuClaim& claim, std::string_view field);

    const Catalog& known_;
    std::map<std::string, Gpus, std::less<>> called_;
};

} // namespace flopwise::feed
