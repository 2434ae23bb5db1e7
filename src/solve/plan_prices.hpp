// The offers of a catalog priced by what the whole plan costs: machines, what is lost on spot, and
// charges, paid for as asked or in the cheapest way. Most machine types are refused for what they
// are, so a type is priced only when its prices are looked at.

#pragma once

#include "cost/payer.hpp"
#include "cost/present_value.hpp"
#include "solve/pricing.hpp"

namespace flopwise {

class PlanPrices final : public Pricing {
public:
    /// `request` is completed; the arguments outlive this.
    PlanPrices(const Catalog& catalog,
               const Request& request,
               const Goal& goal,
               const Charges& charges);

    /// Offers in the regions and of the providers that are asked for. A machine is left out if no
    /// purchase option that is asked for is known. `usd_per_hour` is the cost of the plan for an
    /// hour of work on one machine.
    [[nodiscard]] const OfferColumns& columns() const override { return columns_; }
    void prepare(std::size_t type) override;

    [[nodiscard]] std::uint32_t end_below_max(OfferRange rows) const override;
    [[nodiscard]] std::uint32_t end_in_time(OfferRange rows) const override;
    [[nodiscard]] std::uint32_t end_affordable(OfferRange rows) const override;
    [[nodiscard]] bool is_in_time(std::uint32_t row) const override { return !rows_[row].late; }
    [[nodiscard]] bool is_affordable(std::uint32_t row) const override;
    [[nodiscard]] double excess(std::uint32_t row) const override;
    void add_prices(OfferRange rows, const Sites& sites, PriceExtent& to) const override;

    [[nodiscard]] std::uint32_t offer(std::uint32_t row) const override { return rows_[row].offer; }
    [[nodiscard]] UsdPerHour price(std::uint32_t row) const override {
        return UsdPerHour{rows_[row].price};
    }
    [[nodiscard]] PurchaseKind paid(std::uint32_t row) const override { return rows_[row].kind; }
    [[nodiscard]] const Source& source(std::uint32_t row) const override;
    [[nodiscard]] DateRange price_dates(std::uint32_t row, PurchaseKind kind) const override;
    void describe(std::uint32_t row, Choice& to) const override;
    [[nodiscard]] std::optional<Outlook> outlook(std::uint32_t row) const override;
    [[nodiscard]] std::string dearer(std::uint32_t row) const override;
    void explain_budget(std::uint32_t row, Refusal& to) const override;
    void explain_late(std::uint32_t row, Refusal& to) const override;

    [[nodiscard]] std::optional<std::uint32_t> row_of(std::size_t offer) const override;
    void complete(std::span<const std::uint32_t> rows, Recommendation& to) const override;
    [[nodiscard]] std::span<const std::uint32_t> left_out() const override { return left_out_; }
    [[nodiscard]] std::string why_left_out(std::uint32_t offer) const override;

private:
    struct Row {
        std::uint32_t offer = 0;     ///< of the catalog
        std::uint32_t on_demand = 0; ///< offers of the same machine and region; kNone: none
        std::uint32_t spot = 0;
        PurchaseKind kind = PurchaseKind::on_demand;
        double price = 0;    ///< for an hour that is paid
        double usd = 0;      ///< for the plan, without what is fixed
        double present = 0;  ///< the same as it is worth at the start
        double sure_usd = 0; ///< at the probability that is asked for
        bool late = false;
        std::uint16_t site = 0;
    };
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

    /// For how long a row is rented, and what that costs beside the machines.
    struct Beside {
        PlanTime time;
        Usd charges{};
    };
    /// What a row costs in one way.
    struct Priced {
        Parts parts; ///< of the machines; empty if it is not known
        Beside beside;

        /// Infinite if it is not to be had: a block of days has a longest one.
        [[nodiscard]] Usd total() const {
            return parts.empty() ? Usd{std::numeric_limits<double>::infinity()}
                                 : parts.total() + beside.charges;
        }
        [[nodiscard]] Usd present(PurchaseKind kind) const {
            return present_value(kind, parts, beside.time) +
                   present_value(beside.charges, beside.time);
        }
    };

    void
    add_rows(std::size_t type, std::span<std::uint32_t> on_demand, std::span<std::uint32_t> spot);
    [[nodiscard]] std::size_t type_of(const Row& row) const;
    [[nodiscard]] std::size_t region_of(const Row& row) const {
        return row.site % region_charges_.size();
    }
    [[nodiscard]] Machine machine(const Row& row) const;
    [[nodiscard]] RatedMachine rated(const Row& row) const { return payer_.rated(machine(row)); }
    [[nodiscard]] bool payable(const Row& row, PurchaseKind kind, const RatedMachine& of) const;
    [[nodiscard]] bool payable(const Row& row) const;
    [[nodiscard]] PlanTime time(std::size_t type, const Budget& plan) const;
    [[nodiscard]] Beside beside(const Row& row, const PlanTime& time) const;
    [[nodiscard]] Priced priced(const Row& row,
                                PurchaseKind kind,
                                const RatedMachine& of,
                                const Budget& plan,
                                const Beside& usual) const;
    [[nodiscard]] bool late(const Row& row, const RatedMachine& of, const Budget& sure) const;
    [[nodiscard]] double chance_in_time(const Row& row) const;
    [[nodiscard]] HoursDistribution hours(const Row& row, const HoursDistribution& work) const;
    [[nodiscard]] Row priced(Row row, const Budget& usual, const Budget& sure) const;
    [[nodiscard]] bool affordable(const Row& row) const;
    [[nodiscard]] Bill bill(const Row& row, PurchaseKind kind) const;
    [[nodiscard]] Usd cost(std::uint32_t row, const Budget& plan) const;
    [[nodiscard]] ChargeSummary summary(std::size_t region, std::size_t type) const;
    [[nodiscard]] std::size_t cheapest_region(std::size_t type) const;
    void warn(std::span<const std::uint32_t> rows, Recommendation& to) const;
    [[nodiscard]] bool asked(const Region& region) const;

    const Catalog& catalog_;
    const Request& request_;
    const Goal& goal_;
    const Charges& charges_;
    const Usage& usage_;
    bool cheapest_;       ///< of several purchase options, instead of that of the offer
    mutable Payer payer_; ///< which keeps what it has reckoned
    OfferColumns columns_;
    std::vector<Row> rows_;
    std::vector<std::uint32_t> left_out_;
    std::vector<bool> priced_;                  ///< by type
    std::vector<bool> asked_;                   ///< by site: whether its region is asked for
    std::vector<RegionCharges> region_charges_; ///< by region
};

} // namespace flopwise
