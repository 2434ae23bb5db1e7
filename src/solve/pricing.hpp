// What the offers of a catalog cost for a goal: their prices as they stand, or whole plans with
// charges and ways to pay. The solver reads both as rows in groups of one machine type.

#pragma once

#include "solve/goal.hpp"

#include <limits>
#include <memory>

namespace flopwise {

/// A half-open range of rows of one machine type and purchase option.
struct OfferRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// The lowest and the highest price of some rows, and whose they are.
struct PriceExtent {
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

    double from = std::numeric_limits<double>::infinity(); ///< USD/h
    double to = 0;
    std::uint32_t cheapest = kNone;
    std::uint32_t dearest = kNone;

    void add(std::uint32_t row, double price);
};

class Pricing {
public:
    Pricing() = default;
    Pricing(const Pricing&) = delete;
    Pricing& operator=(const Pricing&) = delete;
    virtual ~Pricing() = default;

    /// The rows. `usd_per_hour` is what stands for the price in a score: all that an hour of work
    /// on one machine costs. In a group those that can be paid stand first, cheapest first; then
    /// those above the budget, those that are too late, and those above the highest price.
    [[nodiscard]] virtual const OfferColumns& columns() const = 0;
    /// Prices the rows of a type. What follows is asked only of types that are prepared.
    virtual void prepare(std::size_t /*type*/) {}

    /// The ends, in a group, of the rows within the highest price; of those among them that are in
    /// time; of those among these that can be paid.
    [[nodiscard]] virtual std::uint32_t end_below_max(OfferRange rows) const = 0;
    [[nodiscard]] virtual std::uint32_t end_in_time(OfferRange rows) const { return rows.end; }
    [[nodiscard]] virtual std::uint32_t end_affordable(OfferRange rows) const = 0;
    /// The same of one row.
    [[nodiscard]] bool is_below_max(std::uint32_t row) const;
    [[nodiscard]] virtual bool is_in_time(std::uint32_t /*row*/) const { return true; }
    [[nodiscard]] virtual bool is_affordable(std::uint32_t row) const = 0;
    /// The logarithm of how far a row is above what it may cost.
    [[nodiscard]] virtual double excess(std::uint32_t row) const = 0;
    /// Adds the prices of the rows in scope of a group that has some.
    virtual void add_prices(OfferRange rows, const Sites& sites, PriceExtent& to) const = 0;

    // ---- of a row

    [[nodiscard]] virtual std::uint32_t offer(std::uint32_t row) const = 0; ///< of the catalog
    /// For an hour that is paid.
    [[nodiscard]] virtual UsdPerHour price(std::uint32_t row) const = 0;
    [[nodiscard]] virtual PurchaseKind paid(std::uint32_t row) const = 0;
    [[nodiscard]] virtual const Source& source(std::uint32_t row) const = 0; ///< of its price
    /// Of all that makes its cost, if it is paid for in this way.
    [[nodiscard]] virtual DateRange price_dates(std::uint32_t row, PurchaseKind kind) const = 0;
    /// Effective price, bill, and days that the budget lasts, as far as they are known.
    virtual void describe(std::uint32_t row, Choice& to) const = 0;
    /// Absent if its hours are not known.
    [[nodiscard]] virtual std::optional<Outlook> outlook(std::uint32_t row) const = 0;
    /// What the same costs on demand, if that is less: "12.00 against 10.00".
    [[nodiscard]] virtual std::string dearer(std::uint32_t row) const = 0;
    /// Why it is above the budget or too late, and the changes that would mend it.
    virtual void explain_budget(std::uint32_t row, Refusal& to) const = 0;
    virtual void explain_late(std::uint32_t /*row*/, Refusal& /*to*/) const {}

    // ---- of the question

    /// The row of an offer of the catalog; empty if it has none.
    [[nodiscard]] virtual std::optional<std::uint32_t> row_of(std::size_t offer) const = 0;
    /// Charges, ways to pay and warnings that an answer with these choices has.
    virtual void complete(std::span<const std::uint32_t> /*rows*/, Recommendation& /*to*/) const {}
    /// Offers of the catalog that have no row: what they cost in the ways asked for is not known.
    [[nodiscard]] virtual std::span<const std::uint32_t> left_out() const { return {}; }
    /// What is known of a way to pay for such an offer; empty if nothing is.
    [[nodiscard]] virtual std::string why_left_out(std::uint32_t /*offer*/) const { return ""; }

protected:
    [[nodiscard]] static double highest_price(const Request& request);

    double max_price_ = std::numeric_limits<double>::infinity(); ///< that the request admits
};

/// Of a completed request: whole plans where something beside the price is paid or lost. All
/// arguments outlive what is returned.
std::unique_ptr<Pricing> pricing_of(const Catalog& catalog,
                                    const Request& request,
                                    const Goal& goal,
                                    const Charges& charges);

} // namespace flopwise
