#pragma once

#include "cost/bill_lines.hpp"
#include "solve/pricing.hpp"

namespace flopwise {

/// The offers of a catalog as they stand: a plan costs its machine hours at their price.
class CatalogPrices final : public Pricing {
public:
    CatalogPrices(const Catalog& catalog, const Request& request, const Goal& goal);

    [[nodiscard]] const OfferColumns& columns() const override { return columns_; }
    [[nodiscard]] std::uint32_t end_below_max(OfferRange rows) const override;
    [[nodiscard]] std::uint32_t end_affordable(OfferRange rows) const override;
    [[nodiscard]] bool is_affordable(std::uint32_t row) const override;
    [[nodiscard]] double excess(std::uint32_t row) const override;
    void add_prices(OfferRange rows, const Sites& sites, PriceExtent& to) const override;
    [[nodiscard]] std::uint32_t offer(std::uint32_t row) const override { return row; }
    [[nodiscard]] UsdPerHour price(std::uint32_t row) const override;
    [[nodiscard]] PurchaseKind paid(std::uint32_t row) const override;
    [[nodiscard]] const Source& source(std::uint32_t row) const override;
    [[nodiscard]] DateRange price_dates(std::uint32_t row, PurchaseKind kind) const override;
    void describe(std::uint32_t row, Choice& to) const override;
    [[nodiscard]] std::optional<Outlook> outlook(std::uint32_t row) const override;
    [[nodiscard]] std::string dearer(std::uint32_t row) const override;
    void explain_budget(std::uint32_t row, Refusal& to) const override;
    [[nodiscard]] std::optional<std::uint32_t> row_of(std::size_t offer) const override;

private:
    [[nodiscard]] std::uint32_t end_within(OfferRange rows, double limit) const;
    [[nodiscard]] double limit(std::uint32_t row) const;
    [[nodiscard]] Bill bill(std::uint32_t row) const;
    [[nodiscard]] PlanTime time(std::size_t type, const Budget& plan) const;

    const Catalog& catalog_;
    const Request& request_;
    const Goal& goal_;
    const OfferColumns& columns_;
};

} // namespace flopwise
