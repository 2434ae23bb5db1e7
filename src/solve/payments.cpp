// What an answer has to say of the ways to pay: choices that are dearer than on demand, and
// machines that are left out because no cost is known.

#include "solve/solver.hpp"
#include "text/text.hpp"

namespace flopwise {

void Solver::warn_of_dearer(const std::vector<Scored>& best, Recommendation& to) const {
    text::Named names;
    for (std::size_t i = 0; i < best.size(); ++i) {
        const Choice& choice = to.choices[i];
        if (choice.purchase == PurchaseKind::on_demand)
            continue;
        if (const std::string costs = pricing_.dearer(best[i].offer); !costs.empty())
            names.add(fmt::format("{} in {}, {} {}",
                                  choice.instance,
                                  choice.region,
                                  to_string(choice.purchase),
                                  costs));
    }
    if (!names.empty())
        to.warnings.push_back("dearer than on demand: " + names.text());
}

/// Of machines that are all that is asked for, those that have no cost in the ways asked for.
void Solver::warn_of_left_out(Recommendation& to) const {
    text::Named names;
    for (const std::uint32_t offer : pricing_.left_out()) {
        const Offer o = catalog_.offer(offer);
        const OfferColumns& all = columns_of(catalog_);
        if (types_[all.type[offer]].reasons != 0 || sites_[all.site[offer]] != Site::admitted)
            continue;
        const std::string why = pricing_.why_left_out(offer);
        names.add(fmt::format("{} in {}{}",
                              o.instance.name,
                              o.region.code,
                              why.empty() ? "" : fmt::format(" ({})", why)));
    }
    if (!names.empty())
        to.warnings.push_back(
            "left out, not known what they cost in the ways to pay that are asked for: " +
            names.text());
}

} // namespace flopwise
