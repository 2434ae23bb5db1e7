#include "recommend/firmness_weights.hpp"

#include "recommend/quasi_random.hpp"

#include <algorithm>
#include <limits>

namespace flopwise {

namespace {

double dot(const double* a, const double* b, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
        sum += a[i] * b[i];
    return sum;
}

} // namespace

Merits Merits::within(const std::vector<double>& own, double spread) const {
    Merits out{criteria_};
    for (std::size_t m = 0; m < machines(); ++m) {
        const double fixed = (1 - spread) * dot(of(m), own.data(), criteria_);
        std::vector<double> row(of(m), of(m) + criteria_);
        for (double& value : row)
            value = spread * value + fixed;
        out.add(row);
    }
    return out;
}

// ---- exact --------------------------------------------------------------------------

namespace {

using Point = std::array<double, kExactCriteria>; ///< weights
using Polygon = std::vector<Point>;

/// The part of a polygon, or of a segment of two points, in which weighted `gain` is not negative.
Polygon clipped(const Polygon& whole, const Point& gain) {
    Polygon out;
    const std::size_t sides = whole.size() == 2 ? 1 : whole.size();
    const auto of = [&](const Point& p) { return dot(p.data(), gain.data(), p.size()); };
    for (std::size_t i = 0; i < whole.size(); ++i) {
        const Point& from = whole[i];
        const Point& to = whole[(i + 1) % whole.size()];
        const double a = of(from);
        const double b = of(to);
        if (a >= 0)
            out.push_back(from);
        if (i >= sides || !((a > 0 && b < 0) || (a < 0 && b > 0)))
            continue;
        Point& cut = out.emplace_back();
        for (std::size_t c = 0; c < cut.size(); ++c)
            cut[c] = from[c] + (to[c] - from[c]) * (a / (a - b));
    }
    return out;
}

/// Adds the area of a piece with this centre to a share.
void add_piece(double area, const Point& centre, WeightShare& to) {
    for (std::size_t c = 0; c < to.centre.size(); ++c)
        to.centre[c] += area * centre[c];
    to.first += area;
}

/// The cell's part of all weights and its centre, from triangles around its first corner.
WeightShare measured(const Polygon& cell, std::size_t criteria) {
    WeightShare out;
    out.centre.assign(criteria, 0);
    if (criteria == 1 && !cell.empty())
        add_piece(1, cell.front(), out);
    if (criteria == 2 && cell.size() == 2)
        add_piece(std::abs(cell[0][0] - cell[1][0]),
                  {(cell[0][0] + cell[1][0]) / 2, (cell[0][1] + cell[1][1]) / 2, 0},
                  out);
    for (std::size_t i = 2; criteria == 3 && i < cell.size(); ++i) {
        const Point& a = cell[0];
        const Point& b = cell[i - 1];
        const Point& c = cell[i];
        const double area = std::abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
        add_piece(area,
                  {(a[0] + b[0] + c[0]) / 3, (a[1] + b[1] + c[1]) / 3, (a[2] + b[2] + c[2]) / 3},
                  out);
    }
    if (!(out.first > 0))
        return {};
    for (double& weight : out.centre)
        weight /= out.first;
    return out;
}

/// The weights for which a machine is first.
Polygon cell_of(const Merits& merits, std::size_t machine) {
    const std::size_t criteria = merits.criteria();
    Polygon out;
    for (std::size_t c = 0; c < criteria; ++c) {
        out.emplace_back();
        out.back()[c] = 1;
    }
    const double* own = merits.of(machine);
    for (std::size_t m = 0; m < merits.machines() && !out.empty(); ++m) {
        const double* other = merits.of(m);
        if (std::equal(own, own + criteria, other)) {
            if (m < machine)
                out.clear();
            continue;
        }
        Point gain{};
        for (std::size_t c = 0; c < criteria; ++c)
            gain[c] = own[c] - other[c];
        out = clipped(out, gain);
    }
    return out;
}

} // namespace

std::vector<WeightShare> exact_shares(const Merits& merits) {
    std::vector<WeightShare> out;
    for (std::size_t m = 0; m < merits.machines(); ++m)
        out.push_back(measured(cell_of(merits, m), merits.criteria()));
    return out;
}

// ---- drawn --------------------------------------------------------------------------

namespace {

/// The best machines for some weights, best first.
class Podium {
public:
    void clear() { size_ = 0; }
    void offer(std::size_t machine, double score) {
        if (size_ == kFirmRanks && !(score > score_[size_ - 1]))
            return;
        std::size_t at = size_ < kFirmRanks ? size_++ : size_ - 1;
        for (; at > 0 && score > score_[at - 1]; --at) {
            score_[at] = score_[at - 1];
            machine_[at] = machine_[at - 1];
        }
        score_[at] = score;
        machine_[at] = machine;
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t machine(std::size_t rank) const { return machine_[rank]; }

private:
    std::size_t size_ = 0;
    std::array<double, kFirmRanks> score_{};
    std::array<std::size_t, kFirmRanks> machine_{};
};

/// Weights as the gaps between sorted points: even over the simplex.
void draw(const QuasiRandom& points, std::size_t n, std::vector<double>& weights) {
    const std::size_t cuts = weights.size() - 1;
    for (std::size_t d = 0; d < cuts; ++d)
        weights[d] = points.at(n, d);
    const auto end = weights.begin() + static_cast<std::ptrdiff_t>(cuts);
    std::sort(weights.begin(), end);
    *end = 1;
    for (std::size_t d = cuts; d > 0; --d)
        weights[d] -= weights[d - 1];
}

} // namespace

std::vector<WeightShare> drawn_shares(const Merits& merits, std::size_t samples) {
    const std::size_t criteria = merits.criteria();
    std::vector<WeightShare> out(merits.machines());
    const QuasiRandom points{criteria - 1};
    std::vector<double> weights(criteria);
    Podium best;
    for (std::size_t n = 0; n < samples; ++n) {
        draw(points, n, weights);
        best.clear();
        for (std::size_t m = 0; m < merits.machines(); ++m)
            best.offer(m, dot(merits.of(m), weights.data(), criteria));
        for (std::size_t rank = 0; rank < best.size(); ++rank)
            out[best.machine(rank)].ranks[rank] += 1;
        std::vector<double>& centre = out[best.machine(0)].centre;
        centre.resize(criteria);
        for (std::size_t c = 0; c < criteria; ++c)
            centre[c] += weights[c];
    }
    for (WeightShare& share : out) {
        for (double& weight : share.centre)
            weight /= share.ranks[0];
        for (double& count : share.ranks)
            count /= static_cast<double>(samples);
        share.first = share.ranks[0];
    }
    return out;
}

} // namespace flopwise
