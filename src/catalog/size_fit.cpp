#include "catalog/size_fit.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace flopwise {

namespace {

constexpr std::size_t kTerms = kSizes + 1;
using Terms = std::array<double, kTerms>;

Terms terms_of(const Sized& row) {
    Terms t{1};
    for (std::size_t i = 0; i < kSizes; ++i)
        t.at(i + 1) = std::log(row.sizes.at(i));
    return t;
}

double product(const Terms& a, const Terms& b) {
    double sum = 0;
    for (std::size_t i = 0; i < kTerms; ++i)
        sum += a.at(i) * b.at(i);
    return sum;
}

/// Least squares over the rows that `counts`. A little is added to the diagonal, so that sizes
/// which always grow together share the weight.
Terms fit(const std::vector<Sized>& rows, const std::vector<bool>& counts) {
    constexpr double kLittle = 1e-6;
    std::array<Terms, kTerms> a{};
    Terms b{};
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (!counts[r])
            continue;
        const Terms t = terms_of(rows[r]);
        for (std::size_t i = 0; i < kTerms; ++i) {
            b.at(i) += t.at(i) * std::log(rows[r].price);
            for (std::size_t j = 0; j < kTerms; ++j)
                a.at(i).at(j) += t.at(i) * t.at(j);
        }
    }
    for (std::size_t i = 0; i < kTerms; ++i)
        a.at(i).at(i) += kLittle * static_cast<double>(rows.size());
    for (std::size_t i = 0; i < kTerms; ++i) // elimination; `a` is positive definite
        for (std::size_t k = i + 1; k < kTerms; ++k) {
            const double f = a.at(k).at(i) / a.at(i).at(i);
            for (std::size_t j = i; j < kTerms; ++j)
                a.at(k).at(j) -= f * a.at(i).at(j);
            b.at(k) -= f * b.at(i);
        }
    Terms x{};
    for (std::size_t i = kTerms; i-- > 0;)
        x.at(i) = (b.at(i) - product(a.at(i), x)) / a.at(i).at(i);
    return x;
}

} // namespace

std::vector<double> ratios_to_fit(const std::vector<Sized>& rows) {
    constexpr std::size_t kFewest = 3 * kTerms;
    constexpr double kFar = 5;
    if (rows.size() < kFewest)
        return {};
    std::vector<bool> counts(rows.size(), true);
    std::vector<double> errors(rows.size());
    for (int round = 0; round < 2; ++round) {
        const Terms x = fit(rows, counts);
        for (std::size_t i = 0; i < rows.size(); ++i)
            errors[i] = std::log(rows[i].price) - product(x, terms_of(rows[i]));
        std::vector<double> sizes;
        std::transform(errors.begin(), errors.end(), std::back_inserter(sizes), [](double e) {
            return std::abs(e);
        });
        auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
        std::nth_element(sizes.begin(), middle, sizes.end());
        for (std::size_t i = 0; i < rows.size(); ++i)
            counts[i] = std::abs(errors[i]) <= kFar * *middle + 1e-9;
    }
    for (double& error : errors)
        error = std::exp(error);
    return errors;
}

} // namespace flopwise
