// How far a long piece of work is: a line on a terminal, nothing anywhere else.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace flopwise {

class Progress {
public:
    explicit Progress(std::string what);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress(); ///< takes the line away

    /// Bytes so far, and in all; 0 if that is not known.
    void show(std::uint64_t done, std::uint64_t all);

private:
    std::string what_;
    bool terminal_;
    bool shown_ = false;
    std::chrono::steady_clock::time_point next_{};
};

} // namespace flopwise
