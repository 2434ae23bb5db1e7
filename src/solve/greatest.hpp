#pragma once

namespace flopwise {

/// The greatest value in (0, most] at which a cost that rises with it can be paid; 0: none.
template <class Fits>
double greatest(double most, Fits fits) {
    constexpr double kShortest = 1e-6;
    constexpr int kSteps = 100; // down to the last bits of what is small beside `most`
    if (fits(most))
        return most;
    double low = kShortest;
    double high = most;
    if (!fits(low))
        return 0;
    for (int i = 0; i < kSteps; ++i) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

} // namespace flopwise
