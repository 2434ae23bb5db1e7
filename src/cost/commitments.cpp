#include "cost/commitments.hpp"

#include "text/durations.hpp"
#include "text/text.hpp"

namespace flopwise {

constexpr int kDaysOfWeek = 7;
constexpr double kLongestOfDays = 14;
constexpr double kLongestBlock = 182;
constexpr int kLargestBlock = 64;

// ---- which commitment a kind is -----------------------------------------------------

/// Kinds of one commitment stand together: 1 year and then 3, each by payment.
static Term term_at(int place, Commitment commitment) {
    const int payments = static_cast<int>(kPayments);
    return {.years = place < payments ? 1 : 3,
            .commitment = commitment,
            .payment = static_cast<Payment>(place % payments)};
}

std::optional<Term> term_of(PurchaseKind kind) {
    struct First {
        PurchaseKind kind;
        Commitment commitment;
    };
    constexpr std::array<First, 4> kFirsts{
        {{PurchaseKind::instance_savings_1yr_no_upfront, Commitment::instance_savings},
         {PurchaseKind::compute_savings_1yr_no_upfront, Commitment::compute_savings},
         {PurchaseKind::convertible_1yr_no_upfront, Commitment::convertible},
         {PurchaseKind::reserved_1yr_no_upfront, Commitment::standard}}};
    if (kind == PurchaseKind::capacity_block)
        return std::nullopt;
    if (kind == PurchaseKind::committed_1yr || kind == PurchaseKind::committed_3yr)
        return Term{.years = kind == PurchaseKind::committed_1yr ? 1 : 3,
                    .commitment = Commitment::committed_use};
    for (const First& first : kFirsts)
        if (kind >= first.kind)
            return term_at(static_cast<int>(kind) - static_cast<int>(first.kind), first.commitment);
    return std::nullopt;
}

std::string_view to_string(Market market) {
    constexpr std::array<std::string_view, kMarkets> kNames{
        "on_demand", "spot", "reserved", "savings_plan", "capacity_block", "committed_use"};
    return text::name_of(kNames, market);
}

Market market_of(PurchaseKind kind) {
    const auto term = term_of(kind);
    if (!term)
        return kind == PurchaseKind::spot             ? Market::spot
               : kind == PurchaseKind::capacity_block ? Market::capacity_block
                                                      : Market::on_demand;
    switch (term->commitment) {
    case Commitment::compute_savings:
    case Commitment::instance_savings:
        return Market::savings_plan;
    case Commitment::committed_use:
        return Market::committed_use;
    case Commitment::standard:
    case Commitment::convertible:
        break;
    }
    return Market::reserved;
}

bool sold(std::string_view provider, PurchaseKind kind, const Charges& charges) {
    if (const auto term = term_of(kind))
        return charges.offers(provider, *term);
    return kind != PurchaseKind::capacity_block || charges.offers_blocks(provider);
}

// ---- days bought ahead --------------------------------------------------------------

std::optional<Days> block_days(Days plan) {
    const double days = std::max(1.0, std::ceil(plan.value()));
    if (days <= kLongestOfDays)
        return Days{days};
    const double weeks = std::ceil(days / kDaysOfWeek) * kDaysOfWeek;
    return weeks <= kLongestBlock ? std::optional{Days{weeks}} : std::nullopt;
}

std::optional<int> block_machines(double machines) {
    int size = 1;
    while (size < machines && size <= kLargestBlock)
        size *= 2;
    return size <= kLargestBlock ? std::optional{size} : std::nullopt;
}

/// What is paid of a block for a plan; empty if no block is so long, or of so many machines.
static std::optional<Hours> block_hours(const PlanTime& plan) {
    const auto days = block_days(plan.days);
    const auto machines = block_machines(plan.machines);
    return days && machines ? std::optional{*days * HoursPerDay{kHoursPerDay} * *machines}
                            : std::nullopt;
}

Parts block_parts(const std::optional<BlockRate>& rate, const PlanTime& plan) {
    Parts out;
    const auto hours = block_hours(plan);
    if (!rate || !hours)
        return out;
    out.price = rate->hourly;
    out.add({to_string(PurchaseKind::capacity_block),
             "h",
             hours->value(),
             rate->hourly.value(),
             (rate->hourly * *hours).value()});
    return out;
}

void describe_block(const std::optional<BlockRate>& rate,
                    const PlanTime& plan,
                    PurchaseOption& to) {
    if (!rate)
        return;
    to.price = rate->hourly;
    const auto days = block_days(plan.days);
    const auto machines = block_machines(plan.machines);
    if (!days)
        to.notes.push_back(fmt::format(
            "a block is of {} at most, the plan of {:.6g}", Days{kLongestBlock}, plan.days));
    if (!machines)
        to.notes.push_back(fmt::format(
            "a block is of {} machines at most, the plan of {:.6g}", kLargestBlock, plan.machines));
    if (!days || !machines)
        return;
    to.hours = block_hours(plan);
    to.upfront = rate->hourly * *to.hours;
    if (*days > plan.days)
        to.notes.push_back(fmt::format("pays {} for a plan of {:.6g}", *days, plan.days));
    if (*machines > plan.machines)
        to.notes.push_back(
            fmt::format("pays {} machines for a plan of {:.6g}", *machines, plan.machines));
}

} // namespace flopwise
