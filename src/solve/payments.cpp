// What an answer has to say of the purchase options: choices that are dearer than on demand, spot
// of which the lost work is not known, and machines that are left out because no cost is known.

#include "cost/bill_lines.hpp"
#include "cost/rule.hpp"
#include "solve/plan_prices.hpp"
#include "solve/solver.hpp"

#include <algorithm>

namespace flopwise {

namespace {

/// Names in the order they are added; a few are shown and the rest counted.
class Named {
public:
    void add(std::string name) {
        if (std::find(names_.begin(), names_.end(), name) == names_.end())
            names_.push_back(std::move(name));
    }
    [[nodiscard]] bool empty() const { return names_.empty(); }
    [[nodiscard]] std::string text() const {
        constexpr std::size_t kShown = 5;
        std::string out;
        for (std::size_t i = 0; i < names_.size() && i < kShown; ++i)
            out += (i == 0 ? "" : ", ") + names_[i];
        return names_.size() > kShown ? fmt::format("{} and {} more", out, names_.size() - kShown)
                                      : out;
    }

private:
    std::vector<std::string> names_;
};

} // namespace

/// The price on demand of the machine of an offer, in its region.
std::optional<UsdPerHour> Solver::on_demand_price(std::uint32_t offer) const {
    if (plans_ != nullptr)
        return plans_->on_demand_price(offer);
    const Range others = group(columns_.type[offer], 0);
    for (std::uint32_t i = others.begin; i < others.end; ++i)
        if (columns_.site[i] == columns_.site[offer])
            return price(i);
    return std::nullopt;
}

/// What a choice and the same machine on demand cost, if the choice is the dearer.
std::string Solver::dearer(std::uint32_t offer, const Choice& choice) const {
    if (choice.purchase == PurchaseKind::on_demand)
        return "";
    const auto on_demand =
        plans_ != nullptr && choice.cost ? plans_->on_demand_bill(offer) : std::nullopt;
    if (on_demand)
        return choice.cost->total - on_demand->total >= kHalfCent
                   ? fmt::format("{:.2f} against {:.2f}", choice.cost->total, on_demand->total)
                   : "";
    const auto price = on_demand_price(offer);
    return price && choice.price > *price ? fmt::format("{} against {}", choice.price, *price) : "";
}

/// Lost work of which only an assumption is in the ranking; absent if it is known or no spot.
static const LineItem* unknown_lost_work(const Bill& bill) {
    const auto found = std::find_if(bill.items.begin(), bill.items.end(), [](const LineItem& i) {
        return i.charge == kLostWork && !i.amount;
    });
    return found == bill.items.end() ? nullptr : &*found;
}

/// Of machines that are all that is asked for, those that have no cost in the ways asked for.
std::string Solver::left_out() const {
    Named out;
    for (const std::uint32_t offer : plans_->left_out()) {
        const Offer o = catalog_.offer(offer);
        const OfferColumns& all = columns_of(catalog_);
        if (types_[all.type[offer]].reasons != 0 || filter_.site(all.site[offer]) != Site::admitted)
            continue;
        const std::string why = plans_->why_left_out(offer);
        out.add(fmt::format("{} in {}{}",
                            o.instance.name,
                            o.region.code,
                            why.empty() ? "" : fmt::format(" ({})", why)));
    }
    return out.text();
}

void Solver::warn_of_payments(const std::vector<Scored>& best, Recommendation& to) const {
    Named dearer_ones;
    Named unknown;
    bool assumed = false;
    for (std::size_t i = 0; i < best.size(); ++i) {
        const Choice& choice = to.choices[i];
        const std::uint32_t offer = best[i].offer;
        if (const std::string costs = dearer(offer, choice); !costs.empty())
            dearer_ones.add(fmt::format("{} in {}, {} {}",
                                        choice.instance,
                                        choice.region,
                                        to_string(choice.purchase),
                                        costs));
        if (plans_ == nullptr || choice.purchase != PurchaseKind::spot)
            continue;
        const Bill bill = plans_->bill(offer);
        if (const LineItem* lost = unknown_lost_work(bill)) {
            unknown.add(choice.instance);
            assumed = assumed || lost->assumed;
        }
    }
    if (!dearer_ones.empty())
        to.warnings.push_back("dearer than on demand: " + dearer_ones.text());
    if (!unknown.empty())
        to.warnings.push_back(
            fmt::format("how often spot is interrupted is not known, so lost work is not in the "
                        "total{}: {}",
                        assumed ? ", but ranked as at the highest rate known" : "",
                        unknown.text()));
    if (plans_ != nullptr)
        if (const std::string names = left_out(); !names.empty())
            to.warnings.push_back(
                "left out, not known what they cost in the ways to pay that are asked for: " +
                names);
}

} // namespace flopwise
