#include "recommend/sobol.hpp"

#include <cstddef>

namespace flopwise {

namespace {

double variance(std::span<const double> values) {
    double mean = 0;
    for (const double value : values)
        mean += value;
    mean /= static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values)
        sum += (value - mean) * (value - mean);
    return sum / static_cast<double>(values.size());
}

/// The means of values that fall into as many classes of the same size.
template <class Class>
std::vector<double> means(std::span<const double> values, std::size_t classes, Class class_of) {
    std::vector<double> out(classes);
    const double part = static_cast<double>(classes) / static_cast<double>(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        out[class_of(i)] += values[i] * part;
    return out;
}

} // namespace

std::vector<VarianceParts> variance_parts(std::span<const std::size_t> sizes,
                                          std::span<const double> values) {
    const double all = variance(values);
    std::vector<VarianceParts> out;
    if (!(all > 0))
        return out;
    std::size_t stride = values.size();
    for (const std::size_t size : sizes) {
        const std::size_t block = stride;
        stride /= size;
        const std::vector<double> own =
            means(values, size, [&](std::size_t i) { return i / stride % size; });
        const std::vector<double> others = means(values, values.size() / size, [&](std::size_t i) {
            return i / block * stride + i % stride;
        });
        out.push_back({variance(own) / all, 1 - variance(others) / all});
    }
    return out;
}

} // namespace flopwise
