#include <flopwise/regions.hpp>

#include <algorithm>
#include <tuple>

namespace flopwise {

std::vector<Nearby> nearby(const Catalog& catalog, Place place) {
    const int now = catalog.as_of().year;
    std::vector<Nearby> out;
    for (const Region& r : catalog.regions()) {
        if (!r.place || (now != 0 && r.year > now))
            continue;
        const Kilometres distance = great_circle(place, *r.place);
        out.push_back({r.provider, r.code, r.city, distance, round_trip(distance)});
    }
    std::stable_sort(out.begin(), out.end(), [](const Nearby& a, const Nearby& b) {
        return std::tie(a.distance, a.provider, a.region) <
               std::tie(b.distance, b.provider, b.region);
    });
    return out;
}

} // namespace flopwise
