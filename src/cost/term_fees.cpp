#include "cost/term_fees.hpp"

#include "text/durations.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace flopwise {

UsdPerHour TermFees::effective() const {
    return hourly + upfront / Hours{kHoursPerYear * years};
}

double TermFees::upfront_share() const {
    return upfront.value() / (effective().value() * years * kHoursPerYear);
}

static double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

std::vector<UpfrontRatio> upfront_ratios(std::span<const TermFees> fees, std::uint64_t& left_out) {
    struct Found {
        std::vector<double> ratio;
        std::vector<double> upfront;
    };
    using Names = std::array<std::string_view, 4>;
    std::map<Names, UsdPerHour> hourly;
    for (const TermFees& f : fees)
        if (f.by_the_hour())
            hourly.emplace(Names{f.provider, f.instance, f.region, f.offering}, f.effective());
    std::map<std::array<std::string_view, 3>, Found> found;
    for (const TermFees& f : fees) {
        if (f.by_the_hour())
            continue;
        const auto base = hourly.find({f.provider, f.instance, f.region, f.offering});
        if (base == hourly.end()) {
            ++left_out;
            continue;
        }
        Found& to = found[{f.provider, f.offering, f.payment}];
        to.ratio.push_back(f.effective() / base->second);
        to.upfront.push_back(f.upfront_share());
    }
    std::vector<UpfrontRatio> out;
    for (const auto& [key, of] : found) {
        const auto& [provider, offering, payment] = key;
        const double upfront = payment == "all_upfront" ? 1 : median(of.upfront);
        if (payment == "all_upfront" || (upfront > 0 && upfront < 1))
            out.push_back({std::string{provider},
                           std::string{offering},
                           std::string{payment},
                           median(of.ratio),
                           upfront});
    }
    return out;
}

} // namespace flopwise
