// The notes on many machines on one day: the wheels of that day are looked up once.

#pragma once

#include <flopwise/stack.hpp>

#include "catalog/bundled.hpp"

namespace flopwise {

class StackNotes {
public:
    /// Without a day, the newest release counts. Without `wheels`, only stack and processor do, as
    /// for work that is not PyTorch's.
    explicit StackNotes(Date day, bool wheels = true);

    [[nodiscard]] std::string note(const Gpu* gpu, std::string_view arch) const;

private:
    using Wheel = bundled::WheelRow;

    [[nodiscard]] const Wheel* usual(std::string_view arch) const;
    [[nodiscard]] std::string of_arch(const Gpu* gpu, std::string_view arch) const;
    [[nodiscard]] std::string of_x86(const Gpu& gpu) const;
    [[nodiscard]] static std::string remedy(const Wheel& usual, int capability);

    Date day_;
    const Wheel* x86_ = nullptr; ///< the usual wheel of the day; null if not known
    const Wheel* arm_ = nullptr;
};

/// The day whose software counts: today or, of a catalog of another time, that time.
Date software_day(Date today, Date catalog);

} // namespace flopwise
