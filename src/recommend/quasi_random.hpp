// Points that fill a cube evenly, the same on all machines.

#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace flopwise {

/// The Kronecker sequence of the square roots of the primes (Richtmyer 1951): coordinate d of
/// point n is the fraction of 1/2 + n * sqrt(prime d). Square roots are rounded alike everywhere.
class QuasiRandom {
public:
    explicit QuasiRandom(std::size_t dimensions) {
        for (int candidate = 2; step_.size() < dimensions; ++candidate)
            if (is_prime(candidate))
                step_.push_back(fraction(std::sqrt(static_cast<double>(candidate))));
    }

    [[nodiscard]] double at(std::size_t n, std::size_t dimension) const {
        return fraction(0.5 + static_cast<double>(n + 1) * step_[dimension]);
    }

private:
    static double fraction(double x) { return x - std::floor(x); }
    static bool is_prime(int n) {
        for (int d = 2; d * d <= n; ++d)
            if (n % d == 0)
                return false;
        return true;
    }

    std::vector<double> step_{};
};

} // namespace flopwise
