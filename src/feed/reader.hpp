// What is known of a format of price files: one row of the registry, beside the code that reads it.

#pragma once

#include <flopwise/feed.hpp>

#include "text/input.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace flopwise::feed {

using text::Input;
class Sink;

/// What a file begins with, after a byte order mark and white space.
enum class Form : std::uint8_t {
    object, ///< of JSON, "{"
    array,  ///< of JSON, "["
    table,  ///< anything else: CSV
};

/// Up to two texts; one that is empty is none.
using Words = std::array<std::string_view, 2>;

/// By what a format is recognised. Only the first 64 KiB of a file are looked at.
struct Marks {
    Form form;
    Words any{};     ///< one of these, anywhere, is enough
    Words heading{}; ///< so is a first line with columns of all of these names
    Words weak{};    ///< so is one of these, if nothing above marks the file as any format's
    /// So are all of these, in JSON that nothing above marks: its rows without what is around them,
    /// as a list (`aws ... --query SpotPriceHistory`) or as lines.
    Words rows{};
};

/// Of what a file lists all, unless it is known to leave some out.
enum class Whole : std::uint8_t {
    nothing,
    provider, ///< all that the provider sells
    regions,  ///< all that the provider sells in the regions of its prices
};

struct Reader {
    Format format;
    std::string_view name; ///< what to_string() gives: in flags, messages, names of sources
    Marks marks;
    /// Whose machines the file has. Empty: anyone's, as the option says, else the file's name.
    std::string_view provider{};
    /// Whether what it says of a machine counts before what a base says: true if it is the
    /// provider's own description. Other formats only add machines.
    bool describes_machines = false;
    Whole whole = Whole::nothing;
    /// Reads the input from its begin into the sink; returns the title of the source. Throws
    /// InputError for what is broken between rows, and BadRow for a header.
    std::string (*read)(Input& input, Sink& sink);
};

// Each is defined in the source that reads it, and constant: nothing registers itself at the start.
extern const Reader kAwsOffers, kAwsProducts, kAwsInstanceRegions, kAwsInstanceTypes,
    kAwsSpotHistory, kAwsSpotAdvisor, kAzureRetailPrices, kEc2Instances, kAwsOffersCsv, kSkypilot,
    kGpuhunt, kTable, kTableJson;

/// All formats but `automatic`. Of two whose marks are in one file, it is of that which is first.
std::span<const Reader* const> readers();
/// Null for `automatic`, and for a number without a name.
const Reader* reader_of(Format format);
/// By the begin of a file, without byte order mark and white space; null if it is none of these.
const Reader* recognised(std::string_view begin);

} // namespace flopwise::feed
