// flopwise: what looks wrong in a catalog although it can be read
//
// Catalog refuses what is impossible. This looks for what is unlikely: a typing slip in a price,
// a GPU whose memory does not fit its model. Prices have honest exceptions, so these are findings
// to look at and not errors.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// One row that looks wrong.
struct Finding {
    std::string what;   ///< "price falls with size", "spot above on demand", "GPU memory", ...
    std::string where;  ///< "aws g5.xlarge in us-east-1"
    std::string detail; ///< the figures
    std::string why{};  ///< what the catalog says of it (Explanation); empty if it says nothing

    bool operator==(const Finding&) const = default;
};

/// Looks at every row. Findings are in the order of the catalog; those that it explains
/// (Catalog::explained) are among them, with the reason:
///
/// - "GPU memory": the provider reports a memory more than 10 % off that of the GPU model;
/// - "spot above on demand": in the same region;
/// - "price falls with size": on demand, a machine with more of something than another of its
///   family (GPUs, vCPUs, memory, local storage) and less of nothing costs less in the same region.
///   Like is compared with like: bare metal (which costs a tenth more than the same size with a
///   hypervisor), hosts of a community, and what can no longer be launched each among themselves;
/// - "GPU without a rate": no peak rate in any precision is known;
/// - "retired without a successor": a retired GPU family that names no family still offered;
/// - "no price": a machine that is offered but has no price in any region;
/// - "price far from its like": on demand, four times or a quarter of what a fit of price on vCPUs,
///   memory and GPUs over the provider's machines with the same accelerator gives;
/// - "sources disagree": a price on demand for which another source gives one more than 1 % off;
/// - "explains nothing": an explanation of the catalog's own, one of whose names has no such
///   finding any more.
FLOPWISE_API std::vector<Finding> lint(const Catalog& catalog);

} // namespace flopwise
