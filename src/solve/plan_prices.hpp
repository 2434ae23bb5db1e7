// The offers of a catalog priced by what the whole plan costs: machine and charges, paid for as
// asked or in the cheapest way. The solver reads them as it reads a catalog's own columns; their
// price is the cost of the plan for a rented hour. Most machine types are refused for what they
// are, so a type is priced only when its prices are looked at.

#pragma once

#include <flopwise/recommendation.hpp>

#include "catalog/offer_columns.hpp"
#include "cost/payer.hpp"

namespace flopwise {

class PlanPrices {
public:
    /// `request` is completed; the arguments outlive this.
    PlanPrices(const Catalog& catalog, const Request& request, const Charges& charges);
    PlanPrices(const PlanPrices&) = delete;
    PlanPrices& operator=(const PlanPrices&) = delete;

    /// Offers in the regions and of the providers that are asked for. A machine is left out if no
    /// purchase option that is asked for is known. Those of one machine type and one purchase
    /// option stand in any order and without a price until price_type(); then those within the
    /// highest price come first, by cost, then the others.
    [[nodiscard]] const OfferColumns& columns() const { return columns_; }
    void price_type(std::size_t type);

    // Of a row of columns(), by its position. Its type is priced.

    [[nodiscard]] std::uint32_t offer(std::uint32_t row) const { return rows_[row].offer; }
    [[nodiscard]] UsdPerHour price(std::uint32_t row) const { return UsdPerHour{rows_[row].price}; }
    [[nodiscard]] PurchaseKind paid(std::uint32_t row) const { return rows_[row].kind; }
    /// Of its price, in its purchase option.
    [[nodiscard]] const Source& source(std::uint32_t row) const;
    /// Of all that makes its cost, if it is paid for in this way.
    [[nodiscard]] DateRange price_dates(std::uint32_t row, PurchaseKind kind) const;
    /// What machine and charges cost, without fixed charges; amounts not known as assumed.
    [[nodiscard]] Usd cost(std::uint32_t row) const { return Usd{rows_[row].usd}; }
    [[nodiscard]] Bill bill(std::uint32_t row);
    [[nodiscard]] std::vector<PurchaseOption> options(std::uint32_t row) const;
    [[nodiscard]] std::optional<UsdPerHour> on_demand_price(std::uint32_t row) const;
    /// The bill of the same plan on demand; empty if that has no price.
    [[nodiscard]] std::optional<Bill> on_demand_bill(std::uint32_t row);
    /// Days that the budget lasts; needs a budget.
    [[nodiscard]] Days lasts(std::uint32_t row) const;
    /// The changes of budget, days or hours a day that make a plan affordable.
    void relax(std::uint32_t row, Refusal& to) const;

    /// Offers of the catalog that have no row: what they cost in the purchase options is not known.
    [[nodiscard]] std::span<const std::uint32_t> left_out() const { return left_out_; }
    /// What is known of a purchase option for such an offer; empty if nothing is.
    [[nodiscard]] std::string why_left_out(std::uint32_t offer);

    /// The row of an offer of the catalog; empty if it has none.
    [[nodiscard]] std::optional<std::uint32_t> row_of(std::size_t offer) const;
    /// What the charges of a region that is asked for come to, and the ceiling that they leave.
    [[nodiscard]] ChargeSummary summary(std::size_t region) const;
    /// Of the regions that are asked for, the one with the lowest charges.
    [[nodiscard]] std::size_t cheapest_region() const;

private:
    struct Row {
        std::uint32_t offer = 0;     ///< of the catalog
        std::uint32_t on_demand = 0; ///< offers of the same machine and region; kNone: none
        std::uint32_t spot = 0;
        PurchaseKind kind = PurchaseKind::on_demand;
        double price = 0; ///< for an hour that is paid
        double usd = 0;   ///< for the plan
        std::uint16_t site = 0;
    };
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

    void
    add_rows(std::size_t type, std::span<std::uint32_t> on_demand, std::span<std::uint32_t> spot);
    [[nodiscard]] Machine machine(const Row& row) const;
    [[nodiscard]] bool payable(const Row& row);
    void price(Row& row, Payer& payer, std::span<const LineItem> charges) const;
    [[nodiscard]] double effective(double usd) const;
    [[nodiscard]] double cost(std::uint32_t row, const Budget& plan) const;
    [[nodiscard]] bool asked(const Region& region) const;

    const Catalog& catalog_;
    const Request& request_;
    const Charges& charges_;
    Budget plan_;                   ///< the request's, for a month if it has no days
    bool cheapest_;                 ///< of several purchase options, instead of that of the offer
    std::optional<double> limit_{}; ///< of the budget, USD/h
    Payer payer_;
    OfferColumns columns_;
    std::vector<Row> rows_;
    std::vector<std::uint32_t> left_out_;
    std::vector<bool> priced_;                          ///< by type
    std::vector<bool> asked_;                           ///< by region
    std::vector<std::vector<LineItem>> region_charges_; ///< of those that are asked for
};

} // namespace flopwise
