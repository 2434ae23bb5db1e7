// The head of an answer of HTTP, as far as a download needs it. What cannot be read is absent.

#pragma once

#include <flopwise/date.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flopwise {

/// What a server calls a version of a file; either may be empty.
struct Version {
    std::string etag{};
    std::string modified{};

    [[nodiscard]] bool empty() const { return etag.empty() && modified.empty(); }
    bool operator==(const Version&) const = default;
};

/// The version that can be kept in a file of ours and sent back: printable ASCII, not long, and no
/// day after the one after `today`, before which the server would have nothing newer. What of it
/// cannot is empty, and the file is sent whole each time.
Version kept(Version version, Date today);

/// The head of the answer that is being read.
struct Answer {
    long status = 0;
    std::string reason{};
    Version version{};
    bool encoded = false;                  ///< so its bytes are not those of the file
    std::string sha256{};                  ///< in hexadecimal, as the server states it
    std::optional<std::uint64_t> begin{};  ///< of a part
    std::optional<std::uint64_t> length{}; ///< of the whole, if this is a part
    double wait_seconds = 0;               ///< before the server wants to be asked again
};

/// Takes a line of the head into account. A line of a status begins another answer: that of a
/// redirect, or what it leads to.
void read_line(std::string_view line, Date today, Answer& to);

} // namespace flopwise
